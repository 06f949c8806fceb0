"""Acts on more rows than a request does: jobs with progress, an end, and a file of what was skipped."""

import csv
import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import bindparam, select

from pivotal_server.bulk.rows import Outcome
from pivotal_server.bulk.running import run_rows
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import activity
from pivotal_server.jobs.kinds import Kind
from pivotal_server.jobs.worker import Worker
from pivotal_server.kit import clock
from pivotal_server.onboardings.bulk import ROWS
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.journal import Journal
from tests.support.people import change_member, new_member, set_settings
from tests.support.queue import all_jobs, work_off
from tests.support.records import Json, answered, new_customer, new_onboarding, new_task, patched, read, walk
from tests.support.visits import Enter, text_of

BULK = "/onboardings/bulk"
AT_RISK = {"act": "state", "state": "at_risk", "reason": "Legal review", "everything": "yes", "sure": "yes"}

BULK_IDS = Statement.rows(
    select(activity.c.bulk_id)
    .distinct()
    .where(activity.c.org_id == bindparam("org_id"), activity.c.origin == "bulk")
)


async def bulk_ids(world: World) -> list[Any]:
    """The ids of the acts that the entries of the workspace name."""
    return await world.db.fetch_all(BULK_IDS, {"org_id": world.workspace.id})


async def many(api: httpx.AsyncClient, customer: Json, count: int, **fields: Any) -> None:
    """So many onboardings of a customer."""
    one = {"action": "create", "resource": "onboarding", "data": {"customer_id": customer["id"], **fields}}
    made = answered(await api.post("/bulk", json={"operations": [one] * count}))
    assert made["succeeded"] == count


async def sent(browser: Browser, fields: Json, query: str = "") -> str:
    """Where an act on many leads to."""
    await browser.get("/onboardings")
    answer = await browser.post(BULK + query, fields)
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"]


