"""Members: joining a workspace, and how other rooms look them up."""

from typing import Any

import pytest

from pivotal_server.kit.errors import ApiError
from pivotal_server.members import service as members
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World, new_world
from tests.support.journal import Journal


async def join(world: World, email: str, name: str = "Max", role: str = "member") -> members.MemberRow:
    async with unit_of_work(world.db, world.operator) as uow:
        return await members.join(uow, email, name, role)


async def test_joining_makes_a_person_once_and_a_member_once(world: World) -> None:
    other = await new_world(world.services, "Other", "other")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    max_ = await join(world, " Max@VML.example ", "  Max Müller ")
    assert (max_.email, max_.name, max_.role, max_.active, max_.display_id) == (
        "max@vml.example",
        "Max Müller",
        "member",
        True,
        2,
    )
    written = await journal.look()
    assert (written.names, written.types) == (["member.joined"], [])
    assert written.entries[0].target_id == max_.id
    # Joining again changes nothing, whatever is said.
    assert await join(world, "max@vml.example", "Somebody", "admin") == max_
    assert (await journal.look()).nothing
    # Elsewhere the same person is another member.
    elsewhere = await join(other, "max@vml.example", "Nobody", "viewer")
    assert (elsewhere.person_id, elsewhere.name, elsewhere.role) == (max_.person_id, "Max Müller", "viewer")
    assert elsewhere.id != max_.id
    assert elsewhere.display_id == 2


async def test_members_are_found_by_both_ids_within_their_workspace(world: World) -> None:
    other = await new_world(world.services, "Other", "other")
    max_ = await join(world, "max@vml.example")
    for reference in (max_.id, "2", "02"):
        assert await members.find(world.db, world.workspace.id, reference) == max_
    for reference in (other.owner.id, "3", "0", "max", "", "-2", "\0"):
        assert await members.find(world.db, world.workspace.id, reference) is None
    everybody = await members.all_members(world.db, world.workspace.id)
    assert [member.email for member in everybody] == [world.owner.email, "max@vml.example"]
    assert await members.owner(world.db, world.workspace.id) == world.owner
    addresses = await members.emails(
        world.db, world.workspace.id, [max_.id, None, other.owner.id, world.owner.id, max_.id]
    )
    assert addresses == {max_.id: max_.email, world.owner.id: world.owner.email}
    assert await members.emails(world.db, world.workspace.id, [None]) == {}


async def test_who_may_be_given_work(world: World) -> None:
    viewer = await join(world, "vera@vml.example", role="viewer")
    for role in ("member", "admin"):
        person = await join(world, f"{role}@vml.example", role=role)
        assert await members.staff_id(world.db, world.workspace.id, person.id, "csm_id") == person.id
    assert await members.staff_id(world.db, world.workspace.id, "1", "csm_id") == world.owner.id
    assert await members.staff_id(world.db, world.workspace.id, None, "csm_id") is None
    for reference in (viewer.id, str(viewer.display_id), "99", "nobody"):
        with pytest.raises(ApiError) as caught:
            await members.staff_id(world.db, world.workspace.id, reference, "csm_id")
        assert (caught.value.code.code, caught.value.field) == ("invalid_reference", "csm_id")


async def test_what_joining_refuses(world: World) -> None:
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"email": "nobody"}, "invalid_string", "email"),
        ({"email": ""}, "too_small", "email"),
        ({"name": " "}, "too_small", "name"),
        ({"name": "x" * 81}, "too_big", "name"),
        ({"name": "a\x00b"}, "invalid_string", "name"),
        ({"role": "boss"}, "invalid_enum_value", "role"),
    ]
    for changes, code, field in cases:
        with pytest.raises(ApiError) as caught:
            await join(world, **{"email": "x@vml.example", **changes})
        assert (caught.value.code.code, caught.value.field) == (code, field)
    assert len(await members.all_members(world.db, world.workspace.id)) == 1
