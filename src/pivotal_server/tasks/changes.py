"""Changing a task: its fields, its place, its date, and what follows for subtasks and dependents."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from pivotal_server.errors_catalogue import IMMUTABLE_FIELD, SUBTASK_DEPTH
from pivotal_server.kit.json import kept_or_new
from pivotal_server.kit.validation import given
from pivotal_server.tasks import completion, following, repository, repository_links
from pivotal_server.tasks.dates import anchor_task
from pivotal_server.tasks.home import Home
from pivotal_server.tasks.offers import Answer
from pivotal_server.tasks.repository import TaskRow
from pivotal_server.tasks.resolve import Plan, find_assignee, is_contact, refuse_internal, usable_phase
from pivotal_server.tasks.schemas import TaskUpdate
from pivotal_server.tasks.service import (
    check_plan,
    check_subtasks,
    first_day,
    refuse_contact_below,
    refuse_done,
)
from pivotal_server.tasks.writing import encoded, predecessors, record_changes, save_tasks
from pivotal_server.unit_of_work import UnitOfWork

_PLAIN = ("title", "description", "external_id", "position")


async def update_task(
    uow: UnitOfWork, home: Home, row: TaskRow, data: TaskUpdate, answer: Answer | None = None
) -> TaskRow:
    """Change a task of a locked onboarding by what ``data`` gives, ``done`` last of all.

    ``answer`` says which planned dates follow where a person was asked.

    Values equal to the stored ones count as not given; when nothing differs nothing is written. Subtasks
    follow the phase and ``customer_facing`` of their parent. Raises ``onboarding_done``, ``unknown_phase``,
    ``subtask_depth``, ``dependency_cycle``, ``immutable_field`` and what creating raises.
    """
    values = given(data)
    after = replace(row, **{name: values[name] for name in _PLAIN if name in values})
    for name in ("links", "metadata"):
        if name in values:
            after = replace(after, **{name: kept_or_new(getattr(row, name), _json(values[name]))})
    after = await _place(uow, row, after, values)
    after = await _people(uow, row, after, values)
    after = await _waits(uow, home, row, after, values)
    after = await _date(uow, home, row, after, values)
    done = values.get("done", row.done)
    if after != row or done != row.done:
        refuse_done(home)
    after = await _save(uow, home, row, after, answer)
    if done == row.done:
        return after
    if done:
        return await completion.complete_task(uow, home, after)
    return await completion.reopen_task(uow, home, after)


def _json(value: Any) -> Any:
    """Links as plain JSON, so that they can be compared with what is stored."""
    if not isinstance(value, list):
        return value
    return [{"label": link.label, "url": link.url} for link in value]


async def _save(uow: UnitOfWork, home: Home, row: TaskRow, after: TaskRow, answer: Answer | None) -> TaskRow:
    waiting = [row.id] if after.depends_on != row.depends_on else []
    was_locked = await following.lock_state(uow, waiting)
    pairs = [(row, after)]
    follows = (after.phase, after.customer_facing) != (row.phase, row.customer_facing)
    if follows and row.parent_task_id is None:
        pairs += [
            (one, replace(one, phase=after.phase, customer_facing=after.customer_facing))
            for one in await repository.subtasks(uow.tx, uow.org_id, row.id)
        ]
    saved = await save_tasks(uow, pairs)
    if not saved:
        return row
    if waiting:
        await repository_links.replace(uow.tx, uow.org_id, {row.id: predecessors(after)})
    for before, now in saved:
        record_changes(uow, before, now)
    await following.after_change(uow, home, saved, waiting, was_locked, answer)
    if after.phase != row.phase:
        await following.follow_dates(uow, home)
    found = await repository.find(uow.tx, uow.org_id, id=row.id)
    assert found is not None
    return found


async def _place(uow: UnitOfWork, row: TaskRow, after: TaskRow, values: Mapping[str, Any]) -> TaskRow:
    """Phase and parent (ONB-SUB-2, -4), and the end of the list where no position is given."""
    wanted = values.get("parent_task_id", row.parent_task_id)
    phase = values.get("phase", row.phase)
    if wanted is not None:
        parent = await _parent(uow, row, wanted)
        if phase not in (row.phase, parent.phase):
            raise IMMUTABLE_FIELD(field="phase", message="The phase of a subtask is that of its parent")
        after = replace(
            after, parent_task_id=parent.id, phase=parent.phase, customer_facing=parent.customer_facing
        )
    else:
        after = replace(after, parent_task_id=None)
        if phase != row.phase:
            after = replace(after, phase=await usable_phase(uow, phase))
    if after.phase != row.phase:
        after = replace(after, carried_over_at=None, orphaned=False)
    moved = (after.phase, after.parent_task_id) != (row.phase, row.parent_task_id)
    if moved and values.get("position", row.position) == row.position:
        after = replace(after, position=1 + await _last(uow, after))
    return after


async def _last(uow: UnitOfWork, after: TaskRow) -> int:
    if after.parent_task_id is None:
        return await repository.last_position(uow.tx, uow.org_id, after.onboarding_id, after.phase)
    siblings = await repository.subtasks(uow.tx, uow.org_id, after.parent_task_id)
    return max((one.position for one in siblings), default=0)


async def _parent(uow: UnitOfWork, row: TaskRow, wanted: str) -> TaskRow:
    """The parent that a subtask has or gets. Raises ``subtask_depth``, ``invalid_reference``."""
    if wanted != row.parent_task_id:
        plan = await Plan.of(uow, row.onboarding_id)
        wanted = plan.find(wanted, "parent_task_id").id
    [parent] = await repository.by_ids(uow.tx, uow.org_id, [wanted])
    if parent.id == row.parent_task_id:
        return parent
    children = await repository.subtasks(uow.tx, uow.org_id, row.id)
    if parent.parent_task_id is not None or parent.id == row.id or children:
        raise SUBTASK_DEPTH(field="parent_task_id")
    await check_subtasks(uow, len(await repository.subtasks(uow.tx, uow.org_id, parent.id)))
    return parent


async def _people(uow: UnitOfWork, row: TaskRow, after: TaskRow, values: Mapping[str, Any]) -> TaskRow:
    """Assignee and ``customer_facing``: a contact makes a task customer-facing."""
    facing = values.get("customer_facing", row.customer_facing)
    if row.parent_task_id is not None and after.parent_task_id is not None and facing != row.customer_facing:
        raise IMMUTABLE_FIELD(
            field="customer_facing", message="Whether a subtask is customer-facing is said by its parent"
        )
    for_contact = False
    wanted = values.get("assignee_id", row.assignee_id)
    if wanted != row.assignee_id:
        assignee = await find_assignee(uow, row.customer_id, wanted)
        after = replace(after, assignee_id=assignee.id)
        for_contact = assignee.is_contact
    elif facing != row.customer_facing or after.parent_task_id != row.parent_task_id:
        for_contact = await is_contact(uow, row.assignee_id)
    if after.parent_task_id is not None:
        refuse_contact_below(after, after.customer_facing, is_contact=for_contact)
        return after
    if facing != row.customer_facing:
        refuse_internal(facing, for_contact=for_contact)
        return replace(after, customer_facing=facing)
    return replace(after, customer_facing=True) if for_contact else after


async def _waits(
    uow: UnitOfWork, home: Home, row: TaskRow, after: TaskRow, values: Mapping[str, Any]
) -> TaskRow:
    """What the task depends on and hangs on, without circles."""
    depends_on = predecessors(row)
    anchor = values.get("due_anchor", row.due_anchor)
    becomes_subtask = after.parent_task_id not in (None, row.parent_task_id)
    if (
        values.get("depends_on", depends_on) == depends_on
        and (anchor == row.due_anchor or anchor_task(anchor) is None)
        and not becomes_subtask
    ):
        return replace(after, due_anchor=anchor)
    plan = await Plan.of(uow, home.id)
    if "depends_on" in values:
        depends_on = await plan.before(uow, values["depends_on"])
    anchor = plan.anchor(anchor) if anchor != row.due_anchor else anchor
    plan.check(row.id, after.title, after.parent_task_id, depends_on, anchor)
    if depends_on != predecessors(row):
        after = replace(after, depends_on=encoded(depends_on))
    return replace(after, due_anchor=anchor)


async def _date(
    uow: UnitOfWork, home: Home, row: TaskRow, after: TaskRow, values: Mapping[str, Any]
) -> TaskRow:
    """A typed date makes a task fixed, an anchor makes it planned again (ONB-DATE-4).

    ``after`` has the anchor that is wanted already. Of a date and a plan, the one that differs decides.
    """
    due, offset = values.get("due_date", row.due_date), values.get("due_offset", row.due_offset)
    planned = (after.due_anchor, offset) != (row.due_anchor, row.due_offset)
    if planned and after.due_anchor is not None and due != row.due_date:
        check_plan(due, after.due_anchor, offset)
    elif due != row.due_date:
        # Clearing the date of a planned task clears its plan too, or it would get a day at once.
        return replace(after, due_date=due, due_anchor=None, due_offset=None)
    if not planned:
        return after
    if after.due_anchor is None:
        # A plan taken away leaves its day behind, fixed. An offset without an anchor is one key too few.
        if "due_offset" in values and offset is not None and row.due_anchor is None:
            check_plan(None, None, offset)
        return replace(after, due_offset=None)
    offset = offset or 0
    after = replace(after, due_offset=offset, plan_anchor=after.due_anchor, plan_offset=offset)
    return after if row.done else replace(after, due_date=await first_day(uow, home, after))


async def follow_plan(uow: UnitOfWork, home: Home, row: TaskRow) -> TaskRow:
    """Make a task with a typed date follow its plan again; one without a plan stays as it is."""
    if row.plan_anchor is None or row.due_anchor is not None:
        return row
    return await update_task(
        uow, home, row, TaskUpdate(due_anchor=row.plan_anchor, due_offset=row.plan_offset)
    )
