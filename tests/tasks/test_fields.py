"""Creating, reading and changing tasks: keys, defaults, refusals, people, places."""

from typing import Any

import httpx
import pytest

from tests.support.app import World
from tests.support.journal import Journal
from tests.support.people import change_member, new_member
from tests.support.records import (
    answered,
    error_of,
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

KEYS = [
    *("object", "id", "display_id", "onboarding_id", "customer_id", "parent_task_id", "phase"),
    *("title", "description", "assignee_id", "assignee_email", "due_date", "done", "customer_facing"),
    *("completed_at", "completed_by", "auto", "links", "depends_on", "due_anchor", "due_offset"),
    *("position", "metadata", "external_id", "livemode", "created_at", "updated_at"),
]
LINK = {"label": "Fields", "url": "https://example.com/fields"}


async def test_a_task_has_its_keys_in_order_and_its_defaults(api: httpx.AsyncClient, world: World) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    task = await new_task(api, onboarding, title="  Data mapping ")
    assert list(task) == KEYS
    assert task["title"] == "Data mapping"
    assert (task["phase"], task["position"], task["assignee_id"]) == ("before_getting_started", 1, None)
    assert task["customer_id"] == onboarding["customer_id"]
    for key in ("done", "auto", "customer_facing"):
        assert task[key] is False
    assert task["links"] == task["depends_on"] == []
    assert task["metadata"] == {}
    assert task == await read(api, task) == answered(await api.get(f"/tasks/{task['display_id']}"))

    written = await journal.look()
    assert written.names == written.types == ["task.created"]
    assert written.entries[0].onboarding_id == onboarding["id"]
    assert list(written.events[0].object) == KEYS
    assert written.events[0].object == task


async def test_every_field_is_kept_and_read_edit_send_back_writes_nothing(
    api: httpx.AsyncClient, world: World
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    fields: dict[str, Any] = {
        "title": "Map the data",
        "description": "See **fields**",
        "phase": "review",
        "assignee_id": world.owner.id,
        "due_date": "2026-06-01",
        "customer_facing": True,
        "links": [LINK, {"label": "Mail", "url": "mailto:ana@example.com"}],
        "position": 7,
        "metadata": {"a": 1},
        "external_id": "t-1",
    }
    made = await new_task(api, onboarding, **fields)
    other = await new_task(api, onboarding)
    changed = await patched(api, other, **{**fields, "external_id": "t-2"})
    for key, value in fields.items():
        assert made[key] == value, key
        if key != "external_id":
            assert changed[key] == value, key
    assert made["assignee_email"] == world.owner.email
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    assert await patched(api, made, **made) == made
    assert (await journal.look()).nothing
    cleared: dict[str, object] = {
        "description": None,
        "assignee_id": None,
        "due_date": None,
        "links": [],
        "metadata": {},
    }
    empty = await patched(api, made, **cleared, external_id=None)
    assert {key: empty[key] for key in cleared} == cleared
    written = await journal.look()
    assert written.types == ["task.updated"]
    assert written.names == ["task.field_changed", "task.assigned", "task.due_date_changed"]
    assert written.events[0].previous == {
        "description": "See **fields**",
        "assignee_id": world.owner.id,
        "assignee_email": world.owner.email,
        "due_date": "2026-06-01",
        "links": fields["links"],
        "metadata": {"a": 1},
        "external_id": "t-1",
    }


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"title": ""}, "too_small", "title"),
    ({"title": "x" * 201}, "too_big", "title"),
    ({"title": None}, "invalid_type", "title"),
    ({"description": "x" * 10_001}, "too_big", "description"),
    ({"phase": "nowhere"}, "unknown_phase", "phase"),
    ({"phase": ""}, "invalid_string", "phase"),
    ({"assignee_id": 99}, "invalid_reference", "assignee_id"),
    ({"assignee_id": "cmb4hh5344tfjgvq4k7bn7xj8"}, "invalid_reference", "assignee_id"),
    ({"due_date": "2026-02-30"}, "invalid_string", "due_date"),
    ({"due_anchor": "someday"}, "invalid_string", "due_anchor"),
    ({"due_anchor": "task:999"}, "invalid_reference", "due_anchor"),
    ({"due_anchor": "phase_start", "due_offset": 366}, "too_big", "due_offset"),
    ({"due_offset": 3}, "missing_field", "due_anchor"),
    ({"due_date": "2026-06-01", "due_anchor": "phase_start"}, "invalid_enum_value", "due_date"),
    ({"links": [{**LINK, "url": "javascript:alert(1)"}]}, "invalid_string", "links.0.url"),
    ({"links": [{**LINK, "url": "https://"}]}, "invalid_string", "links.0.url"),
    ({"links": [{"url": "https://a.b"}]}, "missing_field", "links.0.label"),
    ({"links": [LINK] * 11}, "too_big", "links"),
    ({"depends_on": ["999"]}, "invalid_reference", "depends_on.0"),
    ({"position": 0}, "too_small", "position"),
    ({"metadata": []}, "invalid_type", "metadata"),
    ({"status": "open"}, "unrecognized_keys", "status"),
]


