import math
import tracemalloc
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivotal_server.limits.window import Decision, Window, Windows, headers

START = 1_767_225_600  # a whole second of the year 2026
MICRO = 1_000_000

# Steps of the simulated clock in microseconds: bursts, ordinary gaps, and steps onto the edge of the window.
STEPS = st.one_of(
    st.integers(0, 5),
    st.integers(0, 3 * MICRO),
    st.sampled_from([MICRO, 59 * MICRO, 60 * MICRO - 1, 60 * MICRO, 60 * MICRO + 1, 200 * MICRO]),
)


class Model:
    """The definition, kept as simple as can be: every accepted time, counted anew at every request."""

    def __init__(self) -> None:
        self.accepted: list[int] = []

    def hit(self, limit: int, moment: int) -> tuple[bool, int, int, int, int]:
        inside = [time for time in self.accepted if moment - 60 * MICRO < time <= moment]
        allowed = limit == 0 or len(inside) < limit
        retry_after = 0
        if not allowed:
            leaving = sorted(inside)[len(inside) - limit]
            retry_after = math.ceil(Fraction(leaving + 60 * MICRO - moment, MICRO))
        if limit == 0:
            return True, 0, math.ceil(Fraction(moment, MICRO)), 0, 0
        if allowed:
            self.accepted.append(moment)
            inside.append(moment)
        empty = max(inside) + 60 * MICRO
        return (
            allowed,
            max(limit - len(inside), 0),
            math.ceil(Fraction(empty, MICRO)),
            math.ceil(Fraction(empty - moment, MICRO)),
            retry_after,
        )


def facts(decision: Decision) -> tuple[bool, int, int, int, int]:
    return decision.allowed, decision.remaining, decision.reset, decision.t, decision.retry_after


@given(st.lists(st.tuples(STEPS, st.sampled_from([None, None, None, 0, 1, 2, 3, 7])), max_size=60))
@example([(0, 2), (0, None), (60 * MICRO, None)])
def test_the_window_decides_as_its_definition_says(steps: list[tuple[int, int | None]]) -> None:
    window, model, limit, moment = Window(3), Model(), 3, START * MICRO
    for step, new_limit in steps:
        moment += step
        if new_limit is not None:
            window.limit = limit = new_limit
        decision = window.hit(moment / MICRO)
        assert facts(decision) == model.hit(limit, moment)
        assert decision.limit == limit


@given(st.integers(1, 5), st.lists(STEPS, max_size=40))
def test_a_client_that_waits_as_told_is_accepted_and_a_second_earlier_refused(
    limit: int, steps: list[int]
) -> None:
    window, moment = Window(limit), START * MICRO
    for step in steps:
        moment += step
        decision = window.hit(moment / MICRO)
        if not decision.allowed:
            assert decision.retry_after >= 1
            now = moment / MICRO
            assert not window.peek(now + decision.retry_after - 1).allowed
            assert window.peek(now + decision.retry_after).allowed
            break


@given(st.integers(1, 4), st.lists(STEPS, max_size=60))
def test_no_60_seconds_ever_hold_more_than_the_limit(limit: int, steps: list[int]) -> None:
    window, moment = Window(limit), START * MICRO
    accepted: list[int] = []
    for step in steps:
        moment += step
        if window.hit(moment / MICRO).allowed:
            accepted.append(moment)
    for first, last in zip(accepted, accepted[limit:], strict=False):
        assert last - first >= 60 * MICRO


def test_requests_that_are_refused_do_not_count() -> None:
    window = Window(2)
    assert [window.hit(START + second).allowed for second in range(3)] == [True, True, False]
    for second in range(3, 60):
        assert not window.hit(START + second).allowed
    assert window.hit(START + 60).allowed
    assert window.hit(START + 61).allowed
    assert not window.hit(START + 62).allowed


def test_retry_after_is_when_one_request_is_accepted_not_when_the_window_is_empty() -> None:
    window = Window(2)
    window.hit(START)
    window.hit(START + 50)
    refused = window.hit(START + 51)
    assert facts(refused) == (False, 0, START + 110, 59, 9)


def test_a_limit_that_is_lowered_and_raised_acts_at_once() -> None:
    window = Window(10)
    for second in range(6):
        window.hit(START + second)
    window.limit = 3
    refused = window.hit(START + 6)
    # The fourth oldest must leave before fewer than three remain.
    assert facts(refused) == (False, 0, START + 65, 59, START + 63 - (START + 6))
    window.limit = 7
    assert window.hit(START + 7).remaining == 0
    assert not window.hit(START + 7).allowed


