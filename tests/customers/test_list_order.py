"""The columns of the list of customers, and its order by each of them."""

import re
from collections.abc import Callable
from itertools import chain
from typing import Any

import httpx
import pytest

from pivotal_server.customers.columns import all_columns
from tests.customers.test_details_tab import new_field
from tests.customers.test_list_page import link, rows_of
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import Json, new_contact, new_customer, new_onboarding
from tests.support.visits import faults_of, text_of

SORTED = [key for key, column in all_columns(()).items() if column.sort]


def headings(html: str) -> list[str]:
    """The columns that the table has behind that of the boxes."""
    box, *columns = [text_of(head) for head in re.findall(r"<th scope=\"col\".*?</th>", html, re.DOTALL)]
    assert box == ""
    return columns


def numbers_of(html: str) -> list[str]:
    """The numbers in the column for them, from top to bottom."""
    return re.findall(r">#(\d+)<", html)


@pytest.fixture
async def filled(api: httpx.AsyncClient, world: World) -> None:
    """Six customers; in each column some are equal, and some have nothing."""
    ana = await new_member(world, "ana Ruiz", "member")
    some: list[dict[str, Any]] = [
        {"name": "delta", "plan": "growth", "mrr": 10, "owner_id": ana.id, "domain": "b.com"},
        {"name": "Écho", "plan": "Growth", "mrr": 200, "monthly_orders": 5, "external_id": "x2"},
        {"name": "bravo", "mrr": 10, "owner_id": world.owner.id, "domain": "b.com", "status": "at_risk"},
        {"name": "Alpha", "plan": "scale", "monthly_orders": 50, "status": "onboarding"},
        {"name": "Alpha", "monthly_orders": 5, "external_id": "x1", "domain": "a.com"},
        {"name": "Zulu"},
    ]
    for number, data in enumerate(some):
        customer = await new_customer(api, slug=f"s-{9 - number}", **data)
        if number in (1, 3):
            await new_contact(api, customer, name=("Ben", "ada")[number == 3])
        targets: dict[int, list[str | None]] = {2: ["2027-05-01"], 4: ["2027-04-01", None], 5: [None]}
        for day in targets.get(number, []):
            target = day and f"{day}T00:00:00Z"
            await new_onboarding(api, customer, target_launch_date=target)


