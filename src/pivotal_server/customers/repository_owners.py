"""SQL of who owns which customers."""

from sqlalchemy import bindparam, func, select

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import customers

_C = customers.c
_OWNED = (_C.org_id == bindparam("org_id"), _C.deleted_at.is_(None), _C.owner_id == bindparam("owner_id"))
COUNT_OWNED = Statement.scalar(select(func.count()).select_from(customers).where(*_OWNED), int)
OWNED_IDS = Statement.scalar(select(_C.id).where(*_OWNED).order_by(_C.display_id), str)


async def count_owned(db: Executor, org_id: str, owner_id: str) -> int:
    """How many live customers a member owns."""
    return await db.fetch_one(COUNT_OWNED, {"org_id": org_id, "owner_id": owner_id}) or 0


async def owned_ids(tx: Transaction, org_id: str, owner_id: str) -> list[str]:
    """The live customers that a member owns, by number."""
    return await tx.fetch_all(OWNED_IDS, {"org_id": org_id, "owner_id": owner_id})