def test_a_limit_of_zero_is_off() -> None:
    window = Window(0)
    decisions = [window.hit(START) for _ in range(2000)]
    assert set(map(facts, decisions)) == {(True, 0, START, 0, 0)}
    assert headers(decisions[0]) == []
    window.limit = 1
    assert window.hit(START).allowed
    assert not window.hit(START).allowed


def test_peek_counts_nothing() -> None:
    window = Window(1)
    assert [facts(window.peek(START + 0.5)) for _ in range(3)] == [(True, 1, START + 1, 0, 0)] * 3
    window.hit(START)
    assert facts(window.peek(START + 1)) == (False, 0, START + 60, 59, 59)


def test_a_clock_set_back_a_little_neither_forgets_nor_blocks() -> None:
    window = Window(2)
    window.hit(START + 30)
    assert window.hit(START + 10).allowed
    assert not window.hit(START + 20).allowed
    assert not window.hit(START + 89).allowed
    assert window.hit(START + 90).allowed


def test_a_clock_set_back_a_lot_starts_anew() -> None:
    window = Window(1)
    window.hit(START + 3600)
    assert window.hit(START).allowed
    assert not window.hit(START + 1).allowed
    assert window.hit(START + 60).allowed


def test_memory_stays_bounded_under_steady_traffic() -> None:
    window = Window(600)
    tracemalloc.start()
    try:
        for index in range(20_000):
            window.hit(START + index / 50)
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < 20_000


def test_windows_are_apart_and_idle_ones_are_forgotten() -> None:
    windows = Windows()
    assert windows.hit("a", 1, START).allowed
    assert windows.hit("b", 1, START + 30).allowed
    assert not windows.hit("a", 1, START + 30).allowed
    assert windows.hit("a", 2, START + 31).allowed
    assert windows.hit("b", 1, START + 91).allowed
    assert len(windows) == 1
    for index in range(1000):
        windows.hit(f"key-{index}", 5, START + 200 + index)
    assert len(windows) <= 121


@pytest.mark.parametrize("restart", [START - 10_000, START + 10_000])
def test_windows_survive_a_clock_that_jumps(restart: int) -> None:
    windows = Windows()
    windows.hit("a", 1, START)
    assert windows.hit("b", 1, restart).allowed
    assert windows.hit("a", 1, restart).allowed
    assert not windows.hit("a", 1, restart).allowed


def _after(count: int) -> Callable[[int], Decision]:
    def decide(limit: int) -> Decision:
        window = Window(limit)
        for _ in range(count - 1):
            window.hit(START)
        return window.hit(START + 18)

    return decide


def test_headers_of_an_accepted_request() -> None:
    assert headers(_after(47)(600)) == [
        (b"x-ratelimit-limit", b"600"),
        (b"x-ratelimit-remaining", b"553"),
        (b"x-ratelimit-reset", b"1767225678"),
        (b"ratelimit-policy", b'"default";q=600;w=60'),
        (b"ratelimit", b'"default";r=553;t=60'),
    ]


def test_headers_of_a_refused_request() -> None:
    assert headers(_after(31)(30)) == [
        (b"x-ratelimit-limit", b"30"),
        (b"x-ratelimit-remaining", b"0"),
        (b"x-ratelimit-reset", b"1767225660"),
        (b"ratelimit-policy", b'"default";q=30;w=60'),
        (b"ratelimit", b'"default";r=0;t=42'),
        (b"retry-after", b"42"),
    ]


def test_each_answer_gets_its_own_list_of_headers() -> None:
    decision = _after(1)(5)
    headers(decision).append((b"x-other", b"1"))
    assert (b"x-other", b"1") not in headers(decision)


def test_a_costly_request_counts_more_or_not_at_all() -> None:
    window = Window(10)
    assert window.hit(0.0).allowed
    charged = window.charge(0.0, 4)
    assert (charged.allowed, charged.remaining) == (True, 5)
    assert window.hit(10.0).allowed
    refused = window.charge(10.0, 7)
    assert (refused.allowed, refused.remaining, refused.retry_after) == (False, 5, 50)
    # After exactly that time it fits.
    assert window.hit(60.0).allowed
    assert window.charge(60.0, 7).allowed
    assert window.peek(60.0).remaining == 2


def test_a_cost_beyond_the_limit_takes_all_of_it() -> None:
    window = Window(3)
    assert window.hit(0.0).allowed
    charged = window.charge(0.0, 11)
    assert (charged.allowed, charged.remaining) == (True, 0)
    off = Window(0)
    assert off.hit(0.0).allowed
    assert off.charge(0.0, 11).allowed
