"""Phases as rings and steps."""

from datetime import date, timedelta

import pytest

from pivotal_server.onboardings.views import OnboardingView, PhaseStep, Ring, phase_chip
from pivotal_server.web.templating import environment
from tests.support.pages import NOW, PHASES, frame, loyalty_launch


def step(view: OnboardingView, name: str) -> PhaseStep:
    return next(step for step in view.steps if step.name == name)


@pytest.mark.parametrize(
    ("key", "ring"),
    [
        ("before_getting_started", Ring("first")),
        ("program_design", Ring("current", 17)),
        ("review", Ring("current", 33)),
        ("program_buildout", Ring("current", 50)),
        ("launch", Ring("current", 83)),
        ("completed", Ring("end")),
    ],
)
def test_the_ring_shows_the_place_of_the_phase(key: str, ring: Ring) -> None:
    assert phase_chip(PHASES, key).ring == ring


def test_the_last_of_phases_without_an_end_is_a_full_ring() -> None:
    assert phase_chip(PHASES[:3], "review").ring == Ring("current", 100)


def test_a_phase_that_is_gone_shows_its_key() -> None:
    chip = phase_chip(PHASES, "kickoff")
    assert (chip.name, chip.ring) == ("kickoff", Ring("todo"))


def test_steps_before_and_after_the_present_phase() -> None:
    view = loyalty_launch()
    assert view.place == 2
    assert [step.ring.kind for step in view.steps] == [
        "past",
        "current",
        "todo",
        "todo",
        "todo",
        "todo",
        "todo",
    ]
    assert [step.name for step in view.steps if step.current] == ["Program design"]
    assert step(view, "Before getting started").when == "May 26 – Jun 9"
    assert step(view, "Launch").when == "Jul 15"
    assert step(view, "Review").when == ""


@pytest.mark.parametrize(
    ("days", "text", "late"),
    [(0, "Day 1 of 10", False), (9, "Day 10 of 10", False), (10, "Day 11 of 10", True)],
)
def test_onb_phase_3_days_over_the_target_are_marked(days: int, text: str, late: bool) -> None:
    present = step(loyalty_launch(phase_entered_at=NOW - timedelta(days=days)), "Program design")
    assert (present.when, present.late) == (text, late)


def test_days_are_those_of_the_workspace_zone() -> None:
    # 22:30 UTC on the 7th is the 8th in Berlin, so the 9th is the second day.
    entered = NOW.replace(day=7, hour=22, minute=30)
    assert step(loyalty_launch(phase_entered_at=entered), "Program design").when == "Day 2 of 10"


def test_a_phase_without_target_days_counts_only() -> None:
    assert step(loyalty_launch(phase="completed"), "Completed").when == "Day 1"


def card(*onboardings: OnboardingView, **changes: object) -> str:
    template = environment().from_string(
        '{% from "onboardings/card.html" import cards %}'
        '{{ cards(onboardings, "/customers/245-aurora", frame) }}'
    )
    return template.render(onboardings=onboardings, frame=frame(**changes))


def test_the_card_names_phase_state_and_target() -> None:
    html = card(loyalty_launch())
    assert "Phase 2 of 7" in html
    assert html.count('aria-current="step"') == 1
    assert 'stroke-dasharray="17 100"' in html
    assert ">Jul 15, 2026</time>" in html
    assert ">in 36 days</span>" in html
    assert "Dana Okafor" in html


def test_a_target_that_has_passed_is_red() -> None:
    html = card(loyalty_launch(target=date(2026, 6, 6)))
    assert 'bad-text">3 days ago' in html
    assert "bad-text" not in card(loyalty_launch(target=date(2026, 6, 9)))


@pytest.mark.parametrize(
    ("state", "sign"),
    [
        ("waiting", 'data-status="waiting">Waiting on customer'),
        ("at_risk", 'data-status="at_risk">At risk'),
        ("paused", 'data-status="paused">Paused'),
    ],
)
def test_states_have_a_shape_and_a_word(state: str, sign: str) -> None:
    assert sign in card(loyalty_launch(state=state))


def test_without_target_without_csm() -> None:
    html = card(loyalty_launch(target=None, csm=None, livemode=False))
    assert "No target" in html
    assert "CSM" not in html
    assert ">Test</span>" in html


def test_app_ui_15_no_onboarding_offers_the_next_step() -> None:
    assert "No onboarding yet" in card()
    assert 'href="/customers/245-aurora/onboardings/new"' in card()
    assert "onboardings/new" not in card(can=frozenset())
