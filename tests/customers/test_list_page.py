"""The list of customers as a page: its stretches, filters, totals, and who sees which rows."""

import re
from html import unescape
from itertools import chain

import httpx

from pivotal_server.db.engine import counting
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member, set_settings
from tests.support.records import new_contact, new_customer, new_onboarding, patched
from tests.support.visits import Enter, is_whole_page, text_of


def rows_of(html: str) -> list[str]:
    """The names in the list, from top to bottom."""
    return [unescape(name) for name in re.findall(r'data-opens>.*?<span class="truncate">([^<]*)<', html)]


def link(html: str, rel: str) -> str | None:
    """The address of the page before (``prev``) or after (``next``) this one."""
    found = re.search(rf'<a href="([^"]*)"[^>]*rel="{rel}"', html)
    return None if found is None else unescape(found[1])


async def total(browser: Browser, html: str) -> str:
    """The total that a page asks for after its rows."""
    asked = re.search(r'hx-get="(/customers/total[^"]*)"', html)
    assert asked is not None
    return text_of((await browser.get(unescape(asked[1]), htmx=True)).text)


async def walk(browser: Browser, path: str, rel: str) -> list[list[str]]:
    """The rows of a page and of all that follow it in one direction."""
    pages = []
    at: str | None = path
    while at is not None:
        html = (await browser.get(at)).text
        pages.append(rows_of(html))
        at = link(html, rel)
    return pages


