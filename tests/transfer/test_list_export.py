"""The list of customers as a CSV: filter, order, columns, who sees what, and the way back in (4.5)."""

import csv
import re
from html import unescape
from typing import Any

import httpx
import pytest

from pivotal_server.db.engine import counting
from tests.customers.test_details_tab import new_field
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.journal import Journal
from tests.support.people import change_member, entries_of, new_member, set_settings
from tests.support.queue import all_jobs, work_off
from tests.support.records import Json, new_contact, new_customer, new_onboarding, patched
from tests.support.transfers import started
from tests.support.visits import Enter, text_of

PATH = "/customers/export"
HREF = r'href="(/customers/export[^"]*)"'


def rows_in(content: bytes) -> list[dict[str, str]]:
    """The lines of a file by their headers."""
    return [*csv.DictReader(content.decode("utf-8-sig").splitlines())]


def fields_of(html: str) -> dict[str, Any]:
    """What the form of an export sends along."""
    found: dict[str, Any] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html):
        found.setdefault(name, []).append(unescape(value))
    return {name: values for name, values in found.items() if name != "csrf_token"}


async def question(browser: Browser, path: str) -> str:
    """The question about the export of a list."""
    link = re.search(HREF, (await browser.get(path)).text)
    assert link is not None
    return (await browser.get(unescape(link[1]))).text


async def exported(browser: Browser, path: str, which: str = "shown") -> list[dict[str, str]]:
    """The rows of the file that the list leads to."""
    answer = await browser.post(PATH, {**fields_of(await question(browser, path)), "which": which})
    assert answer.status_code == 200, text_of(answer.text)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-disposition"].startswith('attachment; filename="customers-')
    return rows_in(answer.content)


