"""Reading the activity stream."""

from datetime import datetime

from pivotal_server.activity import repository
from pivotal_server.activity.repository import ActivityRow
from pivotal_server.db.engine import Executor, Transaction

__all__ = ["ActivityRow", "customer_feed", "forget_contact", "last_of_customers", "of_request"]


async def customer_feed(
    db: Executor, org_id: str, customer_id: str, *, before: datetime | None = None, limit: int = 50
) -> list[ActivityRow]:
    """The newest ``limit`` entries about a customer, older than ``before`` when that is given."""
    return await repository.customer_feed(db, org_id, customer_id, before, limit)


async def last_of_customers(db: Executor, org_id: str, ids: list[str]) -> dict[str, datetime | None]:
    """When a person, key or import last did something at each of these customers."""
    return await repository.last_of_customers(db, org_id, ids)


async def of_request(db: Executor, org_id: str, request_id: str) -> list[ActivityRow]:
    """The entries that one request wrote, newest first."""
    return await repository.of_request(db, org_id, request_id)


async def forget_contact(tx: Transaction, org_id: str, contact_id: str) -> None:
    """Remove the diffs that hold data of a contact; the entries stay."""
    await repository.forget_contact(tx, org_id, contact_id)
