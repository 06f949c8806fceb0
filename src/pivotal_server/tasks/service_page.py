"""Reading tasks for pages: lines of a plan, counts by phase, notes on dates."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pivotal_server.db.engine import Executor
from pivotal_server.tasks import repository_links, repository_notes, repository_page
from pivotal_server.tasks.repository_notes import NoteRow
from pivotal_server.tasks.repository_page import PhaseCount, TaskLine

__all__ = [
    "MOST_LINES",
    "NoteRow",
    "PhaseCount",
    "TaskLine",
    "around",
    "count_filtered",
    "counts",
    "dated_first",
    "done_of_phase",
    "filtered",
    "lines_around",
    "lines_of",
    "neighbours",
    "notes_of_target",
    "notes_of_task",
    "notes_since",
    "of_phase",
    "open_before",
    "open_of_phase",
    "predecessors",
    "subtask_counts",
    "titles_of",
    "where_open_task_of",
]

MOST_LINES = 2_000
around = repository_links.around
dated_first = repository_page.dated_first
predecessors = repository_links.predecessors
count_filtered = repository_page.count_filtered
counts = repository_page.counts
done_of_phase = repository_page.done_of_phase
lines_around = repository_page.lines_around
lines_of = repository_page.lines_of
notes_of_target = repository_notes.of_target
notes_of_task = repository_notes.of_task
notes_since = repository_notes.since
of_phase = repository_page.of_phase
open_of_phase = repository_page.open_of_phase
subtask_counts = repository_page.subtask_counts
titles_of = repository_page.titles_of
where_open_task_of = repository_page.where_open_task_of
FILTERS = tuple(repository_page.FILTERS)


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
    """Tasks by a filter: ``mine`` (of the member ``me``), ``overdue``, ``facing`` or ``unassigned``."""
    return await repository_page.filtered(
        db, org_id, onboarding_id, name, me=me, today=today, reached=reached, limit=limit
    )


def asked_by(name: str, *, me: str | None, today: date, reached: Sequence[str]) -> dict[str, Any]:
    """A filter as JSON, for :func:`count_filtered` and the jobs of many tasks; all tasks without a name."""
    known = name if name in repository_page.FILTERS else ""
    return {"name": known, "me": me, "today": today.isoformat(), "reached": list(reached)}


async def open_before(db: Executor, org_id: str, ids: Sequence[str]) -> dict[str, list[str]]:
    """The open predecessors of each of these tasks; a task without one is left out: it is free."""
    return await repository_links.open_before(db, org_id, ids) if ids else {}


async def neighbours(db: Executor, org_id: str, task_id: str) -> tuple[list[TaskLine], list[TaskLine]]:
    """What a task waits for, and what waits for it."""
    before, after = await around(db, org_id, task_id)
    lines = {line.id: line for line in await lines_of(db, org_id, [*before, *after])}
    return [lines[id] for id in before if id in lines], [lines[id] for id in after if id in lines]


def moved_since(now: datetime) -> datetime:
    """The moment since which a moved date carries a mark (ONB-DATE-9)."""
    return now - repository_page.MARK_LASTS
