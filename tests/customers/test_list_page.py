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


def chip_links(html: str) -> dict[str, str]:
    """The addresses that have a term of the filter in the box again, by what its chip says."""
    found = re.findall(r'<a href="([^"]*)"><span><span class="vh">Change: </span>(.*?)</span></a>', html)
    return {text_of(words): unescape(url) for url, words in found}


def chips_of(html: str) -> list[str]:
    """What the chips of the filter say, in words."""
    return [*chip_links(html)]


async def total(browser: Browser, html: str) -> str:
    """The total that a page asks for after its rows."""
    asked = re.search(r'hx-get="(/customers/total[^"]*)"', html)
    assert asked is not None
    shown, _, _ = (await browser.get(unescape(asked[1]), htmx=True)).text.partition("</span>")
    return text_of(shown)


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
    names = [(await new_customer(api, name=f"Customer {number:03}"))["name"] for number in range(1, 121)]
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
    await new_customer(api, name="A new one")
    assert rows_of((await owner.get(second)).text) == pages[1]
    before = link((await owner.get(second)).text, "prev") or ""
    assert rows_of((await owner.get(before)).text) == pages[0]
    assert rows_of((await owner.get(link((await owner.get(before)).text, "prev") or "")).text) == [
        "A new one"
    ]


async def test_a_page_of_exactly_50_has_no_next_one(api: httpx.AsyncClient, owner: Browser) -> None:
    for _ in range(50):
        await new_customer(api)
    html = (await owner.get("/customers")).text
    assert len(rows_of(html)) == 50
    assert link(html, "next") is None


