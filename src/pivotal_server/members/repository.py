"""SQL of members and people."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import bindparam, func, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.lists import PagedList
from pivotal_server.db.statements import Statement, any_of, insert_of
from pivotal_server.db.tables import members, people


class PersonRow(msgspec.Struct, frozen=True):
    """A person who can sign in."""

    id: str
    email: str
    name: str
    time_zone: str | None
    theme: str
    created_at: datetime
    preferences: dict[str, Any] | None = None


class MemberRow(msgspec.Struct, frozen=True):
    """A member with the name and address of the person."""

    id: str
    display_id: int
    person_id: str
    name: str
    email: str
    role: str
    active: bool
    team: str | None = None
    capacity: int | None = None


_M = members.c
_ORG = _M.org_id == bindparam("org_id")
_SELECT = select(
    _M.id,
    _M.display_id,
    _M.person_id,
    people.c.name,
    people.c.email,
    _M.role,
    _M.active,
    _M.team,
    _M.capacity,
).select_from(members.join(people, people.c.id == _M.person_id))

BY_ID = Statement(_SELECT.where(_ORG, _M.id == bindparam("id")), into=MemberRow)
BY_NUMBER = Statement(_SELECT.where(_ORG, _M.display_id == bindparam("number")), into=MemberRow)
BY_IDS = Statement(_SELECT.where(_ORG, any_of(_M.id, "ids")), into=MemberRow)
BY_PERSON = Statement(_SELECT.where(_ORG, _M.person_id == bindparam("person_id")), into=MemberRow)
ALL = Statement(_SELECT.where(_ORG).order_by(_M.display_id), into=MemberRow)
OWNER = Statement(_SELECT.where(_ORG, _M.role == "owner", _M.active), into=MemberRow)
_FILTERS = {"active": _M.active == bindparam("active"), "role": _M.role == bindparam("role")}
_PERSON = select(people.c.id).where(people.c.id == _M.person_id)
_COMPUTED = {
    "name": _PERSON.with_only_columns(people.c.name).scalar_subquery(),
    "email": _PERSON.with_only_columns(people.c.email).scalar_subquery(),
}
INSERT = Statement.write(insert_of(members))
OLDEST_OF = Statement.scalar(
    select(_M.org_id)
    .where(_M.person_id == bindparam("person_id"), _M.active)
    .order_by(_M.created_at, _M.org_id)
    .limit(1),
    str,
    global_lookup="a person looks for a workspace to go to",
)
PERSON_BY_EMAIL = Statement(
    select(
        people.c.id,
        people.c.email,
        people.c.name,
        people.c.time_zone,
        people.c.theme,
        people.c.created_at,
        people.c.preferences,
    ).where(people.c.email == bindparam("email")),
    into=PersonRow,
)
INSERT_PERSON = Statement.write(insert_of(people))
ELSEWHERE = Statement.scalar(
    select(func.count())
    .select_from(members.join(people, people.c.id == _M.person_id))
    .where(people.c.email == bindparam("email"), _M.org_id != bindparam("org_id"), _M.active),
    int,
    global_lookup="asks about the other workspaces of a person",
)
SET_THEME = Statement.write(
    update(people).where(people.c.id == bindparam("of_id")).values(theme=bindparam("to_theme"))
)


SET_PLACE = Statement.write(
    update(members)
    .where(_M.org_id == bindparam("in_org"), _M.id == bindparam("of_id"))
    .values(
        team=bindparam("to_team", type_=_M.team.type),
        capacity=bindparam("to_capacity", type_=_M.capacity.type),
        updated_at=bindparam("at", type_=_M.updated_at.type),
    )
)


W = TypeVar("W", bound=msgspec.Struct)


def wire_list(kind: type[W]) -> PagedList[W]:
    """The members of a workspace, read as wire objects of ``kind``."""
    return PagedList(kind, members, [], _FILTERS, wire=True, computed=_COMPUTED)


async def find(
    db: Executor, org_id: str, *, id: str | None = None, number: int | None = None
) -> MemberRow | None:
    """The member with this id or number, active or not."""
    if number is not None:
        return await db.fetch_one(BY_NUMBER, {"org_id": org_id, "number": number})
    return await db.fetch_one(BY_ID, {"org_id": org_id, "id": id})


async def by_ids(db: Executor, org_id: str, ids: list[str]) -> list[MemberRow]:
    """The members with these ids, in no order."""
    return await db.fetch_all(BY_IDS, {"org_id": org_id, "ids": ids}) if ids else []


async def by_person(db: Executor, org_id: str, person_id: str) -> MemberRow | None:
    """The membership of a person."""
    return await db.fetch_one(BY_PERSON, {"org_id": org_id, "person_id": person_id})


async def all_members(db: Executor, org_id: str) -> list[MemberRow]:
    """Everybody of the workspace, in the order of joining."""
    return await db.fetch_all(ALL, {"org_id": org_id})


async def owner(db: Executor, org_id: str) -> MemberRow | None:
    """The owner of the workspace."""
    return await db.fetch_one(OWNER, {"org_id": org_id})


async def person_by_email(db: Executor, email: str) -> PersonRow | None:
    """The person with this address."""
    return await db.fetch_one(PERSON_BY_EMAIL, {"email": email})


async def insert_person(tx: Transaction, row: PersonRow) -> None:
    """Insert a person. Raises ``UniqueViolation``."""
    await tx.execute(INSERT_PERSON, msgspec.structs.asdict(row))


async def insert(
    tx: Transaction, org_id: str, id: str, display_id: int, person_id: str, role: str, at: datetime
) -> None:
    """Insert a member. Raises ``UniqueViolation``."""
    await tx.execute(
        INSERT,
        {
            "org_id": org_id,
            "id": id,
            "display_id": display_id,
            "person_id": person_id,
            "role": role,
            "active": True,
            "created_at": at,
            "updated_at": at,
            "team": None,
            "capacity": None,
            "notices": None,
        },
    )


async def memberships_elsewhere(db: Executor, org_id: str, email: str) -> int:
    """In how many other workspaces the person with this address is an active member."""
    return await db.fetch_one(ELSEWHERE, {"org_id": org_id, "email": email}) or 0


async def set_place(
    tx: Transaction, org_id: str, id: str, *, team: str | None, capacity: int | None, at: datetime
) -> None:
    """Write which team a member belongs to, and how much they can carry."""
    values = {"in_org": org_id, "of_id": id, "to_team": team, "to_capacity": capacity, "at": at}
    await tx.execute(SET_PLACE, values)


async def a_workspace_of(db: Executor, person_id: str) -> str | None:
    """The workspace that a person has been an active member of for longest."""
    return await db.fetch_one(OLDEST_OF, {"person_id": person_id})


async def set_theme(tx: Transaction, person_id: str, theme: str) -> None:
    """Change the theme of a person."""
    await tx.execute(SET_THEME, {"of_id": person_id, "to_theme": theme})
