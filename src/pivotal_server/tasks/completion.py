"""Completing and reopening tasks (ONB-DONE-1 … 7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from pivotal_server.auth.actor import Actor
from pivotal_server.auth.permissions import MANAGERS, AccessSettings, refusal
from pivotal_server.tasks import following, repository
from pivotal_server.tasks.home import Home
from pivotal_server.tasks.repository import TaskRow
from pivotal_server.tasks.writing import Pair, record, save_tasks, tell_turned
from pivotal_server.unit_of_work import UnitOfWork

UNDO_LASTS = timedelta(days=30)
"""For so long whoever may complete a task may reopen it."""


async def complete_task(
    uow: UnitOfWork, home: Home, row: TaskRow, *, complete_subtasks: bool = False
) -> TaskRow:
    """Complete a task of a locked onboarding; a done one stays as it is.

    With ``complete_subtasks`` its open subtasks are completed too. The last open subtask completes its
    parent. The caller has made sure that the onboarding is not done.
    """
    if row.done:
        return row
    rows = [row]
    if row.parent_task_id is None:
        if complete_subtasks:
            rows += [one for one in await repository.subtasks(uow.tx, uow.org_id, row.id) if not one.done]
    else:
        rows += await _finished_parent(uow, row)
    pairs = [(one, _done(uow, one, auto=one.id == row.parent_task_id)) for one in rows]
    saved = await _write(uow, home, pairs, "task.completed")
    return saved[0]


async def reopen_task(uow: UnitOfWork, home: Home, row: TaskRow) -> TaskRow:
    """Open a done task of a locked onboarding again; an open one stays as it is.

    Reopening a subtask reopens a parent that its subtasks completed, not one completed by hand. The caller
    has made sure that the onboarding is not done. Raises ``insufficient_role`` for a member who reopens what
    was completed more than 30 days ago (ONB-DONE-5).
    """
    if not row.done:
        return row
    if not may_reopen(uow.actor, row.completed_at, uow.now):
        raise refusal("reopen_old_tasks", AccessSettings())
    rows = [row]
    if row.parent_task_id is not None:
        parents = await repository.by_ids(uow.tx, uow.org_id, [row.parent_task_id])
        rows += [parent for parent in parents if parent.done and parent.auto]
    saved = await _write(uow, home, [(one, _open(one)) for one in rows], "task.reopened")
    return saved[0]


def may_reopen(actor: Actor, completed_at: datetime | None, now: datetime) -> bool:
    """Whether an actor who works on an onboarding may reopen a task that was completed then."""
    is_old = completed_at is not None and completed_at < now - UNDO_LASTS
    return not is_old or actor.type != "member" or actor.role in MANAGERS


def _done(uow: UnitOfWork, row: TaskRow, *, auto: bool) -> TaskRow:
    by = "system" if auto else uow.actor.string
    return replace(row, done=True, completed_at=uow.bulk_at or uow.now, completed_by=by, auto=auto)


def _open(row: TaskRow) -> TaskRow:
    return replace(row, done=False, completed_at=None, completed_by=None, auto=False)


async def _finished_parent(uow: UnitOfWork, row: TaskRow) -> list[TaskRow]:
    """The parent of a subtask that is the last open one; nothing when others are open."""
    assert row.parent_task_id is not None
    siblings = await repository.subtasks(uow.tx, uow.org_id, row.parent_task_id)
    if any(not one.done for one in siblings if one.id != row.id):
        return []
    parents = await repository.by_ids(uow.tx, uow.org_id, [row.parent_task_id])
    return [parent for parent in parents if not parent.done]


async def _write(uow: UnitOfWork, home: Home, pairs: Sequence[Pair], event: str) -> list[TaskRow]:
    """Save, with an entry each; then locks and planned days. Returns the tasks as they are after it all."""
    waiting = await following.dependents(uow, [before.id for before, _ in pairs])
    was_locked = await following.lock_state(uow, waiting)
    saved = await save_tasks(uow, pairs)
    ids = {after.id for _, after in saved}
    for _, after in saved:
        record(uow, after, event)
        if after.parent_task_id not in ids:
            tell_turned(uow, after, event)
    await following.after_change(uow, home, saved, waiting, was_locked)
    return [after for _, after in saved]
