"""Several workers on one database: no job is run by two of them, and periodic work comes up once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.db.engine import Database, connect
from pivotal_server.jobs.kinds import Kind, Periodic
from pivotal_server.jobs.periodic import KEPT, KEPT_NAMED, next_time, prune
from pivotal_server.jobs.running import Run
from pivotal_server.jobs.worker import Worker
from pivotal_server.kit import clock
from pivotal_server.services import Services
from tests.support.app import World, new_services
from tests.support.queue import all_jobs, enqueue, job, until, worker_of

JOBS = 120
WORKERS = 4


@pytest.fixture
async def neighbours(world: World, database_url: str) -> AsyncIterator[list[Services]]:
    """The services of further processes on the same database."""
    opened: list[Database] = []
    for _ in range(WORKERS):
        opened.append(connect(database_url))
        await opened[-1].open()
    yield [new_services(db, world.services.config.data) for db in opened]
    for db in opened:
        await db.close()


async def test_no_job_is_run_by_two_workers(world: World, neighbours: list[Services]) -> None:
    ran: Counter[str] = Counter()
    in_lane: Counter[str] = Counter()
    most: Counter[str] = Counter()

    async def look(run: Run) -> None:
        ran[run.id] += 1
        lane = run.row.lane
        if lane is not None:
            in_lane[lane] += 1
            most[lane] = max(most[lane], in_lane[lane])
        await asyncio.sleep(0.001)
        if lane is not None:
            in_lane[lane] -= 1

    ids = [
        await enqueue(world, "look", {"n": n}, lane=f"lane {n % 7}" if n % 3 == 0 else None)
        for n in range(JOBS)
    ]

    async def all_done() -> bool:
        return all(row.finished_at is not None for row in await all_jobs(world))

    workers = [Worker(services, [Kind("look", look)], slots=5) for services in neighbours]
    for worker in workers:
        worker.start()
    try:
        await until(all_done)
    finally:
        for worker in workers:
            await worker.stop()
    assert ran == Counter(ids)
    assert set(most.values()) == {1}
    assert {row.status for row in await all_jobs(world)} == {"completed"}


async def test_periodic_work_comes_up_once_for_each_time(world: World, neighbours: list[Services]) -> None:
    ran: list[str] = []

    async def sweep(run: Run) -> None:
        assert run.org_id == ""
        ran.append(run.id)

    periodic = [Periodic("sweep", sweep, timedelta(hours=1))]
    workers = [Worker(services, [], periodic) for services in neighbours]
    gone = timedelta()
    for hour in range(3):
        with clock.travel(gone):
            await asyncio.gather(*(worker.tend() for worker in workers))
            await asyncio.gather(*(worker.schedule() for worker in workers))
            for worker in workers:
                await worker.run_due()
            assert len(ran) == hour + 1
            await asyncio.gather(*(worker.schedule() for worker in workers))
            assert sum([await worker.run_due() for worker in workers]) == 0
        gone += timedelta(hours=1, seconds=1)
    # Days without a worker count as one time.
    with clock.travel(gone + timedelta(days=3)):
        await workers[0].tend()
        await workers[0].schedule()
        await workers[0].run_due()
    assert len(ran) == len(set(ran)) == 4
    assert {row.kind for row in await all_jobs(world, "")} == {"sweep"}


async def test_periodic_work_that_is_still_at_it_is_not_piled_up(world: World) -> None:
    async def sweep(run: Run) -> None:
        raise RuntimeError("not today")

    worker = Worker(world.services, [], [Periodic("sweep", sweep, timedelta(seconds=1))])
    await worker.tend()
    await worker.schedule()
    await worker.run_due()
    for seconds in (2, 3):
        with clock.travel(timedelta(seconds=seconds)):
            await worker.schedule()
    assert len(await all_jobs(world, "")) == 1


@given(
    every=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=400)),
    now=st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
)
def test_the_next_time_is_a_multiple_in_the_future(every: timedelta, now: datetime) -> None:
    following = next_time(every, now)
    assert now < following <= now + every
    assert clock.to_micros(following) % (every // timedelta(microseconds=1)) == 0


async def test_finished_jobs_are_cleared_in_time(world: World) -> None:
    async def fine(run: Run) -> None: ...

    async def broken(run: Run) -> None:
        raise RuntimeError("no")

    ids = {
        "unnamed": await enqueue(world, "fine"),
        "named": await enqueue(world, "fine", type="export"),
        "dead": await enqueue(world, "broken", max_attempts=1),
        "waiting": await enqueue(world, "other"),
    }
    await worker_of(world, fine=fine, broken=broken).run_due()

    async def left(after: timedelta) -> set[str]:
        with clock.travel(after):
            await prune(Run(world.services, await job(world, ids["waiting"]), ""))
        rows = {row.id for row in await all_jobs(world)}
        return {name for name, id in ids.items() if id in rows}

    assert await left(KEPT - timedelta(minutes=1)) == set(ids)
    assert await left(KEPT + timedelta(minutes=1)) == {"named", "dead", "waiting"}
    assert await left(KEPT_NAMED + timedelta(minutes=1)) == {"waiting"}
