"""The Details tab: fields saved one by one, by one or by two people, with faults beside the field."""

import re
from html import unescape
from typing import Any

import httpx
import pytest

from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.custom_fields.schemas import CustomFieldCreate
from pivotal_server.db.engine import counting
from pivotal_server.kit.validation import Body
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member, set_settings
from tests.support.records import Json, new_customer, patched, read
from tests.support.visits import Enter, faults_of, text_of, value_of

DETAILS = "/customers/1-aurora/details"


def fields_of(html: str) -> dict[str, str]:
    """What the form would send as it stands."""
    form = html[html.index('id="details-form"') :].partition("</form>")[0]
    found: dict[str, str] = {}
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = unescape(text)
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r' name="([^"]*)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        assert name is not None
        found[name[1]] = "" if value is None else unescape(value[1])
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    del found["csrf_token"]
    return found


async def shown(browser: Browser) -> dict[str, str]:
    """The form as a person gets it."""
    answer = await browser.get(DETAILS)
    assert answer.status_code == 200
    return fields_of(answer.text)


@pytest.fixture
async def customer(api: httpx.AsyncClient, world: World) -> Json:
    """Customer 1, with a value in most fields."""
    return await new_customer(
        api,
        name="Aurora",
        slug="aurora",
        domain="aurora.com",
        plan="Scale",
        mrr=4200,
        owner_id=world.owner.id,
        tags=["retail", "pilot"],
        external_id="acct-1",
        metadata={"segment": "retail"},
    )


async def new_field(world: World, body: Json) -> None:
    """Define a custom field."""
    async with unit_of_work(world.db, world.operator) as uow:
        await custom_fields.create_field(uow, Body(CustomFieldCreate).check(body, ""))


async def entries(api: httpx.AsyncClient, customer: Json) -> list[Json]:
    """The activity of a customer, newest first."""
    return list((await api.get(f"/customers/{customer['id']}/activity")).json()["data"])


async def test_app_edit_3_a_form_sent_as_it_was_shown_writes_nothing(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    answer = await owner.post(DETAILS, await shown(owner))
    assert (answer.status_code, answer.headers["location"]) == (303, DETAILS)
    assert await read(api, customer) == customer
    assert [one["event"] for one in await entries(api, customer)] == ["customer.created"]


@pytest.mark.parametrize(
    ("name", "typed", "key", "stored"),
    [
        ("name", " Aurora Outfitters ", "name", "Aurora Outfitters"),
        ("domain", "https://www.Aurora.example/shop?x=1", "domain", "aurora.example"),
        ("domain", "", "domain", None),
        ("plan", "", "plan", None),
        ("mrr", "$12,500.50", "mrr", 12500.5),
        ("mrr", "", "mrr", None),
        ("monthly_orders", "18 500", "monthly_orders", 18500),
        ("tags", "vip, Retail,, ", "tags", ["vip", "Retail"]),
        ("tags", "", "tags", []),
        ("owner_id", "", "owner_id", None),
        ("external_id", "acct-2", "external_id", "acct-2"),
        ("stripe_customer_id", "cus_1", "stripe_customer_id", "cus_1"),
    ],
)
async def test_each_field_is_saved_alone_with_one_entry(
    api: httpx.AsyncClient, owner: Browser, customer: Json, name: str, typed: str, key: str, stored: Any
) -> None:
    answer = await owner.post(DETAILS, {**await shown(owner), name: typed}, htmx=True)
    assert answer.status_code == 204
    assert '"refresh":["header","fields","details","activity"]' in answer.headers["hx-trigger"]
    after = await read(api, customer)
    assert after[key] == stored
    assert {field for field in after if after[field] != customer[field]} == {key, "updated_at"}
    first, _created = await entries(api, customer)
    assert first["event"] == "customer.field_changed"
    assert [change["field"] for change in first["diff"]] == [key]


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("name", " ", "Enter the name of the customer."),
        ("name", "x" * 201, "Use at most 200 characters."),
        ("domain", "no domain", "Enter a domain such as acme.com."),
        ("mrr", "much", "Enter a number such as 4200."),
        ("mrr", "-1", "Enter 0 or more."),
        ("mrr", "4200,50", "Enter a number such as 4200."),
        ("mrr", "1.234,56", "Enter a number such as 4200."),
        ("mrr", "1_000", "Enter a number such as 4200."),
        ("mrr", "nan", "Enter a number such as 4200."),
        ("monthly_orders", "1e999", "Enter a number such as 4200."),
        ("slug", "Not A Slug", "Use lower-case letters, digits and single hyphens, not digits alone."),
        ("slug", "", "Enter a slug, such as acme."),
        ("tags", "x" * 51, "Use at most 50 tags of 50 characters each."),
        ("owner_id", "nobody", "This person cannot own customers. Choose another."),
    ],
)
async def test_app_edit_2_a_bad_value_stays_with_its_reason(
    api: httpx.AsyncClient, owner: Browser, customer: Json, name: str, typed: str, message: str
) -> None:
    answer = await owner.post(DETAILS, {**await shown(owner), name: typed}, htmx=True)
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith("<form")
    assert faults_of(answer.text) == {name: message}
    if name != "owner_id":
        assert value_of(answer.text, name) == typed
    assert await read(api, customer) == customer