async def test_app_ui_11_pages_of_50_hold_every_customer_once_in_both_directions(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    names = [(await new_customer(api, name=f"Customer {number}"))["name"] for number in range(1, 121)]
    names.reverse()
    pages = await walk(owner, "/customers", "next")
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [*chain.from_iterable(pages)] == names
    first = (await owner.get("/customers")).text
    assert link(first, "prev") is None
    assert await total(owner, first) == "120 customers"

    # Back from the last page, by the links that it shows.
    last = link((await owner.get(link(first, "next") or "")).text, "next") or ""
    assert link((await owner.get(last)).text, "next") is None
    back = await walk(owner, last, "prev")
    assert back == [pages[2], pages[1], pages[0]]

    # What is created meanwhile moves no row from one page to the next.
    second = link(first, "next") or ""
    await new_customer(api, name="Newest")
    assert rows_of((await owner.get(second)).text) == pages[1]
    newer = link((await owner.get(second)).text, "prev") or ""
    assert rows_of((await owner.get(newer)).text) == pages[0]
    assert rows_of((await owner.get(link((await owner.get(newer)).text, "prev") or "")).text) == ["Newest"]


async def test_a_page_of_exactly_50_has_no_next_one(api: httpx.AsyncClient, owner: Browser) -> None:
    for _ in range(50):
        await new_customer(api)
    html = (await owner.get("/customers")).text
    assert len(rows_of(html)) == 50
    assert link(html, "next") is None


async def test_app_list_2_each_filter_shows_its_status_and_counts_it(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    for status in ("onboarding", "active", "at_risk", "churned", "archived"):
        customer = await new_customer(api, name=f"Is {status}")
        await patched(api, customer, status=status)
    await new_customer(api, name="Also active")
    current = (await owner.get("/customers")).text
    assert rows_of(current) == ["Also active", "Is at_risk", "Is active", "Is onboarding"]
    assert await total(owner, current) == "4 customers"
    for status, names in {
        "onboarding": ["Is onboarding"],
        "active": ["Also active", "Is active"],
        "at_risk": ["Is at_risk"],
        "churned": ["Is churned"],
        "archived": ["Is archived"],
    }.items():
        html = (await owner.get(f"/customers?status={status}")).text
        assert rows_of(html) == names
        assert await total(owner, html) == ("1 customer" if len(names) == 1 else f"{len(names)} customers")
        assert re.search(rf'<a href="/customers\?status={status}" aria-current="true">', html)
    # An unknown filter is none.
    assert rows_of((await owner.get("/customers?status=nonsense")).text) == rows_of(current)


async def test_a_filter_stays_on_the_following_pages(api: httpx.AsyncClient, owner: Browser) -> None:
    for number in range(60):
        customer = await new_customer(api, name=f"Customer {number}")
        if number < 55:
            await patched(api, customer, status="at_risk")
    pages = await walk(owner, "/customers?status=at_risk", "next")
    assert [*chain.from_iterable(pages)] == [f"Customer {number}" for number in range(54, -1, -1)]


async def test_nonsense_in_the_address_shows_the_first_page(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_customer(api, name="Aurora")
    for query in (
        "before=x",
        "after=2026-02-30",
        "before=&after=",
        "before=%00",
        "after=9999-12-31T00:00:00Z",
    ):
        answer = await owner.get(f"/customers?{query}")
        assert answer.status_code == 200
        assert rows_of(answer.text) in (["Aurora"], [])
    assert rows_of((await owner.get("/customers?before=x")).text) == ["Aurora"]


async def test_a_row_tells_what_is_known(api: httpx.AsyncClient, owner: Browser, world: World) -> None:
    customer = await new_customer(
        api, name="Aurora", domain="aurora.com", plan="Scale", owner_id=world.owner.id, status="onboarding"
    )
    for phase, day in (("review", "2027-03-02"), ("internal_qa", "2027-01-31"), ("launch", None)):
        target = day and f"{day}T00:00:00Z"
        await new_onboarding(api, customer, phase=phase, target_launch_date=target)
    html = (await owner.get("/customers")).text
    row = text_of(html[html.index("<tbody") : html.index("</tbody>")])
    assert row.startswith("A Aurora aurora.com Onboarding")
    assert "Launch Internal QA +1" in row
    assert "Jan 31" in row
    assert "Scale" in row
    assert row.endswith("Now")
    assert 'aria-label="Dana Okafor"' in html


async def test_app_ui_15_an_empty_list_says_why(
    api: httpx.AsyncClient, owner: Browser, world: World, enter: Enter
) -> None:
    text = text_of((await owner.get("/customers")).text)
    assert "Customers are the companies you onboard. New customer" in text
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    text = text_of((await ana.get("/customers")).text)
    assert "Nobody has given you a customer yet. Ask an admin." in text
    customer = await new_customer(api)
    text = text_of((await owner.get("/customers?status=churned")).text)
    assert "Nothing matches" in text
    assert "Clear filter" in text
    # With everything churned the default filter hides what there is.
    await patched(api, customer, status="churned")
    assert "Nothing matches" in text_of((await owner.get("/customers")).text)


async def test_app_acc_1_members_and_viewers_see_what_is_given_to_them(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    vera = await new_member(world, "Vera Voss", "viewer")
    await new_customer(api, name="Of nobody")
    await new_customer(api, name="Owned", owner_id=ana.id)
    for role in ("csm_id", "se_id", "designer_id", "product_ops_id"):
        await new_onboarding(api, await new_customer(api, name=role), **{role: ana.id})
    browser = await enter(ana)
    html = (await browser.get("/customers")).text
    assert rows_of(html) == ["product_ops_id", "designer_id", "se_id", "csm_id", "Owned"]
    assert await total(browser, html) == "5 customers"
    assert (await browser.get("/customers/2")).status_code == 302
    assert (await browser.get("/customers/1")).status_code == 404
    seen_by_vera = (await (await enter(vera)).get("/customers")).text
    assert rows_of(seen_by_vera) == []

    # Losing the last reason acts on the next request.
    onboarding = (await api.get("/onboardings", params={"csm_id": ana.id})).json()["data"][0]
    await patched(api, onboarding, csm_id=None)
    assert "csm_id" not in rows_of((await browser.get("/customers")).text)
    assert (await browser.get("/customers/3")).status_code == 404


async def test_app_acc_2_default_access_opens_the_list(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    await new_customer(api, name="Of nobody")
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    vera = await enter(await new_member(world, "Vera Voss", "viewer"))
    for access, seen in {
        "assigned_only": ([], []),
        "all_members": (["Of nobody"], []),
        "all_members_and_viewers": (["Of nobody"], ["Of nobody"]),
    }.items():
        await set_settings(world, default_access=access)
        shown = [rows_of((await browser.get("/customers")).text) for browser in (ana, vera)]
        assert shown == [*seen]


async def test_app_ui_5_who_may_not_create_sees_no_button_and_gets_403(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    for role in ("member", "viewer"):
        browser = await enter(await new_member(world, f"{role.capitalize()} Meyer", role))
        assert "/customers/new" not in (await browser.get("/customers")).text
        for answer in (
            await browser.get("/customers/new"),
            await browser.post("/customers/new", {"name": "Acme"}),
        ):
            assert answer.status_code == 403
            assert "Only the owner and admins can create customers." in text_of(answer.text)
    assert (await api.get("/customers")).json()["data"] == []


async def test_the_workspace_may_let_members_create_customers(world: World, enter: Enter) -> None:
    await set_settings(world, members_create_customers=True)
    for role, status in (("member", 200), ("viewer", 403)):
        browser = await enter(await new_member(world, f"{role.capitalize()} Meyer", role))
        assert ("/customers/new" in (await browser.get("/customers")).text) == (status == 200)
        assert (await browser.get("/customers/new")).status_code == status


async def test_app_ui_1_a_script_gets_the_fragment_others_the_page(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    await new_customer(api, name="Aurora")
    assert is_whole_page(await owner.get("/customers"))
    # Only a script that names a fragment gets one; the name alone changes nothing.
    assert is_whole_page(await owner.get("/customers?fragment=rows"))
    fragment = await owner.get("/customers?fragment=rows", htmx=True)
    assert fragment.text.strip().startswith('<div data-fragment="rows">')
    assert rows_of(fragment.text) == ["Aurora"]
    assert fragment.headers["vary"] == "HX-Request"


async def test_a_customer_that_has_launched_everything_lacks_no_target(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    launched = await new_customer(api, name="Aurora", status="onboarding")
    await new_onboarding(api, launched, phase="launch", target_launch_date="2027-01-31T00:00:00Z")
    without = await new_customer(api, name="Borealis", status="onboarding")
    await new_onboarding(api, without)
    html = (await owner.get("/customers")).text
    first, second = html[html.index("<tbody") : html.index("</tbody>")].split("<tr")[1:]
    assert ("Borealis" in first, "No target" in first) == (True, True)
    assert ("Aurora" in second, "Launched" in second, "No target" in second) == (True, True, False)


async def test_the_list_takes_few_statements_however_many_rows(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    async def statements() -> int:
        with counting() as count:
            assert (await owner.get("/customers")).status_code == 200
        return count.value

    for _ in range(2):
        customer = await new_customer(api, owner_id=world.owner.id)
        await new_onboarding(api, customer, target_launch_date="2027-01-31T00:00:00Z")
        await new_contact(api, customer)
    few = await statements()
    for number in range(60):
        customer = await new_customer(api, owner_id=world.owner.id)
        if number % 3 == 0:
            await new_onboarding(api, customer)
    assert await statements() == few
    assert few <= 15
