"""What a PATCH of an onboarding must do, written down a second time from the rules and from nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

RUNNING = ("active", "waiting", "at_risk")
STATES = (*RUNNING, "paused", "done")
UNKNOWN = "no_such_phase"

Kind = Literal["normal", "launch", "terminal"]


class Refused(Exception):
    """The PATCH is refused with this code for this field."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(code)
        self.code, self.field = code, field


@dataclass(frozen=True)
class Plan:
    """One onboarding as the rules see it."""

    phases: Sequence[tuple[str, Kind]]
    phase: str
    state: str
    launched: bool = False
    completed: bool = False
    target: str | None = None
    shifts: int = 0

    def place(self, key: str) -> int:
        return [name for name, _ in self.phases].index(key)

    def kind(self, key: str) -> Kind:
        return dict(self.phases)[key]

    @property
    def launch(self) -> int | None:
        return next((place for place, (_, kind) in enumerate(self.phases) if kind == "launch"), None)

    def is_past_launch(self, key: str) -> bool:
        return self.kind(key) == "terminal" or (self.launch is not None and self.place(key) >= self.launch)

    def direction(self, to: str) -> str:
        steps = self.place(to) - self.place(self.phase)
        return "send_back" if steps < 0 else "advance" if steps == 1 else "skip"

    # ONB-STATE-6: only the one that differs decides; two new values that contradict are refused.
    def wanted(self, patch: dict[str, Any]) -> str:
        waiting = self.state == "waiting"
        state, flag = patch.get("state", self.state), patch.get("waiting_on_customer", waiting)
        if flag == waiting:
            return str(state)
        if state == self.state:
            return "waiting" if flag else "active"
        if (state == "waiting") != flag:
            raise Refused("invalid_enum_value", "state")
        return str(state)

    # §4: the moves of the table, and no others.
    def in_state(self, new: str) -> "Plan":
        if new == self.state:
            return self
        if self.state == "done" and new != "active":
            raise Refused("onboarding_done", "state")
        if self.state == "paused" and new != "active":
            raise Refused("onboarding_paused", "state")
        done = new == "done"
        return replace(self, state=new, completed=done, launched=self.launched or done)

    # §3: entering a phase.
    def in_phase(self, to: str) -> "Plan":
        if self.state == "paused":
            raise Refused("onboarding_paused", "phase")
        if self.state == "done":
            raise Refused(
                "terminal_phase" if self.kind(self.phase) == "terminal" else "onboarding_done", "phase"
            )
        ends = self.kind(to) == "terminal"
        return replace(
            self,
            phase=to,
            shifts=0,
            launched=self.is_past_launch(to),
            state="done" if ends else self.state,
            completed=ends,
        )

    def to_target(self, day: str | None) -> "Plan":
        if day == self.target:
            return self
        if self.state == "done":
            raise Refused("onboarding_done", "target_launch_date")
        return replace(self, target=day, shifts=self.shifts + (day is not None and self.target is not None))

    def patched(self, patch: dict[str, Any]) -> "Plan":
        """The onboarding after the PATCH. Raises Refused."""
        to = patch.get("phase", self.phase)
        moves = to != self.phase
        if moves and to not in dict(self.phases):
            raise Refused("unknown_phase", "phase")
        state = self.wanted(patch)
        enters_end = moves and self.kind(to) == "terminal" and self.state in RUNNING
        if enters_end and state == "done":
            state = self.state  # asking for what the phase brings anyway
        after = self.in_state(state)
        leaves_end = self.state == "done" and after.state != "done" and self.kind(self.phase) == "terminal"
        if leaves_end and self.kind(to) == "terminal":
            raise Refused("terminal_phase", "phase")
        if moves:
            after = after.in_phase(to)
        if "target_launch_date" in patch:
            after = after.to_target(patch["target_launch_date"])
        return after

    def outcome(self, patch: dict[str, Any]) -> "Plan | Refused":
        """The onboarding after the PATCH, or its refusal."""
        try:
            return self.patched(patch)
        except Refused as refusal:
            return refusal

    def created(self) -> "Plan":
        """A new onboarding that asks for this phase and state."""
        done = self.state == "done" or self.kind(self.phase) == "terminal"
        launched = done or self.is_past_launch(self.phase)
        return replace(self, state="done" if done else self.state, completed=done, launched=launched)


def events(before: Plan, after: Plan) -> list[str]:
    """The event types that the change fires, in their order (R4, R7 and the table of what fires)."""
    fired = {
        "phase_changed": before.phase != after.phase,
        "target_date_changed": before.target != after.target,
        "state_changed": before.state != after.state,
        "at_risk": before.state != "at_risk" and after.state == "at_risk",
        "back_on_track": before.state == "at_risk" and after.state in ("active", "waiting"),
        "launched": after.launched and not before.launched,
        "completed": before.state != "done" and after.state == "done",
    }
    found = [f"onboarding.{name}" for name, fires in fired.items() if fires]
    return ["onboarding.updated", *found] if found else []


def entries(before: Plan, after: Plan) -> list[str]:
    """The activity entries that the change writes, as a sorted list."""
    names = {
        "onboarding.phase_changed": before.phase != after.phase,
        "onboarding.target_shifted": before.target != after.target,
        "onboarding.state_changed": before.state != after.state,
        "onboarding.launched": after.launched and not before.launched,
        "onboarding.completed": before.state != "done" and after.state == "done",
    }
    return sorted(name for name, written in names.items() if written)


def days_between(old: str | None, new: str | None) -> int | None:
    """Signed days of a shift, none when a side is open."""
    if old is None or new is None:
        return None
    return (date.fromisoformat(new) - date.fromisoformat(old)).days
