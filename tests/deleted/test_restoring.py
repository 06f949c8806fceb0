"""Admin > Deleted: what it shows, and that a restored record is whole (APP-STAT-4, ONB-3, ONB-TASK-4)."""

import re

import httpx
import pytest

from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import change_member, new_member
from tests.support.records import (
    answered,
    new_contact,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    patched,
    path_of,
    read,
    walk,
)
from tests.support.visits import Enter, text_of

DELETED = "/admin/deleted"


async def gone(api: httpx.AsyncClient, record: dict[str, object]) -> None:
    answered(await api.delete(path_of(record)))


async def listed(owner: Browser) -> str:
    html = (await owner.get(DELETED)).text
    return text_of(html[html.index('<div class="box">') :])


async def restored(owner: Browser, record: dict[str, object]) -> httpx.Response:
    await owner.get("/customers")  # whose forms carry the token
    return await owner.post(f"{DELETED}/{record['object']}/{record['id']}/restore")


async def found(api: httpx.AsyncClient, q: str) -> list[str]:
    return sorted(one["name"] for one in answered(await api.get("/search", params={"q": q}))["data"])


async def told(api: httpx.AsyncClient) -> list[tuple[str, object]]:
    """The events since the last deletion or creation, the oldest first."""
    found = []
    for one in await walk(api, "/events"):
        if not one["type"].endswith(".updated"):
            break
        event = answered(await api.get(f"/events/{one['id']}"))
        found.append((event["type"], event["data"]["previous_attributes"]))
    return found[::-1]


