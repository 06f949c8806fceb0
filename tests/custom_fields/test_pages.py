"""Admin > Custom fields, and its tab Tags."""

import httpx
import pytest

from pivotal_server.custom_fields import pages_tags
from pivotal_server.db.engine import counting
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member
from tests.support.records import Json, new_customer, patched, read
from tests.support.visits import Enter, faults_of, text_of, value_of

HOME = "/admin/custom-fields"
NEW = f"{HOME}/new"


async def fields(api: httpx.AsyncClient) -> list[Json]:
    """The fields as the API lists them."""
    return list((await api.get("/custom_fields")).json()["data"])


async def test_a_field_is_added_and_customers_have_it(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    assert "No fields yet" in text_of((await owner.get(HOME)).text)
    form = await owner.get(NEW)
    again = {"submission": value_of(form.text, "submission")}
    typed = {
        "label": "Sales region",
        "type": "select",
        "options": "EMEA\r\n\r\n apac \r\nemea",
        "help": "At home.",
    }
    answer = await owner.post(NEW, {**again, **typed})
    assert (answer.status_code, answer.headers["location"]) == (303, HOME)
    # A repeat of the same submission adds nothing.
    await owner.post(NEW, {**again, **typed})
    (field,) = await fields(api)
    assert (field["slug"], field["type"], field["options"]) == ("sales_region", "select", ["EMEA", "apac"])
    assert "Sales region sales_region Choice EMEA apac" in text_of((await owner.get(HOME)).text)
    assert len(await entries_of(world, "custom_field.created")) == 1
    customer = await new_customer(api, custom_fields={"sales_region": "emea"})
    assert (await read(api, customer))["custom_fields"] == {"sales_region": "EMEA"}


@pytest.mark.parametrize(
    ("typed", "status", "faults"),
    [
        ({"label": " "}, 422, {"label": "Enter a label."}),
        ({"label": "x" * 81}, 422, {"label": "Use at most 80 characters."}),
        ({"type": "select"}, 422, {"options": "Enter the choices, one a line."}),
        (
            {"slug": "9 lives"},
            422,
            {"slug": "Begin with a letter; then letters, digits and _, 40 at most, in lower case."},
        ),
        (
            {"slug": "tier"},
            409,
            {
                "slug": "A custom field with the slug “tier” exists, perhaps an archived one."
                " Choose another slug."
            },
        ),
        ({"help": "x" * 501}, 422, {"help": "Use at most 500 characters."}),
    ],
)
async def test_app_ui_2_a_refused_field_keeps_what_was_typed(
    owner: Browser, api: httpx.AsyncClient, typed: Json, status: int, faults: Json
) -> None:
    await owner.get(NEW)
    await owner.post(NEW, {"label": "Tier", "type": "string"})
    before = await fields(api)
    whole = {"label": "Region", "type": "string", "group": "Account", **typed}
    answer = await owner.post(NEW, whole, htmx=True)
    assert (answer.status_code, faults_of(answer.text)) == (status, faults)
    assert value_of(answer.text, "group") == "Account"
    assert await fields(api) == before


async def test_a_field_is_changed_archived_and_brought_back(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    await owner.get(NEW)
    await owner.post(NEW, {"label": "Tier", "type": "string"})
    customer = await new_customer(api, custom_fields={"tier": "Gold"})
    form = await owner.get(f"{HOME}/1")
    assert "Its slug stays tier, its type text." in text_of(form.text)
    assert 'name="type"' not in form.text
    was = {name: value_of(form.text, name) for name in ("was_label", "was_group", "was_help")}
    await owner.post(f"{HOME}/1", {**was, "label": "Level", "group": "Account", "help": ""})
    (field,) = await fields(api)
    assert (field["label"], field["group"], field["slug"]) == ("Level", "Account", "tier")
    refused = await owner.post(f"{HOME}/1", {**was, "was_label": "Level", "label": ""}, htmx=True)
    assert faults_of(refused.text) == {"label": "Enter a label."}

    answer = await owner.post(f"{HOME}/1/archive", htmx=True)
    assert f'"url":"{HOME}/1/restore"' in answer.headers["hx-trigger"]
    assert await fields(api) == []
    assert (await read(api, customer))["custom_fields"] == {"tier": "Gold"}
    assert "Archived Level tier Restore" in text_of((await owner.get(HOME)).text)
    await owner.post(f"{HOME}/1/restore")
    assert [one["label"] for one in await fields(api)] == ["Level"]
    assert (await patched(api, customer, custom_fields={"tier": "Silver"}))["custom_fields"] == {
        "tier": "Silver"
    }
    assert len(await entries_of(world, "custom_field.archived")) == 1
    assert len(await entries_of(world, "custom_field.updated")) == 2
    await owner.post(f"{HOME}/1/restore")
    assert len(await entries_of(world, "custom_field.updated")) == 2


async def test_two_people_change_one_field(owner: Browser, api: httpx.AsyncClient) -> None:
    form = await owner.get(NEW)
    token = {"submission": value_of(form.text, "submission")}
    await owner.post(NEW, {**token, "label": "Region", "type": "select", "options": "EMEA"})
    # After Back the form is another one: what was typed anew is no repeat.
    await owner.post(NEW, {**token, "label": "Tier", "type": "string"})
    assert [one["label"] for one in await fields(api)] == ["Region", "Tier"]
    shown = {"label": "Region", "group": "", "help": "", "options": "EMEA"}
    was = {f"was_{name}": text for name, text in shown.items()}
    await owner.post(f"{HOME}/1", {**was, **shown, "options": "EMEA\r\nLATAM"})
    await owner.post(f"{HOME}/1", {**was, **shown, "help": "At home."})
    region, _ = await fields(api)
    assert (region["options"], region["help"]) == (["EMEA", "LATAM"], "At home.")
    late = await owner.post(f"{HOME}/1", {**was, **shown, "options": "APAC"}, htmx=True)
    assert late.status_code == 409
    assert "Somebody changed this meanwhile" in faults_of(late.text)["options"]


async def test_unknown_fields_are_not_found(owner: Browser) -> None:
    await owner.get(HOME)
    assert (await owner.get(f"{HOME}/7")).status_code == 404
    assert (await owner.get(f"{HOME}/x")).status_code == 404
    assert (await owner.post(f"{HOME}/7/archive")).status_code == 404


async def test_tags_stand_with_their_customers(
    owner: Browser, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No tags yet" in text_of((await owner.get(f"{HOME}/tags")).text)
    await new_customer(api, name="Aurora", tags=["VIP", "pilot <b>"])
    await new_customer(api, name="Borealis", tags=["vip"])
    html = (await owner.get(f"{HOME}/tags")).text
    acts = "Rename Merge Make field Delete"
    assert f"pilot <b> 1 {acts} vip 2 {acts}" in text_of(html)
    assert "pilot <b>" not in html
    monkeypatch.setattr(pages_tags, "TAGS", 1)
    first = (await owner.get(f"{HOME}/tags")).text
    assert "vip" not in text_of(first).partition("Customers")[2]
    assert 'rel="next"' in first
    listed = text_of((await owner.get("/customers?q=tag%3A%22vip%22")).text)
    assert "Aurora" in listed
    assert "Borealis" in listed


async def test_only_managers_see_the_page(enter: Enter, world: World) -> None:
    for role, status in (("admin", 200), ("member", 403), ("viewer", 403)):
        browser = await enter(await new_member(world, role.capitalize(), role))
        for path in (HOME, f"{HOME}/tags", NEW):
            assert (await browser.get(path)).status_code == status, (role, path)


async def test_the_list_runs_as_many_statements_for_many_fields(owner: Browser) -> None:
    await owner.get(HOME)
    with counting() as few:
        await owner.get(HOME)
    for number in range(10):
        await owner.post(NEW, {"label": f"Field {number}", "type": "string"})
    with counting() as many:
        await owner.get(HOME)
    assert few.value == many.value <= 5
