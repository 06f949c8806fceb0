"""What somebody says about a change of an onboarding, beyond the new values themselves."""

from datetime import date

from msgspec import Struct

from pivotal_server.onboardings.moving_tasks import NO_CHOICES, MoveChoices
from pivotal_server.tasks.offers import Answer


class How(Struct, frozen=True, kw_only=True):
    """How a change is made.

    ``seen_phase`` is the phase that the sender saw: a move from any other one is refused. ``choices`` say
    what a move does to single tasks, ``note`` is kept on its transition. ``state_reason`` says why the state
    changes. ``launched_on`` is the day of a launch that the change brings about; today without it.
    ``follow`` answers which planned dates move along. ``shift_days`` moves the target and all open dates
    by so many days when a paused onboarding is resumed.
    """

    seen_phase: str | None = None
    choices: MoveChoices = NO_CHOICES
    note: str | None = None
    state_reason: str | None = None
    launched_on: date | None = None
    follow: Answer | None = None
    shift_days: int = 0


PLAIN = How()
