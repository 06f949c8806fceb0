"""Completing, reopening, dependencies and deleting."""

import asyncio

import httpx
import pytest
from msgspec.structs import replace

from pivotal_server.limits.catalogue import PREDECESSORS_PER_TASK, SUBTASKS_PER_TASK
from tests.support.app import World
from tests.support.journal import Journal, Written
from tests.support.records import (
    Json,
    answered,
    error_of,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    patched,
    path_of,
    read,
    walk,
)

COMPLETED = ["task.updated", "task.completed"]
REOPENED = ["task.updated", "task.reopened"]


@pytest.fixture
async def onboarding(api: httpx.AsyncClient) -> Json:
    return await new_onboarding(api, await new_customer(api))


@pytest.fixture
async def journal(world: World, onboarding: Json) -> Journal:
    assert onboarding
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    return journal


async def complete(api: httpx.AsyncClient, task: Json, **how: object) -> Json:
    return answered(await api.post(f"{path_of(task)}/complete", json=how))


async def reopen(api: httpx.AsyncClient, task: Json) -> Json:
    return answered(await api.post(f"{path_of(task)}/reopen"))


def targets(written: Written, event: str) -> list[str]:
    return [entry.target_id for entry in written.entries if entry.event == event]


async def test_onb_done_1_completing_says_who_and_when(
    api: httpx.AsyncClient, world: World, onboarding: Json, journal: Journal
) -> None:
    task = await new_task(api, onboarding)
    await journal.look()
    done = await complete(api, task)
    assert (done["done"], done["auto"]) == (True, False)
    assert done["completed_by"].startswith("api_key:")
    assert done["completed_at"] == done["updated_at"]
    assert done == await read(api, task)
    written = await journal.look()
    assert written.types == COMPLETED
    assert written.names == ["task.completed"]
    assert {event.envelope["actor"] for event in written.events} == {done["completed_by"]}
    for event in written.events:
        assert event.object == done
        assert event.previous == {"done": False, "completed_at": None, "completed_by": None}
    assert await complete(api, task) == done
    assert (await journal.look()).nothing


async def test_onb_done_2_a_note_becomes_an_internal_comment_on_the_task(
    api: httpx.AsyncClient, world: World, onboarding: Json, journal: Journal
) -> None:
    task = await new_task(api, onboarding)
    await journal.look()
    await complete(api, task, note=f"Signed off by <@{world.owner.id}>, not <@c{'0' * 24}>")
    written = await journal.look()
    assert written.names == ["task.completed", "comment.added"]
    assert written.types == [*COMPLETED, "comment.created"]
    (comment,) = answered(await api.get(f"{path_of(task)}/comments"))["data"]
    assert written.events[-1].object == comment
    assert (comment["visibility"], comment["mentions"]) == ("internal", [world.owner.id])
    assert comment["body"].startswith("Signed off by")
    await complete(api, task, note="Twice")
    assert (await journal.look()).nothing

    opened = await reopen(api, task)
    assert (opened["done"], opened["completed_at"], opened["completed_by"]) == (False, None, None)
    written = await journal.look()
    assert (written.types, written.names) == (REOPENED, ["task.reopened"])
    assert await reopen(api, task) == opened
    assert (await journal.look()).nothing


async def test_patching_done_acts_as_complete_and_reopen(
    api: httpx.AsyncClient, onboarding: Json, journal: Journal
) -> None:
    task = await new_task(api, onboarding)
    await journal.look()
    done = await patched(api, task, done=True, title="Mapped")
    assert done["completed_by"].startswith("api_key:")
    written = await journal.look()
    assert written.types == COMPLETED
    assert written.names == ["task.field_changed", "task.completed"]
    assert written.events[0].previous is not None
    assert written.events[0].previous["title"] == task["title"]
    assert (await patched(api, done, done=False))["completed_at"] is None
    assert (await journal.look()).types == REOPENED
    born = await new_task(api, onboarding, done=True)
    assert born["completed_at"] == born["created_at"]
    assert (await journal.look()).types == ["task.created"]


async def test_onb_done_3_open_subtasks_stay_unless_they_are_completed_too(
    api: httpx.AsyncClient, onboarding: Json, journal: Journal
) -> None:
    parent = await new_task(api, onboarding)
    one, two = await new_subtask(api, parent), await new_subtask(api, parent)
    await complete(api, parent)
    assert (await read(api, one))["done"] is False
    await reopen(api, parent)
    await complete(api, one)
    await journal.look()
    done = await complete(api, parent, complete_subtasks=True)
    written = await journal.look()
    assert written.types == COMPLETED * 2
    assert targets(written, "task.completed") == [parent["id"], two["id"]]
    below = await read(api, two)
    assert (below["done"], below["completed_at"], below["auto"]) == (True, done["completed_at"], False)


