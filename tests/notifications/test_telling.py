"""Whom an act tells: one notice a person, nobody of what they did themselves (ONB-FIRE-4)."""

from typing import Any

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.jobs.worker import Worker
from pivotal_server.notifications import service_notices as notices
from pivotal_server.server_jobs import KINDS
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.notices import People, told
from tests.support.people import entries_of, new_member, set_settings
from tests.support.records import (
    Json,
    answered,
    new_contact,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    patched,
)
from tests.support.visits import Enter


@pytest.fixture
async def team(world: World) -> People:
    """Four members besides the owner of the workspace."""
    names = {"csm": "Ana Ruiz", "se": "Ben Ode", "asg": "Cem Kaya", "own": "Eva Lind"}
    return {key: await new_member(world, name, "member") for key, name in names.items()}


@pytest.fixture
async def onboarding(api: httpx.AsyncClient, world: World, team: People) -> Json:
    """Onboarding 1 of a customer of Eva, with Ana as CSM and Ben as engineer."""
    customer = await new_customer(api, name="Aurora", owner_id=team["own"].id)
    roles = {"csm_id": team["csm"].id, "se_id": team["se"].id}
    return await new_onboarding(
        api, customer, name="Loyalty launch", target_launch_date="2027-03-10", **roles
    )


async def test_opening_tells_csm_and_roles(world: World, team: People, onboarding: Json) -> None:
    found = await told(world, team)
    assert found.keys() == {"csm", "se"}
    [(kind, title, url)] = found["csm"]
    assert (kind, url) == ("onboarding_created", "/onboardings/1")
    assert title.endswith("opened Loyalty launch")


@pytest.mark.parametrize(
    ("change", "kind", "who"),
    [
        ({"phase": "program_design"}, "phase_moved", {"csm", "se", "own"}),
        ({"phase": "launch"}, "onboarding_launched", {"csm", "se", "own"}),
        ({"phase": "completed"}, "onboarding_completed", {"csm", "se", "own"}),
        ({"state": "waiting"}, "onboarding_state", {"csm", "own"}),
        ({"state": "at_risk"}, "onboarding_state", {"csm", "own"}),
        ({"state": "paused"}, "onboarding_state", {"csm", "se", "own"}),
        ({"target_launch_date": "2027-03-17"}, "", set()),
        ({"target_launch_date": "2027-03-18"}, "target_shifted", {"csm", "own"}),
        ({"target_launch_date": None}, "target_shifted", {"csm", "own"}),
        ({"name": "Other"}, "", set()),
    ],
)
async def test_a_change_tells_those_it_matters_to_once(
    api: httpx.AsyncClient,
    world: World,
    team: People,
    onboarding: Json,
    change: Json,
    kind: str,
    who: set[str],
) -> None:
    await told(world, team)
    await patched(api, onboarding, **change)
    found = await told(world, team)
    assert found.keys() == who
    for rows in found.values():
        assert [row[0] for row in rows] == [kind], "one act, one notice"


async def test_a_new_csm_hears_of_it_and_the_old_one_does_not(
    api: httpx.AsyncClient, world: World, team: People, onboarding: Json
) -> None:
    await told(world, team)
    await patched(api, onboarding, csm_id=team["asg"].id)
    assert await told(world, team) == {
        "asg": [("role_given", "You are CSM of Loyalty launch", "/onboardings/1")]
    }


async def test_nobody_is_told_of_what_they_did_themselves(
    world: World, team: People, onboarding: Json, enter: Enter
) -> None:
    await told(world, team)
    browser = await enter(team["csm"])
    await browser.get("/onboardings/1")
    answer = await browser.post("/onboardings/1/advance", {"to": "program_design"})
    assert answer.status_code == 303
    found = await told(world, team)
    assert found.keys() == {"se", "own"}
    assert found["se"][0][1] == "Ana Ruiz moved Loyalty launch to Program design"


async def test_the_assignee_hears_of_each_turn_of_a_task(
    api: httpx.AsyncClient, world: World, team: People, onboarding: Json
) -> None:
    await told(world, team)
    me = team["asg"].id
    task = await new_task(api, onboarding, title="Mapping", assignee_id=me, due_date="2027-02-01")
    place = f"/onboardings/1/tasks/{task['display_id']}"
    assert await told(world, team) == {"asg": [("task_assigned", "Mapping was assigned to you", place)]}
    for change, kind in (
        ({"due_date": "2027-02-09"}, "task_redated"),
        ({"done": True}, ""),
        ({"done": False}, "task_reopened"),
        ({"title": "Data mapping"}, ""),
        ({"assignee_id": team["se"].id}, ""),
        ({"assignee_id": me}, "task_assigned"),
    ):
        await patched(api, task, **change)
        mine = (await told(world, team)).get("asg", [])
        assert [row[0] for row in mine] == [kind] * bool(kind), change
    assert (await api.delete(f"/tasks/{task['id']}")).status_code == 200
    assert [row[0] for row in (await told(world, team))["asg"]] == ["task_deleted"]


async def test_onb_dep_3_a_locked_task_is_told_of_when_it_unlocks(
    api: httpx.AsyncClient, world: World, team: People, onboarding: Json
) -> None:
    first = await new_task(api, onboarding, title="First")
    await told(world, team)
    me = team["asg"].id
    locked = await new_task(api, onboarding, title="Second", assignee_id=me, depends_on=[first["id"]])
    assert await told(world, team) == {}
    await patched(api, first, done=True)
    place = f"/onboardings/1/tasks/{locked['display_id']}"
    assert await told(world, team) == {"asg": [("task_unlocked", "Second can begin", place)]}


