"""Tags over the API."""

import httpx

from pivotal_server.db.engine import counting
from tests.support.app import World, new_world
from tests.support.records import answered, new_customer, patched, path_of, walk


async def test_tags_come_in_order_with_their_use(api: httpx.AsyncClient, world: World) -> None:
    first = await new_customer(api, tags=["VIP", "Émile", "beta user"])
    second = await new_customer(api, tags=["vip", "alpha"])
    await new_customer(api)

    async def listed(**query: object) -> dict[str, int]:
        found = await walk(api, "/tags", **query)
        assert all(list(tag) == ["object", "name", "customers"] for tag in found)
        return {tag["name"]: tag["customers"] for tag in found}

    everything = {"alpha": 1, "beta user": 1, "vip": 2, "Émile": 1}
    assert await listed() == everything
    for limit in (1, 2, 3):
        assert list((await listed(limit=limit)).items()) == list(everything.items())
    answered(await api.delete(path_of(second)))
    assert await listed() == {"beta user": 1, "VIP": 1, "Émile": 1}
    await patched(api, first, tags=["VIP"])
    assert await listed() == {"VIP": 1}
    other = await new_world(world.services, name="Other", slug="other")
    _, key = await other.new_key()
    async with other.client(key) as stranger:
        assert await walk(stranger, "/tags") == []
    with counting() as count:
        answered(await api.get("/tags"))
    assert count.value == 1
