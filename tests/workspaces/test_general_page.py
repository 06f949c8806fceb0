"""Admin > General: saving by group, what it changes, what it refuses, and who may."""

import re
from html import unescape
from typing import Any

import httpx
import pytest

from pivotal_server.db.engine import counting
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member, set_settings
from tests.support.records import new_customer
from tests.support.visits import Enter, faults_of, text_of, value_of

PATH = "/admin/general"
FIRST = {
    "general": {"name": "VML", "time_zone": "UTC"},
    "access": {"default_access": "assigned_only"},
    "rights": {"members_create_customers": "", "members_export": "yes", "viewers_export": ""},
    "agents": {"mcp_writes": ""},
}


async def save(
    browser: Browser, group: str, values: dict[str, str] | None = None, *, htmx: bool = False
) -> httpx.Response:
    """Send the form of a group as it is shown, with these fields changed; an empty box is not sent."""
    html = (await browser.get(PATH)).text
    fields = {f"was_{name}": value_of(html, f"was_{name}") for name in FIRST[group]}
    shown = {name: fields[f"was_{name}"] for name in FIRST[group]} | (values or {})
    return await browser.post(f"{PATH}/{group}", fields | {k: v for k, v in shown.items() if v}, htmx=htmx)


async def test_each_group_saves_its_fields_with_one_entry_and_nothing_twice(
    world: World, owner: Browser
) -> None:
    await set_settings(world, members_export=True, sample="kept")
    assert (
        await save(owner, "general", {"name": "Acme CS", "time_zone": "Europe/Berlin"})
    ).status_code == 303
    assert (await save(owner, "access", {"default_access": "all_members"})).status_code == 303
    changed = await save(owner, "rights", {"members_create_customers": "yes", "members_export": ""})
    assert changed.status_code == 303
    assert (await save(owner, "agents", {"mcp_writes": "yes"})).status_code == 303
    for group in FIRST:
        await save(owner, group)
    written: Any = await entries_of(world, "workspace.updated")
    assert [{name: new for name, (_, new) in entry.diff.items()} for entry in written] == [
        {"name": "Acme CS", "time_zone": "Europe/Berlin"},
        {"default_access": "all_members"},
        {"members_create_customers": True, "members_export": False},
        {"mcp_writes": True},
    ]
    html = (await owner.get(PATH)).text
    assert value_of(html, "name") == "Acme CS"
    assert value_of(html, "time_zone") == "Europe/Berlin"
    assert '<option value="all_members" selected>' in html
    assert "Acme CS" in text_of((await owner.get("/customers")).text)


async def test_default_access_and_rights_act_on_the_next_click(
    api: httpx.AsyncClient, world: World, owner: Browser, enter: Enter
) -> None:
    await new_customer(api, name="Aurora", slug="aurora")
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    vera = await enter(await new_member(world, "Vera Holm", "viewer"))
    assert [(await one.get("/customers/1-aurora")).status_code for one in (ana, vera)] == [404, 404]
    await save(owner, "access", {"default_access": "all_members"})
    assert [(await one.get("/customers/1-aurora")).status_code for one in (ana, vera)] == [200, 404]
    await save(owner, "access", {"default_access": "all_members_and_viewers"})
    assert (await vera.get("/customers/1-aurora")).status_code == 200
    assert (await ana.get("/customers/new")).status_code == 403
    await save(owner, "rights", {"members_create_customers": "yes"})
    assert (await ana.get("/customers/new")).status_code == 200
    await save(owner, "access", {"default_access": "assigned_only"})
    assert (await ana.get("/customers/1-aurora")).status_code == 404


@pytest.mark.parametrize(
    ("group", "field", "typed", "message"),
    [
        ("general", "name", " ", "Enter a name."),
        ("general", "name", "x" * 81, "Use at most 80 characters."),
        ("general", "time_zone", "Mars/Olympus", "Choose a time zone of the list, such as Europe/Berlin."),
        ("general", "time_zone", "../etc/passwd", "Choose a time zone of the list, such as Europe/Berlin."),
        ("access", "default_access", "everybody", "Choose who sees all customers."),
    ],
)
async def test_a_bad_value_is_said_beside_its_field_and_nothing_is_stored(
    world: World, owner: Browser, group: str, field: str, typed: str, message: str
) -> None:
    answer = await save(owner, group, {field: typed})
    assert answer.status_code == 422
    assert faults_of(answer.text) == {field: message}
    if field != "default_access":
        assert value_of(answer.text, field) == typed
    part = await save(owner, group, {field: typed}, htmx=True)
    assert part.status_code == 422
    assert part.text.count("<form") == 1
    assert await entries_of(world, "workspace.updated") == []


async def test_somebody_elses_change_is_shown_before_it_is_overwritten(world: World, owner: Browser) -> None:
    html = (await owner.get(PATH)).text
    was = value_of(html, "was_name")
    await save(owner, "general", {"name": "Theirs"})
    late = {"was_name": was, "was_time_zone": value_of(html, "was_time_zone"), "name": "Mine"}
    late["time_zone"] = late["was_time_zone"]
    answer = await owner.post(f"{PATH}/general", late)
    assert answer.status_code == 409
    assert "Theirs" in unescape(answer.text)
    assert value_of(answer.text, "name") == "Mine"
    shown = {name: value_of(answer.text, name) for name in late}
    assert (await owner.post(f"{PATH}/general", shown)).status_code == 303
    assert value_of((await owner.get(PATH)).text, "name") == "Mine"


async def test_p23_managers_alone_see_and_save_it(world: World, enter: Enter) -> None:
    for role, status in (("admin", 200), ("member", 403), ("viewer", 403)):
        browser = await enter(await new_member(world, f"{role.title()} Person", role))
        assert (await browser.get(PATH)).status_code == status
        assert (await browser.get("/admin")).status_code == (303 if status == 200 else status)
        if status == 403:
            await browser.get("/profile/sessions")
            assert (await browser.post(f"{PATH}/rights", {"members_export": "yes"})).status_code == 403


async def test_the_page_is_few_statements_and_admin_leads_to_it(owner: Browser) -> None:
    assert (await owner.get("/admin")).headers["location"] == PATH
    with counting() as count:
        html = (await owner.get(PATH)).text
    assert count.value <= 4
    assert re.search(r'href="/admin/general" aria-current="page"', html)
