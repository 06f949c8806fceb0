"""Lists that page by ``created_at``: one built statement per combination of filters.

A page costs the same at any depth, because its cursor is a value of the leading index and not an offset.
The order of a list is that of ``created_at``, which no index on ``updated_at`` gives. A list that is asked
for what changed since a moment therefore looks first whether that is little: then it reads just that, by the
index on ``updated_at``, and sorts it; else it walks in its usual order and passes over what did not change.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

from msgspec import Struct
from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Table,
    bindparam,
    func,
    select,
    union_all,
)

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement, StatementCache, any_of, columns_of
from pivotal_server.db.wire import NONE_COMPUTED, moment_of, undecoded, wire_columns_of
from pivotal_server.kit.pagination import Slice

R = TypeVar("R", bound=Struct)

NOTHING: Mapping[str, Any] = MappingProxyType({})
_ASCENDING = "ascending"
_LIVE_ONLY = "live_only"
_TEST_ONLY = "test_only"
_FEW_CHANGED = "few_changed"

FEW = 1_000
"""Up to so many changed rows are read and sorted for each page."""
# A condition on several values gets so many places; places left over hold nothing.
_SIZES = (1, 4, 40)


def _with_moment(kind: type[R]) -> type[tuple[R, Any]]:
    """Makes a row and, beside it, the undecoded last column. A function, which works as a type does."""

    def make(*values: Any) -> tuple[R, Any]:
        return kind(*values[:-1]), values[-1]

    return cast("type[tuple[R, Any]]", make)


def _first_of(source: Subquery | CTE, ascending: bool) -> Select[Any]:
    """The first rows of a source that carries the moment of each as ``at``."""
    order = source.c.at.asc() if ascending else source.c.at.desc()
    return select(*source.c).order_by(order).limit(bindparam("limit"))


class PagedList(Generic[R]):
    """The statements of one list.

    ``base`` conditions always hold; ``filters`` maps a name, bound under that name, to its condition.
    ``driven`` maps a filter to another table joined on, and that table's copy of ``created_at``: with that
    filter the other table's index leads, so that rare values cost no more than common ones.
    ``among`` names a filter that takes one value or several of a column, and the index on ``org_id``, that
    column and ``created_at``: each value is then read by the index, and the parts are merged.
    ``updated_index`` is the index on ``org_id`` and ``updated_at``.
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
        among: tuple[str, ColumnElement[Any], str] | None = None,
        updated_index: str | None = None,
    ) -> None:
        self._row = row
        self._columns = wire_columns_of(row, table, computed) if wire else columns_of(row, table)
        self._table = table
        self._base = [table.c.org_id == bindparam("org_id"), *base]
        self._driven = dict(driven or {})
        self._among = among
        self._filters = frozenset(filters)
        self._updated_index = updated_index
        created = table.c.created_at
        self._conditions: dict[str, ColumnElement[bool]] = {
            **filters,
            "created_after": created > bindparam("created_after"),
            "created_before": created < bindparam("created_before"),
            "since": created >= bindparam("since"),
            "until": created < bindparam("until"),
        }
        if "updated_at" in table.c:
            self._conditions["updated_since"] = table.c.updated_at >= bindparam("updated_since")
        if "livemode" in table.c:
            # A column compared with a constant keeps partial indexes usable, which a bound flag would not.
            live: ColumnElement[bool] = table.c.livemode
            self._conditions |= {_LIVE_ONLY: live, _TEST_ONLY: ~live}
        counted = [*self._conditions]
        names = [*self._conditions, "cursor", _ASCENDING]
        if among is not None:
            counted.append(among[0])
            names += [f"{among[0]}*{size}" for size in _SIZES]
        if updated_index is not None:
            names.append(_FEW_CHANGED)
            changed = select(table.c.id).where(*self._base, self._conditions["updated_since"])
            changed = changed.with_hint(table, f"INDEXED BY {updated_index}", "sqlite").limit(FEW + 1)
            self._how_many_changed = Statement.scalar(
                select(func.count()).select_from(changed.subquery()), int
            )
        self._pages: StatementCache[tuple[R, Any]] = StatementCache(self._page_statement, names)
        self._counts: StatementCache[int] = StatementCache(self._count_statement, counted)

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
        statement = statement.where(*conditions)
        into = _with_moment(self._row)
        if _FEW_CHANGED in given:
            assert self._updated_index is not None, "the filter is declared with the index"
            hinted = statement.with_hint(self._table, f"INDEXED BY {self._updated_index}", "sqlite")
            return Statement(_first_of(hinted.cte("changed").prefix_with("MATERIALIZED"), ascending), into)

        def first(part: Select[Any]) -> Select[Any]:
            return part.order_by(created.asc() if ascending else created.desc()).limit(bindparam("limit"))

        size = self._places(given)
        if self._among is None or not size:
            return Statement(first(statement), into)
        name, column, index = self._among
        if not self._filters & given:
            # SQLite takes two bounds of a range to be narrower than a value, however rare.
            statement = statement.with_hint(self._table, f"INDEXED BY {index}", "sqlite")
        places = [column == bindparam(f"{name}_{place}", type_=column.type) for place in range(size)]
        if size == 1:
            return Statement(first(statement.where(places[0])), into)
        parts = [first(statement.where(place)).subquery(f"part_{n}") for n, place in enumerate(places)]
        return Statement(_first_of(union_all(*map(select, parts)).subquery("merged"), ascending), into)

    def _places(self, given: frozenset[str]) -> int:
        if self._among is None:
            return 0
        return max((size for size in _SIZES if f"{self._among[0]}*{size}" in given), default=0)

    def _count_statement(self, given: frozenset[str]) -> Statement[int]:
        source, _ = self._from(given)
        counted = select(func.count()).select_from(source).where(*self._base, *self._chosen(given))
        if self._among is not None and self._among[0] in given:
            counted = counted.where(any_of(self._among[1], self._among[0]))
        return Statement.scalar(counted, int)

    def _given(self, part: Slice, filters: Mapping[str, Any]) -> tuple[set[str], dict[str, Any]]:
        params = dict(filters)
        for name in ("created_after", "created_before", "updated_since", "since", "until"):
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
        rows, last, has_more = await self.read(db, org_id, part, filters, always)
        return rows, last if has_more else None

    async def read(
        self,
        db: Executor,
        org_id: str,
        part: Slice,
        filters: Mapping[str, Any],
        always: Mapping[str, Any] = NOTHING,
    ) -> tuple[list[R], datetime | None, bool]:
        """The rows of one page, the moment of the last of them, and whether further ones follow."""
        given, params = self._given(part, filters)
        if part.cursor is not None:
            given.add("cursor")
            params["cursor"] = part.cursor
        if part.ascending:
            given.add(_ASCENDING)
        if self._among is not None and self._among[0] in given:
            name = self._among[0]
            given.remove(name)
            values = params.pop(name)
            size = next(size for size in _SIZES if size >= len(values))
            given.add(f"{name}*{size}")
            params |= {f"{name}_{place}": value for place, value in enumerate(values)}
            params |= {f"{name}_{place}": None for place in range(len(values), size)}
        params.update(always, org_id=org_id, limit=part.limit + 1)
        if self._updated_index is not None and part.updated_since is not None:
            changed = await db.fetch_one(self._how_many_changed, params) or 0
            if changed <= FEW:
                given.add(_FEW_CHANGED)
        found = await db.fetch_all(self._pages.get(frozenset(given)), params)
        has_more = len(found) > part.limit
        del found[part.limit :]
        return [row for row, _ in found], moment_of(found[-1][1]) if found else None, has_more

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


