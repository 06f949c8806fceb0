"""Numbers of a workspace: held without being taken."""

import asyncio
from datetime import UTC, datetime, timedelta

from pivotal_server.db.allocation import allocate, hold
from pivotal_server.db.engine import Database

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


async def test_those_who_hold_a_type_take_turns_before_there_is_any(database: Database) -> None:
    order: list[int] = []

    async def work(number: int) -> None:
        async with database.transaction() as tx:
            await hold(tx, "org_a", "thing")
            order.append(number)
            for _ in range(20):
                await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*map(work, range(4)))
    assert order[::2] == order[1::2]


async def test_holding_takes_no_number_and_moves_no_moment(database: Database) -> None:
    async with database.transaction() as tx:
        await hold(tx, "org_a", "thing")
        assert await allocate(tx, "org_a", "thing", NOW) == (1, NOW)
    async with database.transaction() as tx:
        await hold(tx, "org_a", "thing")
        earlier = NOW - timedelta(days=1)
        assert await allocate(tx, "org_a", "thing", earlier) == (2, NOW + timedelta(microseconds=1))
