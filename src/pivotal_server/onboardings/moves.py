"""Phase moves as pure functions: their direction, and what they do to state and dates (ONB-MOVE-2 … 12)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from pivotal_server.errors_catalogue import UNKNOWN_PHASE
from pivotal_server.onboardings.repository import OnboardingRow
from pivotal_server.phases.service import PhaseRow

Direction = Literal["advance", "skip", "send_back"]


class PhaseList:
    """The phases of a workspace in order, as moves see them."""

    def __init__(self, phases: Sequence[PhaseRow]) -> None:
        self.all = {phase.key: phase for phase in phases}
        self.open = [phase for phase in phases if phase.archived_at is None]
        self._launch = next((phase for phase in self.open if phase.kind == "launch"), None)

    def usable(self, key: str, field: str = "phase") -> PhaseRow:
        """The unarchived phase with ``key``. Raises ``unknown_phase``, listing the valid keys."""
        phase = self.all.get(key)
        if phase is None or phase.archived_at is not None:
            valid = ", ".join(phase.key for phase in self.open)
            raise UNKNOWN_PHASE(field=field, phase=key[:100], valid=valid)
        return phase

    def is_terminal(self, key: str) -> bool:
        """Whether an onboarding in this phase is done."""
        phase = self.all.get(key)
        return phase is not None and phase.kind == "terminal"

    def direction(self, from_key: str, to_key: str) -> Direction:
        """How a move counts, by the order of the unarchived phases."""
        source, target = self.all[from_key], self.all[to_key]
        if target.position < source.position:
            return "send_back"
        return "skip" if self.between(from_key, to_key) else "advance"

    def between(self, from_key: str, to_key: str) -> list[str]:
        """The keys of the unarchived phases after the one and before the other."""
        first, last = self.all[from_key].position, self.all[to_key].position
        return [phase.key for phase in self.open if first < phase.position < last]

    def ahead(self, key: str) -> list[str]:
        """The keys of the unarchived phases after this one."""
        return [phase.key for phase in self.open if phase.position > self.all[key].position]

    def before(self, key: str) -> list[str]:
        """The keys of the unarchived phases before this one."""
        return [phase.key for phase in self.open if phase.position < self.all[key].position]

    def has_launched(self, key: str) -> bool:
        """Whether an onboarding in this phase is at or past its launch.

        Without a launch phase nothing but the end launches (ONB-PHASE-2).
        """
        if self._launch is None:
            return self.is_terminal(key)
        return self.all[key].position >= self._launch.position


def moved(row: OnboardingRow, phases: PhaseList, to_key: str, now: datetime) -> OnboardingRow:
    """``row`` after entering phase ``to_key`` at ``now``.

    Entering or passing the launch phase sets ``launched_at``, going back to before it clears it; entering
    a terminal phase makes the onboarding done.
    """
    changes: dict[str, object] = {"phase": to_key, "phase_entered_at": now, "shifts_in_phase": 0}
    if phases.has_launched(to_key):
        changes["launched_at"] = row.launched_at or now
    else:
        changes["launched_at"] = None
    if phases.is_terminal(to_key):
        changes.update(state="done", waiting_on_customer=False, completed_at=now)
        changes["launched_at"] = row.launched_at or now
    return msgspec.structs.replace(row, **changes)


def in_state(row: OnboardingRow, state: str, now: datetime) -> OnboardingRow:
    """``row`` after its state became ``state`` at ``now``.

    Becoming done sets ``completed_at``, and launches what was not launched yet; resuming clears it.
    """
    changes: dict[str, object] = {"state": state, "waiting_on_customer": state == "waiting"}
    if state == "done":
        changes.update(completed_at=now, launched_at=row.launched_at or now)
    elif row.state == "done":
        changes["completed_at"] = None
    return msgspec.structs.replace(row, **changes)