async def test_app_list_2_the_usual_filter_is_a_chip_that_can_be_removed(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    for status in ("onboarding", "active", "at_risk", "churned", "archived"):
        customer = await new_customer(api, name=f"Is {status}")
        await patched(api, customer, status=status)
    current = (await owner.get("/customers")).text
    assert rows_of(current) == ["Is active", "Is at_risk", "Is onboarding"]
    assert await total(owner, current) == "3 customers"
    assert chips_of(current) == ["Not churned, not archived"]
    without = unescape(re.findall(r'href="([^"]*)" aria-label="Remove: Not churned', current)[0])
    html = (await owner.get(without)).text
    assert chips_of(html) == []
    # Archived rows show only when the filter names them.
    assert rows_of(html) == ["Is active", "Is at_risk", "Is churned", "Is onboarding"]
    assert await total(owner, html) == "4 customers"
    assert rows_of((await owner.get("/customers?q=status:archived")).text) == ["Is archived"]
    assert rows_of((await owner.get("/customers?q=is:archived")).text) == ["Is archived"]


async def test_app_view_2_the_menu_has_the_built_in_views(api: httpx.AsyncClient, owner: Browser) -> None:
    aurora = await new_customer(api, name="Aurora", domain="a.com", status="at_risk")
    await new_contact(api, aurora)
    await new_customer(api, name="Borealis", domain="a.com", status="onboarding")
    me = (await api.get("/members")).json()["data"][0]["id"]
    await new_customer(api, name="Cobalt", status="active", owner_id=me)
    await new_customer(api, name="Delta", status="churned")
    gone = await new_customer(api, name="Echo")
    await patched(api, gone, status="archived")
    html = (await owner.get("/customers")).text
    views = re.findall(
        r'<a class="menu-item" href="(/customers\?saved=[^"]*)"[^>]*>.*?truncate">([^<]*)<', html
    )
    shown = {name: rows_of((await owner.get(unescape(url))).text) for url, name in views}
    assert shown == {
        "All active": ["Aurora", "Borealis", "Cobalt"],
        "My customers": ["Cobalt"],
        "Onboarding": ["Borealis"],
        "At risk": ["Aurora"],
        "Churned": ["Delta"],
        "Archived": ["Echo"],
        "No primary contact": ["Borealis", "Cobalt"],
        "Duplicate domains": ["Aurora", "Borealis"],
    }


async def test_a_filter_stays_on_the_following_pages(api: httpx.AsyncClient, owner: Browser) -> None:
    for number in range(60):
        customer = await new_customer(api, name=f"Customer {number:02}")
        if number < 55:
            await patched(api, customer, status="at_risk")
    pages = await walk(owner, "/customers?q=status:at_risk&sort=-name", "next")
    assert [*chain.from_iterable(pages)] == [f"Customer {number:02}" for number in range(54, -1, -1)]


async def test_nonsense_in_the_address_shows_the_first_page(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_customer(api, name="Aurora")
    for query in (
        "before=x",
        "after=[1]",
        'after=["a"]',
        'after=["a",1,2]',
        'after=[1,"a"]',
        'after=["a",9999999999999999999999]',
        'after=["\\u0000",1]',
        "after=[null,1]",
        "before=&after=",
        "before=%00",
        "size=7",
        "columns=nonsense,,%00",
        "sort=id&after=[1e300,1]",
        "sort=mrr&after=[true,1]",
        'sort=created&after=["2026-01-01T00:00:00",1]',
        'sort=created&after=["9999-12-31T23:59:59-14:00",1]',
        'sort=launch&after=["2026-13-01",1]',
    ):
        answer = await owner.get(f"/customers?{query}")
        assert answer.status_code == 200, query
        assert rows_of(answer.text) == ["Aurora"], query


async def test_app_list_4_an_unknown_sort_key_is_said(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_customer(api, name="Borealis")
    await new_customer(api, name="aurora")
    html = (await owner.get("/customers?sort=-nonsense")).text
    assert rows_of(html) == ["aurora", "Borealis"]
    assert "There is no column “-nonsense” to sort by; sorted by name." in text_of(html)
    assert re.search(
        r'<th scope="col" class="" aria-sort="ascending"><a class="sort" href="/customers\?sort=-name"', html
    )


async def test_a_row_tells_what_is_known(api: httpx.AsyncClient, owner: Browser, world: World) -> None:
    customer = await new_customer(
        api, name="Aurora", domain="aurora.com", plan="Scale", owner_id=world.owner.id, status="onboarding"
    )
    for phase, day in (("review", "2027-03-02"), ("internal_qa", "2027-01-31"), ("launch", None)):
        target = day and f"{day}T00:00:00Z"
        await new_onboarding(api, customer, phase=phase, target_launch_date=target)
    html = (await owner.get("/customers")).text
    row = text_of(html[html.index("<tbody") : html.index("</tbody>")])
    assert row.startswith(
        "A Aurora aurora.com DO Dana Okafor Scale Onboarding No score Launch Internal QA +1"
    )
    assert "Jan 31" in row
    assert row.endswith("Now")


async def test_app_ui_15_an_empty_list_says_why(
    api: httpx.AsyncClient, owner: Browser, world: World, enter: Enter
) -> None:
    text = text_of((await owner.get("/customers")).text)
    assert "Customers are the companies you onboard. New customer" in text
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    text = text_of((await ana.get("/customers")).text)
    assert "Nobody has given you a customer yet. Ask an admin." in text
    customer = await new_customer(api)
    text = text_of((await owner.get("/customers?q=status:churned")).text)
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
    assert rows_of(html) == ["csm_id", "designer_id", "Owned", "product_ops_id", "se_id"]
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
    assert ("Borealis" in second, "No target" in second) == (True, True)
    assert ("Aurora" in first, "Launched" in first, "No target" in first) == (True, True, False)


async def test_the_list_takes_few_statements_however_many_rows(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    everything = "domain,owner,plan,status,health,onboardings,launch,activity,id,mrr,tags,contact,updated"
    path = f"/customers?columns={everything}&sort=-contact"

    async def statements() -> int:
        with counting() as count:
            assert (await owner.get(path)).status_code == 200
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
    assert few <= 13
