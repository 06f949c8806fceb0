"""View models of the pages of one onboarding: what surrounds every tab."""

from datetime import date, datetime
from typing import Literal

import msgspec
from markupsafe import Markup

from pivotal_server.onboardings.views import PhaseStep
from pivotal_server.web.view import Person

Tab = Literal["tasks", "timeline", "comments", "files", "audit"]
FRAGMENTS = ("acts", "header", "banner", "strip", "facts")
"""Blocks of ``onboardings/record.html`` that every tab has."""


class Choice(msgspec.Struct, frozen=True):
    """One entry of a menu: what it is called, where it leads, and what sort of thing it is."""

    label: str
    url: str
    kind: str = ""


class Acts(msgspec.Struct, frozen=True):
    """What the reader may do. ``advance`` and ``finish``: label of the primary button, if it is offered.

    ``back`` and ``jump``: phases to move to. ``states``: states to change to.
    """

    may_work: bool
    may_move: bool
    may_delete: bool
    advance: Choice | None = None
    finish: Choice | None = None
    resume: Choice | None = None
    back: tuple[Choice, ...] = ()
    jump: tuple[Choice, ...] = ()
    states: tuple[Choice, ...] = ()


class Banner(msgspec.Struct, frozen=True):
    """What stands above the tabs. ``tone``: ``info``, ``warn`` or ``good``; ``act``: what one can do."""

    tone: str
    title: str
    text: str = ""
    at: datetime | None = None
    act: Choice | None = None


class StaffRole(msgspec.Struct, frozen=True):
    """A staff role of an onboarding, and who has it."""

    name: str
    label: str
    person: Person | None


class Record(msgspec.Struct, frozen=True):
    """Context ``page.record`` of every page of an onboarding.

    ``place``: number of the present phase, from 1. ``team``: pairs of id and name of whoever can have a role.
    ``shifts``: the last changes of the target, in words. ``asks_dates``: a banner on due dates that would
    follow somebody else's change may come after the page.
    """

    id: str
    number: int
    name: str
    url: str
    customer_id: str
    customer_name: str
    customer_url: str
    state: str
    phase: str
    place: int
    steps: tuple[PhaseStep, ...]
    livemode: bool
    tab: Tab
    acts: Acts
    banners: tuple[Banner, ...]
    target: date | None
    target_late: bool
    shifts: tuple[str, ...]
    staff: tuple[StaffRole, ...]
    team: tuple[tuple[str, str], ...]
    done: int
    total: int
    started_at: datetime
    launched_at: datetime | None
    completed_at: datetime | None
    notes_html: Markup
    asks_dates: bool
    live_url: str

    @property
    def percent(self) -> int:
        """Share of the tasks that are done, from 0 to 100."""
        return round(100 * self.done / self.total) if self.total else 0
