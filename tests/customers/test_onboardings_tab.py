"""The Onboardings tab of a customer."""

import httpx
import pytest

from pivotal_server.customers import pages_onboardings
from pivotal_server.db.engine import counting
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import new_customer, new_onboarding, new_task, patched
from tests.support.visits import Enter, text_of

TAB = "/customers/1-aurora/onboardings"


async def test_it_lists_all_and_filters_open_done_and_paused(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api, slug="aurora")
    empty = text_of((await owner.get(TAB)).text)
    assert "No onboarding yet" in empty
    for name, state in (("First", "done"), ("Second", "paused"), ("Third", "active"), ("Fourth", "at_risk")):
        made = await new_onboarding(api, customer, name=name, target_launch_date="2027-01-31")
        if state == "done":
            await patched(api, made, phase="completed")
        elif state != "active":
            await patched(api, made, state=state)
    await new_onboarding(api, await new_customer(api), name="Elsewhere")
    names = ("First", "Second", "Third", "Fourth", "Elsewhere")
    shown = {}
    for state in ("", "open", "done", "paused", "nonsense"):
        page = await owner.get(f"{TAB}?state={state}")
        shown[state] = [name for name in names if f">{name}</a>" in page.text]
    everything = ["First", "Second", "Third", "Fourth"]
    assert shown == {
        "": everything,
        "open": ["Second", "Third", "Fourth"],
        "done": ["First"],
        "paused": ["Second"],
        "nonsense": everything,
    }


async def test_a_row_says_phase_state_target_and_progress(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api, slug="aurora")
    onboarding = await new_onboarding(api, customer, name="Launch", target_launch_date="2027-01-31")
    await new_task(api, onboarding)
    words = text_of((await owner.get(TAB)).text)
    assert "Launch Before getting started Active Jan 31, 2027 Tasks done: 0/1" in words


async def test_a_filter_without_hits_offers_to_clear_it(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_onboarding(api, await new_customer(api, slug="aurora"))
    words = text_of((await owner.get(f"{TAB}?state=done")).text)
    assert "Nothing matches" in words
    assert "Clear filter" in words


async def test_pages_follow_each_other(
    api: httpx.AsyncClient, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages_onboardings, "ROWS", 2)
    customer = await new_customer(api, slug="aurora")
    for number in range(3):
        await new_onboarding(api, customer, name=f"Number {number}")
    first = await owner.get(f"{TAB}?state=open")
    assert "Number 0" not in first.text.partition("<aside")[0]
    link = (
        first.text.partition(">Next page<")[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    second = await owner.get(link)
    assert "Number 0" in second.text.partition("<aside")[0]
    assert "Next page" not in second.text


async def test_statements_do_not_grow_with_the_rows(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api, slug="aurora")
    await new_onboarding(api, customer)
    await owner.get(TAB)
    with counting() as one:
        await owner.get(TAB)
    for _ in range(5):
        await new_onboarding(api, customer)
    with counting() as six:
        await owner.get(TAB)
    assert six.value == one.value <= 15


async def test_whoever_does_not_see_the_customer_gets_nothing(
    api: httpx.AsyncClient, enter: Enter, world: World
) -> None:
    await new_customer(api, slug="aurora")
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    assert (await ana.get(TAB)).status_code == 404
    assert (await (await enter()).get("/customers/1/onboardings?state=done")).headers[
        "location"
    ] == f"{TAB}?state=done"
