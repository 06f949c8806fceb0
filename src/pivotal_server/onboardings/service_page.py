"""Reading an onboarding for its page: its moves, what was jumped over, its progress."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from pivotal_server.db.engine import Executor
from pivotal_server.onboardings import repository
from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.onboardings.repository import OnboardingRow, TransitionRow
from pivotal_server.onboardings.service import Stays
from pivotal_server.tasks.service_page import PhaseCount

__all__ = ["History", "Progress", "TransitionRow", "history", "moves_of", "progress_of", "reached"]


class History(Struct, frozen=True):
    """The moves of an onboarding, oldest first, the stays in phases it has left, and phases jumped over."""

    moves: tuple[TransitionRow, ...]
    stays: Stays
    skipped: frozenset[str]


class Progress(Struct, frozen=True):
    """How many of the tasks of the phases up to the present one are done, orphaned ones left out."""

    done: int
    total: int


async def moves_of(db: Executor, org_id: str, ids: list[str]) -> dict[str, list[TransitionRow]]:
    """The moves of several onboardings by id, oldest first."""
    found: dict[str, list[TransitionRow]] = {id: [] for id in ids}
    for move in await repository.transitions(db, org_id, ids):
        found[move.onboarding_id].append(move)
    return found


async def history(db: Executor, org_id: str, row: OnboardingRow, phases: PhaseList) -> History:
    """How an onboarding came to where it is."""
    moves = await repository.transitions(db, org_id, [row.id])
    stays: Stays = {}
    entered = row.created_at
    skipped: set[str] = set()
    for move in moves:
        if move.from_phase is not None:
            stays[move.from_phase] = (entered, move.at)
        entered = move.at
        if move.direction == "skip" and move.from_phase in phases.all and move.to_phase in phases.all:
            skipped |= set(phases.between(move.from_phase, move.to_phase))
        skipped -= {move.to_phase}
    return History(tuple(moves), stays, frozenset(skipped))


def reached(phases: PhaseList, present: str) -> list[str]:
    """The keys of the phases up to the present one."""
    last = phases.all[present].position
    return [phase.key for phase in phases.all.values() if phase.position <= last]


def progress_of(
    counts: Sequence[PhaseCount], phases: PhaseList, present: Mapping[str, str]
) -> dict[str, Progress]:
    """The progress of onboardings by id; ``present`` is the phase that each is in."""
    done = dict.fromkeys(present, 0)
    total = dict.fromkeys(present, 0)
    for count in counts:
        at, now = phases.all.get(count.phase), phases.all.get(present.get(count.onboarding_id, ""))
        if at is not None and now is not None and at.position <= now.position:
            done[count.onboarding_id] += count.done
            total[count.onboarding_id] += count.total
    return {id: Progress(done[id], total[id]) for id in present}
