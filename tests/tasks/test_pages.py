"""The panel of a task: reading and editing it without scripts."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.kit import clock
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member
from tests.support.records import (
    Json,
    new_contact,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    patched,
    read,
)
from tests.support.visits import Enter, faults_of, is_whole_page, text_of, value_of

BASE = "/onboardings/1/tasks"
NAMES = (
    *("title", "description", "assignee_id", "phase", "due_mode", "due_date", "due_offset", "links"),
    "customer_facing",
)


@pytest.fixture
async def onboarding(api: httpx.AsyncClient) -> Json:
    """Onboarding 1 of Aurora, in its first phase."""
    customer = await new_customer(api, name="Aurora", slug="aurora", owner_id=1)
    return await new_onboarding(api, customer, target_launch_date="2027-03-10")


@pytest.fixture
async def task(api: httpx.AsyncClient, onboarding: Json) -> Json:
    """Task 1, "Data mapping"."""
    return await new_task(api, onboarding, title="Data mapping")


def fields(task: Json, **changes: str) -> dict[str, str]:
    """The form of a task as its panel shows it, with some of it typed over."""
    shown = {
        "title": task["title"],
        "description": task["description"] or "",
        "assignee_id": task["assignee_id"] or "",
        "phase": task["phase"],
        "due_mode": task["due_anchor"] or "fixed",
        "due_date": task["due_date"] or "",
        "due_offset": "" if task["due_offset"] is None else str(task["due_offset"]),
        "links": "\n".join(f"{one['label']} {one['url']}" for one in task["links"]),
        "customer_facing": "yes" if task["customer_facing"] else "",
    }
    return {**{f"was_{name}": shown[name] for name in NAMES}, **shown, **changes}


async def test_a_double_click_adds_one_task_and_one_subtask(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    """Both come from the same showing of the form; whoever means two sends the form of the next one."""
    for _ in range(2):
        token = value_of((await owner.get("/onboardings/1")).text, "submission")
        form = {"title": "Kick-off", "phase": "", "submission": token}
        answers = await asyncio.gather(*[owner.post(BASE, form) for _ in range(3)])
        assert [answer.status_code for answer in answers] == [303] * 3
    tasks = (await api.get(f"/onboardings/{onboarding['id']}/tasks")).json()["data"]
    assert [task["title"] for task in tasks] == ["Kick-off"] * 2
    panel = (await owner.get(f"{BASE}/1")).text.partition("/subtasks")[2]
    form = {"title": "Invite", "submission": value_of(panel, "submission")}
    answers = await asyncio.gather(*[owner.post(f"{BASE}/1/subtasks", form) for _ in range(3)])
    assert [answer.status_code for answer in answers] == [303] * 3
    assert (await owner.get(f"{BASE}/1")).text.count('<li class="task"') == 1


async def test_onb_task_2_a_new_task_takes_phase_end_and_the_owner_as_offered(
    owner: Browser, api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    page = (await owner.get("/onboardings/1")).text
    assert f'<option value="{world.owner.id}" selected>' in page
    answer = await owner.post(BASE, {"title": "Kick-off", "assignee_id": world.owner.id, "phase": ""})
    assert answer.status_code == 303
    (task,) = (await api.get(f"/onboardings/{onboarding['id']}/tasks")).json()["data"]
    assert (task["title"], task["assignee_id"]) == ("Kick-off", world.owner.id)
    assert task["phase"] == "before_getting_started"
    refused = await owner.post(BASE, {"title": "x" * 201})
    assert refused.status_code == 422
    assert faults_of(refused.text) == {"title": "Use at most 200 characters."}
    assert value_of(refused.text, "title") == "x" * 201


async def test_the_panel_is_a_page_and_a_fragment(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json, task: Json
) -> None:
    await new_subtask(api, task, title="Order history")
    await new_task(api, onboarding, title="After", depends_on=[task["id"]])
    await owner.get(f"{BASE}/1")
    with counting() as statements:
        page = await owner.get(f"{BASE}/1")
    assert statements.value <= 15
    assert is_whole_page(page)
    for words in ("Data mapping", "Order history", "Unlocks After", "Blocked by", "added task Data mapping"):
        assert words in text_of(page.text)
    fragment = await owner.get(f"{BASE}/1", htmx=True)
    assert not is_whole_page(fragment)
    assert "data-panel" in fragment.text
    assert (await owner.get(f"{BASE}/99")).status_code == 404
    await new_onboarding(api, {"id": onboarding["customer_id"]})
    assert (await owner.get("/onboardings/2/tasks/1")).status_code == 404


async def test_app_edit_3_only_what_differs_is_written(
    owner: Browser, api: httpx.AsyncClient, world: World, onboarding: Json, task: Json
) -> None:
    await owner.get(f"{BASE}/1")
    before = await read(api, task)
    assert (await owner.post(f"{BASE}/1", fields(task), htmx=True)).status_code == 204
    assert await read(api, task) == before
    await patched(api, task, description="From the API")
    # The other field changed meanwhile: both stay.
    answer = await owner.post(
        f"{BASE}/1", fields(task, title="Mapping", links="Field list https://a.example/x")
    )
    assert answer.status_code == 303
    now = await read(api, task)
    assert (now["title"], now["description"]) == ("Mapping", "From the API")
    assert now["links"] == [{"label": "Field list", "url": "https://a.example/x"}]
    # The same field changed meanwhile: the other value is shown, the typed one kept.
    refused = await owner.post(f"{BASE}/1", fields(task, title="Fields"), htmx=True)
    assert refused.status_code == 409
    assert "Mapping" in faults_of(refused.text)["title"]
    assert value_of(refused.text, "title") == "Fields"
    again = await owner.post(f"{BASE}/1", {**fields(now, title="Fields")}, htmx=True)
    assert again.status_code == 204
    assert (await read(api, task))["title"] == "Fields"


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"title": ""}, {"title": "Enter what is to be done."}),
        ({"due_date": "31.1."}, {"due_date": "Enter a date."}),
        ({"due_mode": "phase_start", "due_offset": "x"}, {"due_offset": "Enter a number from -365 to 365."}),
        (
            {"due_mode": "phase_start", "due_offset": "366"},
            {"due_offset": "Enter a number from -365 to 365."},
        ),
        ({"links": "no address"}, {"links": "End each line with a web address."}),
        ({"assignee_id": "nobody"}, {"assignee_id": "This person cannot be given this task."}),
    ],
)
async def test_app_ui_2_a_refused_edit_keeps_what_was_typed(
    owner: Browser, api: httpx.AsyncClient, task: Json, changes: dict[str, str], faults: dict[str, str]
) -> None:
    await owner.get(f"{BASE}/1")
    for htmx in (False, True):
        answer = await owner.post(f"{BASE}/1", fields(task, description="Kept", **changes), htmx=htmx)
        assert answer.status_code == 422
        assert is_whole_page(answer) is not htmx
        assert faults_of(answer.text) == faults
        assert ">Kept</textarea>" in answer.text
    assert (await read(api, task))["description"] is None


async def test_onb_date_4_a_typed_date_leaves_the_plan_and_can_follow_it_again(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json, task: Json
) -> None:
    await owner.get(f"{BASE}/1")
    await owner.post(f"{BASE}/1", fields(task, due_mode="target_launch", due_offset="-3"))
    planned = await read(api, task)
    assert (planned["due_date"], planned["due_anchor"]) == ("2027-03-07", "target_launch")
    await owner.post(f"{BASE}/1", fields(planned, due_mode="fixed", due_date="2027-03-01"))
    fixed = await read(api, task)
    assert (fixed["due_date"], fixed["due_anchor"]) == ("2027-03-01", None)
    assert "Follow the plan" in text_of((await owner.get(f"{BASE}/1")).text)
    await owner.post(f"{BASE}/1/plan", {})
    assert (await read(api, task))["due_date"] == "2027-03-07"


async def test_onb_date_5_a_typed_date_shows_what_follows(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    first = await new_task(api, onboarding, title="First", due_date="2027-02-01")
    second = await new_task(api, onboarding, title="Second", due_anchor=f"task:{first['id']}", due_offset=2)
    await owner.get(f"{BASE}/1")
    typed = fields(first, due_date="2027-02-10")
    asked = await owner.post(f"{BASE}/1", typed, htmx=True)
    assert asked.status_code == 200
    assert "Second Feb 3, 2027 → Feb 12, 2027" in text_of(asked.text)
    assert value_of(asked.text, "due_date") == "2027-02-10"
    assert (await read(api, first))["due_date"] == "2027-02-01"
    # One that came meanwhile is asked about first.
    third = await new_task(api, onboarding, title="Third", due_anchor=f"task:{first['id']}", due_offset=3)
    more: Json = {"offered": second["id"], "follow": second["id"]}
    again = await owner.post(f"{BASE}/1", {**typed, **more}, htmx=True)
    assert "Third Feb 4, 2027 → Feb 13, 2027" in text_of(again.text)
    more["offered"] = [second["id"], third["id"]]
    assert (await owner.post(f"{BASE}/1", {**typed, **more}, htmx=True)).status_code == 204
    assert (await read(api, second))["due_date"] == "2027-02-12"
    assert (await read(api, third))["due_date"] == "2027-02-04"
    panel = text_of((await owner.get(f"{BASE}/2")).text)
    assert "Feb 3, 2027 → Feb 12, 2027, because First is now due 9 days later." in panel


async def test_onb_dep_4_a_locked_task_asks_before_it_is_completed(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json, task: Json
) -> None:
    locked = await new_task(api, onboarding, title="Locked", depends_on=[task["id"]])
    await owner.get(f"{BASE}/2")
    asked = await owner.post(f"{BASE}/2/complete", {}, htmx=True)
    assert asked.status_code == 200
    assert "Blocked by Data mapping. Complete anyway?" in text_of(asked.text)
    assert (await read(api, locked))["done"] is False
    assert (await owner.post(f"{BASE}/2/complete", {"anyway": "yes"})).status_code == 303
    assert (await read(api, locked))["done"] is True
    assert "Done before its predecessor" in text_of((await owner.get(f"{BASE}/2")).text)


@pytest.mark.parametrize("below", ["yes", "no"])
async def test_onb_done_3_a_parent_asks_what_becomes_of_its_subtasks(
    owner: Browser, api: httpx.AsyncClient, task: Json, below: str
) -> None:
    subtask = await new_subtask(api, task)
    await owner.get(f"{BASE}/1")
    asked = await owner.post(f"{BASE}/1/complete", {})
    assert "1 subtask is open" in text_of(asked.text)
    await owner.post(f"{BASE}/1/complete", {"anyway": "yes", "below": below})
    assert (await read(api, task))["done"] is True
    assert (await read(api, subtask))["done"] is (below == "yes")


async def test_onb_done_2_a_note_becomes_an_internal_comment(
    owner: Browser, api: httpx.AsyncClient, task: Json
) -> None:
    await owner.get(f"{BASE}/1/complete")
    refused = await owner.post(f"{BASE}/1/complete", {"anyway": "yes", "note": "x" * 10_001})
    assert refused.status_code == 422
    assert (await read(api, task))["done"] is False
    await owner.post(f"{BASE}/1/complete", {"anyway": "yes", "note": "Mira has *signed*"})
    (comment,) = (await api.get(f"/tasks/{task['id']}/comments")).json()["data"]
    assert (comment["body"], comment["visibility"]) == ("Mira has *signed*", "internal")
    assert "Mira has <em>signed</em>" in (await owner.get(f"{BASE}/1")).text


async def test_onb_done_5_the_undo_is_hidden_after_thirty_days_for_members(
    owner: Browser, api: httpx.AsyncClient, world: World, enter: Enter, onboarding: Json
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    await patched(api, onboarding, csm_id=ana.id)
    with clock.travel(timedelta(days=-31)):
        task = await new_task(api, onboarding, title="Old", done=True)
    browser = await enter(ana)
    assert "Mark incomplete" not in (await browser.get(f"{BASE}/1")).text
    assert (await browser.post(f"{BASE}/1/reopen", {})).status_code == 403
    assert "Mark incomplete" in (await owner.get(f"{BASE}/1")).text
    assert (await owner.post(f"{BASE}/1/reopen", {})).status_code == 303
    assert (await read(api, task))["done"] is False


async def test_onb_dep_2_a_circle_is_named(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json, task: Json
) -> None:
    other = await new_task(api, onboarding, title="Review", depends_on=[task["id"]])
    await owner.get(f"{BASE}/1")
    refused = await owner.post(f"{BASE}/1/depends", {"add": f"#{other['display_id']} Review"})
    assert refused.status_code == 422
    assert "Data mapping → Review → Data mapping" in text_of(refused.text)
    await owner.post(f"{BASE}/2/depends", {"drop": "1"})
    assert (await read(api, other))["depends_on"] == []
    await owner.post(f"{BASE}/1/depends", {"add": "#2 Review"})
    assert (await read(api, task))["depends_on"] == [other["id"]]


async def test_onb_task_4_a_deleted_task_comes_back_with_its_subtasks(
    owner: Browser, api: httpx.AsyncClient, world: World, onboarding: Json, task: Json
) -> None:
    subtask = await new_subtask(api, task)
    gone_before = await new_subtask(api, task)
    await api.delete(f"/tasks/{gone_before['id']}")
    await owner.get(f"{BASE}/1")
    answer = await owner.post(f"{BASE}/1/delete", {}, htmx=True)
    assert '"undo":true' in answer.headers["hx-trigger"]
    gone = await owner.get(f"{BASE}/1")
    assert "This task was deleted" in text_of(gone.text)
    await owner.post(f"{BASE}/1/restore", {})
    assert (await read(api, task))["title"] == "Data mapping"
    assert (await read(api, subtask))["id"] == subtask["id"]
    assert (await api.get(f"/tasks/{gone_before['id']}")).status_code == 404
    assert len(await entries_of(world, "task.restored")) == 1


async def test_onb_done_7_a_finished_onboarding_locks_its_tasks(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json, task: Json
) -> None:
    await patched(api, onboarding, state="done")
    page = text_of((await owner.get(f"{BASE}/1")).text)
    assert "Resume the onboarding to change its tasks." in page
    refused = await owner.post(f"{BASE}/1/complete", {})
    assert refused.status_code == 422
    assert "Resume it first" in text_of(refused.text)


async def test_a_contact_makes_a_task_customer_facing(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json, task: Json
) -> None:
    contact = await new_contact(api, {"id": onboarding["customer_id"]}, name="Mira Chen")
    page = (await owner.get(f"{BASE}/1")).text
    assert "Mira Chen (Aurora)" in page
    await owner.post(f"{BASE}/1", fields(task, assignee_id=contact["id"]))
    now = await read(api, task)
    assert (now["assignee_id"], now["customer_facing"]) == (contact["id"], True)
    refused = await owner.post(f"{BASE}/1", fields(now, customer_facing=""))
    assert faults_of(refused.text) == {"customer_facing": "The task of a contact is customer-facing."}
