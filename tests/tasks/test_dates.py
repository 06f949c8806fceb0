"""Planned days without a database."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.tasks.dates import (
    Anchors,
    DateRules,
    PlannedTask,
    anchor_task,
    phase_starts,
    planned_day,
    rules_of,
    settle,
)
from pivotal_server.tasks.schemas import AFTER_TASK, PHASE_START, TARGET_LAUNCH

RULES = DateRules()
WORKING = DateRules(working_days_only=True)
MONDAY = date(2026, 6, 1)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def task(id: str, anchor: str | None = None, offset: int = 0, **fields: object) -> PlannedTask:
    values = {"phase": "uat", "due_date": None, **fields}
    return PlannedTask(id=id, anchor=anchor, offset=offset, **values)  # type: ignore[arg-type]


def settled(*tasks: PlannedTask, move: bool = False, **anchors: object) -> dict[str, date | None]:
    return settle(tasks, Anchors(**anchors), RULES, move=move)  # type: ignore[arg-type]


def test_onb_date_1_each_anchor_gives_its_day() -> None:
    found = settled(
        task("a", PHASE_START, 7),
        task("b", TARGET_LAUNCH, -10),
        task("c", f"{AFTER_TASK}a", 2),
        task("fixed", due_date=MONDAY),
        phase_starts={"uat": MONDAY},
        target_launch=date(2026, 8, 1),
    )
    assert found == {"a": date(2026, 6, 8), "b": date(2026, 7, 22), "c": date(2026, 6, 10)}


def test_onb_date_1_a_done_anchor_counts_from_its_completion() -> None:
    first = task("a", due_date=MONDAY, completed_on=MONDAY + timedelta(days=5))
    assert settled(first, task("b", f"{AFTER_TASK}a", 1)) == {"b": date(2026, 6, 7)}


def test_onb_date_2_a_day_off_moves_forward() -> None:
    saturday, monday = date(2026, 6, 6), date(2026, 6, 8)
    assert planned_day(MONDAY, 5, WORKING) == monday
    assert planned_day(MONDAY, 5, RULES) == saturday
    assert planned_day(monday, -1, WORKING) == monday
    assert planned_day(date.max, 3, WORKING) == date.max
    assert planned_day(date.min, -3, RULES) == date.min


def test_onb_date_3_without_its_anchor_a_task_waits() -> None:
    waiting = [task("a", PHASE_START), task("b", TARGET_LAUNCH), task("c", f"{AFTER_TASK}a")]
    assert settled(*waiting, phase_starts={"launch": MONDAY}) == {}
    assert settled(task("d", f"{AFTER_TASK}gone", 3)) == {}


def test_onb_date_5_days_that_exist_move_only_when_they_follow() -> None:
    tasks = [task("a", TARGET_LAUNCH, 0, due_date=MONDAY), task("b", f"{AFTER_TASK}a", 1)]
    later = date(2026, 6, 15)
    assert settled(*tasks, target_launch=later) == {"b": date(2026, 6, 2)}
    assert settled(*tasks, target_launch=later, move=True) == {"a": later, "b": date(2026, 6, 16)}
    assert settled(tasks[0], move=True) == {"a": None}


def test_onb_date_6_done_tasks_never_move() -> None:
    done = task("a", TARGET_LAUNCH, due_date=MONDAY, completed_on=MONDAY)
    assert settled(done, target_launch=date(2027, 1, 1), move=True) == {}


def test_a_circle_of_anchors_settles_nothing() -> None:
    circle = [task("a", f"{AFTER_TASK}b"), task("b", f"{AFTER_TASK}a"), task("c", PHASE_START)]
    assert settled(*circle, phase_starts={"uat": MONDAY}) == {"c": MONDAY}


def test_a_long_chain_is_followed_to_its_end() -> None:
    chain = [task("0", PHASE_START)]
    chain += [task(str(n), f"{AFTER_TASK}{n - 1}", 1) for n in range(1, 2000)]
    found = settled(*reversed(chain), phase_starts={"uat": MONDAY})
    assert found["1999"] == MONDAY + timedelta(days=1999)


@given(
    offsets=st.lists(st.integers(-365, 365), min_size=1, max_size=12),
    given_days=st.lists(st.none() | DAYS, min_size=12, max_size=12),
    start=DAYS,
    only_working=st.booleans(),
)
def test_settling_again_changes_nothing(
    offsets: list[int], given_days: list[date | None], start: date, *, only_working: bool
) -> None:
    rules = DateRules(working_days_only=only_working)
    tasks = [
        task(str(n), PHASE_START if n % 3 == 0 else f"{AFTER_TASK}{n - 1}", offset, due_date=given_days[n])
        for n, offset in enumerate(offsets)
    ]
    anchors = Anchors({"uat": start})
    for move in (True, False):
        days = settle(tasks, anchors, rules, move=move)
        after = [task(t.id, t.anchor, t.offset, due_date=days.get(t.id, t.due_date)) for t in tasks]
        assert settle(after, anchors, rules, move=move) == {}
        if not move:
            assert all(t.due_date is None for t in tasks if t.id in days)
        elif only_working:
            assert all(t.due_date and t.due_date.isoweekday() <= 5 for t in after)


def test_phases_start_on_the_day_of_the_workspace_when_they_were_last_entered() -> None:
    rules = DateRules(zone=ZoneInfo("Pacific/Auckland"))
    late = datetime(2026, 6, 1, 20, tzinfo=UTC)
    moves = [
        ("a", "b", late),
        ("b", "a", late + timedelta(days=2)),
        ("a", "b", late + timedelta(days=4)),
    ]
    starts = phase_starts(moves, "b", late + timedelta(days=4), late - timedelta(days=1), rules)
    assert starts == {"a": date(2026, 6, 4), "b": date(2026, 6, 6)}
    assert phase_starts([], "a", late, late, rules) == {"a": date(2026, 6, 2)}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, DateRules()),
        (
            {"dates_follow": "always", "due_dates_on_working_days": True, "working_days": [7, 1]},
            DateRules(dates_follow="always", working_days_only=True, working_days=frozenset({1, 7})),
        ),
        ({"dates_follow": "often", "due_dates_on_working_days": 1, "working_days": [0, 9]}, DateRules()),
        ({"working_days": "Mon"}, DateRules()),
    ],
)
def test_rules_come_from_the_settings(settings: dict[str, object], expected: DateRules) -> None:
    assert rules_of("UTC", settings) == expected


def test_an_anchor_may_name_a_task() -> None:
    assert anchor_task("task:x") == "x"
    assert anchor_task(PHASE_START) is None
    assert anchor_task(None) is None
