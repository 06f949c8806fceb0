"""Recognising keys: from memory, and refused from the moment that any process says so."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import bindparam, update

from pivotal_server.api_keys import repository
from pivotal_server.api_keys import ring as ring_module
from pivotal_server.api_keys.repository import ApiKeyRow
from pivotal_server.api_keys.service import get_key, revoke_key
from pivotal_server.auth import keys
from pivotal_server.db.engine import Database, Transaction, connect, counting
from pivotal_server.db.errors import Unavailable
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import api_keys
from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World, new_rest, new_services, new_world
from tests.support.live_server import StartServer
from tests.support.records import error_of

ALLOW = Statement.write(
    update(api_keys)
    .where(api_keys.c.org_id == bindparam("in_org"), api_keys.c.id == bindparam("of_id"))
    .values(allowed_addresses=bindparam("addresses", type_=api_keys.c.allowed_addresses.type))
)
ME = 2
"""Statements of `GET /me` itself: the key and its workspace."""


@pytest.fixture
async def elsewhere(world: World, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The same workspace as another process sees it: a connection, a memory and an application of its own."""
    db = connect(database_url)
    await db.open()
    services = new_services(db, tmp_path)
    yield World(services, world.workspace, world.owner, new_rest(services))
    await db.close()


async def revoke(db: Database, world: World, row: ApiKeyRow) -> None:
    """Revoke a key as pages and commands do: commit, then tell every process."""
    async with unit_of_work(db, world.operator) as uow:
        await revoke_key(uow, row.id)
    await db.bump_epoch_everywhere()


async def statements(api: httpx.AsyncClient) -> int:
    with counting() as count:
        await api.get("/me")
    return count.value


async def test_steady_checking_asks_no_database(world: World) -> None:
    _, key = await world.new_key()
    async with world.client(key) as api:
        assert await statements(api) == 1 + ME
        assert [await statements(api) for _ in range(3)] == [ME] * 3


async def test_what_is_no_key_is_refused_without_a_look_at_the_database(world: World) -> None:
    _, key = await world.new_key()
    for text in (
        "x",
        key[:-1],
        key[:-1] + ("0" if key[-1] != "0" else "1"),
        key.lower(),
        "pivotal_" + "0" * 46,
    ):
        async with world.client(text) as api:
            assert await statements(api) == 0
    async with world.client(keys.generate("live").text) as api:
        assert await statements(api) == 1


async def test_a_key_is_its_whole_text(world: World) -> None:
    row, text = await world.new_key()
    forged = keys.generate("live")
    body = f"pivotal_{row.public_id}{forged.secret}"
    wrong_secret = body + keys._checksum(body)
    test_prefix = "pivotal_test_" + text[len("pivotal_") : -6]
    wrong_mode = test_prefix + keys._checksum(test_prefix)
    for other in (wrong_secret, wrong_mode):
        assert keys.parse(other) is not None
        async with world.client(other) as api:
            assert error_of(await api.get("/me")) == (401, "invalid_api_key", None)
    async with world.client(text) as api:
        assert (await api.get("/me")).status_code == 200
    # Having been right once helps no other text.
    async with world.client(wrong_secret) as api:
        assert error_of(await api.get("/me")) == (401, "invalid_api_key", None)


async def test_a_key_revoked_by_one_process_is_refused_by_the_next_request_on_another(
    world: World, elsewhere: World
) -> None:
    for number in range(3):
        row, key = await world.new_key(f"key-{number}")
        async with world.client(key) as here, elsewhere.client(key) as there:
            for api in (here, there, here, there):
                assert (await api.get("/me")).status_code == 200
            await revoke((elsewhere if number % 2 else world).db, world, row)
            for api in (here, there, there, here):
                assert error_of(await api.get("/me")) == (401, "api_key_revoked", None)


async def test_writes_elsewhere_cost_one_look_and_no_more(world: World, elsewhere: World) -> None:
    _, key = await world.new_key()
    async with world.client(key) as here, elsewhere.client(key) as there:
        assert [await statements(api) for api in (here, there, here)] == [1 + ME, 1 + ME, ME]
        assert (await there.post("/customers", json={"name": "x"})).status_code == 201
        await elsewhere.db.bump_epoch_everywhere()
        assert [await statements(here) for _ in range(3)] == [1 + ME, ME, ME]


