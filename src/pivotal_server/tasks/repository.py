"""SQL of tasks."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import and_, bindparam, false, func, select, true, update

from pivotal_server.db.elements import passed_over
from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.lists import FirstOfEach, PagedList
from pivotal_server.db.searched import asked_for
from pivotal_server.db.statements import Statement, StatementCache, any_of, columns_of, insert_of
from pivotal_server.db.tables import contacts, date_notes, members, people, phase_transitions, tasks
from pivotal_server.db.wire import WireRead, plain_day, wire_columns_of


class TaskRow(msgspec.Struct, frozen=True):
    """A task as stored."""

    id: str
    display_id: int
    onboarding_id: str
    customer_id: str
    parent_task_id: str | None
    phase: str
    title: str
    description: str | None
    assignee_id: str | None
    due_date: date | None
    done: bool
    customer_facing: bool
    completed_at: datetime | None
    completed_by: str | None
    auto: bool
    links: msgspec.Raw
    depends_on: msgspec.Raw
    due_anchor: str | None
    due_offset: int | None
    plan_anchor: str | None
    plan_offset: int | None
    position: int
    template_id: str | None
    template_task: str | None
    carried_over_at: datetime | None
    orphaned: bool
    metadata: msgspec.Raw
    external_id: str | None
    customer_hidden: bool
    livemode: bool
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class NodeRow(msgspec.Struct, frozen=True):
    """What plans and dependencies need of a task of the onboarding."""

    id: str
    display_id: int
    parent_task_id: str | None
    phase: str
    title: str
    due_date: date | None
    done: bool
    completed_at: datetime | None
    depends_on: msgspec.Raw
    due_anchor: str | None
    due_offset: int | None


_C = tasks.c
_ORG = _C.org_id == bindparam("org_id")
_LIVE = _C.deleted_at.is_(None)
_OF_ONBOARDING = _C.onboarding_id == bindparam("onboarding_id")
_SELECT = select(*columns_of(TaskRow, tasks))

BY_ID = Statement(_SELECT.where(_ORG, _C.id == bindparam("id")), into=TaskRow)
BY_NUMBER = Statement(_SELECT.where(_ORG, _C.display_id == bindparam("number")), into=TaskRow)
BY_IDS = Statement(_SELECT.where(_ORG, _LIVE, any_of(_C.id, "ids")).order_by(_C.display_id), into=TaskRow)
SUBTASKS = Statement(
    _SELECT.where(_ORG, _LIVE, _C.parent_task_id == bindparam("parent_id")).order_by(
        _C.position, _C.display_id
    ),
    into=TaskRow,
)
DELETED_WITH = Statement(
    _SELECT.where(
        _ORG, _C.parent_task_id == bindparam("parent_id"), _C.deleted_at == bindparam("deleted_at")
    ).order_by(_C.display_id),
    into=TaskRow,
)
ANCHORED_ON = Statement(
    _SELECT.where(_ORG, _LIVE, _OF_ONBOARDING, any_of(_C.due_anchor, "anchors")).order_by(_C.display_id),
    into=TaskRow,
)
OPEN_OF_ASSIGNEE = Statement(
    _SELECT.where(
        _ORG,
        _LIVE,
        _C.customer_id == bindparam("customer_id"),
        _C.assignee_id == bindparam("assignee_id"),
        ~_C.done,
    ).order_by(_C.display_id),
    into=TaskRow,
)
NODES = Statement(
    select(*columns_of(NodeRow, tasks)).where(_ORG, _LIVE, _OF_ONBOARDING).order_by(_C.display_id),
    into=NodeRow,
)
HAS_PLANNED = Statement.scalar(
    select(_C.id).where(_ORG, _LIVE, _OF_ONBOARDING, _C.due_anchor.is_not(None)).limit(1), str
)
HAS_ANCHORED = Statement.scalar(
    select(_C.id).where(_ORG, _LIVE, _OF_ONBOARDING, any_of(_C.due_anchor, "anchors")).limit(1), str
)
COUNT = Statement.scalar(select(func.count()).select_from(tasks).where(_ORG, _LIVE, _OF_ONBOARDING), int)
LAST_POSITION = Statement.scalar(
    select(func.max(_C.position)).where(
        _ORG, _LIVE, _OF_ONBOARDING, _C.phase == bindparam("phase"), _C.parent_task_id.is_(None)
    ),
    int,
)
FROM_TEMPLATE = Statement.rows(
    select(_C.template_task, _C.id).where(
        _ORG,
        _LIVE,
        _OF_ONBOARDING,
        _C.template_id == bindparam("template_id"),
        _C.template_task.is_not(None),
    )
)
DELETED_FROM_TEMPLATE = Statement.scalar(
    select(_C.template_task)
    .where(
        _ORG,
        _C.deleted_at.is_not(None),
        _OF_ONBOARDING,
        _C.template_id == bindparam("template_id"),
        _C.template_task.is_not(None),
    )
    .distinct()
    .order_by(_C.template_task),
    str,
)
TEMPLATES_OF = Statement.scalar(
    select(_C.template_id)
    .where(_ORG, _LIVE, _OF_ONBOARDING, _C.template_id.is_not(None))
    .distinct()
    .order_by(_C.template_id),
    str,
)
BY_EXTERNAL_ID = Statement.scalar(
    select(_C.id).where(_ORG, _LIVE, _C.external_id == bindparam("external_id")), str
)
INSERT = Statement.write(insert_of(tasks))
_CHANGEABLE = [name for name in TaskRow.__struct_fields__ if name not in ("id", "display_id", "created_at")]
UPDATE = Statement.write(
    update(tasks)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=_C[name].type) for name in _CHANGEABLE})
)

# ── What moves and customers do to many at once ──────────────────────────────────────────────────
_IN_ORG = _C.org_id == bindparam("in_org")
_IN_ONBOARDING = _C.onboarding_id == bindparam("in_onboarding")
CARRY_OVER = Statement.write(
    update(tasks)
    .where(_IN_ORG, _LIVE, _IN_ONBOARDING, ~_C.done, _C.phase == bindparam("of_phase"))
    .values(carried_over_at=bindparam("at", type_=_C.carried_over_at.type))
)
ORPHAN = Statement.write(
    update(tasks)
    .where(_IN_ORG, _LIVE, _IN_ONBOARDING, ~_C.done, any_of(_C.phase, "phases"))
    .values(orphaned=true())
)
UNMARK = Statement.write(
    update(tasks)
    .where(_IN_ORG, _LIVE, _IN_ONBOARDING, any_of(_C.phase, "phases"))
    .values(carried_over_at=None)
)
UNORPHAN = Statement.write(
    update(tasks)
    .where(_IN_ORG, _LIVE, _IN_ONBOARDING, _C.orphaned, _C.phase == bindparam("of_phase"))
    .values(orphaned=false())
)
HIDE_OF_CUSTOMER = Statement.write(
    update(tasks)
    .where(_IN_ORG, _LIVE, _C.customer_id == bindparam("of_customer"))
    .values(customer_hidden=bindparam("hidden", type_=_C.customer_hidden.type))
)
DELETE_OF_ONBOARDING = Statement.write(
    update(tasks)
    .where(_IN_ORG, _LIVE, _IN_ONBOARDING)
    .values(deleted_at=bindparam("at", type_=_C.deleted_at.type))
)
RESTORE_OF_ONBOARDING = Statement.write(
    update(tasks)
    .where(_IN_ORG, _IN_ONBOARDING, _C.deleted_at == bindparam("at", type_=_C.deleted_at.type))
    .values(deleted_at=None, customer_hidden=bindparam("hidden", type_=_C.customer_hidden.type))
)

# ── Who a task is assigned to ────────────────────────────────────────────────────────────────────
_MEMBER_EMAIL = (
    select(people.c.email)
    .select_from(members.join(people, people.c.id == members.c.person_id))
    .where(members.c.org_id == _C.org_id, members.c.id == _C.assignee_id)
    .scalar_subquery()
)
_CONTACT_EMAIL = (
    select(contacts.c.email)
    .where(contacts.c.org_id == _C.org_id, contacts.c.id == _C.assignee_id, contacts.c.deleted_at.is_(None))
    .scalar_subquery()
)
MEMBER_EMAILS = Statement.rows(
    select(members.c.id, people.c.email)
    .select_from(members.join(people, people.c.id == members.c.person_id))
    .where(members.c.org_id == bindparam("org_id"), any_of(members.c.id, "ids"))
)
CONTACT_EMAILS = Statement.rows(
    select(contacts.c.id, contacts.c.email).where(
        contacts.c.org_id == bindparam("org_id"),
        contacts.c.deleted_at.is_(None),
        any_of(contacts.c.id, "ids"),
    )
)

_T = phase_transitions.c
MOVES = Statement.rows(
    select(_T.from_phase, _T.to_phase, _T.at)
    .where(_T.org_id == bindparam("org_id"), _T.onboarding_id == bindparam("onboarding_id"))
    .order_by(_T.at)
)
INSERT_NOTE = Statement.write(insert_of(date_notes))

_FILTERS = {
    "assignee_id": _C.assignee_id == bindparam("assignee_id"),
    "customer_id": _C.customer_id == bindparam("customer_id"),
    "onboarding_id": _OF_ONBOARDING,
    "done": _C.done == bindparam("done"),
    "due_before": and_(_C.due_date.is_not(None), _C.due_date < bindparam("due_before")),
}
_COMPUTED = {
    "due_date": plain_day(_C.due_date),
    "assignee_email": func.coalesce(_MEMBER_EMAIL, _CONTACT_EMAIL),
}
W = TypeVar("W", bound=msgspec.Struct)


def wire_list(kind: type[W]) -> PagedList[W]:
    """The tasks of the workspace whose customers are not put away, as wire objects of ``kind``."""
    return PagedList(
        kind,
        tasks,
        [_LIVE, ~_C.customer_hidden],
        _FILTERS,
        wire=True,
        computed=_COMPUTED,
        few_by={"updated_since": "tasks_updated", "due_before": "tasks_due_day"},
        many={
            "due_before": and_(_C.due_date.is_not(None), passed_over(_C.due_date) < bindparam("due_before"))
        },
    )


def wire_onboarding_list(kind: type[W]) -> PagedList[W]:
    """The tasks of one onboarding (filter ``onboarding_id``), as wire objects of ``kind``."""
    return PagedList(kind, tasks, [_LIVE], _FILTERS, wire=True, computed=_COMPUTED)


def wire_newest(kind: type[W]) -> FirstOfEach[W]:
    """The newest tasks and subtasks of each of several onboardings, as wire objects of ``kind``."""
    return FirstOfEach(kind, tasks, "onboarding_id", [_LIVE], _COMPUTED)


def wire_all(kind: type[W]) -> StatementCache[W]:
    """The live tasks of customers that are not put away, by number, as a search asks for them."""
    columns = wire_columns_of(kind, tasks, _COMPUTED)
    rows = select(*columns).where(_ORG, _LIVE, ~_C.customer_hidden).order_by(_C.display_id)
    return asked_for("task", rows, _C.id, kind)


def wire_read(kind: type[W]) -> WireRead[W]:
    """Single live tasks, read as wire objects of ``kind``."""
    return WireRead(kind, tasks, _COMPUTED)


async def id_of_external(db: Executor, org_id: str, external_id: str) -> str | None:
    """The live task with this external id."""
    return await db.fetch_one(BY_EXTERNAL_ID, {"org_id": org_id, "external_id": external_id})


async def find(
    db: Executor, org_id: str, *, id: str | None = None, number: int | None = None
) -> TaskRow | None:
    """The task with this id or number, deleted or not."""
    if number is not None:
        return await db.fetch_one(BY_NUMBER, {"org_id": org_id, "number": number})
    return await db.fetch_one(BY_ID, {"org_id": org_id, "id": id})


async def by_ids(db: Executor, org_id: str, ids: Sequence[str]) -> list[TaskRow]:
    """The live tasks with these ids, by number."""
    return await db.fetch_all(BY_IDS, {"org_id": org_id, "ids": ids}) if ids else []


async def subtasks(db: Executor, org_id: str, parent_id: str) -> list[TaskRow]:
    """The live subtasks of a task, in their order."""
    return await db.fetch_all(SUBTASKS, {"org_id": org_id, "parent_id": parent_id})


async def open_of_assignee(db: Executor, org_id: str, customer_id: str, assignee_id: str) -> list[TaskRow]:
    """The open tasks that a contact of the customer has to do, by number, in whatever onboarding."""
    params = {"org_id": org_id, "customer_id": customer_id, "assignee_id": assignee_id}
    return await db.fetch_all(OPEN_OF_ASSIGNEE, params)


async def deleted_with(db: Executor, org_id: str, parent_id: str, at: datetime) -> list[TaskRow]:
    """The subtasks of a task that were deleted together with it."""
    return await db.fetch_all(DELETED_WITH, {"org_id": org_id, "parent_id": parent_id, "deleted_at": at})


async def anchored_on(db: Executor, org_id: str, onboarding_id: str, anchors: Sequence[str]) -> list[TaskRow]:
    """The live tasks whose planned date hangs on one of ``anchors``, by number."""
    params = {"org_id": org_id, "onboarding_id": onboarding_id, "anchors": anchors}
    return await db.fetch_all(ANCHORED_ON, params)


async def nodes(db: Executor, org_id: str, onboarding_id: str) -> list[NodeRow]:
    """The live tasks of an onboarding as plans see them, by number."""
    return await db.fetch_all(NODES, {"org_id": org_id, "onboarding_id": onboarding_id})


async def has_planned(
    db: Executor, org_id: str, onboarding_id: str, anchors: Sequence[str] | None = None
) -> bool:
    """Whether the onboarding has a task with a planned date; with ``anchors``, one that hangs on those."""
    params: dict[str, Any] = {"org_id": org_id, "onboarding_id": onboarding_id}
    if anchors is None:
        return await db.fetch_one(HAS_PLANNED, params) is not None
    return await db.fetch_one(HAS_ANCHORED, {**params, "anchors": anchors}) is not None


async def count(db: Executor, org_id: str, onboarding_id: str) -> int:
    """How many tasks and subtasks an onboarding has."""
    return await db.fetch_one(COUNT, {"org_id": org_id, "onboarding_id": onboarding_id}) or 0


async def last_position(db: Executor, org_id: str, onboarding_id: str, phase: str) -> int:
    """The position of the last task of a phase of an onboarding, 0 without one."""
    params = {"org_id": org_id, "onboarding_id": onboarding_id, "phase": phase}
    return await db.fetch_one(LAST_POSITION, params) or 0


async def from_template(db: Executor, org_id: str, onboarding_id: str, template_id: str) -> dict[str, str]:
    """The tasks that an onboarding has from a template: key of the template's task → id."""
    params = {"org_id": org_id, "onboarding_id": onboarding_id, "template_id": template_id}
    return dict(await db.fetch_all(FROM_TEMPLATE, params))


