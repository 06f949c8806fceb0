"""The filter box of the list of customers: the grammar of search, kept in the address."""

import re
from urllib.parse import urlencode

import httpx

from pivotal_server.db.engine import counting
from tests.customers.test_list_page import link, rows_of, total
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
        "acme": ["Churned Acme", "Acme"],
        "mira": ["Acme"],
        "#2": ["Borealis"],
        "tag:vip": ["Acme"],
        "status:at_risk,churned": ["Churned Acme", "Borealis"],
        "acme is:archived": ["Archived Acme"],
        "owner:me": [],
        "-tag:vip mrr:none": ["Churned Acme", "Borealis"],
        "type:task": [],
    }
    for q, expected in cases.items():
        html = (await owner.get(address(q))).text
        assert rows_of(html) == expected, q
        assert value_of(html, "q").replace("&gt;", ">") == q
        if expected:
            count = len(expected)
            assert await total(owner, html) == f"{count} customer{'s' * (count > 1)}", q
        else:
            assert "Nothing matches" in html
            assert 'href="/customers"' in html
    kept = (await owner.get(address("acme", status="churned"))).text
    assert rows_of(kept) == ["Churned Acme"]
    assert '<input type="hidden" name="status" value="churned">' in kept
    assert rows_of((await owner.get(address("acme", status="archived"))).text) == ["Archived Acme"]
    segments = re.findall(r'<a href="(/customers[^"]*)"[^>]*>(All|Current|Churned)</a>', kept)
    assert ("/customers?q=acme", "All") in segments
    assert ("/customers?status=churned&amp;q=acme", "Churned") in segments


async def test_what_is_not_understood_is_said(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_customer(api, name="ownr me")
    html = (await owner.get(address("ownr:me"))).text
    assert rows_of(html) == ["ownr me"]
    assert "No field named ownr; searched as text. Did you mean owner?" in text_of(html)
    assert 'aria-describedby="filter-hints"' in html
    for q in ('"', "'--", "<script>", "\x00", "x" * 900):
        answer = await owner.get(address(q))
        assert answer.status_code == 200
        assert "<script>" not in answer.text.split("<main", 1)[1]


async def test_pages_keep_the_query(api: httpx.AsyncClient, owner: Browser) -> None:
    for number in range(60):
        await new_customer(api, name=f"{'Acme' if number % 2 else 'Borealis'} {number}")
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