async def test_onb_done_4_6_the_last_subtask_completes_the_parent(
    api: httpx.AsyncClient, onboarding: Json, journal: Journal
) -> None:
    parent = await new_task(api, onboarding)
    one, two = await new_subtask(api, parent), await new_subtask(api, parent)
    await complete(api, one)
    await journal.look()
    await complete(api, two)
    written = await journal.look()
    assert written.types == COMPLETED * 2
    assert [event.object_id for event in written.events] == [two["id"]] * 2 + [parent["id"]] * 2
    auto = await read(api, parent)
    assert (auto["done"], auto["completed_by"], auto["auto"]) == (True, "system", True)

    # Undoing the parent leaves the subtasks done, and it stays open until one of them changes.
    await reopen(api, parent)
    assert (await read(api, one))["done"] is True
    assert (await read(api, parent))["done"] is False
    await reopen(api, one)
    await complete(api, one)
    assert (await read(api, parent))["auto"] is True
    # Undoing a subtask opens a parent that was completed by its subtasks …
    await journal.look()
    await reopen(api, two)
    written = await journal.look()
    assert targets(written, "task.reopened") == [two["id"], parent["id"]]
    # … but not one that was completed by hand.
    await complete(api, parent)
    await complete(api, two)
    await reopen(api, two)
    assert (await read(api, parent))["done"] is True


async def test_onb_done_4_deleting_the_last_open_subtask_does_not_complete_the_parent(
    api: httpx.AsyncClient, onboarding: Json
) -> None:
    parent = await new_task(api, onboarding)
    one, two = await new_subtask(api, parent), await new_subtask(api, parent)
    await complete(api, one)
    answered(await api.delete(path_of(two)))
    assert (await read(api, parent))["done"] is False


async def test_onb_done_7_tasks_of_a_finished_onboarding_are_locked(
    api: httpx.AsyncClient, onboarding: Json
) -> None:
    task, other = await new_task(api, onboarding), await new_task(api, onboarding, done=True)
    await patched(api, onboarding, state="done")
    locked = (400, "onboarding_done", None)
    path = path_of(task)
    assert error_of(await api.patch(path, json={"title": "x"})) == locked
    assert error_of(await api.patch(path, json={"done": True})) == locked
    assert error_of(await api.post(f"{path}/complete", json={})) == locked
    assert error_of(await api.post(f"{path_of(other)}/reopen")) == locked
    assert error_of(await api.post(f"{path}/subtasks", json={"title": "x"})) == locked
    assert error_of(await api.delete(path)) == locked
    assert error_of(await api.post(f"/onboardings/{onboarding['id']}/tasks", json={"title": "x"})) == locked
    assert await patched(api, task, title=task["title"]) == task
    await patched(api, onboarding, state="active")
    assert (await complete(api, task))["done"] is True
    # A pause locks nothing.
    await patched(api, onboarding, state="paused")
    assert (await reopen(api, task))["done"] is False


# ── Dependencies ─────────────────────────────────────────────────────────────────────────────────
async def test_onb_dep_3_5_the_last_open_predecessor_unlocks_and_locks_again(
    api: httpx.AsyncClient, onboarding: Json, journal: Journal
) -> None:
    first, second = await new_task(api, onboarding), await new_task(api, onboarding)
    after = await new_task(api, onboarding, depends_on=[first["display_id"], second["id"], first["id"]])
    assert after["depends_on"] == [first["id"], second["id"]]
    await complete(api, first)
    await journal.look()
    await complete(api, second)
    written = await journal.look()
    assert written.names == ["task.completed", "task.unlocked"]
    assert targets(written, "task.unlocked") == [after["id"]]
    assert written.types == COMPLETED
    await reopen(api, first)
    assert targets(await journal.look(), "task.locked") == [after["id"]]
    # Keys complete a locked task without a question; a done one is not locked by what comes later.
    await complete(api, after)
    await complete(api, first)
    await reopen(api, first)
    assert "task.locked" not in (await journal.look()).names


async def test_changing_what_a_task_depends_on_locks_and_unlocks_it(
    api: httpx.AsyncClient, onboarding: Json, journal: Journal
) -> None:
    first, after = await new_task(api, onboarding), await new_task(api, onboarding)
    await journal.look()
    assert (await patched(api, after, depends_on=[first["id"]]))["depends_on"] == [first["id"]]
    written = await journal.look()
    assert written.names == ["task.field_changed", "task.locked"]
    assert written.types == ["task.updated"]
    assert (await patched(api, after, depends_on=[]))["depends_on"] == []
    assert (await journal.look()).names == ["task.field_changed", "task.unlocked"]


