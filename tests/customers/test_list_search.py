"""The filter box of the list of customers: the grammar of search, kept in the address."""

import re
from html import unescape
from urllib.parse import quote, urlencode

import httpx

from pivotal_server.db.engine import counting
from tests.customers.test_list_page import chip_links, chips_of, link, rows_of, total
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import new_contact, new_customer, patched
from tests.support.visits import Enter, text_of, value_of


def address(q: str, **more: str) -> str:
    return f"/customers?{urlencode({'q': q, **more})}"


async def test_app_list_3_words_terms_and_numbers(api: httpx.AsyncClient, owner: Browser) -> None:
    acme = await new_customer(api, name="Acme", domain="acme.com", tags=["vip"], mrr=100)
    await new_contact(api, acme, name="Mira Chen", email="mira@chen.io")
    await new_customer(api, name="Borealis", status="at_risk")
    await new_customer(api, name="Churned Acme", status="churned")
    await new_customer(api, name="Archived Acme", status="archived")
    cases = {
        "acme": ["Acme", "Churned Acme"],
        "mira": ["Acme"],
        "#2": ["Borealis"],
        "tag:vip": ["Acme"],
        "status:at_risk,churned": ["Borealis", "Churned Acme"],
        "acme is:archived": ["Archived Acme"],
        "owner:me": [],
        "-tag:vip mrr:none": ["Borealis", "Churned Acme"],
        "plan:any": [],
        "-owner:any acme": ["Acme", "Churned Acme"],
        "type:task": [],
    }
    for q, expected in cases.items():
        html = (await owner.get(address(q))).text
        assert rows_of(html) == expected, q
        assert value_of(html, "q") == q
        if expected:
            count = len(expected)
            assert await total(owner, html) == f"{count} customer{'s' * (count > 1)}", q
        else:
            assert "Nothing matches" in html
            assert 'href="/customers"' in html


