"""Who may move an onboarding, as one function (ONB-MOVE-1, ONB-STATE-2, ONB-PHASE-1)."""

from msgspec import Struct

from pivotal_server.auth.actor import Actor
from pivotal_server.auth.permissions import MANAGERS, AccessSettings, Condition, Facts, refusal
from pivotal_server.errors_catalogue import INSUFFICIENT_ROLE
from pivotal_server.kit.errors import ApiError
from pivotal_server.onboardings.moves import Direction, PhaseList

_NO_SETTINGS = AccessSettings()


class Rights(Struct, frozen=True):
    """What an actor may do to one onboarding.

    ``move``: advance and send back. ``skip``: jump ahead. ``state``: change the state. ``finish``: mark it
    done without moving it to a terminal phase. ``delete``: delete it.
    """

    move: bool = False
    skip: bool = False
    state: bool = False
    finish: bool = False
    delete: bool = False

    def allows(self, direction: Direction) -> bool:
        """Whether a move in this direction may be made."""
        return self.skip if direction == "skip" else self.move

    def facts(self) -> Facts:
        """The same for the table of capabilities; the onboarding is visible."""
        met = {Condition.MAY_MOVE} if self.move else set[Condition]()
        return Facts(visible=True, met=frozenset(met | {Condition.CSM} if self.delete else met))


NONE = Rights()
ALL = Rights(move=True, skip=True, state=True, finish=True, delete=True)


def rights_of(
    actor: Actor, *, csm_id: str | None, owns_open_task: bool, at_the_end: bool, sees: bool = True
) -> Rights:
    """The rights of an actor on an onboarding.

    ``csm_id`` is that of the onboarding. ``owns_open_task``: the actor is assignee of an open task or subtask
    of its present phase. ``at_the_end``: it is in the last phase of a workspace without a terminal one.
    ``sees``: the actor sees its customer.
    """
    if not sees:
        return NONE
    if actor.type in ("api_key", "system") or (actor.type == "member" and actor.role in MANAGERS):
        return ALL
    if actor.type != "member" or actor.role != "member":
        return NONE
    is_csm = csm_id is not None and csm_id == actor.id
    moves = is_csm or owns_open_task
    return Rights(move=moves, state=moves, finish=moves and at_the_end, delete=is_csm)


def is_at_the_end(phases: PhaseList, phase: str) -> bool:
    """Whether "Mark done" is the way on from ``phase``: it is the last one, and none is terminal."""
    last = phases.open[-1]
    return last.kind != "terminal" and last.key == phase


def refused_move(direction: Direction) -> ApiError:
    """The 403 for a move that the actor may not make."""
    if direction == "skip":
        return INSUFFICIENT_ROLE(roles="the owner and admins", act="jump over phases")
    return refusal("move_onboardings", _NO_SETTINGS)


def refused_state() -> ApiError:
    """The 403 for a change of state that the actor may not make."""
    return refusal("move_onboardings", _NO_SETTINGS)


def refused_finish() -> ApiError:
    """The 403 for marking an onboarding done before its last phase."""
    return INSUFFICIENT_ROLE(roles="the owner and admins", act="mark it done before its last phase")
