"""Events carry what REST answers for their object, and what was before (acceptance 4 and 5)."""

import json
from typing import Any

import httpx
import pytest

from pivotal_server.deleted.service import restore
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
    walk,
)
from tests.support.uploads import attach

EXTRA = {
    "customer": ["previous_health_score", "health_bucket", "at_risk", "churned", "owner_email"],
    "onboarding": ["owner_email", "at_risk"],
}
MORE = {
    "onboarding.phase_changed": ["transition"],
    "onboarding.target_date_changed": ["shift"],
    "onboarding.state_changed": ["state_reason"],
}


class Desk:
    """A client, and the events of what it did since the last look."""

    def __init__(self, api: httpx.AsyncClient, world: World) -> None:
        self.api = api
        self.world = world
        self._journal = Journal(world.db, world.workspace.id)
        self._last: dict[str, Json] = {}
        self._states: dict[str, Json] = {}

    async def check(self, *types: str) -> list[EventRow]:
        """Compare each event since the last look with REST; they must be of these types and no others."""
        events = (await self._journal.look()).events
        assert sorted({event.type for event in events}) == sorted(types)
        for event in events:
            kind = str(event.object["object"])
            extra = [*EXTRA.get(kind, ()), *MORE.get(event.type, ())]
            if event.type.endswith(".deleted"):
                extra.append("deleted")
                # REST has nothing of it any more: the last state, and when it ended.
                shown = {**self._last[event.object_id], "updated_at": event.object["updated_at"]}
                if kind == "comment":
                    shown = {**shown, "body": None, "attachments": []}
            else:
                shown = await self._shown(event.object)
                self._last[event.object_id] = shown
            # As texts: names, order and formats are the same too.
            assert list(event.object) == [*shown, *extra]
            assert json.dumps({key: event.object[key] for key in shown}) == json.dumps(shown)
        for event in events:
            assert event.previous == self._before(event), event.type
        self._states.update({event.object_id: event.object for event in events})
        return events

    def _before(self, event: EventRow) -> Json | None:
        """What has changed of an object since its last event, as it was."""
        assert "previous_attributes" in event.envelope["data"]
        if event.type.endswith((".created", ".deleted")):
            return None
        old, new = self._states[event.object_id], event.object
        if "deleted" in old:
            return {"deleted": True}
        silent = {"updated_at", "previous_health_score", *(name for names in MORE.values() for name in names)}
        changed = {key: old[key] for key in old if key not in silent and old[key] != new[key]}
        for key in ("metadata", "custom_fields"):
            if key in changed:
                names = {
                    name for name in {**old[key], **new[key]} if old[key].get(name) != new[key].get(name)
                }
                changed[key] = {name: old[key].get(name) for name in names}
        return changed

    async def _shown(self, found: Json) -> Json:
        if found["object"] != "comment":
            return await read(self.api, found)
        kind = next(kind for kind in ("task", "onboarding", "customer") if found[f"{kind}_id"] is not None)
        listed = await walk(self.api, f"/{kind}s/{found[f'{kind}_id']}/comments")
        return next(row for row in listed if row["id"] == found["id"])


@pytest.fixture
async def desk(api: httpx.AsyncClient, world: World) -> Desk:
    """A desk with a live key, whose workspace has written nothing yet."""
    one = Desk(api, world)
    await one.check()
    return one


async def change(desk: Desk, record: Json, *more: str, **values: Any) -> list[EventRow]:
    """PATCH a record, which fires its update and ``more``."""
    answered(await desk.api.patch(path_of(record), json=values))
    return await desk.check(f"{record['object']}.updated", *more)


async def remove(desk: Desk, record: Json) -> None:
    """DELETE a record."""
    answered(await desk.api.delete(path_of(record)))
    await desk.check(f"{record['object']}.deleted")


