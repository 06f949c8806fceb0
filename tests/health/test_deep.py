"""``GET /api/health/deep``: what it looks at, and who may."""

from collections import namedtuple
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from pivotal_server.app import create_app
from pivotal_server.db.errors import Unavailable
from pivotal_server.health.deep import LATEST_SECONDS, LEAST_FREE, PATH
from pivotal_server.kit import clock
from tests.support.app import World
from tests.support.people import new_member
from tests.support.queue import enqueue
from tests.support.visits import Enter

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024


def client_at(world: World, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(world.services, strict=True), client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


@pytest.fixture
async def here(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client on the machine of the server."""
    async with client_at(world, "127.0.0.1") as client:
        yield client


async def test_a_healthy_server_says_so(here: httpx.AsyncClient) -> None:
    answer = await here.get(PATH)
    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "ok")
    assert {name: check["status"] for name, check in body["checks"].items()} == {
        "database": "ok",
        "queue": "ok",
        "webhooks": "ok",
        "disk": "ok",
    }
    assert body["checks"]["queue"]["lag_seconds"] == 0
    assert body["checks"]["disk"]["free_bytes"] > 0


async def test_jobs_that_nobody_runs_show(here: httpx.AsyncClient, world: World) -> None:
    await enqueue(world, "look")
    await enqueue(world, "look", run_at=clock.now() + timedelta(days=1))
    with clock.travel(timedelta(seconds=LATEST_SECONDS / 2)):
        answer = await here.get(PATH)
        assert answer.status_code == 200
        assert answer.json()["checks"]["queue"]["lag_seconds"] >= LATEST_SECONDS / 2
    with clock.travel(timedelta(seconds=LATEST_SECONDS + 1)):
        answer = await here.get(PATH)
    assert (answer.status_code, answer.json()["status"]) == (503, "failing")
    assert answer.json()["checks"]["queue"]["status"] == "failing"
    assert answer.json()["checks"]["database"]["status"] == "ok"


async def test_a_full_disk_shows(here: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(1, 1, LEAST_FREE - 1))
    answer = await here.get(PATH)
    assert (answer.status_code, answer.json()["checks"]["disk"]["status"]) == (503, "failing")


async def test_an_absent_database_shows(
    here: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> Any:
        raise Unavailable("at secret-host")

    for name in ("ping", "fetch_one"):
        monkeypatch.setattr(world.db, name, away)
    answer = await here.get(PATH)
    checks = {name: check["status"] for name, check in answer.json()["checks"].items()}
    assert (answer.status_code, checks) == (
        503,
        {"database": "failing", "queue": "failing", "webhooks": "failing", "disk": "ok"},
    )
    assert "secret-host" not in answer.text


async def test_strangers_find_nothing_there(world: World) -> None:
    async with client_at(world, "203.0.113.9") as elsewhere:
        answer = await elsewhere.get(PATH)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "route_not_found")
    async with client_at(world, "127.0.0.1") as proxied:
        answer = await proxied.get(PATH, headers={"X-Forwarded-For": "203.0.113.9"})
        assert answer.status_code == 404
        assert (await proxied.post(PATH)).status_code == 404


async def test_administrators_may_look_from_elsewhere(world: World, enter: Enter) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    for role, status in (("admin", 200), ("member", 404), ("viewer", 404)):
        person = await enter(await new_member(world, role.title(), role))
        assert (await person.client.get(PATH, headers=forwarded)).status_code == status, role