async def test_app_list_1_the_box_adds_chips_and_the_address_holds_them(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    await new_customer(api, name="Acme", tags=["vip", "big loud"], mrr=100)
    await new_customer(api, name="Acme Two", tags=["vip"])
    added = await owner.get("/customers?add=tag:vip,gone&sort=-mrr")
    assert added.status_code == 302
    assert added.headers["location"] == "/customers?q=-status%3Achurned%2Carchived+tag%3Avip%2Cgone&sort=-mrr"
    html = (await owner.get(added.headers["location"])).text
    assert rows_of(html) == ["Acme", "Acme Two"]
    assert chips_of(html) == ["Not churned, not archived", "Tag is any of vip, gone"]
    terms = quote('tag:"big loud" mrr:>50 acm')
    more = await owner.get(f"{added.headers['location']}&add={terms}")
    html = (await owner.get(more.headers["location"])).text
    assert rows_of(html) == ["Acme"]
    assert chips_of(html)[2:] == ["Tag is big loud", "MRR over 50", "Text has acm"]
    # Removing one leaves the others; changing one has it in the box.
    remove = unescape(re.findall(r'href="([^"]*)" aria-label="Remove: MRR over 50"', html)[0])
    change = chip_links(html)["MRR over 50"]
    assert chips_of((await owner.get(remove)).text)[1:] == [
        "Tag is any of vip, gone",
        "Tag is big loud",
        "Text has acm",
    ]
    assert value_of((await owner.get(change)).text, "add") == "mrr:>50"


async def test_what_is_not_understood_is_said(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_customer(api, name="Acme")
    await new_customer(api, name="Borealis", tags=["vip"])
    html = (await owner.get(address("ownr:me tag:vip status:angry cf.gone:1 owner:zed"))).text
    # The terms that mean something still act.
    assert rows_of(html) == ["Borealis"]
    faults = re.findall(r'<li class="filter-chip" data-tone-of="bad" title="([^"]*)"', html)
    assert faults == [
        "No field named ownr. Did you mean owner?",
        "No status named angry.",
        "No custom field named gone.",
        "Nobody in owner is called zed.",
    ]
    assert value_of(html, "filter") == "tag:vip"  # acts on all that match get what acts
    html = (await owner.get(address(" ".join(f"w{number}" for number in range(30))))).text
    assert "Only the first 20 terms are searched." in text_of(html)
    assert 'aria-describedby="filter-hints"' in html
    for q in ('"', "'--", "<script>", "\x00", "x" * 900):
        answer = await owner.get(address(q))
        assert answer.status_code == 200
        assert "<script>" not in answer.text.split("<main", 1)[1]


async def test_pages_keep_the_query(api: httpx.AsyncClient, owner: Browser) -> None:
    for number in range(60):
        await new_customer(api, name=f"{'Acme' if number % 2 else 'Borealis'} {number:02}")
    for number in range(60):
        await new_customer(api, name=f"Acme more {number}")
    first = (await owner.get(address("acme"))).text
    assert len(rows_of(first)) == 50
    assert await total(owner, first) == "90 customers"
    older = link(first, "next")
    assert older is not None
    second = (await owner.get(older)).text
    assert len(rows_of(second)) == 40
    assert rows_of((await owner.get(link(second, "prev") or "")).text) == rows_of(first)


async def test_app_list_4_only_visible_rows_are_listed_and_counted(
    world: World, api: httpx.AsyncClient, enter: Enter
) -> None:
    one = await new_customer(api, name="Acme One")
    await new_customer(api, name="Acme Two")
    ana = await new_member(world, "Ana Ruiz", "member")
    await patched(api, one, owner_id=ana.id)
    browser = await enter(ana)
    html = (await browser.get(address("acme"))).text
    assert rows_of(html) == ["Acme One"]
    assert await total(browser, html) == "1 customer"
    assert rows_of((await browser.get(address("owner:me"))).text) == ["Acme One"]


async def test_a_query_costs_one_statement_more(api: httpx.AsyncClient, owner: Browser) -> None:
    for number in range(5):
        await new_customer(api, name=f"Acme {number}")
    figures = []
    for path in ("/customers", address("acme"), address("status:active")):
        await owner.get(path)
        with counting() as count:
            await owner.get(path)
        figures.append(count.value)
    assert figures[1] == figures[0] + 1
    assert figures[2] == figures[0]


async def test_a_domain_says_how_many_share_it_and_filters(
    world: World, api: httpx.AsyncClient, enter: Enter, owner: Browser
) -> None:
    one = await new_customer(api, name="Acme", domain="acme.com")
    await new_customer(api, name="Acme EU", domain="acme.com")
    await new_customer(api, name="Acme Shop", domain="shop.acme.com")
    html = (await owner.get("/customers")).text
    assert html.count('title="2 customers share this domain"') == 2
    url = unescape(re.findall(r'href="([^"]*)" title="Filter by this domain">acme.com<', html)[0])
    assert chips_of((await owner.get(url)).text)[1:] == ["Domain has acme.com"]
    # Who sees one of them is not told that there is another.
    ana = await new_member(world, "Ana Ruiz", "member")
    await patched(api, one, owner_id=ana.id)
    assert "share this domain" not in (await (await enter(ana)).get("/customers")).text


async def test_app_acc_1_a_twin_that_nobody_shows_makes_no_duplicate(
    api: httpx.AsyncClient, world: World, owner: Browser, enter: Enter
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    browser = await enter(ana)
    await new_customer(api, name="Hers", domain="a.com", owner_id=ana.id)
    unseen = await new_customer(api, name="Unseen", domain="a.com")
    assert rows_of((await owner.get(address("is:duplicate"))).text) == ["Hers", "Unseen"]
    assert rows_of((await browser.get(address("is:duplicate"))).text) == []
    assert rows_of((await browser.get(address("-is:duplicate"))).text) == ["Hers"]
    assert "Hers" not in text_of((await browser.get("/search?q=is:duplicate", htmx=True)).text)
    await patched(api, unseen, owner_id=ana.id)
    assert rows_of((await browser.get(address("is:duplicate"))).text) == ["Hers", "Unseen"]


async def test_an_external_id_is_found_exactly(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_customer(api, name="Aurora", external_id="acct-1042")
    await new_customer(api, name="Borealis", external_id="acct-10421")
    await new_customer(api, name="Cobalt")
    assert rows_of((await owner.get(address("external_id:acct-1042"))).text) == ["Aurora"]
    assert rows_of((await owner.get(address("external_id:acct-1042,acct-10421"))).text) == [
        "Aurora",
        "Borealis",
    ]
    assert rows_of((await owner.get(address("external_id:none"))).text) == ["Cobalt"]
    assert rows_of((await owner.get(address("-external_id:acct-1042"))).text) == ["Borealis", "Cobalt"]
    assert chips_of((await owner.get(address("external_id:none"))).text) == ["External id is empty"]
