"""Admin > General: saving by group, what it changes, what it refuses, and who may."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.kit import clock
from pivotal_server.tasks.following import rules_at
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member, set_settings
from tests.support.records import answered, new_customer, new_onboarding
from tests.support.visits import Enter, faults_of, text_of, value_of

PATH = "/admin/general"
FIRST = {
    "general": {
        "name": "VML",
        "time_zone": "UTC",
        "week_start": "monday",
        "date_format": "mdy",
        "currency": "USD",
    },
    "access": {"default_access": "assigned_only"},
    "rights": {"members_create_customers": "", "members_export": "yes", "viewers_export": ""},
    "agents": {"mcp_writes": ""},
    "dates": {"due_dates_on_working_days": "", "dates_follow": "ask"},
}


async def save(
    browser: Browser, group: str, values: dict[str, Any] | None = None, *, htmx: bool = False
) -> httpx.Response:
    """Send the form of a group as it is shown, with these fields changed; an empty box is not sent."""
    html = (await browser.get(PATH)).text
    fields = {f"was_{name}": value_of(html, f"was_{name}") for name in FIRST[group]}
    shown: dict[str, Any] = {name: fields[f"was_{name}"] for name in FIRST[group]}
    if group == "general":
        fields["was_working_days"] = value_of(html, "was_working_days")
        shown["working_days"] = fields["was_working_days"].split(",")
    shown |= values or {}
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
        ("general", "currency", "XYZ", "Enter the code of a currency, such as EUR."),
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
    late: dict[str, Any] = {f"was_{name}": value_of(html, f"was_{name}") for name in FIRST["general"]}
    late |= {name: late[f"was_{name}"] for name in FIRST["general"]} | {"was_name": was, "name": "Mine"}
    days = value_of(html, "was_working_days")
    boxes = {"was_working_days": days, "working_days": days.split(",")}
    late |= boxes
    answer = await owner.post(f"{PATH}/general", late)
    assert answer.status_code == 409
    assert "Theirs" in unescape(answer.text)
    assert value_of(answer.text, "name") == "Mine"
    shown = {name: value_of(answer.text, name) for name in ("was_name", "name")}
    shown = late | shown
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


async def test_days_of_work_and_what_follows_are_what_plans_go_by(world: World, owner: Browser) -> None:
    await save(owner, "general", {"working_days": ["7", "1", "2"]})
    await save(owner, "dates", {"due_dates_on_working_days": "yes", "dates_follow": "always"})
    rules = await rules_at(world.db, world.workspace.id)
    assert rules.working_days == {1, 2, 7}
    assert (rules.working_days_only, rules.dates_follow) == (True, "always")
    html = (await owner.get(PATH)).text
    ticked = re.findall(r'name="working_days" value="(\d)" checked', html)
    assert ticked == ["1", "2", "7"]
    written: Any = await entries_of(world, "workspace.updated")
    assert [dict(entry.diff) for entry in written] == [
        {"working_days": ([1, 2, 3, 4, 5], [1, 2, 7])},
        {"due_dates_on_working_days": (False, True), "dates_follow": ("ask", "always")},
    ]


async def test_a_week_has_a_working_day(world: World, owner: Browser) -> None:
    answer = await save(owner, "general", {"working_days": []})
    assert answer.status_code == 422
    assert faults_of(answer.text) == {"working_days": "Choose at least one day."}
    assert not re.search(r'name="working_days" value="\d" checked', answer.text)
    assert (await save(owner, "general", {"working_days": ["9"]})).status_code == 422
    assert await entries_of(world, "workspace.updated") == []


async def test_every_choice_is_held_to_its_list(world: World, owner: Browser) -> None:
    for group, field in (("general", "week_start"), ("general", "date_format"), ("dates", "dates_follow")):
        answer = await save(owner, group, {field: "sometimes"})
        assert answer.status_code == 422
        assert field in faults_of(answer.text)
    assert await entries_of(world, "workspace.updated") == []


@pytest.mark.parametrize(
    ("date_format", "day"), [("mdy", "Jul 15, 2031"), ("dmy", "15 Jul 2031"), ("iso", "2031-07-15")]
)
async def test_dates_and_money_are_written_as_the_workspace_wants(
    api: httpx.AsyncClient, world: World, owner: Browser, date_format: str, day: str
) -> None:
    customer = await new_customer(api, name="Aurora", slug="aurora", mrr=4200)
    await new_onboarding(api, customer, target_launch_date="2031-07-15")
    await save(owner, "general", {"date_format": date_format, "currency": "chf"})
    page = await owner.get("/customers/1-aurora")
    words = text_of(page.text)
    assert day in words
    assert "CHF 4,200" in words.replace("\N{NO-BREAK SPACE}", " ")
    assert f'data-dates="{date_format}"' in page.text
    await save(owner, "general", {"date_format": "mdy", "currency": "EUR"})
    assert "€4,200" in text_of((await owner.get("/customers/1-aurora")).text)


@pytest.mark.parametrize(("week_start", "first"), [("monday", 8), ("saturday", 6), ("sunday", 7)])
async def test_weeks_begin_where_the_workspace_begins_them(
    api: httpx.AsyncClient,
    world: World,
    owner: Browser,
    monkeypatch: pytest.MonkeyPatch,
    week_start: str,
    first: int,
) -> None:
    await save(owner, "general", {"week_start": week_start})
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 10, 12, tzinfo=UTC))
    customer = await new_customer(api, name="Aurora")
    for day in range(5, 16):
        target = f"2026-06-{day:02d}"
        await new_onboarding(api, customer, name=f"Launch {target}", target_launch_date=target)
    answer = answered(await api.get("/search", params={"q": "type:onboarding launch:this_week", "limit": 50}))
    found = {one["name"] for one in answer["data"]}
    assert found == {f"Launch 2026-06-{first + day:02d}" for day in range(7)}
