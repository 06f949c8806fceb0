"""What the tables are declared with."""

from sqlalchemy import Index, MetaData, text

metadata = MetaData()

_LIVE = text("deleted_at IS NULL")


def live_index(name: str, *columns: str, unique: bool = False, also: str | None = None) -> Index:
    """An index over the rows that are not deleted (and, with ``also``, meet that condition)."""
    where = _LIVE if also is None else text(f"deleted_at IS NULL AND {also}")
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
