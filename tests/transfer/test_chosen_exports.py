"""``q`` on exports: a file of what a search of the same words finds, without its bound."""

from typing import Any

import httpx
import pytest

from pivotal_server.transfer.exporting import TYPES
from tests.support.app import World, new_world
from tests.support.records import answered, error_of, new_contact, new_customer, new_onboarding, new_task
from tests.transfer.test_exports import exported


@pytest.fixture
async def plans(api: httpx.AsyncClient) -> dict[str, Any]:
    """Two customers that differ in everything, one archived, each with a contact, an onboarding and tasks."""
    made: dict[str, Any] = {}
    companies: dict[str, Any] = {
        "Aurora Outfitters": {"tags": ["vip"], "mrr": 2_000, "owner_id": 1},
        "Basalt Mining": {"tags": ["mine"], "mrr": 10, "plan": "Scale"},
        "Aurora Archive": {"status": "archived"},
    }
    for name, fields in companies.items():
        customer = await new_customer(api, name=name, **fields)
        onboarding = await new_onboarding(api, customer, name=f"{name} start", state="active")
        await new_contact(api, customer, name=f"Mira of {name}")
        for done in (True, False):
            await new_task(api, onboarding, title=f"{'Old' if done else 'New'} task of {name}", done=done)
        made[name] = customer
    return made


@pytest.mark.usefixtures("plans")
@pytest.mark.parametrize(
    ("type", "q", "names"),
    [
        ("customers", "auro", ["Aurora Outfitters"]),
        ("customers", "auro -tag:vip", []),
        ("customers", "mrr:<100", ["Basalt Mining"]),
        ("customers", "is:archived", ["Aurora Archive"]),
        ("customers", "owner:none plan:scale", ["Basalt Mining"]),
        ("customers", "is:locked", []),
        ("customers", "   ", ["Aurora Outfitters", "Basalt Mining", "Aurora Archive"]),
        ("customers", "nothing=like=this", []),
        ("contacts", "mira tag:mine", ["Mira of Basalt Mining"]),
        ("contacts", "type:customer", []),
        ("onboardings", "state:active auro", ["Aurora Outfitters start"]),
        ("onboardings", "csm:none plan:scale", ["Basalt Mining start"]),
        ("tasks", "done is:done", []),
        ("tasks", "is:open basalt", ["New task of Basalt Mining"]),
        ("tasks", "old", ["Old task of Aurora Outfitters", "Old task of Basalt Mining"]),
    ],
)
async def test_records_that_a_search_finds(
    api: httpx.AsyncClient, world: World, type: str, q: str, names: list[str]
) -> None:
    _, rows = await exported(api, world, type, q=q)
    assert [row["title" if type == "tasks" else "name"] for row in rows] == names
    if type == "customers":
        listed = answered(await api.get("/customers", params={"q": q, "order": "asc"}))["data"]
        if q.strip():
            assert [one["name"] for one in listed] == names
    if q.strip():
        found = answered(await api.get("/search", params={"q": q, "limit": 100}))["data"]
        assert sorted(one["name"] for one in found if f"{one['type']}s" == type) == sorted(names)


async def test_activity_of_the_customers_that_a_search_finds(
    api: httpx.AsyncClient, world: World, plans: dict[str, Any]
) -> None:
    _, rows = await exported(api, world, "activity", q="tag:vip")
    assert {row["customer_id"] for row in rows} == {plans["Aurora Outfitters"]["id"]}
    assert {"customer.created", "onboarding.created", "task.created"} <= {row["event_type"] for row in rows}
    assert (await exported(api, world, "activity", q="tag:unheard"))[1] == []


async def test_another_workspace_is_not_found(api: httpx.AsyncClient, world: World) -> None:
    other = await new_world(world.services, "Other", "other")
    _, key = await other.new_key()
    customer = await new_customer(other.client(key), name="Aurora Elsewhere")
    await new_onboarding(other.client(key), customer)
    await new_contact(other.client(key), customer)
    for type in TYPES:
        assert (await exported(api, world, type, q="aurora"))[1] == []


async def test_queries_that_are_refused(api: httpx.AsyncClient) -> None:
    for body, code in (
        ({"type": "workspace", "q": "a"}, "unrecognized_keys"),
        ({"type": "tasks", "q": "a" * 1_001}, "too_big"),
        ({"type": "tasks", "q": 7}, "invalid_type"),
    ):
        assert error_of(await api.post("/exports", json=body)) == (400, code, "q")
