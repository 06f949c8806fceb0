"""Reading and cancelling jobs over the API."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from pivotal_server.auth.scopes import SCOPES
from pivotal_server.jobs.kinds import JobFailed
from pivotal_server.jobs.running import Run
from pivotal_server.jobs.service import enqueue_for_server
from pivotal_server.kit import clock
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World, new_world
from tests.support.queue import all_jobs, enqueue, until_status, worker_of
from tests.support.records import answered, error_of
from tests.support.transfers import started


async def test_a_job_shows_how_far_it_is(api: httpx.AsyncClient, world: World) -> None:
    async def step(run: Run) -> None:
        async with run.unit_of_work() as uow:
            await run.progress(uow, counts={"processed": 3, "failed": 1})
        shown.append(answered(await api.get(f"/jobs/{run.id}")))

    shown: list[dict[str, object]] = []
    id = await enqueue(world, "step", type="import", counts={"processed": 0})
    waiting = answered(await api.get(f"/jobs/{id}"))
    assert list(waiting) == [
        "object", "id", "type", "status", "counts", "files", "created_at", "finished_at", "error",
    ]  # fmt: skip
    assert (waiting["object"], waiting["id"], waiting["type"]) == ("job", id, "import")
    assert (waiting["status"], waiting["counts"], waiting["files"]) == ("queued", {"processed": 0}, [])
    assert (waiting["finished_at"], waiting["error"]) == (None, None)
    await worker_of(world, step=step).run_due()
    assert (shown[0]["status"], shown[0]["counts"]) == ("running", {"processed": 3, "failed": 1})
    done = answered(await api.get(f"/jobs/{id}"))
    assert (done["status"], done["counts"]) == ("completed", {"processed": 3, "failed": 1})
    assert done["finished_at"] >= done["created_at"]


async def test_a_failed_job_says_why_but_tells_nothing_of_the_inside(
    api: httpx.AsyncClient, world: World
) -> None:
    async def refuse(run: Run) -> None:
        raise JobFailed("invalid_file", "The file has no header row")

    async def breaks(run: Run) -> None:
        raise RuntimeError("secret of the inside")

    refused = await enqueue(world, "refuse", type="import")
    broken = await enqueue(world, "breaks", type="export", max_attempts=1)
    await worker_of(world, refuse=refuse, breaks=breaks).run_due()
    shown = answered(await api.get(f"/jobs/{refused}"))
    assert shown["status"] == "failed"
    assert shown["error"] == {"code": "invalid_file", "message": "The file has no header row"}
    answer = await api.get(f"/jobs/{broken}")
    assert answered(answer)["error"]["code"] == "internal_error"
    assert "secret" not in answer.text


async def test_a_waiting_job_is_cancelled_at_once(api: httpx.AsyncClient, world: World) -> None:
    id = await enqueue(world, "step", type="import")
    gone = answered(await api.delete(f"/jobs/{id}"))
    assert (gone["object"], gone["id"], gone["status"]) == ("job", id, "canceled")
    assert gone["finished_at"] is not None
    assert answered(await api.delete(f"/jobs/{id}")) == gone

    async def never(run: Run) -> None:
        raise AssertionError("it was cancelled")

    assert await worker_of(world, step=never).run_due() == 0


async def test_a_running_job_is_cancelled_before_its_next_step(api: httpx.AsyncClient, world: World) -> None:
    steps: list[int] = []

    async def step(run: Run) -> None:
        for number in range(10):
            run.check()
            async with run.unit_of_work() as uow:
                await run.progress(uow, counts={"processed": number + 1})
            steps.append(number)
            if number == 2:
                answer = answered(await api.delete(f"/jobs/{run.id}"))
                assert (answer["status"], answer["finished_at"]) == ("running", None)
                assert answered(await api.delete(f"/jobs/{run.id}")) == answer

    id = await enqueue(world, "step", type="import")
    worker = worker_of(world, step=step)
    await worker.run_due()
    shown = answered(await api.get(f"/jobs/{id}"))
    # A worker that was not told hears of it in the transaction of its next step.
    assert len(steps) in (3, 4)
    assert (shown["status"], shown["counts"]) == ("canceled", {"processed": len(steps)})
    assert answered(await api.delete(f"/jobs/{id}")) == shown


async def test_a_dead_workers_cancelled_job_is_not_run_again(api: httpx.AsyncClient, world: World) -> None:
    gate = asyncio.Event()

    async def hang(run: Run) -> None:
        await gate.wait()

    id = await enqueue(world, "step", type="import")
    working = asyncio.create_task(worker_of(world, step=hang).run_due())
    await until_status(world, id, "running")
    await api.delete(f"/jobs/{id}")
    await expire(world)
    assert answered(await api.get(f"/jobs/{id}"))["status"] == "canceled"
    gate.set()
    await working
    assert answered(await api.get(f"/jobs/{id}"))["status"] == "canceled"


async def expire(world: World) -> None:
    """An hour later, as another worker sees it."""
    with clock.travel(timedelta(hours=1)):
        await worker_of(world).tend()


async def test_jobs_that_nobody_asked_for_by_name_are_not_found(api: httpx.AsyncClient, world: World) -> None:
    hidden = await enqueue(world, "step")
    async with unit_of_work(world.db, world.operator) as uow:
        of_server = await enqueue_for_server(uow.tx, "sweep", {})
    for id in (hidden, of_server, "1", "c" + "0" * 24, "x" * 300, "%00"):
        for answer in (await api.get(f"/jobs/{id}"), await api.delete(f"/jobs/{id}")):
            assert error_of(answer) == (404, "job_not_found", None)
    assert [row.status for row in await all_jobs(world)] == ["queued"]


async def test_a_key_sees_the_jobs_of_what_it_may_read(
    api: httpx.AsyncClient, world: World, connect_key: Callable[..., Any]
) -> None:
    customers = answered(await api.post("/exports", json={"type": "customers"}), 202)["id"]
    stream = answered(await api.post("/exports", json={"type": "activity"}), 202)["id"]
    whole = answered(await api.post("/exports", json={"type": "workspace"}), 202)["id"]
    tasks = (await started(api, "title\nCall\n", resource="task"))["id"]
    recovery = await enqueue(world, "step", type="webhook_recovery")
    every = [scope for scope in SCOPES if scope.startswith("read:")]
    seen_by = {
        ("read:customers",): {customers},
        ("read:workspace",): {stream},
        ("write:tasks",): {tasks},
        ("read:webhooks",): {recovery},
        tuple(every): {customers, stream, whole, tasks, recovery},
    }
    for scopes, seen in seen_by.items():
        async with await connect_key(name=" ".join(scopes)[:50], scopes=["write:data", *scopes]) as narrow:
            for id in (customers, stream, whole, tasks, recovery):
                for answer in (await narrow.get(f"/jobs/{id}"), await narrow.delete(f"/jobs/{id}")):
                    if id in seen:
                        answered(answer)
                    else:
                        assert error_of(answer) == (403, "insufficient_scope", None)


async def test_jobs_of_another_workspace_are_not_found(api: httpx.AsyncClient, world: World) -> None:
    other = await new_world(world.services, "Other", "other")
    foreign = await enqueue(other, "step", type="export")
    for answer in (await api.get(f"/jobs/{foreign}"), await api.delete(f"/jobs/{foreign}")):
        assert error_of(answer) == (404, "job_not_found", None)
    assert [row.status for row in await all_jobs(other)] == ["queued"]