@pytest.mark.usefixtures("filled")
async def test_app_ui_11_each_column_sorts_both_ways_with_empty_values_last(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    stored = sorted((await api.get("/customers")).json()["data"], key=lambda one: one["display_id"])
    values: dict[str, Callable[[Json], Any]] = {
        "name": lambda one: one["name"].lower().replace("é", "e"),
        "mrr": lambda one: one["mrr"],
        "orders": lambda one: one["monthly_orders"],
        "plan": lambda one: one["plan"] and one["plan"].lower(),
        "domain": lambda one: one["domain"],
        "external_id": lambda one: one["external_id"],
        "owner": lambda one: one["owner_id"] and ("d" if one["owner_id"] == world.owner.id else "a"),
        "id": lambda one: one["display_id"],
        "slug": lambda one: one["slug"],
        "status": lambda one: one["status"],
        "health": lambda one: one["health_score"],
        "created": lambda one: one["created_at"],
        "updated": lambda one: one["updated_at"],
    }
    elsewhere = {"onboardings", "launch", "activity", "contact"}
    assert set(SORTED) == {*values, *elsewhere}
    for key, value in values.items():
        empty = [one for one in stored if value(one) is None]
        full = [one for one in stored if value(one) is not None]
        for sign in ("", "-"):
            expected = [*sorted(full, key=value, reverse=bool(sign)), *empty]
            html = (await owner.get(f"/customers?sort={sign}{key}&columns=id")).text
            assert numbers_of(html) == [str(one["display_id"]) for one in expected], f"{sign}{key}"


@pytest.mark.usefixtures("filled")
async def test_what_is_counted_from_other_records_sorts_too(owner: Browser) -> None:
    shown = {
        key: rows_of((await owner.get(f"/customers?sort={key}")).text)
        for key in ("onboardings", "-onboardings", "launch", "-launch", "contact", "-contact", "-activity")
    }
    assert shown.pop("-activity") == ["Zulu", "Alpha", "Alpha", "bravo", "Écho", "delta"]
    assert shown == {
        "onboardings": ["delta", "Écho", "Alpha", "bravo", "Zulu", "Alpha"],
        "-onboardings": ["Alpha", "bravo", "Zulu", "delta", "Écho", "Alpha"],
        "launch": ["Alpha", "bravo", "delta", "Écho", "Alpha", "Zulu"],
        "-launch": ["bravo", "Alpha", "delta", "Écho", "Alpha", "Zulu"],
        "contact": ["Alpha", "Écho", "delta", "bravo", "Alpha", "Zulu"],
        "-contact": ["Écho", "Alpha", "delta", "bravo", "Alpha", "Zulu"],
    }


async def test_pages_go_on_at_any_place_of_any_order(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    for number in range(60):
        data: dict[str, Any] = {"name": f"Customer {number % 7}"}
        if number % 3:
            data |= {"plan": f"p{number % 2}", "mrr": number % 4, "domain": f"d{number % 5}.com"}
        if number % 4 == 0:
            data |= {"owner_id": world.owner.id, "monthly_orders": number % 3, "external_id": f"x{number}"}
        customer = await new_customer(api, **data)
        if number % 20 == 0:
            await new_onboarding(api, customer, target_launch_date=f"2027-05-{10 + number % 3}T00:00:00Z")
            await new_contact(api, customer)
    for sort in (f"{sign}{key}" for key in SORTED for sign in ("", "-")):
        pages: list[list[str]] = []
        at: str | None = f"/customers?sort={sort}&size=25&columns=id"
        last = ""
        while at is not None:
            last, html = at, (await owner.get(at)).text
            pages.append(numbers_of(html))
            at = link(html, "next")
        whole = numbers_of((await owner.get(f"/customers?sort={sort}&size=100&columns=id")).text)
        assert [len(page) for page in pages] == [25, 25, 10], sort
        assert [*chain.from_iterable(pages)] == whole, sort
        assert len(set(whole)) == 60, sort
        back: list[list[str]] = []
        at = last
        while at is not None:
            html = (await owner.get(at)).text
            back.insert(0, numbers_of(html))
            at = link(html, "prev")
        assert back == pages, sort


async def test_custom_fields_are_columns_and_sort_by_their_type(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    for slug, kind in (("seats", "number"), ("since", "date"), ("region", "string"), ("pilot", "boolean")):
        await new_field(world, {"slug": slug, "label": slug.capitalize(), "type": kind})
    values: list[dict[str, Any]] = [
        {"seats": 9, "since": "2025-03-01", "region": "north", "pilot": True},
        {"seats": 80, "since": "2024-03-01", "region": "East", "pilot": False},
        {},
    ]
    for name, custom in zip(("Aurora", "Borealis", "Cobalt"), values, strict=True):
        await new_customer(api, name=name, custom_fields=custom)
    html = (await owner.get("/customers?columns=cf.region,cf.seats,cf.since,cf.pilot,mrr")).text
    assert headings(html) == ["Name", "Region", "Seats", "Since", "Pilot", "MRR"]
    first = text_of(html[html.index("<tbody") :].split("</tr>")[0])
    assert first == "A Aurora north 9 Mar 1, 2025 Yes"
    orders: dict[str, str] = {}
    for field in ("seats", "since", "region", "pilot"):
        for sign in ("", "-"):
            path = f"/customers?sort={sign}cf.{field}&size=25"
            orders[f"{sign}{field}"] = "".join(name[0] for name in rows_of((await owner.get(path)).text))
    assert orders == {
        "seats": "ABC",
        "-seats": "BAC",
        "since": "BAC",
        "-since": "ABC",
        "region": "BAC",
        "-region": "ABC",
        "pilot": "BAC",
        "-pilot": "ABC",
    }


async def test_columns_are_chosen_and_ordered_by_a_form(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_customer(api, name="Aurora", mrr=5)
    usual = [
        "Name",
        "Domain",
        "Owner",
        "Plan",
        "Status",
        "Health",
        "Onboardings",
        "Next launch",
        "Last activity",
    ]
    assert headings((await owner.get("/customers")).text) == usual
    form = (await owner.get("/customers/columns?q=tag:vip&sort=-mrr")).text
    assert re.search(r'name="show" value="owner" checked', form)
    assert 'name="show" value="mrr">' in form
    sent = {
        "q": "",
        "sort": "-mrr",
        "show": ["status", "mrr", "nonsense"],
        "place.mrr": "1",
        "place.status": "2",
        "size": "25",
    }
    answer = await owner.post("/customers/columns", sent)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/customers?q=&columns=mrr%2Cstatus&sort=-mrr&size=25"
    html = (await owner.get(answer.headers["location"])).text
    assert headings(html) == ["Name", "MRR", "Status"]
    assert not faults_of(html)
    # Nothing ticked gives the usual ones back.
    answer = await owner.post("/customers/columns", {"sort": "name", "size": "50"})
    assert answer.headers["location"] == "/customers"


async def test_app_view_1_a_saved_view_keeps_filter_columns_order_and_size(
    api: httpx.AsyncClient, owner: Browser
) -> None:
    await new_customer(api, name="Aurora", mrr=5)
    await new_customer(api, name="Borealis", mrr=50)
    query = "q=&columns=mrr&sort=-mrr&size=25"
    await owner.get("/views/new?list=customers")
    answer = await owner.post(
        "/views/new", {"list": "customers", "path": "/customers", "query": query, "name": "By MRR"}
    )
    opened = answer.headers["location"]
    html = (await owner.get(opened)).text
    assert rows_of(html) == ["Borealis", "Aurora"]
    assert headings(html) == ["Name", "MRR"]
    assert "By MRR" in html
    assert ">Edited<" not in html
    # It stands in the sidebar too, which a script asks for by itself.
    side = await owner.get("/customers?fragment=side_views", htmx=True)
    assert "No primary contact Duplicate domains By MRR" in text_of(side.text)
    assert ">Edited<" in (await owner.get(opened.replace("size=25", "size=100"))).text
    view = re.findall(r"saved=([a-z0-9]{24,})", opened)[0]
    await owner.post("/views/default", {"list": "customers", "view": view, "path": "/customers"})
    first = await owner.get("/customers")
    assert first.headers["location"] == opened
