"""Names of the contacts of a customer, for whatever speaks of them."""

from pivotal_server.contacts import repository_names
from pivotal_server.db.engine import Executor

__all__ = ["active"]


async def active(db: Executor, org_id: str, customer_id: str) -> list[tuple[str, str]]:
    """Id and name of the active contacts of a customer, the primary one first, at most 1,000."""
    return await repository_names.active(db, org_id, customer_id)