@pytest.mark.parametrize(("fields", "code", "field"), REFUSED, ids=str)
async def test_what_is_refused_is_refused_on_both_ways_in(
    api: httpx.AsyncClient, fields: dict[str, Any], code: str, field: str
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    task = await new_task(api, onboarding)
    path = f"/onboardings/{onboarding['id']}/tasks"
    assert error_of(await api.post(path, json={"title": "x", **fields})) == (400, code, field)
    assert error_of(await api.patch(path_of(task), json=fields)) == (400, code, field)
    assert await read(api, task) == task


async def test_missing_records_are_not_found(api: httpx.AsyncClient) -> None:
    gone = (404, "task_not_found", None)
    for reference in ("999", "cmb4hh5344tfjgvq4k7bn7xj8", "no-id"):
        assert error_of(await api.get(f"/tasks/{reference}")) == gone
        assert error_of(await api.patch(f"/tasks/{reference}", json={"title": "x"})) == gone
        assert error_of(await api.delete(f"/tasks/{reference}")) == gone
        assert error_of(await api.post(f"/tasks/{reference}/complete", json={})) == gone
        assert error_of(await api.post(f"/tasks/{reference}/reopen")) == gone
        assert error_of(await api.post(f"/tasks/{reference}/subtasks", json={"title": "x"})) == gone
    for path in ("/onboardings/9/tasks",):
        assert error_of(await api.get(path)) == (404, "onboarding_not_found", None)
        assert error_of(await api.post(path, json={"title": "x"})) == (404, "onboarding_not_found", None)


async def test_external_ids_are_unique_among_live_tasks(api: httpx.AsyncClient) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    first = await new_task(api, onboarding, external_id="a")
    second = await new_task(api, onboarding, external_id="b")
    taken = (409, "external_id_taken", "external_id")
    again = await api.post(f"/onboardings/{onboarding['id']}/tasks", json={"title": "x", "external_id": "a"})
    assert error_of(again) == taken
    assert error_of(await api.patch(path_of(second), json={"external_id": "a"})) == taken
    answered(await api.delete(path_of(first)))
    assert (await patched(api, second, external_id="a"))["external_id"] == "a"


# ── People ───────────────────────────────────────────────────────────────────────────────────────
async def test_a_contact_makes_its_task_customer_facing(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    contact = await new_contact(api, customer)
    onboarding = await new_onboarding(api, customer)
    task = await new_task(api, onboarding, assignee_id=contact["id"])
    assert (task["customer_facing"], task["assignee_email"]) == (True, contact["email"])
    refused = (400, "invalid_enum_value", "customer_facing")
    assert error_of(await api.patch(path_of(task), json={"customer_facing": False})) == refused
    path = f"/onboardings/{onboarding['id']}/tasks"
    body = {"title": "x", "assignee_id": contact["id"], "customer_facing": False}
    assert error_of(await api.post(path, json=body)) == refused
    # Whoever sends back what was read with only the assignee changed means no contradiction.
    other = await new_task(api, onboarding)
    changed = await patched(api, other, **{**other, "assignee_id": contact["id"]})
    assert changed["customer_facing"] is True
    both = await patched(api, changed, assignee_id=1, customer_facing=False)
    assert (both["assignee_id"], both["customer_facing"]) == (world.owner.id, False)


async def test_who_can_be_assigned(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    stranger = await new_contact(api, await new_customer(api))
    away = await new_contact(api, customer, archived=True)
    gone = await new_contact(api, customer)
    answered(await api.delete(path_of(gone)))
    left = await new_member(world, "Lea Left", "member")
    await change_member(world, left, active=False)
    viewer = await new_member(world, "Vic Viewer", "viewer")
    task = await new_task(api, onboarding)
    for person in (stranger["id"], away["id"], gone["id"], left.id, viewer.id, str(viewer.display_id)):
        refused = await api.patch(path_of(task), json={"assignee_id": person})
        assert error_of(refused) == (400, "invalid_reference", "assignee_id"), person
    member = await new_member(world, "Ana Ruiz", "member")
    assert (await patched(api, task, assignee_id=member.display_id))["assignee_id"] == member.id


# ── Subtasks ─────────────────────────────────────────────────────────────────────────────────────
async def test_onb_sub_1_there_is_one_level(api: httpx.AsyncClient) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    parent = await new_task(api, onboarding, phase="review", customer_facing=True)
    child = await new_subtask(api, parent)
    assert (child["parent_task_id"], child["position"]) == (parent["id"], 1)
    assert (await new_subtask(api, parent))["position"] == 2
    refused = await api.post(f"{path_of(child)}/subtasks", json={"title": "x"})
    assert error_of(refused) == (400, "subtask_depth", None)


async def test_onb_sub_2_phase_and_facing_follow_the_parent(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    parent = await new_task(api, onboarding)
    # Keys of the object that a subtask cannot choose are read-only there.
    child = await new_subtask(api, parent, phase="launch", customer_facing=True)
    assert (child["phase"], child["customer_facing"]) == (parent["phase"], False)
    for change in ({"phase": "review"}, {"customer_facing": True}):
        [field] = change
        refused = await api.patch(path_of(child), json=change)
        assert error_of(refused) == (400, "immutable_field", field)
    contact = await new_contact(api, customer)
    refused = await api.patch(path_of(child), json={"assignee_id": contact["id"]})
    assert error_of(refused) == (400, "invalid_reference", "assignee_id")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, parent, phase="review", customer_facing=True)
    written = await journal.look()
    assert written.types == ["task.updated", "task.updated"]
    assert written.names == ["task.field_changed", "task.moved"] * 2
    now = await read(api, child)
    assert (now["phase"], now["customer_facing"], now["position"]) == ("review", True, 1)
    assert (await patched(api, child, assignee_id=contact["id"]))["assignee_email"] == contact["email"]


async def test_onb_sub_4_a_childless_task_becomes_a_subtask_and_back(
    api: httpx.AsyncClient, world: World
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    first = await new_task(api, onboarding, phase="review", customer_facing=True)
    second = await new_task(api, onboarding)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    below = await patched(api, second, parent_task_id=first["display_id"])
    assert (below["parent_task_id"], below["phase"], below["customer_facing"]) == (
        first["id"],
        "review",
        True,
    )
    written = await journal.look()
    assert (written.types, written.names) == (["task.updated"], ["task.field_changed", "task.moved"])
    depth = (400, "subtask_depth", "parent_task_id")
    third = await new_task(api, onboarding)
    assert error_of(await api.patch(path_of(third), json={"parent_task_id": below["id"]})) == depth
    assert error_of(await api.patch(path_of(third), json={"parent_task_id": third["id"]})) == depth
    assert error_of(await api.patch(path_of(first), json={"parent_task_id": third["id"]})) == depth
    elsewhere = await new_task(api, await new_onboarding(api, await new_customer(api)))
    refused = await api.patch(path_of(third), json={"parent_task_id": elsewhere["id"]})
    assert error_of(refused) == (400, "invalid_reference", "parent_task_id")
    above = await patched(api, below, parent_task_id=None)
    assert (above["parent_task_id"], above["phase"], above["position"]) == (None, "review", 2)


async def test_new_tasks_stand_at_the_end_of_their_phase(api: httpx.AsyncClient) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    places = [
        (await new_task(api, onboarding, phase=phase))["position"] for phase in ("review", "launch", "review")
    ]
    assert places == [1, 1, 2]
    moved = await patched(api, await new_task(api, onboarding), phase="review")
    assert (moved["phase"], moved["position"]) == ("review", 3)
    assert (await patched(api, moved, phase="launch", position=9))["position"] == 9


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────
async def test_the_lists_and_their_filters(api: httpx.AsyncClient, world: World) -> None:
    customer, other = await new_customer(api), await new_customer(api)
    contact = await new_contact(api, customer)
    onboarding, second = await new_onboarding(api, customer), await new_onboarding(api, other)
    a = await new_task(api, onboarding, due_date="2026-06-01", assignee_id=1)
    b = await new_task(api, onboarding, due_date="2026-06-02", assignee_id=contact["id"])
    c = await new_task(api, second, done=True)
    sub = await new_subtask(api, a)

    async def titles(path: str, **query: Any) -> list[str]:
        return [task["title"] for task in await walk(api, path, limit=2, **query)]

    def named(*tasks: dict[str, Any]) -> list[str]:
        return [task["title"] for task in tasks]

    assert await titles("/tasks") == named(sub, c, b, a)
    assert await titles("/tasks", order="asc", done="true") == named(c)
    assert await titles("/tasks", done="false") == named(sub, b, a)
    assert await titles("/tasks", due_before="2026-06-02") == named(a)
    assert await titles("/tasks", due_before="2026-06-03", done="false") == named(b, a)
    assert await titles("/tasks", assignee_id=world.owner.display_id) == named(a)
    assert await titles("/tasks", assignee_id=contact["id"]) == named(b)
    assert await titles("/tasks", customer_id=other["id"]) == named(c)
    assert await titles("/tasks", onboarding_id=onboarding["display_id"]) == named(sub, b, a)
    for nobody in ({"assignee_id": 99}, {"customer_id": 99}, {"onboarding_id": 99}):
        assert await titles("/tasks", **nobody) == []
    own = f"/onboardings/{onboarding['id']}/tasks"
    assert await titles(own) == named(sub, b, a)
    assert await titles(own, done="false", due_before="2026-06-02") == named(a)
    page = answered(await api.get("/tasks", params={"include_total": "true", "limit": 1}))
    assert page["total"] == 4
    assert error_of(await api.get("/tasks", params={"due_before": "soon"})) == (
        400,
        "invalid_string",
        "due_before",
    )


async def test_onb_4_tasks_of_put_away_customers_stand_in_no_list(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    task = await new_task(api, onboarding)
    await patched(api, customer, status="archived")
    late = await new_task(api, onboarding)
    assert await walk(api, "/tasks") == await walk(api, "/tasks", onboarding_id=onboarding["id"]) == []
    assert len(await walk(api, f"/onboardings/{onboarding['id']}/tasks")) == 2
    await patched(api, customer, status="active")
    assert len(await walk(api, "/tasks")) == 2
    answered(await api.delete(path_of(customer)))
    assert await walk(api, "/tasks") == []
    assert await read(api, task) == task
    assert (await patched(api, late, title="Still here"))["title"] == "Still here"
    assert await walk(api, "/tasks") == []


async def test_onb_3_deleting_an_onboarding_hides_its_tasks(api: httpx.AsyncClient, world: World) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    task = await new_task(api, onboarding)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    answered(await api.delete(path_of(onboarding)))
    assert (await journal.look()).types == ["onboarding.deleted"]
    assert error_of(await api.get(path_of(task))) == (404, "task_not_found", None)
    assert await walk(api, "/tasks") == []


async def test_what_a_test_key_writes_or_a_test_onboarding_holds_is_a_test_row(
    api: httpx.AsyncClient, world: World
) -> None:
    _, key = await world.new_key("test", mode="test")
    async with world.client(key) as test:
        live_home = await new_onboarding(api, await new_customer(api))
        test_home = await new_onboarding(test, await new_customer(test))
        assert (await new_task(test, live_home))["livemode"] is False
        assert (await new_task(api, test_home))["livemode"] is False
        live = await new_task(api, live_home)
        assert live["livemode"] is True
        assert len(await walk(api, "/tasks", livemode="false")) == 2
        journal = Journal(world.db, world.workspace.id)
        await journal.look()
        await patched(test, live, title="By a test key")
        written = await journal.look()
        assert written.events[0].livemode is False
        assert (await read(api, live))["livemode"] is True


async def test_a_stale_match_is_refused(api: httpx.AsyncClient) -> None:
    task = await new_task(api, await new_onboarding(api, await new_customer(api)), assignee_id=1)
    tag = (await api.get(path_of(task))).headers["etag"]
    changed = await api.patch(path_of(task), json={"title": "New"}, headers={"If-Match": tag})
    assert changed.status_code == 200
    refused = await api.patch(path_of(task), json={"title": "Old"}, headers={"If-Match": tag})
    assert error_of(refused)[:2] == (412, "precondition_failed")
    assert error_of(await api.delete(path_of(task), headers={"If-Match": tag}))[0] == 412
    fresh = {"If-Match": changed.headers["etag"]}
    assert answered(await api.delete(path_of(task), headers=fresh))["deleted"] is True
