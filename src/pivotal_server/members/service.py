"""Members: look-ups that other rooms need, and joining."""

from collections.abc import Iterable

from pivotal_server.contacts.checks import check_email
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE, INVALID_REFERENCE
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.references import number_in
from pivotal_server.kit.text import bounded, clean
from pivotal_server.members import repository
from pivotal_server.members.repository import MemberRow, PersonRow
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["MemberRow", "all_members", "emails", "find", "join", "owner", "staff_id"]

ROLES = ("owner", "admin", "member", "viewer")


async def find(db: Executor, org_id: str, reference: str) -> MemberRow | None:
    """The member that ``reference`` (id or display_id) names, active or not."""
    return await repository.find(db, org_id, id=reference, number=number_in(reference))


async def all_members(db: Executor, org_id: str) -> list[MemberRow]:
    """Everybody of the workspace, in the order of joining."""
    return await repository.all_members(db, org_id)


async def owner(db: Executor, org_id: str) -> MemberRow | None:
    """The owner of the workspace."""
    return await repository.owner(db, org_id)


async def staff_id(db: Executor, org_id: str, reference: str | None, field: str) -> str | None:
    """The id of the active member, not a viewer, whom ``reference`` names (APP-PERM-3).

    Passes ``None`` through. Raises ``invalid_reference`` for anybody else.
    """
    if reference is None:
        return None
    member = await find(db, org_id, reference)
    if member is None or not member.active or member.role == "viewer":
        raise INVALID_REFERENCE(field=field, name=field, kind="member")
    return member.id


async def emails(db: Executor, org_id: str, ids: Iterable[str | None]) -> dict[str | None, str]:
    """The addresses of the members with these ids; ``None`` among them is passed over."""
    wanted = sorted({id for id in ids if id is not None})
    return {member.id: member.email for member in await repository.by_ids(db, org_id, wanted)}


async def join(uow: UnitOfWork, email: str, name: str, role: str) -> MemberRow:
    """Make the person with this address (created when new) a member with ``role``.

    A person who is one already stays as they are. Raises the declared errors for a malformed address or
    name, and ``invalid_enum_value`` for an unknown role.
    """
    address = check_email(email, "email")
    name = bounded(clean(name, "name"), "name", 1, 80)
    if role not in ROLES:
        raise INVALID_ENUM_VALUE(field="role", expected=" | ".join(ROLES), received=role)
    person = await repository.person_by_email(uow.tx, address)
    if person is None:
        person = PersonRow(cuid(), address, name, None, "system", uow.now)
        await repository.insert_person(uow.tx, person)
    known = await repository.by_person(uow.tx, uow.org_id, person.id)
    if known is not None:
        return known
    number, created_at = await uow.allocate("member")
    member = MemberRow(cuid(), number, person.id, person.name, address, role, True)
    await repository.insert(uow.tx, uow.org_id, member.id, number, person.id, role, created_at)
    uow.record("member.joined", target=("member", member.id, number))
    return member
