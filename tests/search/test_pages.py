"""The search page and what the palette shows of it: rows, groups, actions by role, sight, statements."""

import re
from urllib.parse import urlencode

import httpx

from pivotal_server.db.engine import counting
from pivotal_server.search.views import Piece, pieces
from tests.support.app import World
from tests.support.people import new_member
from tests.support.records import answered, new_contact, new_customer, new_onboarding, new_task
from tests.support.visits import Enter, is_whole_page, text_of


async def filled(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api, name="Aurora Outfitters", domain="aurora.com", status="churned")
    await new_contact(api, customer, name="Mira Chen", email="mira@aurora.com")
    onboarding = await new_onboarding(api, customer, name="Loyalty launch", target_launch_date="2020-01-01")
    await new_task(api, onboarding, title="Call Aurora", due_date="2020-01-02")
    await new_customer(api, name="Laurel", domain="laurel.com")


def titles(html: str) -> list[str]:
    return re.findall(r'<p class="group-title"[^>]*>([^<]*)</p>', html)


def names(html: str) -> list[str]:
    return [text_of(found) for found in re.findall(r'<span class="name"[^>]*>(.*?)</span>', html)]


async def test_a_page_for_everybody_and_a_fragment_for_the_palette(
    api: httpx.AsyncClient, enter: Enter
) -> None:
    await filled(api)
    browser = await enter()
    whole = await browser.get("/search?q=aurora")
    assert is_whole_page(whole)
    part = (await browser.get("/search?q=aurora", htmx=True)).text
    assert not part.lstrip().startswith("<!doctype")
    assert titles(part) == ["Customers", "Onboardings", "Tasks", "Contacts"] or "Customers" in titles(part)
    assert names(part)[0] == "Aurora Outfitters"
    assert {"Loyalty launch", "Call Aurora", "Mira Chen"} <= set(names(part))
    assert "<mark>Aurora</mark> Outfitters" in part
    assert "Laurel" not in part
    assert "Churned" in part
    assert part.count("has passed") == 2
    for address in ("/customers/1-aurora-outfitters", "/onboardings/1", "/onboardings/1/tasks/1"):
        assert f'href="{address}"' in part


async def test_wb_srch_6_only_what_one_may_see(world: World, api: httpx.AsyncClient, enter: Enter) -> None:
    await filled(api)
    ana = await new_member(world, "Ana Ruiz", "member")
    browser = await enter(ana)
    for q in ("aurora", "laurel", "#1", "status:churned", "is:open", "mira", "aurorra", "type:task"):
        text = (await browser.get(f"/search?{urlencode({'q': q})}", htmx=True)).text
        assert "urora Out" not in text, q
        assert "Laurel" not in text.replace("laurel", ""), q
    assert "Aurora" not in (await browser.get("/search?recent=1,2", htmx=True)).text
    assert "Aurora" not in (await browser.get("/search?q=>&at=/customers/1", htmx=True)).text
    task = answered(await api.get("/tasks"))["data"][0]
    answered(await api.patch(f"/tasks/{task['id']}", json={"assignee_id": ana.id}))
    seen = (await browser.get("/search?q=aurora", htmx=True)).text
    assert "Aurora Outfitters" in text_of(seen)
    mine = (await browser.get("/search?q=assignee:me", htmx=True)).text
    assert names(mine) == ["Call Aurora"]
    assert names((await browser.get("/search?q=is:mine", htmx=True)).text) == ["Call Aurora"]


async def test_eight_rows_a_group_and_the_list_of_all(api: httpx.AsyncClient, enter: Enter) -> None:
    for number in range(11):
        await new_customer(api, name=f"Acme {number}", plan="Scale")
    browser = await enter()
    part = (await browser.get("/search?q=acme+plan:scale", htmx=True)).text
    assert names(part)[:9] == [*(f"Acme {number}" for number in range(10, 2, -1)), "All customers"]
    assert 'hx-get="/search/total?q=acme+plan%3Ascale"' in part
    assert (
        text_of((await browser.get("/search/total?q=acme+plan:scale", htmx=True)).text) == "All 11 customers"
    )
    assert text_of((await browser.get("/search/total?q=", htmx=True)).text) == "All 0 customers"
    assert 'href="/customers?q=acme+plan%3Ascale"' in part
    exactly = (await browser.get("/search?q=acme+-%231+-%232+-%233", htmx=True)).text
    assert "All " not in exactly


