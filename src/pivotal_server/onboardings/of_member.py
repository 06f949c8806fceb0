"""What a change of a member does to onboardings and their tasks. Called by the members room."""

from pivotal_server.db.engine import Executor
from pivotal_server.onboardings import repository_staff
from pivotal_server.onboardings.changes import update_onboarding
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.onboardings.service import STAFF_FIELDS
from pivotal_server.tasks import of_member as tasks
from pivotal_server.unit_of_work import UnitOfWork


async def count_worked_on(db: Executor, org_id: str, member_id: str) -> int:
    """On how many open onboardings a member has a role."""
    return await repository_staff.count_worked_on(db, org_id, member_id)


async def hand_over(uow: UnitOfWork, member_id: str, to_id: str) -> None:
    """Give the roles that a member has on open onboardings to another, each with its entry and events."""
    for row in await repository_staff.worked_on_locked(uow.tx, uow.org_id, member_id):
        data = OnboardingUpdate()
        for name in STAFF_FIELDS:
            if getattr(row, name) == member_id:
                setattr(data, name, to_id)
        await update_onboarding(uow, row, data)


async def hand_over_tasks(uow: UnitOfWork, member_id: str, to_id: str | None) -> None:
    """Give the open tasks of a member to another, or to nobody."""
    homes = await tasks.homes_of(uow, member_id)
    await repository_staff.lock(uow.tx, uow.org_id, homes)
    await tasks.hand_over(uow, member_id, to_id)