async def deleted_from_template(db: Executor, org_id: str, onboarding_id: str, template_id: str) -> list[str]:
    """The keys of the template's tasks that an onboarding had and that were deleted."""
    params = {"org_id": org_id, "onboarding_id": onboarding_id, "template_id": template_id}
    return await db.fetch_all(DELETED_FROM_TEMPLATE, params)


async def templates_of(db: Executor, org_id: str, onboarding_id: str) -> list[str]:
    """The templates that an onboarding has tasks from."""
    return await db.fetch_all(TEMPLATES_OF, {"org_id": org_id, "onboarding_id": onboarding_id})


async def insert(tx: Transaction, org_id: str, rows: Sequence[TaskRow]) -> None:
    """Insert tasks. Raises ``UniqueViolation``."""
    values = [{"org_id": org_id, **msgspec.structs.asdict(row)} for row in rows]
    if len(values) == 1:
        await tx.execute(INSERT, values[0])
    elif values:
        await tx.execute_many(INSERT, values)


async def save(tx: Transaction, org_id: str, rows: Sequence[TaskRow]) -> None:
    """Write the changed fields of tasks. Raises ``UniqueViolation``."""
    values = [{"in_org": org_id, "of_id": row.id, **msgspec.structs.asdict(row)} for row in rows]
    if len(values) == 1:
        await tx.execute(UPDATE, values[0])
    elif values:
        await tx.execute_many(UPDATE, values)


