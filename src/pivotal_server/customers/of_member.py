"""What a change of a member does to customers. Called by the members room."""

from pivotal_server.customers import repository_access, repository_owners
from pivotal_server.customers.access import revoke_access
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


async def grants_by_member(db: Executor, org_id: str) -> dict[str, int]:
    """To how many customers, deleted ones too, each member was given access; those without are left out."""
    return await repository_access.counts(db, org_id)


async def take_grants(uow: UnitOfWork, member_id: str) -> int:
    """Take all access away that a member was given, an entry for each customer (APP-PERM-5); how much."""
    given = await repository_access.of_member(uow.tx, uow.org_id, member_id)
    for id in given:
        row = await get_customer(uow.tx, uow.org_id, id, lock=True, deleted=True)
        await revoke_access(uow, row, member_id)
    return len(given)
