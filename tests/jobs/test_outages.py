"""A database that goes away: the worker waits, and says what became of its jobs when it is back."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pivotal_server.db.errors import Unavailable
from pivotal_server.db.postgres import PostgresDatabase
from pivotal_server.jobs import running
from pivotal_server.jobs import worker as module
from pivotal_server.jobs.running import Run
from tests.support.app import World, new_services, new_world
from tests.support.databases import PostgresServer
from tests.support.queue import all_jobs, enqueue, until, until_status, worker_of


async def test_an_outcome_waits_for_the_database(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    ran: list[str] = []
    finish = asyncio.Event()
    refused = asyncio.Event()

    async def look(run: Run) -> None:
        ran.append(run.id)
        await finish.wait()

    id = await enqueue(world, "look")
    worker = worker_of(world, look=look)
    worker.start()
    try:
        await until_status(world, id, "running")

        def away(*_: Any) -> Any:
            refused.set()
            raise Unavailable("away")

        with monkeypatch.context() as outage:
            outage.setattr(world.db, "transaction", away)
            finish.set()
            async with asyncio.timeout(20):
                await refused.wait()
        await until_status(world, id, "completed")
        later = await enqueue(world, "look")
        await until_status(world, later, "completed")
    finally:
        await worker.stop()
    assert Counter(ran) == {id: 1, later: 1}


async def test_connections_that_are_cut_lose_no_job(
    postgres_database: PostgresDatabase,
    postgres_server: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A claim whose answer was cut off is taken over when its lease has run out.
    for one in (module, running):
        monkeypatch.setattr(one, "LEASE", timedelta(seconds=2))
    monkeypatch.setattr(module, "TEND_SECONDS", 0.3)
    world = await new_world(new_services(postgres_database, tmp_path))
    name = postgres_database.url.rpartition("/")[2].partition("?")[0]
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    )
    ran: Counter[str] = Counter()

    async def step(run: Run) -> None:
        async with run.unit_of_work() as uow:
            await run.progress(uow, counts={"processed": 1})
        ran[run.id] += 1

    ids = [await enqueue(world, "step") for _ in range(60)]
    worker = worker_of(world, step=step)
    worker.start()
    try:
        for _ in range(3):
            await asyncio.sleep(0.02)
            await asyncio.to_thread(postgres_server.sql, cut)

        async def all_done() -> bool:
            try:
                return all(row.finished_at is not None for row in await all_jobs(world))
            except Unavailable:
                return False

        await until(all_done)
        statuses = {row.status for row in await all_jobs(world)}
    finally:
        await worker.stop()
    assert statuses == {"completed"}
    assert set(ran) == set(ids)