async def test_onb_dep_2_a_circle_is_refused_with_its_path(api: httpx.AsyncClient, onboarding: Json) -> None:
    a = await new_task(api, onboarding, title="A")
    b = await new_task(api, onboarding, title="B", depends_on=[a["id"]])
    c = await new_task(api, onboarding, title="C", depends_on=[b["id"]])
    refused = await api.patch(path_of(a), json={"depends_on": [c["id"]]})
    assert error_of(refused) == (400, "dependency_cycle", "depends_on")
    assert "A → C → B → A" in refused.json()["error"]["message"]
    itself = await api.patch(path_of(a), json={"depends_on": [a["id"]]})
    assert "A → A" in itself.json()["error"]["message"]
    child = await new_subtask(api, a, title="S")
    for task, other in ((child, a), (a, child)):
        refused = await api.patch(path_of(task), json={"depends_on": [other["id"]]})
        assert error_of(refused) == (400, "dependency_cycle", "depends_on")
    refused = await api.post(f"{path_of(b)}/subtasks", json={"title": "x", "depends_on": [b["id"]]})
    assert error_of(refused) == (400, "dependency_cycle", "depends_on")
    d = await new_task(api, onboarding, title="D", depends_on=[c["id"]])
    refused = await api.patch(path_of(d), json={"parent_task_id": c["id"]})
    assert error_of(refused) == (400, "dependency_cycle", "depends_on")
    elsewhere = await new_task(api, await new_onboarding(api, await new_customer(api)))
    refused = await api.patch(path_of(a), json={"depends_on": [elsewhere["id"]]})
    assert error_of(refused) == (400, "invalid_reference", "depends_on.0")


async def test_a_task_waits_for_twenty_others_at_most(api: httpx.AsyncClient, onboarding: Json) -> None:
    most = PREDECESSORS_PER_TASK.default
    ids = [(await new_task(api, onboarding))["id"] for _ in range(most + 1)]
    task = await new_task(api, onboarding, depends_on=ids[:most])
    refused = await api.patch(path_of(task), json={"depends_on": ids})
    assert error_of(refused) == (400, "limit_reached", "depends_on")


async def test_onb_task_4_deleting_takes_subtasks_along_and_drops_links(
    api: httpx.AsyncClient, onboarding: Json, journal: Journal
) -> None:
    first = await new_task(api, onboarding, due_date="2026-06-01")
    child = await new_subtask(api, first)
    keeps = await new_task(api, onboarding)
    waits = await new_task(api, onboarding, depends_on=[first["id"], keeps["id"]])
    hangs = await new_task(api, onboarding, due_anchor=f"task:{child['id']}", depends_on=[child["id"]])
    plan = await new_task(api, onboarding, due_anchor=f"task:{first['id']}", due_offset=2)
    await complete(api, keeps)
    await journal.look()
    answer = answered(await api.delete(path_of(first)))
    written = await journal.look()
    assert written.types[0] == "task.deleted"
    assert sorted(event.object_id for event in written.events[1:]) == sorted(
        task["id"] for task in (waits, hangs, plan)
    )
    assert written.events[0].object["deleted"] is True
    assert sorted(targets(written, "task.unlocked")) == sorted([waits["id"], hangs["id"]])
    assert (await read(api, waits))["depends_on"] == [keeps["id"]]
    fixed = await read(api, plan)
    assert (fixed["due_date"], fixed["due_anchor"], fixed["due_offset"]) == ("2026-06-03", None, None)
    for gone in (first, child):
        assert error_of(await api.get(path_of(gone))) == (404, "task_not_found", None)
    assert answered(await api.delete(f"/tasks/{first['display_id']}")) == answer
    assert answered(await api.delete(path_of(child)))["id"] == child["id"]
    assert (await journal.look()).nothing
    left = {task["id"] for task in await walk(api, f"/onboardings/{onboarding['id']}/tasks")}
    assert left == {task["id"] for task in (keeps, waits, hangs, plan)}


async def test_the_last_two_subtasks_at_once_complete_the_parent_once(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    parent = await new_task(api, onboarding)
    children = [await new_subtask(api, parent) for _ in range(4)]
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await asyncio.gather(*(complete(api, child) for child in children))
    written = await journal.look()
    assert targets(written, "task.completed").count(parent["id"]) == 1
    assert len(written.entries) == 5
    assert (await read(api, parent))["auto"] is True


async def test_a_task_has_a_hundred_subtasks_at_most(
    api: httpx.AsyncClient, onboarding: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SUBTASKS_PER_TASK.default == 100
    monkeypatch.setattr(
        "pivotal_server.tasks.service.SUBTASKS_PER_TASK", replace(SUBTASKS_PER_TASK, default=1, least=1)
    )
    parent, other = await new_task(api, onboarding), await new_task(api, onboarding)
    await new_subtask(api, parent)
    full = (400, "limit_reached", None)
    assert error_of(await api.post(f"{path_of(parent)}/subtasks", json={"title": "x"})) == full
    assert error_of(await api.patch(path_of(other), json={"parent_task_id": parent["id"]})) == full
