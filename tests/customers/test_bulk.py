"""Acts on many customers of the list: what is asked, what is done, who may, and what is skipped (4.3)."""

import re
from html import unescape

import httpx
import pytest

from tests.bulk.test_rows import bulk_ids
from tests.customers.test_details_tab import new_field
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.journal import Journal
from tests.support.people import entries_of, new_member
from tests.support.queue import all_jobs, work_off
from tests.support.records import Json, answered, new_customer, new_onboarding, patched, read
from tests.support.visits import Enter, text_of

BULK = "/customers/bulk"


async def asked(browser: Browser, act: str, customers: list[Json], **fields: object) -> httpx.Response:
    """The form of an act on these customers."""
    await browser.get("/customers")
    return await browser.post(BULK, {"act": act, "customer": ids(customers), **fields}, htmx=True)


async def toast(browser: Browser, act: str, customers: list[Json], **fields: object) -> str:
    """What is said after the act was confirmed."""
    answer = await asked(browser, act, customers, sure="yes", **fields)
    assert answer.status_code == 204, text_of(answer.text)
    return answer.headers["HX-Trigger"]


def ids(customers: list[Json]) -> list[str]:
    return [customer["id"] for customer in customers]


async def three(api: httpx.AsyncClient, **fields: object) -> list[Json]:
    return [await new_customer(api, name=name, **fields) for name in ("Aurora", "Borealis", "Cobalt")]


def hidden(html: str, name: str) -> list[str]:
    """The values of the hidden fields of that name."""
    return [unescape(value) for value in re.findall(rf'type="hidden" name="{name}" value="([^"]*)"', html)]