async def test_recent_ones_come_in_their_order(api: httpx.AsyncClient, enter: Enter) -> None:
    for name in ("One", "Two", "Three"):
        await new_customer(api, name=name)
    browser = await enter()
    part = (await browser.get("/search?recent=2,99,3,x,1", htmx=True)).text
    assert titles(part) == ["Recent"]
    assert names(part) == ["Two", "Three", "One"]
    assert names((await browser.get("/search", htmx=True)).text) == []


async def test_actions_as_the_role_allows(world: World, api: httpx.AsyncClient, enter: Enter) -> None:
    await new_customer(api, name="Aurora", slug="aurora")
    owner = await enter()
    everything = (await owner.get("/search?q=>&at=/customers/1-aurora/activity", htmx=True)).text
    assert titles(everything) == ["Actions", "Pages"]
    assert names(everything)[:4] == [
        "New onboarding for Aurora",
        "Add a contact to Aurora",
        "New customer",
        "Create API key",
    ]
    assert "Go to Logs" in names(everything)
    assert names((await owner.get("/search?q=>go+lo", htmx=True)).text) == ["Go to Logs"]
    assert "New customer" in names((await owner.get("/search?q=new", htmx=True)).text)
    viewer = await enter(await new_member(world, "Vic Viewer", "viewer"))
    few = names((await viewer.get("/search?q=>&at=/customers/1-aurora", htmx=True)).text)
    assert few == ["Go to Customers", "Go to Onboardings", "Go to Sessions"]


async def test_nothing_matches(api: httpx.AsyncClient, enter: Enter) -> None:
    await new_customer(api, name="Acme")
    await new_customer(api, name="Zebra", status="archived")
    browser = await enter()
    part = (await browser.get("/search?q=acmee", htmx=True)).text
    assert "Nothing matches “acmee”. Did you mean Acme ?" in text_of(part)
    assert 'data-query="Acme"' in part
    assert 'data-query="acmee is:archived"' in part
    hidden = (await browser.get("/search?q=zebra", htmx=True)).text
    assert names(hidden) == []
    assert names((await browser.get("/search?q=zebra+is:archived", htmx=True)).text) == ["Zebra"]
    told = (await browser.get("/search?q=ownr:me+acme", htmx=True)).text
    assert "Did you mean owner?" in text_of(told)
    assert "words, by their beginnings" in text_of((await browser.get("/search?q=?", htmx=True)).text)
    for q in ("<b>", '"', "'", "%", "\x00", "x" * 900, "🙂"):
        answer = await browser.get(f"/search?{urlencode({'q': q})}", htmx=True)
        assert answer.status_code == 200, q
        assert "<b>" not in answer.text


async def test_the_palette_costs_few_statements_whatever_there_is(
    api: httpx.AsyncClient, enter: Enter
) -> None:
    browser = await enter()
    figures = []
    for _ in range(2):
        for number in range(12):
            customer = await new_customer(api, name=f"Acme {number}")
            await new_contact(api, customer)
            await new_onboarding(api, customer)
        await browser.get("/search?q=acme", htmx=True)
        with counting() as count:
            assert (await browser.get("/search?q=acme", htmx=True)).status_code == 200
        figures.append(count.value)
    # The session; four kinds; the phases; the customers that the list of all would hold.
    assert figures[0] == figures[1] <= 8


def test_texts_are_cut_where_words_hit() -> None:
    def cut(text: str, *words: str) -> list[tuple[str, bool]]:
        return [(piece.text, piece.hit) for piece in pieces(text, words)]

    assert cut("Aurora Outfitters", "aur") == [("Aur", True), ("ora Outfitters", False)]
    assert cut("Ärger Straße", "arg", "strasse") == [("Ärg", True), ("er ", False), ("Straße", True)]
    assert cut("mira@aurora.com", "aurora", "com") == [
        ("mira@", False),
        ("aurora", True),
        (".", False),
        ("com", True),
    ]
    assert cut("abc") == [("abc", False)]
    assert pieces("", ["x"]) == ()
    assert pieces("x", ["x"]) == (Piece("x", True),)
