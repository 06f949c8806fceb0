"""Which action fires what, in order: the table of the catalogue, row by row."""

from typing import Any

import httpx
import pytest

from pivotal_server.events.catalogue import previous_attributes, types_of
from pivotal_server.onboardings import changes, service
from pivotal_server.onboardings.how import How
from pivotal_server.onboardings.moving_tasks import MoveChoices
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.journal import EventRow, Journal
from tests.support.records import (
    Json,
    answered,
    created,
    new_contact,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    new_template,
    path_of,
    read,
)

UPDATED, PHASE, STATE = "onboarding.updated", "onboarding.phase_changed", "onboarding.state_changed"
LAUNCHED, COMPLETED = "onboarding.launched", "onboarding.completed"
DONE = ["task.updated", "task.completed"]


class Desk:
    """A client that tells what each of its requests fired."""

    def __init__(self, api: httpx.AsyncClient, world: World) -> None:
        self.api = api
        self.world = world
        self._journal = Journal(world.db, world.workspace.id)

    async def look(self) -> list[EventRow]:
        """The events since the last look."""
        return (await self._journal.look()).events

    async def patch(self, record: Json, **values: Any) -> list[str]:
        """The types that a PATCH fires. Each event carries what REST then says of its object."""
        await self.look()
        answered(await self.api.patch(path_of(record), json=values))
        return await self.types()

    async def post(self, path: str, **body: Any) -> list[str]:
        """The types that a POST fires."""
        await self.look()
        answer = await self.api.post(path, json=body)
        assert answer.is_success, answer.text
        return await self.types()

    async def delete(self, record: Json) -> list[str]:
        """The types that a DELETE fires."""
        await self.look()
        answered(await self.api.delete(path_of(record)))
        return await self.types()

    async def types(self) -> list[str]:
        """The types since the last look."""
        events = await self.look()
        for event in events:
            await self._check(event)
        moments = [event.created_at for event in events]
        assert moments == sorted(set(moments))
        return [event.type for event in events]

    async def _check(self, event: EventRow) -> None:
        deletes = event.type.endswith(".deleted")
        assert (event.previous is None) == event.type.endswith((".created", ".deleted"))
        assert event.object.get("deleted") == (True if deletes else None)
        # Comments are read in lists alone.
        if not deletes and event.object["object"] != "comment":
            shown = await read(self.api, event.object)
            assert {key: event.object[key] for key in shown} == shown


@pytest.fixture
async def desk(api: httpx.AsyncClient, world: World) -> Desk:
    """A desk with a live key."""
    return Desk(api, world)


async def test_creating_editing_and_deleting(desk: Desk) -> None:
    api = desk.api
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    task = await new_task(api, onboarding)
    makers: dict[str, tuple[str, Json, Json]] = {
        "customer": ("/customers", {"name": "x", "status": "at_risk"}, {"plan": "x"}),
        "contact": (f"{path_of(customer)}/contacts", {"name": "x", "email": "x@a.com"}, {"archived": True}),
        "onboarding": ("/onboardings", {"customer_id": 1, "phase": "completed"}, {"notes": "x"}),
        "task": (f"{path_of(onboarding)}/tasks", {"title": "x", "done": True}, {"title": "y"}),
        "comment": (f"{path_of(task)}/comments", {"body": "x"}, {"visibility": "customer"}),
    }
    for kind, (path, body, change) in makers.items():
        await desk.look()
        record = await created(api, path, body)
        assert await desk.types() == [f"{kind}.created"]
        assert await desk.patch(record, **change) == [f"{kind}.updated"]
        assert await desk.patch(record, **change) == []
        assert await desk.delete(record) == [f"{kind}.deleted"]
        assert await desk.delete(record) == []


async def test_statuses_of_a_customer(desk: Desk) -> None:
    customer = await new_customer(desk.api, status="active")
    status = ["customer.updated", "customer.status_changed"]
    assert await desk.patch(customer, status="at_risk") == [*status, "customer.at_risk"]
    assert await desk.patch(customer, status="active") == status
    assert await desk.patch(customer, status="archived") == [*status, "customer.archived"]
    assert (await read(desk.api, customer))["status"] == "archived"


