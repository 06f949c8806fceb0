"""Due dates that would follow a new target: shown before anything is saved, whoever added them when."""

import httpx
import pytest

from tests.support.browser import Browser
from tests.support.records import Json, new_customer, new_onboarding, new_task, read
from tests.support.visits import text_of


@pytest.fixture
async def onboarding(api: httpx.AsyncClient) -> Json:
    """Onboarding 1, in its second phase, with a target."""
    customer = await new_customer(api, name="Aurora")
    return await new_onboarding(
        api, customer, name="Loyalty launch", phase="program_design", target_launch_date="2027-03-10"
    )


async def test_onb_date_5_followers_are_shown_before_anything_is_saved(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    one = await new_task(api, onboarding, title="Texts", due_anchor="target_launch", due_offset=-5)
    two = await new_task(api, onboarding, title="Banner", due_anchor="target_launch", due_offset=-2)
    await owner.get("/onboardings/1/target")
    asked = await owner.post("/onboardings/1/target", {"target_launch_date": "2027-03-12"}, htmx=True)
    assert asked.status_code == 200
    text = text_of(asked.text)
    assert "2 due dates would follow" in text
    assert "Texts Mar 5, 2027 → Mar 7, 2027" in text
    assert (await read(api, onboarding))["target_launch_date"] == "2027-03-10T00:00:00.000Z"
    answer = await owner.post(
        "/onboardings/1/target",
        {
            "target_launch_date": "2027-03-12",
            "offered": [one["id"], two["id"]],
            "follow": [one["id"]],
        },
        htmx=True,
    )
    assert answer.status_code == 204
    assert (await read(api, one))["due_date"] == "2027-03-07"
    two = await read(api, two)
    assert (two["due_date"], two["due_anchor"]) == ("2027-03-08", None)


async def test_onb_date_5_a_follower_that_came_meanwhile_is_asked_about_before_anything_moves(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    one = await new_task(api, onboarding, title="Texts", due_anchor="target_launch", due_offset=-5)
    await owner.get("/onboardings/1/target")
    answered_for_one = {"target_launch_date": "2027-03-12", "offered": one["id"], "follow": one["id"]}
    two = await new_task(api, onboarding, title="Banner", due_anchor="target_launch", due_offset=-2)
    asked = await owner.post("/onboardings/1/target", answered_for_one, htmx=True)
    assert asked.status_code == 200
    assert "Banner Mar 8, 2027 → Mar 10, 2027" in text_of(asked.text)
    assert (await read(api, onboarding))["target_launch_date"] == "2027-03-10T00:00:00.000Z"
    both = {**answered_for_one, "offered": [one["id"], two["id"]]}
    assert (await owner.post("/onboardings/1/target", both, htmx=True)).status_code == 204
    assert (await read(api, two))["due_date"] == "2027-03-08"
