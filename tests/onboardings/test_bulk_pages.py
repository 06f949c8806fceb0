"""Many onboardings of the list at once: ticked ones or the whole filter, each by its rules (ONB-BOARD-5)."""

import re

import httpx

from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member
from tests.support.records import Json, new_customer, new_onboarding, new_task, patched, read
from tests.support.visits import Enter, is_whole_page, text_of

BULK = "/onboardings/bulk"


async def toasted(browser: Browser, fields: Json, query: str = "") -> str:
    await browser.get("/onboardings?select=1")
    answer = await browser.post(BULK + query, fields, htmx=True)
    assert answer.status_code < 300, answer.text
    return answer.headers["HX-Trigger"]


async def test_ticked_ones_move_and_what_cannot_is_skipped_with_its_reason(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api)
    first, second, paused, other = [await new_onboarding(api, customer, name=name) for name in "ABCD"]
    await patched(api, paused, state="paused")
    page = (await owner.get("/onboardings?select=1")).text
    assert page.count('name="onboarding"') == 4
    ticked = [first["id"], second["id"], paused["id"]]
    told = await toasted(owner, {"act": "move", "phase": "program_design", "onboarding": ticked})
    assert "2 onboardings moved" in told
    assert "1 onboarding skipped. C:" in told
    phases = [(await read(api, one))["phase"] for one in (first, second, paused, other)]
    assert phases == ["program_design"] * 2 + ["before_getting_started"] * 2
    moved = await entries_of(world, "onboarding.phase_changed")
    assert [entry.origin for entry in moved] == ["bulk", "bulk"]


async def test_what_is_no_id_is_passed_over(owner: Browser, api: httpx.AsyncClient) -> None:
    one = await new_onboarding(api, await new_customer(api))
    fields = {"act": "move", "phase": "program_design", "onboarding": ["\0", "nonsense", one["id"]]}
    assert "1 onboarding moved" in await toasted(owner, fields)


