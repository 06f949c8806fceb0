"""The states of an onboarding and the moves between them, without a database (ONB-STATE-1 … 6)."""

from msgspec import UNSET, UnsetType

from pivotal_server.errors_catalogue import (
    INVALID_ENUM_VALUE,
    ONBOARDING_DONE,
    ONBOARDING_PAUSED,
)

RUNNING = frozenset({"active", "waiting", "at_risk"})
OPEN = RUNNING | {"paused"}

MOVES: dict[str, frozenset[str]] = {
    "active": frozenset({"waiting", "at_risk", "paused", "done"}),
    "waiting": frozenset({"active", "at_risk", "paused", "done"}),
    "at_risk": frozenset({"active", "waiting", "paused", "done"}),
    "paused": frozenset({"active"}),
    "done": frozenset({"active"}),
}
"""The states that each state can move to."""


def wanted_state(stored: str, state: str | UnsetType, waiting: bool | UnsetType) -> str:
    """The state that a request asks for by ``state`` and ``waiting_on_customer``.

    Where only one of the two differs from what is stored, that one decides. Raises
    ``invalid_enum_value`` when both differ and contradict each other.
    """
    new_state = stored if state is UNSET else str(state)
    stored_waiting = stored == "waiting"
    new_waiting = stored_waiting if waiting is UNSET else bool(waiting)
    if new_waiting == stored_waiting:
        return new_state
    if new_state == stored:
        return "waiting" if new_waiting else "active"
    if (new_state == "waiting") != new_waiting:
        expected = "'waiting'" if new_waiting else "another state than 'waiting'"
        raise INVALID_ENUM_VALUE(
            field="state", message=f"state and waiting_on_customer contradict each other. Expected {expected}"
        )
    return new_state


def check_move(stored: str, new: str) -> None:
    """Raises ``onboarding_done`` or ``onboarding_paused`` when ``stored`` cannot become ``new``."""
    if new == stored or new in MOVES[stored]:
        return
    raise ONBOARDING_DONE(field="state") if stored == "done" else ONBOARDING_PAUSED(field="state")


def first_state(state: str | UnsetType, waiting: bool | UnsetType) -> str:
    """The state of a new onboarding. Raises ``invalid_enum_value`` for two values that contradict."""
    if state is UNSET:
        return "waiting" if waiting is True else "active"
    if waiting is not UNSET and (state == "waiting") != waiting:
        raise INVALID_ENUM_VALUE(field="state", message="state and waiting_on_customer contradict each other")
    return str(state)
