"""Everything that the document declares for the foundation is seen: each operation, status and code."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
import structlog
from msgspec.structs import replace

from pivotal_server.api_keys.service import revoke_key
from pivotal_server.auth import keys
from pivotal_server.contacts import service as contacts
from pivotal_server.db.errors import Unavailable
from pivotal_server.errors_catalogue import IDEMPOTENCY_KEY_IN_USE
from pivotal_server.kit import clock
from pivotal_server.kit.http import Operation
from pivotal_server.limits.catalogue import CONTACTS_PER_CUSTOMER
from pivotal_server.operations import OPERATIONS
from pivotal_server.rest.idempotency import Running
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import SEEN, Seen, World, document
from tests.support.operations import call, path_to
from tests.support.records import Json, new_contact, new_customer, new_onboarding

TAGS = {"Meta", "Customers", "Contacts", "Onboardings"}
# Tested in their own rooms.
LATER = {"count-customers", "upsert-customer"}
FOUNDATION = [operation for operation in OPERATIONS if operation.tag in TAGS and operation.id not in LATER]


def declared() -> set[Seen]:
    """Every operation, status and code of the foundation that the document names."""
    found: set[Seen] = set()
    for path in document()["paths"].values():
        for operation in path.values():
            if operation["tags"][0] in TAGS and operation["operationId"] not in LATER:
                for status, answer in operation["responses"].items():
                    codes = answer.get("x-error-codes", [""])
                    found |= {(operation["operationId"], int(status), code) for code in codes}
    return found


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The log would tell of each injected fault with its whole stack."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.fixture
def seen() -> Iterator[set[Seen]]:
    """What is seen during this test alone."""
    before = set(SEEN)
    SEEN.clear()
    yield SEEN
    SEEN.update(before)


async def test_every_declared_status_and_code_is_seen(
    world: World, seen: set[Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = await world.new_key()
    async with world.client(key) as api:
        await see_success(api)
        for operation in FOUNDATION:
            await see_access(world, operation)
            await see_queries(api, operation)
            await see_missing_rows(api, operation)
            if operation.writes:
                await see_bodies(api, operation)
                await see_idempotency(api, operation, monkeypatch)
            await see_faults(world, api, operation, monkeypatch)
        await see_conflicts(api, monkeypatch)
        await see_moves(api)
    assert declared() - seen == set()
    foundation = {operation.id for operation in FOUNDATION}
    assert {entry for entry in seen if entry[0] in foundation} <= declared()


async def see_success(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api, slug="aurora", external_id="c")
    first = await new_contact(api, customer, email="mira@aurora.com", external_id="p")
    await new_contact(api, customer, archived=True)
    await new_onboarding(api, customer, external_id="o")
    for operation in FOUNDATION:
        if operation.method in ("GET", "PATCH"):
            answer = await call(api, operation, json={} if operation.method == "PATCH" else None)
            assert answer.status_code == 200
            if operation.single and operation.method == "GET":
                again = await call(api, operation, headers={"If-None-Match": answer.headers["etag"]})
                assert again.status_code == 304
    for record in (
        await new_onboarding(api, customer),
        await new_contact(api, customer),
        await new_customer(api),
    ):
        assert (await api.delete(f"/{record['object']}s/{record['id']}")).status_code == 200
    assert first["display_id"] == 1


async def see_access(world: World, operation: Operation) -> None:
    if operation.scope is None:
        return
    async for client in refused_clients(world, operation):
        await call(client, operation)


async def refused_clients(world: World, operation: Operation) -> AsyncIterator[httpx.AsyncClient]:
    """Clients of all kinds that may not call an operation."""
    revoked, text = await world.new_key(f"revoked {operation.id}")
    async with unit_of_work(world.db, world.operator) as uow:
        await revoke_key(uow, revoked.id)
    soon = clock.now() + timedelta(minutes=1)
    _, expiring = await world.new_key(f"expiring {operation.id}", expires_at=soon)
    _, elsewhere = await world.new_key(f"elsewhere {operation.id}", allowed_addresses=["192.0.2.1"])
    _, reader = await world.new_key(f"reader {operation.id}", read_only=True)
    _, narrow = await world.new_key(f"narrow {operation.id}", scopes=["read:webhooks"])
    _, limited = await world.new_key(f"limited {operation.id}", rate_limit=1)
    yield world.client(None)
    yield world.client(keys.generate("live").text)
    yield world.client(text)
    with clock.travel(timedelta(minutes=2)):
        yield world.client(expiring)
    yield world.client(elsewhere)
    if operation.writes:
        yield world.client(reader)
    if operation.scope != "any":
        yield world.client(narrow)
    once = world.client(limited)
    await once.get("/nowhere")
    yield once


async def see_queries(api: httpx.AsyncClient, operation: Operation) -> None:
    for query in ("?colour=red", "?%ff"):
        await call(api, operation, query=query)
    if operation.expansions:
        assert (await call(api, operation, query="?expand=x")).status_code == 400
    if operation.query.fields:
        for query in ("?limit=x", "?limit=0", "?limit=101", "?cursor=x", "?order=up"):
            assert (await call(api, operation, query=query)).status_code == 400


async def see_missing_rows(api: httpx.AsyncClient, operation: Operation) -> None:
    if operation.path_parameters:
        assert (await call(api, operation, 999)).status_code == 404


async def see_bodies(api: httpx.AsyncClient, operation: Operation) -> None:
    large = b" " * 1_048_577
    await call(api, operation, content=large, headers={"content-type": "application/json"})
    if operation.single and operation.method != "POST":
        await call(api, operation, json={}, headers={"If-Match": '"stale"'})
    if operation.body is None:
        return
    for content in (b"", b"{}", b"[]"):
        await call(api, operation, content=content, headers={"content-type": "application/json"})
    await call(api, operation, content=b"{}")
    faults: list[Json] = [{"colour": 1}, {"name": ""}, {"name": "x" * 201}, {"name": "\x00"}, {"metadata": 5}]
    for fault in faults:
        assert (await call(api, operation, json=fault)).status_code == 400


async def see_idempotency(
    api: httpx.AsyncClient, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: dict[str, tuple[Json, Json]] = {
        "create-customer": ({"name": "x"}, {"name": "y"}),
        "create-customer-contact": ({"name": "x", "email": "x@a.com"}, {"name": "y", "email": "x@a.com"}),
        "create-onboarding": ({"customer_id": 1}, {"customer_id": "1"}),
    }
    one, other = bodies.get(operation.id, ({}, {"metadata": {"a": 1}}))
    await call(api, operation, json=one, headers={"Idempotency-Key": ""})
    reference: str | int = 1
    if operation.method == "DELETE":
        makers: dict[str, Callable[..., Awaitable[Json]]] = {
            "contact": new_contact,
            "onboarding": new_onboarding,
        }
        kind = operation.id.removeprefix("delete-")
        customer = await new_customer(api)
        record = await makers[kind](api, customer) if kind in makers else customer
        reference = record["id"]
    header = {"Idempotency-Key": operation.id}
    first = await call(api, operation, reference, json=one, headers=header)
    assert first.status_code in (200, 201), first.text
    again = await call(api, operation, reference, json=one, headers=header)
    assert again.content == first.content
    assert (await call(api, operation, reference, json=other, headers=header)).status_code == 409

    def held(_self: Running, _claim: object) -> Any:
        raise IDEMPOTENCY_KEY_IN_USE()

    with monkeypatch.context() as patch:
        patch.setattr(Running, "hold", held)
        assert (await call(api, operation, reference, json=one, headers=header)).status_code == 409


@contextmanager
def broken(world: World, fault: Exception, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database that fails, and a clock for the operation that asks for nothing else."""

    def fail(*_: Any, **__: Any) -> Any:
        raise fault

    with monkeypatch.context() as patch:
        for name in ("fetch_one", "fetch_all", "transaction"):
            patch.setattr(world.db, name, fail)
        patch.setattr(clock, "wire", fail)
        yield