async def carry_over(tx: Transaction, org_id: str, onboarding_id: str, phase: str, at: datetime) -> None:
    """Mark the open tasks of a phase as carried over at a moment."""
    params = {"in_org": org_id, "in_onboarding": onboarding_id, "of_phase": phase, "at": at}
    await tx.execute(CARRY_OVER, params)


async def orphan(tx: Transaction, org_id: str, onboarding_id: str, phases: Sequence[str]) -> None:
    """Mark the open tasks of phases as orphaned."""
    params = {"in_org": org_id, "in_onboarding": onboarding_id, "phases": phases}
    await tx.execute(ORPHAN, params)


async def unmark(
    tx: Transaction, org_id: str, onboarding_id: str, entered: str, ahead: Sequence[str]
) -> None:
    """Take "orphaned" from the tasks of the phase entered, "carried over" from it and those ``ahead``."""
    params: dict[str, Any] = {"in_org": org_id, "in_onboarding": onboarding_id}
    await tx.execute(UNORPHAN, {**params, "of_phase": entered})
    await tx.execute(UNMARK, {**params, "phases": [entered, *ahead]})


async def hide_of_customer(tx: Transaction, org_id: str, customer_id: str, hidden: bool) -> None:
    """Take the tasks of a customer out of every list of the workspace, or put them back."""
    await tx.execute(HIDE_OF_CUSTOMER, {"in_org": org_id, "of_customer": customer_id, "hidden": hidden})


