"""View models of onboardings: phases with their rings, the card in the inspector, the form's choices."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, Protocol

import msgspec

from pivotal_server.web.formats import short_day
from pivotal_server.web.view import Form, Frame, Person

RingKind = Literal["first", "current", "past", "todo", "end"]


class PhaseFacts(Protocol):
    """What is needed of a phase; ``phases.PhaseRow`` has it."""

    @property
    def key(self) -> str:
        """Key."""

    @property
    def name(self) -> str:
        """Name."""

    @property
    def target_days(self) -> int | None:
        """Days that the phase should take."""

    @property
    def kind(self) -> str:
        """``normal``, ``launch`` or ``terminal``."""


class Ring(msgspec.Struct, frozen=True):
    """The sign of a phase. ``share``: its place in the sequence, from 0 to 100."""

    kind: RingKind
    share: int = 0


class PhaseChip(msgspec.Struct, frozen=True):
    """The present phase of an onboarding."""

    name: str
    ring: Ring


class PhaseStep(msgspec.Struct, frozen=True):
    """One phase in the list of an onboarding.

    ``when``: dates or days; ``late``: past its target days; ``skipped``: jumped over.
    """

    name: str
    ring: Ring
    current: bool
    when: str = ""
    late: bool = False
    skipped: bool = False


class OnboardingView(msgspec.Struct, frozen=True):
    """An onboarding in the inspector of its customer. ``place``: number of the present phase, from 1."""

    id: str
    display_id: int
    name: str
    state: str
    place: int
    steps: tuple[PhaseStep, ...]
    target: date | None
    csm: Person | None
    livemode: bool


class OnboardingForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``onboardings/new.html``.

    Fields of ``form``: ``name``, ``phase``, ``target_launch_date``, ``csm_id``. ``phases``: pairs of key and
    name; ``members``: pairs of id and name. ``default_name`` is what a name left out becomes.
    """

    customer_name: str
    customer_url: str
    default_name: str
    form: Form
    phases: tuple[tuple[str, str], ...]
    members: tuple[tuple[str, str], ...]


def phase_chip(phases: Sequence[PhaseFacts], key: str) -> PhaseChip:
    """The chip of the phase ``key`` among the workspace's ``phases``, which are in order."""
    at = _index(phases, key)
    return PhaseChip(phases[at].name, _ring(phases, at, at)) if at >= 0 else PhaseChip(key, Ring("todo"))


def onboarding_view(
    *,
    id: str,
    display_id: int,
    name: str,
    state: str,
    phase: str,
    phase_entered_at: datetime,
    target: date | None,
    csm: Person | None,
    livemode: bool,
    phases: Sequence[PhaseFacts],
    stays: Mapping[str, tuple[date, date]],
    frame: Frame,
    skipped: Collection[str] = (),
) -> OnboardingView:
    """The view of an onboarding that is in ``phase``.

    ``phases``: those of the workspace in order, archived ones left out unless it is the present one.
    ``stays``: first and last day in phases that were left, by key, as far as they are known. ``skipped``:
    keys of phases that were jumped over.
    """
    present = _index(phases, phase)
    steps = []
    for at, facts in enumerate(phases):
        when, late = "", False
        if at == present:
            when, late = _days_in(phase_entered_at, facts.target_days, frame)
        elif at < present and facts.key in stays:
            first, last = stays[facts.key]
            when = short_day(first, frame)
            if last != first:
                when = f"{when} \N{EN DASH} {short_day(last, frame)}"
        elif at > present and facts.kind == "launch" and target is not None:
            when = short_day(target, frame)
        ring = _ring(phases, at, present)
        steps.append(PhaseStep(facts.name, ring, at == present, when, late, facts.key in skipped))
    return OnboardingView(
        id=id,
        display_id=display_id,
        name=name,
        state=state,
        place=present + 1,
        steps=tuple(steps),
        target=target,
        csm=csm,
        livemode=livemode,
    )


def _index(phases: Sequence[PhaseFacts], key: str) -> int:
    return next((at for at, facts in enumerate(phases) if facts.key == key), -1)


def _ring(phases: Sequence[PhaseFacts], at: int, present: int) -> Ring:
    if at < present:
        return Ring("past")
    if at > present:
        return Ring("todo")
    if phases[at].kind == "terminal":
        return Ring("end")
    if at == 0:
        return Ring("first")
    return Ring("current", round(100 * at / (len(phases) - 1)))


def _days_in(entered: datetime, target_days: int | None, frame: Frame) -> tuple[str, bool]:
    """Such as "Day 3 of 10", and whether that is over the target; the day of entry is day 1."""
    number = (frame.today - entered.astimezone(frame.zone).date()).days + 1
    if target_days is None:
        return f"Day {number}", False
    return f"Day {number} of {target_days}", number > target_days