async def test_while_the_epoch_is_unknown_every_request_asks(
    world: World, elsewhere: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, key = await world.new_key()
    async with world.client(key) as api:
        assert (await api.get("/me")).status_code == 200
        monkeypatch.setattr(world.db, "epoch", lambda: None)
        assert [await statements(api) for _ in range(2)] == [1 + ME, 1 + ME]
        # Nobody tells this process; it sees for itself.
        async with unit_of_work(elsewhere.db, world.operator) as uow:
            await revoke_key(uow, row.id)
        assert error_of(await api.get("/me")) == (401, "api_key_revoked", None)
        monkeypatch.undo()
        assert error_of(await api.get("/me")) == (401, "api_key_revoked", None)


async def test_expiry_takes_effect_at_its_moment(world: World) -> None:
    ends = clock.now() + timedelta(hours=1)
    _, key = await world.new_key(expires_at=ends)
    async with world.client(key) as api:
        me = await api.get("/me")
        assert me.json()["api_key"]["expires_at"] == clock.wire(ends)
        with clock.travel(timedelta(minutes=59)):
            assert (await api.get("/me")).status_code == 200
        with clock.travel(timedelta(hours=1)):
            assert error_of(await api.get("/me")) == (401, "api_key_expired", None)


async def test_a_changed_list_of_addresses_takes_effect_at_once(world: World, elsewhere: World) -> None:
    row, key = await world.new_key()

    async def allow(*addresses: str) -> None:
        await elsewhere.db.execute(
            ALLOW, {"in_org": row.org_id, "of_id": row.id, "addresses": list(addresses)}
        )
        await elsewhere.db.bump_epoch_everywhere()

    async with world.client(key, address="192.0.2.7") as api:
        assert (await api.get("/me")).status_code == 200
        await allow("198.51.100.0/24")
        assert error_of(await api.get("/me")) == (403, "ip_not_allowed", None)
        await allow("192.0.2.0/24", "198.51.100.0/24")
        assert (await api.get("/me")).status_code == 200


async def test_addresses_in_every_form(world: World) -> None:
    _, key = await world.new_key(allowed_addresses=["192.0.2.0/24", "2001:db8::/32"])
    for address, status in (
        ("192.0.2.255", 200),
        ("::ffff:192.0.2.1", 200),
        ("192.0.3.1", 403),
        ("2001:db8:1::5", 200),
        ("2001:db9::1", 403),
        ("", 403),
    ):
        async with world.client(key, address=address) as api:
            assert (await api.get("/me")).status_code == status, address
        # A forwarding header of an untrusted peer changes nothing.
        async with world.client(key, address=address, **{"X-Forwarded-For": "192.0.2.1"}) as api:
            assert (await api.get("/me")).status_code == status, address


async def usage(world: World, row: ApiKeyRow) -> tuple[int, datetime | None, str | None]:
    stored = await get_key(world.db, world.workspace.id, row.id)
    return stored.request_count, stored.last_used_at, stored.last_used_address


async def test_use_is_written_in_batches(world: World, elsewhere: World) -> None:
    first, one = await world.new_key("first")
    second, two = await world.new_key("second")
    before = clock.now()
    async with world.client(one) as api, world.client(two, address="192.0.2.9") as other:
        for client in (api, api, other, api):
            await client.get("/me")
        await api.get("/nowhere")
        await api.post("/customers", json={})
        assert await usage(world, first) == (0, None, None)
        with counting() as count:
            await world.services.ring.flush()
        assert count.value == 1
        used, at, address = await usage(world, first)
        assert (used, address) == (5, "127.0.0.1")
        assert at is not None
        assert before <= at <= clock.now()
        assert (await usage(world, second))[::2] == (1, "192.0.2.9")
        with counting() as count:
            await world.services.ring.flush()
        assert count.value == 0
    # Processes add to one another's figures.
    async with elsewhere.client(one) as api:
        await api.get("/me")
    await elsewhere.services.ring.flush()
    assert (await usage(world, first))[0] == 6


async def test_use_that_could_not_be_written_is_written_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, key = await world.new_key()

    async def away(*_: Any) -> None:
        raise Unavailable("away")

    async with world.client(key) as api:
        await api.get("/me")
        with monkeypatch.context() as patch:
            patch.setattr(repository, "add_usage", away)
            with pytest.raises(Unavailable):
                await world.services.ring.flush()
        await api.get("/me")
    await world.services.ring.flush()
    assert (await usage(world, row))[0] == 2


async def test_the_ring_writes_by_itself_and_at_its_end(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring_module, "FLUSH_SECONDS", 0.01)
    world = await new_world(new_services(sqlite_database, tmp_path))
    row, key = await world.new_key()
    written, add_usage = asyncio.Event(), repository.add_usage

    async def noticed(tx: Transaction, rows: list[dict[str, Any]]) -> None:
        await add_usage(tx, rows)
        written.set()

    monkeypatch.setattr(repository, "add_usage", noticed)
    ring = world.services.ring
    ring.start()
    async with world.client(key) as api:
        await api.get("/me")
        await asyncio.wait_for(written.wait(), 20)
        await api.get("/me")
        await ring.stop()
    assert (await usage(world, row))[0] == 2


async def test_what_is_forgotten_is_recognised_again_and_its_use_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring_module, "MOST_REMEMBERED", 2)
    made = [await world.new_key(f"key-{number}") for number in range(5)]
    for _ in range(2):
        for _, key in made:
            async with world.client(key) as api:
                assert (await api.get("/me")).status_code == 200
    await world.services.ring.flush()
    assert [(await usage(world, row))[0] for row, _ in made] == [2] * 5
    # Those that had to wait for the write are gone with it.
    assert len(world.services.ring) == 2


