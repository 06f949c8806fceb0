"""Changing limits at Admin > Limits: what obeys, who is told, what is refused."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.limits import catalogue, service
from pivotal_server.limits.catalogue import (
    ACTIVE_API_KEYS,
    CONTACTS_PER_CUSTOMER,
    CUSTOM_FIELDS,
    LIMITS,
    PHASES,
    PREDECESSORS_PER_TASK,
    PRIVATE_VIEWS,
    RATE_LIMIT_LIVE,
    SHARED_VIEWS,
    SUBTASKS_PER_TASK,
    TASKS_PER_ONBOARDING,
    TEMPLATES,
    WAITING_JOBS,
    WEBHOOK_ENDPOINTS,
    Limit,
    LimitScope,
)
from pivotal_server.limits.changing import set_limit
from pivotal_server.notifications import service_notices as notices
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member
from tests.support.records import error_of
from tests.support.visits import Enter, faults_of, text_of, value_of

CHANGEABLE = [limit for limit in LIMITS.values() if limit.setting]
ROOT = Path(service.__file__).parents[1]


async def save(owner: Browser, limit: Limit, value: str, *, htmx: bool = False) -> httpx.Response:
    """Send the form of a limit."""
    await owner.get(f"/admin/limits/{limit.name}")
    return await owner.post(f"/admin/limits/{limit.name}", {"value": value}, htmx=htmx)


async def told(world: World) -> list[str]:
    """What the owner was told of limits, newest first."""
    rows = await notices.list_for_member(world.db, world.workspace.id, world.owner.id)
    return [row.title for row in rows if row.kind == service.KIND]


# ── The form ─────────────────────────────────────────────────────────────────────────────────────
async def test_app_lim_1_a_limit_is_changed_and_given_back(world: World, owner: Browser) -> None:
    await save(owner, PHASES, "40")
    html = (await owner.get("/admin/limits")).text
    assert "Changed, usually 30 phases" in text_of(html)
    assert "40 phases 33" in text_of(html)
    assert value_of((await owner.get("/admin/limits/phases")).text, "value") == "40"
    await save(owner, PHASES, "40")
    await save(owner, PHASES, "")
    assert "Changed" not in text_of((await owner.get("/admin/limits")).text).replace("Change ", "")
    written = await entries_of(world, "workspace.updated")
    assert [dict(entry.diff) for entry in written] == [
        {"limits.phases": (30, 40)},
        {"limits.phases": (40, 30)},
    ]


@pytest.mark.parametrize("typed", ["0", "101", "-1", "1.5", "many", "9" * 19, "٣"])
async def test_a_value_out_of_bounds_is_refused_with_what_was_typed(
    world: World, owner: Browser, typed: str
) -> None:
    for htmx in (False, True):
        answer = await save(owner, PHASES, typed, htmx=htmx)
        assert answer.status_code == 422
        assert faults_of(answer.text) == {"value": "Enter a whole number from 1 to 100."}
        assert value_of(answer.text, "value") == typed
    assert await entries_of(world, "workspace.updated") == []


async def test_a_number_too_long_to_be_one_switches_nothing_off(owner: Browser, world: World) -> None:
    assert (await save(owner, RATE_LIMIT_LIVE, "9" * 19)).status_code == 422
    assert await service.value(world.db, world.workspace.id, RATE_LIMIT_LIVE) == 600


async def test_fixed_and_unknown_limits_have_no_form(owner: Browser, world: World) -> None:
    await owner.get("/admin/limits")
    for name in ("body_bytes", "nothing"):
        assert (await owner.get(f"/admin/limits/{name}")).status_code == 404
        assert (await owner.post(f"/admin/limits/{name}", {"value": "5"})).status_code == 404
    async with unit_of_work(world.db, world.operator) as uow:
        with pytest.raises(ApiError, match="cannot be changed"):
            await set_limit(uow, catalogue.BODY_BYTES, 5)


# ── Who obeys ────────────────────────────────────────────────────────────────────────────────────
async def _define(_api: httpx.AsyncClient, owner: Browser, name: str) -> int:
    await owner.get("/admin/custom-fields/new")
    fields = {"label": f"Field {name}", "type": "string"}
    return (await owner.post("/admin/custom-fields/new", fields)).status_code


async def _phase(_api: httpx.AsyncClient, owner: Browser, name: str) -> int:
    await owner.get("/admin/phases")
    return (await owner.post("/admin/phases/new", {"name": f"Phase {name}", "kind": "normal"})).status_code


async def _key(_api: httpx.AsyncClient, owner: Browser, name: str) -> int:
    await owner.get("/admin/api-keys/new")
    answer = await owner.post("/admin/api-keys", {"name": f"Key {name}", "mode": "live"})
    return 303 if answer.status_code == 200 else answer.status_code


async def _asked(api: httpx.AsyncClient, path: str, body: dict[str, Any]) -> int:
    answer = await api.post(path, json=body)
    if answer.is_success:
        return 303
    assert error_of(answer) == (400, "limit_reached", None)
    return 422


async def _template(api: httpx.AsyncClient, _owner: Browser, name: str) -> int:
    body = {"name": f"Template {name}", "phase": "launch", "tasks": [{"title": "Call"}]}
    return await _asked(api, "/templates", body)


async def _endpoint(api: httpx.AsyncClient, _owner: Browser, name: str) -> int:
    return await _asked(
        api, "/webhook_endpoints", {"url": f"https://example.com/{name}", "event_types": ["*"]}
    )


async def _export(api: httpx.AsyncClient, _owner: Browser, _name: str) -> int:
    return await _asked(api, "/exports", {"type": "customers"})


@pytest.mark.parametrize(
    ("limit", "add"),
    [
        (ACTIVE_API_KEYS, _key),
        (PHASES, _phase),
        (CUSTOM_FIELDS, _define),
        (TEMPLATES, _template),
        (WEBHOOK_ENDPOINTS, _endpoint),
        (WAITING_JOBS, _export),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
async def test_what_adds_obeys_the_changed_value_at_once(
    api: httpx.AsyncClient, world: World, owner: Browser, limit: Limit, add: Any
) -> None:
    assert await add(api, owner, "first") in (200, 303)
    [used] = [use.used for use in await service.uses(world.db, world.workspace.id) if use.limit is limit]
    await save(owner, limit, str(used))
    assert await add(api, owner, "second") == 422
    await save(owner, limit, str((used or 0) + 1))
    assert await add(api, owner, "third") in (200, 303)


@pytest.mark.parametrize(
    "limit",
    [
        CONTACTS_PER_CUSTOMER,
        TASKS_PER_ONBOARDING,
        SUBTASKS_PER_TASK,
        PREDECESSORS_PER_TASK,
        PRIVATE_VIEWS,
        SHARED_VIEWS,
    ],
    ids=lambda limit: limit.name,
)
async def test_what_is_counted_for_each_record_obeys_too(world: World, owner: Browser, limit: Limit) -> None:
    await save(owner, limit, str(limit.least))
    async with unit_of_work(world.db, world.operator) as uow:
        await service.check_room(uow, limit, limit.least - 1)
        with pytest.raises(ApiError) as refused:
            await service.check_room(uow, limit, limit.least, field="name")
    assert refused.value.code.code == "limit_reached"
    assert refused.value.field == "name"
    assert f"{limit.title}: the limit of {limit.least} is reached" in refused.value.message


def test_app_lim_3_nothing_compares_with_a_default_that_can_be_changed() -> None:
    names = {name for name, value in vars(catalogue).items() if value in CHANGEABLE}
    assert len(names) == len(CHANGEABLE)
    for path in ROOT.rglob("*.py"):
        if path.is_relative_to(ROOT / "limits"):
            continue
        found = set(re.findall(r"\b([A-Z_]+)\.default\b", path.read_text()))
        assert not found & names, path


async def test_app_key_3_the_next_request_of_a_key_is_held_to_the_changed_rate(
    world: World, owner: Browser
) -> None:
    _, key = await world.new_key(rate_limit=None)
    _, other = await world.new_key("own", rate_limit=7)
    async with world.client(key) as api, world.client(other) as own:
        assert (await api.get("/me")).headers["x-ratelimit-limit"] == "600"
        await save(owner, RATE_LIMIT_LIVE, "45")
        answer = await api.get("/me")
        assert answer.headers["x-ratelimit-limit"] == "45"
        assert answer.json()["api_key"]["rate_limit_tier"] == "custom"
        assert (await own.get("/me")).headers["x-ratelimit-limit"] == "7"
        await save(owner, RATE_LIMIT_LIVE, "0")
        assert "x-ratelimit-limit" not in (await api.get("/me")).headers
    page = text_of((await owner.get("/admin/api-keys/new")).text)
    assert "Empty: 0 (live) or 30 (test)" in page


async def test_expired_keys_count_for_nothing(
    world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save(owner, ACTIVE_API_KEYS, "1")
    ends = clock.now() + timedelta(hours=1)
    await world.new_key("ends", expires_at=ends)
    with pytest.raises(ApiError, match=re.escape("the limit of 1 is reached (1 in use)")):
        await world.new_key("beyond")
    monkeypatch.setattr(clock, "now", lambda: ends)
    await world.new_key("stays")
    [used] = [
        use.used for use in await service.uses(world.db, world.workspace.id) if use.limit is ACTIVE_API_KEYS
    ]
    assert used == 1


# ── Being told ───────────────────────────────────────────────────────────────────────────────────
async def test_app_lim_2_managers_are_told_once_for_each_crossing(world: World, owner: Browser) -> None:
    admin = await new_member(world, "Ada Admin", "admin")
    viewer = await new_member(world, "Vera Holm", "viewer")
    await save(owner, ACTIVE_API_KEYS, "20")
    rows = [await world.new_key(f"key {number}") for number in range(15)]
    assert await told(world) == []
    for number in range(15, 18):
        await world.new_key(f"key {number}")
    assert await told(world) == ["Active API keys: 80 % of the limit is in use"]
    for number in (18, 19):
        await world.new_key(f"key {number}")
    both = ["Active API keys: 95 % of the limit is in use", "Active API keys: 80 % of the limit is in use"]
    assert await told(world) == both
    assert len(await notices.list_for_member(world.db, world.workspace.id, admin.id)) == 2
    assert await notices.list_for_member(world.db, world.workspace.id, viewer.id) == []
    for row, _ in rows[:3]:
        await owner.get(f"/admin/api-keys/{row.id}/revoke")
        await owner.post(f"/admin/api-keys/{row.id}/revoke")
    for number in range(3):
        await world.new_key(f"again {number}")
    assert await told(world) == [both[0], *both]


async def test_what_is_refused_tells_nobody(world: World, owner: Browser) -> None:
    await save(owner, ACTIVE_API_KEYS, "1")
    await world.new_key("one")
    first = await told(world)
    with pytest.raises(ApiError):
        await world.new_key("two")
    assert await told(world) == first


async def test_a_list_saved_as_a_whole_tells_nobody(world: World) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        await service.check_room(uow, PREDECESSORS_PER_TASK, 0, 20)
    assert PREDECESSORS_PER_TASK.scope is LimitScope.TASK
    assert await told(world) == []


async def test_app_lim_2_a_bar_stands_across_admin(world: World, owner: Browser, enter: Enter) -> None:
    said = "Phases: 100 % of the limit is in use."
    assert said not in text_of((await owner.get("/admin/team")).text)
    await save(owner, PHASES, "7")
    for path in ("/admin/team", "/admin/limits", "/admin/logs", "/admin/general"):
        html = (await owner.get(path)).text
        assert text_of(html).count(said) == 1
        assert 'href="/admin/limits#limit-phases"' in html
    assert said not in text_of((await owner.get("/customers")).text)
    await save(owner, PHASES, "8")
    assert "Phases: 87 %" in text_of((await owner.get("/admin/team")).text)


# ── Use by keys ──────────────────────────────────────────────────────────────────────────────────
async def test_app_lim_1_the_use_of_each_key_with_what_was_refused(world: World, owner: Browser) -> None:
    _, key = await world.new_key("busy", rate_limit=2)
    await world.new_key("idle", mode="test", rate_limit=None)
    async with world.client(key) as api:
        for _ in range(3):
            await api.get("/me")
    await world.services.recorder.flush()
    page = text_of((await owner.get("/admin/limits/keys")).text)
    assert "busy 3 1 3 1 2 / min" in page
    assert "idle Test 0 0 0 0 30 / min" in page
