"""ONB-FIRE-2, -3: an act leaves the same entries, events and notices through app, API and bulk calls."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.onboardings.what_fires import (
    AROUND,
    ASSIGNEE,
    CASES,
    CHANGED,
    NEXT,
    PRESENT,
    WAYS,
    WHY,
    Row,
    do,
    scene,
)
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.journal import Journal, Written
from tests.support.notices import told
from tests.support.people import set_settings
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
from tests.support.uploads import PDF, send_file


@pytest.mark.parametrize(("row", "way"), CASES, ids=str)
async def test_onb_fire_3_a_row_fires_and_tells_the_same_whoever_acts(
    world: World, api: httpx.AsyncClient, owner: Browser, row: Row, way: str
) -> None:
    one = await scene(world, api, row)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await told(world, one.team)
    await do(one, row, way, owner)
    written = await journal.look()
    assert written.names == row.entries
    assert written.types == row.events
    assert {entry.actor_type for entry in written.entries} == {WAYS[way]}
    found = await told(world, one.team)
    assert found.keys() == row.told
    assert [len(rows) for rows in found.values()] == [1] * len(row.told), "one act, one notice"


async def leaves(journal: Journal, act: Awaitable[httpx.Response], status: int) -> Written:
    answer = await act
    assert answer.status_code == status, answer.text
    return await journal.look()


async def through_bulk(api: httpx.AsyncClient, resource: str, data: Json) -> httpx.Response:
    operation = {"action": "create", "resource": resource, "data": data}
    answer = await api.post("/bulk", json={"operations": [operation]})
    assert answer.json()["results"][0]["status"] == 201, answer.text
    return answer


async def test_onb_fire_3_creating_tells_csm_and_roles_everywhere(
    world: World, api: httpx.AsyncClient, owner: Browser
) -> None:
    one = await scene(world, api)
    journal = Journal(world.db, world.workspace.id)
    staff = {key: one.onboarding[key] for key in ("csm_id", "se_id", "designer_id", "product_ops_id")}
    data = {"customer_id": one.customer["id"], **staff}
    await owner.get("/onboardings")
    form = {"customer": str(one.customer["display_id"]), **staff}
    for act, status in (
        (owner.post("/onboardings/new", form), 303),
        (api.post("/onboardings", json=data), 201),
        (through_bulk(api, "onboarding", data), 200),
    ):
        await told(world, one.team)
        await journal.look()
        written = await leaves(journal, act, status)
        assert written.names == ["onboarding.created"]
        assert written.types == ["onboarding.created"]
        found = await told(world, one.team)
        assert found.keys() == AROUND - {"own"}
        assert {kind for rows in found.values() for kind, *_ in rows} == {"onboarding_created"}


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


async def test_onb_fire_3_a_new_task_tells_its_assignee_everywhere(
    world: World, api: httpx.AsyncClient, owner: Browser
) -> None:
    one = await scene(world, api)
    journal = Journal(world.db, world.workspace.id)
    data = {"title": "Workshop", "assignee_id": one.team["asg"].id}
    await owner.get(one.url)
    below = f"/onboardings/{one.onboarding['id']}/tasks"
    for act, status in (
        (owner.post(f"{one.url}/tasks", {**data, "phase": ""}), 303),
        (api.post(below, json=data), 201),
        (through_bulk(api, "task", {**data, "onboarding_id": one.onboarding["id"]}), 200),
    ):
        await told(world, one.team)
        await journal.look()
        written = await leaves(journal, act, status)
        assert (written.names, written.types) == (["task.created"], ["task.created"])
        assert (await told(world, one.team)).keys() == ASSIGNEE


async def test_onb_fire_3_the_last_predecessor_unlocks_everywhere(
    world: World, api: httpx.AsyncClient, owner: Browser
) -> None:
    journal = Journal(world.db, world.workspace.id)
    one = await scene(world, api)
    await told(world, one.team)
    for way in WAYS:
        first = await new_task(api, one.onboarding)
        waits = {"depends_on": [first["id"]], "assignee_id": one.team["new"].id}
        await new_task(api, one.onboarding, **waits)
        await journal.look()
        assert await told(world, one.team) == {}, "a locked one is told of to nobody"
        row = Row("", [], [], frozenset(), ("/tasks/complete", {}), {"done": True}, "task")
        many = {"act": "complete"}
        await do(replace(one, task=first), replace(row, many=many), way, owner)
        written = await journal.look()
        assert written.names == ["task.completed", "task.unlocked"]
        assert written.types == ["task.updated", "task.completed"]
        assert (await told(world, one.team)).keys() == {"new"}


async def test_onb_fire_3_an_applied_template_tells_each_assignee_once(
    world: World, api: httpx.AsyncClient, owner: Browser
) -> None:
    one = await scene(world, api)
    rules = [{"title": f"Step {n}", "assignee_rule": "se", "subtasks": [{"title": "Below"}]} for n in "12"]
    template = await new_template(api, *rules)
    journal = Journal(world.db, world.workspace.id)
    await owner.get(one.url)
    form = {"template": template["id"], "previewed": template["id"]}
    path = f"/onboardings/{one.onboarding['id']}/apply_template"
    again = {"template_id": template["id"], "add_copies": True}
    for act, status in (
        (owner.post(f"{one.url}/apply", form), 303),
        (api.post(path, json=again), 200),
    ):
        await told(world, one.team)
        await journal.look()
        written = await leaves(journal, act, status)
        assert written.names == ["onboarding.template_applied", *["task.created"] * 4]
        assert written.types == ["task.created"] * 4
        parents = [event.object["parent_task_id"] is None for event in written.events]
        assert parents == [True, False, True, False]
        found = await told(world, one.team)
        assert {key: len(rows) for key, rows in found.items()} == {"se": 1}


async def test_onb_fire_3_dates_that_follow_tell_their_assignee_once(
    world: World, api: httpx.AsyncClient, owner: Browser
) -> None:
    await set_settings(world, dates_follow="always")
    one = await scene(world, api)
    await patched(api, one.onboarding, target_launch_date="2027-05-01")
    planned = {"due_anchor": "target_launch", "assignee_id": one.team["new"].id}
    for offset in (-5, -10):
        await new_task(api, one.onboarding, due_offset=offset, **planned)
    journal = Journal(world.db, world.workspace.id)
    for number, way in enumerate(("app", "api", "bulk")):
        await told(world, one.team)
        await journal.look()
        # A few days at a time, so that the shift itself is told to nobody.
        day = {"target_launch_date": f"2027-05-0{number + 2}"}
        await do(one, Row("", [], [], frozenset(), ("/target", day), day), way, owner)
        written = await journal.look()
        assert written.names == [
            "onboarding.target_shifted",
            *["task.due_date_changed"] * 2,
            "onboarding.dates_moved",
        ]
        assert written.types == [
            *("onboarding.updated", "onboarding.target_date_changed"),
            *["task.updated"] * 2,
        ]
        found = await told(world, one.team)
        assert {key: len(rows) for key, rows in found.items()} == {"new": 1}


async def test_onb_fire_3_a_deleted_task_comes_back_with_its_traces(
    world: World, api: httpx.AsyncClient, owner: Browser
) -> None:
    one = await scene(world, api)
    answered(await api.delete(f"/tasks/{one.task['id']}"))
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await told(world, one.team)
    await owner.get(one.url)
    written = await leaves(journal, owner.post(f"{one.task_url}/restore", {}), 303)
    assert (written.names, written.types) == (["task.restored"], ["task.updated"])
    assert (await told(world, one.team)).keys() == ASSIGNEE


# ── Comments and files, which bulk calls do not carry ────────────────────────────────────────────
async def test_onb_fire_3_a_comment_fires_and_tells_the_same_from_page_and_key(
    world: World, api: httpx.AsyncClient, owner: Browser
) -> None:
    one = await scene(world, api)
    journal = Journal(world.db, world.workspace.id)
    await owner.get(one.url)
    place = f"/tasks/{one.task['id']}/comments"
    mention, other = f"<@{one.team['se'].id}>", f"<@{one.team['ops'].id}>"
    written_by: dict[str, list[Any]] = {"app": [], "api": []}
    for way, traces in written_by.items():
        key = way == "api"

        async def step(act: Awaitable[httpx.Response], *, told_of: set[str]) -> None:
            answer = await act
            assert answer.status_code in (200, 201, 303), answer.text
            written = await journal.look()
            traces.append((written.names, written.types))  # noqa: B023 - used within the round
            assert (await told(world, one.team)).keys() == told_of

        await told(world, one.team)
        await journal.look()
        body = {"body": f"Done, {mention}?"}
        wrote = api.post(place, json=body) if key else owner.post(f"{one.task_url}/comments", body)
        await step(wrote, told_of={"csm", "asg", "se"})
        (newest, *_) = answered(await api.get(place))["data"]
        number, url = newest["display_id"], f"/comments/{newest['id']}"
        body = {"body": f"Done, {mention} and {other}?"}
        edited = api.patch(url, json=body) if key else owner.post(f"/comments/{number}/edit", body)
        await step(edited, told_of={"ops"})
        await patched(api, one.task, customer_facing=True)
        await journal.look()
        shown = {"visibility": "customer"}
        turned = api.patch(url, json=shown) if key else owner.post(f"/comments/{number}/visibility", {})
        await step(turned, told_of=set())
        if key:
            sent = await send_file(api, newest, "plan.pdf", PDF)
        else:
            sent = await owner.client.post(
                f"/comments/{number}/files",
                data={"csrf_token": owner.csrf},
                files={"file": ("plan.pdf", PDF)},
            )
        file = answered(await api.get(place))["data"][0]["attachments"][0]["id"]
        assert sent.status_code in (201, 303)
        written = await journal.look()
        traces.append((written.names, written.types))
        gone = api.delete(f"/attachments/{file}") if key else owner.post(f"/attachments/{file}/remove", {})
        await step(gone, told_of=set())
        deleted = api.delete(url) if key else owner.post(f"/comments/{number}/delete", {})
        await step(deleted, told_of=set())
    assert written_by["app"] == written_by["api"]
    assert written_by["api"] == [
        (["comment.added"], ["comment.created"]),
        (["comment.edited"], ["comment.updated"]),
        (["comment.visibility_changed"], ["comment.updated"]),
        (["attachment.added"], ["comment.updated"]),
        (["attachment.removed"], ["comment.updated"]),
        (["comment.deleted"], ["comment.deleted"]),
    ]
