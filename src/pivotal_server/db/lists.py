"""Lists that page by ``created_at``: one built statement per combination of filters.

A page costs the same at any depth, because its cursor is a value of the leading index and not an offset.
The order of a list is that of ``created_at``, which no index on ``updated_at`` gives. A list that is asked
for what changed since a moment therefore looks first whether that is little: then it reads just that, by the
index on ``updated_at``, and sorts it; else it walks in its usual order and passes over what did not change.
The same holds for other filters that are ranges, such as what is due before a day.

Of several bounds of ``created_at`` (the cursor is one) only the narrowest is sent: SQLite walks from one of
them and passes over what another excludes, which on a deep page may be nearly everything.
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
_FEW = "few_"
_BELOW = ("created_before", "until")
_ABOVE = ("created_after", "since")

FEW = 1_000
"""Up to so many rows within a range are read and sorted for each page."""
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


def _needless(params: Mapping[str, Any], given: set[str], *, ascending: bool) -> set[str]:
    """The bounds of ``created_at`` that a narrower one makes needless."""
    above = [name for name in (*_ABOVE, "cursor" if ascending else "") if name in given]
    below = [name for name in (*_BELOW, "" if ascending else "cursor") if name in given]
    kept = set()
    if above:
        # Of two equal ones the one that leaves the moment itself out.
        kept.add(max(above, key=lambda name: (params[name], name != "since")))
    if below:
        kept.add(min(below, key=lambda name: params[name]))
    return {*above, *below} - kept


class PagedList(Generic[R]):
    """The statements of one list.

    ``base`` conditions always hold; ``filters`` maps a name, bound under that name, to its condition.
    ``driven`` maps a filter to another table joined on, and that table's copy of ``created_at``: with that
    filter the other table's index leads, so that rare values cost no more than common ones.
    ``among`` names filters that take one value or several of a column, and for each the index on ``org_id``,
    that column and ``created_at``: the values of the first one given are read by the index, each for itself,
    and the parts are merged.
    ``few_by`` maps filters that are ranges to the index on ``org_id`` and their column; ``many`` holds the
    conditions of those for which SQLite would use that index also when there are many.
    ``hints`` maps a filter to the tables whose index SQLite would not choose by itself.
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
        among: Sequence[tuple[str, ColumnElement[Any], str]] = (),
        few_by: Mapping[str, str] = NOTHING,
        many: Mapping[str, ColumnElement[bool]] = NOTHING,
        hints: Mapping[str, tuple[FromClause, str]] = NOTHING,
    ) -> None:
        self._row = row
        self._columns = wire_columns_of(row, table, computed) if wire else columns_of(row, table)
        self._table = table
        self._base = [table.c.org_id == bindparam("org_id"), *base]
        self._driven = dict(driven or {})
        self._among = {name: (column, index) for name, column, index in among}
        self._filters = frozenset(filters)
        self._hints = hints
        self._conditions: dict[str, ColumnElement[bool]] = dict(filters)
        if "updated_at" in table.c:
            self._conditions["updated_since"] = table.c.updated_at >= bindparam("updated_since")
        if "livemode" in table.c:
            # A column compared with a constant keeps partial indexes usable, which a bound flag would not.
            live: ColumnElement[bool] = table.c.livemode
            self._conditions |= {_LIVE_ONLY: live, _TEST_ONLY: ~live}
        self._conditions |= {name: any_of(column, name) for name, (column, _) in self._among.items()}
        counted = [*self._conditions, *_BELOW, *_ABOVE]
        names = [*counted, "cursor", _ASCENDING, *(f"{_FEW}{name}" for name in few_by)]
        names += [f"{name}*{size}" for name in self._among for size in _SIZES]
        self._few_by, self._many = few_by, many
        self._how_many = {name: self._few_statement(name) for name in few_by}
        self._pages: StatementCache[tuple[R, Any]] = StatementCache(self._page_statement, names)
        self._counts: StatementCache[int] = StatementCache(self._count_statement, counted)

    def _few_statement(self, name: str) -> Statement[int]:
        inside = select(self._table.c.id).where(*self._base, self._conditions[name])
        inside = inside.with_hint(self._table, f"INDEXED BY {self._few_by[name]}", "sqlite").limit(FEW + 1)
        return Statement.scalar(select(func.count()).select_from(inside.subquery()), int)

    def _chosen(self, given: frozenset[str], created: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        bounds: dict[str, ColumnElement[bool]] = {
            "created_after": created > bindparam("created_after", type_=created.type),
            "since": created >= bindparam("since", type_=created.type),
            **{name: created < bindparam(name, type_=created.type) for name in _BELOW},
        }
        many = {name: one for name, one in self._many.items() if f"{_FEW}{name}" not in given}
        conditions = {**self._conditions, **many, **bounds}
        return [condition for name, condition in conditions.items() if name in given]

    def _from(self, given: frozenset[str]) -> tuple[FromClause, ColumnElement[Any]]:
        for name, (source, created) in self._driven.items():
            if name in given:
                return source, created
        return self._table, self._table.c.created_at

    def _page_statement(self, given: frozenset[str]) -> Statement[tuple[R, Any]]:
        source, created = self._from(given)
        conditions = [*self._base, *self._chosen(given, created)]
        ascending = _ASCENDING in given
        if "cursor" in given:
            cursor = bindparam("cursor", type_=created.type)
            conditions.append(created > cursor if ascending else created < cursor)
        statement = select(*self._columns, undecoded(created).label("at")).select_from(source)
        statement = statement.where(*conditions)
        into = _with_moment(self._row)
        for name, index in self._few_by.items():
            if f"{_FEW}{name}" in given:
                hinted = statement.with_hint(self._table, f"INDEXED BY {index}", "sqlite")
                return Statement(_first_of(hinted.cte("few").prefix_with("MATERIALIZED"), ascending), into)
        for name, (table, index) in self._hints.items():
            if name in given:
                statement = statement.with_hint(table, f"INDEXED BY {index}", "sqlite")

        def first(part: Select[Any]) -> Select[Any]:
            return part.order_by(created.asc() if ascending else created.desc()).limit(bindparam("limit"))

        for name, (column, index) in self._among.items():
            size = max((size for size in _SIZES if f"{name}*{size}" in given), default=0)
            if not size:
                continue
            if not self._filters & given and not self._among.keys() & given:
                # SQLite takes two bounds of a range to be narrower than a value, however rare.
                statement = statement.with_hint(self._table, f"INDEXED BY {index}", "sqlite")
            places = [column == bindparam(f"{name}_{place}", type_=column.type) for place in range(size)]
            if size == 1:
                return Statement(first(statement.where(places[0])), into)
            parts = [first(statement.where(place)).subquery(f"part_{n}") for n, place in enumerate(places)]
            return Statement(_first_of(union_all(*map(select, parts)).subquery("merged"), ascending), into)
        return Statement(first(statement), into)

    def _count_statement(self, given: frozenset[str]) -> Statement[int]:
        source, created = self._from(given)
        chosen = self._chosen(given, created)
        return Statement.scalar(select(func.count()).select_from(source).where(*self._base, *chosen), int)

    def _given(self, part: Slice, filters: Mapping[str, Any]) -> tuple[set[str], dict[str, Any]]:
        params = dict(filters)
        for name in (*_BELOW, *_ABOVE, "updated_since"):
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
        given -= _needless(params, given, ascending=part.ascending)
        name = next((name for name in self._among if name in given), None)
        if name is not None:
            given.remove(name)
            values = params.pop(name)
            size = next(size for size in _SIZES if size >= len(values))
            given.add(f"{name}*{size}")
            params |= {f"{name}_{place}": value for place, value in enumerate(values)}
            params |= {f"{name}_{place}": None for place in range(len(values), size)}
        params.update(always, org_id=org_id, limit=part.limit + 1)
        for name in self._few_by:
            if name in given and (await db.fetch_one(self._how_many[name], params) or 0) <= FEW:
                given.add(f"{_FEW}{name}")
                break
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
