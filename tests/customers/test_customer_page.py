"""The pages of one customer: what they show, their fragments, the stretches of activity, their cost."""

import re

import httpx
import pytest

from pivotal_server.db.engine import counting
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import change_member, new_member, set_time_zone
from tests.support.records import Json, new_contact, new_customer, new_onboarding, patched
from tests.support.visits import Enter, is_whole_page, text_of

FRAGMENTS = ("header", "contacts", "activity", "onboardings", "details")


def fragment_of(html: str, name: str) -> str:
    """What a reader sees in one fragment of a page."""
    opening = re.search(rf'<([a-z]+)[^>]* data-fragment="{name}"[^>]*>', html)
    assert opening is not None, name
    depth = 0
    for tag in re.finditer(rf"<(/?){opening[1]}\b", html[opening.start() :]):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return text_of(html[opening.start() : opening.start() + tag.start()])
    raise AssertionError(f"{name} does not end")


def whats(html: str) -> list[str]:
    """The sentences of the activity, newest first."""
    return [text_of(what) for what in re.findall(r'<p class="what">(.*?)</p>', html, re.DOTALL)]


async def page_of(browser: Browser, customer: Json, tab: str = "") -> str:
    """A page of a customer."""
    answer = await browser.get(f"/customers/{customer['display_id']}-{customer['slug']}{tab}")
    assert answer.status_code == 200
    return answer.text


