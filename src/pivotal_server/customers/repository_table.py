"""SQL of the table of customers: sorted by any of its columns, a page of it behind or before a place.

The order is that of a column, what has no value last in both directions, and among equal ones the numbers.
A page goes on from the values of a row, not from a count of rows, so it costs the same at any depth.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, cast

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.types import Text

from pivotal_server.customers.repository import CHOSEN, FILTERS, VISIBLE, CustomerRow
from pivotal_server.db.elements import JsonNumber, JsonText
from pivotal_server.db.engine import Database, Executor
from pivotal_server.db.statements import Statement, StatementCache, any_of, columns_of
from pivotal_server.db.tables import (
    activity,
    contacts,
    customers,
    members,
    onboardings,
    people,
    search_rows,
)

_C = customers.c
_ORG = _C.org_id == bindparam("org_id")
_NAMED = search_rows.alias("named")
_FIELD: BindParameter[str] = bindparam("sort_field", type_=Text())


def _of(what: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Any:
    """One value that belongs to the customer of the row."""
    return select(what).where(*conditions).correlate(customers).scalar_subquery()


_O, _P, _A = onboardings.c, contacts.c, activity.c
_OPEN = (
    _O.org_id == _C.org_id,
    _O.customer_id == _C.id,
    _O.deleted_at.is_(None),
    _O.state != "done",
)
_OWNER = (
    select(func.lower(people.c.name))
    .select_from(members.join(people, people.c.id == members.c.person_id))
    .where(members.c.org_id == _C.org_id, members.c.id == _C.owner_id)
    .correlate(customers)
    .scalar_subquery()
)
_PRIMARY = (_P.org_id == _C.org_id, _P.customer_id == _C.id, _P.deleted_at.is_(None), _P.is_primary)
_BY_PEOPLE = (
    _A.org_id == _C.org_id,
    _A.customer_id == _C.id,
    _A.origin.not_in(("system", "sync")),
)

SORTS: Mapping[str, ColumnElement[Any]] = {
    # Without case and accents, as search has it.
    "name": _NAMED.c.name,
    "id": _C.display_id,
    "domain": _C.domain,
    "owner": _OWNER,
    "plan": func.lower(_C.plan),
    "status": _C.status,
    "health": _C.health_score,
    "onboardings": _of(func.count(_O.id), *_OPEN),
    "launch": _of(func.min(_O.target_launch_date), *_OPEN, _O.launched_at.is_(None)),
    "activity": _of(func.max(_A.created_at), *_BY_PEOPLE),
    "mrr": _C.mrr,
    "orders": _C.monthly_orders,
    "contact": _of(func.lower(_P.name), *_PRIMARY),
    "slug": _C.slug,
    "external_id": _C.external_id,
    "created": _C.created_at,
    "updated": _C.updated_at,
    "custom_text": func.lower(JsonText(_C.custom_fields, _FIELD)),
    "custom_number": JsonNumber(_C.custom_fields, _FIELD),
}
"""What each column is sorted by. The last two are those of custom fields, bound as ``sort_field``."""
ALWAYS = frozenset({"name", "id", "status", "onboardings", "slug", "created", "updated"})
"""Columns that are never empty."""
DAYS, MOMENTS = frozenset({"launch"}), frozenset({"activity", "created", "updated"})
NUMBERS = frozenset({"id", "health", "onboardings", "mrr", "orders", "custom_number"})

_BY = "by_"
_DOWN, _BACK, _ON, _ON_EMPTY = "down", "back", "goes_on", "goes_on_empty"
_ALL = "all_of_them"
_NARROWED = {**FILTERS, **CHOSEN}
_ABOVE = {name: f"{_BY}{name}" for name in SORTS}


class Place(Struct, frozen=True):
    """Where a row stands: the value of the column that is sorted by, and its number."""

    key: Any
    number: int


class Order(Struct, frozen=True):
    """A column to sort by: a name of ``SORTS``, ``field`` the slug of a custom one, ``down`` from the top."""

    by: str = "name"
    down: bool = False
    field: str = ""


class Placed(Struct, frozen=True):
    """A customer, and where the row stands."""

    row: CustomerRow
    place: Place


def _placed(*values: Any) -> Placed:
    row = CustomerRow(*values[:-1])
    return Placed(row, Place(values[-1], row.display_id))


def _behind(given: frozenset[str], by: str, key: ColumnElement[Any], number: Any) -> ColumnElement[bool]:
    """Rows behind the place that is bound, or before it."""
    at = bindparam("at_key", type_=SORTS[by].type)
    up = (_DOWN in given) == (_BACK in given)
    further = number < bindparam("at_number") if _BACK in given else number > bindparam("at_number")
    if _ON_EMPTY in given:
        same = and_(key.is_(None), further)
        return or_(key.is_not(None), same) if _BACK in given else same
    past = or_(key > at if up else key < at, and_(key == at, further))
    # What is said twice lets an index begin at the place.
    past = and_(key >= at if up else key <= at, past)
    return past if _BACK in given or by in ALWAYS else or_(past, key.is_(None))


def _ordered(given: frozenset[str], by: str, key: ColumnElement[Any], number: Any) -> list[Any]:
    back = _BACK in given
    order = [] if by in ALWAYS else [key.is_(None).desc() if back else key.is_(None).asc()]
    up = (_DOWN in given) == back
    return [*order, key.asc() if up else key.desc(), number.desc() if back else number.asc()]


def _sorted(given: frozenset[str]) -> tuple[str, Select[Any]]:
    """The ids of all rows, and what they are sorted by: little to carry while sorting."""
    by = next((name for name, flag in _ABOVE.items() if flag in given), "name")
    key = SORTS[by]
    source: Any = customers
    conditions = [_ORG, _C.deleted_at.is_(None), *[one for name, one in _NARROWED.items() if name in given]]
    if by == "name":
        source = customers.join(_NAMED, and_(_NAMED.c.org_id == _C.org_id, _NAMED.c.object_id == _C.id))
        # The second condition says to SQLite that the index on names holds every row there is.
        conditions += [
            _NAMED.c.org_id == bindparam("org_id"),
            _NAMED.c.kind == "customer",
            _NAMED.c.kind != "task",
        ]
    if _ON in given or _ON_EMPTY in given:
        conditions.append(_behind(given, by, key, _C.display_id))
    rows = select(_C.id, _C.display_id.label("number"), key.label("key")).select_from(source)
    rows = rows.where(*conditions).order_by(*_ordered(given, by, key, _C.display_id))
    return by, rows


def _page(given: frozenset[str]) -> Statement[Placed]:
    by, found = _sorted(given)
    picked = found if _ALL in given else found.limit(bindparam("limit"))
    some = picked.subquery("picked")
    rows = select(*columns_of(CustomerRow, customers), some.c.key).select_from(
        some.join(customers, and_(_ORG, _C.id == some.c.id))
    )
    # As a page is read, whichever way it was picked.
    return Statement(
        rows.order_by(*_ordered(given - {_BACK}, by, some.c.key, some.c.number)),
        cast("type[Placed]", _placed),
    )


_PAGES: StatementCache[Placed] = StatementCache(
    _page, [*_NARROWED, *_ABOVE.values(), _DOWN, _BACK, _ON, _ON_EMPTY, _ALL]
)


async def page(
    db: Executor,
    org_id: str,
    filters: Mapping[str, Any],
    values: Mapping[str, Any],
    order: Order,
    limit: int,
    *,
    at: Place | None = None,
    back: bool = False,
) -> Sequence[Placed]:
    """The first ``limit`` customers in an order, or those behind ``at``; with ``back`` those before it.

    They come in the order whichever way they lie. ``filters`` are those of ``repository.FILTERS``.
    """
    given = {*filters, _ABOVE[order.by]}
    params: dict[str, Any] = {
        **filters,
        **values,
        "org_id": org_id,
        "limit": limit,
        "sort_field": order.field,
    }
    if order.down:
        given.add(_DOWN)
    if at is not None:
        given.add(_ON if at.key is not None else _ON_EMPTY)
        params |= {"at_key": at.key, "at_number": at.number}
        if back:
            given.add(_BACK)
    return await db.fetch_all(_PAGES.get(frozenset(given)), params)


def stream(
    db: Database, org_id: str, filters: Mapping[str, Any], values: Mapping[str, Any], order: Order
) -> AsyncGenerator[list[Placed], None]:
    """All customers of the filters in an order, in batches of one consistent state.

    ``filters``: those of ``repository.FILTERS`` and ``repository.CHOSEN``.
    """
    given = {*filters, _ABOVE[order.by], _ALL, *([_DOWN] if order.down else [])}
    params = {**filters, **values, "org_id": org_id, "sort_field": order.field}
    return db.stream(_PAGES.get(frozenset(given)), params, batch=500)


# ── Beside the rows ────────────────────────────────────────────────────────────────────────────
def _sharing(given: frozenset[str]) -> Statement[tuple[Any, ...]]:
    seen = [VISIBLE] if "visible_to" in given else []
    return Statement.rows(
        select(_C.domain, func.count())
        .where(_ORG, _C.deleted_at.is_(None), any_of(_C.domain, "domains"), *seen)
        .group_by(_C.domain)
    )


_SHARING = StatementCache(_sharing, ["visible_to"])


async def sharing(
    db: Executor, org_id: str, domains: Sequence[str], visible_to: str | None
) -> dict[str, int]:
    """How many live customers, of those that somebody sees, have each of these domains."""
    params: dict[str, Any] = {"org_id": org_id, "domains": domains}
    if visible_to is not None:
        params["visible_to"] = visible_to
    return dict(await db.fetch_all(_SHARING.pick(params), params))
