"""What a change of a contact does to tasks. Called by the onboardings room, and by way of it by contacts."""

from msgspec.structs import replace

from pivotal_server.tasks import repository
from pivotal_server.tasks.writing import record_changes, save_tasks
from pivotal_server.unit_of_work import UnitOfWork


async def unassign(uow: UnitOfWork, customer_id: str, contact_id: str) -> None:
    """Take the open tasks of a contact from it, each with its entry and event; done ones keep its name.

    The onboardings of the customer are locked by the caller, so that no task is given to it meanwhile.
    """
    rows = await repository.open_of_assignee(uow.tx, uow.org_id, customer_id, contact_id)
    for before, after in await save_tasks(uow, [(row, replace(row, assignee_id=None)) for row in rows]):
        record_changes(uow, before, after)