async def see_faults(
    world: World, api: httpx.AsyncClient, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: dict[str, Json] = {
        "create-customer-contact": {"name": "x", "email": "x@a.com"},
        "create-customer": {"name": "x"},
    }
    body = bodies.get(operation.id, {"customer_id": 1} if operation.method == "POST" else {})
    for fault, status in ((Unavailable("away"), 503), (RuntimeError("out of order"), 500)):
        with broken(world, fault, monkeypatch):
            answer = await call(api, operation, json=body if operation.body else None)
        assert answer.status_code == status, (operation.id, answer.text)
        assert "away" not in answer.text
        assert "out of order" not in answer.text


async def see_conflicts(api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    customer, contact = await new_customer(api), await new_contact(api, await new_customer(api))
    onboarding = await new_onboarding(api, customer)
    neighbour = await new_contact(api, {"id": "1"})
    mail = {"name": "x", "email": "new@aurora.com"}
    requests: list[tuple[str, str, Json]] = [
        ("POST", "/customers", {"name": "x", "slug": "aurora"}),
        ("POST", "/customers", {"name": "x", "external_id": "c"}),
        ("POST", "/customers", {"name": "x", "owner_id": 99}),
        ("POST", "/customers", {"name": "x", "status": "gone"}),
        ("PATCH", f"/customers/{customer['id']}", {"slug": "aurora"}),
        ("PATCH", f"/customers/{customer['id']}", {"external_id": "c"}),
        ("PATCH", f"/customers/{customer['id']}", {"owner_id": 99}),
        ("PATCH", f"/customers/{customer['id']}", {"status": "gone"}),
        ("POST", "/customers/1/contacts", {**mail, "email": "mira@aurora.com"}),
        ("POST", "/customers/1/contacts", {**mail, "external_id": "p"}),
        ("POST", "/customers/1/contacts", {**mail, "is_primary": True, "archived": True}),
        ("PATCH", f"/contacts/{neighbour['id']}", {"email": "mira@aurora.com"}),
        ("PATCH", f"/contacts/{contact['id']}", {"external_id": "p"}),
        ("PATCH", f"/contacts/{neighbour['id']}", {"is_primary": True, "archived": True}),
        ("POST", "/onboardings", {"customer_id": 1, "external_id": "o"}),
        ("POST", "/onboardings", {"customer_id": 1, "phase": "nowhere"}),
        ("POST", "/onboardings", {"customer_id": 1, "csm_id": 99}),
        ("POST", "/onboardings", {"customer_id": 1, "state": "late"}),
        ("POST", "/onboardings", {"customer_id": 999}),
        ("PATCH", f"/onboardings/{onboarding['id']}", {"external_id": "o"}),
        ("PATCH", f"/onboardings/{onboarding['id']}", {"csm_id": 99}),
        ("PATCH", f"/onboardings/{onboarding['id']}", {"state": "late"}),
    ]
    for method, path, body in requests:
        answer = await api.request(method, path, json=body)
        assert 400 <= answer.status_code < 500, (method, path, body)

    with monkeypatch.context() as patch:
        patch.setattr(contacts, "CONTACTS_PER_CUSTOMER", replace(CONTACTS_PER_CUSTOMER, default=1, least=1))
        assert (await api.post("/customers/1/contacts", json=mail)).status_code == 400


async def see_moves(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    cases: list[tuple[Json, Json, str]] = [
        ({}, {"phase": "nowhere"}, "unknown_phase"),
        ({"phase": "completed"}, {"phase": "review"}, "terminal_phase"),
        ({"state": "paused"}, {"phase": "review"}, "onboarding_paused"),
        ({"state": "done"}, {"phase": "review"}, "onboarding_done"),
    ]
    for fields, change, code in cases:
        record = await new_onboarding(api, customer, **fields)
        answer = await api.patch(f"/onboardings/{record['id']}", json=change)
        assert answer.json()["error"]["code"] == code


def test_the_document_lists_its_operations_once_and_in_full() -> None:
    paths = document()["paths"]
    listed = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert len(listed) == len(OPERATIONS)
    for operation in OPERATIONS:
        found = [
            path for method, path in listed if method == operation.method and path.endswith(operation.path)
        ]
        assert found, operation.id
    assert len({operation.id for operation in OPERATIONS}) == len(OPERATIONS)
    assert all(path_to(operation).startswith("/") for operation in OPERATIONS)
    assert json.loads(json.dumps(document())) == document()
