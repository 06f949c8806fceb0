"""What a change of a member does to tasks. Called by the onboardings room, and by way of it by members."""

from itertools import groupby

from msgspec.structs import replace

from pivotal_server.db.engine import Executor
from pivotal_server.tasks import repository_assignees
from pivotal_server.tasks.writing import record_changes, save_tasks
from pivotal_server.unit_of_work import UnitOfWork


async def count_open(db: Executor, org_id: str, member_id: str) -> int:
    """How many open tasks a member has."""
    return await repository_assignees.count(db, org_id, member_id)


async def homes_of(uow: UnitOfWork, member_id: str) -> list[str]:
    """The ids of the onboardings in which a member has open tasks, for the caller to lock."""
    return await repository_assignees.homes(uow.tx, uow.org_id, member_id)


async def hand_over(uow: UnitOfWork, member_id: str, to_id: str | None) -> None:
    """Give the open tasks of a member to another, or to nobody, each with its entry and event."""
    rows = await repository_assignees.open_tasks(uow.tx, uow.org_id, member_id)
    rows.sort(key=lambda row: row.onboarding_id)
    for _, group in groupby(rows, key=lambda row: row.onboarding_id):
        pairs = [(row, replace(row, assignee_id=to_id)) for row in group]
        for before, after in await save_tasks(uow, pairs):
            record_changes(uow, before, after)
