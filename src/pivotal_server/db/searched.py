"""Every record of a kind that a query of the search wants, for long reads that leave out none."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, bindparam, select

from pivotal_server.db.search_conditions import CONDITIONS, PREFIX, SOURCES, Kind, R
from pivotal_server.db.statements import Statement, StatementCache
from pivotal_server.db.tables import search_rows

Row = TypeVar("Row")
_NO_PARAMS: Mapping[str, Any] = MappingProxyType({})


class Asked(Struct, frozen=True):
    """The conditions of ``db/search_conditions`` that must hold, and the values they bind."""

    names: frozenset[str] = frozenset()
    params: Mapping[str, Any] = _NO_PARAMS


EVERYTHING = Asked()


def ids_of(kind: Kind, given: frozenset[str]) -> Select[Any]:
    """The ids of the records of a kind for which all of the given conditions hold."""
    table, source = SOURCES[kind]
    if any(name.startswith((f"{PREFIX}in_", f"{PREFIX}out_")) for name in given):
        source = source.join(search_rows, and_(R.org_id == table.c.org_id, R.object_id == table.c.id))
    conditions = [condition for name, condition in CONDITIONS[kind].items() if name in given]
    chosen = select(table.c.id).select_from(source)
    # It may stand within a statement that reads the same tables.
    return chosen.where(table.c.org_id == bindparam("org_id"), *conditions).correlate(None)


def asked_for(
    kind: Kind, rows: Select[Any], reference: ColumnElement[str | None], into: type[Row]
) -> StatementCache[Row]:
    """``rows``, as they are and narrowed to those whose ``reference`` is the id of a wanted ``kind``."""

    def build(given: frozenset[str]) -> Statement[Row]:
        return Statement(rows.where(reference.in_(ids_of(kind, given))) if given else rows, into=into)

    return StatementCache(build, CONDITIONS[kind])
