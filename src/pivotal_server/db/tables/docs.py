"""What readers say of the docs."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, text

from pivotal_server.db.tables.base import metadata
from pivotal_server.db.types import CalendarDay, Flag, Key, Timestamp

_COMMENTED = text("comment IS NOT NULL")

docs_votes = Table(
    "docs_votes",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("page", Key, nullable=False),
    Column("day", CalendarDay, nullable=False),
    # A digest of the browser's token: enough to know a second vote, and nobody again.
    Column("visitor", Key, nullable=False),
    Column("helpful", Flag, nullable=False),
    Column("comment", Text),
    Column("release", Text, nullable=False),
    Column("member_id", Key),
    Column("created_at", Timestamp, nullable=False),
    Column("done_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    Index("docs_votes_visitor", "org_id", "visitor", "page", "day", unique=True),
    Index("docs_votes_day", "org_id", "day"),
    Index(
        "docs_votes_comments",
        "org_id",
        "created_at",
        "id",
        sqlite_where=_COMMENTED,
        postgresql_where=_COMMENTED,
    ),
)
