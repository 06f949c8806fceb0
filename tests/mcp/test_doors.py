"""Who may come in to the servers of the protocol, and what a request gets that may not."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from pivotal_server.api_keys.service import revoke_key
from pivotal_server.app import create_app
from pivotal_server.mcp import doors
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"Accept": "application/json, text/event-stream", "Host": "localhost:8000"}


def client(world: World, **settings: Any) -> httpx.AsyncClient:
    """A plain client of the application with these settings."""
    services = replace(world.services, config=replace(world.services.config, **settings))
    transport = httpx.ASGITransport(create_app(services, strict=True))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000", headers=ACCEPT)


@pytest.fixture
async def bearer(world: World) -> dict[str, str]:
    _, key = await world.new_key()
    return {"Authorization": f"Bearer {key}"}


async def test_the_tools_of_the_docs_are_for_everybody(world: World) -> None:
    async with client(world) as http:
        answer = await http.post(doors.DOCS, json=LIST)
        told = answer.json()["result"]["tools"]
        assert [tool["name"] for tool in told] == ["search_docs", "read_page", "list_pages"]
        assert all(tool["annotations"]["readOnlyHint"] for tool in told)
        assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("path", doors.PATHS)
async def test_neither_is_there_when_switched_off(world: World, bearer: dict[str, str], path: str) -> None:
    async with client(world, mcp=False) as http:
        answer = await http.post(path, json=LIST, headers=bearer)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "route_not_found")


@pytest.mark.parametrize("path", doors.PATHS)
async def test_neither_is_there_without_the_library(
    world: World, bearer: dict[str, str], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "is_installed", lambda: False)
    async with client(world) as http:
        assert (await http.post(path, json=LIST, headers=bearer)).status_code == 404


async def test_the_data_asks_for_a_key(world: World) -> None:
    row, key = await world.new_key("gone")
    async with client(world) as http:
        nobody = await http.post(doors.DATA, json=LIST)
        assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "missing_api_key")
        assert nobody.headers["www-authenticate"] == "Bearer"
        assert nobody.json()["error"]["request_id"] == nobody.headers["x-request-id"]
        known = {"Authorization": f"Bearer {key}"}
        assert (await http.post(doors.DATA, json=LIST, headers=known)).status_code == 200
        async with unit_of_work(world.db, world.operator) as uow:
            await revoke_key(uow, row.id)
        await world.db.bump_epoch_everywhere()
        late = await http.post(doors.DATA, json=LIST, headers=known)
        assert (late.status_code, late.json()["error"]["code"]) == (401, "api_key_revoked")


async def test_a_key_of_other_addresses_is_refused(world: World) -> None:
    _, key = await world.new_key(allowed_addresses=["203.0.113.0/24"])
    async with client(world) as http:
        answer = await http.post(doors.DATA, json=LIST, headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ip_not_allowed")


async def test_docs_that_are_not_public_ask_for_a_key_too(world: World, bearer: dict[str, str]) -> None:
    async with client(world, docs_public=False) as http:
        assert (await http.post(doors.DOCS, json=LIST)).status_code == 401
        assert (await http.post(doors.DOCS, json=LIST, headers=bearer)).status_code == 200


@pytest.mark.parametrize("path", doors.PATHS)
@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Host", "evil.example", 421),
        ("Host", "localhost:9000", 421),
        ("Host", "127.0.0.1:8000", 200),
        ("Origin", "https://evil.example", 403),
        ("Origin", "http://localhost:8000", 200),
        ("Content-Type", "text/plain", 400),
    ],
)
async def test_no_foreign_page_reaches_them(
    world: World, bearer: dict[str, str], path: str, header: str, value: str, status: int
) -> None:
    async with client(world) as http:
        headers = {"Content-Type": "application/json", **bearer, header: value}
        answer = await http.post(path, content=json.dumps(LIST), headers=headers)
        assert answer.status_code == status


async def test_the_host_is_that_of_the_public_address(world: World) -> None:
    async with client(world, public_url="https://pivotal.example.com") as http:
        right = await http.post(doors.DOCS, json=LIST, headers={"Host": "pivotal.example.com"})
        assert right.status_code == 200
        assert (await http.post(doors.DOCS, json=LIST)).status_code == 421


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "HEAD"])
@pytest.mark.parametrize("path", doors.PATHS)
async def test_there_is_no_stream_and_no_session(
    world: World, bearer: dict[str, str], path: str, method: str
) -> None:
    async with client(world) as http:
        answer = await http.request(method, path, headers=bearer)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b'{"jsonrpc":"2.0","id":1,"method":"x"}']
)
@pytest.mark.parametrize("path", doors.PATHS)
async def test_what_is_no_message_is_refused(
    world: World, bearer: dict[str, str], path: str, body: bytes
) -> None:
    async with client(world) as http:
        headers = {"Content-Type": "application/json", **bearer}
        answer = await http.post(path, content=body, headers=headers)
        assert answer.status_code in (200, 400)
        assert "error" in answer.json()


async def test_a_message_may_not_be_huge(world: World, bearer: dict[str, str]) -> None:
    async with client(world) as http:
        headers = {"Content-Type": "application/json", **bearer}
        answer = await http.post(doors.DATA, content=b" " * 3_000_000, headers=headers)
        assert answer.status_code == 413
