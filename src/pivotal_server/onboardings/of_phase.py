"""What archiving a phase does to the onboardings in it. Called by the phases room, which it knows already."""

from collections.abc import Mapping

from pivotal_server.db.engine import Executor
from pivotal_server.onboardings import changes, repository, repository_board
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.onboardings.states import RUNNING
from pivotal_server.unit_of_work import UnitOfWork

REASON = "Phase archived"


async def open_counts(db: Executor, org_id: str) -> Mapping[str, int]:
    """How many open onboardings each phase has, of put-away customers too; empty phases are left out."""
    return await repository_board.open_counts(db, org_id)


async def paused_in(db: Executor, org_id: str, phase: str) -> int:
    """How many paused onboardings are in a phase: those cannot be moved."""
    rows = await repository_board.open_in_phase(db, org_id, phase)
    return sum(state not in RUNNING for _, state in rows)


async def move_all(uow: UnitOfWork, phase: str, to: str) -> int:
    """Move the running onboardings of a phase to another one by the ordinary pipeline; how many."""
    rows = await repository_board.open_in_phase(uow.tx, uow.org_id, phase)
    data = OnboardingUpdate(phase=to, phase_change_reason=REASON)
    for id, _ in rows:
        row = await repository.find(uow.tx, uow.org_id, id=id, lock=True)
        if row is not None and row.phase == phase and row.state in RUNNING:
            await changes.update_onboarding(uow, row, data)
    return len(rows)
