"""The page of an onboarding: what it shows to whom, and what can be done there without scripts."""

import json
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.kit import clock
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member, set_settings
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


@pytest.fixture
async def onboarding(api: httpx.AsyncClient) -> Json:
    """Onboarding 1, "Loyalty launch" of Aurora, in its second phase."""
    customer = await new_customer(api, name="Aurora", slug="aurora", owner_id=1)
    return await new_onboarding(
        api, customer, name="Loyalty launch", phase="program_design", target_launch_date="2027-03-10"
    )


def trigger(answer: httpx.Response) -> Any:
    """What the answer to a script says in its header."""
    return json.loads(answer.headers["hx-trigger"])["saved"]


async def test_the_page_shows_the_plan_by_phase(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    task = await new_task(api, onboarding, title="Data mapping", assignee_id=1)
    await new_subtask(api, task, title="below")
    await new_task(api, onboarding, title="Later one", phase="launch")
    await new_task(api, onboarding, title="Done one", done=True)
    page = await owner.get("/onboardings/1")
    assert page.status_code == 200
    text = text_of(page.text)
    assert "Loyalty launch #1" in text
    assert "Data mapping 0/1" in text
    assert "Program design 1 of 2" in text
    assert "Launch 0 of 1" in text
    assert "Later one" not in text
    assert "Advance to Review" in text
    opened = text_of((await owner.get("/onboardings/1?open=launch")).text)
    assert "Later one" in opened
    assert "Data mapping" not in opened
    assert "Data mapping" in text_of((await owner.get("/onboardings/1?filter=mine")).text)
    assert "Nothing matches" in text_of((await owner.get("/onboardings/1?filter=overdue")).text)


async def test_marks_of_tasks(owner: Browser, api: httpx.AsyncClient, onboarding: Json) -> None:
    past = (clock.now() - timedelta(days=2)).date().isoformat()
    first = await new_task(api, onboarding, title="First", due_date=past)
    await new_task(api, onboarding, title="Second", depends_on=[first["id"]])
    await new_task(api, onboarding, title="Third", phase="review", due_anchor="phase_start", due_offset=7)
    text = text_of((await owner.get("/onboardings/1?open=program_design&open=review")).text)
    assert "First Overdue" in text
    assert "Second Locked" in text
    assert "Third 7 days after Review starts" in text
    await owner.post("/onboardings/1/move", {"to": "program_buildout", "seen": "program_design"})
    text = text_of((await owner.get("/onboardings/1?open=program_design&open=review")).text)
    assert "First Carried over" in text
    assert "Third Orphaned" in text
    assert "Review Jumped over" in text


@pytest.mark.parametrize("path", ["/onboardings/99", "/onboardings/1x", "/onboardings/0"])
async def test_what_does_not_exist_is_not_found(owner: Browser, onboarding: Json, path: str) -> None:
    assert (await owner.get(path)).status_code == 404


async def test_app_acc_1_an_invisible_onboarding_is_not_found(
    world: World, enter: Enter, api: httpx.AsyncClient, onboarding: Json
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    browser = await enter(ana)
    for tail in ("", "/comments", "/files", "/audit", "/audit.csv", "/move?to=review", "/live"):
        assert (await browser.get(f"/onboardings/1{tail}")).status_code == 404
    await patched(api, onboarding, csm_id=ana.id)
    page = await browser.get("/onboardings/1")
    assert page.status_code == 200
    assert "Advance to Review" in text_of(page.text)
    assert "Jump to" not in text_of(page.text)


async def test_a_viewer_reads_and_changes_nothing(
    world: World, enter: Enter, api: httpx.AsyncClient, onboarding: Json
) -> None:
    await set_settings(world, default_access="all_members_and_viewers")
    task = await new_task(api, onboarding, title="Data mapping")
    browser = await enter(await new_member(world, "Vera Voss", "viewer"))
    page = await browser.get("/onboardings/1")
    text = text_of(page.text)
    assert "Data mapping" in text
    assert "Advance to" not in text
    assert "Add a task" not in page.text
    for path in (
        "advance",
        "move",
        "state",
        "target",
        "rename",
        "tasks",
        f"tasks/{task['display_id']}/complete",
    ):
        assert (await browser.post(f"/onboardings/1/{path}", {})).status_code == 403, path
    assert (await read(api, task))["done"] is False


# ── Moves ────────────────────────────────────────────────────────────────────────────────────────
async def test_onb_move_7_advance_acts_at_once_without_open_tasks(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    await owner.get("/onboardings/1")
    answer = await owner.post("/onboardings/1/advance", {"seen": "program_design"}, htmx=True)
    assert answer.status_code == 204
    said = trigger(answer)
    assert said["toast"] == "Moved to Review"
    assert said["act"]["label"] == "Send back"
    assert (await read(api, onboarding))["phase"] == "review"
    assert (await owner.post("/onboardings/1/advance", {"seen": "review"})).headers[
        "location"
    ] == "/onboardings/1"


async def test_onb_move_6_advance_with_open_tasks_asks_and_carries_over(
    owner: Browser, api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    first, second, third = [await new_task(api, onboarding, title=title) for title in ("One", "Two", "Three")]
    await owner.get("/onboardings/1")
    asked = await owner.post("/onboardings/1/advance", {"seen": "program_design"}, htmx=True)
    assert asked.status_code == 200
    assert asked.text.lstrip().startswith("<form")
    assert "3 open tasks" in text_of(asked.text)
    answer = await owner.post(
        "/onboardings/1/move",
        {"to": "review", "seen": "program_design", "complete": [second["id"]], "note": "Signed off"},
    )
    assert answer.status_code == 303
    assert [(await read(api, task))["done"] for task in (first, second, third)] == [False, True, False]
    assert (await read(api, first))["phase"] == "program_design"
    assert "Carried over" in text_of((await owner.get("/onboardings/1?open=program_design")).text)
    assert "Signed off" in text_of((await owner.get("/onboardings/1/audit")).text)


async def test_onb_move_8_sending_back_asks_for_a_reason_and_keeps_the_note(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    done = await new_task(api, onboarding, title="Old", phase="before_getting_started", done=True)
    dialog = await owner.get("/onboardings/1/move?to=before_getting_started&from=program_design")
    text = text_of(dialog.text)
    assert "The customer sees this reason." in text
    assert "Requirements changed" in text
    assert "Old" in text
    fields = {"to": "before_getting_started", "seen": "program_design", "note": "Ask Mira"}
    for htmx in (False, True):
        refused = await owner.post("/onboardings/1/move", fields, htmx=htmx)
        assert refused.status_code == 422
        assert is_whole_page(refused) is not htmx
        assert faults_of(refused.text) == {
            "reason": "Choose a reason or write one, in at least 3 characters."
        }
        assert "Ask Mira" in refused.text
    answer = await owner.post(
        "/onboardings/1/move", {**fields, "ready": "Defect found", "reopen": [done["id"]]}, htmx=True
    )
    assert answer.status_code == 204
    assert (await read(api, onboarding))["phase"] == "before_getting_started"
    assert (await read(api, done))["done"] is False


async def test_onb_move_4_a_stale_move_says_who_was_first_and_keeps_the_note(
    owner: Browser, api: httpx.AsyncClient, world: World, enter: Enter, onboarding: Json
) -> None:
    ben = await enter(await new_member(world, "Ben Ode", "admin"))
    await ben.get("/onboardings/1")
    await owner.get("/onboardings/1")
    await ben.post("/onboardings/1/move", {"to": "internal_qa", "seen": "program_design"})
    refused = await owner.post(
        "/onboardings/1/move", {"to": "launch", "seen": "program_design", "note": "Go"}, htmx=True
    )
    assert refused.status_code == 409
    assert "Ben Ode moved this to Internal QA just now." in text_of(refused.text)
    assert ">Go</textarea>" in refused.text
    assert value_of(refused.text, "seen") == "internal_qa"
    assert (await read(api, onboarding))["phase"] == "internal_qa"


async def test_onb_move_10_the_launch_asks_for_its_day(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    await patched(api, onboarding, phase="internal_qa")
    await owner.get("/onboardings/1")
    asked = await owner.post("/onboardings/1/advance", {"seen": "internal_qa"}, htmx=True)
    assert value_of(asked.text, "launched_on") == clock.now().date().isoformat()
    later = (clock.now() + timedelta(days=3)).date().isoformat()
    fields = {"to": "launch", "seen": "internal_qa", "launched_on": later}
    refused = await owner.post("/onboardings/1/move", fields, htmx=True)
    assert faults_of(refused.text) == {"launched_on": "The launch cannot be in the future."}
    fields["launched_on"] = "nonsense"
    refused = await owner.post("/onboardings/1/move", fields, htmx=True)
    assert faults_of(refused.text) == {"launched_on": "Enter a date."}
    fields["launched_on"] = clock.now().date().isoformat()
    assert (await owner.post("/onboardings/1/move", fields, htmx=True)).status_code == 204
    assert (await read(api, onboarding))["launched_at"] is not None


# ── States ───────────────────────────────────────────────────────────────────────────────────────
async def test_pausing_asks_why_and_resuming_offers_to_shift(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    task = await new_task(api, onboarding, due_date="2027-02-01")
    await owner.get("/onboardings/1/state?to=paused")
    refused = await owner.post("/onboardings/1/state", {"to": "paused"})
    assert faults_of(refused.text) == {"reason": "Say why, in at least 3 characters."}
    with clock.travel(timedelta(days=-5)):
        await owner.get("/onboardings/1")
        await owner.post("/onboardings/1/state", {"to": "paused", "reason": "Budget cut"})
    page = text_of((await owner.get("/onboardings/1")).text)
    assert "Budget cut" in page
    assert "Resume" in page
    assert "Move open due dates and the target by 5 days" in text_of(
        (await owner.get("/onboardings/1/state?to=active")).text
    )
    assert (await owner.post("/onboardings/1/state", {"to": "active", "shift": "yes"})).status_code == 303
    assert (await read(api, task))["due_date"] == "2027-02-06"
    assert (await read(api, onboarding))["target_launch_date"] == "2027-03-15T00:00:00.000Z"


async def test_onb_state_5_resuming_from_the_end_asks_for_a_phase(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    await patched(api, onboarding, phase="launch")
    await patched(api, onboarding, phase="completed")
    dialog = await owner.get("/onboardings/1/state?to=active")
    assert '<option value="launch" selected>' in dialog.text
    refused = await owner.post("/onboardings/1/state", {"to": "active", "phase": "launch"})
    assert "reason" in faults_of(refused.text)
    answer = await owner.post(
        "/onboardings/1/state", {"to": "active", "phase": "launch", "reason": "Something is missing"}
    )
    assert answer.status_code == 303
    now = await read(api, onboarding)
    assert (now["state"], now["phase"], now["completed_at"]) == ("active", "launch", None)


# ── Target and dates ─────────────────────────────────────────────────────────────────────────────
async def test_onb_target_2_the_dialog_asks_for_a_reason_past_a_week(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    await owner.get("/onboardings/1/target")
    fields = {"target_launch_date": "2027-03-18"}
    refused = await owner.post("/onboardings/1/target", fields)
    assert refused.status_code == 422
    assert "reason" in faults_of(refused.text)
    assert value_of(refused.text, "target_launch_date") == "2027-03-18"
    answer = await owner.post("/onboardings/1/target", {**fields, "reason": "Legal review"}, htmx=True)
    assert answer.status_code == 204
    page = text_of((await owner.get("/onboardings/1")).text)
    assert "Mar 10, 2027 → Mar 18, 2027: changed by Dana Okafor" in page
    for bad, words in (("31.12.", "Enter a date."), ("1999-12-31", "Enter a date from 2000 on.")):
        refused = await owner.post("/onboardings/1/target", {"target_launch_date": bad, "reason": "Because"})
        assert faults_of(refused.text) == {"target_launch_date": words}
        assert "Because" in refused.text
    assert (await owner.post("/onboardings/1/target", {"target_launch_date": ""})).status_code == 303
    assert (await read(api, onboarding))["target_launch_date"] is None


async def test_onb_date_5_what_a_key_changed_waits_for_a_person(
    owner: Browser, api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    task = await new_task(api, onboarding, title="Texts", due_anchor="target_launch", due_offset=-5)
    await patched(api, onboarding, target_launch_date="2027-04-10")
    assert (await read(api, task))["due_date"] == "2027-03-05"
    banner = await owner.get("/onboardings/1/dates/waiting", htmx=True)
    assert "1 due date would follow" in text_of(banner.text)
    assert "Texts" in text_of((await owner.get("/onboardings/1/dates")).text)
    answer = await owner.post("/onboardings/1/dates", {"offered": [task["id"]], "follow": [task["id"]]})
    assert answer.status_code == 303
    assert (await read(api, task))["due_date"] == "2027-04-05"
    assert (await owner.get("/onboardings/1/dates/waiting", htmx=True)).text.strip() == ""
    panel = text_of((await owner.get(f"/onboardings/1/tasks/{task['display_id']}")).text)
    assert "Mar 5, 2027 → Apr 5, 2027: follows a change by API: local-dev, accepted by Dana Okafor" in panel


# ── Fields ───────────────────────────────────────────────────────────────────────────────────────
async def test_name_notes_and_staff_are_edited(
    owner: Browser, api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    await owner.get("/onboardings/1/rename")
    refused = await owner.post("/onboardings/1/rename", {"name": "  ", "was": "Loyalty launch"})
    assert faults_of(refused.text) == {"name": "Enter a name."}
    stale = await owner.post("/onboardings/1/rename", {"name": "Mine", "was": "Older"})
    assert stale.status_code == 409
    assert "Loyalty launch" in text_of(stale.text)
    assert value_of(stale.text, "name") == "Mine"
    # Saved as it was shown: what somebody else has named it meanwhile stays.
    await owner.post("/onboardings/1/rename", {"name": "Older", "was": "Older"})
    assert (await read(api, onboarding))["name"] == "Loyalty launch"
    await owner.post("/onboardings/1/rename", {"name": "Rewards", "was": "Loyalty launch"})
    await owner.post("/onboardings/1/notes", {"notes": "See **this** <script>alert(1)</script>", "was": ""})
    await owner.post("/onboardings/1/staff", {"role": "csm_id", "member": ana.id})
    now = await read(api, onboarding)
    assert (now["name"], now["csm_id"]) == ("Rewards", ana.id)
    page = (await owner.get("/onboardings/1")).text
    assert "See <strong>this</strong> &lt;script&gt;" in page
    assert await owner.post("/onboardings/1/staff", {"role": "id", "member": ana.id}) is not None
    assert (await read(api, onboarding))["id"] == onboarding["id"]


async def test_onb_3_deleting_is_for_managers_and_the_csm(
    owner: Browser, api: httpx.AsyncClient, world: World, enter: Enter, onboarding: Json
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    await new_task(api, onboarding, assignee_id=ana.id)
    browser = await enter(ana)
    await browser.get("/onboardings/1")
    assert (await browser.get("/onboardings/1/delete")).status_code == 403
    assert (await browser.post("/onboardings/1/delete")).status_code == 403
    await owner.get("/onboardings/1/delete")
    answer = await owner.post("/onboardings/1/delete", {})
    assert answer.headers["location"] == "/customers/1-aurora"
    assert (await owner.get("/onboardings/1")).status_code == 404


# ── Audit ────────────────────────────────────────────────────────────────────────────────────────
async def test_the_audit_tab_filters_and_exports(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json
) -> None:
    task = await new_task(api, onboarding, title="Data mapping")
    await patched(api, task, title="=cmd()")
    await patched(api, onboarding, phase="review", phase_change_reason="100 % signed_off")
    everything = text_of((await owner.get("/onboardings/1/audit")).text)
    assert "opened onboarding" in everything
    assert "signed_off" in everything
    moves = text_of((await owner.get("/onboardings/1/audit?event=phase_changed")).text)
    assert "moved Loyalty launch" in moves
    assert "opened onboarding" not in moves
    assert "moved Loyalty launch" in text_of((await owner.get("/onboardings/1/audit?q=100+%25+SIGNED_")).text)
    assert "Nothing matches" in text_of((await owner.get("/onboardings/1/audit?q=signedXoff")).text)
    assert "Nothing matches" in text_of((await owner.get("/onboardings/1/audit?event=no.such")).text)
    assert "Nothing matches" in text_of((await owner.get("/onboardings/1/audit?actor=nobody")).text)
    export = await owner.get("/onboardings/1/audit.csv")
    assert export.headers["content-type"] == "text/csv; charset=utf-8"
    lines = export.text.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith(
        "timestamp,actor,actor_type,event_type,field,old_value,new_value,onboarding_id"
    )
    assert any("task.field_changed,title,Data mapping,'=cmd()" in line for line in lines)


# ── How much a page costs ────────────────────────────────────────────────────────────────────────
async def test_the_page_takes_at_most_15_statements_whatever_the_plan(
    owner: Browser, api: httpx.AsyncClient, onboarding: Json, world: World, enter: Enter
) -> None:
    await new_contact(api, {"id": onboarding["customer_id"]})
    ana = await new_member(world, "Ana Ruiz", "member")
    member = await enter(ana)

    async def cost(browser: Browser, path: str) -> int:
        await browser.get(path)
        with counting() as count:
            assert (await browser.get(path)).status_code == 200
        return count.value

    figures = []
    for more in (1, 40):
        for number in range(more):
            task = await new_task(
                api,
                onboarding,
                assignee_id=None if number % 2 else ana.id,
                due_anchor="target_launch",
                due_offset=-number,
            )
            if number < 5:
                await new_subtask(api, task)
        figures.append([await cost(owner, "/onboardings/1"), await cost(member, "/onboardings/1")])
    assert figures[0] == figures[1]
    assert max(figures[0]) <= 15


async def test_onb_bulk_2_many_tasks_at_once_and_what_is_skipped(
    owner: Browser, api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    tasks = [await new_task(api, onboarding) for _ in range(3)]
    contact = await new_contact(api, {"id": onboarding["customer_id"]})
    facing = await new_task(api, onboarding, title="Theirs", assignee_id=contact["id"])
    ids = [task["id"] for task in [*tasks, facing]]
    await owner.get("/onboardings/1?select=1")
    answer = await owner.post("/onboardings/1/tasks/bulk", {"act": "internal", "task": ids}, htmx=True)
    assert trigger(answer)["toast"] == "0 tasks made internal"
    assert "1 task skipped. Theirs: A task of a contact is customer-facing" in trigger(answer)["detail"]
    answer = await owner.post("/onboardings/1/tasks/bulk", {"act": "complete", "task": ids}, htmx=True)
    assert trigger(answer)["toast"] == "4 tasks completed"
    entries = await entries_of(world, "task.completed")
    assert len(entries) == 4
    moments = {(await read(api, task))["completed_at"] for task in [*tasks, facing]}
    assert len(moments) == 1
    assert re.search(r"of 4", text_of((await owner.get("/onboardings/1")).text))
