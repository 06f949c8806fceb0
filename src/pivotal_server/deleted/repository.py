"""SQL of what was deleted: the entries that say so, as long as their record is still gone."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, func, select, true, union_all

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import activity, contacts, customers, members, onboardings, people, tasks


class DeletedRow(msgspec.Struct, frozen=True):
    """A deleted record. ``kind``: customer, contact, onboarding or task; ``home``: the customer it is of."""

    kind: str
    id: str
    display_id: int
    name: str
    home: str | None
    at: datetime
    actor_type: str
    actor: str | None
    onboarding_number: int | None


_A = activity.c
_HOMES = customers.alias("homes")
_PLANS = onboardings.alias("plans")
_GONE = {"customer": customers, "contact": contacts, "onboarding": onboardings, "task": tasks}


def _of_kind(kind: str, table: Table, older: bool) -> Select[Any]:
    """The newest of one kind, by the index of activity by event: no other entries are read."""
    name = table.c.title if kind == "task" else table.c.name
    # An entry of a deletion that was undone, or of one before the last, speaks of no deleted record.
    still = table.c.deleted_at <= _A.created_at
    found = activity.outerjoin(table, and_(table.c.org_id == _A.org_id, table.c.id == _A.target_id, still))
    for other, id, condition in (
        (_HOMES, _A.customer_id, true()),
        (_PLANS, _A.onboarding_id, _A.target_type == "task"),
        (members, _A.actor_id, _A.actor_type == "member"),
    ):
        found = found.outerjoin(other, and_(condition, other.c.org_id == _A.org_id, other.c.id == id))
    # What belongs to something deleted comes back with that.
    reachable: list[ColumnElement[bool]] = [] if kind == "customer" else [_HOMES.c.deleted_at.is_(None)]
    if kind == "task":
        reachable.append(_PLANS.c.deleted_at.is_(None))
    if older:
        reachable.append(_A.created_at < bindparam("before", type_=_A.created_at.type))
    return (
        select(
            _A.target_type.label("kind"),
            _A.target_id.label("id"),
            _A.target_display_id.label("display_id"),
            name.label("name"),
            _HOMES.c.name.label("home"),
            _A.created_at.label("at"),
            _A.actor_type,
            func.coalesce(people.c.name, _A.actor).label("actor"),
            _PLANS.c.display_id.label("onboarding_number"),
        )
        .select_from(found.outerjoin(people, people.c.id == members.c.person_id))
        # Nothing is left of what was erased, not even a name.
        .where(_A.org_id == bindparam("org_id"), _A.event == f"{kind}.deleted", name != "", *reachable)
        .order_by(_A.created_at.desc())
        .limit(bindparam("limit"))
    )


def _page(older: bool) -> Statement[DeletedRow]:
    parts = [_of_kind(kind, table, older).subquery(f"{kind}_rows") for kind, table in _GONE.items()]
    merged = union_all(*map(select, parts)).subquery("merged")
    return Statement(select(merged).order_by(merged.c.at.desc()).limit(bindparam("limit")), into=DeletedRow)


NEWEST, OLDER = _page(older=False), _page(older=True)


async def page(db: Executor, org_id: str, before: datetime | None, limit: int) -> list[DeletedRow]:
    """Deleted records, the last deletion first, from before a moment."""
    params = {"org_id": org_id, "limit": limit}
    if before is None:
        return await db.fetch_all(NEWEST, params)
    return await db.fetch_all(OLDER, {**params, "before": before})
