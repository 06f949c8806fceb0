"""Open tasks that come back to somebody who can have none by now."""

from msgspec.structs import replace

from pivotal_server.tasks import repository_assignees
from pivotal_server.tasks.repository import TaskRow
from pivotal_server.tasks.writing import record_changes, save_tasks
from pivotal_server.unit_of_work import UnitOfWork


async def unassign_unfit(uow: UnitOfWork, onboarding_id: str) -> dict[str, TaskRow]:
    """Take the open tasks of a locked onboarding from whoever left meanwhile, each with its entry and event.

    Those are contacts that are archived or deleted, and members who are not active or viewers; done tasks
    keep them. What was taken, by id.
    """
    rows = await repository_assignees.unfit(uow.tx, uow.org_id, onboarding_id)
    saved = await save_tasks(uow, [(row, replace(row, assignee_id=None)) for row in rows])
    for before, after in saved:
        record_changes(uow, before, after)
    return {after.id: after for _, after in saved}
