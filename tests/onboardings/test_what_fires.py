"""ONB-FIRE-2, -3: an act leaves the same entries and events through the app, the API and a bulk call."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest

from pivotal_server.kit import clock
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.journal import Journal, Written
from tests.support.records import (
    Json,
    answered,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    new_template,
    patched,
)

FIRST, PRESENT, NEXT, FAR = "before_getting_started", "program_design", "review", "internal_qa"
WHY = "Legal review of the terms"


@dataclass(frozen=True)
class Scene:
    """What an act is done to."""

    api: httpx.AsyncClient
    customer: Json
    onboarding: Json
    task: Json

    @property
    def url(self) -> str:
        return f"/onboardings/{self.onboarding['display_id']}"

    @property
    def task_url(self) -> str:
        return f"{self.url}/tasks/{self.task['display_id']}"


Setting = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True)
class Row:
    """One row of the table: what leaves which traces, and how it is done from the page and over the API.

    ``page``: address behind that of the onboarding (or, with a leading ``/tasks``, of the task), and fields.
    ``body``: changes by PATCH and bulk, of ``what``; ``None`` deletes it.
    """

    name: str
    entries: list[str]
    events: list[str]
    page: tuple[str, Json]
    body: Json | None
    what: str = "onboarding"
    before: tuple[Json, ...] = ()
    task_before: Json = field(default_factory=dict)


def state(to: str, **more: str) -> tuple[str, Json]:
    return "/state", {"to": to, "state_reason": WHY, "reason": WHY, **more}


def move(to: str) -> tuple[str, Json]:
    return "/move", {"to": to, "reason": WHY}


DATED = {"due_date": "2027-04-01", "due_mode": "fixed", "title": "Mapping", "was_title": "Mapping"}
CHANGED, UPDATED = "onboarding.state_changed", "onboarding.updated"
MOVED = "onboarding.phase_changed"
DONE = ["onboarding.state_changed", "onboarding.launched", "onboarding.completed"]
ROWS = (
    Row(
        "edit the name",
        ["onboarding.field_changed"],
        [UPDATED],
        ("/rename", {"name": "Another", "was": "{name}"}),
        {"name": "Another"},
    ),
    Row("advance", [MOVED], [UPDATED, MOVED], move(NEXT), {"phase": NEXT}),
    Row(
        "send back",
        [MOVED],
        [UPDATED, MOVED],
        move(FIRST),
        {"phase": FIRST},
    ),
    Row("skip", [MOVED], [UPDATED, MOVED], move(FAR), {"phase": FAR}),
    Row(
        "enter the launch phase",
        [MOVED, "onboarding.launched"],
        [UPDATED, MOVED, "onboarding.launched"],
        move("launch"),
        {"phase": "launch"},
        before=({"phase": FAR},),
    ),
    Row(
        "enter the terminal phase",
        [MOVED, CHANGED, "onboarding.completed"],
        [UPDATED, MOVED, CHANGED, "onboarding.completed"],
        move("completed"),
        {"phase": "completed"},
        before=({"phase": "launch"},),
    ),
    Row("mark done", DONE, [UPDATED, *DONE], state("done"), {"state": "done"}),
    Row("wait", [CHANGED], [UPDATED, CHANGED], state("waiting"), {"state": "waiting"}),
    Row("flag", [CHANGED], [UPDATED, CHANGED, "onboarding.at_risk"], state("at_risk"), {"state": "at_risk"}),
    Row(
        "back on track",
        [CHANGED],
        [UPDATED, CHANGED, "onboarding.back_on_track"],
        state("active"),
        {"state": "active"},
        before=({"state": "at_risk"},),
    ),
    Row("pause", [CHANGED], [UPDATED, CHANGED], state("paused"), {"state": "paused"}),
    Row(
        "resume",
        [CHANGED],
        [UPDATED, CHANGED],
        state("active"),
        {"state": "active"},
        before=({"state": "paused"},),
    ),
    Row(
        "resume from the terminal phase",
        [MOVED, CHANGED],
        [UPDATED, MOVED, CHANGED],
        state("active", phase=NEXT),
        {"state": "active", "phase": NEXT},
        before=({"phase": "completed"},),
    ),
    Row(
        "set the target",
        ["onboarding.target_shifted"],
        [UPDATED, "onboarding.target_date_changed"],
        ("/target", {"target_launch_date": "2027-05-01"}),
        {"target_launch_date": "2027-05-01"},
    ),
    Row(
        "shift the target",
        ["onboarding.target_shifted"],
        [UPDATED, "onboarding.target_date_changed"],
        ("/target", {"target_launch_date": "2027-05-21", "reason": WHY}),
        {"target_launch_date": "2027-05-21"},
        before=({"target_launch_date": "2027-05-01"},),
    ),
    Row(
        "clear the target",
        ["onboarding.target_shifted"],
        [UPDATED, "onboarding.target_date_changed"],
        ("/target", {"target_launch_date": ""}),
        {"target_launch_date": None},
        before=({"target_launch_date": "2027-05-01"},),
    ),
    Row("delete the onboarding", ["onboarding.deleted"], ["onboarding.deleted"], ("/delete", {}), None),
    Row(
        "rename a task",
        ["task.field_changed"],
        ["task.updated"],
        ("/tasks", {"title": "Mapping two", "was_title": "Mapping"}),
        {"title": "Mapping two"},
        "task",
    ),
    Row(
        "date a task",
        ["task.due_date_changed"],
        ["task.updated"],
        (
            "/tasks",
            DATED,
        ),
        {"due_date": "2027-04-01"},
        "task",
    ),
    Row(
        "complete a task",
        ["task.completed"],
        ["task.updated", "task.completed"],
        ("/tasks/complete", {}),
        {"done": True},
        "task",
    ),
    Row(
        "reopen a task",
        ["task.reopened"],
        ["task.updated", "task.reopened"],
        ("/tasks/reopen", {}),
        {"done": False},
        "task",
        task_before={"done": True},
    ),
    Row("delete a task", ["task.deleted"], ["task.deleted"], ("/tasks/delete", {}), None, "task"),
)


async def scene(api: httpx.AsyncClient, row: Row) -> Scene:
    customer = await new_customer(api)
    with clock.travel(timedelta(days=-3)):
        onboarding = await new_onboarding(api, customer, phase=PRESENT)
        task = await new_task(api, onboarding, title="Mapping", **row.task_before)
    for values in row.before:
        onboarding = await patched(api, onboarding, **values)
    return Scene(api, customer, onboarding, task)


async def through_app(one: Scene, row: Row, owner: Browser) -> None:
    tail, fields = row.page
    url = one.task_url + tail.removeprefix("/tasks") if tail.startswith("/tasks") else one.url + tail
    await owner.get(one.url)
    seen = {name: value.replace("{name}", one.onboarding["name"]) for name, value in fields.items()}
    answer = await owner.post(url, seen)
    assert answer.status_code == 303, answer.text


async def through_api(one: Scene, row: Row) -> None:
    record = one.onboarding if row.what == "onboarding" else one.task
    path = f"/{row.what}s/{record['id']}"
    answered(await (one.api.delete(path) if row.body is None else one.api.patch(path, json=row.body)))


async def through_bulk(one: Scene, row: Row) -> None:
    record = one.onboarding if row.what == "onboarding" else one.task
    operation: Json = {"action": "delete" if row.body is None else "update", "resource": row.what}
    operation["id"] = record["id"]
    if row.body is not None:
        operation["data"] = row.body
    done = answered(await one.api.post("/bulk", json={"operations": [operation]}))
    assert [result["status"] for result in done["results"]] == [200], done


@pytest.mark.parametrize("way", ["app", "api", "bulk"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_onb_fire_3_a_row_fires_the_same_whoever_acts(
    world: World, api: httpx.AsyncClient, owner: Browser, row: Row, way: str
) -> None:
    one = await scene(api, row)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    if way == "app":
        await through_app(one, row, owner)
    elif way == "api":
        await through_api(one, row)
    else:
        await through_bulk(one, row)
    written = await journal.look()
    assert written.names == row.entries
    assert written.types == row.events
    kind = "member" if way == "app" else "api_key"
    assert {entry.actor_type for entry in written.entries} == {kind}


async def leaves(journal: Journal, act: Awaitable[httpx.Response], status: int) -> Written:
    answer = await act
    assert answer.status_code == status, answer.text
    return await journal.look()


async def test_onb_fire_3_creating_with_a_template_fires_parents_first_everywhere(
    world: World, api: httpx.AsyncClient, owner: Browser
) -> None:
    customer = await new_customer(api)
    await new_template(
        api,
        {"title": "Map", "subtasks": [{"title": "Fields"}]},
        {"title": "Load"},
        phase="before_getting_started",
        default_for_phase=True,
    )
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await owner.get("/onboardings")
    operation = {"action": "create", "resource": "onboarding", "data": {"customer_id": customer["id"]}}
    for act, status in (
        (owner.post("/onboardings/new", {"customer": str(customer["display_id"])}), 303),
        (api.post("/onboardings", json={"customer_id": customer["id"]}), 201),
        (api.post("/bulk", json={"operations": [operation]}), 200),
    ):
        written = await leaves(journal, act, status)
        created = ["task.created"] * 3
        assert written.names == ["onboarding.created", "onboarding.template_applied", *created]
        assert written.types == ["onboarding.created", *created]
        parents = [event.object["parent_task_id"] is None for event in written.events[1:]]
        assert parents == [True, False, True]


async def test_onb_fire_3_churning_pauses_each_once(
    world: World, api: httpx.AsyncClient, owner: Browser
) -> None:
    journal = Journal(world.db, world.workspace.id)
    for way in ("app", "api", "bulk"):
        customer = await new_customer(api)
        for phase in (PRESENT, NEXT):
            await new_onboarding(api, customer, phase=phase)
        await journal.look()
        path = f"/customers/{customer['id']}"
        if way == "app":
            slug = f"/customers/{customer['display_id']}-{customer['slug']}"
            await owner.get(slug)
            fields = {"to": "churned", "asked": "yes", "reason": WHY, "status_reason": WHY}
            written = await leaves(journal, owner.post(f"{slug}/status", fields), 303)
        elif way == "api":
            written = await leaves(journal, api.patch(path, json={"status": "churned"}), 200)
        else:
            operation = {"action": "update", "resource": "customer", "id": customer["id"]}
            call = {"operations": [{**operation, "data": {"status": "churned"}}]}
            written = await leaves(journal, api.post("/bulk", json=call), 200)
        assert written.names.count(CHANGED) == 2
        assert written.types.count(CHANGED) == 2
        paused = [entry for entry in written.entries if entry.event == CHANGED]
        assert {entry.reason for entry in paused} == {"customer_churned"}
        assert {event.object["state_reason"] for event in written.events if event.type == CHANGED} == {
            "customer_churned"
        }


async def test_onb_fire_3_the_last_subtask_completes_its_parent_everywhere(
    world: World, api: httpx.AsyncClient, owner: Browser
) -> None:
    journal = Journal(world.db, world.workspace.id)
    for way in ("app", "api", "bulk"):
        onboarding = await new_onboarding(api, await new_customer(api))
        parent = await new_task(api, onboarding)
        below = await new_subtask(api, parent)
        await journal.look()
        if way == "app":
            page = f"/onboardings/{onboarding['display_id']}"
            await owner.get(page)
            act = owner.post(f"{page}/tasks/{below['display_id']}/complete", {})
            written = await leaves(journal, act, 303)
        elif way == "api":
            written = await leaves(journal, api.patch(f"/tasks/{below['id']}", json={"done": True}), 200)
        else:
            operation = {"action": "update", "resource": "task", "id": below["id"], "data": {"done": True}}
            written = await leaves(journal, api.post("/bulk", json={"operations": [operation]}), 200)
        assert written.names == ["task.completed"] * 2
        assert written.types == ["task.updated", "task.completed"] * 2
        assert {event.object["completed_by"] == "system" for event in written.events} == {True, False}
