"""Due dates as pure functions: planned days, and which of them follow a change (ONB-DATE-1 … 6)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from pivotal_server.tasks.schemas import AFTER_TASK, PHASE_START, TARGET_LAUNCH

_ONE_DAY = timedelta(days=1)

Follow = Literal["ask", "always", "never"]


class DateRules(Struct, frozen=True):
    """What a workspace says about dates. ``working_days`` are ISO numbers, Monday is 1."""

    zone: ZoneInfo = ZoneInfo("UTC")
    dates_follow: Follow = "ask"
    working_days_only: bool = False
    working_days: frozenset[int] = frozenset({1, 2, 3, 4, 5})

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment in the zone of the workspace."""
        return moment.astimezone(self.zone).date()


def rules_of(time_zone: str, settings: Mapping[str, Any]) -> DateRules:
    """The rules in the stored settings of a workspace; a value that is none counts as not set."""
    follow = settings.get("dates_follow")
    days = settings.get("working_days")
    found = frozenset(days) & frozenset(range(1, 8)) if isinstance(days, list) else frozenset[int]()
    return DateRules(
        zone=ZoneInfo(time_zone),
        dates_follow=follow if follow in ("ask", "always", "never") else "ask",
        working_days_only=settings.get("due_dates_on_working_days") is True,
        working_days=found or DateRules().working_days,
    )


class PlannedTask(Struct, frozen=True):
    """What a plan needs of a task. ``completed_on`` is the day of its completion, when it is done."""

    id: str
    phase: str
    due_date: date | None
    completed_on: date | None = None
    anchor: str | None = None
    offset: int = 0


class Anchors(Struct, frozen=True):
    """The days that plans start from: when each phase was last entered, and the target launch."""

    phase_starts: Mapping[str, date] = {}
    target_launch: date | None = None


def anchor_task(anchor: str | None) -> str | None:
    """The id of the task that an anchor names, if it names one."""
    return anchor[len(AFTER_TASK) :] if anchor is not None and anchor.startswith(AFTER_TASK) else None


def planned_day(base: date, offset: int, rules: DateRules) -> date:
    """``offset`` days after ``base``; on a day off, the next working day when the rules ask for one.

    A day beyond the calendar is its last or first one.
    """
    try:
        day = base + timedelta(days=offset)
        while rules.working_days_only and day.isoweekday() not in rules.working_days:
            day += _ONE_DAY
    except OverflowError:
        return date.min if offset < 0 else date.max
    return day


def settle(
    tasks: Iterable[PlannedTask], anchors: Anchors, rules: DateRules, *, move: bool | Collection[str]
) -> dict[str, date | None]:
    """The new due day of each open planned task that gets another one, anchors before their followers.

    A task without a day gets its first as soon as its anchor has one. With ``move`` those that have a day
    follow their anchor too, or those whose ids it holds; the others keep it, and what hangs on them follows
    the day they keep.
    """
    known = {task.id: task for task in tasks}
    found: dict[str, date | None] = {}
    for task in _anchors_first(known):
        if task.anchor is None or task.completed_on is not None:
            continue
        base = _base(task, known, found, anchors)
        day = None if base is None else planned_day(base, task.offset, rules)
        moves = move if isinstance(move, bool) else task.id in move
        if day != task.due_date and (moves or task.due_date is None):
            found[task.id] = day
    return found


def _base(
    task: PlannedTask,
    known: Mapping[str, PlannedTask],
    found: Mapping[str, date | None],
    anchors: Anchors,
) -> date | None:
    if task.anchor == PHASE_START:
        return anchors.phase_starts.get(task.phase)
    if task.anchor == TARGET_LAUNCH:
        return anchors.target_launch
    before = known.get(anchor_task(task.anchor) or "")
    if before is None:
        return None
    return before.completed_on or found.get(before.id, before.due_date)


def _anchors_first(known: Mapping[str, PlannedTask]) -> Iterable[PlannedTask]:
    """Every task after the one that it is anchored on. Tasks in a circle of anchors are left out."""
    followers: dict[str, list[PlannedTask]] = {}
    ready: list[PlannedTask] = []
    for task in known.values():
        before = anchor_task(task.anchor)
        if before is not None and before in known:
            followers.setdefault(before, []).append(task)
        else:
            ready.append(task)
    for task in ready:
        yield task
        ready.extend(followers.get(task.id, ()))


def phase_starts(
    moves: Sequence[tuple[str | None, str, datetime]],
    present: str,
    entered_at: datetime,
    created_at: datetime,
    rules: DateRules,
) -> dict[str, date]:
    """The day on which an onboarding last entered each phase it was in.

    ``moves`` are its transitions, oldest first: from, to, when. It began in the phase of its first one.
    """
    first = moves[0][0] if moves else present
    starts = {} if first is None else {first: rules.day_of(created_at)}
    for _, to_phase, at in moves:
        starts[to_phase] = rules.day_of(at)
    starts[present] = rules.day_of(entered_at)
    return starts
