"""Members: look-ups that other rooms need, and joining."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pivotal_server.activity.entries import Change
from pivotal_server.contacts.checks import check_email
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE, INVALID_REFERENCE
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.references import number_in
from pivotal_server.kit.text import line
from pivotal_server.members import repository, repository_invites
from pivotal_server.members.repository import MemberRow, PersonRow
from pivotal_server.members.schemas import Member
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "MemberRow",
    "all_members",
    "belongs_elsewhere",
    "emails",
    "find",
    "join",
    "last_seen",
    "names",
    "owner",
    "set_theme",
    "staff_id",
]

_WIRE_LIST = repository.wire_list(Member)
ROLES = ("owner", "admin", "member", "viewer")
THEMES = ("system", "light", "dark")


async def find(db: Executor, org_id: str, reference: str) -> MemberRow | None:
    """The member that ``reference`` (id or display_id) names, active or not."""
    return await repository.find(db, org_id, id=reference, number=number_in(reference))


async def all_members(db: Executor, org_id: str) -> list[MemberRow]:
    """Everybody of the workspace, in the order of joining."""
    return await repository.all_members(db, org_id)


async def read_members(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]
) -> tuple[list[Member], datetime | None]:
    """One page of members as wire objects, and the cursor of the next page."""
    return await _WIRE_LIST.page(db, org_id, part, filters)


async def count_members(db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]) -> int:
    """How many members match."""
    return await _WIRE_LIST.count(db, org_id, part, filters)


async def last_seen(db: Executor, org_id: str, person_ids: list[str]) -> dict[str, datetime]:
    """When these people last used the app in this workspace, as far as their sessions still tell."""
    return await repository_invites.last_seen(db, org_id, person_ids)


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


async def by_ids(db: Executor, org_id: str, ids: Iterable[str | None]) -> dict[str | None, MemberRow]:
    """The members with these ids, active or not; ``None`` among them is passed over."""
    wanted = sorted({id for id in ids if id is not None})
    return {member.id: member for member in await repository.by_ids(db, org_id, wanted)}


async def emails(db: Executor, org_id: str, ids: Iterable[str | None]) -> dict[str | None, str]:
    """The addresses of the members with these ids; ``None`` among them is passed over."""
    return {id: member.email for id, member in (await by_ids(db, org_id, ids)).items()}


async def names(db: Executor, org_id: str, ids: Iterable[str | None]) -> dict[str | None, str]:
    """The names of the members with these ids; ``None`` among them is passed over."""
    wanted = sorted({id for id in ids if id is not None})
    return {member.id: member.name for member in await repository.by_ids(db, org_id, wanted)}


async def belongs_elsewhere(db: Executor, org_id: str, email: str) -> bool:
    """Whether the person with this address is an active member of another workspace too."""
    return await repository.memberships_elsewhere(db, org_id, email) > 0


async def a_workspace_of(db: Executor, person_id: str) -> str | None:
    """The id of the workspace that a person has been an active member of for longest, if there is one."""
    return await repository.a_workspace_of(db, person_id)


async def set_theme(
    uow: UnitOfWork, person_id: str, target: tuple[str, str, int | None], before: str, theme: str
) -> None:
    """Change how the app looks for a person, who had chosen ``before``.

    ``target`` is their membership, for the entry. Raises ``invalid_enum_value``.
    """
    if theme not in THEMES:
        raise INVALID_ENUM_VALUE(field="theme", expected=" | ".join(THEMES), received=theme)
    if theme == before:
        return
    await repository.set_theme(uow.tx, person_id, theme)
    uow.record("member.updated", target=target, diff=[Change("theme", before, theme)])


async def join(uow: UnitOfWork, email: str, name: str, role: str, *, id: str | None = None) -> MemberRow:
    """Make the person with this address (created when new) a member with ``role``.

    A person who is one already stays as they are. Raises the declared errors for a malformed address or
    name, and ``invalid_enum_value`` for an unknown role.
    """
    address = check_email(email, "email")
    name = line(name, "name", 1, 80)
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
    member = MemberRow(id or cuid(), number, person.id, person.name, address, role, True)
    await repository.insert(uow.tx, uow.org_id, member.id, number, person.id, role, created_at)
    uow.record("member.joined", target=("member", member.id, number))
    return member