async def test_the_form_names_the_number_and_sends_the_selection_along(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    customers = await three(api)
    answer = await asked(owner, "plan", customers[:2], columns="mrr", q="")
    assert "Set the plan of 2 customers" in text_of(answer.text)
    assert hidden(answer.text, "customer") == ids(customers[:2])
    assert hidden(answer.text, "columns") == ["mrr"]
    assert hidden(answer.text, "q") == [""]
    assert len(hidden(answer.text, "submission")) == 1


@pytest.mark.parametrize(
    ("act", "fields", "name", "value"),
    [
        ("plan", {"plan": " Scale "}, "plan", "Scale"),
        ("plan", {"plan": ""}, "plan", None),
        ("tag", {"tags": "vip, Retail"}, "tags", ["retail", "vip"]),
        ("untag", {"tags": "RETAIL"}, "tags", []),
        ("status", {"status": "at_risk", "reason": ""}, "status", "at_risk"),
        ("archive", {}, "status", "archived"),
    ],
)
async def test_an_act_changes_those_selected_alone_and_says_so(
    owner: Browser, api: httpx.AsyncClient, world: World, act: str, fields: Json, name: str, value: object
) -> None:
    customers = await three(api, plan="Start", tags=["retail"])
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    assert "2 customers" in await toast(owner, act, customers[:2], **fields)
    written = await journal.look()
    assert {entry.origin for entry in written.entries} == {"bulk"}
    assert {entry.customer_id for entry in written.entries} == set(ids(customers[:2]))
    after = [await read(api, customer) for customer in customers]
    assert [one[name] for one in after[:2]] == [value, value]
    assert after[2][name] == customers[2][name]


async def test_an_owner_is_given_and_must_be_able_to_own(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    customers = await three(api)
    ana, vera = await new_member(world, "Ana Ruiz", "member"), await new_member(world, "Vera Lind", "viewer")
    form = text_of((await asked(owner, "owner", customers)).text)
    assert "Ana Ruiz" in form
    assert "Vera Lind" not in form
    refused = await asked(owner, "owner", customers, sure="yes", owner_id=vera.id)
    assert refused.status_code == 422
    assert "Choose an active person who is no viewer." in text_of(refused.text)
    await toast(owner, "owner", customers, owner_id=ana.id)
    assert [(await read(api, one))["owner_id"] for one in customers] == [ana.id] * 3
    assert "0 customers" in await toast(owner, "owner", customers, owner_id=ana.id), (
        "nothing is written twice"
    )


async def test_a_custom_field_is_chosen_then_its_value(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    await new_field(world, {"label": "Go live", "slug": "go_live", "type": "date"})
    await new_field(world, {"label": "Seats", "type": "number"})
    customers = await three(api)
    first = await asked(owner, "field", customers)
    assert "Next" in text_of(first.text)
    second = await asked(owner, "field", customers, sure="yes", field="go_live")
    assert second.status_code == 200
    assert 'type="date"' in second.text
    assert hidden(second.text, "field") == ["go_live"]
    refused = await asked(owner, "field", customers, sure="yes", field="seats", value="many")
    assert refused.status_code == 422
    assert 'value="many"' in refused.text, "what was typed is kept"
    await toast(owner, "field", customers, field="go_live", value="2026-12-01")
    await toast(owner, "field", customers[:1], field="seats", value="1,200")
    first_one, *others = [(await read(api, one))["custom_fields"] for one in customers]
    assert first_one == {"go_live": "2026-12-01", "seats": 1200}
    assert others == [{"go_live": "2026-12-01"}] * 2
    await toast(owner, "field", customers, field="go_live", value="")
    assert (await read(api, customers[1]))["custom_fields"] == {}
    assert (await asked(owner, "field", customers, sure="yes", field="gone")).status_code == 422


async def test_churning_asks_for_a_reason_and_leaves_archived_ones_as_they_are(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    customers = await three(api)
    plan = await new_onboarding(api, customers[0])
    await patched(api, customers[2], status="archived")
    refused = await asked(owner, "status", customers, sure="yes", status="churned", reason="")
    assert "Choose a reason, or write one." in text_of(refused.text)
    said = await toast(owner, "status", customers, status="churned", reason="", ready="Price")
    assert "2 customers changed" in said
    assert "1 customer skipped. Cobalt: It is archived. Unarchive it first" in said
    assert (await read(api, plan))["state"] == "paused"
    reasons = [entry.reason for entry in await entries_of(world, "customer.status_changed")]
    assert reasons.count("Price") == 2


async def test_unarchiving_brings_back_the_status_before(owner: Browser, api: httpx.AsyncClient) -> None:
    customers = await three(api)
    await patched(api, customers[0], status="at_risk")
    for one in customers[:2]:
        await patched(api, one, status="archived")
    said = await toast(owner, "unarchive", customers)
    assert "2 customers unarchived" in said
    assert "Cobalt: It is not archived" in said
    assert [(await read(api, one))["status"] for one in customers] == ["at_risk", "active", "active"]


async def test_onboardings_are_started_for_live_customers(owner: Browser, api: httpx.AsyncClient) -> None:
    customers = await three(api)
    await patched(api, customers[1], status="churned")
    target = {"phase": "review", "target_launch_date": "2026-12-24", "csm_id": "", "template_id": ""}
    late = await asked(owner, "onboarding", customers, sure="yes", **{**target, "target_launch_date": "x"})
    assert "Enter a date." in text_of(late.text)
    said = await toast(owner, "onboarding", customers, **target)
    assert "2 customers in a new onboarding" in said
    assert "Borealis: It is churned" in said
    made = answered(await api.get("/onboardings"))["data"]
    assert {one["customer_id"] for one in made} == {customers[0]["id"], customers[2]["id"]}
    assert {one["target_launch_date"] for one in made} == {"2026-12-24T00:00:00.000Z"}


async def test_access_is_given_to_somebody_who_does_not_see_all(
    owner: Browser, api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    customers = await three(api)
    ana = await new_member(world, "Ana Ruiz", "member")
    browser = await enter(ana)
    assert (await asked(owner, "access", customers, sure="yes", member="nobody")).status_code == 422
    assert "3 customers" in await toast(owner, "access", customers, member=ana.id)
    assert "0 customers" in await toast(owner, "access", customers, member=ana.id)
    assert "Borealis" in (await browser.get("/customers")).text


async def test_deleting_takes_the_typed_count_and_archived_ones_alone(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    customers = await three(api)
    for one in customers[:2]:
        await patched(api, one, status="archived")
    refused = await asked(owner, "delete", customers, sure="yes", typed="2")
    assert "Type 3 to delete them." in text_of(refused.text)
    said = await toast(owner, "delete", customers, typed="3")
    assert "2 customers deleted" in said
    assert "Cobalt: It is not archived" in said
    assert [(await api.get(f"/customers/{one['id']}")).status_code for one in customers] == [404, 404, 200]


@pytest.mark.parametrize("act", ["access", "delete"])
async def test_app_perm_p9_members_give_no_access_and_delete_nothing(
    api: httpx.AsyncClient, world: World, enter: Enter, act: str
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    browser = await enter(ana)
    mine = await new_customer(api, owner_id=ana.id)
    html = (await browser.get("/customers")).text
    assert 'name="act" value="plan"' in html
    assert f'name="act" value="{act}"' not in html
    answer = await asked(browser, act, [mine], sure="yes", member=ana.id, typed="1")
    assert answer.status_code == 403


async def test_members_change_only_what_they_see_and_viewers_nothing(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    ana, vera = await new_member(world, "Ana Ruiz", "member"), await new_member(world, "Vera Lind", "viewer")
    mine, other = await new_customer(api, owner_id=ana.id), await new_customer(api)
    browser = await enter(ana)
    assert "Set the plan of 1 customer" in text_of((await asked(browser, "plan", [mine, other])).text)
    assert "1 customer changed" in await toast(browser, "plan", [mine, other], plan="Scale")
    assert (await read(api, other))["plan"] is None
    seeing = await enter(vera)
    assert 'name="customer"' not in (await seeing.get("/customers")).text
    assert (await asked(seeing, "plan", [mine], sure="yes", plan="X")).status_code == 403


async def test_app_bulk_2_the_whole_filter_is_that_of_the_time_of_selection_without_the_unticked(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    row = {"action": "create", "resource": "customer", "data": {"name": "Aurora", "tags": ["vip"]}}
    answered(await api.post("/bulk", json={"operations": [row] * 104}))
    out = await new_customer(api, name="No tag")
    html = (await owner.get("/customers?q=tag:vip")).text
    assert hidden(html, "filter") == ["tag:vip"]
    spared = re.findall(r'name="customer" value="([^"]*)"', html)[:2]
    later = await new_customer(api, tags=["vip"])
    whole = {
        "act": "plan",
        "everything": "yes",
        "filter": "tag:vip",
        "q": "tag:vip",
        "selected_at": hidden(html, "selected_at")[0],
        "without": spared,
    }
    form = (await owner.post(BULK, whole, htmx=True)).text
    assert "Set the plan of 102 customers" in text_of(form)
    sent = {**whole, "sure": "yes", "plan": "Scale", "submission": hidden(form, "submission")[0]}
    url = (await owner.post(BULK, sent)).headers["location"]
    assert (await owner.post(BULK, sent)).headers["location"] == url, "a repeat runs once"
    assert len(await all_jobs(world)) == 1
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await work_off(world)
    page = text_of((await owner.get(url)).text)
    assert "102 of 102 rows" in page
    assert "Bulk edit of customers" in page
    written = await journal.look()
    changed = [entry for entry in written.entries if entry.event == "customer.field_changed"]
    assert len(changed) == len({entry.customer_id for entry in changed}) == 102
    assert len(await bulk_ids(world)) == 1
    assert not {entry.customer_id for entry in changed} & {*spared, later["id"], out["id"]}


async def test_a_filter_that_means_something_else_by_now_does_nothing(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    customers = await three(api)
    await owner.get("/customers")
    fields = {"act": "archive", "everything": "yes", "filter": "cf.gone:1", "sure": "yes"}
    answer = await owner.post(BULK, fields, htmx=True)
    assert "The filter means something else now, so nothing was done" in answer.headers["HX-Trigger"]
    assert [(await read(api, one))["status"] for one in customers] == ["active"] * 3


async def test_nothing_selected_and_nonsense_do_nothing(owner: Browser, api: httpx.AsyncClient) -> None:
    await new_customer(api)
    await owner.get("/customers")
    for fields in ({"act": "archive", "sure": "yes"}, {"act": "archive", "sure": "yes", "customer": "\0"}):
        answer = await owner.post(BULK, fields, htmx=True)
        assert "Nothing is selected" in answer.headers["HX-Trigger"]
    assert "Choose what to do" in (await owner.post(BULK, {}, htmx=True)).headers["HX-Trigger"]
    assert (await owner.post(BULK, {"act": "burn", "customer": "x"}, htmx=True)).status_code == 422


async def test_without_scripts_the_form_is_a_page_and_leads_back_to_the_list(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    customers = await three(api)
    await owner.get("/customers")
    fields = {"act": "plan", "customer": ids(customers), "q": "tag:x", "sort": "-mrr"}
    form = await owner.post(BULK, fields)
    assert form.status_code == 200
    assert "<!doctype html>" in form.text.lower()
    done = await owner.post(BULK, {**fields, "sure": "yes", "plan": "Scale"})
    assert done.headers["location"] == "/customers?q=tag%3Ax&sort=-mrr"
