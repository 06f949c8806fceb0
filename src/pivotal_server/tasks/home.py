"""The onboarding that a task belongs to, as the tasks room sees it."""

from datetime import date, datetime
from typing import Protocol


class Home(Protocol):
    """What tasks need of their onboarding. ``onboardings.OnboardingRow`` has it, which imports this room."""

    @property
    def id(self) -> str:
        """Id."""

    @property
    def display_id(self) -> int:
        """Number."""

    @property
    def customer_id(self) -> str:
        """Id of its customer."""

    @property
    def phase(self) -> str:
        """Key of the present phase."""

    @property
    def phase_entered_at(self) -> datetime:
        """When it entered that phase."""

    @property
    def state(self) -> str:
        """State."""

    @property
    def target_launch_date(self) -> date | None:
        """Day of the planned launch."""

    @property
    def customer_hidden(self) -> bool:
        """Whether its customer is put away."""

    @property
    def livemode(self) -> bool:
        """Whether it is no test record."""

    @property
    def created_at(self) -> datetime:
        """When it was created."""
