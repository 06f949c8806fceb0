"""Four writers insert while walkers page: nothing is skipped, nothing comes twice, no number is missing.

Numbers are given in commit order, so a walk must meet them without a gap: upwards 1, 2, 3, …, downwards from
whatever was the newest when it began.
"""

import asyncio
import random

import httpx
import pytest

from pivotal_server.customers.schemas import CustomerCreate
from pivotal_server.customers.service import create_customer
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.records import walk

WRITERS = 4
LIMIT = 7


class Load:
    """The customers that are still to be inserted, shared by the writers."""

    def __init__(self, world: World, total: int) -> None:
        self.world = world
        self.left = total
        self.inserted = 0
        self._names = iter(range(total))

    @property
    def running(self) -> bool:
        return self.left > 0

    async def write(self, seed: int) -> None:
        """Insert customers, one to forty in a transaction, until none is left."""
        chance = random.Random(seed)
        while self.left:
            count = min(chance.randint(1, 40), self.left)
            self.left -= count
            async with unit_of_work(self.world.db, self.world.operator) as uow:
                for _ in range(count):
                    number = next(self._names)
                    await create_customer(
                        uow, CustomerCreate(name=f"Company {number}", slug=f"company-{number}")
                    )
            self.inserted += count


async def numbers(api: httpx.AsyncClient, order: str) -> list[int]:
    """The numbers that one walk of the list meets."""
    found: list[int] = []
    cursor = ""
    while True:
        # A short read never gives up this one loop by itself: without this no writer would have its turn.
        await asyncio.sleep(0.001)
        page = (await api.get(f"/customers?limit={LIMIT}&order={order}{cursor}")).json()
        found += [row["display_id"] for row in page["data"]]
        if not page["has_more"]:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def walk_while(load: Load, api: httpx.AsyncClient, order: str) -> int:
    """Walk again and again while the writers write; how many walks met something new on their way."""
    overtaken = 0
    while load.running:
        stood = load.inserted
        found = await numbers(api, order)
        overtaken += load.inserted > stood
        if order == "asc":
            assert found == list(range(1, len(found) + 1))
            assert len(found) >= stood
        else:
            newest = found[0] if found else 0
            assert found == list(range(newest, 0, -1))
            assert newest >= stood
    return overtaken


@pytest.mark.timeout(600)
async def test_walks_among_four_writers_meet_every_customer_once(world: World) -> None:
    # PostgreSQL gets a tenth of the rows: its writers really run beside each other, and each row costs more.
    total = 10_000 if world.db.dialect == "sqlite" else 1_000
    load = Load(world, total)
    _, key = await world.new_key()
    # Answers of this shape are held against the document elsewhere; here their number counts.
    transport = httpx.ASGITransport(world.rest)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://testserver/api/v1", headers=headers
    ) as api:
        overtaken = await asyncio.gather(
            *(walk_while(load, api, order) for order in ("asc", "desc")),
            *(load.write(seed) for seed in range(WRITERS)),
        )
        assert overtaken[0], "no customer was inserted during a walk"
        assert overtaken[1], "no customer was inserted during a walk"
        assert await numbers(api, "asc") == list(range(1, total + 1))
        assert await numbers(api, "desc") == list(range(total, 0, -1))
    async with world.client(key) as checked:
        rows = await walk(checked, "/customers", limit=100)
    assert [row["display_id"] for row in rows] == list(range(total, 0, -1))
    assert len({row["id"] for row in rows}) == total
