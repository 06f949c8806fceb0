"""Applying a template in the app: the preview is what happens (ONB-TPL-6)."""

import httpx
import pytest

from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of
from tests.support.records import Json, answered, new_customer, new_onboarding, new_template, patched
from tests.support.visits import faults_of, text_of

APPLY = "/onboardings/1/apply"


@pytest.fixture
async def onboarding(api: httpx.AsyncClient) -> Json:
    """Onboarding 1, in its second phase."""
    return await new_onboarding(api, await new_customer(api, mrr=500), phase="program_design", csm_id=1)


async def titles(api: httpx.AsyncClient, onboarding: Json) -> list[str]:
    found = (await api.get(f"/onboardings/{onboarding['id']}/tasks")).json()["data"]
    return sorted(task["title"] for task in found)


async def test_the_preview_lists_tasks_people_and_skips_and_writes_nothing(
    owner: Browser, api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    large = {"all": [{"field": "mrr", "operator": "greater", "value": 10_000}]}
    template = await new_template(
        api,
        {"title": "Kick-off", "assignee_rule": "csm", "due_anchor": "phase_start", "due_offset": 3},
        {"title": "Legal", "condition": large},
        name="Standard",
    )
    await new_template(api, {"title": "x"}, name="Other", phase="review")
    form = (await owner.get(APPLY)).text
    assert form.index("Standard (Program design)") < form.index("Other (Review)")
    shown = await owner.post(APPLY, {"template": template["id"]}, htmx=True)
    assert shown.status_code == 200
    text = text_of(shown.text)
    assert "1 task to add Kick-off Dana Okafor, " in text
    assert "1 skipped Legal mrr is not above 10,000" in text
    assert await titles(api, onboarding) == []
    assert await entries_of(world, "onboarding.template_applied") == []
    done = await owner.post(APPLY, {"template": template["id"], "previewed": template["id"]}, htmx=True)
    assert done.status_code == 204
    assert '"toast":"Added 1 task of Standard"' in done.headers["hx-trigger"]
    assert await titles(api, onboarding) == ["Kick-off"]
    # What is there is not added again, unless copies are asked for.
    again = text_of((await owner.post(APPLY, {"template": template["id"]})).text)
    assert "0 tasks to add" in again
    assert "This onboarding has it already" in again
    copies = {"template": template["id"], "previewed": template["id"], "copies": "yes"}
    assert (await owner.post(APPLY, copies)).status_code == 303
    assert await titles(api, onboarding) == ["Kick-off", "Kick-off"]


async def test_another_template_than_the_previewed_one_is_previewed_first(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    one = await new_template(api, {"title": "One"})
    two = await new_template(api, {"title": "Two"})
    await owner.get(APPLY)
    shown = await owner.post(APPLY, {"template": two["id"], "previewed": one["id"]}, htmx=True)
    assert "1 task to add Two" in text_of(shown.text)
    assert await titles(api, onboarding) == []


async def test_what_cannot_be_applied_is_said_inline(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    assert "There is no template yet" in text_of((await owner.get(APPLY)).text)
    template = await new_template(api, {"title": "One"})
    for named in ("", "nope"):
        refused = await owner.post(APPLY, {"template": named})
        assert refused.status_code == 422
        assert faults_of(refused.text) == {"template": "Choose a template."}
    await patched(api, onboarding, state="done")
    assert (await owner.get(APPLY)).status_code == 422
    refused = await owner.post(APPLY, {"template": template["id"]})
    assert "Resume it first" in text_of(refused.text)


async def test_onb_tpl_3_checking_again_adds_what_fits_now_and_removes_nothing(
    owner: Browser, api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    large = {"all": [{"field": "mrr", "operator": "greater", "value": 10_000}]}
    small = {"all": [{"field": "mrr", "operator": "less", "value": 10_000}]}
    applied = await new_template(
        api, {"title": "Small", "condition": small}, {"title": "Legal", "condition": large}, name="Standard"
    )
    assert (await owner.get(APPLY)).status_code == 200
    fields = {"template": applied["id"], "previewed": applied["id"]}
    assert (await owner.post(APPLY, fields)).status_code == 303
    await new_template(
        api, {"title": "Review", "condition": large}, name="Later", phase="review", default_for_phase=True
    )
    await patched(api, onboarding, phase="review")
    assert await titles(api, onboarding) == ["Small"]
    assert "is there already" in text_of((await owner.get("/onboardings/1/check")).text)

    customer = (await api.get(f"/customers/{onboarding['customer_id']}")).json()
    await patched(api, customer, mrr=20_000)
    before = len(await entries_of(world, "task.created"))
    shown = text_of((await owner.get("/onboardings/1/check")).text)
    assert "2 tasks to add" in shown
    assert ("Legal" in shown, "Review" in shown) == (True, True)
    assert len(await entries_of(world, "task.created")) == before, "looking writes nothing"
    assert (await owner.post("/onboardings/1/check")).status_code == 303
    assert await titles(api, onboarding) == ["Legal", "Review", "Small"]
    assert len(await entries_of(world, "task.created")) == before + 2
    assert (await owner.post("/onboardings/1/check")).status_code == 303
    assert await titles(api, onboarding) == ["Legal", "Review", "Small"]
    await patched(api, onboarding, state="done")
    assert (await owner.get("/onboardings/1/check")).status_code == 422


async def test_checking_again_leaves_out_what_was_deleted(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    large = {"all": [{"field": "mrr", "operator": "greater", "value": 10_000}]}
    applied = await new_template(
        api,
        {"key": "kick", "title": "Kick-off"},
        {
            "key": "call",
            "title": "Call",
            "depends_on": ["kick"],
            "subtasks": [{"title": "Agenda", "condition": large}],
        },
        {
            "key": "legal",
            "title": "Legal",
            "depends_on": ["call"],
            "due_anchor": "task:call",
            "condition": large,
        },
        name="Standard",
    )
    await owner.get(APPLY)
    await owner.post(APPLY, {"template": applied["id"], "previewed": applied["id"]})
    tasks = (await api.get(f"/onboardings/{onboarding['id']}/tasks")).json()["data"]
    by_title = {task["title"]: task for task in tasks}
    assert sorted(by_title) == ["Call", "Kick-off"]
    answered(await api.delete(f"/tasks/{by_title['Call']['id']}"))
    assert "is there already" in text_of((await owner.get("/onboardings/1/check")).text)

    customer = (await api.get(f"/customers/{onboarding['customer_id']}")).json()
    await patched(api, customer, mrr=20_000)
    assert "1 task to add" in text_of((await owner.get("/onboardings/1/check")).text)
    assert (await owner.post("/onboardings/1/check")).status_code == 303
    assert await titles(api, onboarding) == ["Kick-off", "Legal"]
    found = (await api.get(f"/onboardings/{onboarding['id']}/tasks")).json()["data"]
    [legal] = [task for task in found if task["title"] == "Legal"]
    assert (legal["depends_on"], legal["due_anchor"]) == ([by_title["Kick-off"]["id"]], None)
