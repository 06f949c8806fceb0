"""Giving and taking access to single customers, and who sees one for which reason (APP-ACC-1 … 4)."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pivotal_server.auth.permissions import MANAGERS, AccessSettings, Role, allows
from pivotal_server.customers import repository as customers_repository
from pivotal_server.customers import repository_access as repository
from pivotal_server.customers.repository import CustomerRow
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.unit_of_work import UnitOfWork

_STAFF = {"csm_id": "CSM", "se_id": "Engineer", "designer_id": "Designer", "product_ops_id": "Product ops"}


class Sight(msgspec.Struct, frozen=True):
    """A member who sees a customer: why, in words, and whether by a grant."""

    member: MemberRow
    reasons: tuple[str, ...]
    given: bool


async def taker(db: Executor, org_id: str, reference: str) -> MemberRow:
    """The active member or viewer to whom access can be given.

    Raises ``invalid_reference`` (field ``member``) for a manager, who sees it anyway, and for anybody else.
    """
    member = await members.find(db, org_id, reference)
    if member is None or not member.active or member.role in MANAGERS:
        raise INVALID_REFERENCE(field="member", name="member", kind="member or viewer")
    return member


async def give(uow: UnitOfWork, row: CustomerRow, member: MemberRow) -> bool:
    """Let a ``taker`` see the customer of a locked ``row``; whether they had not been given it before."""
    held = {grant.member_id for grant in await repository.of_customer(uow.tx, uow.org_id, row.id)}
    if member.id in held:
        return False
    await repository.insert(uow.tx, uow.org_id, row.id, member.id, uow.actor.id, uow.now)
    _note(uow, "access.granted", row, member)
    return True


async def grant_access(uow: UnitOfWork, row: CustomerRow, reference: str) -> MemberRow:
    """Let an active member or viewer see the customer of a locked ``row``; given twice it counts once.

    Raises what ``taker`` raises.
    """
    member = await taker(uow.tx, uow.org_id, reference)
    await give(uow, row, member)
    return member


async def revoke_access(uow: UnitOfWork, row: CustomerRow, reference: str) -> MemberRow:
    """Take away what was given; it acts on the member's next request. Nothing given, nothing written.

    ``row`` is locked. Raises ``invalid_reference`` (field ``member``) for somebody unknown.
    """
    member = await members.find(uow.tx, uow.org_id, reference)
    if member is None:
        raise INVALID_REFERENCE(field="member", name="member", kind="member or viewer")
    held = {grant.member_id for grant in await repository.of_customer(uow.tx, uow.org_id, row.id)}
    if member.id in held:
        await repository.remove(uow.tx, uow.org_id, row.id, member.id)
        _note(uow, "access.revoked", row, member)
    return member


def _note(uow: UnitOfWork, event: str, row: CustomerRow, member: MemberRow) -> None:
    uow.record(
        event,
        target=("member", member.id, member.display_id),
        customer_id=row.id,
        reason=member.name,
        livemode=row.livemode,
    )


async def sees(
    db: Executor, org_id: str, customer_id: str, member: MemberRow, settings: AccessSettings
) -> bool:
    """Whether an active member sees a customer."""
    if not member.active:
        return False
    if allows(member.role, "see_all_customers", settings):
        return True
    return await customers_repository.is_visible(db, org_id, customer_id, member.id)


async def who_sees(
    db: Executor, org_id: str, row: CustomerRow, settings: AccessSettings
) -> tuple[list[Sight], list[MemberRow]]:
    """Everybody with sight of a customer and why, by name; and to whom access can be given still."""
    everybody = await members.all_members(db, org_id)
    grants = await repository.of_customer(db, org_id, row.id)
    staff = await repository.staff(db, org_id, row.id)
    assigned = set(await repository.assignees(db, org_id, row.id))
    names = {member.id: member.name for member in everybody}
    given = {grant.member_id: names.get(grant.granted_by or "", "Pivotal") for grant in grants}
    seen, others = [], []
    for member in sorted(everybody, key=lambda one: (one.name.casefold(), one.display_id)):
        if not member.active:
            continue
        reasons = tuple(_reasons(member, row, _roles(staff, member.id), assigned, given, settings))
        if reasons:
            seen.append(Sight(member, reasons, member.id in given))
        if member.role not in MANAGERS and member.id not in given:
            others.append(member)
    return seen, others


def _roles(staff: Sequence[repository.StaffRow], member_id: str) -> list[str]:
    return [
        title for field, title in _STAFF.items() if any(getattr(one, field) == member_id for one in staff)
    ]


def _reasons(
    member: MemberRow,
    row: CustomerRow,
    roles: Iterable[str],
    assigned: set[str],
    given: Mapping[str, str],
    settings: AccessSettings,
) -> Iterable[str]:
    if row.owner_id == member.id:
        yield "Owns this customer"
    for role in roles:
        yield f"{role} of an onboarding"
    if member.id in assigned:
        yield "Has a task here"
    if member.id in given:
        yield f"Given by {given[member.id]}"
    if member.role in MANAGERS:
        yield "Sees all customers"
    elif allows(Role(member.role), "see_all_customers", settings):
        yield "Default access"
