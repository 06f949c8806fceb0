"""SQL of what pages show of tasks: lines of a plan, counts by phase."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement, any_of
from pivotal_server.db.tables import contacts, onboardings, tasks

MARK_LASTS = timedelta(days=30)


class TaskLine(msgspec.Struct, frozen=True):
    """One task in the list of a plan."""

    id: str
    display_id: int
    phase: str
    title: str
    assignee_id: str | None
    due_date: date | None
    due_anchor: str | None
    due_offset: int | None
    done: bool
    auto: bool
    customer_facing: bool
    completed_at: datetime | None
    carried_over_at: datetime | None
    orphaned: bool
    livemode: bool
    parent_task_id: str | None
    contact_name: str | None


class PhaseCount(msgspec.Struct, frozen=True):
    """How many tasks an onboarding has in a phase, subtasks left out.

    ``total`` and ``done`` leave out orphaned ones, ``open`` and ``all`` do not.
    """

    onboarding_id: str
    phase: str
    all: int
    total: int
    done: int
    open: int


_C = tasks.c
_ORG = _C.org_id == bindparam("org_id")
_LIVE = _C.deleted_at.is_(None)
_OF_ONBOARDING = _C.onboarding_id == bindparam("onboarding_id")
_TOP = _C.parent_task_id.is_(None)
_WITH_CONTACT = tasks.outerjoin(
    contacts,
    and_(
        contacts.c.org_id == _C.org_id,
        contacts.c.id == _C.assignee_id,
        contacts.c.deleted_at.is_(None),
    ),
)
_OWN = [name for name in TaskLine.__struct_fields__ if name != "contact_name"]
_LINES = select(*[_C[name] for name in _OWN], contacts.c.name.label("contact_name")).select_from(
    _WITH_CONTACT
)

_LATE = and_(
    ~_C.done,
    or_(
        _C.carried_over_at.is_not(None),
        and_(_C.due_date < bindparam("today"), ~_C.orphaned, any_of(_C.phase, "reached")),
    ),
)
FILTERS: dict[str, ColumnElement[bool]] = {
    "mine": _C.assignee_id == bindparam("me"),
    "overdue": _LATE,
    "facing": _C.customer_facing,
    "unassigned": and_(_C.assignee_id.is_(None), ~_C.done),
}


def _of_phase(*conditions: ColumnElement[bool]) -> Statement[TaskLine]:
    found: Select[Any] = _LINES.where(
        _ORG, _LIVE, _OF_ONBOARDING, _TOP, _C.phase == bindparam("phase"), *conditions
    )
    return Statement(
        found.order_by(_C.position, _C.display_id).limit(bindparam("limit")),
        into=TaskLine,
    )


def _filtered(condition: ColumnElement[bool]) -> Statement[TaskLine]:
    """Matching tasks of all phases; subtasks too, since those are assigned and due by themselves."""
    found = _LINES.where(_ORG, _LIVE, _OF_ONBOARDING, condition)
    return Statement(
        found.order_by(_C.done, _C.due_date.is_(None), _C.due_date, _C.display_id).limit(bindparam("limit")),
        into=TaskLine,
    )


def _chosen(condition: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (_ORG, _LIVE, _OF_ONBOARDING, condition, _C.created_at <= bindparam("until"))


_CHOICES = {"": _TOP, **FILTERS}
COUNT_FILTERED = {
    name: Statement.scalar(select(func.count()).where(*_chosen(condition)), int)
    for name, condition in _CHOICES.items()
}
IDS_FILTERED = {
    name: Statement.scalar(
        select(_C.id)
        .where(*_chosen(condition), _C.id > bindparam("after"))
        .order_by(_C.id)
        .limit(bindparam("limit")),
        str,
    )
    for name, condition in _CHOICES.items()
}
OF_PHASE = _of_phase()
FILTERED = {name: _filtered(condition) for name, condition in FILTERS.items()}
OPEN_OF_PHASE = Statement(
    _LINES.where(_ORG, _LIVE, _OF_ONBOARDING, _C.phase == bindparam("phase"), ~_C.done, _TOP)
    .order_by(_C.position, _C.display_id)
    .limit(bindparam("limit")),
    into=TaskLine,
)
DONE_OF_PHASE = Statement(
    _LINES.where(_ORG, _LIVE, _OF_ONBOARDING, _C.phase == bindparam("phase"), _C.done, _TOP)
    .order_by(_C.position, _C.display_id)
    .limit(bindparam("limit")),
    into=TaskLine,
)
DATED_FIRST = Statement(
    _LINES.where(_ORG, _LIVE, _OF_ONBOARDING, _TOP)
    .order_by(_C.due_date.is_(None), _C.due_date, _C.display_id)
    .limit(bindparam("limit")),
    into=TaskLine,
)
LINES_OF = Statement(_LINES.where(_ORG, _LIVE, any_of(_C.id, "ids")).order_by(_C.display_id), into=TaskLine)
LINES_AROUND = Statement(
    _LINES.where(
        _ORG, _LIVE, or_(any_of(_C.id, "ids"), _C.parent_task_id == bindparam("parent_id"))
    ).order_by(_C.position, _C.display_id),
    into=TaskLine,
)
SUBTASK_COUNTS = Statement.rows(
    select(_C.parent_task_id, func.count(), func.count().filter(_C.done))
    .where(_ORG, _LIVE, any_of(_C.parent_task_id, "ids"))
    .group_by(_C.parent_task_id)
)
COUNTS = Statement(
    select(
        _C.onboarding_id,
        _C.phase,
        func.count().label("all"),
        func.count().filter(~_C.orphaned).label("total"),
        func.count().filter(and_(_C.done, ~_C.orphaned)).label("done"),
        func.count().filter(~_C.done).label("open"),
    )
    .where(_ORG, _LIVE, _TOP, any_of(_C.onboarding_id, "ids"))
    .group_by(_C.onboarding_id, _C.phase),
    into=PhaseCount,
)
TITLES = Statement.rows(
    select(_C.id, _C.display_id, _C.title)
    .where(_ORG, _LIVE, _OF_ONBOARDING, _TOP)
    .order_by(_C.display_id)
    .limit(2_000)
)
OPEN_TASK_OF = Statement.scalar(
    select(_C.onboarding_id)
    .distinct()
    .select_from(
        tasks.join(onboardings, and_(onboardings.c.org_id == _C.org_id, onboardings.c.id == _C.onboarding_id))
    )
    .where(
        _ORG,
        _LIVE,
        ~_C.done,
        _C.assignee_id == bindparam("member_id"),
        any_of(_C.onboarding_id, "ids"),
        _C.phase == onboardings.c.phase,
    ),
    str,
)


async def of_phase(db: Executor, org_id: str, onboarding_id: str, phase: str, limit: int) -> list[TaskLine]:
    """The first ``limit`` tasks of a phase in their order, subtasks left out."""
    params = {"org_id": org_id, "onboarding_id": onboarding_id, "phase": phase, "limit": limit}
    return await db.fetch_all(OF_PHASE, params)


async def filtered(
    db: Executor,
    org_id: str,
    onboarding_id: str,
    name: str,
    *,
    me: str,
    today: date,
    reached: Sequence[str],
    limit: int,
) -> list[TaskLine]:
    """Tasks and subtasks by a filter of ``FILTERS``: open ones first, by due day. ``reached``: phases up to
    the present one.
    """
    params: dict[str, Any] = {"org_id": org_id, "onboarding_id": onboarding_id, "limit": limit}
    if name == "mine":
        params["me"] = me
    elif name == "overdue":
        params |= {"today": today, "reached": reached}
    return await db.fetch_all(FILTERED[name], params)


async def count_filtered(
    db: Executor, org_id: str, onboarding_id: str, asked: Mapping[str, Any], until: datetime
) -> int:
    """How many tasks that were there at a moment a filter finds; those of the plan without any."""
    params = _params_of(org_id, onboarding_id, asked, until)
    return await db.fetch_one(COUNT_FILTERED[asked["name"]], params) or 0


async def ids_filtered(
    db: Executor,
    org_id: str,
    onboarding_id: str,
    asked: Mapping[str, Any],
    until: datetime,
    *,
    after: str,
    limit: int,
) -> list[str]:
    """The first ids of the same tasks behind the id ``after``, in the order of ids."""
    params = {**_params_of(org_id, onboarding_id, asked, until), "after": after, "limit": limit}
    return await db.fetch_all(IDS_FILTERED[asked["name"]], params)


def _params_of(org_id: str, onboarding_id: str, asked: Mapping[str, Any], until: datetime) -> dict[str, Any]:
    """``asked``: the ``name`` of the filter, and what it takes of ``me``, ``today`` and ``reached``."""
    params: dict[str, Any] = {"org_id": org_id, "onboarding_id": onboarding_id, "until": until}
    if asked["name"] == "mine":
        params["me"] = asked["me"]
    elif asked["name"] == "overdue":
        params |= {"today": date.fromisoformat(asked["today"]), "reached": asked["reached"]}
    return params


async def open_of_phase(
    db: Executor, org_id: str, onboarding_id: str, phase: str, limit: int
) -> list[TaskLine]:
    """The open tasks of a phase in their order, subtasks left out."""
    params = {"org_id": org_id, "onboarding_id": onboarding_id, "phase": phase, "limit": limit}
    return await db.fetch_all(OPEN_OF_PHASE, params)


async def done_of_phase(
    db: Executor, org_id: str, onboarding_id: str, phase: str, limit: int
) -> list[TaskLine]:
    """The done tasks of a phase in their order, subtasks left out."""
    params = {"org_id": org_id, "onboarding_id": onboarding_id, "phase": phase, "limit": limit}
    return await db.fetch_all(DONE_OF_PHASE, params)


async def lines_of(db: Executor, org_id: str, ids: Sequence[str]) -> list[TaskLine]:
    """The live tasks with these ids, by number."""
    return await db.fetch_all(LINES_OF, {"org_id": org_id, "ids": ids}) if ids else []


async def lines_around(db: Executor, org_id: str, task_id: str, ids: Sequence[str]) -> list[TaskLine]:
    """The live tasks with these ids, and the subtasks of a task, in their order."""
    return await db.fetch_all(LINES_AROUND, {"org_id": org_id, "ids": ids, "parent_id": task_id})


async def subtask_counts(db: Executor, org_id: str, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """How many subtasks these tasks have, and how many of them are done; tasks without any are left out."""
    if not ids:
        return {}
    found = await db.fetch_all(SUBTASK_COUNTS, {"org_id": org_id, "ids": ids})
    return {task: (count, done) for task, count, done in found}


async def counts(db: Executor, org_id: str, ids: Sequence[str]) -> list[PhaseCount]:
    """How many tasks these onboardings have by phase; phases without any are left out."""
    return await db.fetch_all(COUNTS, {"org_id": org_id, "ids": ids}) if ids else []


async def where_open_task_of(db: Executor, org_id: str, member_id: str, ids: Sequence[str]) -> set[str]:
    """Those of the onboardings ``ids`` in whose present phase a member has an open task or subtask."""
    if not ids:
        return set()
    return set(await db.fetch_all(OPEN_TASK_OF, {"org_id": org_id, "member_id": member_id, "ids": ids}))


async def titles_of(db: Executor, org_id: str, onboarding_id: str) -> list[tuple[str, int, str]]:
    """Id, number and title of the top-level tasks of an onboarding by number, at most 2,000."""
    found = await db.fetch_all(TITLES, {"org_id": org_id, "onboarding_id": onboarding_id})
    return [(id, number, title) for id, number, title in found]


async def dated_first(db: Executor, org_id: str, onboarding_id: str, limit: int) -> list[TaskLine]:
    """The top-level tasks of an onboarding by due day, those without one last."""
    params = {"org_id": org_id, "onboarding_id": onboarding_id, "limit": limit}
    return await db.fetch_all(DATED_FIRST, params)
