"""What a change of a member does to customers. Called by the members room."""

from pivotal_server.customers import repository_owners
from pivotal_server.customers.changes import update_customer
from pivotal_server.customers.schemas import CustomerUpdate
from pivotal_server.customers.service import get_customer
from pivotal_server.db.engine import Executor
from pivotal_server.unit_of_work import UnitOfWork


async def count_owned(db: Executor, org_id: str, member_id: str) -> int:
    """How many live customers a member owns."""
    return await repository_owners.count_owned(db, org_id, member_id)


async def hand_over(uow: UnitOfWork, member_id: str, to_id: str) -> None:
    """Give the customers that a member owns to another, each with its entry and events (APP-PERM-4)."""
    for id in await repository_owners.owned_ids(uow.tx, uow.org_id, member_id):
        row = await get_customer(uow.tx, uow.org_id, id, lock=True, deleted=True)
        if row.deleted_at is None and row.owner_id == member_id:
            await update_customer(uow, row, CustomerUpdate(owner_id=to_id))
