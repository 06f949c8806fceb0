"""Opening an onboarding in the app."""

import httpx
import pytest

from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import new_customer, new_onboarding, patched, read
from tests.support.visits import faults_of, is_whole_page, text_of, value_of

NEW = "/customers/1-aurora/onboardings/new"


async def test_an_onboarding_opens_with_what_the_form_says(
    api: httpx.AsyncClient, owner: Browser, world: World
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    await new_customer(api, name="Aurora", slug="aurora")
    form = (await owner.get(NEW)).text
    assert 'placeholder="Aurora onboarding"' in form
    fields = {
        "name": "Loyalty launch",
        "phase": "review",
        "target_launch_date": "2027-01-31",
        "csm_id": ana.id,
    }
    answer = await owner.post(NEW, fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers/1-aurora")
    (onboarding,) = (await api.get("/onboardings")).json()["data"]
    assert (onboarding["name"], onboarding["phase"]) == ("Loyalty launch", "review")
    assert (onboarding["target_launch_date"], onboarding["csm_id"]) == ("2027-01-31T00:00:00.000Z", ana.id)
    shown = text_of((await owner.get("/customers/1-aurora")).text)
    assert "Dana Okafor opened onboarding Loyalty launch" in shown


async def test_an_empty_form_opens_one_in_the_first_phase(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_customer(api, name="Aurora", slug="aurora")
    await owner.get(NEW)
    answer = await owner.post(NEW, {"name": "", "target_launch_date": "", "csm_id": ""}, htmx=True)
    assert answer.status_code == 204
    assert '"toast":"Opened Aurora onboarding"' in answer.headers["hx-trigger"]
    (onboarding,) = (await api.get("/onboardings")).json()["data"]
    assert onboarding["phase"] == "before_getting_started"


async def test_who_cannot_be_csm_is_not_offered(api: httpx.AsyncClient, owner: Browser, world: World) -> None:
    await new_member(world, "Ana Ruiz", "member")
    await new_member(world, "Vera Voss", "viewer")
    await new_customer(api, slug="aurora")
    form = text_of((await owner.get(NEW)).text)
    assert "Nobody Dana Okafor Ana Ruiz" in form
    assert "Vera" not in form


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"name": "x" * 201}, {"name": "Use at most 200 characters."}),
        ({"target_launch_date": "31.01.2027"}, {"target_launch_date": "Enter a date."}),
        ({"target_launch_date": "2101-01-01"}, {"target_launch_date": "Enter a date up to 2100."}),
        ({"phase": "gone"}, {"phase": "This phase is gone. Choose another."}),
        ({"csm_id": "nobody"}, {"csm_id": "This person cannot be CSM. Choose another."}),
    ],
)
async def test_app_ui_2_a_refused_onboarding_keeps_what_was_typed(
    api: httpx.AsyncClient, owner: Browser, fields: dict[str, str], faults: dict[str, str]
) -> None:
    await new_customer(api, slug="aurora")
    await owner.get(NEW)
    for htmx in (False, True):
        answer = await owner.post(NEW, {"name": "Loyalty launch", **fields}, htmx=htmx)
        assert answer.status_code == 422
        assert is_whole_page(answer) is not htmx
        assert faults_of(answer.text) == faults
        assert value_of(answer.text, "name") == fields.get("name", "Loyalty launch")
    assert (await api.get("/onboardings")).json()["data"] == []


@pytest.mark.parametrize("status", ["churned", "archived"])
async def test_a_customer_that_is_gone_gets_no_onboarding(
    status: str, api: httpx.AsyncClient, owner: Browser
) -> None:
    customer = await new_customer(api, name="Aurora", slug="aurora")
    await patched(api, customer, status=status)
    await owner.get(NEW)
    answer = await owner.post(NEW, {"name": "Loyalty launch"})
    assert answer.status_code == 422
    assert "Set Aurora to a live status first." in text_of(answer.text)
    assert value_of(answer.text, "name") == "Loyalty launch"


async def test_app_add_4_a_repeat_opens_one(api: httpx.AsyncClient, owner: Browser) -> None:
    await new_customer(api, slug="aurora")
    await owner.get(NEW)
    for _ in range(2):
        assert (await owner.post(NEW, {"submission": "token"})).status_code == 303
    assert len((await api.get("/onboardings")).json()["data"]) == 1


async def test_a_move_that_names_no_phase_is_refused(owner: Browser, api: httpx.AsyncClient) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    await owner.get("/onboardings/1")
    for to in ("", "nowhere"):
        assert (await owner.post("/onboardings/1/move", {"to": to})).status_code == 422
    assert (await read(api, onboarding))["phase"] == onboarding["phase"]