async def test_a_customer_comes_back_with_all_of_it_and_another_slug_if_need_be(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    aurora = await new_customer(api, name="Aurora", slug="aurora", tags=["vip"])
    await new_contact(api, aurora, name="Mira Chen", email="mira@aurora.example")
    plan = await new_onboarding(api, aurora, name="Aurora launch")
    await new_task(api, plan, title="Aurora mapping")
    await gone(api, aurora)
    other = await new_customer(api, name="Other", slug="aurora")
    assert await found(api, "aurora") == ["Other"]
    assert "Aurora #1 Customer" in await listed(owner)

    assert (await restored(owner, aurora)).status_code == 303
    assert "Nothing deleted" in await listed(owner)
    again = await read(api, aurora)
    assert (again["slug"], again["tags"]) == ("aurora-2", ["vip"])
    assert (await read(api, other))["slug"] == "aurora"
    assert await found(api, "aurora") == ["Aurora", "Aurora launch", "Aurora mapping", "Mira Chen", "Other"]
    customers = answered(await api.get("/customers", params={"q": "mira"}))["data"]
    assert [one["name"] for one in customers] == ["Aurora"]
    assert [one["id"] for one in await walk(api, "/onboardings")] == [plan["id"]]
    assert answered(await api.get("/customers", params={"tag": "vip"}))["data"][0]["id"] == aurora["id"]
    assert await told(api) == [("customer.updated", {"deleted": True})]
    entries = [one["event"] for one in await walk(api, "/activity")]
    assert entries.count("customer.restored") == 1


async def test_an_onboarding_comes_back_with_the_tasks_that_went_with_it(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    plan = await new_onboarding(api, await new_customer(api), name="Loyalty")
    kept = await new_task(api, plan, title="Kept mapping")
    await new_subtask(api, kept, title="Kept detail")
    early = await new_task(api, plan, title="Earlier mapping")
    await gone(api, early)
    await gone(api, plan)
    assert await found(api, "mapping") == []
    text = await listed(owner)
    assert "Loyalty #1 Onboarding" in text
    assert "Earlier mapping" not in text, "what belongs to something deleted comes back with that"

    assert (await restored(owner, plan)).status_code == 303
    titles = sorted(one["title"] for one in await walk(api, f"{path_of(plan)}/tasks"))
    assert titles == ["Kept detail", "Kept mapping"]
    assert await told(api) == [("onboarding.updated", {"deleted": True})]
    assert await found(api, "kept") == ["Kept detail", "Kept mapping"]
    assert await found(api, "loyalty") == ["Loyalty"]
    assert "Earlier mapping #3 Task" in await listed(owner)
    assert "onboarding.restored" in [one["event"] for one in await walk(api, "/activity")]


async def test_a_contact_comes_back_and_leaves_the_flag_to_who_has_it(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    customer = await new_customer(api, name="Aurora")
    mira = await new_contact(api, customer, name="Mira", email="mira@aurora.example", is_primary=True)
    await gone(api, mira)
    ben = await new_contact(api, customer, name="Ben", email="ben@aurora.example", is_primary=True)
    assert (await restored(owner, mira)).status_code == 303
    assert await told(api) == [("contact.updated", {"deleted": True})]
    assert (await read(api, mira))["is_primary"] is False
    assert (await read(api, ben))["is_primary"] is True
    assert "Mira" in await found(api, "mira")
    customers = answered(await api.get("/customers", params={"q": "mira"}))["data"]
    assert [one["name"] for one in customers] == ["Aurora"]


async def test_what_stands_in_the_way_is_said_and_nothing_changes(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    customer = await new_customer(api)
    mira = await new_contact(api, customer, email="mira@aurora.example")
    await gone(api, mira)
    await new_contact(api, customer, email="mira@aurora.example")
    refused = await restored(owner, mira)
    assert refused.status_code == 422
    assert "It could not be restored" in refused.text
    assert f"/contact/{mira['id']}/restore" in refused.text
    assert (await api.get(path_of(mira))).status_code == 404


async def test_what_belongs_to_something_deleted_waits_for_it(owner: Browser, api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    plan = await new_onboarding(api, customer)
    task = await new_task(api, plan)
    contact = await new_contact(api, customer)
    for record in (task, contact, plan, customer):
        await gone(api, record)
    for record in (task, contact, plan):
        assert (await restored(owner, record)).status_code == 422
    text = await listed(owner)
    assert [kind for kind in ("Task", "Contact", "Onboarding", "Customer") if f" {kind} " in text][
        -1
    ] == "Customer"
    for record in (customer, plan, task, contact):
        assert (await restored(owner, record)).status_code == 303
        assert (await api.get(path_of(record))).status_code == 200
    assert "Nothing deleted" in await listed(owner)


async def test_a_deleted_task_says_who_deleted_it_and_can_be_restored(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    plan = await new_onboarding(api, await new_customer(api))
    task = await new_task(api, plan, title="Mapping")
    await new_subtask(api, task, title="Detail")
    base = f"/onboardings/{plan['display_id']}/tasks/{task['display_id']}"
    await owner.get(base)
    assert (await owner.post(f"{base}/delete")).status_code == 303
    assert "This task was deleted by Dana Okafor." in text_of((await owner.get(base)).text)
    assert (await owner.post(f"{base}/restore", {"open": "yes"})).status_code == 303
    assert await told(api) == [("task.updated", {"deleted": True})]
    assert (await api.get(path_of(task))).status_code == 200


@pytest.mark.parametrize("role", ["member", "viewer"])
async def test_it_is_for_managers(api: httpx.AsyncClient, world: World, enter: Enter, role: str) -> None:
    browser = await enter(await new_member(world, "Ana Ruiz", role))
    customer = await new_customer(api)
    await gone(api, customer)
    assert (await browser.get(DELETED)).status_code == 403
    assert (await restored(browser, customer)).status_code == 403
    assert (await api.get(path_of(customer))).status_code == 404


async def test_the_list_goes_on_after_fifty(owner: Browser, api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    for _ in range(51):
        await gone(api, await new_contact(api, customer))
    html = (await owner.get(DELETED)).text
    assert html.count("/restore") == 50
    older = re.search(r'href="(/admin/deleted\?before=[^"]+)"', html)
    assert older is not None
    assert (await owner.get(older[1].replace("&amp;", "&"))).text.count("/restore") == 1


@pytest.mark.parametrize("whole", [False, True], ids=["task", "onboarding"])
@pytest.mark.parametrize("leaving", ["archived", "deleted", "deactivated"])
async def test_open_tasks_of_who_left_meanwhile_come_back_to_nobody(
    owner: Browser, api: httpx.AsyncClient, world: World, leaving: str, whole: bool
) -> None:
    customer = await new_customer(api)
    plan = await new_onboarding(api, customer)
    ana = await new_member(world, "Ana Ruiz", "member")
    mira = await new_contact(api, customer, name="Mira")
    leaver = ana.id if leaving == "deactivated" else mira["id"]
    task = await new_task(api, plan, title="Open", assignee_id=leaver)
    below = await new_subtask(api, task, title="Below", assignee_id=leaver)
    done = await new_subtask(api, task, title="Done", assignee_id=leaver, done=True)
    other = await new_subtask(api, task, title="Of Dana", assignee_id=world.owner.id)
    record = plan if whole else task
    await gone(api, record)
    if leaving == "archived":
        await patched(api, mira, archived=True)
    elif leaving == "deleted":
        await gone(api, mira)
    else:
        await change_member(world, ana, active=False)

    assert (await restored(owner, record)).status_code == 303
    people = [(await read(api, one))["assignee_id"] for one in (task, below, done, other)]
    assert people == [None, None, leaver, world.owner.id]
    entries = [one for one in await walk(api, "/activity") if one["event"] == "task.assigned"]
    assert sorted(one["target"]["id"] for one in entries) == sorted([task["id"], below["id"]])
    events = [
        answered(await api.get(f"/events/{one['id']}"))
        for one in await walk(api, "/events")
        if one["type"] == "task.updated"
    ]
    last = {event["data"]["object"]["id"]: event["data"]["object"]["assignee_id"] for event in events}
    assert (last[task["id"]], last[below["id"]]) == (None, None)
    assert other["id"] not in last, "what came back as it was fires nothing"
