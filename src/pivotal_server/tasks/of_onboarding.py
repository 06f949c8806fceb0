"""What a change of an onboarding or customer does to tasks. Called by those rooms, which it never calls."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.tasks import repository, repository_page
from pivotal_server.tasks.completion import complete_task, reopen_task
from pivotal_server.tasks.dates import settle
from pivotal_server.tasks.following import anchors_of, date_rules, planned
from pivotal_server.tasks.home import Home
from pivotal_server.tasks.unfit import unassign_unfit
from pivotal_server.tasks.writing import Cause, note_date, own_cause, record_changes, save_tasks
from pivotal_server.unit_of_work import UnitOfWork


async def set_hidden(uow: UnitOfWork, customer_id: str, hidden: bool) -> None:
    """Take the tasks of a customer out of every list while it is archived or deleted (ONB-4)."""
    await repository.hide_of_customer(uow.tx, uow.org_id, customer_id, hidden)


async def delete_all(uow: UnitOfWork, onboarding_id: str) -> None:
    """Hide the tasks of an onboarding that is being deleted (ONB-3).

    They carry its moment of deletion, by which they can be told from tasks that were deleted before.
    """
    await repository.delete_of_onboarding(uow.tx, uow.org_id, onboarding_id, uow.now)


async def restore_all(uow: UnitOfWork, onboarding_id: str, at: datetime, *, hidden: bool) -> Collection[str]:
    """Bring back the tasks of an onboarding that were deleted with it, at that moment.

    The ids of the open ones that are nobody's now, since their assignee left meanwhile.
    Raises ``UniqueViolation`` for an external id that another task has by now.
    """
    await repository.restore_of_onboarding(uow.tx, uow.org_id, onboarding_id, at, hidden)
    return await unassign_unfit(uow, onboarding_id)


async def carry_over(uow: UnitOfWork, home: Home, left: str, skipped: Sequence[str]) -> None:
    """Mark what an advance or skip leaves open behind: in the phase ``left``, and in phases ``skipped``.

    The former count as overdue from now, the latter never (ONB-MOVE-6, -9).
    """
    await repository.carry_over(uow.tx, uow.org_id, home.id, left, uow.now)
    if skipped:
        await repository.orphan(uow.tx, uow.org_id, home.id, skipped)


async def unmark(uow: UnitOfWork, home: Home, ahead: Sequence[str]) -> None:
    """Take the marks from the tasks of the phase entered, and "carried over" from phases ``ahead`` of it."""
    await repository.unmark(uow.tx, uow.org_id, home.id, home.phase, ahead)


async def complete_and_reopen(
    uow: UnitOfWork, home: Home, *, complete: Sequence[str], reopen: Sequence[str]
) -> None:
    """Complete and reopen the tasks chosen for a move. Raises ``invalid_reference`` for others' tasks."""
    ids = [*complete, *reopen]
    found = {row.id: row for row in await repository.by_ids(uow.tx, uow.org_id, ids)}
    if any(id not in found or found[id].onboarding_id != home.id for id in ids):
        raise INVALID_REFERENCE(field="tasks", name="tasks", kind="task of this onboarding")
    # One after the other, each as it is by then: completing a subtask may have completed its parent.
    for id in ids:
        [row] = await repository.by_ids(uow.tx, uow.org_id, [id])
        if id in complete:
            await complete_task(uow, home, row)
        else:
            await reopen_task(uow, home, row)


async def where_open_task_of(db: Executor, org_id: str, member_id: str, ids: Sequence[str]) -> set[str]:
    """Those of the onboardings ``ids`` in whose present phase a member has an open task or subtask."""
    return await repository_page.where_open_task_of(db, org_id, member_id, ids)


async def shift_open_dates(uow: UnitOfWork, home: Home, days: int) -> None:
    """Move the due days of all open tasks by ``days``, as a resumed onboarding asks (ONB-DATE-6).

    Those whose plan says another day leave the plan.
    """
    rules = await date_rules(uow)
    nodes = await repository.nodes(uow.tx, uow.org_id, home.id)
    moved = {
        node.id: node.due_date + timedelta(days=days)
        for node in nodes
        if not node.done and node.due_date is not None
    }
    shifted = [replace(node, due_date=moved[node.id]) if node.id in moved else node for node in nodes]
    by_plan = settle(
        (planned(node, rules) for node in shifted), await anchors_of(uow, home, rules), rules, move=True
    )
    pairs = []
    for row in await repository.by_ids(uow.tx, uow.org_id, list(moved)):
        after = replace(row, due_date=moved[row.id])
        if row.id in by_plan:
            after = replace(after, due_anchor=None, due_offset=None)
        pairs.append((row, after))
    causes = {row.id: Cause("resumed", home.id) for row, _ in pairs}
    for before, after in await save_tasks(uow, pairs, causes):
        record_changes(uow, before, after)


async def note_target(
    uow: UnitOfWork, onboarding_id: str, old: date | None, new: date | None, reason: str | None
) -> None:
    """Write the date note of a changed target launch (ONB-DATE-8)."""
    cause = Cause(own_cause(uow).name, reason=reason)
    await note_date(uow, onboarding_id, [(None, old, new, cause)])
