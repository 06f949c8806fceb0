"""Changing the status of a customer on its page, archiving, unarchiving and deleting it."""

import httpx
import pytest

from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member, set_settings
from tests.support.records import Json, new_customer, new_onboarding, patched, read
from tests.support.visits import Enter, faults_of, text_of

PAGE = "/customers/1-aurora"
STATUS = f"{PAGE}/status"


@pytest.fixture
async def customer(api: httpx.AsyncClient) -> Json:
    """Customer 1, with a running onboarding."""
    record = await new_customer(api, name="Aurora", slug="aurora", status="onboarding")
    await new_onboarding(api, record, name="Loyalty launch")
    return record


async def test_a_plain_flip_acts_at_once(api: httpx.AsyncClient, owner: Browser, customer: Json) -> None:
    await owner.get(PAGE)
    answer = await owner.post(STATUS, {"to": "at_risk"}, htmx=True)
    assert answer.status_code == 204
    assert '"toast":"Aurora is now at risk"' in answer.headers["hx-trigger"]
    assert (await read(api, customer))["status"] == "at_risk"
    without_script = await owner.post(STATUS, {"to": "active"})
    assert (without_script.status_code, without_script.headers["location"]) == (303, PAGE)
    assert (await read(api, customer))["status"] == "active"


async def test_churning_asks_for_a_reason_which_the_activity_shows(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    await owner.get(PAGE)
    asked = await owner.post(STATUS, {"to": "churned"}, htmx=True)
    assert asked.status_code == 200
    assert "Running onboardings are paused" in text_of(asked.text)
    empty = await owner.post(STATUS, {"to": "churned", "asked": "yes", "reason": " x "}, htmx=True)
    assert empty.status_code == 422
    assert faults_of(empty.text) == {"reason": "Choose a reason, or write one."}
    long = await owner.post(STATUS, {"to": "churned", "asked": "yes", "reason": "x" * 501}, htmx=True)
    assert faults_of(long.text) == {"reason": "Use at most 500 characters."}
    assert (await read(api, customer))["status"] == "onboarding"
    done = await owner.post(STATUS, {"to": "churned", "asked": "yes", "reason": "Bought by a rival"})
    assert done.status_code == 303
    assert (await read(api, customer))["status"] == "churned"
    (onboarding,) = (await api.get(f"/customers/{customer['id']}/onboardings")).json()["data"]
    assert onboarding["state"] == "paused"
    page = text_of((await owner.get(PAGE)).text)
    assert "Bought by a rival" in page
    assert "Churned. Onboardings stay paused until somebody resumes them." in page


async def test_archiving_asks_and_unarchiving_brings_back_the_status(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    await patched(api, customer, status="at_risk")
    await owner.get(PAGE)
    asked = await owner.post(STATUS, {"to": "archived"}, htmx=True)
    assert "It leaves every list" in text_of(asked.text)
    assert (await read(api, customer))["status"] == "at_risk"
    await owner.post(STATUS, {"to": "archived", "asked": "yes"})
    page = (await owner.get(PAGE)).text
    assert "It is in no list until it is unarchived." in text_of(page)
    assert f"{PAGE}/delete" in page
    asked = await owner.get(f"{STATUS}?to=unarchive")
    assert "Unarchive Aurora? It is at risk again" in text_of(asked.text)
    await owner.post(STATUS, {"to": "unarchive", "asked": "yes"})
    assert (await read(api, customer))["status"] == "at_risk"
    assert (await owner.post(STATUS, {"to": "unarchive", "asked": "yes"})).status_code == 422


async def test_whoever_was_churned_before_archiving_is_not_churned_again(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    await patched(api, customer, status="churned")
    (onboarding,) = (await api.get(f"/customers/{customer['id']}/onboardings")).json()["data"]
    await patched(api, onboarding, state="active")
    await patched(api, customer, status="archived")
    asked = await owner.get(f"{STATUS}?to=unarchive")
    assert 'name="reason"' not in asked.text
    answer = await owner.post(STATUS, {"to": "unarchive", "asked": "yes"})
    assert answer.status_code == 303
    assert (await read(api, customer))["status"] == "churned"
    assert (await read(api, onboarding))["state"] == "active"


@pytest.mark.parametrize("to", ["", "gone", "unknown"])
async def test_an_unknown_status_is_refused(
    api: httpx.AsyncClient, owner: Browser, customer: Json, to: str
) -> None:
    await owner.get(PAGE)
    assert (await owner.post(STATUS, {"to": to})).status_code == 422
    assert (await owner.get(f"{STATUS}?to={to}")).status_code == 422
    assert await read(api, customer) == customer


async def test_app_stat_4_only_an_archived_customer_is_deleted_by_typing_its_name(
    api: httpx.AsyncClient, owner: Browser, customer: Json
) -> None:
    await owner.get(PAGE)
    early = await owner.post(f"{PAGE}/delete", {"name": "Aurora"}, htmx=True)
    assert (early.status_code, faults_of(early.text)) == (409, {"name": "Archive the customer first."})
    await patched(api, customer, status="archived")
    wrong = await owner.post(f"{PAGE}/delete", {"name": "aurora"}, htmx=True)
    assert (wrong.status_code, faults_of(wrong.text)) == (422, {"name": "Type Aurora to delete it."})
    done = await owner.post(f"{PAGE}/delete", {"name": " Aurora "})
    assert (done.status_code, done.headers["location"]) == (303, "/customers")
    assert (await owner.get(PAGE)).status_code == 404
    assert (await api.get(f"/customers/{customer['id']}")).status_code == 404


async def test_who_may_change_what(
    enter: Enter, world: World, api: httpx.AsyncClient, customer: Json
) -> None:
    await set_settings(world, default_access="all_members_and_viewers")
    await patched(api, customer, status="archived")
    member = await enter(await new_member(world, "Mo", "member"))
    page = (await member.get(PAGE)).text
    assert f"{STATUS}?to=unarchive" in page
    assert f"{PAGE}/delete" not in page
    assert (await member.post(f"{PAGE}/delete", {"name": "Aurora"})).status_code == 403
    assert (await member.post(STATUS, {"to": "active"})).status_code == 303
    viewer = await enter(await new_member(world, "Vera", "viewer"))
    page = (await viewer.get(PAGE)).text
    assert STATUS not in page
    assert (await viewer.post(STATUS, {"to": "at_risk"})).status_code == 403
    assert (await read(api, customer))["status"] == "active"
