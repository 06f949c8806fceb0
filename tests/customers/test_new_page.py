"""Adding a customer in the app: what is refused and kept, what is made together, and only once."""

import asyncio
import re
from html import unescape

import httpx
import pytest

from tests.support.app import World
from tests.support.browser import Browser
from tests.support.journal import Journal
from tests.support.people import new_member
from tests.support.records import Json, new_contact, new_customer
from tests.support.visits import Enter, faults_of, is_whole_page, text_of, value_of

NEW = "/customers/new"


async def records(api: httpx.AsyncClient, path: str = "/customers") -> list[Json]:
    """What there is."""
    found: list[Json] = (await api.get(path)).json()["data"]
    return found


def submission_of(html: str) -> str:
    """The token by which a repeat of a form is known."""
    found = re.search(r'name="submission" value="([^"]+)"', html)
    assert found is not None
    return found[1]


async def test_a_name_alone_makes_a_customer(api: httpx.AsyncClient, owner: Browser, world: World) -> None:
    await owner.get(NEW)
    answer = await owner.post(NEW, {"name": "  Aurora Outfitters ", "status": "active"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers/1-aurora-outfitters")
    (customer,) = await records(api)
    assert customer["name"] == "Aurora Outfitters"
    assert customer["owner_id"] == world.owner.id
    assert (customer["status"], customer["livemode"], customer["domain"]) == ("active", True, None)
    shown = text_of((await owner.get(answer.headers["location"])).text)
    assert "Dana Okafor created this customer" in shown


async def test_app_add_3_customer_contact_and_onboarding_are_made_together(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await owner.get(NEW)
    answer = await owner.post(
        NEW,
        {
            "name": "Aurora",
            "domain": "https://www.Aurora.com/shop?x=1",
            "status": "onboarding",
            "plan": "Scale",
            "slug": "aur",
            "contact_name": "Mira Chen",
            "contact_email": "Mira@Aurora.com",
            "start_onboarding": "yes",
            "phase": "review",
            "target_launch_date": "2027-01-31",
        },
        htmx=True,
    )
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/customers/1-aur")
    (customer,) = await records(api)
    assert (customer["domain"], customer["plan"], customer["slug"]) == ("aurora.com", "Scale", "aur")
    (contact,) = await records(api, f"/customers/{customer['id']}/contacts")
    assert (contact["name"], contact["is_primary"]) == ("Mira Chen", True)
    (onboarding,) = await records(api, "/onboardings")
    assert (onboarding["phase"], onboarding["target_launch_date"]) == ("review", "2027-01-31T00:00:00.000Z")
    written = await journal.look()
    assert written.names == ["customer.created", "contact.added", "onboarding.created"]
    assert len({entry.request_id for entry in written.entries}) == 1


async def test_app_add_3_nothing_is_made_when_one_of_them_is_refused(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await owner.get(NEW)
    fields = {"name": "Aurora", "contact_name": "Mira", "contact_email": "mira@aurora.com"}
    answer = await owner.post(NEW, {**fields, "start_onboarding": "yes", "phase": "gone"})
    assert answer.status_code == 422
    assert await records(api) == []
    assert (await journal.look()).nothing


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({}, {"name": "Enter the name of the customer."}),
        ({"name": "   "}, {"name": "Enter the name of the customer."}),
        ({"name": "x" * 201}, {"name": "Use at most 200 characters."}),
        ({"name": "Acme", "domain": "not a domain"}, {"domain": "Enter a domain such as acme.com."}),
        ({"name": "Acme", "domain": "http://"}, {"domain": "Enter a domain such as acme.com."}),
        *(
            ({"name": "Acme", "domain": typed}, {"domain": "Enter a domain such as acme.com."})
            for typed in ("http://[foo", "https://]", "//[::1/x")
        ),
        (
            {"name": "Acme", "slug": "Ac me"},
            {"slug": "Use lower-case letters, digits and single hyphens, not digits alone."},
        ),
        ({"name": "Acme", "plan": "x" * 101}, {"plan": "Plan must contain at most 100 characters."}),
        (
            {"name": "Acme", "contact_name": "Mira"},
            {"contact_email": "Enter the e-mail address of the contact."},
        ),
        (
            {"name": "Acme", "contact_email": "mira@"},
            {
                "contact_name": "Enter the name of the contact.",
                "contact_email": "Enter an e-mail address such as mira@aurora.com.",
            },
        ),
        (
            {"name": "Acme", "start_onboarding": "yes", "target_launch_date": "2027-02-30"},
            {"target_launch_date": "Enter a date."},
        ),
        (
            {"name": "Acme", "start_onboarding": "yes", "target_launch_date": "1999-12-31"},
            {"target_launch_date": "Enter a date from 2000 on."},
        ),
        (
            {"name": "Acme", "start_onboarding": "yes", "phase": "gone"},
            {"phase": "This phase is gone. Choose another."},
        ),
    ],
)
async def test_app_ui_2_a_refused_form_keeps_what_was_typed(
    api: httpx.AsyncClient, owner: Browser, fields: dict[str, str], faults: dict[str, str]
) -> None:
    await owner.get(NEW)
    for htmx in (False, True):
        answer = await owner.post(NEW, fields, htmx=htmx)
        assert answer.status_code == 422
        assert is_whole_page(answer) is not htmx
        assert faults_of(answer.text) == faults
        for name, typed in fields.items():
            if name not in ("start_onboarding", "phase"):
                assert value_of(answer.text, name) == typed
        for name in faults:
            field = re.search(rf'<(input|select)[^>]* name="{name}"[^>]*>', answer.text)
            assert field is not None
            assert 'aria-invalid="true"' in field[0]
            assert f'aria-describedby="customer-{name}-e"' in field[0]
    assert await records(api) == []


async def test_fields_of_an_onboarding_that_is_not_wanted_are_not_looked_at(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    await owner.get(NEW)
    answer = await owner.post(NEW, {"name": "Acme", "phase": "gone", "target_launch_date": "never"})
    assert answer.status_code == 303
    assert await records(api, "/onboardings") == []


async def test_app_add_2_a_taken_slug_comes_back_with_a_free_one(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    await new_customer(api, slug="aurora")
    await owner.get(NEW)
    answer = await owner.post(NEW, {"name": "Aurora", "slug": "aurora", "plan": "Scale"})
    assert answer.status_code == 409
    assert faults_of(answer.text) == {"slug": "The slug aurora is taken. aurora-2 is free."}
    assert value_of(answer.text, "plan") == "Scale"
    # Its group is open, so that the message is seen.
    assert re.search(r"<details class=\"more-options\" open>", answer.text)
    # A slug made from the name takes the next free one by itself.
    answer = await owner.post(NEW, {"name": "Aurora"})
    assert answer.headers["location"] == "/customers/2-aurora-2"


async def test_app_add_4_a_repeat_of_one_submission_opens_the_same_customer(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    token = submission_of((await owner.get(NEW)).text)
    fields = {"name": "Aurora", "contact_name": "Mira", "contact_email": "m@aurora.com", "submission": token}
    answers = [await owner.post(NEW, fields) for _ in range(3)]
    assert {answer.headers["location"] for answer in answers} == {"/customers/1-aurora"}
    assert len(await records(api)) == 1
    # The next form is another submission.
    assert submission_of((await owner.get(NEW)).text) != token


async def test_app_add_4_other_content_of_one_form_is_another_submission(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    """Back, another name, sent again: what was typed is never dropped unsaid."""
    fields = {"name": "Aurora", "submission": submission_of((await owner.get(NEW)).text)}
    others = [fields, {**fields, "name": "Birch"}, {**fields, "plan": "Scale"}]
    places = ["/customers/1-aurora", "/customers/2-birch", "/customers/3-aurora-2"]
    for _ in range(2):
        answers = [await owner.post(NEW, other) for other in others]
        assert [answer.headers["location"] for answer in answers] == places
    assert [row["name"] for row in await records(api)] == ["Aurora", "Birch", "Aurora"]


async def test_app_add_4_a_renewed_token_of_the_page_changes_no_content(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    """The same form, sent again after signing in again, is the same submission."""
    fields = {"name": "Aurora", "submission": submission_of((await owner.get(NEW)).text)}
    answers = [await owner.post(NEW, fields)]
    before = owner.csrf
    owner.client.cookies.clear()
    await owner.sign_in(world.services, world.workspace.id, world.owner)
    await owner.get(NEW)
    assert owner.csrf != before
    answers.append(await owner.post(NEW, fields))
    assert [answer.headers["location"] for answer in answers] == ["/customers/1-aurora"] * 2
    assert len(await records(api)) == 1


async def test_app_add_4_two_at_once_make_one_customer(api: httpx.AsyncClient, owner: Browser) -> None:
    token = submission_of((await owner.get(NEW)).text)
    fields = {"name": "Aurora", "submission": token, "csrf_token": owner.csrf}
    answers = await asyncio.gather(*(owner.client.post(NEW, data=fields) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [303] * 8
    assert {answer.headers["location"] for answer in answers} == {"/customers/1-aurora"}
    assert len(await records(api)) == 1


async def test_app_add_4_a_refused_submission_can_be_sent_again(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    token = submission_of((await owner.get(NEW)).text)
    refused = await owner.post(NEW, {"name": "", "submission": token})
    assert submission_of(refused.text) == token
    answer = await owner.post(NEW, {"name": "Aurora", "submission": token})
    assert answer.headers["location"] == "/customers/1-aurora"


async def test_submissions_are_those_of_their_form(
    api: httpx.AsyncClient, owner: Browser, enter: Enter
) -> None:
    """The same token at the form of another customer is another submission."""
    first, second = await new_customer(api, slug="a"), await new_customer(api, slug="b")
    await owner.get(NEW)
    fields = {"name": "Mira", "email": "mira@aurora.com", "submission": "token"}
    for path in ("/customers/1-a", "/customers/2-b"):
        assert (await owner.post(f"{path}/contacts/new", fields)).status_code == 303
    for customer in (first, second):
        assert len(await records(api, f"/customers/{customer['id']}/contacts")) == 1
    long = "x" * 300
    for _ in range(2):
        assert (await owner.post(NEW, {"name": "Aurora", "submission": long})).status_code == 303


async def test_app_ui_4_a_form_of_somebody_else_is_out_of_date(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    await owner.get(NEW)
    answer = await owner.post(NEW, {"name": "Aurora"}, csrf="wrong", htmx=True)
    assert answer.status_code == 419
    assert "This page is out of date." in text_of(answer.text)
    assert not is_whole_page(answer)
    assert is_whole_page(await owner.post(NEW, {"name": "Aurora"}, csrf=""))
    assert await records(api) == []


async def test_typed_markup_comes_back_as_text(api: httpx.AsyncClient, owner: Browser) -> None:
    await owner.get(NEW)
    evil = "\"><script>alert(1)</script>'"
    answer = await owner.post(NEW, {"name": "", "domain": evil, "plan": evil, "slug": evil})
    assert "<script>alert" not in answer.text
    assert value_of(answer.text, "plan") == evil
    made = await owner.post(NEW, {"name": evil, "plan": evil})
    page = (await owner.get(made.headers["location"])).text
    assert "<script>alert" not in page
    assert evil in text_of(page.replace("&#34;", '"').replace("&#39;", "'"))
    customer = (await records(api))[0]
    await new_contact(api, customer, name=evil, title=evil, phone="1")
    assert "<script>alert" not in (await owner.get(made.headers["location"])).text


async def test_app_ui_4_without_scripts_a_form_waits_while_the_session_is_renewed(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    token = submission_of((await owner.get(NEW)).text)
    csrf = owner.csrf
    await owner.post("/logout")
    typed = {"name": 'Aurora "&" <b>', "plan": "Größe", "submission": token}
    answer = await owner.post(NEW, typed, csrf=csrf)
    assert answer.status_code == 401
    assert "nothing you typed is lost" in text_of(answer.text)
    assert await records(api) == []
    kept = {
        unescape(name): unescape(text)
        for name, text in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.text)
    }
    assert kept == {"csrf_token": csrf, **typed}
    assert f'action="{NEW}"' in answer.text
    # Somebody else may not send it; the one who wrote it may.
    ana = await new_member(world, "Ana Ruiz", "admin")
    await owner.sign_in(world.services, world.workspace.id, ana)
    assert (await owner.post(NEW, kept, csrf=csrf)).status_code == 419
    await owner.sign_in(world.services, world.workspace.id, world.owner)
    assert (await owner.post(NEW, kept, csrf=csrf)).status_code == 303
    [made] = await records(api)
    assert (made["name"], made["plan"]) == (typed["name"], typed["plan"])


async def test_app_ui_4_a_form_of_nowhere_is_not_kept(owner: Browser) -> None:
    await owner.get(NEW)
    await owner.post("/logout")
    answer = await owner.post(NEW, {"name": "Aurora"}, csrf="")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert (
        await owner.client.post(NEW, content=b"{}", headers={"Content-Type": "text/plain"})
    ).status_code == 415