async def test_a_taken_slug_names_a_free_one(api: httpx.AsyncClient, owner: Browser, customer: Json) -> None:
    await new_customer(api, slug="borealis")
    answer = await owner.post(DETAILS, {**await shown(owner), "slug": "borealis"}, htmx=True)
    assert answer.status_code == 409
    assert faults_of(answer.text) == {"slug": "The slug borealis is taken. borealis-2 is free."}
    whole = await owner.post(DETAILS, {**await shown(owner), "slug": "borealis"})
    assert whole.status_code == 409
    assert whole.text.lstrip().lower().startswith("<!doctype")


async def test_a_new_slug_leads_to_the_new_address_and_the_old_one_goes_on_working(
    owner: Browser, customer: Json
) -> None:
    answer = await owner.post(DETAILS, {**await shown(owner), "slug": "north"}, htmx=True)
    assert answer.headers["hx-redirect"] == "/customers/1-north/details"
    old = await owner.get("/customers/1-aurora/details?a=b")
    assert (old.status_code, old.headers["location"]) == (302, "/customers/1-north/details?a=b")


async def test_two_people_in_different_fields_are_both_saved(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    first = await shown(owner)
    await patched(api, customer, plan="Growth")
    answer = await owner.post(DETAILS, {**first, "name": "Aurora Outfitters"}, htmx=True)
    assert answer.status_code == 204
    after = await read(api, customer)
    assert (after["name"], after["plan"]) == ("Aurora Outfitters", "Growth")


async def test_two_people_in_one_field_see_both_values_and_the_second_save_decides(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    first = await shown(owner)
    await patched(api, customer, plan="Growth")
    answer = await owner.post(DETAILS, {**first, "plan": "Enterprise"}, htmx=True)
    assert answer.status_code == 409
    message = "Somebody changed this meanwhile to “Growth”. Save again to keep yours."
    assert faults_of(answer.text) == {"plan": message}
    assert value_of(answer.text, "plan") == "Enterprise"
    assert (await read(api, customer))["plan"] == "Growth"
    again = await owner.post(DETAILS, fields_of(answer.text), htmx=True)
    assert again.status_code == 204
    assert (await read(api, customer))["plan"] == "Enterprise"


async def test_custom_fields_stand_under_their_groups_and_keep_their_types(
    api: httpx.AsyncClient, owner: Browser, world: World, customer: Json
) -> None:
    for body in (
        {"label": "Region", "type": "select", "options": ["emea", "apac"], "group": "Account"},
        {"label": "ARR", "slug": "arr", "type": "number", "help": "A year."},
        {"label": "Signed", "type": "date"},
        {"label": "Beta", "type": "boolean"},
        {"label": "Note", "type": "string"},
    ):
        await new_field(world, body)
    page = await owner.get(DETAILS)
    for part in ("Account", "More", "Region", "A year."):
        assert part in text_of(page.text)
    typed = {
        "custom_region": "apac",
        "custom_arr": "12,000",
        "custom_signed": "2026-03-04",
        "custom_beta": "no",
        "custom_note": "<b>bold</b>",
    }
    answer = await owner.post(DETAILS, {**fields_of(page.text), **typed}, htmx=True)
    assert answer.status_code == 204
    values = {"region": "apac", "arr": 12000, "signed": "2026-03-04", "beta": False, "note": "<b>bold</b>"}
    assert (await read(api, customer))["custom_fields"] == values
    again = await owner.get(DETAILS)
    assert "<b>bold" not in again.text
    assert {name: text for name, text in fields_of(again.text).items() if name.startswith("custom_")} == {
        **typed,
        "custom_arr": "12000",
    }
    bad = await owner.post(DETAILS, {**fields_of(again.text), "custom_arr": "lots"}, htmx=True)
    assert faults_of(bad.text) == {"custom_arr": "Enter a number such as 4200."}
    worse = await owner.post(DETAILS, {**fields_of(again.text), "custom_region": "mars"}, htmx=True)
    assert worse.status_code == 422
    assert "custom_region" in faults_of(worse.text)
    cleared = await owner.post(DETAILS, {**fields_of(again.text), "custom_beta": ""}, htmx=True)
    assert cleared.status_code == 204
    assert "beta" not in (await read(api, customer))["custom_fields"]


async def test_a_viewer_reads_the_fields_and_cannot_send_them(
    enter: Enter, world: World, api: httpx.AsyncClient, customer: Json
) -> None:
    viewer = await new_member(world, "Vera", "viewer")
    browser = await enter(viewer)
    assert (await browser.get(DETAILS)).status_code == 404
    await set_settings(world, default_access="all_members_and_viewers")
    page = await browser.get(DETAILS)
    assert page.status_code == 200
    assert page.text.count("<fieldset disabled>") >= 2
    answer = await browser.post(DETAILS, {**fields_of(page.text), "plan": "Free"})
    assert answer.status_code == 403
    assert await read(api, customer) == customer


async def test_the_page_runs_few_statements_however_much_there_is(
    api: httpx.AsyncClient, owner: Browser, world: World, customer: Json
) -> None:
    await owner.get(DETAILS)
    with counting() as few:
        await owner.get(DETAILS)
    for number in range(12):
        await new_field(world, {"label": f"Field {number}", "type": "string"})
        await patched(api, customer, plan=f"Plan {number}")
    with counting() as many:
        await owner.get(DETAILS)
    assert few.value == many.value <= 15


async def test_a_value_that_is_no_choice_any_more_stays(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    await new_field(world, {"label": "Region", "type": "select", "options": ["EMEA", "APAC"]})
    customer = await new_customer(api, slug="aurora", custom_fields={"region": "EMEA"})
    form = await owner.get("/admin/custom-fields/1")
    was = {f"was_{name}": "" for name in ("group", "help")}
    was |= {"was_label": "Region", "was_options": "EMEA\nAPAC", "group": "", "help": ""}
    assert form.status_code == 200
    await owner.post("/admin/custom-fields/1", {**was, "label": "Region", "options": "APAC"})
    answer = await owner.post(DETAILS, {**await shown(owner), "plan": "Growth"}, htmx=True)
    assert answer.status_code == 204
    after = await read(api, customer)
    assert (after["plan"], after["custom_fields"]) == ("Growth", {"region": "EMEA"})


async def test_lines_of_a_text_field_stay(api: httpx.AsyncClient, owner: Browser, world: World) -> None:
    await new_field(world, {"label": "Notes", "type": "string"})
    customer = await new_customer(api, slug="aurora", custom_fields={"notes": "line 1\nline 2"})
    form = await shown(owner)
    assert form["custom_notes"] == "line 1\nline 2"
    # As a browser without scripts sends it.
    sent = {name: text.replace("\n", "\r\n") for name, text in form.items()}
    assert (await owner.post(DETAILS, {**sent, "plan": "Growth"})).status_code == 303
    after = await read(api, customer)
    assert (after["plan"], after["custom_fields"]) == ("Growth", {"notes": "line 1\nline 2"})


@pytest.mark.parametrize(
    ("name", "first", "second", "stored"),
    [
        ("mrr", "4,200", "4,300", 4300),
        ("domain", "https://www.acme.com/x", "acme.example", "acme.example"),
        ("tags", "a,b", "a, b, c", ["a", "b", "c"]),
        ("plan", "Scale ", "Growth", "Growth"),
    ],
)
async def test_nobody_meets_a_conflict_with_the_own_spelling(
    api: httpx.AsyncClient, owner: Browser, customer: Json, name: str, first: str, second: str, stored: Any
) -> None:
    form = await shown(owner)
    assert (await owner.post(DETAILS, {**form, name: first}, htmx=True)).status_code == 204
    again = {**form, f"was_{name}": first, name: second}
    assert (await owner.post(DETAILS, again, htmx=True)).status_code == 204
    assert (await read(api, customer))[name] == stored
