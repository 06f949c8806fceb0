"""The Contacts tab: reading, editing, making primary, archiving, deleting."""

from typing import Any

import httpx
import pytest

from pivotal_server.customers import pages_contacts
from pivotal_server.db.engine import counting
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member, set_settings
from tests.support.records import Json, new_contact, new_customer, new_onboarding, new_task, read
from tests.support.visits import Enter, faults_of, text_of, value_of

TAB = "/customers/1-aurora/contacts"


@pytest.fixture
async def customer(api: httpx.AsyncClient) -> Json:
    """Customer 1, with Mira (contact 1, primary) and Ben (contact 2)."""
    record = await new_customer(api, name="Aurora", slug="aurora")
    await new_contact(api, record, name="Mira Chen", email="mira@aurora.com", title="Head of Ops")
    await new_contact(api, record, name="Ben Hartley", email="ben@aurora.com")
    return record


async def contacts_of(api: httpx.AsyncClient, customer: Json) -> dict[str, Json]:
    """The contacts of a customer by name."""
    found = (await api.get(f"/customers/{customer['id']}/contacts")).json()["data"]
    return {one["name"]: one for one in found}


def form_of(html: str) -> dict[str, str]:
    """What the form of a contact would send as it stands."""
    names = ("name", "email", "title", "phone")
    return {key: value_of(html, key) for name in names for key in (name, f"was_{name}")}