async def delete_of_onboarding(tx: Transaction, org_id: str, onboarding_id: str, at: datetime) -> None:
    """Delete the live tasks of an onboarding at a moment."""
    params = {"in_org": org_id, "in_onboarding": onboarding_id, "at": at}
    await tx.execute(DELETE_OF_ONBOARDING, params)


async def restore_of_onboarding(
    tx: Transaction, org_id: str, onboarding_id: str, at: datetime, hidden: bool
) -> None:
    """Bring back the tasks of an onboarding that were deleted at a moment. Raises ``UniqueViolation``."""
    params = {"in_org": org_id, "in_onboarding": onboarding_id, "at": at, "hidden": hidden}
    await tx.execute(RESTORE_OF_ONBOARDING, params)


async def emails(db: Executor, org_id: str, ids: Sequence[str]) -> dict[str, str]:
    """The addresses of members and of live contacts, by id."""
    if not ids:
        return {}
    params = {"org_id": org_id, "ids": ids}
    found: dict[str, str] = dict(await db.fetch_all(MEMBER_EMAILS, params))
    if len(found) < len(ids):
        found.update(await db.fetch_all(CONTACT_EMAILS, params))
    return found


async def moves(db: Executor, org_id: str, onboarding_id: str) -> list[tuple[str | None, str, datetime]]:
    """The moves of an onboarding, oldest first: from, to, when."""
    found = await db.fetch_all(MOVES, {"org_id": org_id, "onboarding_id": onboarding_id})
    return [(from_phase, to_phase, at) for from_phase, to_phase, at in found]


async def insert_notes(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Insert date notes."""
    await tx.execute_many(INSERT_NOTE, rows)
