"""SQL of the lists of activity entries."""

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, func, select

from pivotal_server.db.engine import Database, Executor
from pivotal_server.db.lists import PagedList
from pivotal_server.db.searched import Asked, asked_for
from pivotal_server.db.statements import any_of
from pivotal_server.db.tables import activity, activity_personal, contacts, customers, members, people
from pivotal_server.db.wire import wire_columns_of
from pivotal_server.kit.pagination import Slice


class EntryRow(msgspec.Struct, frozen=True):
    """One entry as lists read it: moments as the wire has them, the actor by present name."""

    id: str
    display_id: int
    created_at: str
    event: str
    target_type: str
    target_id: str
    target_display_id: int | None
    customer_id: str | None
    onboarding_id: str | None
    task_id: str | None
    contact_id: str | None
    actor_type: str
    actor_id: str | None
    actor: str | None
    origin: str
    diff: msgspec.Raw | None
    reason: str | None
    request_id: str | None
    bulk_id: str | None
    livemode: bool
    tool: str | None


_A = activity.c
_MEMBER = (
    select(people.c.name)
    .select_from(members.join(people, people.c.id == members.c.person_id))
    .where(members.c.org_id == _A.org_id, members.c.id == _A.actor_id)
    .scalar_subquery()
)
_CONTACT = (
    select(contacts.c.name + " (" + customers.c.name + ")")
    .select_from(
        contacts.join(
            customers,
            and_(customers.c.org_id == contacts.c.org_id, customers.c.id == contacts.c.customer_id),
        )
    )
    .where(contacts.c.org_id == _A.org_id, contacts.c.id == _A.actor_id, contacts.c.deleted_at.is_(None))
    .scalar_subquery()
)
_PERSONAL = (
    select(activity_personal.c.diff)
    .where(
        activity_personal.c.org_id == _A.org_id,
        activity_personal.c.activity_display_id == _A.display_id,
    )
    .scalar_subquery()
)
_COMPUTED = {
    "actor": case(
        (_A.actor_type == "member", _MEMBER), (_A.actor_type == "contact", _CONTACT), else_=_A.actor
    ),
    "diff": func.coalesce(_A.diff, _PERSONAL, type_=_A.diff.type),
}
_OF_CUSTOMER = _A.customer_id == bindparam("customer_id")
_BY = {
    "actor_id": _A.actor_id == bindparam("actor_id"),
    "no_actor": _A.actor_id.is_(None),
}
_WORKSPACE = PagedList(
    EntryRow, activity, [], _BY, wire=True, computed=_COMPUTED, among=[("event", _A.event, "activity_event")]
)
# All entries of one customer are few enough to be passed over, so that its own index leads.
_CUSTOMER = PagedList(
    EntryRow,
    activity,
    [_OF_CUSTOMER],
    {**_BY, "event": any_of(_A.event, "event")},
    wire=True,
    computed=_COMPUTED,
)


def _of(filters: Mapping[str, Any]) -> tuple[PagedList[EntryRow], dict[str, Any], dict[str, Any]]:
    """The list that serves ``filters``, those it takes as such, and the values that it always binds."""
    rest = dict(filters)
    if "customer_id" not in rest:
        return _WORKSPACE, rest, {}
    return _CUSTOMER, rest, {"customer_id": rest.pop("customer_id")}


_COLUMNS = wire_columns_of(EntryRow, activity, _COMPUTED)
_ALL = asked_for(
    "customer",
    select(*_COLUMNS).where(_A.org_id == bindparam("org_id")).order_by(_A.display_id.desc()),
    _A.customer_id,
    EntryRow,
)


def stream(db: Database, org_id: str, asked: Asked) -> AsyncGenerator[list[EntryRow], None]:
    """Every entry, or those of the customers asked for, newest first, in batches of one consistent state."""
    return db.stream(_ALL.get(asked.names), {**asked.params, "org_id": org_id})


async def page(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]
) -> tuple[list[EntryRow], datetime | None]:
    """One page of entries, and the cursor of the next one.

    ``filters``: ``customer_id``, ``event`` (a tuple of names), and ``actor_id`` or ``no_actor``.
    """
    entries, rest, always = _of(filters)
    return await entries.page(db, org_id, part, rest, always)


async def count(db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]) -> int:
    """How many entries match the same ``filters``."""
    entries, rest, always = _of(filters)
    return await entries.count(db, org_id, part, rest, always)
