"""`expand`: what it adds, what it costs, who may ask for it, and what it does to validators."""

from collections.abc import Callable
from typing import Any

import httpx

from pivotal_server.db.engine import counting
from pivotal_server.operations import OPERATIONS
from tests.support.app import World, document, new_world
from tests.support.operations import path_to
from tests.support.records import (
    Json,
    answered,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    new_task,
    path_of,
    read,
    walk,
)

OFFERED = {
    "list-customers": ["contacts", "onboardings", "owner"],
    "get-customer": ["contacts", "onboardings", "owner"],
    "list-customer-contacts": ["customer"],
    "get-contact": ["customer"],
    "list-onboardings": ["customer", "csm", "tasks"],
    "list-customer-onboardings": ["customer", "csm", "tasks"],
    "get-onboarding": ["customer", "csm", "tasks"],
    "list-tasks": ["customer", "onboarding"],
    "list-onboarding-tasks": ["customer", "onboarding"],
    "get-task": ["customer", "onboarding"],
}


async def filled(api: httpx.AsyncClient) -> tuple[Json, Json, Json, Json]:
    customer = await new_customer(api, owner_id=1)
    contact = await new_contact(api, customer)
    onboarding = await new_onboarding(api, customer, csm_id=1)
    return customer, contact, onboarding, await new_task(api, onboarding)


def only(record: Json) -> Json:
    """A list that holds one record."""
    return {"object": "list", "data": [record], "has_more": False, "next_cursor": None}


async def test_each_record_carries_what_is_asked_for(api: httpx.AsyncClient) -> None:
    customer, contact, onboarding, task = await filled(api)
    member = answered(await api.get("/members/1"))
    added = {
        "customer": customer,
        "contacts": only(contact),
        "onboardings": only(onboarding),
        "onboarding": onboarding,
        "tasks": only(task),
        "owner": member,
        "csm": member,
    }
    for record in (customer, contact, onboarding, task):
        names = OFFERED[f"get-{record['object']}"]
        for asked in ({"expand": ",".join(names)}, {"expand": names}, {"expand": [*names, names[0]]}):
            found = answered(await api.get(path_of(record), params=asked))
            assert found == {**record, **{name: added[name] for name in names}}
            assert list(found)[len(record) :] == names


