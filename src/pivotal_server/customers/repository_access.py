"""SQL of who has sight of a customer and why, and of the access that members were given."""

from datetime import datetime

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, func, select

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, insert_of
from pivotal_server.db.tables import access_grants, onboardings, tasks


class GrantRow(msgspec.Struct, frozen=True):
    """Access that a member was given to a customer."""

    member_id: str
    granted_by: str | None
    created_at: datetime


class StaffRow(msgspec.Struct, frozen=True):
    """Who has a role on one onboarding."""

    csm_id: str | None
    se_id: str | None
    designer_id: str | None
    product_ops_id: str | None


class GrantCount(msgspec.Struct, frozen=True):
    """To how many customers, deleted ones too, a member was given access."""

    member_id: str
    grants: int


_G, _O, _T = access_grants.c, onboardings.c, tasks.c
_ORG: BindParameter[str] = bindparam("org_id")
OF_CUSTOMER = Statement(
    select(_G.member_id, _G.granted_by, _G.created_at)
    .where(_G.org_id == _ORG, _G.customer_id == bindparam("customer_id"))
    .order_by(_G.created_at, _G.member_id),
    into=GrantRow,
)
STAFF = Statement(
    select(_O.csm_id, _O.se_id, _O.designer_id, _O.product_ops_id)
    .where(_O.org_id == _ORG, _O.customer_id == bindparam("customer_id"), _O.deleted_at.is_(None))
    .distinct(),
    into=StaffRow,
)
ASSIGNEES = Statement.scalar(
    select(_T.assignee_id)
    .distinct()
    .where(
        _T.org_id == _ORG,
        _T.customer_id == bindparam("customer_id"),
        _T.deleted_at.is_(None),
        _T.assignee_id.is_not(None),
    ),
    str,
)
INSERT = Statement.write(insert_of(access_grants))
DELETE = Statement.write(
    delete(access_grants).where(
        _G.org_id == _ORG, _G.customer_id == bindparam("customer_id"), _G.member_id == bindparam("member_id")
    )
)
COUNTS = Statement(
    select(_G.member_id, func.count().label("grants")).where(_G.org_id == _ORG).group_by(_G.member_id),
    into=GrantCount,
)
OF_MEMBER = Statement.scalar(
    select(_G.customer_id)
    .where(_G.org_id == _ORG, _G.member_id == bindparam("member_id"))
    .order_by(_G.customer_id),
    str,
)


async def of_customer(db: Executor, org_id: str, customer_id: str) -> list[GrantRow]:
    """The access given to a customer, oldest first."""
    return await db.fetch_all(OF_CUSTOMER, {"org_id": org_id, "customer_id": customer_id})


async def staff(db: Executor, org_id: str, customer_id: str) -> list[StaffRow]:
    """Who has a role on the onboardings of a customer."""
    return await db.fetch_all(STAFF, {"org_id": org_id, "customer_id": customer_id})


async def assignees(db: Executor, org_id: str, customer_id: str) -> list[str]:
    """Who has tasks of a customer: ids of members, and of contacts."""
    return await db.fetch_all(ASSIGNEES, {"org_id": org_id, "customer_id": customer_id})


async def insert(
    tx: Transaction, org_id: str, customer_id: str, member_id: str, by: str | None, at: datetime
) -> None:
    """Note that a member was given access. Raises ``UniqueViolation`` when it was noted before."""
    values = {"org_id": org_id, "customer_id": customer_id, "member_id": member_id}
    await tx.execute(INSERT, {**values, "granted_by": by, "created_at": at})


async def remove(tx: Transaction, org_id: str, customer_id: str, member_id: str) -> None:
    """Forget that a member was given access."""
    await tx.execute(DELETE, {"org_id": org_id, "customer_id": customer_id, "member_id": member_id})


async def counts(db: Executor, org_id: str) -> dict[str, int]:
    """To how many customers, deleted ones too, each member was given access; those without are left out."""
    return {row.member_id: row.grants for row in await db.fetch_all(COUNTS, {"org_id": org_id})}


async def of_member(db: Executor, org_id: str, member_id: str) -> list[str]:
    """The customers that a member was given access to, in the order in which they are locked."""
    return await db.fetch_all(OF_MEMBER, {"org_id": org_id, "member_id": member_id})
