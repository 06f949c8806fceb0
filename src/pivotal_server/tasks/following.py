"""What follows a change of tasks: planned days, locks and unlocks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from pivotal_server.activity import service_audit as audit
from pivotal_server.activity.entries import Change
from pivotal_server.db.engine import Executor
from pivotal_server.tasks import repository, repository_links
from pivotal_server.tasks.dates import (
    Anchors,
    DateRules,
    PlannedTask,
    anchor_task,
    phase_starts,
    rules_of,
    settle,
)
from pivotal_server.tasks.graph import turned
from pivotal_server.tasks.home import Home
from pivotal_server.tasks.offers import Answer
from pivotal_server.tasks.repository import NodeRow, TaskRow
from pivotal_server.tasks.schemas import AFTER_TASK, PHASE_START, TARGET_LAUNCH
from pivotal_server.tasks.writing import Cause, Pair, record, record_changes, save_tasks, tell_turned
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.workspaces import service as workspaces

RUNNING = frozenset({"active", "waiting", "at_risk"})
_CHANGES = {TARGET_LAUNCH: ["onboarding.target_shifted"], PHASE_START: ["onboarding.phase_changed"]}
_TASK_CHANGES = ["task.due_date_changed", "task.completed", "task.reopened"]


async def date_rules(uow: UnitOfWork) -> DateRules:
    """What the workspace says about dates."""
    return await rules_at(uow.tx, uow.org_id)


async def rules_at(db: Executor, org_id: str) -> DateRules:
    """What a workspace says about dates."""
    workspace = await workspaces.get_workspace(db, org_id)
    return rules_of(workspace.time_zone, workspace.settings)


async def anchors_of(uow: UnitOfWork, home: Home, rules: DateRules) -> Anchors:
    """The days that the plans of an onboarding start from."""
    return await anchors_at(uow.tx, uow.org_id, home, rules)


async def anchors_at(db: Executor, org_id: str, home: Home, rules: DateRules) -> Anchors:
    """The days that the plans of an onboarding start from."""
    moves = await repository.moves(db, org_id, home.id)
    starts = phase_starts(moves, home.phase, home.phase_entered_at, home.created_at, rules)
    return Anchors(starts, home.target_launch_date)


def planned(node: NodeRow | TaskRow, rules: DateRules) -> PlannedTask:
    """A task as plans see it."""
    completed_on = rules.day_of(node.completed_at) if node.done and node.completed_at else None
    return PlannedTask(
        node.id, node.phase, node.due_date, completed_on, node.due_anchor, node.due_offset or 0
    )


async def follow_dates(
    uow: UnitOfWork, home: Home, moved: Collection[str] | None = None, *, answer: Answer | None = None
) -> None:
    """Give planned tasks the day that their plan now says, and say so (ONB-DATE-3, -5, -6, -7).

    A first day is always given. Days that exist move only in a workspace where dates always follow, and
    never while the onboarding is paused or done; where a person was asked, ``answer`` says which. ``moved``
    names the tasks whose day or completion may have changed; without it the target launch or a phase did.
    """
    anchors = None if moved is None else [f"{AFTER_TASK}{id}" for id in moved]
    if anchors == [] or not await repository.has_planned(uow.tx, uow.org_id, home.id, anchors):
        return
    rules = await date_rules(uow)
    nodes = await repository.nodes(uow.tx, uow.org_id, home.id)
    days = settle(
        (planned(node, rules) for node in nodes),
        await anchors_of(uow, home, rules),
        rules,
        move=_who_follows(rules, home, answer),
    )
    fixed = _left_behind(answer, days)
    if not days and not fixed:
        return
    done = {node.id for node in nodes if node.done}
    rows = await repository.by_ids(uow.tx, uow.org_id, [*days, *fixed])
    if answer is not None and answer.accepted:
        causes = await _accepted(uow, home, rows)
    else:
        causes = {row.id: _cause(row, home, done) for row in rows}
    pairs = await save_tasks(uow, [(row, _followed(row, days)) for row in rows if not row.done], causes)
    for before, after in pairs:
        record_changes(uow, before, after)
    shifted = [pair for pair in pairs if pair[0].due_date not in (None, pair[1].due_date)]
    if shifted:
        uow.record(
            "onboarding.dates_moved",
            target=("onboarding", home.id, home.display_id),
            customer_id=home.customer_id,
            onboarding_id=home.id,
            diff=[_moved(before, after) for before, after in shifted],
            livemode=home.livemode,
        )


def _who_follows(rules: DateRules, home: Home, answer: Answer | None) -> bool | Collection[str]:
    if home.state not in RUNNING:
        return False
    if rules.dates_follow == "ask" and answer is not None:
        return answer.chosen
    return rules.dates_follow == "always"


def _left_behind(answer: Answer | None, days: Mapping[str, date | None]) -> list[str]:
    """The tasks that were offered a move and are not to make it."""
    if answer is None:
        return []
    return [id for id in answer.offered if id not in answer.chosen and id not in days]


def _followed(row: TaskRow, days: Mapping[str, date | None]) -> TaskRow:
    """``row`` with the day that its plan gives, or with the one it has, fixed."""
    if row.id in days:
        return replace(row, due_date=days[row.id])
    return replace(row, due_anchor=None, due_offset=None)


def _moved(before: TaskRow, after: TaskRow) -> Change:
    def day(row: TaskRow) -> Any:
        return None if row.due_date is None else row.due_date.isoformat()

    return Change(f"tasks.{after.display_id}.due_date", day(before), day(after))


def _cause(row: TaskRow, home: Home, done: Collection[str]) -> Cause:
    if row.due_anchor == PHASE_START:
        return Cause("phase_entered", home.id)
    if row.due_anchor == TARGET_LAUNCH:
        return Cause("target_shifted", home.id)
    before = anchor_task(row.due_anchor)
    return Cause("dependency_done" if before in done else "dependency_moved", before)


async def _accepted(uow: UnitOfWork, home: Home, rows: Sequence[TaskRow]) -> dict[str, Cause]:
    """The causes of days that follow what somebody else changed before; who that was stands in the notes."""
    known = {row.id: row for row in rows}
    authors: dict[str | None, str | None] = {}
    found: dict[str, Cause] = {}
    for row in rows:
        anchor = row.due_anchor
        # What hangs on a task that moves along follows the same change as that.
        while (before := anchor_task(anchor)) in known:
            anchor = known[before].due_anchor
        if anchor not in authors:
            authors[anchor] = await _author(uow, home, anchor)
        found[row.id] = Cause("accepted", before or home.id, authors[anchor])
    return found


async def _author(uow: UnitOfWork, home: Home, anchor: str | None) -> str | None:
    """The name of who last changed what an anchor stands for."""
    task = anchor_task(anchor)
    filters: dict[str, Any] = {"events": _CHANGES.get(anchor or "", _TASK_CHANGES)}
    if task is not None:
        filters["task_id"] = task
    entries = await audit.onboarding_feed(uow.tx, uow.org_id, home.id, filters, 1)
    if not entries:
        return None
    # Names of contacts stand with contacts alone, so that they can be forgotten.
    newest = entries[0]
    return "the customer" if newest.actor_type == "contact" else newest.member_name or newest.actor


async def lock_state(uow: UnitOfWork, ids: Sequence[str]) -> set[str]:
    """Those of these tasks that wait for an open one."""
    return set(await repository_links.open_before(uow.tx, uow.org_id, ids)) if ids else set()


async def dependents(uow: UnitOfWork, ids: Sequence[str]) -> list[str]:
    """The tasks that depend on one of these."""
    return await repository_links.dependents(uow.tx, uow.org_id, ids) if ids else []


async def record_locks(uow: UnitOfWork, ids: Sequence[str], was_locked: Collection[str]) -> None:
    """Write an entry for each open task among ``ids`` that became free or locked (ONB-DEP-3, -5)."""
    freed, locked = turned(ids, was_locked, await lock_state(uow, ids))
    for row in await repository.by_ids(uow.tx, uow.org_id, [*freed, *locked]):
        if not row.done:
            event = "task.unlocked" if row.id in freed else "task.locked"
            record(uow, row, event)
            tell_turned(uow, row, event)


async def after_change(
    uow: UnitOfWork,
    home: Home,
    pairs: Sequence[Pair],
    waiting: Sequence[str],
    was_locked: Collection[str],
    answer: Answer | None = None,
) -> None:
    """What follows once ``pairs`` are saved: locks of the ``waiting`` tasks, then planned days."""
    if waiting:
        await record_locks(uow, waiting, was_locked)
    moved = [
        after.id for before, after in pairs if before.due_date != after.due_date or before.done != after.done
    ]
    await follow_dates(uow, home, moved, answer=answer)