async def test_what_is_not_there_is_null_or_an_empty_list(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    contact = await new_contact(api, customer)
    bare = answered(await api.get(path_of(customer), params={"expand": "owner,contacts"}))
    assert bare["owner"] is None
    answered(await api.delete(path_of(contact)))
    found = answered(await api.get(path_of(customer), params={"expand": "contacts"}))
    assert found["contacts"]["data"] == []
    plan = answered(await api.get(path_of(onboarding), params={"expand": "csm,tasks,customer"}))
    assert (plan["csm"], plan["tasks"]["data"], plan["customer"]["id"]) == (None, [], customer["id"])
    answered(await api.delete(path_of(customer)))
    plan = answered(await api.get(path_of(onboarding), params={"expand": "customer"}))
    assert plan["customer"] is None


async def test_of_many_the_newest_twenty_stand_there_and_the_cursor_goes_on(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    tasks = [await new_task(api, onboarding) for _ in range(23)]
    found = answered(await api.get(path_of(onboarding), params={"expand": "tasks"}))["tasks"]
    assert [one["id"] for one in found["data"]] == [one["id"] for one in tasks[:2:-1]]
    assert found["has_more"]
    cursor = found["next_cursor"]
    rest = await walk(api, f"{path_of(onboarding)}/tasks", cursor=cursor) if cursor else []
    assert [one["id"] for one in rest][-3:] == [one["id"] for one in tasks[2::-1]]
    page = answered(await api.get(f"{path_of(onboarding)}/tasks", params={"cursor": cursor}))
    assert [one["id"] for one in page["data"]] == [one["id"] for one in tasks[2::-1]]


async def test_a_page_costs_one_statement_for_each_name(api: httpx.AsyncClient) -> None:
    parts: list[tuple[Json, Json, Json, Json]] = []

    async def cost(path: str, names: list[str], limit: int) -> int:
        with counting() as count:
            params: dict[str, Any] = {"expand": names, "limit": limit}
            page = answered(await api.get(path, params=params))
        assert len(page["data"]) == limit
        assert all(set(names) <= set(record) for record in page["data"])
        return count.value

    for size in (1, 25):
        while len(parts) < size:
            parts.append(await filled(api))
        for path, names in (
            ("/customers", ["contacts"]),
            ("/customers", OFFERED["list-customers"]),
            ("/onboardings", OFFERED["list-onboardings"]),
            ("/tasks", OFFERED["list-tasks"]),
        ):
            assert await cost(path, names, size) == 1 + len(names), path


async def test_rows_of_a_page_get_their_own(api: httpx.AsyncClient) -> None:
    parts = [await filled(api) for _ in range(3)]
    parts.append((await new_customer(api), {}, {}, {}))
    page = answered(await api.get("/customers", params={"expand": "contacts,onboardings"}))
    assert [row["id"] for row in page["data"]] == [part[0]["id"] for part in parts[::-1]]
    for row, (_, contact, onboarding, _) in zip(page["data"], parts[::-1], strict=True):
        assert [one["id"] for one in row["contacts"]["data"]] == ([contact["id"]] if contact else [])
        assert [one["id"] for one in row["onboardings"]["data"]] == ([onboarding["id"]] if onboarding else [])


async def test_names_that_are_not_declared_are_refused(api: httpx.AsyncClient) -> None:
    await filled(api)
    for operation in OPERATIONS:
        names = list(operation.expansions)
        assert names == OFFERED.get(operation.id, []), operation.id
        if operation.scope is None or operation.method != "GET":
            continue
        answer = await api.get(path_to(operation), params={"expand": "everything"})
        if names:
            assert error_of(answer) == (400, "invalid_enum_value", "expand"), operation.id
        elif answer.status_code != 404:
            assert error_of(answer) == (400, "unrecognized_keys", "expand"), operation.id


async def test_a_key_needs_the_scope_of_what_it_adds(
    api: httpx.AsyncClient, connect_key: Callable[..., Any]
) -> None:
    await filled(api)
    narrow = await connect_key(name="narrow", scopes=["read:customers", "write:contacts"])
    assert answered(await narrow.get("/customers/1", params={"expand": "contacts"}))["contacts"]["data"]
    for name in ("onboardings", "owner"):
        refused = await narrow.get("/customers", params={"expand": f"contacts,{name}"})
        assert error_of(refused) == (403, "insufficient_scope", "expand")


async def test_validators_of_expanded_answers(api: httpx.AsyncClient) -> None:
    customer, contact, _, _ = await filled(api)
    path = path_of(customer)
    plain = (await api.get(path)).headers["etag"]
    tag = (await api.get(path, params={"expand": "contacts"})).headers["etag"]
    assert tag != plain
    assert tag.startswith(plain[:-1])
    fresh = {"If-None-Match": tag}
    assert (await api.get(path, params={"expand": "contacts"}, headers=fresh)).status_code == 304
    answered(await api.patch(path_of(contact), json={"title": "COO"}))
    # What was added has changed, the customer itself has not: it may be written.
    assert (await api.get(path, params={"expand": "contacts"}, headers=fresh)).status_code == 200
    answered(await api.patch(path, json={"plan": "Scale"}, headers={"If-Match": tag}))
    assert (await api.patch(path, json={"plan": "x"}, headers={"If-Match": tag})).status_code == 412
    assert "contacts" not in await read(api, customer)


async def test_nothing_of_another_workspace_is_added(world: World, api: httpx.AsyncClient) -> None:
    await filled(api)
    other = await new_world(world.services, "Other", "other")
    _, key = await other.new_key()
    async with other.client(key) as theirs:
        records = await filled(theirs)
        own = {record["id"] for record in records}
        for record in records:
            names = ",".join(OFFERED[f"get-{record['object']}"])
            for path in (path_of(record), f"/{record['object']}s/1"):
                found = answered(await theirs.get(path, params={"expand": names}))
                for name in names.split(","):
                    inner = found[name]
                    for one in inner["data"] if inner["object"] == "list" else [inner]:
                        assert one["id"] in own | {other.owner.id}


def test_the_document_shows_what_may_be_added() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["Customer"]["properties"]["contacts"]["$ref"] == "#/components/schemas/ContactPage"
    assert {"$ref": "#/components/schemas/Member"} in schemas["Onboarding"]["properties"]["csm"]["anyOf"]
    assert "contacts" not in schemas["Customer"]["required"]
    listed = document()["paths"]["/api/v1/customers"]["get"]["parameters"]
    [expand] = [one for one in listed if one["name"] == "expand"]
    assert expand["schema"]["items"]["enum"] == OFFERED["list-customers"]