async def test_onb_sub_3_the_parents_assignee_hears_of_a_subtask_and_contacts_get_no_notice(
    api: httpx.AsyncClient, world: World, team: People, onboarding: Json
) -> None:
    contact = await new_contact(api, {"id": onboarding["customer_id"]})
    parent = await new_task(api, onboarding, assignee_id=team["asg"].id, customer_facing=True)
    below = await new_subtask(api, parent, title="Export", assignee_id=contact["id"])
    await new_subtask(api, parent, title="Import")
    await told(world, team)
    await patched(api, below, done=True)
    place = f"/onboardings/1/tasks/{below['display_id']}"
    assert await told(world, team) == {"asg": [("subtask_completed", "Export was completed", place)]}


async def test_onb_com_2_mentions_and_the_thread_are_told_but_nobody_without_sight(
    api: httpx.AsyncClient, world: World, team: People, onboarding: Json
) -> None:
    await set_settings(world, default_access="assigned_only")
    task = await new_task(api, onboarding, assignee_id=team["asg"].id)
    stranger = await new_member(world, "Finn Moe", "member")
    everybody = {**team, "stranger": stranger}
    await told(world, everybody)
    body = f"<@{team['se'].id}> and <@{stranger.id}>: done?"
    comment = answered(await api.post(f"/tasks/{task['id']}/comments", json={"body": body}), 201)
    found = await told(world, everybody)
    assert {key: rows[0][0] for key, rows in found.items()} == {
        "csm": "comment_added",
        "asg": "comment_added",
        "se": "mention",
    }
    [skipped] = await entries_of(world, "notification.skipped")
    assert (skipped.target_id, skipped.reason) == (stranger.id, "no_access")
    # Editing tells those who are new in it alone.
    body = f"<@{team['se'].id}> and <@{team['own'].id}>: done?"
    answered(await api.patch(f"/comments/{comment['id']}", json={"body": body}))
    assert (await told(world, everybody)).keys() == {"own"}
    path = f"/customers/{onboarding['customer_id']}/comments"
    answered(await api.post(path, json={"body": f"<@{team['se'].id}>"}), 201)
    [(kind, _, url)] = (await told(world, everybody))["se"]
    assert (kind, url) == ("mention", "/customers/1")


async def test_onb_state_8_while_paused_only_mentions_are_told_and_the_rest_is_named_in_the_stream(
    api: httpx.AsyncClient, world: World, team: People, onboarding: Json
) -> None:
    await patched(api, onboarding, state="paused")
    await told(world, team)
    task = await new_task(api, onboarding, title="Mapping", assignee_id=team["asg"].id)
    assert await told(world, team) == {}
    [skipped] = await entries_of(world, "notification.skipped")
    assert (skipped.target_id, skipped.reason) == (team["asg"].id, "paused")
    body = {"body": f"<@{team['asg'].id}>"}
    answered(await api.post(f"/tasks/{task['id']}/comments", json=body), 201)
    assert (await told(world, team)).keys() == {"asg"}
    await patched(api, onboarding, state="active")
    assert (await told(world, team)).keys() == {"csm", "se", "own"}, "nothing is sent later"


async def test_a_churned_customer_tells_csm_owner_and_managers_once(
    api: httpx.AsyncClient, world: World, team: People, onboarding: Json
) -> None:
    await new_onboarding(api, {"id": onboarding["customer_id"]}, name="Second", csm_id=team["csm"].id)
    everybody = {**team, "boss": world.owner}
    await told(world, everybody)
    answered(await api.patch(f"/customers/{onboarding['customer_id']}", json={"status": "churned"}))
    found = await told(world, everybody)
    assert {key: len(rows) for key, rows in found.items()} == {"csm": 1, "se": 1, "own": 1, "boss": 1}


async def test_app_bulk_4_a_bulk_act_gives_one_notice_a_person(
    owner: Browser, api: httpx.AsyncClient, world: World, team: People, onboarding: Json
) -> None:
    data = {"onboarding_id": onboarding["id"], "title": "Task", "assignee_id": team["asg"].id}
    operations = [{"action": "create", "resource": "task", "data": data}] * 160
    await told(world, team)
    answered(await api.post("/bulk", json={"operations": operations}))
    assert [len(rows) for rows in (await told(world, team)).values()] == [1]
    await owner.get("/onboardings/1?select=1")
    fields: dict[str, Any] = {"act": "assign", "assignee_id": team["se"].id, "everything": "yes"}
    fields["sure"] = "yes"
    assert (await owner.post("/onboardings/1/tasks/bulk", fields)).status_code == 303
    await Worker(world.services, KINDS).run_due()
    rows = await notices.list_for_member(world.db, world.workspace.id, team["se"].id, unread=True)
    assert [row.kind for row in rows] == ["task_assigned"]
    assert rows[0].body == "Loyalty launch, Aurora. And 159 more"


async def test_a_write_that_concerns_nobody_reads_nothing_for_it(
    api: httpx.AsyncClient, onboarding: Json
) -> None:
    task = await new_task(api, onboarding)
    counts: list[int] = []
    for assignee in (None, onboarding["csm_id"]):
        await patched(api, task, assignee_id=assignee)
        with counting() as statements:
            await patched(api, task, due_date=f"2027-02-0{len(counts) + 1}")
        counts.append(statements.value)
    # What the event says of the assignee; then the place, the people, the notice.
    assert counts[1] - counts[0] <= 6
    assert counts[0] <= 16
