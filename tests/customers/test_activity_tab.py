"""The Activity tab of a customer: filters that stack, folded acts, and the CSV (APP-ACT-4, -5)."""

import csv
import re
from datetime import timedelta
from html import unescape
from zoneinfo import ZoneInfo

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.kit import clock
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member, set_time_zone
from tests.support.records import (
    Json,
    answered,
    new_contact,
    new_customer,
    new_onboarding,
    new_task,
    patched,
)
from tests.support.visits import Enter, text_of

TAB = "/customers/1-aurora/activity"


def entries_in(html: str) -> list[str]:
    """What the entries say, the newest first."""
    return [text_of(words) for words in re.findall(r'<p class="what">(.*?)</p>', html, re.DOTALL)]


async def shown(browser: Browser, query: str = "") -> list[str]:
    """The entries of the tab under a filter."""
    answer = await browser.get(f"{TAB}{query}")
    assert answer.status_code == 200
    return entries_in(answer.text)


async def aurora(api: httpx.AsyncClient) -> Json:
    """A customer with a week of history, whose stream is read at its end."""
    customer = await new_customer(api, name="Aurora", slug="aurora")
    with clock.travel(timedelta(days=4)):
        await patched(api, customer, plan="Scale")
        contact = await new_contact(api, customer, name="Mira Chen", email="mira@aurora.com")
        await patched(api, contact, title="Head of Ops")
    with clock.travel(timedelta(days=7)):
        await patched(api, customer, status="at_risk")
    return customer


async def test_app_act_4_filters_stack(owner: Browser, api: httpx.AsyncClient, world: World) -> None:
    await aurora(api)
    assert len(await shown(owner)) == 5
    assert len(await shown(owner, "?event=contact")) == 2
    assert len(await shown(owner, "?event=customer")) == 3
    assert len(await shown(owner, "?event=customer.status_changed")) == 1
    assert len(await shown(owner, f"?actor={world.owner.id}")) == 0
    assert len(await shown(owner, "?q=SCALE")) == 1
    assert len(await shown(owner, "?q=head OF")) == 1, "of contacts too, whose changes stand beside the entry"
    assert len(await shown(owner, "?event=customer&q=scale")) == 1
    assert len(await shown(owner, "?event=contact&q=scale")) == 0
    nothing = (await owner.get(f"{TAB}?event=no.such")).text
    assert "Nothing matches" in text_of(nothing)
    assert "Clear filter" in text_of(nothing)


async def test_days_are_those_of_the_workspace_and_included(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    await set_time_zone(world, "Pacific/Auckland")
    await aurora(api)
    day = (clock.now().astimezone(ZoneInfo("Pacific/Auckland")) + timedelta(days=4)).date()
    assert len(await shown(owner, f"?since={day}&until={day}")) == 3
    assert len(await shown(owner, f"?until={day - timedelta(days=1)}")) == 1
    assert len(await shown(owner, f"?since={day + timedelta(days=1)}")) == 1
    html = (await owner.get(f"{TAB}?since=soon&until=9999-12-31")).text
    assert "Enter a date." in text_of(html)
    assert 'value="soon"' in html


async def test_older_entries_keep_the_filter(
    owner: Browser, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pivotal_server.customers.pages_activity.SHOWN", 2)
    customer = await aurora(api)
    for plan in ("A", "B", "C"):
        await patched(api, customer, plan=plan)
    html = (await owner.get(f"{TAB}?event=customer.field_changed")).text
    older = re.search(r'href="(/customers/1-aurora/activity\?[^"]*before=[^"]*)"', html)
    assert older is not None
    rest = entries_in((await owner.get(unescape(older[1]))).text)
    assert len(entries_in(html)) == len(rest) == 2


async def test_app_act_5_the_csv_has_a_row_for_each_changed_field_and_heeds_the_filter(
    owner: Browser, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pivotal_server.activity.service_audit.BATCH", 2)
    customer = await aurora(api)
    await patched(api, customer, plan="=cmd()", mrr=5)
    link = re.search(r'href="([^"]*activity\.csv[^"]*)"', (await owner.get(TAB)).text)
    assert link is not None
    answer = await owner.get(link[1])
    assert answer.headers["content-disposition"] == 'attachment; filename="customer-1-activity.csv"'
    rows = [*csv.DictReader(answer.content.decode("utf-8-sig").splitlines())]
    assert [*rows[0]][:8] == [
        *("timestamp", "actor", "actor_type", "event_type", "field", "old_value", "new_value"),
        "onboarding_id",
    ]
    newest = rows[:2]
    assert {row["field"]: row["new_value"] for row in newest} == {"plan": "'=cmd()", "mrr": "5"}
    assert {row["event_type"] for row in rows} == {
        *("customer.created", "customer.field_changed", "customer.status_changed"),
        *("contact.added", "contact.field_changed"),
    }
    stamps = [row["timestamp"] for row in rows]
    assert stamps == sorted(stamps, reverse=True), "no batch repeats or leaves out an entry"
    only = await owner.get(f"{TAB}.csv?event=contact")
    assert {row["event_type"] for row in csv.DictReader(only.content.decode("utf-8-sig").splitlines())} == {
        *("contact.added", "contact.field_changed")
    }
    none = await owner.get(f"{TAB}.csv?event=no.such")
    assert len(none.content.decode().splitlines()) == 1


async def test_entries_of_one_act_are_one_line_that_unfolds(owner: Browser, api: httpx.AsyncClient) -> None:
    customer = await new_customer(api, name="Aurora", slug="aurora")
    onboarding = await new_onboarding(api, customer)
    tasks = [await new_task(api, onboarding, title=f"Task {number}") for number in range(4)]
    done = [
        {"action": "update", "resource": "task", "id": task["id"], "data": {"title": f"New {task['title']}"}}
        for task in tasks
    ]
    answered(await api.post("/bulk", json={"operations": done}))
    said = await shown(owner)
    assert "changed 4 tasks" in said[0]
    assert [one for one in said if "New Task" in one], "the single ones are below it"
    answered(await api.post("/bulk", json={"operations": done[:2]}))
    assert "changed 2" not in " ".join(await shown(owner)), "two stand as they are"


async def test_whoever_may_not_export_gets_no_csv(api: httpx.AsyncClient, world: World, enter: Enter) -> None:
    vera = await new_member(world, "Vera Lind", "viewer")
    ana = await new_member(world, "Ana Ruiz", "member")
    browser, other = await enter(vera), await enter(ana)
    await new_customer(api, name="Aurora", slug="aurora")
    assert (await browser.get(f"{TAB}.csv")).status_code == 403
    assert (await other.get(f"{TAB}.csv")).status_code == 404, "which she does not see"


async def test_the_tab_costs_the_same_with_any_filter(owner: Browser, api: httpx.AsyncClient) -> None:
    customer = await aurora(api)
    counts = []
    for plan in ("A", "B"):
        await patched(api, customer, plan=plan)
        with counting() as statements:
            await owner.get(f"{TAB}?event=customer&q=a&since=2020-01-01")
        counts.append(statements.value)
    assert counts[0] == counts[1] <= 15
