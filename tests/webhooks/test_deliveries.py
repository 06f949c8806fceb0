"""Deliveries over the API: the log, single ones, statistics, and everything that is sent by hand."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pivotal_server.db.engine import Database, counting
from pivotal_server.events.described import examples
from pivotal_server.events.types import ALL_TYPES
from pivotal_server.jobs.worker import Worker
from pivotal_server.kit import clock
from pivotal_server.server_jobs import KINDS, PERIODIC
from pivotal_server.webhooks import repository_log
from pivotal_server.webhooks.schemas_deliveries import WebhookDelivery
from tests.support.plans import plan_of
from tests.support.receiver import OK, hang, status
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
from tests.webhooks.support import Desk, path_to, rows_of

KEYS = [
    *("object", "id", "endpoint_id", "event_id", "event_type", "livemode", "source", "status"),
    *("attempt_count", "max_attempts", "next_attempt_at", "last_attempt_at", "created_at", "finished_at"),
    *("delivered_at", "response_status", "error_code", "duration_ms"),
]
ATTEMPT_KEYS = [
    *("object", "id", "number", "run_attempt", "trigger", "started_at", "duration_ms", "url", "remote_ip"),
    *("request_headers", "response_status", "response_headers", "response_body"),
    *("response_body_encoding", "response_truncated", "outcome", "error_code", "error_message"),
]


async def later(desk: Desk, seconds: float = 0) -> int:
    with clock.travel(timedelta(seconds=seconds)):
        return await desk.dispatcher.run_due()


async def run_jobs(desk: Desk) -> None:
    await Worker(desk.world.services, KINDS, PERIODIC).run_due()


async def log(desk: Desk, endpoint: Json, **query: Any) -> list[Json]:
    return await walk(desk.api, path_to(endpoint, "deliveries"), **query)


async def test_a_delivery_shows_what_was_sent_and_what_came_back(desk: Desk) -> None:
    made = await desk.endpoint(headers={"x-token": "tell-nobody", "x-team": "cs"})
    desk.receiver.answers = [status(500, b"broken", x_why="because"), status(201, b"taken")]
    await new_customer(desk.api)
    await later(desk)
    await later(desk, 10)
    [listed] = await log(desk, made, source="change")
    assert list(listed) == KEYS
    shown = answered(await desk.api.get(path_to(made, "deliveries", listed["id"])))
    assert list(shown) == [*KEYS, "request_body", "attempts"]
    assert {key: shown[key] for key in KEYS} == listed
    assert (listed["status"], listed["attempt_count"], listed["max_attempts"]) == ("delivered", 2, 8)
    assert (listed["response_status"], listed["error_code"], listed["next_attempt_at"]) == (201, None, None)
    assert listed["delivered_at"] == listed["finished_at"]
    assert shown["request_body"].encode() == desk.receiver.got[0].body
    first, second = shown["attempts"]
    assert list(first) == ATTEMPT_KEYS
    assert (first["number"], first["run_attempt"], first["outcome"], first["error_code"]) == (
        1,
        1,
        "failure",
        "http_status",
    )
    assert (first["response_body"], first["response_headers"]["x-why"]) == ("broken", "because")
    assert (second["number"], second["outcome"], second["trigger"]) == (2, "success", "scheduled")
    sent = desk.receiver.got[1].headers
    for name, value in second["request_headers"].items():
        assert value == ("[redacted]" if name == "x-token" else sent[name])
    assert "tell-nobody" not in str(shown)
    first_read = await desk.api.get(path_to(made, "deliveries", listed["id"]))
    again = await desk.api.get(
        path_to(made, "deliveries", listed["id"]), headers={"If-None-Match": first_read.headers["etag"]}
    )
    assert again.status_code == 304


async def test_each_filter_alone_and_all_pairs(desk: Desk) -> None:
    made = await desk.endpoint()
    other = await desk.endpoint()
    codes = itertools.cycle([200, 404, 500, 302])

    async def vary(_got: Any, _reader: Any, writer: Any) -> bool:
        writer.write(status(next(codes)))
        await writer.drain()
        return True

    desk.receiver.usual = vary
    customer = await new_customer(desk.api)
    onboarding = await new_onboarding(desk.api, customer)
    for number in range(6):
        await patched(desk.api, customer, plan=str(number))
        await new_task(desk.api, onboarding)
    await later(desk)
    desk.receiver.usual = hang
    await new_customer(desk.api)
    await later(desk)
    answered(await desk.api.post(path_to(made, "test"), json={"type": "task.created"}), 202)
    desk.receiver.usual = OK
    await later(desk)
    rows = await log(desk, made)
    assert len(rows) == 17
    assert len({row["id"] for row in rows}) == 17
    assert [row["created_at"] for row in rows] == sorted((row["created_at"] for row in rows), reverse=True)
    for limit in (1, 4, 100):
        assert await log(desk, made, limit=limit) == rows
        assert await log(desk, made, limit=limit, order="asc") == rows[::-1]
    middle = rows[8]["created_at"]
    filters: dict[tuple[str, str], Callable[[Json], bool]] = {
        ("status", "delivered"): lambda row: row["status"] == "delivered",
        ("status", "pending,delivered"): lambda row: row["status"] in ("pending", "delivered"),
        ("status", "canceled"): lambda row: False,
        ("event_type", "customer.updated"): lambda row: row["event_type"] == "customer.updated",
        ("event_type", "customer.*,task.created"): lambda row: (
            row["event_type"] != "onboarding.created" and row["event_type"] != "webhook.ping"
        ),
        ("event_type", "webhook.ping"): lambda row: row["event_type"] == "webhook.ping",
        ("event_id", rows[3]["event_id"]): lambda row: row["event_id"] == rows[3]["event_id"],
        ("source", "test"): lambda row: row["source"] == "test",
        ("source", "ping"): lambda row: row["source"] == "ping",
        ("source", "change"): lambda row: row["source"] == "change",
        ("response", "2xx"): lambda row: 200 <= (row["response_status"] or 0) < 300,
        ("response", "4xx"): lambda row: 400 <= (row["response_status"] or 0) < 500,
        ("response", "none"): lambda row: row["attempt_count"] > 0 and row["response_status"] is None,
        ("response", "500"): lambda row: row["response_status"] == 500,
        ("error_code", "timeout"): lambda row: row["error_code"] == "timeout",
        ("error_code", "http_status"): lambda row: row["error_code"] == "http_status",
        ("since", middle): lambda row: row["created_at"] >= middle,
        ("until", middle): lambda row: row["created_at"] < middle,
    }
    for (name, value), holds in filters.items():
        found = await log(desk, made, limit=3, **{name: value})
        assert found == [row for row in rows if holds(row)], (name, value)
    for (one, holds_one), (two, holds_two) in itertools.combinations(filters.items(), 2):
        if one[0] != two[0]:
            found = await log(desk, made, **{one[0]: one[1], two[0]: two[1]})
            assert found == [row for row in rows if holds_one(row) and holds_two(row)], (one, two)
    assert {row["endpoint_id"] for row in await log(desk, other)} == {other["id"]}
    with counting() as count:
        answered(await desk.api.get(path_to(made, "deliveries"), params={"limit": 100}))
    assert count.value == 2


async def test_rare_sources_are_found_by_their_index(sqlite_database: Database) -> None:
    statement = repository_log.log_list(WebhookDelivery, wire=True)._page_statement(
        frozenset({"rare_source"})
    )
    params = {"org_id": "o", "endpoint_id": "e", "rare_source": "test", "limit": 20}
    assert "webhook_deliveries_source" in await plan_of(sqlite_database, statement, params)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"status": "gone"}, "invalid_enum_value"),
        ({"event_type": "task.exploded"}, "invalid_enum_value"),
        ({"response": "6xx"}, "invalid_enum_value"),
        ({"response": "20"}, "invalid_enum_value"),
        ({"error_code": "x"}, "invalid_enum_value"),
        ({"source": "x"}, "invalid_enum_value"),
        ({"since": "x"}, "invalid_string"),
        ({"colour": "red"}, "unrecognized_keys"),
    ],
)
async def test_filters_that_are_refused(desk: Desk, query: Json, code: str) -> None:
    made = await desk.endpoint()
    answer = await desk.api.get(path_to(made, "deliveries"), params=query)
    assert error_of(answer) == (400, code, next(iter(query)))


async def test_what_is_not_there(desk: Desk) -> None:
    made, other = await desk.endpoint(), await desk.endpoint()
    await new_customer(desk.api)
    await later(desk)
    [theirs] = await log(desk, other, source="change")
    for id in (theirs["id"], "msg_x", "1", "%00", "\u00e9"):
        for method, end in (("GET", ""), ("POST", "/replay")):
            answer = await desk.api.request(method, path_to(made, "deliveries", id) + end)
            assert error_of(answer) == (404, "webhook_delivery_not_found", None)
    for method, below, body in (
        ("GET", "deliveries", None),
        ("GET", "stats", None),
        ("POST", "test", {"type": "webhook.ping"}),
        ("POST", "resend", {"event_ids": ["evt_1"]}),
        ("POST", "recover", {"since": "2026-01-01"}),
    ):
        answer = await desk.api.request(method, f"/webhook_endpoints/99/{below}", json=body)
        assert error_of(answer) == (404, "webhook_endpoint_not_found", None)


async def test_a_test_key_can_use_no_live_endpoint(desk: Desk, connect: Callable[..., Any]) -> None:
    live = await desk.endpoint()
    await new_customer(desk.api)
    await later(desk)
    [row] = await log(desk, live, source="change")
    before = await rows_of(desk.world.db, "webhook_endpoints", "webhook_deliveries", "webhook_attempts")
    test = await connect(name="ci", mode="test")
    for method, below, body in (
        ("GET", ("deliveries",), None),
        ("GET", ("deliveries", row["id"]), None),
        ("POST", ("deliveries", row["id"], "replay"), None),
        ("GET", ("stats",), None),
        ("POST", ("test",), {"type": "webhook.ping"}),
        ("POST", ("resend",), {"event_ids": [row["event_id"]]}),
        ("POST", ("recover",), {"since": row["created_at"]}),
    ):
        answer = await test.request(method, path_to(live, *below), json=body)
        assert error_of(answer) == (404, "webhook_endpoint_not_found", None), below
    after = await rows_of(desk.world.db, "webhook_endpoints", "webhook_deliveries", "webhook_attempts")
    assert after == before
    assert await later(desk) == 0


# ── Test sends ─────────────────────────────────────────────────────────────────────────────────
async def test_every_type_can_be_tried(desk: Desk) -> None:
    made = await desk.endpoint(event_types=["task.created"])
    for minute, names in enumerate(chunks()):
        with clock.travel(timedelta(minutes=2 * minute)):
            for name in names:
                row = answered(await desk.api.post(path_to(made, "test"), json={"type": name}), 202)
                assert (row["source"], row["status"], row["max_attempts"], row["livemode"]) == (
                    "test",
                    "pending",
                    1,
                    False,
                )
            await desk.dispatcher.run_due()
    assert desk.receiver.types == list(ALL_TYPES)
    for got in desk.receiver.got[:-1]:
        event = got.event
        example = examples()[event["type"]]["data"]
        assert event["data"]["previous_attributes"] == example["previous_attributes"]
        state = event["data"]["object"]
        kind = state["object"]
        assert state["id"] == f"ctest{kind}".ljust(25, "0")
        assert state["display_id"] == 0
        assert list(state) == list(example["object"])
        assert event["livemode"] is False
        assert event["actor"].startswith("api_key:")
    ping = desk.receiver.got[-1].event["data"]["object"]
    assert (ping["id"], ping["url"]) == (made["id"], made["url"])
    # They are no changes: neither in the list of events nor in the feed.
    assert await walk(desk.api, "/events") == []
    one = answered(await desk.api.get(f"/events/{desk.receiver.got[0].event['id']}"))
    assert (one["delivery_state"], one["delivery_counts"]["delivered"]) == ("delivered", 1)


def chunks() -> list[tuple[str, ...]]:
    return [ALL_TYPES[at : at + 10] for at in range(0, len(ALL_TYPES), 10)]


async def test_own_data_and_what_is_refused(desk: Desk) -> None:
    made = await desk.endpoint()
    data = {"object": {"object": "task", "id": "x", "ü": [1.5, None]}, "previous_attributes": {"done": False}}
    answered(await desk.api.post(path_to(made, "test"), json={"type": "task.completed", "data": data}), 202)
    await later(desk)
    assert desk.receiver.got[0].event["data"] == data
    refused: list[tuple[Json, str, str]] = [
        ({}, "missing_field", "type"),
        ({"type": "task.exploded"}, "invalid_enum_value", "type"),
        ({"type": "contact.added"}, "invalid_enum_value", "type"),
        ({"type": "task.created", "data": {}}, "missing_field", "data.object"),
        ({"type": "task.created", "data": {"object": []}}, "invalid_type", "data.object"),
        (
            {"type": "task.created", "data": {"object": {}, "previous_attributes": 1}},
            "invalid_type",
            "data.previous_attributes",
        ),
        ({"type": "task.created", "data": {"object": {}, "x": 1}}, "unrecognized_keys", "data.x"),
        ({"type": "task.created", "data": {"object": {"x": "y" * 262_144}}}, "too_big", "data"),
    ]
    for body, code, field in refused:
        assert error_of(await desk.api.post(path_to(made, "test"), json=body)) == (400, code, field)


async def test_ten_tests_a_minute(desk: Desk) -> None:
    made = await desk.endpoint()
    for _ in range(10):
        answered(await desk.api.post(path_to(made, "test"), json={"type": "webhook.ping"}), 202)
    refused = await desk.api.post(path_to(made, "test"), json={"type": "webhook.ping"})
    assert error_of(refused) == (429, "rate_limited", None)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    with clock.travel(timedelta(seconds=61)):
        answered(await desk.api.post(path_to(made, "test"), json={"type": "webhook.ping"}), 202)


async def test_a_test_send_disables_and_counts_nothing(desk: Desk) -> None:
    made = await desk.endpoint()
    for answer in (status(410), status(200, webhook_delivery="disable"), status(500)):
        desk.receiver.answers = [answer]
        answered(await desk.api.post(path_to(made, "test"), json={"type": "task.created"}), 202)
        await later(desk)
        await later(desk, 100_000)
    shown = await desk.shown(made)
    assert (shown["status"], shown["health"], shown["consecutive_failures"]) == ("enabled", "healthy", 0)
    assert len(desk.receiver.got) == 3
    # It reaches a disabled endpoint as well.
    answered(await desk.api.patch(path_to(made), json={"status": "disabled"}))
    answered(await desk.api.post(path_to(made, "test"), json={"type": "task.created"}), 202)
    assert await later(desk) == 1
