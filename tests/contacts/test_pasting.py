"""A pasted list of contacts: how its lines are read, and what adding them does."""

import re
from html import unescape

import httpx
import pytest

from pivotal_server.contacts.pasting import addresses, known, read_lines
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import new_contact, new_customer, walk
from tests.support.visits import Enter, faults_of, is_whole_page, text_of, value_of

PASTE = "/customers/1-aurora/contacts/paste"


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("Mira Chen, mira@aurora.com", ("Mira Chen", "mira@aurora.com", None, None)),
        (
            "Mira Chen,MIRA@Aurora.com,Head of Ops,+49 30",
            ("Mira Chen", "mira@aurora.com", "Head of Ops", "+49 30"),
        ),
        ('"Chen, Mira", mira@aurora.com, "Ops, EU"', ("Chen, Mira", "mira@aurora.com", "Ops, EU", None)),
        ('"Mira ""Mi"" Chen",mira@aurora.com', ('Mira "Mi" Chen', "mira@aurora.com", None, None)),
        ("Chen, Mira\tmira@aurora.com\tOps\t1", ("Chen, Mira", "mira@aurora.com", "Ops", "1")),
        ("Mira,mira@aurora.com,,,,", ("Mira", "mira@aurora.com", None, None)),
    ],
)
def test_a_line_holds_name_email_title_and_phone(line: str, values: tuple[str | None, ...]) -> None:
    [found] = read_lines(line)
    assert found.verdict == "new"
    data = found.data
    assert data is not None
    assert (data.name, data.email, data.title, data.phone) == values


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Mira", "Enter an e-mail address."),
        (",mira@aurora.com", "Enter the name of the contact."),
        ("Mira, mira", "Enter an e-mail address such as mira@aurora.com."),
        ("a, b", "Enter an e-mail address such as mira@aurora.com."),
        (",x", "Enter the name of the contact. Enter an e-mail address such as mira@aurora.com."),
        ("Mira, mira@aurora.com, Ops, 1, 2", "There are more than four values."),
        ('"Mira, mira@aurora.com', "A quotation mark is not closed."),
    ],
)
def test_a_faulty_line_says_why(line: str, reason: str) -> None:
    [found] = read_lines(line)
    assert (found.verdict, found.reason, found.text, found.data) == ("faulty", reason, line, None)


def test_doubles_are_told_from_new_ones_and_blank_lines_are_nothing() -> None:
    lines = read_lines("\nMira, mira@aurora.com\r\n  \r\nMira C, MIRA@aurora.com\nBen, ben@aurora.com\n")
    assert [(line.number, line.verdict) for line in lines] == [(2, "new"), (4, "double"), (5, "new")]
    assert addresses(lines) == ["mira@aurora.com", "ben@aurora.com"]
    again = known(lines, {"ben@aurora.com"})
    assert [line.verdict for line in again] == ["new", "double", "double"]


def seen_of(html: str) -> dict[str, str]:
    """What the form sends along besides its box."""
    return {name: value_of(html, name) for name in ("seen", "submission")}


def box_of(html: str) -> str:
    """What stands in the box."""
    found = re.search(r"<textarea[^>]*>([^<]*)</textarea>", html)
    assert found is not None
    return unescape(found[1])


def forty() -> str:
    """40 lines, the 5th, 20th and 40th of which are faulty."""
    good = [f"Person {number}, person{number}@aurora.com, Role {number}" for number in range(1, 41)]
    good[4], good[19], good[39] = "No address", "Bad, bad@", ",nameless@aurora.com"
    return "\r\n".join(good)