async def test_the_page_shows_the_record_its_people_and_its_onboardings(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    customer = await new_customer(
        api,
        name="Aurora Outfitters",
        slug="aurora",
        domain="aurora.com",
        status="onboarding",
        plan="Scale",
        mrr=4200,
        monthly_orders=18500,
        owner_id=world.owner.id,
        tags=["retail"],
        hubspot_company_id="88201",
    )
    await new_contact(api, customer, name="Mira Chen", email="mira@aurora.com", title="Head of Ops")
    await new_contact(api, customer, name="Ben Hartley", email="ben@aurora.com")
    onboarding = await new_onboarding(
        api,
        customer,
        name="Loyalty launch",
        csm_id=world.owner.id,
        target_launch_date="2027-01-31T00:00:00Z",
    )
    await patched(api, onboarding, phase="program_design")
    html = await page_of(owner, customer)
    header = fragment_of(html, "header")
    for words in ("Aurora Outfitters #1", "aurora.com", "Dana Okafor", "Plan Scale", "MRR $4,200", "retail"):
        assert words in header
    contacts = fragment_of(html, "contacts")
    assert contacts.index("Mira Chen Primary Head of Ops mira@aurora.com") < contacts.index("Ben Hartley")
    assert "Contacts 2" in contacts
    aside = fragment_of(html, "onboardings")
    assert "Loyalty launch Active Phase 2 of 7" in aside
    assert "Target launch Jan 31, 2027" in aside
    assert "CSM DO Dana Okafor" in aside
    assert '<li aria-current="step">' in html
    details = fragment_of(html, "details")
    assert "Slug aurora Orders / month 18,500 HubSpot company 88201 Created" in details
    assert whats(html) == [
        "API: local-dev moved Loyalty launch to Program design",
        "API: local-dev opened onboarding Loyalty launch",
        "API: local-dev added contact Ben Hartley",
        "API: local-dev added contact Mira Chen as primary",
        "API: local-dev created this customer",
    ]


async def test_app_con_2_without_a_primary_contact_the_card_says_so(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    customer = await new_customer(api)
    mira = await new_contact(api, customer, name="Mira")
    await new_contact(api, customer, name="Ben")
    await patched(api, mira, archived=True)
    contacts = fragment_of(await page_of(owner, customer), "contacts")
    assert "No primary contact." in contacts
    assert "Mira" not in contacts


async def test_the_card_shows_five_contacts_and_counts_all(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api)
    for number in range(7):
        await new_contact(api, customer, name=f"Person {number}.")
    archived = await new_contact(api, customer)
    await patched(api, archived, archived=True)
    html = await page_of(owner, customer)
    assert "Contacts 7" in fragment_of(html, "contacts")
    assert len(re.findall(r'id="contact-[a-z0-9]+"', html)) == 5


async def test_only_open_onboardings_stand_in_the_sidebar(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api)
    await new_onboarding(api, customer, name="Still open")
    for number in range(21):
        done = await new_onboarding(api, customer, name=f"Over {number}.")
        await patched(api, done, phase="completed")
    aside = fragment_of(await page_of(owner, customer), "onboardings")
    assert "Still open" in aside
    assert "Over" not in aside


async def test_app_ui_14_what_a_test_key_wrote_is_marked(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    _, key = await world.new_key("ci", mode="test")
    async with world.client(key) as test:
        customer = await new_customer(test)
        await new_contact(test, customer)
        await new_onboarding(test, customer)
    html = await page_of(owner, customer)
    for name in ("header", "contacts", "onboardings", "activity"):
        assert " Test" in fragment_of(html, name)


async def test_app_act_4_activity_comes_in_stretches_of_50_without_gap_or_double(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    customer = await new_customer(api)
    for number in range(119):
        await patched(api, customer, mrr=number + 1)
    overview = await page_of(owner, customer)
    assert len(whats(overview)) == 10
    assert "All activity" in text_of(overview)
    seen: list[str] = []
    sizes = []
    path: str | None = f"/customers/1-{customer['slug']}/activity"
    while path is not None:
        html = (await owner.get(path)).text
        ids = re.findall(r'<li class="entry" id="entry-([^"]+)"', html)
        seen += ids
        sizes.append(len(ids))
        older = re.search(r'<a href="([^"]*)"[^>]*rel="next"', html)
        path = None if older is None else older[1]
    assert sizes == [50, 50, 20]
    assert len(set(seen)) == 120
    assert (await owner.get(f"/customers/1-{customer['slug']}/activity?before=nonsense")).status_code == 200


async def test_an_empty_customer_offers_what_comes_next(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api)
    html = await page_of(owner, customer)
    assert "No contacts yet Add the person you talk to first; they become primary." in text_of(html)
    assert "No onboarding yet" in text_of(html)
    assert html.count("/contacts/new") == 1
    assert html.count("/onboardings/new") == 2


@pytest.mark.parametrize("role", ["member", "viewer"])
async def test_app_ui_5_acts_are_drawn_for_those_who_may(
    role: str, api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    person = await new_member(world, "Ana Ruiz", "member")
    customer = await new_customer(api, owner_id=person.id)
    browser = await enter(person)
    # Whoever becomes a viewer keeps the sight of what was given, and acts no more.
    await change_member(world, person, role=role)
    html = await page_of(browser, customer)
    for kind in ("contacts", "onboardings"):
        path = f"/customers/1-{customer['slug']}/{kind}/new"
        assert (path in html) == (role == "member")
        for answer in (await browser.get(path), await browser.post(path, {"name": "x"})):
            if role == "member":
                assert answer.status_code in (200, 303, 422)
            else:
                assert answer.status_code == 403
                assert text_of(answer.text).count("Only ") >= 1


async def test_app_ui_1_fragments_are_parts_of_the_same_page(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api, slug="aurora")
    await new_contact(api, customer)
    for tab, names in (("", FRAGMENTS), ("/activity", ("header", "activity", "onboardings", "details"))):
        path = f"/customers/1-aurora{tab}"
        whole = await owner.get(path)
        assert is_whole_page(whole)
        assert is_whole_page(await owner.get(f"{path}?fragment=header"))
        # A script that names no fragment gets the page; names of another release are passed over.
        assert is_whole_page(await owner.get(path, htmx=True))
        assert (await owner.get(f"{path}?fragment=gone", htmx=True)).text.strip() == ""
        for name in names:
            part = await owner.get(f"{path}?fragment={name}", htmx=True)
            assert part.status_code == 200
            assert not is_whole_page(part)
            assert fragment_of(part.text, name) == fragment_of(whole.text, name)
        both = await owner.get(f"{path}?fragment=header&fragment=details", htmx=True)
        assert re.findall(r'data-fragment="([a-z]+)"', both.text) == ["header", "details"]


async def test_app_ui_7_days_are_counted_in_the_zone_of_the_workspace(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    customer = await new_customer(api)
    await new_onboarding(api, customer, target_launch_date="2027-01-31T00:00:00Z")
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):
        await set_time_zone(world, zone)
        html = await page_of(owner, customer)
        # A target is a calendar day, whatever the zone.
        assert "Target launch Jan 31, 2027" in fragment_of(html, "onboardings")
        assert f"in {zone}" in html
        assert "Today" in fragment_of(html, "activity")


@pytest.mark.parametrize("tab", ["", "/activity"])
async def test_the_page_takes_few_statements_however_much_there_is(
    tab: str, api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    customer = await new_customer(api, owner_id=world.owner.id)

    async def statements() -> int:
        with counting() as count:
            await page_of(owner, customer, tab)
        return count.value

    async def grow(times: int) -> None:
        for _ in range(times):
            await new_contact(api, customer)
            onboarding = await new_onboarding(api, customer, csm_id=world.owner.id)
            await patched(api, onboarding, phase="review")
            await patched(api, customer, owner_id=None)
            await patched(api, customer, owner_id=world.owner.id)

    await grow(5)
    few = await statements()
    await grow(15)
    assert await statements() == few
    assert few <= 15
