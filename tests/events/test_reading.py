"""Events over the API: the text that is delivered, filters, and polling with a cursor."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.events.catalogue import RESOURCE_ORDER, SPECIFIC
from pivotal_server.events.types import TYPES, expand
from pivotal_server.kit.errors import ApiError
from tests.support.app import World, new_world
from tests.support.journal import Journal
from tests.support.records import (
    answered,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    patched,
    path_of,
    walk,
)
from tests.support.sizes import many

KEYS = [
    "object",
    "id",
    "type",
    "created_at",
    "org_id",
    "livemode",
    "api_version",
    "actor",
    "request_id",
    "data",
    "delivery_state",
    "delivery_counts",
]


async def test_an_event_is_its_envelope_between_two_more_keys(api: httpx.AsyncClient, world: World) -> None:
    journal = Journal(world.db, world.workspace.id)
    customer = await new_customer(api, name="Auróra", metadata={"z": 1, "a": "é"})
    await patched(api, customer, plan="Scale")
    stored = (await journal.look()).events
    listed = answered(await api.get("/events"))["data"]
    assert [event["id"] for event in listed] == [event.id for event in reversed(stored)]
    for event in stored:
        shown = answered(await api.get(f"/events/{event.id}"))
        assert list(shown) == KEYS
        assert shown["object"] == "event"
        # No worker runs here, so nothing has been handed out yet.
        assert (shown["delivery_state"], shown["delivery_counts"]) == (
            "pending",
            {"pending": 0, "delivered": 0, "failed": 0},
        )
        inner = {key: shown[key] for key in KEYS[1:-2]}
        assert json.dumps(inner) == json.dumps(event.envelope)
    assert listed[0]["data"]["previous_attributes"] == {"plan": None}


async def test_filters_stack(api: httpx.AsyncClient, connect_key: Callable[..., Any]) -> None:
    first = await new_customer(api)
    contact = await new_contact(api, first)
    await new_onboarding(api, first)
    async with await connect_key(name="ci", mode="test") as tester:
        second = await new_customer(tester)
    await patched(api, first, status="at_risk")

    async def types(**query: Any) -> list[str]:
        return [event["type"] for event in await walk(api, "/events", **query)]

    everything = [
        "customer.at_risk",
        "customer.status_changed",
        "customer.updated",
        "customer.created",
        "onboarding.created",
        "contact.created",
        "customer.created",
    ]
    assert await types() == everything
    assert await types(type="customer.*") == [name for name in everything if name.startswith("customer.")]
    assert await types(type="contact.created,onboarding.*") == ["onboarding.created", "contact.created"]
    assert await types(type=["contact.created", "customer.at_risk"]) == [
        "customer.at_risk",
        "contact.created",
    ]
    assert await types(livemode="false") == ["customer.created"]
    assert await types(customer_id=second["id"]) == ["customer.created"]
    assert await types(customer_id="1", type="contact.*,customer.created") == [
        "contact.created",
        "customer.created",
    ]
    assert await types(object_id=contact["id"]) == ["contact.created"]
    assert await types(customer_id=99) == await types(object_id="1") == []
    # No worker runs here, so nothing has been handed out yet.
    assert await types(delivery_state="pending") == everything
    assert await types(delivery_state="none") == []
    assert await types(delivery_state="failed") == []
    moment = answered(await api.get("/events?type=contact.created&limit=1&order=asc"))["next_cursor"]
    assert await types(until=moment) == ["customer.created"]
    assert await types(since=moment) == everything[:-1]
    assert answered(await api.get("/events?include_total=true&type=customer.*&limit=1"))["total"] == 5


async def test_a_poller_goes_on_from_where_it_was(api: httpx.AsyncClient) -> None:
    start = answered(await api.get("/events?order=asc"))
    assert (start["data"], start["has_more"], start["next_cursor"]) == ([], False, None)
    cursor = "2026-01-01T00:00:00.000000Z"
    nothing = answered(await api.get("/events", params={"order": "asc", "cursor": cursor}))
    assert (nothing["has_more"], nothing["next_cursor"]) == (False, cursor)
    seen: list[str] = []
    for _ in range(4):
        customer = await new_customer(api)
        await patched(api, customer, status="at_risk")
        while True:
            query = {"order": "asc", "cursor": cursor, "limit": "3"}
            page = answered(await api.get("/events", params=query))
            seen += [event["id"] for event in page["data"]]
            cursor = page["next_cursor"]
            if not page["has_more"]:
                break
    assert seen == [event["id"] for event in await walk(api, "/events")][::-1]
    last = answered(await api.get("/events", params={"order": "asc", "cursor": cursor}))
    assert (last["data"], last["next_cursor"]) == ([], cursor)


async def test_a_poller_misses_nothing_while_twenty_write(api: httpx.AsyncClient) -> None:
    each = many(3, 25)
    cursor = "2026-01-01T00:00:00.000000Z"
    seen: list[str] = []
    writing = True

    async def poll() -> None:
        nonlocal cursor
        while True:
            last = not writing
            query = {"order": "asc", "cursor": cursor, "limit": "7"}
            page = answered(await api.get("/events", params=query))
            seen.extend(event["id"] for event in page["data"])
            cursor = page["next_cursor"]
            if last and not page["has_more"]:
                return
            await asyncio.sleep(0)

    async def write() -> None:
        for _ in range(each):
            await new_customer(api)

    poller = asyncio.create_task(poll())
    await asyncio.gather(*(write() for _ in range(20)))
    writing = False
    await poller
    assert len(seen) == 20 * each
    assert seen == [event["id"] for event in await walk(api, "/events")][::-1]


async def test_what_is_no_event(api: httpx.AsyncClient, world: World) -> None:
    for id in ("evt_3EH1wb5QbNTItOsecWaLXsFno08", "1", "%00", "\u00e9", "x" * 500):
        assert error_of(await api.get(f"/events/{id}")) == (404, "event_not_found", None)
    other = await new_world(world.services, name="Other", slug="other")
    _, key = await other.new_key()
    async with other.client(key) as stranger:
        customer = await new_customer(stranger)
        [theirs] = await walk(stranger, "/events")
    assert error_of(await api.get(f"/events/{theirs['id']}")) == (404, "event_not_found", None)
    for query in ({}, {"customer_id": customer["id"]}, {"object_id": customer["id"]}):
        assert await walk(api, "/events", **query) == []


@pytest.mark.parametrize(
    "name", ["task.exploded", "onboarding.task_completed", "webhook.ping", "*", "pet.*", ""]
)
async def test_what_is_no_type(api: httpx.AsyncClient, name: str) -> None:
    assert error_of(await api.get("/events", params={"type": name})) == (400, "invalid_enum_value", "type")
    with pytest.raises(ApiError):
        expand(["customer.created", name], "type")


async def test_a_single_event_has_a_tag(api: httpx.AsyncClient) -> None:
    await new_customer(api)
    [event] = await walk(api, "/events")
    first = await api.get(f"/events/{event['id']}")
    again = await api.get(f"/events/{event['id']}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


async def test_pages_take_one_statement(api: httpx.AsyncClient) -> None:
    for _ in range(12):
        await new_customer(api)
    for path, statements in (
        # … and how the deliveries of the page stand: two more
        ("/events?limit=3", 3),
        ("/events?limit=100", 3),
        ("/events?type=customer.*,task.*&order=asc", 3),
        ("/events?customer_id=1&livemode=true", 4),
        ("/events?delivery_state=pending", 3),
        ("/events?delivery_state=failed", 1),
    ):
        with counting() as count:
            answered(await api.get(path))
        assert count.value == statements, path


def test_the_types_are_those_that_changes_can_fire() -> None:
    fired = {name for rows in SPECIFIC.values() for name, _ in rows}
    fired |= {f"{resource}.{act}" for resource in RESOURCE_ORDER for act in ("created", "updated", "deleted")}
    assert fired <= set(TYPES)
    assert len(TYPES) == len(set(TYPES)) == 30
    assert expand(["task.*", "task.created", "contact.deleted"], "type") == (
        "contact.deleted",
        *(name for name in TYPES if name.startswith("task.")),
    )


async def test_deleting_says_so(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    answered(await api.delete(path_of(customer)))
    newest = answered(await api.get("/events?limit=1"))["data"][0]
    assert newest["data"]["object"]["deleted"] is True
    assert newest["data"]["previous_attributes"] is None
