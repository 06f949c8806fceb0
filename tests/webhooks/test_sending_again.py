"""Sending again by hand, statistics, and how events tell of their deliveries."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from pivotal_server.jobs.worker import Worker
from pivotal_server.kit import clock
from pivotal_server.server_jobs import KINDS, PERIODIC
from pivotal_server.webhooks.service_deliveries import percentile
from tests.support.receiver import OK, status
from tests.support.records import (
    Json,
    answered,
    error_of,
    new_customer,
    new_onboarding,
    new_task,
    patched,
    walk,
)
from tests.webhooks.support import Desk, path_to


async def later(desk: Desk, seconds: float = 0) -> int:
    with clock.travel(timedelta(seconds=seconds)):
        return await desk.dispatcher.run_due()


async def run_jobs(desk: Desk) -> None:
    await Worker(desk.world.services, KINDS, PERIODIC).run_due()


async def log(desk: Desk, endpoint: Json, **query: Any) -> list[Json]:
    return await walk(desk.api, path_to(endpoint, "deliveries"), **query)


async def replay(desk: Desk, endpoint: Json, id: str) -> httpx.Response:
    return await desk.api.post(path_to(endpoint, "deliveries", id, "replay"))


async def test_a_replay_is_one_more_attempt(desk: Desk) -> None:
    made = await desk.endpoint()
    await new_customer(desk.api)
    await later(desk)
    [row] = await log(desk, made, source="change")
    for answer, outcome in ((status(200), "delivered"), (status(500), "failed")):
        desk.receiver.answers = [answer]
        queued = answered(await replay(desk, made, row["id"]), 202)
        assert (queued["id"], queued["status"], queued["max_attempts"]) == (row["id"], "pending", 1)
        assert await later(desk) == 1
        assert await later(desk, 100_000) == 0
        [now] = await log(desk, made, source="change")
        assert (now["status"], now["delivered_at"]) == (outcome, row["delivered_at"])
    bodies = {(got.id, got.body) for got in desk.receiver.got}
    assert len(bodies) == 1
    numbers = [(one.number, one.run_attempt, one.trigger) for one in await desk.attempts()]
    assert numbers == [(1, 1, "scheduled"), (2, None, "replay"), (3, None, "replay")]


@pytest.mark.parametrize("works", [True, False])
async def test_a_replay_of_what_waits(desk: Desk, works: bool) -> None:
    made = await desk.endpoint()
    desk.receiver.usual = status(500)
    await new_customer(desk.api)
    await later(desk)
    [before] = await log(desk, made, source="change")
    desk.receiver.answers = [status(200 if works else 500)]
    for _ in range(2):
        answered(await replay(desk, made, before["id"]), 202)
    assert await later(desk, 1) == 1
    [after] = await log(desk, made, source="change")
    if works:
        assert after["status"] == "delivered"
        assert await later(desk, 100_000) == 0
    else:
        assert (after["status"], after["next_attempt_at"], after["max_attempts"]) == (
            "pending",
            before["next_attempt_at"],
            8,
        )
        assert await later(desk, 10) == 1
        assert [one.run_attempt for one in await desk.attempts()] == [1, None, 2]


async def test_what_cannot_be_sent_again(desk: Desk) -> None:
    made = await desk.endpoint()
    await new_customer(desk.api)
    await desk.dispatcher.hand_out()
    await desk.dispatcher.claim()
    [row] = await log(desk, made, source="change")
    assert error_of(await replay(desk, made, row["id"])) == (409, "delivery_in_progress", None)
    await later(desk)
    answered(await desk.api.patch(path_to(made), json={"status": "disabled"}))
    assert error_of(await replay(desk, made, row["id"])) == (409, "endpoint_disabled", None)
    for path, body in (("resend", {"event_ids": ["evt_1"]}), ("recover", {"since": day(-1)})):
        answer = await desk.api.post(path_to(made, path), json=body)
        assert error_of(answer) == (409, "endpoint_disabled", None)


def day(days: float, seconds: float = 0) -> str:
    return clock.wire_micros(clock.now() + timedelta(days=days, seconds=seconds))


async def test_resending_by_id(desk: Desk, connect: Callable[..., Any]) -> None:
    first = await new_customer(desk.api)
    made = await desk.endpoint(event_types=["task.created"])
    test = await connect(mode="test", name="ci")
    await new_customer(test)
    desk.receiver.usual = status(500)
    await patched(desk.api, first, plan="x")
    await later(desk)
    [updated, wrong_mode, known] = await walk(desk.api, "/events")
    waiting = answered(await desk.api.post(path_to(made, "resend"), json={"event_ids": [updated["id"]]}), 202)
    assert waiting["queued"] == 1
    answered(await desk.api.post(path_to(made, "test"), json={"type": "task.created"}), 202)
    ids = [known["id"], "evt_unknown", updated["id"], wrong_mode["id"], known["id"]]
    result = answered(await desk.api.post(path_to(made, "resend"), json={"event_ids": ids}), 202)
    assert (result["object"], result["endpoint_id"]) == ("webhook_resend", made["id"])
    assert (result["queued"], result["skipped"]) == (1, 3)
    assert [(one["event_id"], one["status"], one["reason"]) for one in result["results"]] == [
        (known["id"], "queued", None),
        ("evt_unknown", "skipped", "event_not_found"),
        (updated["id"], "skipped", "already_pending"),
        (wrong_mode["id"], "skipped", "livemode_mismatch"),
    ]
    desk.receiver.usual = OK
    await later(desk, 10)
    arrived = {got.event["id"] for got in desk.receiver.got if got.event["type"] != "task.created"}
    assert arrived == {known["id"], updated["id"]}
    # Once finished it keeps its id and starts a new run.
    again = answered(await desk.api.post(path_to(made, "resend"), json={"event_ids": [known["id"]]}), 202)
    assert again["results"][0]["delivery_id"] == result["results"][0]["delivery_id"]
    await later(desk, 10)
    for body, code, field in (
        ({"event_ids": []}, "too_small", "event_ids"),
        ({"event_ids": ["x"] * 1001}, "too_big", "event_ids"),
        ({"event_ids": [1]}, "invalid_type", "event_ids.0"),
        ({"event_ids": ["é"]}, "invalid_string", "event_ids.0"),
        ({}, "missing_field", "event_ids"),
    ):
        assert error_of(await desk.api.post(path_to(made, "resend"), json=body)) == (400, code, field)


async def recover(desk: Desk, endpoint: Json, **body: Any) -> httpx.Response:
    return await desk.api.post(path_to(endpoint, "recover"), json={"since": day(-1), **body})


async def matched(desk: Desk, endpoint: Json, scope: str, **body: Any) -> int:
    answer = answered(await recover(desk, endpoint, scope=scope, dry_run=True, **body))
    assert list(answer) == ["object", "matched"]
    return int(answer["matched"])


async def test_recovering_sends_exactly_what_was_missed(desk: Desk) -> None:
    early = [await new_customer(desk.api) for _ in range(3)]
    made = await desk.endpoint(event_types=["customer.*"])
    await new_customer(desk.api)
    await later(desk)
    desk.receiver.usual = status(410)
    lost = [await new_customer(desk.api) for _ in range(2)]
    await later(desk)
    # Disabled by now; these make no delivery.
    desk.receiver.usual = OK
    missed = [await new_customer(desk.api) for _ in range(2)]
    await new_task(desk.api, await new_onboarding(desk.api, early[0]))
    await later(desk)
    answered(await desk.api.patch(path_to(made), json={"status": "enabled"}))
    await later(desk)
    desk.receiver.got.clear()
    assert await matched(desk, made, "failed") == 2
    assert await matched(desk, made, "never_sent") == 5
    assert await matched(desk, made, "all") == 7
    job = answered(await recover(desk, made, scope="all"), 202)
    assert (job["object"], job["type"], job["status"]) == ("job", "webhook_recovery", "queued")
    assert error_of(await recover(desk, made)) == (409, "recovery_in_progress", None)
    await run_jobs(desk)
    done = answered(await desk.api.get(f"/jobs/{job['id']}"))
    assert (done["status"], done["counts"]) == ("completed", {"matched": 7, "queued": 7, "skipped": 0})
    await later(desk)
    arrived = [got.event["data"]["object"]["id"] for got in desk.receiver.got]
    assert sorted(arrived) == sorted(row["id"] for row in (*early, *lost, *missed))
    assert await matched(desk, made, "all") == 0
    # Another one may begin.
    answered(await recover(desk, made), 202)


async def test_recovering_finds_what_no_worker_had_handed_out_when_it_began(desk: Desk) -> None:
    made = await desk.endpoint(event_types=["customer.*"])
    answered(await desk.api.patch(path_to(made), json={"status": "disabled"}))
    missed = [await new_customer(desk.api) for _ in range(2)]
    # No worker has looked at these events yet.
    answered(await desk.api.patch(path_to(made), json={"status": "enabled"}))
    fresh = await new_customer(desk.api)
    assert await matched(desk, made, "all") == 2
    job = answered(await recover(desk, made, scope="all"), 202)
    await run_jobs(desk)
    done = answered(await desk.api.get(f"/jobs/{job['id']}"))
    assert (done["status"], done["counts"]["queued"]) == ("completed", 2)
    await later(desk)
    arrived = [
        got.event["data"]["object"]["id"] for got in desk.receiver.got if got.event["type"] != "webhook.ping"
    ]
    assert sorted(arrived) == sorted(row["id"] for row in (*missed, fresh))


async def test_recovery_works_in_batches_and_keeps_the_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers = [await new_customer(desk.api) for _ in range(7)]
    made = await desk.endpoint(max_concurrency=1)
    monkeypatch.setattr("pivotal_server.webhooks.service_recovery.BATCH", 3)
    monkeypatch.setattr("pivotal_server.webhooks.service_recovery.LOOKED_AT", 2)
    await later(desk)
    assert await matched(desk, made, "never_sent") == 7
    answered(await recover(desk, made, scope="never_sent"), 202)
    await run_jobs(desk)
    await later(desk)
    assert [got.event["data"]["object"]["id"] for got in desk.receiver.got] == [
        row["id"] for row in customers
    ]


@pytest.mark.parametrize(
    ("since", "until", "code", "field"),
    [
        ((-14, -1), (0, 0), "window_too_large", "since"),
        ((-91, 0), (-80, 0), "window_too_large", "since"),
        ((-1, 0), (-2, 0), "too_small", "until"),
    ],
)
async def test_windows_that_are_refused(
    desk: Desk, since: tuple[float, float], until: tuple[float, float], code: str, field: str
) -> None:
    made = await desk.endpoint()
    answer = await recover(desk, made, since=day(*since), until=day(*until))
    assert error_of(answer) == (400, code, field)
    assert error_of(await desk.api.post(path_to(made, "recover"), json={})) == (400, "missing_field", "since")


async def test_the_longest_window_is_fourteen_days(desk: Desk) -> None:
    made = await desk.endpoint()
    until = clock.now()
    body = {"since": clock.wire_micros(until - timedelta(days=14)), "until": clock.wire_micros(until)}
    assert answered(await recover(desk, made, **body, dry_run=True))["matched"] == 0


# ── Statistics and events ──────────────────────────────────────────────────────────────────────
async def test_statistics_count_what_is_in_the_log(desk: Desk) -> None:
    made = await desk.endpoint()
    desk.receiver.answers = [status(200), status(500), status(400, webhook_delivery="abort-message")]
    for _ in range(3):
        await new_customer(desk.api)
        await later(desk)
    stats = answered(await desk.api.get(path_to(made, "stats")))
    assert {
        key: stats[key] for key in ("delivered", "failed", "aborted", "canceled", "pending", "attempts")
    } == {
        "delivered": 2,  # with the ping
        "failed": 0,
        "aborted": 1,
        "canceled": 0,
        "pending": 1,
        "attempts": 4,
    }
    assert stats["p50_ms"] <= stats["p95_ms"]
    assert sum(hour["delivered"] for hour in stats["hours"]) == 2
    assert len(stats["hours"]) in (24, 25)
    starts = [hour["start"] for hour in stats["hours"]]
    assert starts == sorted(set(starts))
    assert all(start.endswith(":00:00.000Z") for start in starts)
    empty = answered(
        await desk.api.get(path_to(made, "stats"), params={"since": day(-20), "until": day(-10)})
    )
    assert (empty["attempts"], empty["p50_ms"], empty["p95_ms"]) == (0, None, None)
    answer = await desk.api.get(path_to(made, "stats"), params={"since": day(-28, -60)})
    assert error_of(answer) == (400, "window_too_large", "since")


def test_percentiles() -> None:
    assert percentile([], 0.5) is None
    assert percentile([(7, 1)], 0.95) == 7
    counted = [(1, 50), (2, 45), (9, 5)]
    assert [percentile(counted, share) for share in (0.5, 0.51, 0.95, 0.96, 1)] == [1, 2, 2, 9, 9]


async def test_the_state_of_events_and_its_filter(desk: Desk) -> None:
    unheard = await new_customer(desk.api)
    one = await desk.endpoint(event_types=["customer.created", "onboarding.created"])
    await desk.endpoint(event_types=["customer.created"])
    heard = await new_customer(desk.api)
    await later(desk)
    desk.receiver.answers = [status(200), status(410)]
    half = await new_customer(desk.api)
    await later(desk)
    enabled = [row for row in await walk(desk.api, "/webhook_endpoints") if row["status"] == "enabled"]
    assert len(enabled) == 1
    desk.receiver.usual = status(500)
    waiting = await new_customer(desk.api)
    await later(desk)
    fresh = await new_customer(desk.api)
    expected = {
        "none": [unheard["id"]],
        "delivered": [heard["id"]],
        "failed": [half["id"]],
        "pending": [fresh["id"], waiting["id"]],
    }
    for state, ids in expected.items():
        events = await walk(desk.api, "/events", delivery_state=state)
        assert [event["data"]["object"]["id"] for event in events] == ids, state
        assert {event["delivery_state"] for event in events} == {state}
    by_id = {event["data"]["object"]["id"]: event for event in await walk(desk.api, "/events")}
    assert by_id[half["id"]]["delivery_counts"] == {"pending": 0, "delivered": 1, "failed": 1}
    assert by_id[waiting["id"]]["delivery_counts"] == {"pending": 1, "delivered": 0, "failed": 0}
    assert by_id[unheard["id"]]["delivery_counts"] == {"pending": 0, "delivered": 0, "failed": 0}
    assert one["id"]


async def test_the_table_of_test_mode(desk: Desk, connect: Callable[..., Any]) -> None:
    live = await desk.endpoint()
    tests = await desk.endpoint(test_mode=True)
    client = await connect(mode="test", name="ci")

    async def reached() -> list[str]:
        desk.receiver.got.clear()
        await later(desk)
        by_endpoint = {row.id: row.endpoint_id for row in await desk.deliveries()}
        return sorted("live" if by_endpoint[got.id] == live["id"] else "test" for got in desk.receiver.got)

    await new_customer(desk.api)
    assert await reached() == ["live"]
    row = await new_customer(client)
    assert row["livemode"] is False
    assert await reached() == ["test"]
    # The same test row, changed with a live key; and what is made below it.
    await patched(desk.api, row, plan="x")
    assert await reached() == ["test"]
    below = await new_onboarding(desk.api, row)
    assert below["livemode"] is False
    assert await reached() == ["test"]
    for endpoint, name in ((live, "live"), (tests, "test")):
        answered(await desk.api.post(path_to(endpoint, "test"), json={"type": "task.created"}), 202)
        assert await reached() == [name]
        assert desk.receiver.got[0].event["livemode"] is False
    assert len(await walk(desk.api, "/events")) == 4
    pings = [
        event for event in await all_pings(desk) if event["data"]["object"]["id"] in (live["id"], tests["id"])
    ]
    assert {event["data"]["object"]["id"]: event["livemode"] for event in pings} == {
        live["id"]: True,
        tests["id"]: False,
    }


async def all_pings(desk: Desk) -> list[Json]:
    found = []
    for endpoint in await walk(desk.api, "/webhook_endpoints"):
        rows = await log(desk, endpoint, source="ping")
        found += [answered(await desk.api.get(f"/events/{row['event_id']}")) for row in rows]
    return found
