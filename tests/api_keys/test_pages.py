"""Admin > API keys, as a browser without scripts and as its scripts see it."""

import asyncio
import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from structlog.testing import capture_logs

from pivotal_server.api_keys import service as api_keys
from pivotal_server.api_keys.service import ApiKeyRow
from pivotal_server.auth.keys import parse
from pivotal_server.db.engine import counting
from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.limits.catalogue import ACTIVE_API_KEYS
from tests.support.app import World, new_world
from tests.support.browser import Browser, Browsers
from tests.support.people import entries_of, new_member, set_time_zone

PATH = "/admin/api-keys"
DAY = timedelta(days=1)


async def create(browser: Browser, *, htmx: bool = False, **fields: Any) -> httpx.Response:
    await browser.get(f"{PATH}/new")
    return await browser.post(PATH, {"name": "ci", "mode": "live", **fields}, htmx=htmx)


def key_in(answer: httpx.Response) -> str:
    """The whole key that an answer shows."""
    found = re.search(r'<code id="new-key">([^<]+)</code>', answer.text)
    assert found, answer.text
    return found[1]


async def stored(world: World, name: str) -> ApiKeyRow:
    rows = await api_keys.all_keys(world.db, world.workspace.id)
    return next(row for row in rows if row.name == name)


def row_of(page: httpx.Response, name: str) -> str:
    """The table row of a key, without markup."""
    for row in re.findall(r"<tr id=.*?</tr>", page.text, re.DOTALL):
        text = html.unescape(re.sub(r"<[^>]+>", " ", row))
        if text.split()[0] == name:
            return re.sub(r"\s+", " ", text).strip()
    raise AssertionError(f"no row of {name}")


# ── Who ────────────────────────────────────────────────────────────────────────────────────────
async def test_app_ui_5_only_managers_see_and_do_any_of_it(world: World, browsers: Browsers) -> None:
    row, _ = await world.new_key("ci")
    for role in ("member", "viewer"):
        someone = await new_member(world, f"{role.capitalize()} Ruiz", role)
        browser = browsers()
        await browser.sign_in(world.services, world.workspace.id, someone)
        await browser.get("/profile/sessions")
        answers = [
            await browser.get(PATH),
            await browser.get(f"{PATH}/new"),
            await browser.get(f"{PATH}/{row.id}/revoke"),
            await browser.post(PATH, {"name": "mine", "mode": "live"}),
            await browser.post(f"{PATH}/{row.id}/revoke"),
        ]
        assert [answer.status_code for answer in answers] == [403] * 5
        assert "Only the owner and admins can open Admin." in answers[0].text
        assert "Admin</span></a>" not in answers[0].text
    [unchanged] = await api_keys.all_keys(world.db, world.workspace.id)
    assert unchanged == row


async def test_admins_may(world: World, browsers: Browsers) -> None:
    ana = await new_member(world, "Ana Ruiz", "admin")
    browser = browsers()
    await browser.sign_in(world.services, world.workspace.id, ana)
    await create(browser)
    assert (await stored(world, "ci")).created_by == ana.id


async def test_keys_of_another_workspace_are_not_there(world: World, dana: Browser) -> None:
    other = await new_world(world.services, "Acme", "acme")
    row, _ = await other.new_key("theirs")
    assert "theirs" not in (await dana.get(PATH)).text
    assert (await dana.get(f"{PATH}/{row.id}/revoke")).status_code == 404
    assert (await dana.post(f"{PATH}/{row.id}/revoke")).status_code == 404
    assert (await stored(other, "theirs")).revoked_at is None


# ── Creating ───────────────────────────────────────────────────────────────────────────────────
async def test_app_key_1_a_key_with_everything(world: World, dana: Browser) -> None:
    answer = await create(
        dana,
        name=" warehouse ",
        mode="test",
        read_only="yes",
        scopes=["write:customers", "read:customers", "read:tasks"],
        expires_on="2999-12-31",
        allowed_addresses="203.0.113.0/24, 2001:db8::1\n198.51.100.7",
        rate_limit="120",
    )
    assert answer.status_code == 200
    key = parse(key_in(answer))
    assert key is not None
    row = await stored(world, "warehouse")
    assert (row.mode, row.read_only, row.rate_limit, row.public_id) == ("test", True, 120, key.key_id)
    assert row.scopes == ["write:customers", "read:tasks"]
    assert row.allowed_addresses == ["203.0.113.0/24", "2001:db8::1", "198.51.100.7"]
    assert row.expires_at == datetime(3000, 1, 1, tzinfo=UTC)
    [entry] = await entries_of(world, "api_key.created")
    assert (entry.actor_type, entry.origin, entry.reason) == ("member", "app", "warehouse")


