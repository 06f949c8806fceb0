"""The table of what fires: acts, the traces each leaves, whom it tells, and the ways in which it is done."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from pivotal_server.kit import clock
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.notices import People
from tests.support.people import new_member
from tests.support.records import Json, answered, new_customer, new_onboarding, new_task, patched

FIRST, PRESENT, NEXT, FAR = "before_getting_started", "program_design", "review", "internal_qa"
WHY = "Legal review of the terms"
TEAM = {
    "csm": "Ana Ruiz",
    "se": "Ben Ode",
    "designer": "Cem Kaya",
    "ops": "Dag Lie",
    "own": "Eva Lind",
    "asg": "Fay Moe",
    "new": "Gil Roy",
}
NOBODY: frozenset[str] = frozenset()
LEADS = frozenset({"csm", "own"})
AROUND = LEADS | {"se", "designer", "ops"}
ASSIGNEE = frozenset({"asg"})


@dataclass(frozen=True)
class Scene:
    """What an act is done to, and who is around it."""

    api: httpx.AsyncClient
    team: People
    customer: Json
    onboarding: Json
    task: Json

    @property
    def url(self) -> str:
        return f"/onboardings/{self.onboarding['display_id']}"

    @property
    def task_url(self) -> str:
        return f"{self.url}/tasks/{self.task['display_id']}"

    def filled(self, fields: Json) -> Json:
        """``fields`` with ``{name}`` and the ids of people in their places."""
        known = {key: member.id for key, member in self.team.items()}
        known["name"] = self.onboarding["name"]
        return {
            key: value.format(**known) if isinstance(value, str) else value for key, value in fields.items()
        }


@dataclass(frozen=True)
class Row:
    """One row of the table: what leaves which traces, whom it tells, and how it is done.

    ``page``: address behind that of the onboarding (or, with a leading ``/tasks``, of the task), and fields.
    ``body``: changes by PATCH and bulk, of ``what``; ``None`` deletes it. ``many``: the same for what is
    ticked in a list of the app, where it offers that.
    """

    name: str
    entries: list[str]
    events: list[str]
    told: frozenset[str]
    page: tuple[str, Json]
    body: Json | None
    what: str = "onboarding"
    before: tuple[Json, ...] = ()
    task_before: Json = field(default_factory=dict)
    many: Json | None = None

    def __str__(self) -> str:
        return self.name


def state(to: str, **more: str) -> tuple[str, Json]:
    return "/state", {"to": to, "state_reason": WHY, "reason": WHY, **more}


def move(to: str) -> tuple[str, Json]:
    return "/move", {"to": to, "reason": WHY}


def moving(to: str) -> Json:
    return {"act": "move", "phase": to, "reason": WHY}


def setting(to: str) -> Json:
    return {"act": "state", "state": to, "reason": WHY}


TITLE = {"title": "Mapping", "was_title": "Mapping"}
DATED = {"due_date": "2027-04-01", "due_mode": "fixed", **TITLE}
CHANGED, UPDATED = "onboarding.state_changed", "onboarding.updated"
MOVED = "onboarding.phase_changed"
SHIFTED, DATE_CHANGED = "onboarding.target_shifted", "onboarding.target_date_changed"
DONE = ["onboarding.state_changed", "onboarding.launched", "onboarding.completed"]
OF_ONBOARDINGS = (
    Row(
        "edit the name",
        ["onboarding.field_changed"],
        [UPDATED],
        NOBODY,
        ("/rename", {"name": "Another", "was": "{name}"}),
        {"name": "Another"},
    ),
    Row(
        "edit the notes",
        ["onboarding.field_changed"],
        [UPDATED],
        NOBODY,
        ("/notes", {"notes": "See the wiki", "was": ""}),
        {"notes": "See the wiki"},
    ),
    Row(
        "give it another CSM",
        ["onboarding.field_changed"],
        [UPDATED],
        frozenset({"new"}),
        ("/staff", {"role": "csm_id", "member": "{new}"}),
        {"csm_id": "{new}"},
        many={"act": "csm", "csm_id": "{new}"},
    ),
    Row("advance", [MOVED], [UPDATED, MOVED], AROUND, move(NEXT), {"phase": NEXT}, many=moving(NEXT)),
    Row("send back", [MOVED], [UPDATED, MOVED], AROUND, move(FIRST), {"phase": FIRST}, many=moving(FIRST)),
    Row("skip", [MOVED], [UPDATED, MOVED], AROUND, move(FAR), {"phase": FAR}, many=moving(FAR)),
    Row(
        "enter the launch phase",
        [MOVED, "onboarding.launched"],
        [UPDATED, MOVED, "onboarding.launched"],
        AROUND,
        move("launch"),
        {"phase": "launch"},
        before=({"phase": FAR},),
        many=moving("launch"),
    ),
    Row(
        "enter the terminal phase",
        [MOVED, CHANGED, "onboarding.completed"],
        [UPDATED, MOVED, CHANGED, "onboarding.completed"],
        AROUND,
        move("completed"),
        {"phase": "completed"},
        before=({"phase": "launch"},),
        many=moving("completed"),
    ),
    Row("mark done", DONE, [UPDATED, *DONE], AROUND, state("done"), {"state": "done"}, many=setting("done")),
    Row(
        "wait",
        [CHANGED],
        [UPDATED, CHANGED],
        LEADS,
        state("waiting"),
        {"state": "waiting"},
        many=setting("waiting"),
    ),
    Row(
        "flag",
        [CHANGED],
        [UPDATED, CHANGED, "onboarding.at_risk"],
        LEADS,
        state("at_risk"),
        {"state": "at_risk"},
        many=setting("at_risk"),
    ),
    Row(
        "back on track",
        [CHANGED],
        [UPDATED, CHANGED, "onboarding.back_on_track"],
        LEADS,
        state("active"),
        {"state": "active"},
        before=({"state": "at_risk"},),
        many=setting("active"),
    ),
    Row(
        "pause",
        [CHANGED],
        [UPDATED, CHANGED],
        AROUND,
        state("paused"),
        {"state": "paused"},
        many=setting("paused"),
    ),
    Row(
        "resume",
        [CHANGED],
        [UPDATED, CHANGED],
        AROUND,
        state("active"),
        {"state": "active"},
        before=({"state": "paused"},),
        many=setting("active"),
    ),
    Row(
        "resume from the terminal phase",
        [MOVED, CHANGED],
        [UPDATED, MOVED, CHANGED],
        AROUND,
        state("active", phase=NEXT),
        {"state": "active", "phase": NEXT},
        before=({"phase": "completed"},),
    ),
    Row(
        "set the target",
        [SHIFTED],
        [UPDATED, DATE_CHANGED],
        NOBODY,
        ("/target", {"target_launch_date": "2027-05-01"}),
        {"target_launch_date": "2027-05-01"},
    ),
    Row(
        "shift the target by a week",
        [SHIFTED],
        [UPDATED, DATE_CHANGED],
        NOBODY,
        ("/target", {"target_launch_date": "2027-05-08", "reason": WHY}),
        {"target_launch_date": "2027-05-08"},
        before=({"target_launch_date": "2027-05-01"},),
    ),
    Row(
        "shift the target further",
        [SHIFTED],
        [UPDATED, DATE_CHANGED],
        LEADS,
        ("/target", {"target_launch_date": "2027-05-09", "reason": WHY}),
        {"target_launch_date": "2027-05-09"},
        before=({"target_launch_date": "2027-05-01"},),
    ),
    Row(
        "clear the target",
        [SHIFTED],
        [UPDATED, DATE_CHANGED],
        LEADS,
        ("/target", {"target_launch_date": ""}),
        {"target_launch_date": None},
        before=({"target_launch_date": "2027-05-01"},),
    ),
    Row(
        "delete the onboarding",
        ["onboarding.deleted"],
        ["onboarding.deleted"],
        NOBODY,
        ("/delete", {}),
        None,
    ),
)
OF_TASKS = (
    Row(
        "rename a task",
        ["task.field_changed"],
        ["task.updated"],
        NOBODY,
        ("/tasks", {"title": "Mapping two", "was_title": "Mapping"}),
        {"title": "Mapping two"},
        "task",
    ),
    Row(
        "assign a task",
        ["task.assigned"],
        ["task.updated"],
        frozenset({"new"}),
        ("/tasks", {**TITLE, "assignee_id": "{new}", "was_assignee_id": "{asg}"}),
        {"assignee_id": "{new}"},
        "task",
        many={"act": "assign", "assignee_id": "{new}"},
    ),
    Row(
        "date a task anew",
        ["task.due_date_changed"],
        ["task.updated"],
        ASSIGNEE,
        ("/tasks", {**DATED, "was_due_date": "2027-03-25", "was_due_mode": "fixed"}),
        {"due_date": "2027-04-01"},
        "task",
        task_before={"due_date": "2027-03-25"},
        many={"act": "shift", "days": "7"},
    ),
    Row(
        "date a task",
        ["task.due_date_changed"],
        ["task.updated"],
        NOBODY,
        ("/tasks", DATED),
        {"due_date": "2027-04-01"},
        "task",
        many={"act": "due", "due_date": "2027-04-01"},
    ),
    Row(
        "move a task to another phase",
        ["task.moved"],
        ["task.updated"],
        NOBODY,
        ("/tasks", {**TITLE, "phase": NEXT, "was_phase": PRESENT}),
        {"phase": NEXT},
        "task",
        many={"act": "move", "phase": NEXT},
    ),
    Row(
        "show a task to the customer",
        ["task.field_changed"],
        ["task.updated"],
        NOBODY,
        ("/tasks", {**TITLE, "customer_facing": "yes", "was_customer_facing": ""}),
        {"customer_facing": True},
        "task",
        many={"act": "facing"},
    ),
    Row(
        "complete a task",
        ["task.completed"],
        ["task.updated", "task.completed"],
        NOBODY,
        ("/tasks/complete", {}),
        {"done": True},
        "task",
        many={"act": "complete"},
    ),
    Row(
        "reopen a task",
        ["task.reopened"],
        ["task.updated", "task.reopened"],
        ASSIGNEE,
        ("/tasks/reopen", {}),
        {"done": False},
        "task",
        task_before={"done": True},
        many={"act": "reopen"},
    ),
    Row(
        "delete a task",
        ["task.deleted"],
        ["task.deleted"],
        ASSIGNEE,
        ("/tasks/delete", {}),
        None,
        "task",
        many={"act": "delete"},
    ),
)
ROWS = (*OF_ONBOARDINGS, *OF_TASKS)
WAYS = {"app": "member", "api": "api_key", "bulk": "api_key", "list": "member"}
"""The ways of acting, and who acts in each."""
CASES = [(row, way) for row in ROWS for way in WAYS if way != "list" or row.many is not None]


async def scene(world: World, api: httpx.AsyncClient, row: Row | None = None) -> Scene:
    """An onboarding in its second phase with everybody around it, three days old, as ``row`` wants it."""
    team = {key: await new_member(world, name, "member") for key, name in TEAM.items()}
    customer = await new_customer(api, owner_id=team["own"].id)
    roles = {f"{key}_id": team[key].id for key in ("csm", "se", "designer")}
    with clock.travel(timedelta(days=-3)):
        onboarding = await new_onboarding(
            api, customer, phase=PRESENT, product_ops_id=team["ops"].id, **roles
        )
        more = {} if row is None else row.task_before
        task = await new_task(api, onboarding, title="Mapping", assignee_id=team["asg"].id, **more)
    for values in () if row is None else row.before:
        onboarding = await patched(api, onboarding, **values)
    return Scene(api, team, customer, onboarding, task)


async def do(one: Scene, row: Row, way: str, owner: Browser) -> None:
    """Do the act of a row in one of the ways."""
    record = one.onboarding if row.what == "onboarding" else one.task
    body: Any = None if row.body is None else one.filled(row.body)
    if way == "app":
        tail, fields = row.page
        url = one.task_url + tail.removeprefix("/tasks") if tail.startswith("/tasks") else one.url + tail
        await owner.get(one.url)
        answer = await owner.post(url, one.filled(fields))
        assert answer.status_code == 303, answer.text
    elif way == "list":
        assert row.many is not None
        path = "/onboardings" if row.what == "onboarding" else one.url
        await owner.get(f"{path}?select=1")
        tail = "/bulk" if row.what == "onboarding" else "/tasks/bulk"
        fields = {**one.filled(row.many), row.what: [record["id"]]}
        answer = await owner.post(path + tail, fields)
        assert answer.status_code == 303, answer.text
    elif way == "api":
        path = f"/{row.what}s/{record['id']}"
        answered(await (one.api.delete(path) if body is None else one.api.patch(path, json=body)))
    else:
        operation: Json = {"action": "delete" if body is None else "update", "resource": row.what}
        operation["id"] = record["id"]
        if body is not None:
            operation["data"] = body
        done = answered(await one.api.post("/bulk", json={"operations": [operation]}))
        assert [result["status"] for result in done["results"]] == [200], done
