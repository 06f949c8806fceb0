"""Closing a PostgreSQL database ends its listening task, whenever the cancellation arrives."""

import asyncio

from pivotal_server.db.engine import connect


async def test_closing_ends_also_when_something_wakes_the_link_at_the_same_moment(postgres_url: str) -> None:
    for _ in range(20):
        database = connect(postgres_url)
        await database.open()
        # The wake-up and the cancellation meet in one turn of the loop; in a wait that swallows the latter
        # the task would go on for ever.
        async with database.transaction() as tx:
            tx.notify("news", "x")
        async with asyncio.timeout(10):
            await database.close()
