"""Adding a contact in the app."""

import re

import httpx
import pytest

from tests.support.browser import Browser
from tests.support.records import new_contact, new_customer, patched
from tests.support.visits import faults_of, is_whole_page, text_of, value_of

NEW = "/customers/1-aurora/contacts/new"


async def test_the_first_contact_becomes_primary_and_the_page_shows_it(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    customer = await new_customer(api, slug="aurora")
    form = await owner.get(NEW)
    assert "The first contact becomes primary." in text_of(form.text)
    fields = {"name": "Mira Chen", "email": "mira@aurora.com", "title": "Head of Ops", "phone": "+49 30 555"}
    answer = await owner.post(NEW, fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers/1-aurora")
    (contact,) = (await api.get(f"/customers/{customer['id']}/contacts")).json()["data"]
    assert {name: contact[name] for name in fields} == fields
    assert contact["is_primary"]
    shown = text_of((await owner.get("/customers/1-aurora")).text)
    assert "Dana Okafor added contact Mira Chen as primary" in shown


async def test_a_further_contact_is_primary_only_when_ticked(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api, slug="aurora")
    await new_contact(api, customer, name="Mira")
    assert "Takes the place of the present one." in text_of((await owner.get(NEW)).text)
    await owner.post(NEW, {"name": "Ben", "email": "ben@aurora.com"})
    await owner.post(NEW, {"name": "Aisha", "email": "aisha@aurora.com", "is_primary": "yes"})
    contacts = (await api.get(f"/customers/{customer['id']}/contacts")).json()["data"]
    assert {contact["name"]: contact["is_primary"] for contact in contacts} == {
        "Mira": False,
        "Ben": False,
        "Aisha": True,
    }


async def test_a_script_hears_what_was_saved_and_what_to_fetch_again(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    await new_customer(api, slug="aurora")
    form = await owner.get(NEW, htmx=True)
    assert form.text.lstrip().startswith("<form")
    answer = await owner.post(NEW, {"name": "Zoë 🐈", "email": "zoe@aurora.com"}, htmx=True)
    assert answer.status_code == 204
    assert answer.headers["hx-trigger"] == (
        '{"saved":{"toast":"Added Zo\\u00eb \\ud83d\\udc08","detail":"","refresh":["contacts","activity"]}}'
    )


@pytest.mark.parametrize(
    ("fields", "status", "faults"),
    [
        ({}, 422, {"name": "Enter the name of the contact.", "email": "Enter an e-mail address."}),
        ({"name": " ", "email": "a@b.example"}, 422, {"name": "Enter the name of the contact."}),
        ({"name": "x" * 201, "email": "a@b.example"}, 422, {"name": "Use at most 200 characters."}),
        (
            {"name": "Ben", "email": "ben at aurora"},
            422,
            {"email": "Enter an e-mail address such as mira@aurora.com."},
        ),
        (
            {"name": "Ben", "email": "MIRA@aurora.com"},
            409,
            {"email": "mira@aurora.com is already a contact here."},
        ),
    ],
)
async def test_app_ui_2_a_refused_contact_keeps_what_was_typed(
    api: httpx.AsyncClient, owner: Browser, fields: dict[str, str], status: int, faults: dict[str, str]
) -> None:
    customer = await new_customer(api, slug="aurora")
    await new_contact(api, customer, email="mira@aurora.com")
    await owner.get(NEW)
    for htmx in (False, True):
        answer = await owner.post(NEW, {**fields, "title": "Head of Ops", "is_primary": "yes"}, htmx=htmx)
        assert answer.status_code == status
        assert is_whole_page(answer) is not htmx
        assert faults_of(answer.text) == faults
        assert value_of(answer.text, "title") == "Head of Ops"
        assert value_of(answer.text, "email") == fields.get("email", "")
        assert re.search(r'name="is_primary"[^>]* checked', answer.text)
    assert len((await api.get(f"/customers/{customer['id']}/contacts")).json()["data"]) == 1


async def test_app_con_3_the_address_of_an_archived_contact_is_still_taken(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    customer = await new_customer(api, slug="aurora")
    mira = await new_contact(api, customer, email="mira@aurora.com")
    await patched(api, mira, archived=True)
    await owner.get(NEW)
    answer = await owner.post(NEW, {"name": "Mira", "email": "mira@aurora.com"})
    assert faults_of(answer.text) == {
        "email": "mira@aurora.com is an archived contact here. Unarchive it instead."
    }


async def test_other_addresses_of_the_form_lead_to_the_canonical_one(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    await new_customer(api, slug="aurora")
    for path in ("1", "aurora"):
        answer = await owner.get(f"/customers/{path}/contacts/new")
        assert (answer.status_code, answer.headers["location"]) == (302, NEW)
    assert (await owner.get("/customers/2/contacts/new")).status_code == 404