async def test_app_key_1_the_key_works_at_once(world: World, dana: Browser) -> None:
    key = key_in(await create(dana))
    async with world.client(key) as client:
        assert (await client.get("/me")).json()["key_name"] == "ci"


async def test_app_key_1_the_last_day_ends_in_the_zone_of_the_workspace(world: World, dana: Browser) -> None:
    await set_time_zone(world, "America/New_York")
    await create(dana, expires_on="2030-07-04")
    assert (await stored(world, "ci")).expires_at == datetime(2030, 7, 5, 4, tzinfo=UTC)


async def test_app_key_1_a_name_is_unique_among_active_keys(world: World, dana: Browser) -> None:
    await create(dana)
    again = await create(dana)
    assert again.status_code == 409
    assert "A key named “ci” exists. Choose another name." in again.text
    assert 'value="ci"' in again.text
    row = await stored(world, "ci")
    await dana.post(f"{PATH}/{row.id}/revoke")
    assert (await create(dana)).status_code == 200


async def test_app_key_2_a_key_that_cannot_be_shown_is_not_made(
    world: World, dana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could use it, and it would hold its name."""
    await dana.get(f"{PATH}/new")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the list cannot be drawn")

    with monkeypatch.context() as patched, capture_logs():
        patched.setattr("pivotal_server.api_keys.pages.key_list", fail)
        answer = await create(dana)
    assert answer.status_code == 500
    assert "Nothing was changed." in answer.text
    assert await api_keys.all_keys(world.db, world.workspace.id) == []
    assert (await create(dana)).status_code == 200


async def test_the_same_form_sent_twice_at_once_makes_one_key(world: World, dana: Browser) -> None:
    await dana.get(f"{PATH}/new")
    data = {"name": "ci", "mode": "live", "csrf_token": dana.csrf}
    answers = await asyncio.gather(*(dana.client.post(PATH, data=data) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await api_keys.all_keys(world.db, world.workspace.id)) == 1


async def test_app_ui_2_every_faulty_field_is_named_and_all_input_kept(world: World, dana: Browser) -> None:
    sent = {
        "name": "n" * 61,
        "mode": "staging",
        "read_only": "yes",
        "scopes": ["read:tasks"],
        "expires_on": "2020-02-01",
        "allowed_addresses": "203.0.113.0/24, localhost",
        "rate_limit": "-1",
    }
    for htmx in (False, True):
        answer = await create(dana, htmx=htmx, **sent)
        assert answer.status_code == 422
        text = html.unescape(answer.text)
        for message in (
            "Enter at most 60 characters.",
            "Choose an environment.",
            "Choose a day that has not passed.",
            "'localhost' is no IP address and no network such as 203.0.113.0/24.",
            "Enter a whole number from 0 to 1,000,000.",
        ):
            assert text.count(message) == 1, message
        for kept in ('value="2020-02-01"', 'value="-1"', "203.0.113.0/24, localhost</textarea>", "n" * 61):
            assert kept in text
        assert re.search(r'value="read:tasks"[^>]* checked', text)
        assert re.search(r'name="read_only"[^>]* checked', text)
        assert ("<html" in text) is not htmx
        assert re.search(r"<details[^>]* open>", text)
    assert await api_keys.all_keys(world.db, world.workspace.id) == []


async def test_app_ui_2_other_faults_of_fields(dana: Browser) -> None:
    for fields, message in (
        ({"name": " "}, "Enter a name."),
        ({"name": "a\0b"}, "Name contains a control character."),
        ({"scopes": ["read:everything"]}, "Choose among the scopes shown here."),
        ({"expires_on": "soon"}, "Enter a day, such as 2027-01-31."),
        ({"expires_on": "9999-12-31"}, "Enter a day, such as 2027-01-31."),
        ({"rate_limit": "1000001"}, "Enter a whole number from 0 to 1,000,000."),
        ({"rate_limit": "٣"}, "Enter a whole number from 0 to 1,000,000."),
        ({"allowed_addresses": "203.0.113.1/24"}, "did you mean 203.0.113.0/24?"),
    ):
        answer = await create(dana, **fields)
        assert answer.status_code == 422, fields
        assert message in answer.text


async def test_app_ui_13_the_limit_of_active_keys_is_named(
    world: World, dana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await create(dana)

    async def full(*_: Any) -> int:
        return 100

    monkeypatch.setattr("pivotal_server.api_keys.repository.count_active", full)
    answer = await create(dana, name="one-more")
    assert answer.status_code == 422
    assert "Active API keys: the limit of 100 is reached (100 in use). See Admin &gt; Limits" in answer.text
    assert 'value="one-more"' in answer.text


async def test_two_at_once_do_not_pass_the_limit_of_active_keys(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = msgspec.structs.replace(ACTIVE_API_KEYS, default=4)
    monkeypatch.setattr(api_keys, "ACTIVE_API_KEYS", limit)
    made = await asyncio.gather(
        *(world.new_key(f"key {number}") for number in range(8)), return_exceptions=True
    )
    refused = [outcome for outcome in made if isinstance(outcome, ApiError)]
    assert {error.code.code for error in refused} == {"limit_reached"}
    assert (len(made) - len(refused), len(await api_keys.all_keys(world.db, world.workspace.id))) == (4, 4)


# ── Shown once ─────────────────────────────────────────────────────────────────────────────────
async def test_app_key_2_the_whole_key_is_shown_once(world: World, dana: Browser) -> None:
    answer = await create(dana)
    key = key_in(answer)
    assert answer.text.count(key) == 1
    assert answer.headers["cache-control"] == "no-store"
    secret = key[-38:]
    for page in (await dana.get(PATH), await create(dana), await dana.get(PATH, htmx=True)):
        assert secret not in page.text
        assert 'id="new-key"' not in page.text
    assert secret not in repr(await api_keys.all_keys(world.db, world.workspace.id))
    assert secret not in repr(await entries_of(world, ""))


async def test_app_key_2_a_script_gets_the_list_with_the_key(dana: Browser) -> None:
    answer = await create(dana, htmx=True)
    assert answer.status_code == 200
    assert parse(key_in(answer)) is not None
    assert "<html" not in answer.text
    assert answer.headers["hx-retarget"] == "#keys-area"
    assert "saved" in json.loads(answer.headers["hx-trigger"])
    assert answer.headers["cache-control"] == "no-store"


# ── The list ───────────────────────────────────────────────────────────────────────────────────
async def test_an_empty_list_says_what_it_will_hold(dana: Browser) -> None:
    page = await dana.get(PATH)
    assert "Keys let your systems use the API." in page.text
    assert page.text.count('href="/admin/api-keys/new"') == 2


async def test_app_key_3_the_list_shows_use_limit_and_marks(world: World, dana: Browser) -> None:
    now = clock.now()
    await create(dana, name="plain")
    await world.new_key("at-the-command-line", rate_limit=None)
    await world.new_key("tester", mode="test", rate_limit=None)
    await world.new_key("reader", read_only=True, scopes=["read:customers"], rate_limit=0)
    await world.new_key("ending", expires_at=now + 6 * DAY, rate_limit=1500)
    await world.new_key("later", expires_at=datetime(2999, 1, 1, tzinfo=UTC))
    await world.new_key("narrow", allowed_addresses=["203.0.113.0/24"])
    page = await dana.get(PATH)
    assert "pivotal_" in row_of(page, "plain")
    assert "Never 0 600 / min" in row_of(page, "plain")
    assert 'aria-label="Dana Okafor"' in page.text
    assert 'aria-label="Command line"' in page.text
    assert "pivotal_test_" in row_of(page, "tester")
    assert "Test Never 0 30 / min" in row_of(page, "tester")
    assert "Read only" in row_of(page, "reader")
    assert "read:customers" in row_of(page, "reader")
    assert "No limit" in row_of(page, "reader")
    assert re.search(r"Expires in [56] days", row_of(page, "ending"))
    assert "1,500 / min" in row_of(page, "ending")
    assert "until Dec 31, 2998" in row_of(page, "later")
    assert "only from 203.0.113.0/24" in row_of(page, "narrow")
    with clock.travel(7 * DAY):
        assert "Expired" in row_of(await dana.get(PATH), "ending")


async def test_app_key_3_a_key_that_is_not_used_for_90_days_is_marked(world: World, dana: Browser) -> None:
    _, key = await world.new_key("busy")
    await world.new_key("idle")
    with clock.travel(80 * DAY):
        async with world.client(key, address="203.0.113.24") as client:
            await client.get("/me")
        await world.services.ring.flush()
    with clock.travel(89 * DAY):
        await dana.sign_in(world.services, world.workspace.id, world.owner)
        page = await dana.get(PATH)
        assert "Unused" not in page.text
        assert "203.0.113.24 1" in row_of(page, "busy")
    with clock.travel(90 * DAY):
        page = await dana.get(PATH)
        assert "Unused for 90 days" in row_of(page, "idle")
        assert "Unused" not in row_of(page, "busy")


async def test_names_are_shown_as_text(world: World, dana: Browser) -> None:
    name = "<img src=x onerror=alert(1)>\"'&{{7*7}}"
    answer = await create(dana, name=name)
    assert answer.status_code == 200
    row = await stored(world, name)
    for page in (
        answer,
        await dana.get(PATH),
        await dana.get(f"{PATH}/{row.id}/revoke"),
        await dana.get(f"{PATH}/{row.id}/revoke", htmx=True),
        await create(dana, name=name),
    ):
        assert "<img" not in page.text
        assert "&lt;img src=x onerror=alert(1)&gt;" in page.text
        assert "{{7*7}}" in page.text


async def test_the_list_costs_the_same_for_any_number_of_keys(world: World, dana: Browser) -> None:
    counts = []
    for number in range(3):
        await create(dana, name=f"key-{number}")
        with counting() as counted:
            await dana.get(PATH)
        counts.append(counted.value)
    assert counts == [4, 4, 4], "session, limits, keys, names"


# ── Revoking ───────────────────────────────────────────────────────────────────────────────────
async def test_app_key_3_revoking_is_confirmed_and_names_the_last_use(world: World, dana: Browser) -> None:
    row, key = await world.new_key("prod-server")
    question = await dana.get(f"{PATH}/{row.id}/revoke", htmx=True)
    assert "Revoke “prod-server”?" in question.text
    assert "It has never been used." in question.text
    assert "<html" not in question.text
    async with world.client(key, address="203.0.113.24") as client:
        await client.get("/me")
    await world.services.ring.flush()
    question = await dana.get(f"{PATH}/{row.id}/revoke")
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", question.text))
    assert "It was last used Just now from 203.0.113.24." in words
    assert "<html" in question.text
    assert (await stored(world, "prod-server")).revoked_at is None


async def test_app_key_3_a_revoked_key_is_refused_from_the_next_request_on(
    world: World, dana: Browser
) -> None:
    row, key = await world.new_key("prod-server")
    async with world.client(key) as client:
        assert (await client.get("/me")).status_code == 200
        await dana.get(f"{PATH}/{row.id}/revoke")
        answer = await dana.post(f"{PATH}/{row.id}/revoke")
        assert (answer.status_code, answer.headers["location"]) == (303, PATH)
        assert (await client.get("/me")).json()["error"]["code"] == "api_key_revoked"
    page = await dana.get(PATH)
    assert "Revoked" in row_of(page, "prod-server")
    assert f"{row.id}/revoke" not in page.text
    [entry] = await entries_of(world, "api_key.revoked")
    assert (entry.actor_type, entry.reason) == ("member", "prod-server")


async def test_app_key_3_a_script_is_told_to_fetch_the_list_again(world: World, dana: Browser) -> None:
    row, _ = await world.new_key("ci")
    await dana.get(f"{PATH}/{row.id}/revoke")
    answer = await dana.post(f"{PATH}/{row.id}/revoke", htmx=True)
    assert answer.status_code == 204
    told = json.loads(answer.headers["hx-trigger"])["saved"]
    assert told == {"toast": "Key revoked", "detail": "ci", "refresh": ["keys"]}
    part = await dana.get(f"{PATH}?fragment=keys", htmx=True)
    assert part.text.lstrip().startswith('<div data-fragment="keys">')
    assert "Revoked" in part.text


async def test_revoking_twice_is_harmless_and_an_unknown_key_is_not_found(
    world: World, dana: Browser
) -> None:
    row, _ = await world.new_key("ci")
    await dana.get(f"{PATH}/{row.id}/revoke")
    await dana.post(f"{PATH}/{row.id}/revoke")
    assert (await dana.post(f"{PATH}/{row.id}/revoke")).status_code == 303
    assert (await dana.get(f"{PATH}/{row.id}/revoke")).headers["location"] == PATH
    assert len(await entries_of(world, "api_key.revoked")) == 1
    for id in ("nothing", "%00", "c" * 25):
        assert (await dana.get(f"{PATH}/{id}/revoke")).status_code == 404
        assert (await dana.post(f"{PATH}/{id}/revoke")).status_code == 404
