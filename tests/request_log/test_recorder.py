"""What the request log keeps, and what it never keeps."""

import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from pivotal_server.auth import keys
from pivotal_server.db.errors import Unavailable
from pivotal_server.kit import clock
from pivotal_server.request_log import service
from pivotal_server.request_log.recorder import (
    HIDDEN,
    MOST_BODY,
    MOST_WAITING,
    Note,
    Recorder,
    without_secrets,
)
from pivotal_server.request_log.repository import AT_ONCE
from tests.support.app import World, new_services, new_world


def _note(number: int, org_id: str = "org_x") -> Note:
    return Note(
        org_id,
        clock.unix(),
        f"req_{number}",
        "ckey",
        "GET",
        "/me",
        "/api/v1/me",
        200,
        None,
        100,
        "",
        None,
        None,
    )


async def _logged(world: World, **filters: object) -> list[service.RequestRow]:
    await world.services.recorder.flush()
    return await service.find(world.db, world.workspace.id, filters)


async def test_every_request_with_a_key_is_logged(api: httpx.AsyncClient, world: World) -> None:
    await api.get("/me", headers={"X-Request-Id": "req_first"})
    await api.post("/customers", json={"name": "Aurora"})
    await api.get("/customers/99")
    await api.get("/nowhere")
    rows = await _logged(world)
    assert [(row.method, row.route, row.status, row.code) for row in rows] == [
        ("GET", "", 404, "route_not_found"),
        ("GET", "/customers/{id}", 404, "customer_not_found"),
        ("POST", "/customers", 201, None),
        ("GET", "/me", 200, None),
    ]
    assert rows[-1].request_id == "req_first"
    assert {row.key_name for row in rows} == {"local-dev"}
    assert all(row.duration_us > 0 for row in rows)
    # Bodies are kept of failed requests only.
    assert rows[2].request_body is None
    assert "customer_not_found" in (rows[1].response_body or "")


async def test_requests_without_a_key_belong_to_no_workspace(world: World) -> None:
    async with world.client(None) as nobody:
        await nobody.get("/me")
        await nobody.get("/health")
    assert await _logged(world) == []


async def test_filters_find_by_request_id_key_route_and_status(api: httpx.AsyncClient, world: World) -> None:
    row, other = await world.new_key("other")
    async with world.client(other) as second:
        await second.get("/customers")
    await api.get("/customers", headers={"X-Request-Id": "req_mine"})
    await api.get("/customers/7")
    assert len(await _logged(world)) == 3
    assert [found.path for found in await _logged(world, request_id="req_mine")] == ["/api/v1/customers"]
    assert [found.key_name for found in await _logged(world, api_key_id=row.id)] == ["other"]
    assert len(await _logged(world, route="/customers")) == 2
    assert len(await _logged(world, status=404)) == 1
    assert [found.status for found in await _logged(world, failed=True)] == [404]


async def test_paging_meets_every_request_once(api: httpx.AsyncClient, world: World) -> None:
    for number in range(23):
        await api.get("/me", headers={"X-Request-Id": f"req_{number}"})
    await world.services.recorder.flush()
    seen: list[str] = []
    older = None
    while rows := await service.find(world.db, world.workspace.id, {}, limit=5, older=older):
        seen += [row.request_id for row in rows]
        older = (rows[-1].at, rows[-1].id)
    assert seen == [f"req_{number}" for number in reversed(range(23))]


async def test_secrets_never_reach_the_log(api: httpx.AsyncClient, world: World) -> None:
    key = keys.generate("live").text
    body = {"name": "A", "metadata": {"password": "hunter2", "note": f"use {key}"}, "nonsense": 1}
    answer = await api.post("/customers", json=body)
    assert answer.status_code == 400
    (row,) = await _logged(world)
    kept = json.loads(row.request_body or "")
    assert kept["metadata"] == {"password": HIDDEN, "note": f"use {HIDDEN}"}
    stored = Path(str(world.services.config.data))
    assert key not in (row.request_body or "") + (row.response_body or "") + str(stored)


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"api_key":"x","a":[{"token":1}]}', '{"api_key":"[removed]","a":[{"token":"[removed]"}]}'),
        (b"not json, Bearer abc.def", "not json, [removed]"),
        (b'{"password":"hunter2",}', '{"password":[removed],}'),
        (b'{"client_secret":"hun\\"ter2","n":"\\ud800"}', '{"client_secret":[removed],"n":"\\ud800"}'),
        (b"name=x&api_key=abc&y=1", "name=x&api_key=[removed]&y=1"),
        (b'{"password": "hunter2', '{"password": [removed]'),
        (b"\xff\xfe\x00", "\ufffd\ufffd\ufffd"),
        (b"[" * 2000, "[" * 2000),
    ],
)
def test_bodies_are_kept_without_secrets(body: bytes, kept: str) -> None:
    assert without_secrets(body) == kept


def test_long_bodies_are_cut() -> None:
    kept = without_secrets(json.dumps({"note": "x" * 100_000}).encode())
    assert len(kept) == MOST_BODY + 1


async def test_a_database_that_is_away_loses_no_note(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = world.services.recorder
    recorder.add(_note(1, world.workspace.id))

    async def fail(*_: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as away:
        away.setattr("pivotal_server.request_log.recorder.repository.insert", fail)
        with pytest.raises(Unavailable):
            await recorder.flush()
    assert [row.request_id for row in await _logged(world)] == ["req_1"]


@pytest.mark.parametrize("many", [1, AT_ONCE, 2 * AT_ONCE + 1])
async def test_a_batch_of_any_size_is_written_whole(world: World, many: int) -> None:
    start = clock.unix()
    for number in range(many):
        failed = number % 3 == 0
        note = replace(
            _note(number, world.workspace.id),
            at=start + number,
            status=404 if failed else 200,
            code="route_not_found" if failed else None,
            response_body=b'{"error":{}}' if failed else None,
        )
        world.services.recorder.add(note)
    await world.services.recorder.flush()
    rows = await service.find(world.db, world.workspace.id, {}, limit=1000)
    assert [row.request_id for row in rows] == [f"req_{number}" for number in reversed(range(many))]
    for row in (rows[0], rows[-1]):
        assert row.at.timestamp() == pytest.approx(start + int(row.request_id[4:]), abs=1e-5)
    kept = [(row.status, row.code, row.response_body, row.duration_us) for row in reversed(rows)]
    expected = [(404, "route_not_found", '{"error":{}}', 100), *[(200, None, None, 100)] * 2]
    assert kept == [expected[number % 3] for number in range(many)]


async def test_what_waits_is_bounded(world: World) -> None:
    recorder = Recorder(world.db)
    for number in range(MOST_WAITING + 10):
        recorder.add(_note(number))
    assert len(recorder._waiting) <= MOST_WAITING
    assert recorder._waiting[-1].request_id == f"req_{MOST_WAITING + 9}"


async def test_requests_are_kept_for_thirty_days(api: httpx.AsyncClient, world: World) -> None:
    await api.get("/me")
    await world.services.recorder.flush()
    with clock.travel(timedelta(days=29)):
        assert await service.purge(world.db) == 0
    with clock.travel(timedelta(days=31)):
        assert await service.purge(world.db) == 1


async def test_the_log_of_one_workspace_is_not_that_of_another(world: World, tmp_path: Path) -> None:
    other = await new_world(new_services(world.db, tmp_path), "Other", "other")
    _, key = await other.new_key()
    async with other.client(key) as client:
        await client.get("/me", headers={"X-Request-Id": "req_theirs"})
    await other.services.recorder.flush()
    assert await _logged(world, request_id="req_theirs") == []
