"""The activity stream over the API: what an entry holds, how it is filtered, whose it is."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pivotal_server.activity.catalogue import ALIASES, EVENTS, GROUPS, events_of
from pivotal_server.activity.wording import SENTENCES
from pivotal_server.db.engine import counting
from tests.support.app import World, new_world
from tests.support.records import (
    Json,
    answered,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    patched,
    path_of,
    walk,
)

KEYS = [
    "object",
    "id",
    "display_id",
    "created_at",
    "event",
    "target",
    "actor_type",
    "actor_id",
    "actor",
    "origin",
    "diff",
    "reason",
    "request_id",
    "bulk_id",
    "livemode",
    "tool",
]


def names(entries: list[Json]) -> list[str]:
    return [entry["event"] for entry in entries]


async def test_an_entry_has_its_keys_in_order(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api, plan="Growth")
    answer = await api.patch(path_of(customer), json={"plan": "Scale"}, headers={"X-Request-Id": "mine"})
    answered(answer)
    newest = answered(await api.get(f"{path_of(customer)}/activity"))["data"][0]
    assert list(newest) == KEYS
    assert list(newest["target"]) == [
        "type",
        "id",
        "display_id",
        "customer_id",
        "onboarding_id",
        "task_id",
        "contact_id",
    ]
    assert newest["target"]["id"] == newest["target"]["customer_id"] == customer["id"]
    assert (newest["event"], newest["origin"]) == ("customer.field_changed", "api")
    assert (newest["actor_type"], newest["actor"]) == ("api_key", "API: local-dev")
    assert newest["diff"] == [{"field": "plan", "old": "Growth", "new": "Scale"}]
    assert (newest["request_id"], newest["bulk_id"], newest["livemode"]) == ("mine", None, True)


async def test_the_stream_is_newest_first_and_walks_without_gaps(api: httpx.AsyncClient) -> None:
    for _ in range(9):
        await new_customer(api)
    found = await walk(api, "/activity", limit=4)
    numbers = [entry["display_id"] for entry in found]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == 1
    assert len(numbers) == numbers[0]
    upwards = await walk(api, "/activity", limit=4, order="asc")
    assert upwards == found[::-1]
    assert answered(await api.get("/activity?include_total=true&limit=1"))["total"] == len(found)


async def test_filters_stack(api: httpx.AsyncClient, world: World) -> None:
    first = await new_customer(api)
    await new_contact(api, first, title="CTO")
    onboarding = await new_onboarding(api, first)
    await patched(api, onboarding, phase="review")
    second = await new_customer(api)
    await patched(api, second, status="churned")

    async def listed(path: str = "/activity", **query: Any) -> list[str]:
        return names(await walk(api, path, **query))

    own = f"{path_of(first)}/activity"
    assert await listed(own) == [
        "onboarding.phase_changed",
        "onboarding.created",
        "contact.added",
        "customer.created",
    ]
    assert await listed(own, event="onboarding") == ["onboarding.phase_changed", "onboarding.created"]
    for alias in ("phase_changed", "onboarding.phase_moved", "onboarding.phase_changed"):
        assert await listed(own, event=alias) == ["onboarding.phase_changed"]
        assert await listed(event=alias) == ["onboarding.phase_changed"]
    assert await listed(event="customer") == [
        "customer.status_changed",
        "customer.created",
        "customer.created",
    ]
    assert await listed(event="customer", customer_id=second["display_id"]) == [
        "customer.status_changed",
        "customer.created",
    ]
    assert await listed(customer_id=99) == []
    assert await listed(event="people", actor="system") == ["member.joined"]
    assert await listed(actor=world.owner.id) == await listed(actor="1") == []
    assert await listed(actor="77") == []
    entry = (await walk(api, own))[0]
    by_key = await listed(own)
    assert await listed(own, actor=entry["actor_id"]) == by_key
    assert await listed(own, actor=f"api_key:{entry['actor_id']}") == by_key
    assert await listed(own, since=entry["created_at"], limit=1) == ["onboarding.phase_changed"]
    assert "onboarding.phase_changed" not in await listed(own, until=entry["created_at"])
    assert answered(await api.get("/activity?customer_id=99&include_total=true"))["total"] == 0


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("event=customer.exploded", "invalid_enum_value", "event"),
        ("event=", "invalid_enum_value", "event"),
        ("since=yesterday", "invalid_string", "since"),
        ("created_after=2026-01-01", "unrecognized_keys", "created_after"),
        ("actor=%00", "invalid_string", "actor"),
    ],
)
async def test_what_is_no_filter(api: httpx.AsyncClient, query: str, code: str, field: str) -> None:
    assert error_of(await api.get(f"/activity?{query}")) == (400, code, field)


async def test_details_of_contacts_are_shown_as_long_as_they_are_kept(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    contact = await new_contact(api, customer, title="CTO")
    await patched(api, contact, title="CEO")
    newest = answered(await api.get("/activity?limit=1"))["data"][0]
    assert newest["target"]["contact_id"] == contact["id"]
    assert newest["diff"] == [{"field": "title", "old": "CTO", "new": "CEO"}]


async def test_test_mode_can_be_told_apart(api: httpx.AsyncClient, connect_key: Callable[..., Any]) -> None:
    await new_customer(api)
    async with await connect_key(name="ci", mode="test") as tester:
        await new_customer(tester)
    assert names(await walk(api, "/activity", livemode="false", event="customer")) == ["customer.created"]
    assert names(await walk(api, "/activity", livemode="true", event="customer")) == ["customer.created"]


async def test_a_deleted_customer_keeps_its_stream_but_not_its_address(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    answered(await api.delete(path_of(customer)))
    refused = await api.get(f"{path_of(customer)}/activity")
    assert error_of(refused) == (404, "customer_not_found", None)
    found = await walk(api, "/activity", customer_id=customer["id"])
    assert names(found) == ["customer.deleted", "customer.created"]


async def test_nobody_reads_the_stream_of_another_workspace(api: httpx.AsyncClient, world: World) -> None:
    other = await new_world(world.services, name="Other", slug="other")
    _, key = await other.new_key()
    async with other.client(key) as stranger:
        customer = await new_customer(stranger)
        theirs = await walk(stranger, "/activity")
    mine = await walk(api, "/activity")
    assert not {entry["id"] for entry in mine} & {entry["id"] for entry in theirs}
    assert await walk(api, "/activity", customer_id=customer["id"]) == []
    assert await walk(api, "/activity", actor=theirs[0]["actor_id"]) == []
    assert (await api.get(f"/customers/{customer['id']}/activity")).status_code == 404


async def test_pages_cost_the_same_whatever_they_hold(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    for number in range(30):
        await patched(api, customer, plan=f"p{number}")
    for path, statements in (
        ("/activity?limit=5", 1),
        ("/activity?limit=100", 1),
        ("/activity?event=settings", 1),
        ("/activity?customer_id=1&actor=1", 3),
        (f"{path_of(customer)}/activity?limit=100", 2),
    ):
        with counting() as count:
            answered(await api.get(path))
        assert count.value == statements, path


def test_every_entry_that_is_written_has_a_place_in_the_catalogue() -> None:
    assert {name.partition(":")[0] for name in SENTENCES} <= EVENTS
    assert sum(len(group) for group in GROUPS.values()) == len(EVENTS)
    assert max(len(group) for group in GROUPS.values()) <= 40
    assert not set(ALIASES) & (EVENTS | set(GROUPS))
    assert events_of("task_completed") == ("task.completed",)
    assert events_of("target_shifted") == ("onboarding.target_shifted",)
    assert events_of("comment_posted") == ("comment.added",)
    assert events_of("created") == events_of("field_changed") == ()