async def test_scopes_open_what_they_name(world: World) -> None:
    cases: tuple[tuple[list[str], dict[str, int], int], ...] = (
        (["read:customers"], {"/customers": 200, "/onboardings": 403, "/customers/1/contacts": 403}, 403),
        (["write:customers"], {"/customers": 200, "/customers/1/contacts": 403}, 201),
        (["write:customers", "read:contacts"], {"/customers/1/contacts": 200, "/onboardings": 403}, 201),
        ([], {"/customers": 200, "/onboardings": 200, "/customers/1/contacts": 200}, 201),
    )
    _, all_key = await world.new_key("all")
    async with world.client(all_key) as api:
        await api.post("/customers", json={"name": "x"})
    for number, (scopes, reads, write) in enumerate(cases):
        _, key = await world.new_key(f"key-{number}", scopes=scopes)
        async with world.client(key) as api:
            assert (await api.get("/me")).json()["api_key"]["scopes"] == scopes
            for path, status in reads.items():
                assert (await api.get(path)).status_code == status, (scopes, path)
            assert (await api.post("/customers", json={"name": "x"})).status_code == write
    _, key = await world.new_key("reader", read_only=True)
    async with world.client(key) as api:
        assert (await api.get("/customers")).status_code == 200
        assert error_of(await api.post("/customers", json={"name": "x"})) == (403, "read_only_key", None)


async def test_a_key_of_no_one_reaches_nothing(world: World) -> None:
    with pytest.raises(ApiError, match="No such API key"):
        await get_key(world.db, world.workspace.id, "c" + "0" * 24)


@pytest.mark.faults
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_a_running_server_refuses_a_key_that_another_process_revoked(
    start_server: StartServer, database: str
) -> None:
    server = await start_server(database)
    world = await new_world(server.services, slug="vml-keys")
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1") as api:
        for number in range(3):
            row, key = await world.new_key(f"key-{number}")
            header = {"Authorization": f"Bearer {key}"}
            assert (await api.get("/me", headers=header)).status_code == 200
            assert (await api.get("/me", headers=header)).status_code == 200
            await revoke(world.db, world, row)
            refused = await api.get("/me", headers=header)
            assert error_of(refused) == (401, "api_key_revoked", None)
