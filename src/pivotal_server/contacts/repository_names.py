"""SQL of the names of contacts."""

from sqlalchemy import bindparam, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import contacts

_C = contacts.c
ACTIVE = Statement.rows(
    select(_C.id, _C.name)
    .where(
        _C.org_id == bindparam("org_id"),
        _C.customer_id == bindparam("customer_id"),
        _C.deleted_at.is_(None),
        ~_C.archived,
    )
    .order_by(_C.is_primary.desc(), _C.created_at)
    .limit(1_000)
)


async def active(db: Executor, org_id: str, customer_id: str) -> list[tuple[str, str]]:
    """Id and name of the active contacts of a customer, the primary one first, at most 1,000."""
    found = await db.fetch_all(ACTIVE, {"org_id": org_id, "customer_id": customer_id})
    return [(id, name) for id, name in found]