async def test_app_exp_1_filter_order_and_columns_are_those_of_the_list(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    await new_field(world, {"label": "Region", "slug": "region", "type": "string"})
    me = world.owner.id
    first = await new_customer(api, name="Aurora", mrr=10, owner_id=me, custom_fields={"region": "EMEA"})
    await new_customer(api, name="Borealis", mrr=30)
    await new_customer(api, name="Cobalt", mrr=20, status="churned")
    await new_contact(api, first, name="Mira Chen")
    await new_onboarding(api, first, phase="review", target_launch_date="2026-12-24T00:00:00Z")
    html = await question(owner, "/customers?sort=-mrr")
    assert "Export 2 customers" in text_of(html)
    rows = await exported(
        owner, "/customers?sort=-mrr&columns=mrr,cf.region,owner,contact,onboardings,launch"
    )
    assert [row["name"] for row in rows] == ["Borealis", "Aurora"]
    assert rows[1] == {
        "display_id": str(first["display_id"]),
        "name": "Aurora",
        "mrr": "10",
        "custom_fields.region": "EMEA",
        "owner_id": me,
        "owner_name": "Dana Okafor",
        "primary_contact_name": "Mira Chen",
        "open_onboardings": "1",
        "open_phases": "review",
        "next_launch": "2026-12-24",
    }
    churned = await exported(owner, "/customers?q=status:churned")
    assert [row["name"] for row in churned] == ["Cobalt"]


async def test_app_exp_1_all_columns_are_those_of_the_api(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    await new_field(world, {"label": "Region", "slug": "region", "type": "string"})
    customer = await new_customer(api, name="Aurora", tags=["vip", "retail"], metadata={"a": 1})
    [row] = await exported(owner, "/customers?columns=mrr", "all")
    assert {name for name in row if "." not in name} == customer.keys() - {"object", "custom_fields"}
    assert row["tags"] == ";".join(customer["tags"])
    assert "custom_fields.region" in row


async def test_selected_rows_alone_are_exported(owner: Browser, api: httpx.AsyncClient) -> None:
    customers = [await new_customer(api, name=name) for name in ("Aurora", "Borealis", "Cobalt")]
    await owner.get("/customers")
    chosen = {"customer": [one["id"] for one in customers[1:]], "columns": "plan", "filter": "", "act": ""}
    asked = await owner.post(PATH, chosen, htmx=True)
    assert "Export 2 customers" in text_of(asked.text)
    answer = await owner.post(PATH, {**fields_of(asked.text), "which": "shown"})
    assert [row["name"] for row in rows_in(answer.content)] == ["Borealis", "Cobalt"]
    whole = {"everything": "yes", "without": [customers[0]["id"]], "filter": "", "columns": "plan"}
    answer = await owner.post(PATH, {**whole, "which": "shown"})
    assert [row["name"] for row in rows_in(answer.content)] == ["Borealis", "Cobalt"]
    nothing = await owner.post(PATH, {"filter": "tag:none-has-it"}, htmx=True)
    assert "There is nothing to export" in nothing.headers["HX-Trigger"]


async def test_app_exp_2_no_cell_is_a_formula(owner: Browser, api: httpx.AsyncClient) -> None:
    await new_customer(api, name="=cmd()", plan="-5")
    [row] = await exported(owner, "/customers?columns=plan")
    assert (row["name"], row["plan"]) == ("'=cmd()", "-5")


@pytest.mark.parametrize("which", ["shown", "all"])
async def test_app_exp_3_importing_it_again_by_number_writes_nothing(
    owner: Browser, api: httpx.AsyncClient, world: World, which: str
) -> None:
    await new_field(world, {"label": "Seats", "slug": "seats", "type": "number"})
    me = world.owner.id
    full: Json = {"plan": "=Scale", "mrr": 12.5, "tags": ["b", "a"], "owner_id": me, "external_id": "x-1"}
    customer = await new_customer(api, name="Aurora", domain="a.com", custom_fields={"seats": 5}, **full)
    await new_contact(api, customer)
    await new_onboarding(api, customer)
    await new_customer(api, name="'Borealis")
    every = "id,domain,owner,plan,status,health,onboardings,launch,activity,mrr,orders,tags,contact,slug"
    html = await question(owner, f"/customers?columns={every},external_id,created,updated,cf.seats")
    answer = await owner.post(PATH, {**fields_of(html), "which": which})
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    text = answer.content.decode("utf-8-sig")
    job = await started(api, text, resource="customer", mode="upsert", by="display_id", blank_cells="clear")
    await work_off(world)
    job = (await api.get(f"/jobs/{job['id']}")).json()
    assert job["status"] == "completed", job
    written = await journal.look()
    assert [entry.event for entry in written.entries] == ["import.finished"]
    assert written.events == []


async def test_app_exp_4_a_member_gets_what_they_see_and_it_is_an_entry(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    browser = await enter(ana)
    mine = await new_customer(api, name="Mine", owner_id=ana.id)
    other = await new_customer(api, name="Other")
    assert [row["name"] for row in await exported(browser, "/customers?q=")] == ["Mine"]
    chosen = {"customer": [mine["id"], other["id"]], "which": "all", "filter": ""}
    answer = await browser.post(PATH, chosen)
    assert [row["name"] for row in rows_in(answer.content)] == ["Mine"]
    await exported(browser, "/customers?q=status:active")
    entry = (await entries_of(world, "export.finished"))[-1]
    assert entry.actor_type == "member"
    assert {name: new for name, (_, new) in entry.diff.items()} == {
        "type": "customers",
        "rows": 1,
        "filter": "status:active",
    }


async def test_app_perm_p8_who_exports_is_a_setting(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    ana, vera = await new_member(world, "Ana Ruiz", "member"), await new_member(world, "Vera Lind", "viewer")
    await new_customer(api, owner_id=ana.id)
    for member, settings in ((ana, {"members_export": False}), (vera, {})):
        await set_settings(world, default_access="all_members_and_viewers", **settings)
        browser = await enter(member)
        assert PATH not in (await browser.get("/customers")).text
        assert (await browser.post(PATH, {"which": "all"})).status_code == 403
    await set_settings(world, default_access="all_members_and_viewers", viewers_export=True)
    seeing = await enter(vera)
    assert len(await exported(seeing, "/customers")) == 1
    assert 'name="customer"' in (await seeing.get("/customers")).text, "rows can be selected to be exported"
    assert 'value="archive"' not in (await seeing.get("/customers")).text


async def test_more_rows_are_written_by_a_job_that_tells_and_that_its_starter_alone_fetches(
    api: httpx.AsyncClient, world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pivotal_server.transfer.pages_export.AT_ONCE", 2)
    ana, ben = await new_member(world, "Ana Ruiz", "member"), await new_member(world, "Ben Ode", "member")
    browser, other = await enter(ana), await enter(ben)
    for name in ("Aurora", "Borealis", "Cobalt"):
        await new_customer(api, name=name, owner_id=ana.id)
    await new_customer(api, name="Not hers")
    html = await question(browser, "/customers?sort=-name&columns=plan")
    assert "written in the background" in text_of(html)
    sent = {**fields_of(html), "which": "shown"}
    url = (await browser.post(PATH, sent)).headers["location"]
    assert (await browser.post(PATH, sent)).headers["location"] == url, "a repeat writes one file"
    assert len(await all_jobs(world)) == 1
    assert (await other.get(url)).status_code == 404
    await work_off(world)
    page = (await browser.get(url)).text
    assert "Export of customers" in text_of(page)
    assert "3 of 3 rows" in text_of(page)
    link = re.search(rf'href="({url}/files/[^"]*)"', page)
    assert link is not None
    file = (await browser.get(link[1])).headers["location"]
    assert [row["name"] for row in rows_in((await browser.get(file)).content)] == [
        "Cobalt",
        "Borealis",
        "Aurora",
    ]
    assert "Export of customers is done" in text_of((await browser.get("/notifications")).text)
    await change_member(world, ana, role="viewer")
    assert (await browser.get(file)).status_code == 404, "whoever may not export any more"


async def test_who_sees_less_than_when_they_exported_cannot_fetch_it_any_more(
    api: httpx.AsyncClient, world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pivotal_server.transfer.pages_export.AT_ONCE", 0)
    ana = await new_member(world, "Ana Ruiz", "admin")
    browser = await enter(ana)
    await new_customer(api, name="Not hers")
    await browser.get("/customers")
    url = (await browser.post(PATH, {"which": "all", "filter": ""})).headers["location"]
    await work_off(world)
    link = re.search(rf'href="({url}/files/[^"]*)"', (await browser.get(url)).text)
    assert link is not None
    file = (await browser.get(link[1])).headers["location"]
    assert (await browser.get(file)).status_code == 200
    await change_member(world, ana, role="member")
    assert (await browser.get(file)).status_code == 404


async def test_a_job_whose_starter_may_not_export_any_more_writes_nothing(
    api: httpx.AsyncClient, world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pivotal_server.transfer.pages_export.AT_ONCE", 0)
    ana = await new_member(world, "Ana Ruiz", "member")
    browser = await enter(ana)
    await new_customer(api, owner_id=ana.id)
    await browser.get("/customers")
    assert (await browser.post(PATH, {"which": "all", "filter": ""})).status_code == 303
    await change_member(world, ana, role="viewer")
    await work_off(world)
    [job] = await all_jobs(world)
    assert (job.status, job.error_code) == ("failed", "insufficient_role")


async def test_the_statements_of_an_export_do_not_grow(owner: Browser, api: httpx.AsyncClient) -> None:
    counts = []
    for number in range(2):
        await new_customer(api, name=f"C{number}", owner_id=None)
        fields = fields_of(await question(owner, "/customers"))
        with counting() as statements:
            await owner.post(PATH, {**fields, "which": "shown"})
        counts.append(statements.value)
    assert counts[0] == counts[1] <= 15


async def test_patched_rows_leave_the_filter(owner: Browser, api: httpx.AsyncClient) -> None:
    one = await new_customer(api, name="Aurora")
    html = await question(owner, "/customers?q=status:active")
    await patched(api, one, status="at_risk")
    answer = await owner.post(PATH, {**fields_of(html), "which": "shown"})
    assert rows_in(answer.content) == []