async def test_the_whole_filter_is_taken_over_all_pages(owner: Browser, api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    for _ in range(53):
        await new_onboarding(api, customer, phase="review")
    out = await new_onboarding(api, customer)
    fields = {
        "act": "state",
        "state": "at_risk",
        "reason": "Legal review",
        "everything": "yes",
        "sure": "yes",
    }
    assert "53 onboardings changed" in await toasted(owner, fields, "?phase=review")
    assert (await read(api, out))["state"] == "active"
    fields = {"act": "state", "state": "paused", "everything": "yes", "sure": "yes"}
    assert "53 onboardings skipped" in await toasted(owner, fields, "?phase=review")


async def test_a_member_changes_what_they_may_and_never_what_they_do_not_see(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    customer = await new_customer(api)
    own = await new_onboarding(api, customer, csm_id=ana.id)
    seen = await new_onboarding(api, customer)
    hidden = await new_onboarding(api, await new_customer(api))
    browser = await enter(ana)
    fields = {"act": "move", "phase": "program_design"}
    told = await toasted(browser, {**fields, "onboarding": [own["id"], seen["id"], hidden["id"]]})
    assert "1 onboarding moved" in told
    assert "1 onboarding skipped" in told
    phases = [(await read(api, one))["phase"] for one in (own, seen, hidden)]
    assert phases == ["program_design", "before_getting_started", "before_getting_started"]


async def test_assigning_and_nothing_selected(owner: Browser, api: httpx.AsyncClient, world: World) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    one = await new_onboarding(api, await new_customer(api))
    told = await toasted(owner, {"act": "csm", "csm_id": ana.id, "onboarding": [one["id"]]})
    assert "1 onboarding assigned" in told
    assert (await read(api, one))["csm_id"] == ana.id
    assert "Nothing is selected" in await toasted(owner, {"act": "csm", "csm_id": ana.id})
    enter = {"act": "", "reason": "Enter was pressed in the field", "onboarding": [one["id"]]}
    assert "Choose what to do" in await toasted(owner, enter)
    plain = await owner.post(BULK, {"act": "csm", "csm_id": "", "onboarding": one["id"]})
    assert plain.status_code == 303, "without scripts"
    assert (await read(api, one))["csm_id"] is None


async def test_a_viewer_selects_nothing(api: httpx.AsyncClient, world: World, enter: Enter) -> None:
    browser = await enter(await new_member(world, "Leah Novak", "viewer"))
    await new_onboarding(api, await new_customer(api))
    page = (await browser.get("/onboardings?select=1")).text
    assert 'name="onboarding"' not in page
    assert "Select" not in text_of(page)
    assert (await browser.post(BULK, {"act": "move", "phase": "review"})).status_code == 403


async def test_all_that_match_is_never_more_than_the_page_showed(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    customer = await new_customer(api)
    one = await new_onboarding(api, customer, name="One")
    fields = {
        "act": "state",
        "state": "at_risk",
        "reason": "Legal review",
        "everything": "yes",
        "sure": "yes",
    }
    await owner.get("/onboardings")
    # The phase was taken away meanwhile: the filter would hold everything.
    await owner.post("/onboardings/bulk?phase=gone", fields)
    assert (await api.get(f"/onboardings/{one['id']}")).json()["state"] == "active"
    # The board shows open ones, whatever state its address brings from the list.
    for state in ("all", "done"):
        html = (await owner.get(f"/onboardings/board?select=1&state={state}")).text
        assert "/onboardings/bulk" in html
        assert f"state={state}" not in html.partition("/onboardings/bulk")[2].partition('"')[0]
        assert "The board shows open ones" in html


async def test_app_bulk_2_all_that_match_are_counted_again_before_anything_is_done(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api)
    made = [await new_onboarding(api, customer, phase="review") for _ in range(4)]
    await new_onboarding(api, customer)
    await owner.get("/onboardings?select=1&phase=review")
    fields = {"act": "state", "state": "at_risk", "reason": "Legal review", "everything": "yes"}
    fields |= {"without": made[0]["id"], "submission": "token"}
    before = len(await entries_of(world, "onboarding."))
    pages = [await owner.post(f"{BULK}?phase=review", fields, htmx=htmx) for htmx in (False, True)]
    assert [is_whole_page(one) for one in pages] == [True, False]
    for asked in pages:
        assert asked.status_code == 200
        assert "Act on 3 onboardings?" in text_of(asked.text)
        assert "will be changed, but for the 1 onboarding left out." in text_of(asked.text)
    assert len(await entries_of(world, "onboarding.")) == before, "asking does nothing"
    form = pages[1].text
    assert f'action="{BULK}?phase=review"' in form
    sent = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', form))
    assert {**fields, "sure": "yes"}.items() <= sent.items()
    done = await owner.post(f"{BULK}?phase=review", sent, htmx=True)
    assert "3 onboardings changed" in done.headers["HX-Trigger"]
    states = [(await read(api, one))["state"] for one in made]
    assert states == ["active", "at_risk", "at_risk", "at_risk"]
    # Where nothing matches there is nothing to ask.
    empty = await owner.post(f"{BULK}?phase=launch", {**fields, "submission": "other"}, htmx=True)
    assert "0 onboardings changed" in empty.headers["HX-Trigger"]


async def test_app_bulk_2_all_tasks_are_counted_again_too(owner: Browser, api: httpx.AsyncClient) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    for _ in range(3):
        await new_task(api, onboarding)
    await owner.get("/onboardings/1?select=1")
    fields = {"act": "delete", "everything": "yes"}
    asked = await owner.post("/onboardings/1/tasks/bulk", fields, htmx=True)
    assert "Act on 3 tasks? All that match the filter will be deleted." in text_of(asked.text)
    assert 'data-variant="destructive"' in asked.text
    assert (await owner.post("/onboardings/1/tasks/bulk", {**fields, "sure": "yes"})).status_code == 303
    assert (await api.get(f"/onboardings/{onboarding['id']}/tasks")).json()["data"] == []
