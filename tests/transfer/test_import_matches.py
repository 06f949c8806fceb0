"""What an import does to records that are there already, and to the primary contacts of customers."""

import httpx
import pytest

from pivotal_server.jobs.worker import Worker
from pivotal_server.server_jobs import KINDS
from pivotal_server.transfer import importing
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.records import new_customer, walk
from tests.support.visits import text_of
from tests.transfer.test_import_pages import checked, sent


async def imported(owner: Browser, world: World, content: str, **fields: str) -> None:
    """Upload, check and run in the app."""
    url = (await sent(owner, content.encode())).headers["location"]
    _, check = await checked(owner, world, url, **fields)
    assert (await owner.post(f"{check}/run")).status_code == 303
    await Worker(world.services, KINDS).run_due()


async def test_a_file_of_addresses_leaves_the_names_of_contacts(
    api: httpx.AsyncClient, world: World, owner: Browser
) -> None:
    made = await new_customer(api, name="Aurora", domain="aurora.com")
    person = {"name": "Mira Chen", "email": "mira@aurora.com", "title": "Head of Ops"}
    await api.post(f"/customers/{made['id']}/contacts", json=person)
    rows = "domain,contact_email,contact_phone\naurora.com,Mira@Aurora.com,555\n"
    await imported(owner, world, rows, key="domain", on_match="update")
    (contact,) = await walk(api, f"/customers/{made['id']}/contacts")
    assert (contact["name"], contact["title"], contact["phone"]) == ("Mira Chen", "Head of Ops", "555")


async def test_filling_what_is_empty_leaves_the_primary_contact(
    api: httpx.AsyncClient, world: World, owner: Browser
) -> None:
    made = await new_customer(api, name="Aurora", domain="aurora.com")
    await new_customer(api, name="Borealis", domain="borealis.com")
    person = {"name": "Mira Chen", "email": "mira@aurora.com", "title": "Head of Ops"}
    await api.post(f"/customers/{made['id']}/contacts", json=person)
    rows = (
        "domain,contact_name,contact_email,contact_title,contact_phone\n"
        "aurora.com,M. Chen,mira@aurora.com,Operations,555\n"
        "aurora.com,Ana Ruiz,ana@aurora.com,CTO,\n"
        "borealis.com,Bo Lind,bo@borealis.com,CEO,\n"
    )
    await imported(owner, world, rows, key="domain", on_match="fill")
    (contact,) = await walk(api, f"/customers/{made['id']}/contacts")
    assert [contact[name] for name in ("name", "title", "phone", "is_primary")] == [
        "Mira Chen",
        "Head of Ops",
        "555",
        True,
    ]
    borealis = next(one for one in await walk(api, "/customers") if one["name"] == "Borealis")
    (contact,) = await walk(api, f"/customers/{borealis['id']}/contacts")
    assert (contact["name"], contact["is_primary"]) == ("Bo Lind", True)


@pytest.mark.parametrize("typed", ["münchen.de", "MÜNCHEN.de", "xn--mnchen-3ya.de"])
async def test_a_match_is_passed_over_however_its_key_is_written(
    api: httpx.AsyncClient, world: World, owner: Browser, typed: str
) -> None:
    made = await new_customer(api, name="Bäcker", domain="münchen.de", plan="Free")
    rows = f"domain,name,plan\n{typed},Other,Scale\n"
    await imported(owner, world, rows, key="domain", on_match="skip")
    (customer,) = await walk(api, "/customers")
    assert (customer["id"], customer["name"], customer["plan"]) == (made["id"], "Bäcker", "Free")


async def test_two_columns_of_one_name_have_one_meaning(owner: Browser) -> None:
    rows = b"Name,Email,Email\nAurora,mira@aurora.com,ana@aurora.com\n"
    url = (await sent(owner, rows)).headers["location"]
    fields = {"column_0": "name", "column_1": "contact_email", "column_2": "", "key": ""}
    answer = await owner.post(url, fields)
    assert answer.status_code == 422
    assert "Two columns are called “Email”" in answer.text


async def test_reading_again_keeps_what_was_chosen(owner: Browser) -> None:
    url = (await sent(owner, b"Name,Notes\nAurora,x\n")).headers["location"]
    fields = {"column_0": "name", "column_1": "plan", "key": "", "delimiter": "comma", "encoding": "utf-8"}
    answer = await owner.post(url, {**fields, "read": "yes"})
    assert answer.status_code == 200
    assert 'value="plan" selected' in answer.text
    other = await owner.post(url, {**fields, "delimiter": "pipe", "read": "yes"})
    assert "column_1" not in other.text


async def test_a_check_knows_rows_before_however_their_key_is_written(world: World, owner: Browser) -> None:
    between = "".join(f"c{number}.com,C{number}\n" for number in range(importing.BLOCK))
    rows = f"domain,name\nmünchen.de,One\n{between}xn--mnchen-3ya.de,Two\n"
    url = (await sent(owner, rows.encode())).headers["location"]
    html, _ = await checked(owner, world, url, key="domain")
    assert f"Created {importing.BLOCK + 1} Updated 1" in text_of(html)


async def test_an_import_that_was_canceled_is_not_asked_about(world: World, owner: Browser) -> None:
    url = (await sent(owner, b"name\nAurora\n")).headers["location"]
    _, check = await checked(owner, world, url)
    run = (await owner.post(f"{check}/run")).headers["location"]
    await owner.post(f"{run}/cancel")
    url = (await sent(owner, b"name\nAurora\n")).headers["location"]
    _, check = await checked(owner, world, url)
    assert (await owner.post(f"{check}/run")).status_code == 303