async def test_the_tab_lists_active_and_archived_contacts(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    await new_contact(api, customer, name="Old Hand", archived=True)
    active = text_of((await owner.get(TAB)).text)
    assert "2 contacts" in active
    assert active.index("Mira Chen Primary Head of Ops") < active.index("Ben Hartley")
    assert "Old Hand" not in active
    archived = text_of((await owner.get(f"{TAB}?archived=yes")).text)
    assert "1 contact" in archived
    assert "Old Hand" in archived
    assert "Ben Hartley" not in archived


async def test_pages_follow_each_other(
    api: httpx.AsyncClient, owner: Browser, customer: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages_contacts, "ROWS", 2)
    for number in range(3):
        await new_contact(api, customer, name=f"Further {number}")
    url, link, seen = TAB, "", []
    for _ in range(3):
        html = (await owner.get(url)).text
        assert "5 contacts" in text_of(html)
        seen += [name for name in await contacts_of(api, customer) if f">{name}</a>" in html]
        before, link, _ = html.partition('">Next page<')
        url = before.rpartition('href="')[2]
    assert not link
    assert sorted(seen) == sorted(await contacts_of(api, customer))


async def test_a_contact_is_edited(api: httpx.AsyncClient, owner: Browser, customer: Json) -> None:
    form = form_of((await owner.get(f"{TAB}/2")).text)
    typed = {**form, "name": "Ben Hart", "email": "BEN@Aurora.com", "title": "VP", "phone": "+49 30 1"}
    answer = await owner.post(f"{TAB}/2", typed)
    assert (answer.status_code, answer.headers["location"]) == (303, TAB)
    ben = (await contacts_of(api, customer))["Ben Hart"]
    assert (ben["email"], ben["title"], ben["phone"]) == ("ben@aurora.com", "VP", "+49 30 1")
    again = form_of((await owner.get(f"{TAB}/2")).text)
    cleared = await owner.post(f"{TAB}/2", {**again, "title": ""}, htmx=True)
    assert '"toast":"Saved Ben Hart"' in cleared.headers["hx-trigger"]
    assert (await contacts_of(api, customer))["Ben Hart"]["title"] is None


@pytest.mark.parametrize(
    ("typed", "status", "faults"),
    [
        ({"name": " "}, 422, {"name": "Enter the name of the contact."}),
        ({"email": ""}, 422, {"email": "Enter an e-mail address."}),
        ({"email": "ben at"}, 422, {"email": "Enter an e-mail address such as mira@aurora.com."}),
        ({"email": "Mira@aurora.com"}, 409, {"email": "mira@aurora.com is already a contact here."}),
    ],
)
async def test_a_refused_edit_keeps_what_was_typed(
    api: httpx.AsyncClient, owner: Browser, customer: Json, typed: dict[str, str], status: int, faults: Any
) -> None:
    before = await contacts_of(api, customer)
    form = form_of((await owner.get(f"{TAB}/2")).text)
    answer = await owner.post(f"{TAB}/2", {**form, "title": "VP", **typed}, htmx=True)
    assert (answer.status_code, faults_of(answer.text)) == (status, faults)
    assert value_of(answer.text, "title") == "VP"
    assert await contacts_of(api, customer) == before


async def test_two_people_in_one_field(api: httpx.AsyncClient, owner: Browser, customer: Json) -> None:
    form = form_of((await owner.get(f"{TAB}/2")).text)
    ben = (await contacts_of(api, customer))["Ben Hartley"]
    await api.patch(f"/contacts/{ben['id']}", json={"title": "CFO"})
    other = await owner.post(f"{TAB}/2", {**form, "phone": "1"}, htmx=True)
    assert other.status_code == 204
    answer = await owner.post(f"{TAB}/2", {**form, "title": "VP"}, htmx=True)
    assert answer.status_code == 409
    assert "CFO" in faults_of(answer.text)["title"]
    again = await owner.post(f"{TAB}/2", form_of(answer.text), htmx=True)
    assert again.status_code == 204
    assert (await read(api, ben))["title"] == "VP"


async def test_app_con_1_a_new_primary_takes_the_place_of_the_old_one(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    await owner.get(TAB)
    answer = await owner.post(f"{TAB}/2/primary", htmx=True)
    assert '"toast":"Ben Hartley is now primary"' in answer.headers["hx-trigger"]
    found = await contacts_of(api, customer)
    assert {name: one["is_primary"] for name, one in found.items()} == {
        "Mira Chen": False,
        "Ben Hartley": True,
    }


async def test_app_con_2_archiving_the_primary_leaves_none_and_frees_the_tasks(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    mira = (await contacts_of(api, customer))["Mira Chen"]
    onboarding = await new_onboarding(api, customer)
    task = await new_task(api, onboarding, assignee_id=mira["id"], customer_facing=True)
    asked = await owner.get(f"{TAB}/1/archive", htmx=True)
    assert "The customer then has no primary contact." in text_of(asked.text)
    await owner.post(f"{TAB}/1/archive")
    found = await contacts_of(api, customer)
    assert (found["Mira Chen"]["archived"], found["Mira Chen"]["is_primary"]) == (True, False)
    assert not found["Ben Hartley"]["is_primary"]
    assert (await read(api, task))["assignee_id"] is None
    refused = await owner.post(f"{TAB}/1/primary", htmx=True)
    assert refused.status_code == 422
    assert "Mira Chen is archived. Unarchive them first." in text_of(refused.text)
    assert value_of(refused.text, "title") == "Head of Ops"
    await owner.post(f"{TAB}/1/unarchive")
    mira = (await contacts_of(api, customer))["Mira Chen"]
    assert (mira["archived"], mira["is_primary"]) == (False, False)


async def test_a_contact_is_deleted_after_a_question(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    asked = await owner.get(f"{TAB}/2/delete")
    assert "Delete Ben Hartley?" in text_of(asked.text)
    assert len(await contacts_of(api, customer)) == 2
    await owner.post(f"{TAB}/2/delete")
    assert list(await contacts_of(api, customer)) == ["Mira Chen"]
    assert (await owner.get(f"{TAB}/2")).status_code == 404


async def test_contacts_of_other_customers_are_not_found_here(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    other = await new_customer(api, slug="borealis")
    contact = await new_contact(api, other)
    await owner.get(TAB)
    for path in (f"{TAB}/{contact['display_id']}", f"{TAB}/x", f"{TAB}/{contact['display_id']}/delete"):
        assert (await owner.get(path)).status_code == 404
    assert (await owner.post(f"{TAB}/{contact['display_id']}/primary")).status_code == 404


async def test_a_viewer_reads_and_changes_nothing(
    enter: Enter, world: World, api: httpx.AsyncClient, customer: Json
) -> None:
    await set_settings(world, default_access="all_members_and_viewers")
    viewer = await enter(await new_member(world, "Vera", "viewer"))
    page = (await viewer.get(TAB)).text
    assert "Mira Chen" in page
    assert f"{TAB}/new" not in page
    before = await contacts_of(api, customer)
    assert (await viewer.get(f"{TAB}/1")).status_code == 403
    for act in ("", "/primary", "/archive", "/unarchive", "/delete"):
        assert (await viewer.post(f"{TAB}/1{act}")).status_code == 403
    assert await contacts_of(api, customer) == before


async def test_names_that_are_markup_stay_text(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    await new_contact(api, customer, name="<img src=x onerror=alert(1)>", title='"><script>')
    html = (await owner.get(TAB)).text
    assert "<img src=x" not in html
    assert '"><script>' not in html


async def test_the_tab_runs_few_statements_however_many_contacts(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    await owner.get(TAB)
    with counting() as few:
        await owner.get(TAB)
    for _ in range(20):
        await new_contact(api, customer)
    with counting() as many:
        await owner.get(TAB)
    assert few.value == many.value <= 15
