"""Writing changed tasks: rows, date notes, events and entries, for one task or many alike."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pivotal_server.activity.entries import Change, differences
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import EXTERNAL_ID_TAKEN
from pivotal_server.kit.ids import cuid
from pivotal_server.tasks import repository
from pivotal_server.tasks.repository import TaskRow
from pivotal_server.tasks.wire import to_wire
from pivotal_server.unit_of_work import UnitOfWork

Pair = tuple[TaskRow, TaskRow]
"""A task before and after."""

_ASSIGNED = ("assignee_id",)
_DATES = ("due_date", "due_anchor", "due_offset")
_PLACE = ("parent_task_id", "phase", "position")
_OWN_ENTRIES = frozenset(
    {
        *("updated_at", "assignee_email", "done", "completed_at", "completed_by", "auto"),
        *(*_ASSIGNED, *_DATES, *_PLACE),
    }
)
# By whom a date is changed that follows nothing else (ONB-DATE-9).
_CAUSES = {"member": "manual", "contact": "manual", "api_key": "api", "integration": "sync"}


class Cause(Struct, frozen=True):
    """Why a date changed, and the task or onboarding that it follows."""

    name: str
    record_id: str | None = None
    reason: str | None = None


def own_cause(uow: UnitOfWork) -> Cause:
    """The cause of a date that the actor sets."""
    return Cause("bulk" if uow.bulk_id is not None else _CAUSES.get(uow.actor.type, "api"))


def encoded(value: Any) -> msgspec.Raw:
    """A JSON value as it is stored."""
    return msgspec.Raw(msgspec.json.encode(value))


def predecessors(row: TaskRow | repository.NodeRow) -> list[str]:
    """The ids of the tasks that a task depends on."""
    return msgspec.json.decode(row.depends_on, type=list[str])


async def note_date(
    uow: UnitOfWork,
    onboarding_id: str,
    moved: Sequence[tuple[str | None, date | None, date | None, Cause]],
) -> None:
    """Write one date note for each change: task (``None`` for the target launch), old, new, cause."""
    rows = [
        {
            "org_id": uow.org_id,
            "id": cuid(),
            "onboarding_id": onboarding_id,
            "task_id": task_id,
            "at": uow.now,
            "old_date": old,
            "new_date": new,
            "cause": cause.name,
            "cause_id": cause.record_id,
            "actor": uow.actor.string,
            "reason": cause.reason,
        }
        for task_id, old, new, cause in moved
    ]
    await repository.insert_notes(uow.tx, rows)


async def insert_tasks(uow: UnitOfWork, rows: Sequence[TaskRow]) -> None:
    """Insert tasks, each with its entry and event. Raises ``external_id_taken``."""
    try:
        await repository.insert(uow.tx, uow.org_id, rows)
    except UniqueViolation as fault:
        raise _conflict(fault, rows) from None
    emails = await _emails(uow, rows)
    for row in rows:
        _announce(uow, None, row, emails)
        record(uow, row, "task.created")
        _tell(uow, row, "task_assigned", f"{row.title} was assigned to you", unless_locked=row.id)


async def save_tasks(
    uow: UnitOfWork, pairs: Sequence[Pair], causes: Mapping[str, Cause] | None = None
) -> list[Pair]:
    """Write the tasks among ``pairs`` that differ, with date notes and events but without entries.

    Returns them with their new ``updated_at``. ``causes`` says why dates changed, by id; without a word the
    actor changed them. Raises ``external_id_taken``.
    """
    changed = [
        (before, replace(after, updated_at=uow.touched(before.updated_at)))
        for before, after in pairs
        if before != after
    ]
    if not changed:
        return []
    rows = [after for _, after in changed]
    try:
        await repository.save(uow.tx, uow.org_id, rows)
    except UniqueViolation as fault:
        raise _conflict(fault, rows) from None
    own = own_cause(uow)
    moved = [
        (after.id, before.due_date, after.due_date, (causes or {}).get(after.id, own))
        for before, after in changed
        if before.due_date != after.due_date
    ]
    if moved:
        await note_date(uow, rows[0].onboarding_id, moved)
    emails = await _emails(uow, [row for pair in changed for row in pair])
    for before, after in changed:
        _announce(uow, before, after, emails)
    return changed


async def announce_deleted(uow: UnitOfWork, row: TaskRow) -> None:
    """Say that a task is gone, and write its entry."""
    emails = await _emails(uow, [row])
    uow.changed(
        "task",
        id=row.id,
        display_id=row.display_id,
        customer_id=row.customer_id,
        livemode=row.livemode,
        before=to_wire(row, emails.get(row.assignee_id)),
        after=None,
    )
    record(uow, row, "task.deleted")
    _tell(uow, row, "task_deleted", f"{uow.actor.label} deleted {row.title}", task=None)


def record(uow: UnitOfWork, row: TaskRow, event: str, diff: Sequence[Change] = ()) -> None:
    """Write one entry about a task."""
    uow.record(
        event,
        target=("task", row.id, row.display_id),
        customer_id=row.customer_id,
        onboarding_id=row.onboarding_id,
        task_id=row.id,
        diff=diff,
        livemode=row.livemode,
    )


def _tell(uow: UnitOfWork, row: TaskRow, kind: str, title: str, **to: Any) -> None:
    """Tell the assignee of a task."""
    if row.assignee_id is not None:
        more = {"task": row.display_id, **to}
        uow.tell(kind, title=title, onboarding_id=row.onboarding_id, members=(row.assignee_id,), **more)


def tell_turned(uow: UnitOfWork, row: TaskRow, event: str) -> None:
    """Tell whom it matters to that a task was completed, reopened, unlocked or restored."""
    title = row.title
    match event:
        case "task.completed" if row.parent_task_id is not None:
            uow.tell(
                "subtask_completed",
                title=f"{title} was completed",
                onboarding_id=row.onboarding_id,
                parent_id=row.parent_task_id,
                task=row.display_id,
            )
        case "task.reopened":
            _tell(uow, row, "task_reopened", f"{uow.actor.label} reopened {title}")
        case "task.unlocked":
            _tell(uow, row, "task_unlocked", f"{title} can begin")
        case "task.restored":
            _tell(uow, row, "task_restored", f"{uow.actor.label} brought {title} back")
        case _:
            pass


def record_changes(uow: UnitOfWork, before: TaskRow, after: TaskRow) -> None:
    """Write the entries of what was edited, and tell its assignee; completing has its own."""
    if before.assignee_id != after.assignee_id:
        _tell(uow, after, "task_assigned", f"{after.title} was assigned to you", unless_locked=after.id)
    elif before.due_date is not None and before.due_date != after.due_date:
        # Without a name for the month: readers have their own ways to write a day.
        day = "has no due date any more" if after.due_date is None else f"is due on {after.due_date}"
        _tell(uow, after, "task_redated", f"{after.title} {day}")
    old, new = to_wire(before, None), to_wire(after, None)
    fields = differences(old, new, without=_OWN_ENTRIES)
    if fields:
        record(uow, after, "task.field_changed", fields)
    for event, names in (
        ("task.assigned", _ASSIGNED),
        ("task.due_date_changed", _DATES),
        ("task.moved", _PLACE),
    ):
        diff = [
            Change(name, getattr(old, name), getattr(new, name))
            for name in names
            if getattr(old, name) != getattr(new, name)
        ]
        if diff:
            record(uow, after, event, diff)


async def _emails(uow: UnitOfWork, rows: Sequence[TaskRow]) -> Mapping[str | None, str]:
    ids = sorted({row.assignee_id for row in rows if row.assignee_id is not None})
    found: dict[str | None, str] = {}
    found.update(await repository.emails(uow.tx, uow.org_id, ids))
    return found


def _announce(
    uow: UnitOfWork, before: TaskRow | None, after: TaskRow, emails: Mapping[str | None, str]
) -> None:
    uow.changed(
        "task",
        id=after.id,
        display_id=after.display_id,
        customer_id=after.customer_id,
        livemode=after.livemode,
        before=None if before is None else to_wire(before, emails.get(before.assignee_id)),
        after=to_wire(after, emails.get(after.assignee_id)),
    )


def _conflict(fault: UniqueViolation, rows: Sequence[TaskRow]) -> Exception:
    """The declared error for an external id that another task holds."""
    if fault.constraint != "tasks_external_id":
        return fault
    given = next((row.external_id for row in rows if row.external_id is not None), None)
    return EXTERNAL_ID_TAKEN(field="external_id", external_id=given)
