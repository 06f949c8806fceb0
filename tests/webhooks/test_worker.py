"""The worker at work by itself: waking, fairness, limits, several at once, deaths, an orderly end."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from pivotal_server.app import create_app
from pivotal_server.customers.schemas import CustomerCreate
from pivotal_server.customers.service import create_customer
from pivotal_server.db.errors import Unavailable
from pivotal_server.kit import clock
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.webhooks import metrics, repository_results
from pivotal_server.webhooks.claiming import share
from pivotal_server.webhooks.dispatcher import Dispatcher
from pivotal_server.webhooks.pruning import prune
from pivotal_server.webhooks.repository_queue import Candidate
from tests.support.receiver import OK, hang, receiving, status
from tests.support.records import answered, created, error_of, new_customer, path_of, walk
from tests.support.sizes import many
from tests.webhooks.support import Desk, new_dispatcher, path_to, rows_of


@asynccontextmanager
async def working(*dispatchers: Dispatcher) -> AsyncIterator[None]:
    """Workers that run by themselves inside the block."""
    for one in dispatchers:
        one.start()
    try:
        yield
    finally:
        await asyncio.gather(*(one.stop() for one in dispatchers))


async def settled(desk: Desk, seconds: float = 30) -> None:
    """Wait until nothing is left to do."""
    async with asyncio.timeout(seconds):
        # The tables are looked at, as another process would.
        while any(not row.finished for row in await desk.deliveries()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_commit_wakes_the_worker(desk: Desk) -> None:
    await desk.endpoint()
    loop = asyncio.get_running_loop()
    async with working(desk.dispatcher):
        await asyncio.sleep(0.1)
        began = loop.time()
        await new_customer(desk.api)
        await desk.receiver.wait_for(1)
        # Well before it would have looked by itself … on an idle machine; here it must only come at all.
        assert loop.time() - began < 10
        await settled(desk)


async def test_a_ping_is_sent_when_an_endpoint_is_made(desk: Desk) -> None:
    async with working(desk.dispatcher):
        made = await created(
            desk.api, "/webhook_endpoints", {"url": desk.receiver.url(), "event_types": ["task.*"]}
        )
        await desk.receiver.wait_for(1)
        [got] = desk.receiver.got
        assert got.event["type"] == "webhook.ping"
        assert got.event["data"]["object"]["id"] == made["id"]


@pytest.mark.timeout(many(180, 900))
async def test_an_endpoint_that_hangs_holds_up_no_other(desk: Desk) -> None:
    async with receiving() as slow:
        slow.usual = hang
        await desk.endpoint(url=slow.url(), event_types=["customer.created"])
        for number in range(19):
            await desk.endpoint(url=desk.receiver.url(f"/{number}"), event_types=["customer.created"])
        count = many(30, 1_000)
        for _ in range(count):
            await new_customer(desk.api)
        slow.got.clear()
        # Neither its requests nor their leases end before everything else has arrived.
        worker = new_dispatcher(desk.world, timeout=600, slots=40, lease=timedelta(seconds=900))
        async with working(worker):
            await desk.receiver.wait_for(19 * count, seconds=many(20, 500))
            assert Counter(got.line.split()[1] for got in desk.receiver.got) == {
                f"/{number}": count for number in range(19)
            }
            # Its requests are still open.
            assert 0 < len(slow.got) <= 10
            for task in list(worker._running):
                task.cancel()


def candidates(*sending: int, **options: Any) -> list[Candidate]:
    values = {"max_concurrency": 10, "rate_limit": None, "silent_streak": 0, **options}
    return [
        Candidate(
            "org", str(number), values["max_concurrency"], None, values["silent_streak"], None, None, count
        )
        for number, count in enumerate(sending)
    ]


@pytest.mark.parametrize(
    ("found", "free", "slow_free", "turn", "expected"),
    [
        (candidates(), 5, 5, 0, {}),
        (candidates(0), 5, 5, 0, {0: 5}),
        (candidates(0), 50, 5, 0, {0: 10}),
        (candidates(9, 0), 5, 5, 0, {0: 1, 1: 4}),
        (candidates(9, 0, 0), 2, 5, 0, {1: 1, 2: 1}),
        (candidates(0, 0, 0), 2, 5, 1, {1: 1, 2: 1}),
        (candidates(5, 5), 3, 5, 1, {1: 2, 0: 1}),
        (candidates(10, 12), 5, 5, 0, {}),
        (candidates(0, 0, 0, silent_streak=5), 9, 2, 0, {0: 1, 1: 1}),
        (candidates(1, 0, silent_streak=7), 9, 9, 0, {1: 1}),
    ],
)
def test_slots_are_shared(
    found: list[Candidate], free: int, slow_free: int, turn: int, expected: dict[int, int]
) -> None:
    assert share(found, free, slow_free, turn) == expected


async def test_a_silent_endpoint_gets_one_at_a_time_until_it_answers(desk: Desk) -> None:
    await desk.endpoint(max_concurrency=5)
    desk.receiver.usual = hang
    for _ in range(12):
        await new_customer(desk.api)
    quick = new_dispatcher(desk.world, timeout=0.05)
    assert await quick.run_due() == 12
    [attempts] = [await desk.attempts()]
    assert {one.error_code for one in attempts} == {"timeout"}
    desk.receiver.usual = OK
    with clock.travel(timedelta(seconds=10)):
        await desk.dispatcher.promote()
        await desk.dispatcher.claim()
        assert len(desk.dispatcher._running) == 1
        await asyncio.wait(list(desk.dispatcher._running))
        await desk.dispatcher.store()
        await desk.dispatcher.claim()
        assert len(desk.dispatcher._running) == 5
        await desk.dispatcher.run_due()
    quick.transport.close()
    assert {row.status for row in await desk.deliveries()} == {"delivered"}


async def test_a_rate_limit_holds_in_every_second(desk: Desk) -> None:
    await desk.endpoint(rate_limit=5)
    for _ in range(14):
        await new_customer(desk.api)
    others = [new_dispatcher(desk.world) for _ in range(2)]
    async with working(*others):
        await desk.receiver.wait_for(14)
        await settled(desk)
    starts = sorted(attempt.started_at for attempt in await desk.attempts())
    assert len(starts) == 14
    for moment in starts:
        within = [one for one in starts if moment <= one < moment + timedelta(seconds=1)]
        assert len(within) <= 6


async def test_four_workers_on_one_queue_make_no_attempt_twice(desk: Desk) -> None:
    for number in range(4):
        await desk.endpoint(url=desk.receiver.url(f"/{number}"), max_concurrency=7)

    async def slowly(_got: Any, _reader: Any, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(0.01)
        writer.write(OK)
        await writer.drain()
        return True

    desk.receiver.usual = slowly
    workers = [new_dispatcher(desk.world, slots=10, timeout=5) for _ in range(4)]
    async with working(*workers):
        for _ in range(40):
            await new_customer(desk.api)
        await desk.receiver.wait_for(160)
        await settled(desk)
    assert desk.receiver.overlaps == []
    assert len(desk.receiver.got) == 160
    assert {row.attempt_count for row in await desk.deliveries()} == {1}


async def test_a_worker_that_dies_leaves_an_interrupted_attempt(desk: Desk) -> None:
    made = await desk.endpoint()
    desk.receiver.usual = hang
    dying = new_dispatcher(desk.world, timeout=60)
    await new_customer(desk.api)
    await dying.hand_out()
    await dying.claim()
    await desk.receiver.wait_for(1)
    [delivery] = await desk.deliveries()
    assert delivery.status == "sending"
    # The process is gone: nothing of it comes back.
    for task in list(dying._running):
        task.cancel()
    desk.receiver.usual = OK
    await desk.dispatcher.sweep()
    assert await desk.dispatcher.run_due() == 0
    with clock.travel(timedelta(seconds=61)):
        await desk.dispatcher.sweep()
        assert await desk.dispatcher.run_due() == 1
    found = [(one.number, one.run_attempt, one.outcome, one.error_code) for one in await desk.attempts()]
    assert found == [(1, 1, "interrupted", "worker_lost"), (2, 1, "success", None)]
    assert (await desk.shown(made))["consecutive_failures"] == 0
    # What the dead one would have stored is not taken any more.
    assert await desk.dispatcher.run_due() == 0


async def test_a_late_result_of_a_lost_lease_leaves_no_trace(desk: Desk) -> None:
    await desk.endpoint()
    await new_customer(desk.api)
    slow = new_dispatcher(desk.world)
    await slow.hand_out()
    await slow.claim()
    await asyncio.wait(list(slow._running))
    with clock.travel(timedelta(seconds=61)):
        await desk.dispatcher.sweep()
        await desk.dispatcher.run_due()
    before = await rows_of(desk.world.db, "webhook_deliveries", "webhook_attempts")
    await slow.store()
    assert await rows_of(desk.world.db, "webhook_deliveries", "webhook_attempts") == before


async def test_results_wait_for_a_database_that_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.endpoint()
    await new_customer(desk.api)
    worker = desk.dispatcher
    await worker.hand_out()
    await worker.claim()
    await asyncio.wait(list(worker._running))

    async def away(*_: Any) -> Any:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(repository_results, "queues", away)
        with pytest.raises(Unavailable):
            await worker.store()
    await worker.store()
    [delivery] = await desk.deliveries()
    assert (delivery.status, delivery.attempt_count) == ("delivered", 1)


async def test_stopping_gives_back_what_was_not_begun(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.endpoint(rate_limit=5)
    for _ in range(2):
        await new_customer(desk.api)
    worker = new_dispatcher(desk.world)
    await worker.hand_out()
    # For this worker time stands still a second later, so that the second attempt is never due.
    moment = worker._now() + timedelta(seconds=1)
    monkeypatch.setattr(worker, "_now", lambda: moment)
    await worker.claim()
    assert {one.start_at - moment for one in worker._running.values()} == {
        timedelta(0),
        timedelta(milliseconds=200),
    }
    worker._tasks = [asyncio.create_task(asyncio.sleep(0)) for _ in range(2)]
    worker._tasks[1] = asyncio.create_task(worker._keep_on(worker._store_round, worker._filled))
    await worker.stop()
    assert Counter(row.status for row in await desk.deliveries()) == {"delivered": 1, "pending": 1}
    with clock.travel(timedelta(seconds=2)):
        assert await desk.dispatcher.run_due() == 1


async def test_an_old_result_disables_nothing(desk: Desk) -> None:
    made = await desk.endpoint()
    await new_customer(desk.api)
    desk.receiver.usual = status(410)
    await desk.dispatcher.hand_out()
    await desk.dispatcher.claim()
    await asyncio.wait(list(desk.dispatcher._running))
    for state in ("disabled", "enabled"):
        answered(await desk.api.patch(path_to(made), json={"status": state}))
    await desk.dispatcher.store()
    assert (await desk.shown(made))["status"] == "enabled"


async def test_events_of_muted_work_are_not_delivered(desk: Desk) -> None:
    await desk.endpoint()
    async with unit_of_work(desk.world.db, desk.world.operator) as uow:
        uow.muted = True
        await create_customer(uow, CustomerCreate(name="Quiet"))
    assert await desk.dispatcher.run_due() == 0
    [event] = answered(await desk.api.get("/events"))["data"]
    assert event["type"] == "customer.created"


async def test_old_events_go_with_all_that_is_theirs(desk: Desk) -> None:
    await desk.endpoint()
    customers = [await new_customer(desk.api) for _ in range(3)]
    await desk.dispatcher.run_due()
    old = (await walk(desk.api, "/events"))[-1]["id"]
    assert answered(await desk.api.get(f"/events/{old}"))["delivery_state"] == "delivered"
    desk.receiver.usual = status(500)
    with clock.travel(timedelta(days=50)):
        await desk.api.patch(path_of(customers[0]), json={"plan": "x"})
        await desk.dispatcher.run_due()
    with clock.travel(timedelta(days=91)):
        seen = 0

        def stop() -> None:
            nonlocal seen
            seen += 1
            if seen == 2:
                raise InterruptedError

        with pytest.raises(InterruptedError):
            await prune(desk.world.db, 90, stop)
        assert len(await desk.deliveries()) == 4
        removed = await prune(desk.world.db, 90)
        assert (removed["attempts"], removed["deliveries"]) == (0, 4)
        assert removed["events"] >= 4
        assert sum((await prune(desk.world.db, 90)).values()) == 0
        assert error_of(await desk.api.get(f"/events/{old}")) == (404, "event_not_found", None)
    rest = await desk.deliveries()
    # The one that is not finished stays, with its event.
    assert [row.event_type for row in rest] == ["customer.updated"]
    assert len(await desk.attempts()) == 1
    with clock.travel(timedelta(days=200)):
        removed = await prune(desk.world.db, 90)
        assert removed["events"] == 0
    assert [row.status for row in await desk.deliveries()] == ["pending"]


async def test_metrics_agree_with_the_tables(desk: Desk) -> None:
    await desk.endpoint(max_concurrency=50)
    codes = [200, 500, 404, 204, 429]

    async def mixed(got: Any, _reader: Any, writer: asyncio.StreamWriter) -> bool:
        code = codes[sum(got.id.encode()) % len(codes)]
        writer.write(status(code))
        await writer.drain()
        return True

    desk.receiver.usual = mixed
    before = figures()
    count = many(200, 1_000)
    for _ in range(count):
        await new_customer(desk.api)
    await desk.dispatcher.run_due()
    for seconds in (10, 500):
        with clock.travel(timedelta(seconds=seconds)):
            await desk.dispatcher.run_due()
    after = figures()
    attempts, rows = await desk.attempts(), await desk.deliveries()
    grown = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    outcomes = Counter("success" if one.outcome == "success" else one.error_code for one in attempts)
    assert {
        name: grown[f"pivotal_webhook_attempts_total{{outcome={name},trigger=scheduled}}"]
        for name in outcomes
    } == outcomes
    delivered = sum(row.status == "delivered" for row in rows)
    assert grown["pivotal_webhook_deliveries_total{outcome=delivered}"] == delivered
    assert grown["pivotal_webhook_events_total{livemode=true,type=customer.created}"] == count
    assert grown["pivotal_webhook_attempt_duration_seconds_count"] == len(attempts)
    assert grown["pivotal_webhook_first_attempt_lag_seconds_count"] == count
    transport = httpx.ASGITransport(create_app(desk.world.services, strict=True), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as here:
        text = (await here.get("/metrics")).text
    pending = sum(row.status == "pending" for row in rows)
    assert f"pivotal_webhook_pending {float(pending)}" in text
    assert "pivotal_webhook_unfanned_events 0.0" in text
    assert desk.world.workspace.id not in text
    away = httpx.ASGITransport(create_app(desk.world.services, strict=True), client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=away, base_url="http://localhost") as stranger:
        assert (await stranger.get("/metrics")).status_code != 200


def figures() -> dict[str, float]:
    """Every figure by its name and labels."""
    found = {}
    for family in metrics.REGISTRY.collect():
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return found


def test_metrics_have_their_names_kinds_and_labels() -> None:
    registry: Any = metrics.REGISTRY
    found = {
        f"{family.name}{'_total' if family.type == 'counter' else ''}": (family.type, one._labelnames)
        for one in registry._collector_to_names
        for family in one.describe()
    }
    counters: dict[str, tuple[str, ...]] = {
        "events_total": ("type", "livemode"),
        "deliveries_total": ("outcome",),
        "attempts_total": ("outcome", "trigger"),
        "leases_expired_total": (),
        "pruned_rows_total": ("table",),
        "endpoints_disabled_total": ("reason",),
    }
    histograms = ("attempt_duration_seconds", "first_attempt_lag_seconds")
    gauges = ("pending", "sending", "oldest_due_seconds", "unfanned_events")
    assert found == {
        **{f"pivotal_webhook_{name}": ("counter", labels) for name, labels in counters.items()},
        **{f"pivotal_webhook_{name}": ("histogram", ()) for name in histograms},
        **{f"pivotal_webhook_{name}": ("gauge", ()) for name in gauges},
    }
