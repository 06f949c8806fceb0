"""The schedule and what answers mean, without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pivotal_server.webhooks.policy import (
    Outcome,
    after_attempt,
    disables,
    due_after,
    pause_of,
    read_directives,
    read_wish,
)
from pivotal_server.webhooks.repository_deliveries import DeliveryRow, new_delivery

NOW = datetime(2026, 5, 26, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WINDOWS = {
    1: (4, 6),
    2: (240, 360),
    3: (1440, 2160),
    4: (5760, 8640),
    5: (14_400, 21_600),
    6: (28_800, 43_200),
}


def row(**changes: Any) -> DeliveryRow:
    made = new_delivery(NOW, "c1", ("evt_1", "task.completed", NOW), livemode=True, now=NOW)
    return replace(made, **changes)


def outcome(status: int | None = 500, *, at: datetime = NOW, **more: Any) -> Outcome:
    return Outcome(at, at, status, None if status else "timeout", **more)


CHANCES = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 6), CHANCES, st.integers(0, 10))
def test_each_attempt_falls_into_its_window(attempt: int, chance: float, took: int) -> None:
    ended = NOW + took * SECOND
    due = due_after(attempt, NOW, outcome(at=ended), lambda: chance)
    least, most = WINDOWS[attempt]
    assert ended + least * SECOND <= due <= ended + most * SECOND


@given(CHANCES, st.integers(0, 60 * 86_400))
def test_the_last_attempt_comes_a_day_after_the_first(chance: float, late: int) -> None:
    ended = NOW + late * SECOND
    due = due_after(7, NOW, outcome(at=ended), lambda: chance)
    base = max(NOW + timedelta(hours=24), ended + timedelta(minutes=10))
    assert base <= due <= base + timedelta(minutes=10)


@given(st.lists(CHANCES, min_size=8, max_size=8))
def test_a_run_has_eight_attempts_and_no_ninth(chances: list[float]) -> None:
    delivery, at, moments = row(), NOW, [NOW]
    for number in range(1, 9):
        step = after_attempt(delivery, outcome(at=at), lambda number=number: chances[number - 1])  # type: ignore[misc]
        if number == 8:
            assert (step.status, step.exhausted, step.next_attempt_at) == ("failed", True, None)
            break
        assert step.status == "pending"
        assert step.next_attempt_at is not None
        assert step.next_attempt_at > at
        at = step.next_attempt_at
        moments.append(at)
        delivery = replace(delivery, run_attempt=number, run_started_at=NOW)
    assert len(moments) == 8
    assert timedelta(hours=24) <= moments[-1] - moments[0] <= timedelta(hours=24, minutes=10)


@pytest.mark.parametrize(
    ("status", "wish", "attempt", "least", "most"),
    [
        (429, 120, 1, 120, 120),
        (503, 120, 1, 120, 120),
        (429, 86_400, 1, 3600, 3600),
        (429, None, 1, 60, 60),
        (503, None, 2, 240, 360),
        (429, 1, 2, 240, 360),
        (429, 400, 2, 400, 400),
        (500, 120, 1, 4, 6),
    ],
)
def test_a_busy_receiver_is_left_alone(
    status: int, wish: int | None, attempt: int, least: int, most: int
) -> None:
    wished = None if wish is None else wish * SECOND
    for chance in (0.0, 0.999):
        due = due_after(attempt, NOW, outcome(status, wish=wished), lambda chance=chance: chance)  # type: ignore[misc]
        assert NOW + least * SECOND <= due <= NOW + most * SECOND
    if wish and status != 500:
        assert pause_of(outcome(status, wish=wished)) == min(wish, 300) * SECOND
    else:
        assert pause_of(outcome(status, wish=wished)) is None


def test_the_last_attempt_is_not_moved() -> None:
    due = due_after(7, NOW, outcome(429, wish=timedelta(hours=1)), lambda: 0.0)
    assert due == NOW + timedelta(hours=24)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("0\x1f", 0),
        ("Tue, 26 May 2026 12:02:00 GMT", 120),
        ("Tue, 26 May 2026 11:00:00 GMT", 0),
        ("Tue, 26 May 2026 14:00:00 +0100", 3600),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, wish: int | None) -> None:
    assert read_wish(text, NOW) == (None if wish is None else wish * SECOND)


@given(st.text(max_size=40))
def test_no_retry_after_is_a_fault(text: str) -> None:
    found = read_wish(text, NOW)
    assert found is None or found >= timedelta(0)


def test_directives() -> None:
    assert read_directives({}) == (False, False)
    assert read_directives({"webhook-delivery": "Abort-Message"}) == (True, False)
    assert read_directives({"webhook-delivery": "disable, abort-message"}) == (True, True)
    assert read_directives({"webhook-delivery": "disabled"}) == (False, False)


@pytest.mark.parametrize("trigger", ["scheduled", "resend", "recover", "replay", "test", "ping"])
@pytest.mark.parametrize("status", [200, 299, 301, 404, 410, 429, 500, None])
def test_what_becomes_of_a_delivery(trigger: str, status: int | None) -> None:
    single = trigger in ("test", "ping", "replay")
    delivery = row(trigger=trigger, max_attempts=1 if single else 8)
    step = after_attempt(delivery, outcome(status), lambda: 0.5)
    if status in (200, 299):
        expected = "delivered"
    elif status == 410 or single:
        expected = "failed"
    else:
        expected = "pending"
    assert step.status == expected
    assert not step.exhausted
    assert disables(delivery, outcome(status)) == (
        "gone" if status == 410 and trigger not in ("test", "ping") else None
    )
    if status != 410 and status is not None:
        aborted = after_attempt(delivery, outcome(status, abort=True), lambda: 0.5)
        assert aborted.status == ("delivered" if status < 300 else "aborted")
    stopped = after_attempt(delivery, outcome(status), lambda: 0.5, stopped=True)
    if expected == "pending" or (single and trigger == "replay" and expected == "failed" and status != 410):
        assert stopped.status == "canceled"
    else:
        assert stopped.status == expected


def test_asking_to_be_disabled() -> None:
    for status in (200, 500):
        asked = outcome(status, disable=True)
        assert disables(row(), asked) == "receiver_request"
        assert disables(row(trigger="test"), asked) is None
        assert disables(row(source="ping", trigger="replay"), asked) is None


def test_a_failed_replay_in_between_leaves_the_schedule() -> None:
    waiting = row(trigger="replay", max_attempts=1, resumes={"trigger": "scheduled"})
    step = after_attempt(waiting, outcome(500), lambda: 0.5)
    assert (step.status, step.resumes) == ("pending", True)
    assert after_attempt(waiting, outcome(204), lambda: 0.5).status == "delivered"
