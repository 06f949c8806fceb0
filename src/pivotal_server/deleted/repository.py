"""SQL of what was deleted: the entries that say so, as long as their record is still gone."""

from datetime import datetime

import msgspec
from sqlalchemy import FromClause, and_, bindparam, case, func, or_, select, true

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


def _joined() -> FromClause:
    found: FromClause = activity
    for kind, table in _GONE.items():
        # An entry of a deletion that was undone, or of one before the last, speaks of no deleted record.
        still = table.c.deleted_at <= _A.created_at
        found = found.outerjoin(
            table,
            and_(_A.target_type == kind, table.c.org_id == _A.org_id, table.c.id == _A.target_id, still),
        )
    for other, id, condition in (
        (_HOMES, _A.customer_id, true()),
        (_PLANS, _A.onboarding_id, _A.target_type == "task"),
        (members, _A.actor_id, _A.actor_type == "member"),
    ):
        found = found.outerjoin(other, and_(condition, other.c.org_id == _A.org_id, other.c.id == id))
    return found.outerjoin(people, people.c.id == members.c.person_id)


_NAME = case(
    (_A.target_type == "customer", customers.c.name),
    (_A.target_type == "contact", contacts.c.name),
    (_A.target_type == "onboarding", onboardings.c.name),
    else_=tasks.c.title,
)
# What belongs to something deleted comes back with that.
_REACHABLE = or_(
    _A.target_type == "customer",
    and_(_HOMES.c.deleted_at.is_(None), or_(_A.target_type != "task", _PLANS.c.deleted_at.is_(None))),
)


def _page(older: bool) -> Statement[DeletedRow]:
    older_ones = [_A.created_at < bindparam("before", type_=_A.created_at.type)] if older else []
    return Statement(
        select(
            _A.target_type.label("kind"),
            _A.target_id.label("id"),
            _A.target_display_id.label("display_id"),
            _NAME.label("name"),
            _HOMES.c.name.label("home"),
            _A.created_at.label("at"),
            _A.actor_type,
            func.coalesce(people.c.name, _A.actor).label("actor"),
            _PLANS.c.display_id.label("onboarding_number"),
        )
        .select_from(_joined())
        .where(
            _A.org_id == bindparam("org_id"),
            _A.event.in_([f"{kind}.deleted" for kind in _GONE]),
            _NAME.is_not(None),
            _REACHABLE,
            *older_ones,
        )
        .order_by(_A.created_at.desc())
        .limit(bindparam("limit")),
        into=DeletedRow,
    )


NEWEST, OLDER = _page(older=False), _page(older=True)


async def page(db: Executor, org_id: str, before: datetime | None, limit: int) -> list[DeletedRow]:
    """Deleted records, the last deletion first, from before a moment."""
    params = {"org_id": org_id, "limit": limit}
    if before is None:
        return await db.fetch_all(NEWEST, params)
    return await db.fetch_all(OLDER, {**params, "before": before})