async def test_customers_and_contacts(desk: Desk) -> None:
    api = desk.api
    values = {
        "name": "Zoë & Co",
        "status": "active",
        "mrr": 125000,
        "tags": ["b", "a"],
        "metadata": {"zeta": "1", "alpha": "ü"},
        "external_id": "crm-1",
        "owner_id": 1,
    }
    customer = await new_customer(api, **values)
    [event] = await desk.check("customer.created")
    assert event.object["owner_email"] is not None
    first = await new_contact(api, customer, labels=["executive"], metadata={"x": "1"})
    await desk.check("contact.created")
    second = await new_contact(api, customer, is_primary=True)
    await desk.check("contact.created", "contact.updated")
    await change(desk, first, is_primary=True, title="CTO")
    await change(desk, second, archived=True)
    await change(desk, customer, name="Other", metadata={"alpha": None}, owner_id=None)
    for status in ("at_risk", "active", "archived"):
        own = [] if status == "active" else [f"customer.{status}"]
        await change(desk, customer, "customer.status_changed", *own, status=status)
    await remove(desk, second)
    await remove(desk, customer)
    async with unit_of_work(desk.world.db, desk.world.operator) as uow:
        await restore(uow, "customer", customer["id"])
    [event] = await desk.check("customer.updated")
    assert event.previous == {"deleted": True}


async def test_churning_shows_each_onboarding_as_it_stands_after_it(desk: Desk) -> None:
    customer = await new_customer(desk.api, status="active")
    for _ in range(2):
        await new_onboarding(desk.api, customer)
    await desk.check("customer.created", "onboarding.created")
    answered(await desk.api.patch(path_of(customer), json={"status": "churned"}))
    events = await desk.check(
        *("customer.updated", "customer.status_changed", "customer.churned"),
        *("onboarding.updated", "onboarding.state_changed"),
    )
    assert len(events) == 7


async def test_onboardings_and_their_tasks(desk: Desk) -> None:
    api = desk.api
    customer = await new_customer(api)
    first = {"title": "one", "due_anchor": "phase_start", "due_offset": 3, "subtasks": [{"title": "below"}]}
    template = await new_template(api, first, phase="before_getting_started")
    await new_template(api, {"title": "default"}, phase="program_design", default_for_phase=True)
    await desk.check("customer.created")
    onboarding = await new_onboarding(api, customer, template_id=template["id"], csm_id=1)
    await desk.check("onboarding.created", "task.created")
    phase, state = "onboarding.phase_changed", "onboarding.state_changed"
    await change(desk, onboarding, phase, "task.created", phase="program_design")
    await change(desk, onboarding, phase, phase="before_getting_started")
    shift = "onboarding.target_date_changed"
    await change(desk, onboarding, shift, target_launch_date="2027-01-05", target_change_reason="Holidays")
    await change(desk, onboarding, state, "onboarding.at_risk", state="at_risk")
    await change(desk, onboarding, state, "onboarding.back_on_track", state="waiting")
    await change(desk, onboarding, phase, "onboarding.launched", phase="launch")
    await change(desk, onboarding, phase, state, "onboarding.completed", phase="completed")
    await change(desk, onboarding, phase, state, phase="review", state="active")
    await change(desk, onboarding, notes="Näher", metadata={"x": "1"})
    await remove(desk, onboarding)


async def test_tasks(desk: Desk) -> None:
    api = desk.api
    onboarding = await new_onboarding(api, await new_customer(api))
    task = await new_task(api, onboarding, links=[{"url": "https://a.example", "label": "A"}], metadata={})
    below = await new_subtask(api, task, customer_facing=True, assignee_id=1)
    await desk.check("customer.created", "onboarding.created", "task.created")
    await change(desk, task, due_date="2027-01-01", assignee_id=1)
    await change(desk, task, phase="review")
    answered(await api.post(f"{path_of(below)}/complete", json={}))
    assert len(await desk.check("task.updated", "task.completed")) == 4
    answered(await api.post(f"{path_of(below)}/reopen"))
    await desk.check("task.updated", "task.reopened")
    await attach(api, task)
    await desk.check()
    await remove(desk, below)
    await remove(desk, task)


@pytest.mark.parametrize("kind", ["customer", "onboarding", "task"])
async def test_comments(desk: Desk, kind: str) -> None:
    api = desk.api
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    task = await new_task(api, onboarding)
    place = {"customer": customer, "onboarding": onboarding, "task": task}[kind]
    await desk.check("customer.created", "onboarding.created", "task.created")
    row = await created(api, f"{path_of(place)}/comments", {"body": "Grüße", "visibility": "customer"})
    await desk.check("comment.created")
    await change(desk, row, body="Again")
    await attach(api, row)
    await desk.check("comment.updated")
    await change(desk, row, visibility="internal")
    await remove(desk, row)