async def test_churning_pauses_what_runs_and_leaves_the_rest(desk: Desk) -> None:
    customer = await new_customer(desk.api, status="active")
    running = [await new_onboarding(desk.api, customer) for _ in range(2)]
    done = await new_onboarding(desk.api, customer, state="done")
    await desk.look()
    answered(await desk.api.patch(path_of(customer), json={"status": "churned"}))
    events = await desk.look()
    assert [(event.type, event.object["id"]) for event in events] == [
        *(
            (name, customer["id"])
            for name in ("customer.updated", "customer.status_changed", "customer.churned")
        ),
        *((name, row["id"]) for row in running for name in (UPDATED, STATE)),
    ]
    assert events[0].previous == {"status": "active", "churned": False}
    assert {event.object.get("state_reason") for event in events if event.type == STATE} == {
        "customer_churned"
    }
    assert len({event.envelope["actor"] for event in events}) == 1
    assert (await read(desk.api, done))["state"] == "done"
    assert await desk.patch(customer, status="active") == ["customer.updated", "customer.status_changed"]
    assert (await read(desk.api, running[0]))["state"] == "paused"


def health(score: int | None, bucket: str | None, status: str = "active") -> dict[str, Any]:
    """A customer as its events see it."""
    return {
        "status": status,
        "updated_at": "1",
        "health_score": score,
        "previous_health_score": None,
        "health_bucket": bucket,
    }


@pytest.mark.parametrize(
    ("before", "after", "fired"),
    [
        ((72, "healthy"), (38, "at_risk"), ["health_score_dropped", "health_bucket_changed"]),
        ((72, "healthy"), (62, "healthy"), ["health_score_dropped"]),
        ((72, "healthy"), (63, "healthy"), []),
        ((40, "at_risk"), (41, "watch"), ["health_bucket_changed"]),
        ((72, "healthy"), (72, "watch"), ["health_bucket_changed"]),
        ((None, None), (20, "at_risk"), []),
        ((72, "healthy"), (90, "healthy"), []),
    ],
)
def test_health_fires_its_own_types_alone(
    before: tuple[int | None, str | None], after: tuple[int, str], fired: list[str]
) -> None:
    old, new = health(*before), {**health(*after), "previous_health_score": before[0], "updated_at": "2"}
    assert types_of("customer", old, new) == [f"customer.{name}" for name in fired]
    told = previous_attributes(old, new)
    assert told == {key: old[key] for key in ("health_score", "health_bucket") if old[key] != new[key]}


def test_the_score_of_a_churned_customer_fires_no_drop() -> None:
    old, new = health(72, "healthy", "churned"), health(20, "healthy", "churned")
    assert types_of("customer", old, new) == []


async def test_a_primary_contact_takes_the_flag(desk: Desk) -> None:
    customer = await new_customer(desk.api)
    first = await new_contact(desk.api, customer)
    path = f"{path_of(customer)}/contacts"
    body = {"name": "x", "email": "x@a.com", "is_primary": True}
    assert await desk.post(path, **body) == ["contact.created", "contact.updated"]
    await desk.look()
    answered(await desk.api.patch(path_of(first), json={"is_primary": True}))
    events = await desk.look()
    assert [(event.type, event.object["is_primary"]) for event in events] == [
        ("contact.updated", True),
        ("contact.updated", False),
    ]
    assert events[0].object["id"] == first["id"]


async def test_a_template_makes_parents_before_their_subtasks(desk: Desk) -> None:
    customer = await new_customer(desk.api)
    below = [{"title": "below 1"}, {"title": "below 2"}]
    template = await new_template(
        desk.api, {"title": "one", "subtasks": below}, {"title": "two"}, phase="before_getting_started"
    )
    await desk.look()
    await new_onboarding(desk.api, customer, template_id=template["id"])
    events = await desk.look()
    assert [event.type for event in events] == ["onboarding.created", *["task.created"] * 4]
    seen: set[str] = set()
    for event in events[1:]:
        assert event.object["parent_task_id"] in (None, *seen)
        seen.add(event.object["id"])


