"""Admin > Onboarding phases (APP-PHASE-1 … 3)."""

import httpx
import pytest

from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member
from tests.support.records import new_customer, new_onboarding, new_template, patched, read
from tests.support.visits import Enter, faults_of, is_whole_page, text_of, value_of

HOME = "/admin/phases"
DELIVERY = (
    *("before_getting_started", "program_design", "review", "program_buildout", "internal_qa"),
    *("launch", "completed"),
)


async def keys(api: httpx.AsyncClient) -> list[str]:
    """The keys of the phases in order, as the API lists them."""
    return [phase["key"] for phase in (await api.get("/phases")).json()["data"]]


async def test_phases_stand_in_order_with_what_uses_them(owner: Browser, api: httpx.AsyncClient) -> None:
    await new_template(api, {"title": "x"}, name="Standard", phase="review", default_for_phase=True)
    await new_onboarding(api, await new_customer(api), phase="review")
    text = text_of((await owner.get(HOME)).text)
    assert "Review review 7 Standard 1" in text
    assert "Completed completed None Terminal 0" in text


async def test_app_phase_1_a_new_phase_stands_before_the_terminal_one(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    await owner.get(f"{HOME}/new")
    for name in ("Füll review", "Full review"):
        answer = await owner.post(f"{HOME}/new", {"name": name, "target_days": "12", "kind": "normal"})
        assert answer.status_code == 303
    assert await keys(api) == [*DELIVERY[:-1], "full_review", "full_review_2", "completed"]
    positions = [phase["position"] for phase in (await api.get("/phases")).json()["data"]]
    assert positions == list(range(1, 10))
    assert len(await entries_of(world, "phase.created")) == 2


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"name": " "}, {"name": "Enter a name."}),
        ({"name": "x" * 61}, {"name": "Use at most 60 characters."}),
        ({"target_days": "366"}, {"target_days": "Enter a number from 0 to 365, or nothing."}),
        ({"target_days": "-1"}, {"target_days": "Enter a number from 0 to 365, or nothing."}),
        ({"target_days": "soon"}, {"target_days": "Enter a number from 0 to 365, or nothing."}),
        ({"kind": "launch"}, {"kind": "There is a launch phase already."}),
        ({"kind": "terminal"}, {"kind": "There is a terminal phase already."}),
    ],
)
async def test_app_ui_2_a_refused_phase_keeps_what_was_typed(
    owner: Browser, api: httpx.AsyncClient, fields: dict[str, str], faults: dict[str, str]
) -> None:
    await owner.get(f"{HOME}/new")
    typed = {"name": "Extra", "target_days": "5", "kind": "normal", **fields}
    for htmx in (False, True):
        refused = await owner.post(f"{HOME}/new", typed, htmx=htmx)
        assert refused.status_code == 422
        assert is_whole_page(refused) is not htmx
        assert faults_of(refused.text) == faults
        assert value_of(refused.text, "name") == typed["name"]
    assert await keys(api) == list(DELIVERY)


async def test_app_phase_1_the_key_stays_and_a_change_acts_at_once(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api), phase="review")
    await owner.get(f"{HOME}/review/edit")
    answer = await owner.post(f"{HOME}/review/edit", {"name": "Check", "target_days": "", "kind": "normal"})
    assert answer.status_code == 303
    assert (await read(api, onboarding))["phase"] == "review"
    assert "Check" in text_of((await owner.get("/onboardings/1")).text)
    refused = await owner.post(f"{HOME}/launch/edit", {"name": "Launch", "kind": "terminal"})
    assert faults_of(refused.text) == {"kind": "There is a terminal phase already."}
    assert (await owner.get(f"{HOME}/nope/edit")).status_code == 422


