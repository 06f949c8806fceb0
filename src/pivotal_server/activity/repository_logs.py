"""SQL of the whole stream, with its filters: which entries, and what is shown of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import String, bindparam, cast, func, or_, select

from pivotal_server.activity.repository import ActivityRow, feed_of
from pivotal_server.db.engine import Executor
from pivotal_server.db.lists import PagedList
from pivotal_server.db.statements import Statement, StatementCache, any_of
from pivotal_server.db.tables import activity, activity_personal
from pivotal_server.kit.pagination import Slice


class PlaceRow(msgspec.Struct, frozen=True):
    """Which entry it is."""

    display_id: int


_A, _P = activity.c, activity_personal.c
_PATTERN = bindparam("text", type_=String())


def _holds(column: Any) -> Any:
    return func.lower(cast(column, String)).like(_PATTERN, escape="\\")


_BY = {
    "actor_id": _A.actor_id == bindparam("actor_id"),
    "no_actor": _A.actor_id.is_(None),
    "text": or_(
        _holds(_A.reason),
        _holds(_A.diff),
        select(_P.contact_id)
        .where(_P.org_id == _A.org_id, _P.activity_display_id == _A.display_id, _holds(_P.diff))
        .exists(),
    ),
}
_WORKSPACE = PagedList(PlaceRow, activity, [], _BY, among=[("event", _A.event, "activity_event")])
# All entries of one customer are few enough to be passed over, so that its own index leads.
_CUSTOMER = PagedList(
    PlaceRow,
    activity,
    [_A.customer_id == bindparam("customer_id")],
    {**_BY, "event": any_of(_A.event, "event")},
)
_SHOWN = Statement(feed_of(any_of(_A.display_id, "numbers")), into=ActivityRow)
_BOUNDS = {
    "until": _A.created_at < bindparam("until", type_=_A.created_at.type),
    "cursor": _A.created_at < bindparam("cursor", type_=_A.created_at.type),
}
_REACH: StatementCache[datetime] = StatementCache(
    lambda given: Statement.scalar(
        select(_A.created_at)
        .where(_A.org_id == bindparam("org_id"), *(_BOUNDS[name] for name in sorted(given)))
        .order_by(_A.created_at.desc())
        .limit(1)
        .offset(bindparam("skip")),
        datetime,
    ),
    [*_BOUNDS],
)


async def page(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]
) -> tuple[list[ActivityRow], datetime | None]:
    """Entries that match, newest first, and the cursor of the next page.

    ``filters``: ``customer_id``, ``event`` (a tuple of names), ``actor_id`` or ``no_actor``, and ``text``, a
    pattern in lower case.
    """
    rest = dict(filters)
    always: dict[str, Any] = {}
    entries = _WORKSPACE
    if "customer_id" in rest:
        entries, always = _CUSTOMER, {"customer_id": rest.pop("customer_id")}
    found, following = await entries.page(db, org_id, part, rest, always)
    numbers = [row.display_id for row in found]
    if not numbers:
        return [], following
    params = {"org_id": org_id, "numbers": numbers, "limit": len(numbers)}
    return await db.fetch_all(_SHOWN, params), following


async def reach(db: Executor, org_id: str, part: Slice, entries: int) -> datetime | None:
    """The moment of the entry that is so many older than where ``part`` begins, if there is one."""
    params: dict[str, Any] = {"org_id": org_id, "skip": entries}
    given: Sequence[str] = [name for name in _BOUNDS if getattr(part, name) is not None]
    params |= {name: getattr(part, name) for name in given}
    return await db.fetch_one(_REACH.get(frozenset(given)), params)
