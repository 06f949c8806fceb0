"""The queue: what is put in runs once, in its turn, and whatever happens to it is written down."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from pivotal_server.db.errors import Unavailable
from pivotal_server.errors_catalogue import CUSTOMER_NOT_FOUND
from pivotal_server.jobs import service
from pivotal_server.jobs.kinds import JobFailed, Kind
from pivotal_server.jobs.running import LEASE, Run
from pivotal_server.jobs.service import FIRST, LAST, MAX_ATTEMPTS
from pivotal_server.jobs.worker import LONGEST_PAUSE, Worker, pause_after
from pivotal_server.kit import clock
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.queue import all_jobs, enqueue, job, until, until_status, worker_of


class Log:
    """A handler that remembers what it was given."""

    def __init__(self, *faults: Exception) -> None:
        self.payloads: list[Any] = []
        self.faults = list(faults)

    async def __call__(self, run: Run) -> None:
        self.payloads.append(run.payload)
        if self.faults:
            raise self.faults.pop(0)


async def test_a_job_runs_once_as_whoever_enqueued_it(world: World) -> None:
    seen: list[Run] = []

    async def look(run: Run) -> None:
        seen.append(run)

    id = await enqueue(world, "look", {"a": [1, None]})
    worker = worker_of(world, look=look)
    assert await worker.run_due() == 1
    assert await worker.run_due() == 0
    (run,) = seen
    assert (run.id, run.org_id, run.payload) == (id, world.workspace.id, {"a": [1, None]})
    assert run.actor == world.operator
    row = await job(world, id)
    assert (row.status, row.attempts, row.lease_token, row.lease_until) == ("completed", 1, None, None)
    assert row.started_at is not None
    assert row.finished_at is not None
    assert row.created_at <= row.started_at <= row.finished_at


async def test_a_job_shares_the_fate_of_its_transaction(world: World) -> None:
    async def change_my_mind() -> None:
        async with unit_of_work(world.db, world.operator) as uow:
            await service.enqueue(uow, "look", {})
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await change_my_mind()
    assert await all_jobs(world) == []


async def test_jobs_run_by_priority_then_by_their_time(world: World) -> None:
    log = Log()
    worker = Worker(world.services, [Kind("look", log)], slots=1)
    now = clock.now()
    for name, priority, before in (
        ("c", 1, 0),
        ("e", LAST, 9),
        ("b", 1, 5),
        ("a", FIRST, 0),
        ("d", LAST, 10),
    ):
        at = now - timedelta(seconds=before)
        await enqueue(world, "look", {"name": name}, priority=priority, run_at=at)
    await enqueue(world, "look", {"name": "later"}, run_at=now + timedelta(hours=1))
    await worker.run_due()
    assert [payload["name"] for payload in log.payloads] == ["a", "b", "c", "d", "e"]
    with clock.travel(timedelta(hours=1, seconds=1)):
        await worker.run_due()
    assert log.payloads[-1] == {"name": "later"}


async def test_a_kind_without_a_handler_waits_for_a_worker_that_has_one(world: World) -> None:
    id = await enqueue(world, "newer")
    assert await worker_of(world, look=Log()).run_due() == 0
    assert (await job(world, id)).status == "queued"


async def test_of_a_unique_key_one_waits_or_runs(world: World) -> None:
    first = await enqueue(world, "look", unique_key="k")
    assert await enqueue(world, "look", unique_key="k") == first
    other = await enqueue(world, "look", unique_key="l")
    assert other != first
    inside: list[str] = []

    async def again(run: Run) -> None:
        inside.append(await enqueue(world, "look", unique_key=run.row.unique_key))

    await worker_of(world, look=again).run_due()
    assert sorted(inside) == sorted([first, other])
    assert await enqueue(world, "look", unique_key="k") not in (first, other)


async def test_jobs_of_one_lane_follow_one_another(world: World) -> None:
    at_work: list[str] = []
    most: list[int] = []
    order: list[int] = []

    async def look(run: Run) -> None:
        at_work.append(run.id)
        most.append(len(at_work))
        await asyncio.sleep(0)
        order.append(run.payload["n"])
        at_work.remove(run.id)

    for n in range(5):
        await enqueue(world, "look", {"n": n}, lane="import")
    assert await worker_of(world, look=look).run_due() == 5
    assert (max(most), order) == (1, [0, 1, 2, 3, 4])


async def test_a_kind_runs_as_often_at_once_as_it_allows(world: World) -> None:
    gate = asyncio.Event()
    running: dict[str, int] = {"few": 0, "many": 0}

    async def hold(run: Run) -> None:
        running[run.row.kind] += 1
        await gate.wait()

    worker = Worker(world.services, [Kind("few", hold, concurrency=2), Kind("many", hold)], slots=5)
    for _ in range(4):
        await enqueue(world, "few")
        await enqueue(world, "many")
    working = asyncio.create_task(worker.run_due())

    async def full() -> bool:
        return sum(running.values()) == 5

    await until(full)
    assert running == {"few": 2, "many": 3}
    gate.set()
    await working
    assert running == {"few": 4, "many": 4}


async def test_a_fault_is_tried_again_after_growing_pauses_and_then_dead(world: World) -> None:
    log = Log(*(RuntimeError(f"no {n}") for n in range(MAX_ATTEMPTS)))
    worker = worker_of(world, look=log)
    id = await enqueue(world, "look")
    gone = timedelta()
    row = await job(world, id)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with clock.travel(gone):
            assert await worker.run_due() == 1
            assert await worker.run_due() == 0
            row = await job(world, id)
            assert row.attempts == attempt
            assert row.last_error == f"RuntimeError: no {attempt - 1}"
            gone += row.run_at - clock.now() + timedelta(seconds=1)
    assert (row.status, row.error_code) == ("failed", "internal_error")
    assert row.finished_at is not None
    with clock.travel(timedelta(days=30)):
        assert await worker.run_due() == 0


def test_pauses_grow_up_to_hours() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 12)]
    assert timedelta(seconds=8) <= pauses[0] <= timedelta(seconds=12)
    assert timedelta(seconds=32) <= pauses[1] <= timedelta(seconds=48)
    assert all(pause <= LONGEST_PAUSE * 1.2 for pause in pauses)
    assert pauses[-1] >= LONGEST_PAUSE * 0.8
    assert len({pause_after(3) for _ in range(20)}) > 1


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (JobFailed("invalid_file", "No header"), "invalid_file", "No header"),
        (CUSTOMER_NOT_FOUND(), "customer_not_found", "No such customer"),
    ],
)
async def test_a_refusal_is_final(world: World, fault: Exception, code: str, message: str) -> None:
    id = await enqueue(world, "look")
    await worker_of(world, look=Log(fault)).run_due()
    row = await job(world, id)
    assert (row.status, row.error_code, row.last_error) == ("failed", code, message)


async def test_an_absent_database_counts_as_no_attempt(world: World) -> None:
    id = await enqueue(world, "look", max_attempts=1)
    worker = worker_of(world, look=Log(Unavailable("away")))
    await worker.run_due()
    row = await job(world, id)
    assert (row.status, row.attempts) == ("queued", 0)
    with clock.travel(timedelta(seconds=3)):
        await worker.run_due()
    assert (await job(world, id)).status == "completed"


async def test_progress_starts_the_attempts_anew_and_is_where_the_next_goes_on(world: World) -> None:
    found: list[tuple[Any, int]] = []

    async def step(run: Run) -> None:
        found.append((run.state, run.row.attempts))
        async with run.unit_of_work() as uow:
            await run.progress(uow, state={"row": len(found)}, counts={"processed": 10 * len(found)})
        raise RuntimeError("and no further")

    worker = worker_of(world, step=step)
    id = await enqueue(world, "step", max_attempts=2)
    gone = timedelta()
    for _ in range(4):
        with clock.travel(gone):
            await worker.run_due()
        gone += timedelta(minutes=1)
    assert found == [(None, 1), ({"row": 1}, 2), ({"row": 2}, 2), ({"row": 3}, 2)]
    row = await job(world, id)
    assert (row.status, row.attempts, row.counts) == ("queued", 1, {"processed": 40})


async def test_a_handler_can_end_its_job_in_its_last_transaction(world: World) -> None:
    async def done(run: Run) -> None:
        async with run.unit_of_work() as uow:
            await run.complete(uow)

    async def undone(run: Run) -> None:
        async with run.unit_of_work() as uow:
            await run.complete(uow)
            raise JobFailed("no", "Not after all")

    one, other = await enqueue(world, "done"), await enqueue(world, "undone")
    await worker_of(world, done=done, undone=undone).run_due()
    assert (await job(world, one)).status == "completed"
    assert (await job(world, other)).status == "failed"


async def test_the_lease_of_a_dead_worker_runs_out(world: World) -> None:
    stuck = asyncio.Event()

    async def hang(run: Run) -> None:
        await stuck.wait()

    id = await enqueue(world, "look")
    dead = worker_of(world, look=hang)
    hanging = asyncio.create_task(dead.run_due())
    await until_status(world, id, "running")
    log = Log()
    living = worker_of(world, look=log)
    await living.tend()
    assert await living.run_due() == 0, "its lease still holds"
    with clock.travel(LEASE + timedelta(seconds=1)):
        await living.tend()
        assert await living.run_due() == 1
    row = await job(world, id)
    assert (row.status, row.attempts) == ("completed", 2)
    # The first one comes back to life: what it says of the job is not heard.
    finished = row.finished_at
    stuck.set()
    await hanging
    assert (await job(world, id)).finished_at == finished


async def test_leases_are_renewed(world: World) -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def hold(run: Run) -> None:
        begun.set()
        await gate.wait()

    id = await enqueue(world, "look")
    worker = worker_of(world, look=hold)
    working = asyncio.create_task(worker.run_due())
    await begun.wait()  # The database tells of a claim before the worker itself knows that it holds it.
    with clock.travel(LEASE / 2):
        await worker.tend()
    with clock.travel(LEASE + timedelta(seconds=1)):
        await worker_of(world, look=Log()).tend()
        assert (await job(world, id)).status == "running"
    gate.set()
    await working
    assert (await job(world, id)).status == "completed"


async def test_whoever_lost_the_job_writes_nothing_more(world: World) -> None:
    async def slow(run: Run) -> None:
        with clock.travel(LEASE + timedelta(seconds=1)):
            await other.tend()
        async with run.unit_of_work() as uow:
            await enqueue_in(uow)
            await run.progress(uow, counts={"processed": 1})

    async def enqueue_in(uow: Any) -> None:
        await service.enqueue(uow, "never", {})

    other = worker_of(world, nothing=Log())
    id = await enqueue(world, "slow")
    assert await worker_of(world, slow=slow).run_due() == 1
    assert {row.kind for row in await all_jobs(world)} == {"slow"}
    row = await job(world, id)
    assert (row.status, row.counts) == ("queued", None)


async def test_a_worker_that_kills_its_process_is_not_tried_for_ever(world: World) -> None:
    async def hang(run: Run) -> None:
        await asyncio.Event().wait()

    id = await enqueue(world, "look", max_attempts=2)
    for days in (1, 2):
        hanging = worker_of(world, look=hang)
        with clock.travel(timedelta(days=days)):
            task = asyncio.create_task(hanging.run_due())
            await until_status(world, id, "running")
            task.cancel()
            await asyncio.wait([task])
        with clock.travel(timedelta(days=days, hours=1)):
            await worker_of(world, look=Log()).tend()
    row = await job(world, id)
    assert (row.status, row.error_code) == ("failed", "internal_error")


async def test_stopping_gives_back_what_is_not_finished(world: World) -> None:
    steps: list[str] = []

    async def polite(run: Run) -> None:
        while True:
            run.check()
            await asyncio.sleep(0)

    async def deaf(run: Run) -> None:
        await asyncio.Event().wait()

    async def quick(run: Run) -> None:
        while not run.stopping:  # noqa: ASYNC110 - what a handler can look at
            await asyncio.sleep(0)
        steps.append("finished in time")

    kinds = {"polite": polite, "deaf": deaf, "quick": quick}
    ids = {kind: await enqueue(world, kind) for kind in kinds}
    worker = worker_of(world, **kinds)
    worker.start()
    for id in ids.values():
        await until_status(world, id, "running")
    await worker.stop(grace=0.2)
    late = await enqueue(world, "polite")
    rows = {kind: await job(world, id) for kind, id in ids.items()}
    assert {kind: row.status for kind, row in rows.items()} == {
        "polite": "queued",
        "deaf": "queued",
        "quick": "completed",
    }
    assert (rows["polite"].attempts, rows["polite"].lease_token) == (0, None)
    assert steps == ["finished in time"]
    assert (await job(world, late)).status == "queued"


async def test_a_worker_in_the_background_hears_of_new_jobs_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would not look for itself before the test is over.
    monkeypatch.setattr("pivotal_server.jobs.worker.LOOK_SECONDS", 3_600.0)
    ran = asyncio.Event()

    async def look(run: Run) -> None:
        ran.set()

    worker = worker_of(world, look=look)
    worker.start()
    try:
        for _ in range(3):
            ran.clear()
            await enqueue(world, "look")
            async with asyncio.timeout(20):
                await ran.wait()
    finally:
        await worker.stop()
