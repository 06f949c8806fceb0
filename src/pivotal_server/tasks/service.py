"""Tasks: finding, listing, creating, deleting. Changing is in ``changes``, completing in ``completion``."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from pivotal_server.db.engine import Database, Executor
from pivotal_server.db.lists import Firsts
from pivotal_server.db.searched import EVERYTHING, Asked
from pivotal_server.errors_catalogue import (
    INVALID_ENUM_VALUE,
    INVALID_REFERENCE,
    MISSING_FIELD,
    ONBOARDING_DONE,
    SUBTASK_DEPTH,
    TASK_NOT_FOUND,
)
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.references import number_in
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import SUBTASKS_PER_TASK, TASKS_PER_ONBOARDING
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.service import OnboardingRow
from pivotal_server.tasks import following, repository, repository_links
from pivotal_server.tasks.dates import anchor_task, settle
from pivotal_server.tasks.home import Home
from pivotal_server.tasks.repository import TaskRow
from pivotal_server.tasks.resolve import Plan, find_assignee, refuse_internal, usable_phase
from pivotal_server.tasks.schemas import AFTER_TASK, SubtaskCreate, Task, TaskCreate
from pivotal_server.tasks.unfit import unassign_unfit
from pivotal_server.tasks.wire import to_wire
from pivotal_server.tasks.writing import (
    announce_deleted,
    encoded,
    insert_tasks,
    note_date,
    own_cause,
    predecessors,
    record,
    record_changes,
    save_tasks,
    tell_turned,
)
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "TaskRow",
    "count_tasks",
    "create_subtask",
    "create_task",
    "delete_task",
    "get_task",
    "get_task_for_change",
    "id_of_external",
    "read_task",
    "read_tasks",
    "restore_task",
    "shown",
    "stream_tasks",
]

_READ = repository.wire_read(Task)
_ALL = repository.wire_all(Task)
_WIRE_LIST = repository.wire_list(Task)
_ONBOARDING_WIRE_LIST = repository.wire_onboarding_list(Task)
_NEWEST = repository.wire_newest(Task)


async def get_task(
    db: Executor, org_id: str, reference: str, *, deleted: bool = False, field: str | None = None
) -> TaskRow:
    """The task that ``reference`` (id or display_id), the value of the body's ``field`` if any, names.

    Raises ``task_not_found``.
    """
    row = await repository.find(db, org_id, id=reference, number=number_in(reference))
    if row is None or (row.deleted_at is not None and not deleted):
        raise TASK_NOT_FOUND(field=field)
    return row


async def get_task_for_change(
    uow: UnitOfWork, reference: str, *, deleted: bool = False, field: str | None = None
) -> tuple[OnboardingRow, TaskRow]:
    """The task that ``reference`` names and its onboarding, which is locked first.

    Everything that changes a task holds that lock, so that a plan is never seen half changed. Raises
    ``task_not_found``.
    """
    found = await get_task(uow.tx, uow.org_id, reference, deleted=deleted, field=field)
    home = await onboardings.get_onboarding(uow.tx, uow.org_id, found.onboarding_id, lock=True, deleted=True)
    return home, await get_task(uow.tx, uow.org_id, found.id, deleted=deleted)


async def id_of_external(db: Executor, org_id: str, external_id: str) -> str | None:
    """The id of the live task with this external id, if there is one."""
    return await repository.id_of_external(db, org_id, external_id)


def stream_tasks(db: Database, org_id: str, asked: Asked = EVERYTHING) -> AsyncGenerator[list[Task], None]:
    """Every task of the lists that a search asks for, by number, in batches of one consistent state."""
    return db.stream(_ALL.get(asked.names), {**asked.params, "org_id": org_id})


async def read_task(db: Executor, org_id: str, reference: str) -> Task:
    """The wire object of the live task that ``reference`` names. Raises ``task_not_found``."""
    found = await _READ.get(db, org_id, reference)
    if found is None:
        raise TASK_NOT_FOUND()
    return found


async def shown(uow: UnitOfWork, row: TaskRow) -> Task:
    """The wire object of a row of the running transaction."""
    ids = [] if row.assignee_id is None else [row.assignee_id]
    emails = await repository.emails(uow.tx, uow.org_id, ids)
    return to_wire(row, emails.get(row.assignee_id or ""))


async def read_tasks(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any], *, onboarding_id: str | None = None
) -> tuple[list[Task], datetime | None]:
    """One page of tasks as wire objects, and the cursor of the next page.

    Those of archived and deleted customers are left out, unless the list is that of one ``onboarding_id``.
    """
    if onboarding_id is None:
        return await _WIRE_LIST.page(db, org_id, part, filters)
    return await _ONBOARDING_WIRE_LIST.page(db, org_id, part, {**filters, "onboarding_id": onboarding_id})


async def newest_of(db: Executor, org_id: str, onboarding_ids: Sequence[str], limit: int) -> Firsts[Task]:
    """The newest tasks and subtasks of each of several onboardings."""
    return await _NEWEST.read(db, org_id, onboarding_ids, limit)


async def count_tasks(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any], *, onboarding_id: str | None = None
) -> int:
    """How many tasks :func:`read_tasks` would list over all pages."""
    if onboarding_id is None:
        return await _WIRE_LIST.count(db, org_id, part, filters)
    return await _ONBOARDING_WIRE_LIST.count(db, org_id, part, {**filters, "onboarding_id": onboarding_id})


def refuse_done(home: Home) -> None:
    """Raises ``onboarding_done``: the tasks of a finished onboarding are locked (ONB-DONE-7)."""
    if home.state == "done":
        raise ONBOARDING_DONE()


def check_plan(due: date | None, anchor: str | None, offset: int | None) -> None:
    """Raises ``invalid_enum_value`` for a date typed and planned, ``missing_field`` for want of an anchor."""
    if anchor is None and offset is not None:
        raise MISSING_FIELD(field="due_anchor", name="due_anchor")
    if anchor is not None and due is not None:
        raise INVALID_ENUM_VALUE(
            field="due_date", message="due_date and due_anchor contradict each other: send one of them"
        )


async def create_task(uow: UnitOfWork, home: Home, data: TaskCreate) -> TaskRow:
    """Add a task to a locked onboarding, with its entry and event (ONB-TASK-2).

    It takes the present phase when none is given. Raises ``onboarding_done``, ``unknown_phase``,
    ``invalid_reference``, ``invalid_enum_value``, ``missing_field``, ``limit_reached``,
    ``external_id_taken``.
    """
    refuse_done(home)
    phase = home.phase if data.phase is UNSET else await usable_phase(uow, data.phase)
    facing = None if data.customer_facing is UNSET else data.customer_facing
    position = data.position
    if position is UNSET:
        position = 1 + await repository.last_position(uow.tx, uow.org_id, home.id, phase)
    return await _create(uow, home, data, None, phase, facing, position)


async def create_subtask(uow: UnitOfWork, home: Home, parent: TaskRow, data: SubtaskCreate) -> TaskRow:
    """Add a subtask to a task of a locked onboarding.

    Raises ``subtask_depth`` below a subtask, ``invalid_reference`` for a contact on an internal parent, and
    what creating a task raises.
    """
    refuse_done(home)
    if parent.parent_task_id is not None:
        raise SUBTASK_DEPTH()
    siblings = await repository.subtasks(uow.tx, uow.org_id, parent.id)
    await check_subtasks(uow, len(siblings))
    position = data.position
    if position is UNSET:
        position = 1 + max((row.position for row in siblings), default=0)
    return await _create(uow, home, data, parent, parent.phase, parent.customer_facing, position)


async def check_subtasks(uow: UnitOfWork, used: int) -> None:
    """Raises ``limit_reached`` when a task that has ``used`` subtasks can take no more."""
    await limits.check_room(uow, SUBTASKS_PER_TASK, used)


async def check_room(uow: UnitOfWork, home: Home, more: int) -> None:
    """Raises ``limit_reached`` when an onboarding cannot take ``more`` tasks."""
    used = await repository.count(uow.tx, uow.org_id, home.id)
    await limits.check_room(uow, TASKS_PER_ONBOARDING, used, more)


async def _create(
    uow: UnitOfWork,
    home: Home,
    data: SubtaskCreate,
    parent: TaskRow | None,
    phase: str,
    facing: bool | None,
    position: int,
) -> TaskRow:
    check_plan(data.due_date, data.due_anchor, data.due_offset)
    await check_room(uow, home, 1)
    assignee = await find_assignee(uow, home.customer_id, data.assignee_id)
    refuse_contact_below(parent, facing, is_contact=assignee.is_contact)
    if facing is not None:
        refuse_internal(facing, for_contact=assignee.is_contact)
    id = cuid()
    anchor, depends_on = data.due_anchor, list[str]()
    if data.depends_on or anchor_task(anchor) is not None:
        plan = await Plan.of(uow, home.id)
        depends_on = [] if data.depends_on is UNSET else await plan.before(uow, data.depends_on)
        anchor = plan.anchor(anchor)
        plan.check(id, data.title, None if parent is None else parent.id, depends_on, anchor)
    offset = None if anchor is None else data.due_offset or 0
    display_id, created_at = await uow.allocate("task")
    row = TaskRow(
        id=id,
        display_id=display_id,
        onboarding_id=home.id,
        customer_id=home.customer_id,
        parent_task_id=None if parent is None else parent.id,
        phase=phase,
        title=data.title,
        description=data.description,
        assignee_id=assignee.id,
        due_date=data.due_date,
        done=data.done,
        customer_facing=assignee.is_contact if facing is None else facing,
        completed_at=created_at if data.done else None,
        completed_by=uow.actor.string if data.done else None,
        auto=False,
        links=encoded([] if data.links is UNSET else data.links),
        depends_on=encoded(depends_on),
        due_anchor=anchor,
        due_offset=offset,
        plan_anchor=anchor,
        plan_offset=offset,
        position=position,
        template_id=None,
        template_task=None,
        carried_over_at=None,
        orphaned=False,
        metadata=encoded({} if data.metadata is UNSET else data.metadata),
        external_id=data.external_id,
        customer_hidden=home.customer_hidden,
        livemode=uow.actor.livemode and home.livemode,
        created_at=created_at,
        updated_at=created_at,
        deleted_at=None,
    )
    if anchor is not None and not row.done:
        row = replace(row, due_date=await first_day(uow, home, row))
    await insert_tasks(uow, [row])
    if row.due_date is not None:
        await note_date(uow, home.id, [(row.id, None, row.due_date, own_cause(uow))])
    if depends_on:
        await repository_links.insert(uow.tx, uow.org_id, {row.id: depends_on})
    return row


def refuse_contact_below(parent: TaskRow | None, facing: bool | None, *, is_contact: bool) -> None:
    """Raises ``invalid_reference`` for a contact on a subtask whose parent is internal (ONB-SUB-2)."""
    if parent is not None and is_contact and not facing:
        raise INVALID_REFERENCE(
            field="assignee_id",
            message="A contact can be assigned a subtask only when its parent is customer-facing",
        )


async def first_day(uow: UnitOfWork, home: Home, row: TaskRow) -> date | None:
    """The day that the plan gives to a task without one, or ``None`` while its anchor is unknown."""
    rules = await following.date_rules(uow)
    tasks = [following.planned(replace(row, due_date=None), rules)]
    before = anchor_task(row.due_anchor)
    if before is not None:
        tasks += [
            following.planned(one, rules) for one in await repository.by_ids(uow.tx, uow.org_id, [before])
        ]
    anchors = await following.anchors_of(uow, home, rules)
    return settle(tasks, anchors, rules, move=False).get(row.id)


async def delete_task(uow: UnitOfWork, home: Home, row: TaskRow, *, even_of_done: bool = False) -> TaskRow:
    """Delete a task of a locked onboarding softly, with its subtasks; a deleted one stays as it is.

    Tasks that depend on them lose that dependency, and planned dates that hang on them become fixed
    (ONB-TASK-4). Raises ``onboarding_done``, unless it is ``even_of_done``.
    """
    if row.deleted_at is not None:
        return row
    if not even_of_done:
        refuse_done(home)
    family = [row, *await repository.subtasks(uow.tx, uow.org_id, row.id)]
    ids = [one.id for one in family]
    waiting = [id for id in await following.dependents(uow, ids) if id not in ids]
    was_locked = await following.lock_state(uow, waiting)
    gone = [replace(one, deleted_at=uow.now, updated_at=uow.touched(one.updated_at)) for one in family]
    await repository.save(uow.tx, uow.org_id, gone)
    await repository_links.drop(uow.tx, uow.org_id, ids)
    await announce_deleted(uow, gone[0])
    left = await repository.anchored_on(uow.tx, uow.org_id, home.id, [f"{AFTER_TASK}{id}" for id in ids])
    rows = {one.id: one for one in [*await repository.by_ids(uow.tx, uow.org_id, waiting), *left]}
    pairs = await save_tasks(uow, [(one, _without(one, ids)) for one in rows.values()])
    for before, after in pairs:
        record_changes(uow, before, after)
    await following.record_locks(uow, waiting, was_locked)
    return gone[0]


async def restore_task(uow: UnitOfWork, home: Home, row: TaskRow) -> TaskRow:
    """Bring back a deleted task of a locked onboarding with the subtasks that were deleted with it.

    What depended on it does so no more; those whose assignee left meanwhile are nobody's. A live one stays
    as it is. Raises ``onboarding_done``, ``task_not_found`` for a subtask whose task is gone,
    ``limit_reached``, ``external_id_taken``.
    """
    if row.deleted_at is None:
        return row
    refuse_done(home)
    if row.parent_task_id is not None:
        await get_task(uow.tx, uow.org_id, row.parent_task_id)
    family = [row, *await repository.deleted_with(uow.tx, uow.org_id, row.id, row.deleted_at)]
    await check_room(uow, home, len(family))
    pairs = [(one, replace(one, deleted_at=None, depends_on=encoded([]))) for one in family]
    saved = await save_tasks(uow, pairs)
    record(uow, saved[0][1], "task.restored")
    tell_turned(uow, saved[0][1], "task.restored")
    taken = await unassign_unfit(uow, home.id)
    rows = [taken.get(one.id, one) for _, one in saved]
    for one in rows:
        uow.restored(to_wire(one, None), along=one.id != row.id and one.id not in taken)
    return rows[0]


def _without(row: TaskRow, ids: list[str]) -> TaskRow:
    """``row`` without what it has to do with the tasks ``ids``."""
    kept = [one for one in predecessors(row) if one not in ids]
    if anchor_task(row.due_anchor) in ids:
        row = replace(row, due_anchor=None, due_offset=None, plan_anchor=None, plan_offset=None)
    return (
        row if len(kept) == len(predecessors(row)) else msgspec.structs.replace(row, depends_on=encoded(kept))
    )
