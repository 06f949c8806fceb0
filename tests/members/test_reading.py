"""Members over the API."""

import httpx

from pivotal_server.db.engine import counting
from pivotal_server.members import service as members
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World, new_world
from tests.support.records import answered, error_of, walk


async def test_members_are_listed_and_read(api: httpx.AsyncClient, world: World) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        for number in range(5):
            await members.join(uow, f"m{number}@vml.example", f"M {number}", "viewer" if number else "admin")
    found = await walk(api, "/members", limit=2)
    assert [member["display_id"] for member in found] == [6, 5, 4, 3, 2, 1]
    owner = found[-1]
    assert owner == {
        "object": "member",
        "id": world.owner.id,
        "display_id": 1,
        "name": "Dana Okafor",
        "email": "dana@vml.example",
        "role": "owner",
        "active": True,
    }
    assert list(owner) == ["object", "id", "display_id", "name", "email", "role", "active"]
    assert await walk(api, "/members", order="asc") == found[::-1]
    assert await walk(api, "/members", role="admin") == found[-2:-1]
    assert await walk(api, "/members", active="false") == []
    for reference in (owner["id"], "1"):
        assert answered(await api.get(f"/members/{reference}")) == owner
    with counting() as count:
        page = answered(await api.get("/members?limit=3&include_total=true"))
    assert (page["total"], count.value) == (6, 2)


async def test_nobody_else_is_found(api: httpx.AsyncClient, world: World) -> None:
    other = await new_world(world.services, name="Other", slug="other")
    for reference in (other.owner.id, "2", "0", "dana", "%00"):
        assert error_of(await api.get(f"/members/{reference}")) == (404, "member_not_found", None)
    assert [member["id"] for member in await walk(api, "/members")] == [world.owner.id]
    assert error_of(await api.get("/members?livemode=true")) == (400, "unrecognized_keys", "livemode")