Firsts = dict[str, tuple[list[R], datetime | None]]
"""For each parent some of its rows, and the cursor of what follows them, if anything does."""


class FirstOfEach(Generic[R]):
    """The newest rows of each of up to a hundred parents, as wire objects, in one statement.

    ``parent`` names the column, and field of ``row``, that holds the parent; an index on ``org_id``, that
    column and ``created_at`` lets each part end after its first rows.
    """

    _SIZES = (1, 20, 100)

    def __init__(
        self,
        row: type[R],
        table: Table,
        parent: str,
        base: list[ColumnElement[bool]],
        computed: Mapping[str, ColumnElement[Any]] = NONE_COMPUTED,
    ) -> None:
        self._row = row
        self._table = table
        self._parent = parent
        self._base = [table.c.org_id == bindparam("org_id"), *base]
        self._columns = wire_columns_of(row, table, computed)
        self._statements: StatementCache[tuple[R, Any]] = StatementCache(
            self._statement, [f"of*{size}" for size in self._SIZES]
        )

    def _statement(self, given: frozenset[str]) -> Statement[tuple[R, Any]]:
        size = max((size for size in self._SIZES if f"of*{size}" in given), default=1)
        created, parent = self._table.c.created_at, self._table.c[self._parent]
        rows = select(*self._columns, undecoded(created).label("at")).where(*self._base)
        rows = rows.order_by(created.desc()).limit(bindparam("limit"))
        parts = [
            rows.where(parent == bindparam(f"parent_{place}", type_=parent.type)).subquery(f"part_{place}")
            for place in range(size)
        ]
        return Statement(union_all(*map(select, parts)), _with_moment(self._row))

    async def read(self, db: Executor, org_id: str, parents: Sequence[str], limit: int) -> Firsts[R]:
        """For each parent its newest ``limit`` rows, and the cursor of the next page if there is one."""
        if not parents:
            return {}
        size = next(size for size in self._SIZES if size >= len(parents))
        params: dict[str, Any] = {"org_id": org_id, "limit": limit + 1}
        params |= {f"parent_{place}": None for place in range(size)}
        params |= {f"parent_{place}": parent for place, parent in enumerate(parents)}
        rows: dict[str, list[tuple[R, Any]]] = {parent: [] for parent in parents}
        for row, at in await db.fetch_all(self._statements.get(frozenset({f"of*{size}"})), params):
            rows[getattr(row, self._parent)].append((row, at))
        return {
            parent: (
                [row for row, _ in found[:limit]],
                moment_of(found[limit - 1][1]) if len(found) > limit else None,
            )
            for parent, found in rows.items()
        }
