"""``POST /bulk``: each operation as the single one, in order, with its own fate."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pivotal_server.bulk.resources import RESOURCES
from pivotal_server.bulk.schemas import MOST_OPERATIONS
from pivotal_server.db.engine import counting
from pivotal_server.limits.catalogue import BULK_BODY_BYTES, BULK_OPERATIONS
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import Json, answered, created, error_of, new_customer, new_onboarding, walk


def create(resource: str, **data: Any) -> Json:
    return {"action": "create", "resource": resource, "data": data}


def update(resource: str, id: Any, **data: Any) -> Json:
    return {"action": "update", "resource": resource, "id": id, "data": data}


def upsert(resource: str, by: str | None = None, **data: Any) -> Json:
    return {"action": "upsert", "resource": resource, "data": data, **({} if by is None else {"by": by})}


def delete(resource: str, id: Any) -> Json:
    return {"action": "delete", "resource": resource, "id": id}


async def bulk(api: httpx.AsyncClient, *operations: Json, **options: Any) -> Json:
    return answered(await api.post("/bulk", json={"operations": operations, **options}))


def outcomes(result: Json) -> list[Any]:
    """Status and code, or the status alone."""
    return [
        (item["status"], item["body"]["error"]["code"]) if "error" in item["body"] else item["status"]
        for item in result["results"]
    ]


async def test_results_come_in_order_with_the_answer_of_the_single_operation(api: httpx.AsyncClient) -> None:
    result = await bulk(
        api,
        create("customer", name="Aurora", slug="aurora", external_id="crm-1"),
        create("contact", customer_id=1, name="Mira", email="mira@aurora.com"),
        create("onboarding", customer_id="1"),
        create("task", onboarding_id=1, title="Map the data"),
        update("customer", 1, plan="Scale"),
        delete("contact", 1),
    )
    assert list(result) == ["object", "succeeded", "failed", "results"]
    assert (result["object"], result["succeeded"], result["failed"]) == ("bulk_result", 6, 0)
    assert [list(item) for item in result["results"]] == [["index", "status", "body"]] * 6
    assert [item["index"] for item in result["results"]] == list(range(6))
    assert outcomes(result) == [201, 201, 201, 201, 200, 200]
    bodies = [item["body"] for item in result["results"]]
    assert bodies[4] == answered(await api.get("/customers/1"))
    assert bodies[2] == answered(await api.get("/onboardings/1"))
    assert bodies[3] == answered(await api.get("/tasks/1"))
    assert bodies[5] == {"object": "deleted", "id": bodies[1]["id"], "display_id": 1, "deleted": True}


async def test_entries_and_events_are_those_of_single_operations(
    api: httpx.AsyncClient, world: World
) -> None:
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await bulk(
        api,
        create("customer", name="Aurora"),
        create("contact", customer_id=1, name="Mira", email="mira@aurora.com"),
        create("contact", customer_id=1, name="Ben", email="ben@aurora.com", is_primary=True),
        update("customer", 1, status="churned"),
        update("customer", 1, status="churned"),
        create("customer", name=""),
    )
    written = await journal.look()
    assert written.names == [
        "customer.created",
        "contact.added",
        "contact.added",
        "contact.primary_changed",
        "customer.status_changed",
    ]
    assert written.types == [
        "customer.created",
        "contact.created",
        "contact.created",
        "contact.updated",
        "customer.updated",
        "customer.status_changed",
        "customer.churned",
    ]
    # Two operations on one customer: the event of the first shows it as it was then.
    assert written.events[0].object["status"] == "active"
    assert written.events[4].previous == {"status": "active", "churned": False}
    assert len({entry.request_id for entry in written.entries}) == 1
    listed = answered(await api.get("/activity"))["data"]
    bulk_ids = {entry["bulk_id"] for entry in listed if entry["target"]["type"] == "customer"}
    assert len(bulk_ids) == 1
    assert None not in bulk_ids


async def test_what_fails_changes_nothing_and_leaves_no_gap(api: httpx.AsyncClient, world: World) -> None:
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    result = await bulk(
        api,
        create("customer", name="One", slug="one"),
        create("customer", name="Two", slug="one"),
        create("customer", name="Three", owner_id=99),
        create("customer", name="Four", colour="red"),
        create("customer", name="Five"),
        create("contact", customer_id=77, name="x", email="x@a.com"),
        create("contact", name="x", email="x@a.com"),
        create("task", title="x"),
        update("customer", 77, name="x"),
        delete("onboarding", 77),
        create("customer", name="Six", external_id="e"),
        create("customer", name="Seven", external_id="e"),
    )
    assert outcomes(result) == [
        201,
        (409, "slug_taken"),
        (400, "invalid_reference"),
        (400, "unrecognized_keys"),
        201,
        (404, "customer_not_found"),
        (400, "missing_field"),
        (400, "missing_field"),
        (404, "customer_not_found"),
        (404, "onboarding_not_found"),
        201,
        (409, "external_id_taken"),
    ]
    assert (result["succeeded"], result["failed"]) == (3, 9)
    errors = [item["body"]["error"] for item in result["results"] if item["status"] >= 400]
    assert [error.get("field") for error in errors] == [
        *(
            "slug",
            "owner_id",
            "colour",
            "customer_id",
            "customer_id",
            "onboarding_id",
            None,
            None,
            "external_id",
        ),
    ]
    assert len({error["request_id"] for error in errors}) == 1
    rows = await walk(api, "/customers", order="asc")
    assert [(row["display_id"], row["name"]) for row in rows] == [(1, "One"), (2, "Five"), (3, "Six")]
    assert (await new_customer(api))["display_id"] == 4
    moments = [row["created_at"] for row in await walk(api, "/customers", order="asc")]
    assert moments == sorted(moments)
    written = await journal.look()
    assert written.names == ["customer.created"] * 4
    assert written.types == ["customer.created"] * 4


async def test_atomic_is_all_or_none(api: httpx.AsyncClient, world: World) -> None:
    await new_customer(api, slug="taken")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    good = create("customer", name="Good")
    cases = [
        (create("customer", name="x", slug="taken"), (409, "slug_taken", "operations.1.data.slug")),
        (create("customer", name=""), (400, "too_small", "operations.1.data.name")),
        (
            create("contact", name="x", email="x@a.com"),
            (400, "missing_field", "operations.1.data.customer_id"),
        ),
        (update("contact", 9, name="x"), (404, "contact_not_found", "operations.1.id")),
        (
            create("task", onboarding_id=9, title="x"),
            (404, "onboarding_not_found", "operations.1.data.onboarding_id"),
        ),
        (
            create("contact", customer_id=9, name="x", email="x@a.com"),
            (404, "customer_not_found", "operations.1.data.customer_id"),
        ),
        (create("onboarding", customer_id=9), (404, "customer_not_found", "operations.1.data.customer_id")),
        (
            create("task", parent_task_id=9, title="x"),
            (404, "task_not_found", "operations.1.data.parent_task_id"),
        ),
        (delete("task", 9), (404, "task_not_found", "operations.1.id")),
        (upsert("task", title="x"), (400, "missing_field", "operations.1.data.external_id")),
        (create("onboarding", customer_id=1, phase="no"), (400, "unknown_phase", "operations.1.data.phase")),
    ]
    for bad, expected in cases:
        answer = await api.post("/bulk", json={"operations": [good, bad, good], "atomic": True})
        assert error_of(answer) == expected
    assert (await journal.look()).nothing
    assert (await new_customer(api))["display_id"] == 2
    result = await bulk(api, good, good, atomic=True)
    assert [item["body"]["display_id"] for item in result["results"]] == [3, 4]


async def test_upserts_create_what_is_missing_and_change_what_is_there(api: httpx.AsyncClient) -> None:
    first = await bulk(
        api,
        upsert("customer", name="Aurora", external_id="c", slug="aurora", domain="aurora.com"),
        upsert("contact", external_id="p", customer_id=1, name="Mira", email="mira@aurora.com"),
        upsert("onboarding", external_id="o", customer_id=1),
        upsert("task", external_id="t", onboarding_id=1, title="Map"),
        upsert("contact", "email", customer_id=1, name="Ben", email="Ben@aurora.com"),
    )
    assert outcomes(first) == [201] * 5
    second = await bulk(
        api,
        upsert("customer", "external_id", name="Aurora 2", external_id="c"),
        upsert("customer", "slug", name="Aurora 3", slug="aurora"),
        upsert("customer", "domain", plan="Scale", domain="AURORA.com"),
        upsert("contact", external_id="p", customer_id=1, name="Mira 2", email="mira@aurora.com"),
        upsert("onboarding", external_id="o", customer_id=1, name="Launch"),
        upsert("task", external_id="t", onboarding_id=1, title="Map 2"),
        upsert("contact", "email", customer_id=1, name="Ben 2", email="ben@AURORA.com"),
        upsert("customer", name="New", external_id="d"),
        upsert("contact", external_id="q", name="No customer", email="n@a.com"),
    )
    assert outcomes(second) == [200] * 7 + [201, (400, "missing_field")]
    ids = [item["body"].get("id") for item in first["results"]]
    assert [item["body"].get("id") for item in second["results"]][:7] == [ids[0]] * 3 + ids[1:]
    assert second["results"][2]["body"]["name"] == "Aurora 3"
    assert second["results"][4]["body"]["name"] == "Launch"
    assert len(await walk(api, "/customers")) == 2
    # The numbers reserved for what was only changed are not lost.
    assert (await new_customer(api))["display_id"] == 3


async def test_subtasks_and_what_comes_later_in_the_same_call(api: httpx.AsyncClient) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    result = await bulk(
        api,
        create("task", onboarding_id=onboarding["id"], title="Parent"),
        create("task", parent_task_id=1, title="Child"),
        create("task", parent_task_id=2, title="Grandchild"),
        update("task", 2, done=True),
        delete("task", 1),
        delete("task", 1),
        update("task", 1, title="gone"),
    )
    assert outcomes(result) == [201, 201, (400, "subtask_depth"), 200, 200, 200, (404, "task_not_found")]
    assert result["results"][1]["body"]["parent_task_id"] == result["results"][0]["body"]["id"]
    assert result["results"][3]["body"]["done"] is True


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"action": "create", "resource": "customer"}, ("missing_field", "operations.1.data")),
        ({"action": "update", "resource": "customer", "data": {}}, ("missing_field", "operations.1.id")),
        ({"action": "update", "resource": "customer", "id": 1}, ("missing_field", "operations.1.data")),
        ({"action": "delete", "resource": "task"}, ("missing_field", "operations.1.id")),
        (
            {"action": "delete", "resource": "task", "id": 1, "data": {}},
            ("unrecognized_keys", "operations.1.data"),
        ),
        (
            {"action": "create", "resource": "task", "id": 1, "data": {}},
            ("unrecognized_keys", "operations.1.id"),
        ),
        (upsert("task", "slug"), ("invalid_enum_value", "operations.1.by")),
        (upsert("customer", "email"), ("invalid_enum_value", "operations.1.by")),
        (upsert("customer", "name"), ("invalid_enum_value", "operations.1.by")),
        ({"action": "burn", "resource": "task"}, ("invalid_enum_value", "operations.1.action")),
        (
            {"action": "create", "resource": "member", "data": {}},
            ("invalid_enum_value", "operations.1.resource"),
        ),
        ({"action": "create"}, ("missing_field", "operations.1.resource")),
        (update("task", {}), ("invalid_type", "operations.1.id")),
        (update("task", ""), ("invalid_string", "operations.1.id")),
        ({"action": "create", "resource": "task", "data": []}, ("invalid_type", "operations.1.data")),
        ({**create("customer", name="x"), "colour": 1}, ("unrecognized_keys", "operations.1.colour")),
        (7, ("invalid_type", "operations.1")),
    ],
)
async def test_a_call_with_a_malformed_operation_is_refused_whole(
    api: httpx.AsyncClient, operation: Any, expected: tuple[str, str]
) -> None:
    answer = await api.post("/bulk", json={"operations": [create("customer", name="x"), operation]})
    assert error_of(answer) == (400, *expected)
    assert await walk(api, "/customers") == []


async def test_a_call_holds_a_thousand_operations_in_eight_mebibytes(api: httpx.AsyncClient) -> None:
    assert MOST_OPERATIONS == BULK_OPERATIONS.default == 1_000
    assert (await bulk(api))["results"] == []
    operations = [create("customer", name=f"Company {n}") for n in range(1_000)]
    result = await bulk(api, *operations)
    assert (result["succeeded"], len(result["results"])) == (1_000, 1_000)
    assert [item["body"]["display_id"] for item in result["results"]] == list(range(1, 1_001))
    answer = await api.post("/bulk", json={"operations": [*operations, operations[0]]})
    assert error_of(answer) == (400, "too_big", "operations")
    headers = {"content-type": "application/json"}
    filler = json.dumps({"operations": [create("customer", name="x", metadata={"a": "b" * 16_000})]})
    wide = filler + " " * (BULK_BODY_BYTES.default - len(filler))
    assert (await api.post("/bulk", content=wide, headers=headers)).status_code == 200
    assert error_of(await api.post("/bulk", content=wide + " ", headers=headers)) == (
        413,
        "body_too_large",
        None,
    )


async def test_a_key_needs_the_scope_of_each_resource(world: World) -> None:
    async def client(name: str, **options: Any) -> httpx.AsyncClient:
        _, key = await world.new_key(name, **options)
        return world.client(key)

    everything = await client("all")
    await new_onboarding(everything, await new_customer(everything))
    operations = [
        create("customer", name="x"),
        create("contact", customer_id=1, name="x", email="x@a.com"),
        create("onboarding", customer_id=1),
        create("task", onboarding_id=1, title="x"),
    ]
    assert [operation["resource"] for operation in operations] == list(RESOURCES)
    for index, resource in enumerate(RESOURCES.values()):
        narrow = await client(resource.name, scopes=["write:data", f"write:{resource.scope}"])
        expected: list[Any] = [(403, "insufficient_scope")] * 4
        expected[index] = 201
        assert outcomes(await bulk(narrow, *operations)) == expected
        answer = await narrow.post("/bulk", json={"operations": operations, "atomic": True})
        assert error_of(answer) == (403, "insufficient_scope", f"operations.{1 if index == 0 else 0}")
    without = await client("without", scopes=["write:customers"])
    assert error_of(await without.post("/bulk", json={"operations": []})) == (403, "insufficient_scope", None)
    reader = await client("reader", read_only=True)
    assert error_of(await reader.post("/bulk", json={"operations": []})) == (403, "read_only_key", None)


async def test_a_call_costs_one_request_and_one_for_each_hundred_operations(world: World) -> None:
    _, key = await world.new_key(rate_limit=10)
    api = world.client(key)

    async def call(count: int) -> httpx.Response:
        operations = [create("customer", name="x")] * count
        return await api.post("/bulk", json={"operations": operations})

    left = [int((await call(count)).headers["x-ratelimit-remaining"]) for count in (0, 99, 100, 250)]
    assert left == [9, 8, 6, 3]
    refused = await call(300)
    assert error_of(refused) == (429, "rate_limited", None)
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["x-ratelimit-remaining"] == "3"
    # It counts nothing, so that less still fits.
    assert (await call(250)).headers["x-ratelimit-remaining"] == "0"
    assert (await call(0)).status_code == 429


async def test_one_idempotency_key_covers_the_whole_call(api: httpx.AsyncClient) -> None:
    body = {"operations": [create("customer", name="x"), create("customer", name="")]}
    first = await api.post("/bulk", json=body, headers={"Idempotency-Key": "k"})
    again = await api.post("/bulk", json=body, headers={"Idempotency-Key": "k"})
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert len(await walk(api, "/customers")) == 1
    other = await api.post("/bulk", json={"operations": []}, headers={"Idempotency-Key": "k"})
    assert error_of(other)[1] == "idempotency_key_reused"
    # A refused call stores nothing, so that it may be sent again.
    broken = {"operations": [create("customer", name="")], "atomic": True}
    for _ in range(2):
        answer = await api.post("/bulk", json=broken, headers={"Idempotency-Key": "l"})
        assert error_of(answer)[1] == "too_small"


async def test_what_a_test_key_writes_is_marked(world: World, api: httpx.AsyncClient) -> None:
    _, key = await world.new_key("test", mode="test")
    test = world.client(key)
    result = await bulk(test, create("customer", name="x"), create("onboarding", customer_id=1))
    assert [item["body"]["livemode"] for item in result["results"]] == [False, False]
    journal = await Journal(world.db, world.workspace.id).look()
    assert {event.livemode for event in journal.events} == {False}


async def test_what_is_like_the_single_operation_stays_so_when_it_is_repeated(api: httpx.AsyncClient) -> None:
    await created(api, "/customers", {"name": "x"})
    result = await bulk(api, delete("customer", 1), delete("customer", 1), update("customer", 1, name="y"))
    assert outcomes(result) == [200, 200, (404, "customer_not_found")]
    assert result["results"][0]["body"] == result["results"][1]["body"]


async def test_a_row_costs_few_statements(api: httpx.AsyncClient) -> None:
    await bulk(api, create("customer", name="Aurora"))
    costs: dict[str, Callable[[int], Json]] = {
        "customer": lambda n: create("customer", name=f"Company {n}", external_id=str(n)),
        "contact": lambda n: create("contact", customer_id=1, name="x", email=f"p{n}@a.com"),
    }
    for resource, make in costs.items():
        await bulk(api, make(1000))
        with counting() as few:
            await bulk(api, *(make(n) for n in range(10)))
        with counting() as many:
            await bulk(api, *(make(n) for n in range(10, 40)))
        a_row = (many.value - few.value) / 20
        assert a_row <= (3 if resource == "customer" else 4), resource
        assert few.value - 10 * a_row <= 8, resource
