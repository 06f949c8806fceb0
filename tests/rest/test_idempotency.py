"""Idempotency keys: one effect however often a request arrives, and the stored answer byte for byte."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import bindparam, func, select

from pivotal_server.db.engine import Database, Transaction, connect
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import idempotency_keys
from pivotal_server.kit import clock
from pivotal_server.rest.idempotency import Claim, purge
from tests.support.app import World, new_rest, new_services, new_world
from tests.support.journal import Journal
from tests.support.records import Json, answered, error_of, new_contact, new_customer, new_onboarding, path_of

STORED = Statement.scalar(
    select(func.count())
    .select_from(idempotency_keys)
    .where(idempotency_keys.c.org_id == bindparam("org_id")),
    int,
)


def keyed(key: str | bytes) -> dict[bytes, bytes]:
    return {b"Idempotency-Key": key if isinstance(key, bytes) else key.encode()}


async def stored(world: World) -> int:
    return await world.db.fetch_one(STORED, {"org_id": world.workspace.id}) or 0


async def every_write(api: httpx.AsyncClient) -> list[tuple[str, str, Json | None, Json | None]]:
    """Method, path, body and another body of each writing operation of the foundation."""
    customer = await new_customer(api)
    contact = await new_contact(api, customer)
    onboarding = await new_onboarding(api, customer)
    people = f"{path_of(customer)}/contacts"
    mail = {"name": "x", "email": "x@a.com"}
    return [
        ("POST", "/customers", {"name": "Aurora"}, {"name": "Borealis"}),
        ("POST", people, mail, {**mail, "title": "COO"}),
        ("POST", "/onboardings", {"customer_id": 1}, {"customer_id": 1, "notes": "x"}),
        ("PATCH", path_of(customer), {"plan": "a"}, {"plan": "b"}),
        ("PATCH", path_of(contact), {"title": "a"}, {"title": "b"}),
        ("PATCH", path_of(onboarding), {"notes": "a"}, {"notes": "b"}),
        ("DELETE", path_of(onboarding), None, None),
        ("DELETE", path_of(contact), None, None),
        ("DELETE", path_of(customer), None, None),
    ]


async def test_a_repeat_gets_the_stored_answer_and_has_no_effect(
    api: httpx.AsyncClient, world: World
) -> None:
    journal = Journal(world.db, world.workspace.id)
    for number, (method, path, body, other) in enumerate(await every_write(api)):
        await journal.look()
        first = await api.request(method, path, json=body, headers=keyed("k"))
        assert first.status_code == (201 if method == "POST" else 200)
        assert "idempotent-replayed" not in first.headers
        assert len((await journal.look()).events) == 1
        assert await stored(world) == number + 1
        for _ in range(2):
            again = await api.request(method, path, json=body, headers=keyed("k"))
            assert (again.status_code, again.content) == (first.status_code, first.content)
            assert again.headers["idempotent-replayed"] == "true"
            assert again.headers.get("etag") == first.headers.get("etag")
            assert again.headers["x-request-id"] != first.headers["x-request-id"]
        if other is not None:
            refused = await api.request(method, path, json=other, headers=keyed("k"))
            assert error_of(refused) == (409, "idempotency_key_reused", None)
        assert (await journal.look()).nothing
        assert await stored(world) == number + 1


async def test_a_stored_answer_stays_as_it_was(api: httpx.AsyncClient) -> None:
    body = {"name": "Aurora", "metadata": {"z": 1, "a": [1.0, "é"]}}
    first = await api.post("/customers", json=body, headers=keyed("k"))
    path = path_of(first.json())
    changed = await api.patch(path, json={"plan": "Scale"}, headers=keyed("p"))
    assert (await api.post("/customers", json=body, headers=keyed("k"))).content == first.content
    # Even a condition that has become stale since does not matter to a repeat.
    again = await api.patch(path, json={"plan": "Scale"}, headers={**keyed("p"), b"If-Match": b'"stale"'})
    assert again.content == changed.content
    answered(await api.delete(path))
    assert (await api.post("/customers", json=body, headers=keyed("k"))).content == first.content


async def test_only_what_succeeded_is_stored(api: httpx.AsyncClient, world: World) -> None:
    await new_customer(api, slug="taken")
    refusals: list[tuple[str, str, Json, int]] = [
        ("POST", "/customers", {}, 400),
        ("POST", "/customers", {"name": "x", "slug": "taken"}, 409),
        ("POST", "/customers/99/contacts", {"name": "x", "email": "x@a.com"}, 404),
        ("PATCH", "/customers/1", {"name": ""}, 400),
    ]
    for method, path, body, status in refusals:
        assert (await api.request(method, path, json=body, headers=keyed("k"))).status_code == status
    stale = await api.delete("/customers/1", headers={**keyed("k"), b"If-Match": b'"stale"'})
    assert stale.status_code == 412
    assert await stored(world) == 0
    # The key is free for the request as it should have been.
    fixed = await api.post("/customers", json={"name": "x"}, headers=keyed("k"))
    assert fixed.status_code == 201
    assert "idempotent-replayed" not in fixed.headers


async def test_a_key_belongs_to_workspace_method_and_path(api: httpx.AsyncClient, world: World) -> None:
    answers = [
        await api.post("/customers", json={"name": "x"}, headers=keyed("k")),
        await api.post("/onboardings", json={"customer_id": 1}, headers=keyed("k")),
        await api.post("/customers/1/contacts", json={"name": "x", "email": "x@a.com"}, headers=keyed("k")),
        await api.patch("/customers/1", json={"plan": "x"}, headers=keyed("k")),
        await api.delete("/customers/1", headers=keyed("k")),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 200, 200]
    assert await stored(world) == 5
    # Another key of the workspace repeats the same request; the query belongs to it too.
    _, other = await world.new_key("other")
    async with world.client(other) as second:
        again = await second.post("/customers", json={"name": "x"}, headers=keyed("k"))
        assert again.content == answers[0].content


async def test_a_key_is_any_1_to_255_bytes(api: httpx.AsyncClient, world: World) -> None:
    for key in (b"x", b"x" * 255, b"\xff\xfe\x80" * 85, b"a b", b"\xc3\xa9"):
        first = await api.post("/customers", json={"name": "x"}, headers=keyed(key))
        again = await api.post("/customers", json={"name": "x"}, headers=keyed(key))
        assert again.content == first.content, key
    assert await stored(world) == 5
    for key in (b"", b"x" * 256):
        refused = await api.post("/customers", json={"name": "x"}, headers=keyed(key))
        assert error_of(refused) == (400, "idempotency_key_too_long", None)


async def test_after_24_hours_a_key_is_new(api: httpx.AsyncClient, world: World) -> None:
    first = await api.post("/customers", json={"name": "x"}, headers=keyed("k"))
    with clock.travel(timedelta(hours=23, minutes=59)):
        again = await api.post("/customers", json={"name": "x"}, headers=keyed("k"))
        assert again.content == first.content
        async with world.db.transaction() as tx:
            assert await purge(tx) == 0
    with clock.travel(timedelta(hours=24, seconds=1)):
        later = await api.post("/customers", json={"name": "y"}, headers=keyed("k"))
        assert later.status_code == 201
        assert later.json()["id"] != first.json()["id"]
        assert await stored(world) == 1
        again = await api.post("/customers", json={"name": "y"}, headers=keyed("k"))
        assert again.content == later.content
    with clock.travel(timedelta(hours=49)):
        async with world.db.transaction() as tx:
            assert await purge(tx) == 1
    assert await stored(world) == 0


async def test_of_requests_at_once_one_has_an_effect(world: World) -> None:
    _, key = await world.new_key()
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    async with world.client(key) as api:
        for number in range(5):

            async def post(name: str = f"k{number}") -> httpx.Response:
                return await api.post("/customers", json={"name": "x"}, headers=keyed(name))

            answers = await asyncio.gather(*(post() for _ in range(6)))
            check_one_effect(answers)
            assert len((await journal.look()).events) == 1
            again = await post()
            assert again.headers["idempotent-replayed"] == "true"


def check_one_effect(answers: list[httpx.Response]) -> None:
    """Among requests of one key one ran; the others got its answer, or were told to wait."""
    done = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in done}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in done) == 1
    waiting = {error_of(answer) for answer in answers if answer.status_code != 201}
    assert waiting <= {(409, "idempotency_key_in_use", None)}


async def test_two_processes_over_postgresql_do_one_work(
    postgres_database: Database, postgres_url: str, tmp_path: Path
) -> None:
    world = await new_world(new_services(postgres_database, tmp_path))
    _, key = await world.new_key()
    async with AsyncExitStack() as stack:
        second = connect(postgres_url)
        await second.open()
        stack.push_async_callback(second.close)
        services = new_services(second, tmp_path)
        elsewhere = World(services, world.workspace, world.owner, new_rest(services))
        one = await stack.enter_async_context(world.client(key))
        two = await stack.enter_async_context(elsewhere.client(key))
        journal = Journal(world.db, world.workspace.id)
        await journal.look()
        for number in range(8):
            answers = await asyncio.gather(
                *(
                    api.post("/customers", json={"name": "x"}, headers=keyed(f"k{number}"))
                    for _ in range(3)
                    for api in (one, two)
                )
            )
            check_one_effect(answers)
            assert len((await journal.look()).events) == 1
        # The lock of a request that is still running is seen from the other process.
        claim = Claim(world.workspace.id, "POST", "/api/v1/customers", "held", "")
        async with second.transaction() as tx:
            assert await hold(tx, claim)
            refused = await one.post("/customers", json={"name": "x"}, headers=keyed("held"))
            assert error_of(refused) == (409, "idempotency_key_in_use", None)
        assert (await one.post("/customers", json={"name": "x"}, headers=keyed("held"))).status_code == 201


async def hold(tx: Transaction, claim: Claim) -> bool:
    """Take the lock of a claim as a request of another process does."""

    class Work:
        """What the claim needs of a unit of work."""

        now = clock.now()

    work: Any = Work()
    work.tx = tx
    return await claim.find(work, across_processes=True) is None


async def test_a_fault_on_the_way_leaves_neither_effect_nor_record(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(world.db, world.workspace.id)
    await journal.look()

    async def broken(*_: Any) -> None:
        raise RuntimeError("out of order")

    with monkeypatch.context() as patch:
        patch.setattr(Claim, "store", broken)
        answer = await api.post("/customers", json={"name": "x"}, headers=keyed("k"))
        assert error_of(answer) == (500, "internal_error", None)
    assert (await journal.look()).nothing
    assert await stored(world) == 0
    answer = await api.post("/customers", json={"name": "x"}, headers=keyed("k"))
    assert (answer.status_code, answer.json()["display_id"]) == (201, 1)
