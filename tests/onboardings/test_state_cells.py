"""The tables of states, cell by cell: through the dialog, the list, a key and a bulk call."""

import itertools

import httpx
import pytest

from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member
from tests.support.records import Json, error_of, new_customer, new_onboarding, new_task, patched, read
from tests.support.visits import Enter

STATES = ("active", "waiting", "at_risk", "paused", "done")
RUNNING = STATES[:3]
WHY = "Legal review"
LEADS = {
    **{state: set(STATES) - {state} for state in RUNNING},
    "paused": {"active"},
    "done": {"active"},
}
CELLS = [pair for pair in itertools.product(STATES, STATES) if pair[0] != pair[1]]
WAYS = ("dialog", "list", "key", "bulk")


async def set_state(api: httpx.AsyncClient, browser: Browser, one: Json, to: str, way: str) -> None:
    """Ask for another state in one of the ways, whatever comes of it."""
    if way == "dialog":
        fields = {"to": to, "reason": WHY, "state_reason": WHY}
        await browser.post(f"/onboardings/{one['display_id']}/state", fields)
    elif way == "list":
        ticked = {"act": "state", "state": to, "reason": WHY, "onboarding": [one["id"]]}
        await browser.post("/onboardings/bulk", ticked)
    elif way == "key":
        await api.patch(f"/onboardings/{one['id']}", json={"state": to})
    else:
        operation = {"action": "update", "resource": "onboarding", "id": one["id"], "data": {"state": to}}
        await api.post("/bulk", json={"operations": [operation]})


@pytest.mark.parametrize(("state", "to"), CELLS)
async def test_onb_state_1_only_the_moves_of_the_table_exist(
    owner: Browser, api: httpx.AsyncClient, world: World, state: str, to: str
) -> None:
    customer = await new_customer(api)
    await owner.get("/onboardings")
    for way in WAYS:
        one = await new_onboarding(api, customer, phase="review")
        if state != "active":
            await patched(api, one, state=state)
        before = len(await entries_of(world, "onboarding.state_changed"))
        await set_state(api, owner, one, to, way)
        may = to in LEADS[state]
        now = await read(api, one)
        assert now["state"] == (to if may else state), way
        assert now["waiting_on_customer"] == (now["state"] == "waiting")
        assert (now["completed_at"] is not None) == (now["state"] == "done")
        assert len(await entries_of(world, "onboarding.state_changed")) == before + may, way


@pytest.mark.parametrize("state", STATES)
async def test_what_each_state_allows(owner: Browser, api: httpx.AsyncClient, state: str) -> None:
    one = await new_onboarding(api, await new_customer(api), phase="review")
    task = await new_task(api, one, title="Mapping")
    if state != "active":
        await patched(api, one, state=state)
    await owner.get("/onboardings/1")
    code = {"paused": "onboarding_paused", "done": "onboarding_done"}.get(state)

    # A move: by key, in the dialog, and ticked in the list.
    moved = await api.patch(f"/onboardings/{one['id']}", json={"phase": "internal_qa"})
    assert (moved.status_code == 200) == (state in RUNNING)
    if code is not None:
        assert error_of(moved)[1] == code
        dialog = await owner.post("/onboardings/1/move", {"to": "internal_qa", "reason": WHY})
        assert dialog.status_code in (409, 422)
        await owner.post("/onboardings/bulk", {"act": "move", "phase": "launch", "onboarding": [one["id"]]})
        assert (await read(api, one))["phase"] == "review"

    # Tasks and the target: until it is done.
    edited = await api.patch(f"/tasks/{task['id']}", json={"title": "Data mapping"})
    target = await api.patch(f"/onboardings/{one['id']}", json={"target_launch_date": "2028-01-01"})
    assert [answer.status_code for answer in (edited, target)] == [400 if state == "done" else 200] * 2
    form = {"title": "Field mapping", "was_title": "Mapping" if state == "done" else "Data mapping"}
    page = await owner.post(f"/onboardings/1/tasks/{task['display_id']}", form)
    assert (page.status_code == 303) == (state != "done")
    if state == "done":
        assert error_of(edited)[1] == error_of(target)[1] == "onboarding_done"
        assert (await read(api, task))["title"] == "Mapping"

    # Comments always.
    comment = await api.post(f"/onboardings/{one['id']}/comments", json={"body": "Still here"})
    assert comment.status_code == 201


@pytest.mark.parametrize("role", ["viewer", "member"])
async def test_onb_state_2_viewers_and_bystanders_set_no_state(
    api: httpx.AsyncClient, world: World, enter: Enter, role: str
) -> None:
    member = await new_member(world, "Leah Novak", role)
    one = await new_onboarding(api, await new_customer(api), phase="review", se_id=None)
    if role == "member":
        await patched(api, one, se_id=member.id)
    browser = await enter(member)
    await browser.get("/onboardings")
    for way in ("dialog", "list"):
        await set_state(api, browser, one, "waiting", way)
        assert (await read(api, one))["state"] == "active", way
