"""Admin > Logs: the whole stream with its filters, as CSV, and by request."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from pivotal_server.activity import service_logs
from pivotal_server.activity.export import COLUMNS
from pivotal_server.activity.service_logs import search_log
from pivotal_server.db.engine import counting
from pivotal_server.kit import clock
from pivotal_server.kit.pagination import Slice
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import new_contact, new_customer, new_onboarding, patched, path_of
from tests.support.visits import Enter, faults_of, text_of

PATH = "/admin/logs"


def numbers(html: str) -> int:
    """How many entries are shown."""
    return html.count('<li class="entry"')


async def shown(owner: Browser, **filters: str) -> str:
    """What the page says under these filters."""
    answer = await owner.client.get(PATH, params=filters)
    assert answer.status_code == 200, answer.text
    return answer.text


async def rows_of(owner: Browser, **filters: str) -> list[dict[str, str]]:
    """The lines of the file under these filters."""
    answer = await owner.client.get(f"{PATH}/export.csv", params=filters)
    assert answer.headers["content-disposition"] == 'attachment; filename="log.csv"'
    assert answer.text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))


async def test_filters_stack_and_lead_to_customer_and_request(
    api: httpx.AsyncClient, world: World, owner: Browser
) -> None:
    aurora = await new_customer(api, name="Aurora", slug="aurora")
    other = await new_customer(api, name="Borealis")
    await new_contact(api, aurora, name="Mira Chen")
    answer = await api.patch(path_of(aurora), json={"plan": "Scale"})
    request_id = answer.headers["x-request-id"]
    await patched(api, other, plan="Growth")
    everything = await shown(owner)
    assert "changed the plan" in text_of(everything)
    assert f'href="{PATH}/requests/{request_id}"' in everything
    of_one = await shown(owner, customer="#1")
    assert numbers(of_one) == 3
    assert 'href="/customers/1"' in of_one
    assert "Borealis" not in text_of(of_one)
    assert numbers(await shown(owner, customer="aurora", event="customer")) == 2
    assert numbers(await shown(owner, event="customer.field_changed")) == 2
    assert numbers(await shown(owner, event="customer_field_changed", customer="1")) == 1
    assert numbers(await shown(owner, q="sCALE")) == 1
    assert numbers(await shown(owner, q="100%")) == 0
    assert numbers(await shown(owner, q="scale", event="contact")) == 0
    assert "Nothing matches" in await shown(owner, q="scale", event="contact")


async def test_texts_of_contacts_are_found_until_they_are_erased(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    contact = await new_contact(api, await new_customer(api), name="Mira Chen")
    await patched(api, contact, title="Head of Ops")
    assert numbers(await shown(owner, q="head of ops")) == 1


async def test_by_whom_and_from_day_to_day(
    api: httpx.AsyncClient, world: World, owner: Browser, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = (datetime.now(UTC) + timedelta(days=2)).replace(hour=12)
    monkeypatch.setattr(clock, "now", lambda: noon)
    customer = await new_customer(api, name="Aurora")
    today = noon.date()
    ana = await enter(await new_member(world, "Ana Ruiz", "admin"))
    await ana.get("/customers/new")
    await ana.post("/customers/new", {"name": "By Ana"})
    member = re.findall(r'<option value="(c\w{24})">Ana Ruiz', await shown(owner))
    assert len(member) == 1
    assert "created this customer" in text_of(await shown(owner, actor=member[0], event="customer"))
    assert numbers(await shown(owner, actor=member[0], event="customer")) == 1
    key = re.findall(r'<option value="(c\w{24})">local-dev', await shown(owner))
    assert numbers(await shown(owner, actor=key[0], customer=str(customer["display_id"]))) == 1
    day = {"from": str(today), "to": str(today)}
    assert numbers(await shown(owner, event="customer", **day)) == 2
    for away in (
        {"from": str(today + timedelta(days=1))},
        {"to": str(today - timedelta(days=1)), "from": str(today - timedelta(days=5))},
    ):
        assert numbers(await shown(owner, event="customer", **away)) == 0


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("event", "customer.exploded"),
        ("actor", "99"),
        ("customer", "999"),
        ("customer", "nobody"),
        ("from", "2026-02-30"),
        ("to", "soon"),
    ],
)
async def test_app_ui_2_a_bad_filter_is_named_and_nothing_is_shown(
    owner: Browser, field: str, typed: str
) -> None:
    answer = await owner.client.get(PATH, params={field: typed})
    assert answer.status_code == 422
    assert list(faults_of(answer.text)) == [field]
    assert numbers(answer.text) == 0
    assert (await owner.client.get(f"{PATH}/export.csv", params={field: typed})).status_code == 303


async def test_pages_and_file_walk_the_whole_stream(
    api: httpx.AsyncClient, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pivotal_server.request_log.pages_entries.SHOWN", 4)
    monkeypatch.setattr(service_logs, "BATCH", 3)
    customer = await new_customer(api)
    for number in range(9):
        await patched(api, customer, plan=f"Plan {number}")
    seen, path = 0, f"{PATH}?event=customer"
    while path:
        html = (await owner.get(path)).text
        seen += numbers(html)
        older = re.search(r'href="([^"]*before=[^"]*)"', html)
        path = older[1].replace("&amp;", "&") if older else ""
    assert seen == 10
    rows = await rows_of(owner, event="customer.field_changed")
    assert [row["new_value"] for row in rows] == [f"Plan {number}" for number in reversed(range(9))]
    assert list(rows[0]) == list(COLUMNS)


async def test_app_ui_13_a_search_says_how_far_it_has_looked(
    api: httpx.AsyncClient, world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_logs, "REACH", 3)
    customer = await new_customer(api)
    await patched(api, customer, plan="Needle")
    for number in range(8):
        await patched(api, customer, plan=f"Plan {number}")
    found = await search_log(world.db, world.workspace.id, {"text": "needle"}, Slice(50))
    assert found.rows == []
    assert found.looked_until == found.older
    html = await shown(owner, q="needle")
    assert "Searched back to" in text_of(html)
    assert "Search further back" in html
    cursor, hits = found.older, 0
    while cursor is not None:
        found = await search_log(world.db, world.workspace.id, {"text": "needle"}, Slice(50, cursor=cursor))
        hits, cursor = hits + len(found.rows), found.older
    assert hits == 2
    assert len(await rows_of(owner, q="needle")) == 2


async def test_a_request_id_opens_the_request_and_old_addresses_lead_on(owner: Browser) -> None:
    answer = await owner.get(f"{PATH}?id=req_abc/def")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}/requests/req_abcdef")
    answer = await owner.get(f"{PATH}?status=failed&key=x")
    assert answer.headers["location"] == f"{PATH}/requests?status=failed&key=x"
    answer = await owner.get("/admin/audit-log")
    assert (answer.status_code, answer.headers["location"]) == (301, PATH)


async def test_the_page_costs_the_same_whatever_it_shows(api: httpx.AsyncClient, owner: Browser) -> None:
    counts = []
    for _ in range(2):
        customer = await new_customer(api)
        await new_onboarding(api, customer)
        await owner.get(PATH)
        with counting() as count:
            await owner.get(PATH)
        counts.append(count.value)
    assert counts[0] == counts[1] <= 9


async def test_nobody_reads_the_log_of_another_workspace_nor_without_the_role(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    await new_customer(api, name="Aurora")
    found = await search_log(world.db, "another", {}, Slice(50))
    assert found.rows == []
    for role in ("member", "viewer"):
        browser = await enter(await new_member(world, f"{role.title()} Person", role))
        assert (await browser.get(PATH)).status_code == 403
        assert (await browser.get(f"{PATH}/export.csv")).status_code == 403
