"""Lists that page by ``created_at``: one built statement per combination of filters.

A page costs the same at any depth, because its cursor is a value of the leading index and not an offset.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

from msgspec import Struct
from sqlalchemy import ColumnElement, FromClause, Table, bindparam, func, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement, StatementCache, columns_of
from pivotal_server.db.wire import NONE_COMPUTED, moment_of, undecoded, wire_columns_of
from pivotal_server.kit.pagination import Slice

R = TypeVar("R", bound=Struct)

NOTHING: Mapping[str, Any] = MappingProxyType({})
_ASCENDING = "ascending"
_LIVE_ONLY = "live_only"
_TEST_ONLY = "test_only"


def _with_moment(kind: type[R]) -> type[tuple[R, Any]]:
    """Makes a row and, beside it, the undecoded last column. A function, which works as a type does."""

    def make(*values: Any) -> tuple[R, Any]:
        return kind(*values[:-1]), values[-1]

    return cast("type[tuple[R, Any]]", make)


class PagedList(Generic[R]):
    """The statements of one list.

    ``base`` conditions always hold; ``filters`` maps a name, bound under that name, to its condition.
    ``driven`` maps a filter to another table joined on, and that table's copy of ``created_at``: with that
    filter the other table's index leads, so that rare values cost no more than common ones.
    With ``wire`` the rows are wire objects, read as ``db/wire.py`` says, ``computed`` among them.
    """

    def __init__(
        self,
        row: type[R],
        table: Table,
        base: list[ColumnElement[bool]],
        filters: Mapping[str, ColumnElement[bool]],
        driven: Mapping[str, tuple[FromClause, ColumnElement[Any]]] | None = None,
        *,
        wire: bool = False,
        computed: Mapping[str, ColumnElement[Any]] = NONE_COMPUTED,
    ) -> None:
        self._row = row
        self._columns = wire_columns_of(row, table, computed) if wire else columns_of(row, table)
        self._table = table
        self._base = [table.c.org_id == bindparam("org_id"), *base]
        self._driven = dict(driven or {})
        created = table.c.created_at
        # A column compared with a constant keeps partial indexes usable, which a bound flag would not.
        live: ColumnElement[bool] = table.c.livemode
        self._conditions: dict[str, ColumnElement[bool]] = {
            **filters,
            "created_after": created > bindparam("created_after"),
            "created_before": created < bindparam("created_before"),
            "updated_since": table.c.updated_at >= bindparam("updated_since"),
            _LIVE_ONLY: live,
            _TEST_ONLY: ~live,
        }
        names = [*self._conditions, "cursor", _ASCENDING]
        self._pages: StatementCache[tuple[R, Any]] = StatementCache(self._page_statement, names)
        self._counts: StatementCache[int] = StatementCache(self._count_statement, list(self._conditions))

    def _chosen(self, given: frozenset[str]) -> list[ColumnElement[bool]]:
        return [condition for name, condition in self._conditions.items() if name in given]

    def _from(self, given: frozenset[str]) -> tuple[FromClause, ColumnElement[Any]]:
        for name, (source, created) in self._driven.items():
            if name in given:
                return source, created
        return self._table, self._table.c.created_at

    def _page_statement(self, given: frozenset[str]) -> Statement[tuple[R, Any]]:
        source, created = self._from(given)
        conditions = [*self._base, *self._chosen(given)]
        ascending = _ASCENDING in given
        if "cursor" in given:
            cursor = bindparam("cursor", type_=created.type)
            conditions.append(created > cursor if ascending else created < cursor)
        statement = select(*self._columns, undecoded(created).label("at")).select_from(source)
        statement = statement.where(*conditions).order_by(created.asc() if ascending else created.desc())
        return Statement(statement.limit(bindparam("limit")), into=_with_moment(self._row))

    def _count_statement(self, given: frozenset[str]) -> Statement[int]:
        source, _ = self._from(given)
        counted = select(func.count()).select_from(source).where(*self._base, *self._chosen(given))
        return Statement.scalar(counted, int)

    def _given(self, part: Slice, filters: Mapping[str, Any]) -> tuple[set[str], dict[str, Any]]:
        params = dict(filters)
        for name in ("created_after", "created_before", "updated_since"):
            value = getattr(part, name)
            if value is not None:
                params[name] = value
        given = set(params)
        if part.livemode is not None:
            given.add(_LIVE_ONLY if part.livemode else _TEST_ONLY)
        return given, params

    async def page(
        self,
        db: Executor,
        org_id: str,
        part: Slice,
        filters: Mapping[str, Any],
        always: Mapping[str, Any] = NOTHING,
    ) -> tuple[list[R], datetime | None]:
        """The rows of one page, and the cursor of the next one if there is one.

        ``always`` are values that ``base`` binds.
        """
        given, params = self._given(part, filters)
        if part.cursor is not None:
            given.add("cursor")
            params["cursor"] = part.cursor
        if part.ascending:
            given.add(_ASCENDING)
        params.update(always, org_id=org_id, limit=part.limit + 1)
        found = await db.fetch_all(self._pages.get(frozenset(given)), params)
        if len(found) <= part.limit:
            return [row for row, _ in found], None
        del found[part.limit :]
        return [row for row, _ in found], moment_of(found[-1][1])

    async def count(
        self,
        db: Executor,
        org_id: str,
        part: Slice,
        filters: Mapping[str, Any],
        always: Mapping[str, Any] = NOTHING,
    ) -> int:
        """How many rows match, whatever the cursor."""
        given, params = self._given(part, filters)
        params.update(always, org_id=org_id)
        return await db.fetch_one(self._counts.get(frozenset(given)), params) or 0
