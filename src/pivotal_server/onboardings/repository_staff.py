"""SQL of who works on which onboardings."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, or_, select

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, columns_of
from pivotal_server.db.tables import onboardings
from pivotal_server.onboardings.repository import OnboardingRow

STAFF = ("csm_id", "se_id", "designer_id", "product_ops_id")

_C = onboardings.c
_ORG = _C.org_id == bindparam("org_id")
_WORKED_ON = (
    _ORG,
    _C.deleted_at.is_(None),
    _C.state != "done",
    or_(*[_C[name] == bindparam("member_id") for name in STAFF]),
)
_SELECT = select(*columns_of(OnboardingRow, onboardings))
COUNT_WORKED_ON = Statement.scalar(select(func.count()).select_from(onboardings).where(*_WORKED_ON), int)
WORKED_ON_LOCKED = Statement(
    _SELECT.where(*_WORKED_ON).order_by(_C.display_id).with_for_update(), into=OnboardingRow
)
BY_IDS_LOCKED = Statement(
    _SELECT.where(_ORG, any_of(_C.id, "ids")).order_by(_C.display_id).with_for_update(), into=OnboardingRow
)


async def count_worked_on(db: Executor, org_id: str, member_id: str) -> int:
    """On how many open onboardings a member has a role."""
    return await db.fetch_one(COUNT_WORKED_ON, {"org_id": org_id, "member_id": member_id}) or 0


async def worked_on_locked(tx: Transaction, org_id: str, member_id: str) -> list[OnboardingRow]:
    """The open onboardings on which a member has a role, by number, kept from changing by others."""
    return await tx.fetch_all(WORKED_ON_LOCKED, {"org_id": org_id, "member_id": member_id})


async def lock(tx: Transaction, org_id: str, ids: Sequence[str]) -> None:
    """Keep these onboardings from changing by others, taking them by number as everybody does."""
    if ids:
        await tx.fetch_all(BY_IDS_LOCKED, {"org_id": org_id, "ids": list(ids)})