async def test_app_phase_2_order_is_set_by_steps(owner: Browser, api: httpx.AsyncClient) -> None:
    await owner.get(HOME)
    await owner.post(f"{HOME}/review/step", {"to": "up"})
    assert (await keys(api))[:3] == ["before_getting_started", "review", "program_design"]
    for key, way in (("before_getting_started", "up"), ("launch", "down"), ("completed", "up")):
        before = await keys(api)
        assert (await owner.post(f"{HOME}/{key}/step", {"to": way})).status_code == 303
        assert await keys(api) == before


async def test_app_phase_3_a_phase_in_use_is_archived_only_with_a_target(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    template = await new_template(api, {"title": "x"}, phase="review", default_for_phase=True)
    customer = await new_customer(api)
    first = await new_onboarding(api, customer, phase="review")
    second = await new_onboarding(api, customer, phase="review", state="paused")
    asked = text_of((await owner.get(f"{HOME}/review/archive")).text)
    assert "2 open onboardings in it move to another phase." in asked
    refused = await owner.post(f"{HOME}/review/archive", {"to": "launch"})
    assert faults_of(refused.text) == {"to": "Resume its paused onboardings first, they cannot be moved."}
    await patched(api, second, state="active")
    for to in ("", "review", "completed", "nope"):
        refused = await owner.post(f"{HOME}/review/archive", {"to": to})
        assert faults_of(refused.text) == {"to": "Choose the phase that its onboardings move to."}
    answer = await owner.post(f"{HOME}/review/archive", {"to": "program_design"}, htmx=True)
    assert '"detail":"2 onboardings moved"' in answer.headers["hx-trigger"]
    assert [(await read(api, one))["phase"] for one in (first, second)] == ["program_design"] * 2
    assert {entry.reason for entry in await entries_of(world, "onboarding.phase_changed")} == {
        "Phase archived"
    }
    assert "review" not in await keys(api)
    assert (await read(api, template))["default_for_phase"] is False
    # Its key is never used again, and it can come back.
    await owner.get(f"{HOME}/new")
    await owner.post(f"{HOME}/new", {"name": "Review", "kind": "normal"})
    assert "review_2" in await keys(api)
    await owner.post(f"{HOME}/review/restore", {})
    assert (await keys(api))[-2:] == ["review", "completed"]


async def test_app_phase_3_a_normal_phase_remains(owner: Browser, api: httpx.AsyncClient) -> None:
    await owner.get(HOME)
    for key in DELIVERY[:4]:
        assert (await owner.post(f"{HOME}/{key}/archive", {})).status_code == 303
    refused = await owner.post(f"{HOME}/internal_qa/archive", {})
    assert refused.status_code == 422
    assert "At least one normal phase must remain" in text_of(refused.text)
    assert await keys(api) == ["internal_qa", "launch", "completed"]


async def test_a_preset_takes_the_place_of_phases_nobody_is_in(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    assert "Use a preset" in text_of((await owner.get(HOME)).text)
    await owner.get(f"{HOME}/preset")
    assert (await owner.post(f"{HOME}/preset", {"preset": "classic"})).status_code == 303
    assert await keys(api) == ["kickoff", "integration", "uat", "launch", "adoption"]
    onboarding = await new_onboarding(api, await new_customer(api))
    assert onboarding["phase"] == "kickoff"
    assert "Use a preset" not in text_of((await owner.get(HOME)).text)
    refused = await owner.post(f"{HOME}/preset", {"preset": "delivery"})
    assert refused.status_code == 422
    assert (await owner.post(f"{HOME}/preset", {"preset": "nope"})).status_code == 422


async def test_phases_are_for_managers(world: World, enter: Enter, api: httpx.AsyncClient) -> None:
    browser = await enter(await new_member(world, "Ana Ruiz", "member"))
    await browser.get("/customers")
    for path in ("", "/new", "/review/edit", "/review/archive", "/preset"):
        assert (await browser.get(f"{HOME}{path}")).status_code == 403
    for path in ("/new", "/review/edit", "/review/step", "/review/archive", "/review/restore", "/preset"):
        assert (await browser.post(f"{HOME}{path}", {"name": "x"})).status_code == 403
    assert await keys(api) == list(DELIVERY)