async def test_moves_tell_of_the_phase_then_of_tasks(desk: Desk) -> None:
    api = desk.api
    onboarding = await new_onboarding(api, await new_customer(api))
    open_tasks = [await new_task(api, onboarding) for _ in range(2)]
    await new_template(api, {"title": "default"}, phase="program_design", default_for_phase=True)
    await desk.look()
    async with unit_of_work(desk.world.db, desk.world.operator) as uow:
        row = await service.get_onboarding(uow.tx, uow.org_id, onboarding["id"], lock=True)
        choices = MoveChoices(complete=tuple(task["id"] for task in open_tasks))
        await changes.update_onboarding(
            uow, row, OnboardingUpdate(phase="program_design"), How(choices=choices)
        )
    assert await desk.types() == [UPDATED, PHASE, *DONE, *DONE, "task.created"]
    directions = []
    for phase in ("before_getting_started", "review", "program_buildout"):
        await desk.look()
        answered(await api.patch(path_of(onboarding), json={"phase": phase}))
        events = await desk.look()
        assert [event.type for event in events][:2] == [UPDATED, PHASE]
        directions.append(events[1].object["transition"]["direction"])
        assert "transition" not in events[0].object
    assert directions == ["send_back", "skip", "advance"]


async def test_launching_and_finishing(desk: Desk) -> None:
    onboarding = await new_onboarding(desk.api, await new_customer(desk.api))
    assert await desk.patch(onboarding, phase="launch") == [UPDATED, PHASE, LAUNCHED]
    assert await desk.patch(onboarding, phase="completed") == [UPDATED, PHASE, STATE, COMPLETED]
    assert await desk.patch(onboarding, state="active", phase="review") == [UPDATED, PHASE, STATE]
    assert await desk.patch(onboarding, phase="completed") == [UPDATED, PHASE, STATE, LAUNCHED, COMPLETED]
    second = await new_onboarding(desk.api, {"id": 1})
    assert await desk.patch(second, state="done") == [UPDATED, STATE, LAUNCHED, COMPLETED]
    assert await desk.patch(second, state="active") == [UPDATED, STATE]
    # Launched before, and it stays so.
    assert await desk.patch(second, state="done") == [UPDATED, STATE, COMPLETED]


async def test_states_of_an_onboarding(desk: Desk) -> None:
    onboarding = await new_onboarding(desk.api, await new_customer(desk.api))
    risk, back = "onboarding.at_risk", "onboarding.back_on_track"
    steps: list[tuple[Json, list[str]]] = [
        ({"state": "at_risk"}, [UPDATED, STATE, risk]),
        ({"state": "active"}, [UPDATED, STATE, back]),
        ({"state": "at_risk"}, [UPDATED, STATE, risk]),
        ({"state": "waiting"}, [UPDATED, STATE, back]),
        ({"waiting_on_customer": False}, [UPDATED, STATE]),
        ({"state": "at_risk"}, [UPDATED, STATE, risk]),
        ({"state": "paused"}, [UPDATED, STATE]),
        ({"state": "active"}, [UPDATED, STATE]),
        ({"target_launch_date": "2027-01-05"}, [UPDATED, "onboarding.target_date_changed"]),
        ({"target_launch_date": None}, [UPDATED, "onboarding.target_date_changed"]),
    ]
    for body, expected in steps:
        assert await desk.patch(onboarding, **body) == expected, body
    assert await desk.patch(onboarding, phase="review", target_launch_date="2027-02-01", state="at_risk") == [
        UPDATED,
        PHASE,
        "onboarding.target_date_changed",
        STATE,
        risk,
    ]


async def test_tasks(desk: Desk) -> None:
    onboarding = await new_onboarding(desk.api, await new_customer(desk.api))
    task = await new_task(desk.api, onboarding)
    first, last = [await new_subtask(desk.api, task) for _ in range(2)]
    assert await desk.post(f"{path_of(first)}/complete") == DONE
    await desk.look()
    answered(await desk.api.post(f"{path_of(last)}/complete", json={}))
    events = await desk.look()
    assert [(event.type, event.object["id"]) for event in events] == [
        *((name, last["id"]) for name in DONE),
        *((name, task["id"]) for name in DONE),
    ]
    by = [event.object["completed_by"] for event in events]
    assert by[2:] == ["system", "system"]
    assert by[0].startswith("api_key:")
    single = await new_task(desk.api, onboarding)
    assert await desk.patch(single, done=True) == DONE
    assert await desk.post(f"{path_of(single)}/reopen") == ["task.updated", "task.reopened"]
    for change in ({"assignee_id": 1}, {"due_date": "2027-01-01"}, {"phase": "review"}):
        assert await desk.patch(single, **change) == ["task.updated"], change
    parent = await new_task(desk.api, onboarding)
    await new_subtask(desk.api, parent)
    assert await desk.patch(parent, phase="launch") == ["task.updated", "task.updated"]