async def test_forty_lines_with_three_faulty_ones_add_37_and_keep_3(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    customer = await new_customer(api, name="Aurora", slug="aurora")
    assert is_whole_page(await owner.get(PASTE))
    shown = await owner.post(PASTE, {"lines": forty()}, htmx=True)
    assert shown.status_code == 200
    words = text_of(shown.text)
    assert "37 to add; not these: 5 No address Enter an e-mail address." in words
    assert "Add 37" in words
    path = f"/customers/{customer['id']}/contacts"
    assert await walk(api, path, limit=100) == [], "nothing is added before it was seen"
    sent = {"lines": forty(), **seen_of(shown.text)}
    done = await owner.post(PASTE, sent, htmx=True)
    assert done.status_code == 200
    assert "Added 37 contacts. Correct what is left, or close." in text_of(done.text)
    assert box_of(done.text).strip().splitlines() == ["No address", "Bad, bad@", ",nameless@aurora.com"]
    people = await walk(api, path, limit=100)
    assert len(people) == 37
    assert [one["name"] for one in people if one["is_primary"]] == ["Person 1"]
    added = (await api.get("/activity?event=contact.added&limit=100")).json()["data"]
    assert len(added) == 37
    assert len({entry["bulk_id"] for entry in added} - {None}) == 1
    # The same submission once more adds nothing.
    await owner.post(PASTE, sent)
    assert len(await walk(api, path, limit=100)) == 37


async def test_who_is_there_already_is_passed_over_archived_ones_too(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    customer = await new_customer(api, slug="aurora")
    await new_contact(api, customer, email="mira@aurora.com")
    await new_contact(api, customer, email="old@aurora.com", archived=True)
    await owner.get(PASTE)
    text = "Mira, mira@aurora.com\nOld, old@aurora.com\nBen, ben@aurora.com"
    shown = await owner.post(PASTE, {"lines": text})
    assert text_of(shown.text).count("The customer has this contact already.") == 2
    done = await owner.post(PASTE, {"lines": text, **seen_of(shown.text)})
    assert (done.status_code, done.headers["location"]) == (303, "/customers/1-aurora/contacts")
    emails = {one["email"] for one in await walk(api, f"/customers/{customer['id']}/contacts")}
    assert emails == {"mira@aurora.com", "old@aurora.com", "ben@aurora.com"}


async def test_who_was_added_meanwhile_is_passed_over(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api, slug="aurora")
    await owner.get(PASTE)
    text = "Mira, mira@aurora.com\nBen, ben@aurora.com"
    shown = await owner.post(PASTE, {"lines": text})
    await new_contact(api, customer, email="mira@aurora.com")
    done = await owner.post(PASTE, {"lines": text, **seen_of(shown.text)})
    assert done.status_code == 303
    assert len(await walk(api, f"/customers/{customer['id']}/contacts")) == 2


async def test_a_changed_list_is_shown_again_before_anything_is_added(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    customer = await new_customer(api, slug="aurora")
    await owner.get(PASTE)
    shown = await owner.post(PASTE, {"lines": "Mira, mira@aurora.com"})
    again = await owner.post(PASTE, {"lines": "Ben, ben@aurora.com", **seen_of(shown.text)})
    assert again.status_code == 200
    assert "1 to add" in text_of(again.text)
    assert await walk(api, f"/customers/{customer['id']}/contacts") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n ", "Paste one contact a line."),
        (
            "\n".join(f"P, p{number}@aurora.com" for number in range(501)),
            "Paste at most 500 lines; these are 501.",
        ),
    ],
)
async def test_app_ui_2_a_refused_list_keeps_its_text(
    api: httpx.AsyncClient, owner: Browser, text: str, message: str
) -> None:
    customer = await new_customer(api, slug="aurora")
    await owner.get(PASTE)
    refused = await owner.post(PASTE, {"lines": text})
    assert refused.status_code == 422
    assert faults_of(refused.text) == {"lines": message}
    assert box_of(refused.text).strip() == text.strip()
    assert await walk(api, f"/customers/{customer['id']}/contacts") == []


async def test_a_list_without_a_good_line_adds_nothing(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_customer(api, slug="aurora")
    await owner.get(PASTE)
    shown = await owner.post(PASTE, {"lines": "Mira"})
    refused = await owner.post(PASTE, {"lines": "Mira", **seen_of(shown.text)})
    assert faults_of(refused.text) == {"lines": "None of these lines can be added."}


async def test_whoever_does_not_see_the_customer_finds_no_box(
    api: httpx.AsyncClient, enter: Enter, world: World
) -> None:
    await new_customer(api, slug="aurora")
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    await ana.get("/customers")
    assert (await ana.get(PASTE)).status_code == 404
    assert (await ana.post(PASTE, {"lines": "Mira, mira@aurora.com"})).status_code == 404