def hidden(html: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, name
    return found[1]


async def states(api: httpx.AsyncClient) -> list[str]:
    """The states of all onboardings, oldest first."""
    return [one["state"] for one in await walk(api, "/onboardings", order="asc")]


async def test_app_bulk_2_the_whole_filter_is_that_of_the_time_of_selection_without_the_unticked(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api)
    await many(api, customer, 104, phase="review")
    page = (await owner.get("/onboardings?select=1&phase=review")).text
    assert "All 104 onboardings that match" in text_of(page)
    spared = re.findall(r'name="onboarding" value="([^"]*)"', page)[:2]
    later = await new_onboarding(api, customer, phase="review")
    fields = {**AT_RISK, "selected_at": hidden(page, "selected_at"), "without": spared}
    url = await sent(owner, fields, "?phase=review")
    assert url.startswith("/bulk/")
    assert "0 of 102 rows" in text_of((await owner.get(url)).text)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await work_off(world)
    assert "102 of 102 rows" in text_of((await owner.get(url)).text)
    written = await journal.look()
    changed = [entry for entry in written.entries if entry.event == "onboarding.state_changed"]
    assert len(changed) == 102
    assert {entry.origin for entry in changed} == {"bulk"}
    assert not {entry.onboarding_id for entry in changed} & {*spared, later["id"]}
    assert "Bulk edit of onboardings is done" in text_of((await owner.get("/notifications")).text)


async def test_app_bulk_3_the_same_form_sent_twice_runs_once(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    await many(api, await new_customer(api), 101)
    page = (await owner.get("/onboardings?select=1")).text
    fields = {**AT_RISK, "submission": hidden(page, "submission")}
    first, second = await sent(owner, fields), await sent(owner, fields)
    assert first == second
    assert len(await all_jobs(world)) == 1


async def test_app_bulk_5_skipped_rows_are_in_a_file_with_code_and_reason(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api)
    await many(api, customer, 101)
    paused = await new_onboarding(api, customer, name="=Paused")
    await patched(api, paused, state="paused")
    url = await sent(owner, {**AT_RISK, "act": "move", "phase": "review"})
    await work_off(world)
    html = (await owner.get(url)).text
    assert "Changed 101 Skipped 1" in text_of(html)
    link = re.search(rf'href="({url}/files/[^"]*)"', html)
    assert link is not None
    fetched = await owner.get((await owner.get(link[1])).headers["location"])
    [row] = csv.DictReader(fetched.text.removeprefix("\ufeff").splitlines())
    assert row["display_id"] == str(paused["display_id"])
    assert row["name"] == "'=Paused", "safe in a spreadsheet"
    assert row["_error_code"] == "onboarding_paused"
    assert row["_error_message"]


async def test_a_cancelled_act_keeps_whole_blocks(
    owner: Browser, api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pivotal_server.bulk.running.BLOCK", 10)
    await many(api, await new_customer(api), 101)
    url = await sent(owner, AT_RISK)
    looks = 0

    async def cancelled_before_the_second(*args: Any) -> list[str]:
        nonlocal looks
        looks += 1
        if looks == 2:
            assert (await owner.post(f"{url}/cancel")).status_code == 303
        return await ROWS.ids_after(*args)

    kind = Kind(ROWS.kind, partial(run_rows, rows=replace(ROWS, ids_after=cancelled_before_the_second)))
    await Worker(world.services, [kind]).run_due()
    assert (await states(api)).count("at_risk") == 20
    html = text_of((await owner.get(url)).text)
    assert "Canceled" in html
    assert "20 of 101 rows" in html


async def test_a_worker_that_stops_leaves_the_rest_to_the_next_one(
    owner: Browser, api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pivotal_server.bulk.running.BLOCK", 40)
    await many(api, await new_customer(api), 101)
    await sent(owner, AT_RISK)
    blocks = 0

    async def dies_in_the_second(*args: Any) -> Outcome:
        nonlocal blocks
        blocks += 1
        outcome = await ROWS.do(*args)
        if blocks == 2:
            raise RuntimeError("the database said so")
        return outcome

    kind = Kind(ROWS.kind, partial(run_rows, rows=replace(ROWS, do=dies_in_the_second)))
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await Worker(world.services, [kind]).run_due()
    assert (await states(api)).count("at_risk") == 40, "nothing of the broken block"
    with clock.travel(timedelta(hours=1)):
        await work_off(world)
    written = await journal.look()
    changed = [entry.target_id for entry in written.entries if entry.event == "onboarding.state_changed"]
    assert len(changed) == len(set(changed)) == 101
    assert len(await bulk_ids(world)) == 1, "one act, whoever went on with it"


async def test_whoever_lost_the_right_meanwhile_changes_nothing(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    browser = await enter(ana)
    await many(api, await new_customer(api), 101, csm_id=ana.id)
    url = await sent(browser, AT_RISK)
    ben = await enter(await new_member(world, "Ben Ode", "member"))
    assert (await ben.get(url)).status_code == 404, "somebody else's"
    await change_member(world, ana, role="viewer")
    await work_off(world)
    assert "at_risk" not in await states(api)
    [job] = await all_jobs(world)
    assert (job.status, job.error_code) == ("failed", "insufficient_role")


async def test_a_job_takes_only_what_the_actor_sees_by_then(
    api: httpx.AsyncClient, world: World, enter: Enter
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    mine, other = await new_customer(api, owner_id=ana.id), await new_customer(api)
    await many(api, mine, 60, csm_id=ana.id)
    await many(api, other, 50)
    await set_settings(world, default_access="all_members")
    browser = await enter(ana)
    url = await sent(browser, {**AT_RISK, "act": "csm", "csm_id": ana.id})
    await set_settings(world, default_access="assigned_only")
    await work_off(world)
    assert "60 of" in text_of((await browser.get(url)).text)
    assert {one["csm_id"] for one in await walk(api, "/onboardings", customer_id=other["id"])} == {None}


async def test_onb_bulk_2_many_tasks_are_completed_at_one_moment_under_one_id(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    one = await new_onboarding(api, await new_customer(api))
    data = {"onboarding_id": one["id"], "title": "Task"}
    operations = [{"action": "create", "resource": "task", "data": data}] * 250
    for _ in range(2):
        answered(await api.post("/bulk", json={"operations": operations}))
    page = (await owner.get("/onboardings/1?select=1")).text
    assert "All 500 tasks that match" in text_of(page)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    fields = {
        "act": "complete",
        "everything": "yes",
        "sure": "yes",
        "selected_at": hidden(page, "selected_at"),
    }
    answer = await owner.post("/onboardings/1/tasks/bulk", fields)
    await work_off(world)
    assert "500 of 500 rows" in text_of((await owner.get(answer.headers["location"])).text)
    written = await journal.look()
    completed = [entry for entry in written.entries if entry.event == "task.completed"]
    assert len(completed) == 500
    assert {entry.origin for entry in completed} == {"bulk"}
    assert len(await bulk_ids(world)) == 1
    tasks = await walk(api, f"/onboardings/{one['id']}/tasks")
    assert len({task["completed_at"] for task in tasks}) == 1
    assert {task["done"] for task in tasks} == {True}


async def test_tasks_of_a_filter_and_what_the_bar_refuses(owner: Browser, api: httpx.AsyncClient) -> None:
    one = await new_onboarding(api, await new_customer(api))
    facing = await new_task(api, one, customer_facing=True)
    other = await new_task(api, one)
    url = "/onboardings/1/tasks/bulk"
    await owner.get("/onboardings/1?select=1&filter=facing")
    fields = {"act": "complete", "everything": "yes", "sure": "yes", "filter": "facing"}
    assert (await owner.post(url, fields)).status_code == 303
    assert [(await read(api, task))["done"] for task in (facing, other)] == [True, False]
    for bad in ({"act": "due", "due_date": "soon"}, {"act": "shift", "days": "9999"}, {"act": "shift"}):
        answer = await owner.post(url, {**bad, "task": other["id"]}, htmx=True)
        assert answer.status_code == 422, bad
    nothing = await owner.post(url, {"act": "delete"}, htmx=True)
    assert "Nothing is selected" in nothing.headers["HX-Trigger"]
    enter = await owner.post(url, {"act": "", "task": other["id"]}, htmx=True)
    assert "Choose what to do" in enter.headers["HX-Trigger"]
    assert (await read(api, other))["due_date"] is None


async def test_tasks_of_an_onboarding_that_is_gone_meanwhile_fail_the_job_at_once(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    one = await new_onboarding(api, await new_customer(api))
    operation = {"action": "create", "resource": "task", "data": {"onboarding_id": one["id"], "title": "T"}}
    answered(await api.post("/bulk", json={"operations": [operation] * 101}))
    await owner.get("/onboardings/1?select=1")
    ticked = [task["id"] for task in await walk(api, f"/onboardings/{one['id']}/tasks")]
    fields = {"act": "complete", "task": ticked}
    url = (await owner.post("/onboardings/1/tasks/bulk", fields)).headers["location"]
    answered(await api.delete(f"/onboardings/{one['id']}"))
    await work_off(world)
    [job] = await all_jobs(world)
    assert (job.status, job.error_code) == ("failed", "onboarding_not_found")
    assert "Failed" in text_of((await owner.get(url)).text)
