"""Events as they are stored: order, exact text, size, and one fate with their change."""

import asyncio
import json
import re
from typing import Any

import httpx
import pytest

from pivotal_server.contacts.schemas import ContactCreate, ContactUpdate
from pivotal_server.contacts.service import (
    create_contact,
    get_contact,
    get_contact_for_change,
    update_contact,
)
from pivotal_server.contacts.wire import to_wire as contact_to_wire
from pivotal_server.customers.service import get_customer
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import new_contact, new_customer, new_onboarding, patched, path_of, read

MOST = 262_144


async def test_an_envelope_is_ascii_without_spaces_in_the_stored_order(
    api: httpx.AsyncClient, world: World
) -> None:
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    metadata = {
        "z": "Größe\u2028👩\u200d🚀",
        "a": [1.0, 1e30, 12345678901234567890, -0.5, True, None],
        "": {},
    }
    row = await new_customer(api, name="Zürich", metadata=metadata, tags=["é"])
    [event] = (await journal.look()).events
    assert event.payload.isascii()
    assert event.payload == json.dumps(json.loads(event.payload), ensure_ascii=True, separators=(",", ":"))
    assert json.dumps(event.object["metadata"]) == json.dumps(metadata)
    assert event.object["name"] == "Zürich"
    assert re.fullmatch(r"evt_[0-9A-Za-z]{27}", event.id)
    assert (event.source, event.object_id, event.customer_id) == ("change", row["id"], row["id"])
    created = event.envelope["created_at"]
    assert created == event.created_at.isoformat(timespec="milliseconds")[:23] + "Z"


async def test_an_event_too_large_shrinks_to_its_ids(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    contact = await new_contact(api, customer)
    row = await new_onboarding(
        api, customer, notes="\U0001f680" * 10_000, metadata={"k": "\U0001f680" * 4_000}
    )
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    row = await patched(
        api, row, notes="\U0001f681" * 10_000, metadata={"k": "\U0001f681" * 4_000}, state="at_risk"
    )
    written = await journal.look()
    assert written.types == ["onboarding.updated", "onboarding.state_changed", "onboarding.at_risk"]
    for event in written.events:
        assert len(event.payload) < 1_000
        assert event.envelope["data"] == {
            "object": {
                "object": "onboarding",
                "id": row["id"],
                "display_id": row["display_id"],
                "customer_id": customer["id"],
            },
            "previous_attributes": None,
            "truncated": True,
        }
    # Just below the limit it stays whole.
    await patched(api, contact, metadata={"k": "\U0001f680" * 4_000})
    [event] = (await journal.look()).events
    assert "truncated" not in event.envelope["data"]
    assert 40_000 < len(event.payload) <= MOST


async def test_events_of_one_workspace_rise_in_the_order_of_their_commits(world: World) -> None:
    _, key = await world.new_key()
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    seen: list[str] = []

    async def follow() -> None:
        # A reader who has passed an event never finds an earlier one later.
        while len(seen) < 60:
            seen.extend(event.id for event in (await journal.look()).events)
            await asyncio.sleep(0.001)

    async with world.client(key) as api, asyncio.timeout(30):
        follower = asyncio.create_task(follow())
        await asyncio.gather(*(new_customer(api) for _ in range(60)))
        await follower
    assert seen == sorted(seen)
    assert len(set(seen)) == 60
    whole = (await Journal(world.db, world.workspace.id).look()).events
    assert [event.id for event in whole] == seen
    moments = [event.created_at for event in whole]
    assert moments == sorted(set(moments))


async def test_the_object_acted_on_comes_first_then_the_others_by_resource_and_number(
    api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api)
    first = await new_contact(api, customer)
    onboardings = [await new_onboarding(api, customer) for _ in range(2)]
    second = await new_contact(api, customer)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    async with unit_of_work(world.db, world.operator, "req_x") as uow:
        changes: list[tuple[str, Any]] = [
            ("onboarding", onboardings[1]),
            ("onboarding", onboardings[0]),
            ("contact", second),
            ("contact", first),
            ("customer", customer),
        ]
        for kind, row in changes:
            await note_deleted(uow, world, kind, row)
    written = await journal.look()
    assert [event.object_id for event in written.events] == [
        onboardings[1]["id"],
        customer["id"],
        first["id"],
        second["id"],
        onboardings[0]["id"],
    ]
    assert {event.envelope["request_id"] for event in written.events} == {"req_x"}
    assert {event.envelope["actor"] for event in written.events} == {"system"}


async def note_deleted(uow: Any, world: World, kind: str, row: dict[str, Any]) -> None:
    """Say that an object was deleted, whose last state may be any wire object."""
    contact = await first_contact(world)
    uow.changed(
        kind,
        id=row["id"],
        display_id=row["display_id"],
        customer_id=row.get("customer_id", row["id"]),
        livemode=True,
        before=contact,
        after=None,
    )


async def first_contact(world: World) -> Any:
    return contact_to_wire(await get_contact(world.db, world.workspace.id, "1"))


async def test_what_changes_and_changes_back_in_one_transaction_fires_nothing(
    api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api)
    contact = await new_contact(api, customer)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    async with unit_of_work(world.db, world.operator) as uow:
        row = await get_customer(uow.tx, uow.org_id, customer["id"], lock=True)
        found = await change_title(uow, contact["id"], "COO")
        found = await change_title(uow, contact["id"], "CTO")
        await change_title(uow, found.id, None)
        assert row.id == customer["id"]
    assert (await journal.look()).types == []
    async with unit_of_work(world.db, world.operator) as uow:
        await change_title(uow, contact["id"], "COO")
        await change_title(uow, contact["id"], "CEO")
    [event] = (await journal.look()).events
    assert (event.type, event.previous, event.object["title"]) == ("contact.updated", {"title": None}, "CEO")


async def change_title(uow: Any, id: str, title: str | None) -> Any:
    """Change the title of a contact within a transaction that goes on."""
    row = await get_contact_for_change(uow, id)
    return await update_contact(uow, row, ContactUpdate(title=title))


async def test_what_is_created_and_changed_in_one_transaction_is_created_as_it_ends(
    api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    async with unit_of_work(world.db, world.operator) as uow:
        row = await get_customer(uow.tx, uow.org_id, customer["id"], lock=True)
        made = await create_contact(uow, row, ContactCreate(name="x", email="x@a.com"))
        await change_title(uow, made.id, "COO")
    written = await journal.look()
    assert written.types == ["contact.created"]
    assert (written.events[0].object["title"], written.events[0].previous) == ("COO", None)
    assert written.names == ["contact.added", "contact.field_changed"]


class Interrupted(Exception):
    """What breaks a unit of work off."""


async def test_a_change_that_is_rolled_back_leaves_no_event_and_no_entry(
    api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api)
    contact = await new_contact(api, customer)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()

    async def break_off() -> None:
        async with unit_of_work(world.db, world.operator) as uow:
            await change_title(uow, contact["id"], "COO")
            await uow.flush()
            raise Interrupted

    with pytest.raises(Interrupted):
        await break_off()
    assert (await journal.look()).nothing
    assert await read(api, contact) == contact
    # The counters went back too: what comes next follows without a gap.
    await api.patch(path_of(contact), json={"title": "CTO"})
    entries = (await Journal(world.db, world.workspace.id).look()).entries
    assert [entry.display_id for entry in entries] == list(range(1, len(entries) + 1))
