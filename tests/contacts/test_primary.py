"""The primary contact: at most one per customer, at any moment, whoever writes (APP-CON-1, APP-CON-2)."""

import asyncio
import random
from typing import Any

import httpx

from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import (
    answered,
    error_of,
    new_contact,
    new_customer,
    patched,
    path_of,
    read,
    walk,
)


async def primaries(api: httpx.AsyncClient, customer: dict[str, Any]) -> list[str]:
    rows = await walk(api, f"{path_of(customer)}/contacts", limit=100)
    return [row["id"] for row in rows if row["is_primary"]]


async def test_the_first_contact_becomes_primary_unless_it_is_said(api: httpx.AsyncClient) -> None:
    cases: list[tuple[dict[str, Any], bool]] = [
        ({}, True),
        ({"is_primary": True}, True),
        ({"is_primary": False}, False),
        ({"archived": True}, False),
        ({"archived": True, "is_primary": False}, False),
    ]
    for fields, expected in cases:
        customer = await new_customer(api)
        assert (await new_contact(api, customer, **fields))["is_primary"] is expected, fields
        assert (await new_contact(api, customer))["is_primary"] is False
    # Once every contact is gone the next one is the first again.
    customer = await new_customer(api)
    answered(await api.delete(path_of(await new_contact(api, customer))))
    assert (await new_contact(api, customer))["is_primary"] is True


async def test_a_new_primary_takes_the_flag_from_the_one_before(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    old = await new_contact(api, customer)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    new = await new_contact(api, customer, is_primary=True)
    written = await journal.look()
    assert written.types == ["contact.created", "contact.updated"]
    assert [event.object_id for event in written.events] == [new["id"], old["id"]]
    lost = await read(api, old)
    assert (lost["is_primary"], new["is_primary"]) == (False, True)
    assert lost["updated_at"] > old["updated_at"]
    assert written.events[0].object == new
    assert (written.events[1].object, written.events[1].previous) == (lost, {"is_primary": True})
    assert written.names == ["contact.added", "contact.primary_changed"]
    assert [entry.contact_id for entry in written.entries] == [new["id"], old["id"]]
    assert written.entries[0].diff == {"is_primary": (None, True)}
    assert written.entries[1].diff == {"is_primary": (True, False)}

    await patched(api, old, is_primary=True, title="COO")
    written = await journal.look()
    assert written.types == ["contact.updated", "contact.updated"]
    assert [event.object_id for event in written.events] == [old["id"], new["id"]]
    assert [event.previous for event in written.events] == [
        {"is_primary": False, "title": None},
        {"is_primary": True},
    ]
    assert written.names == ["contact.field_changed", "contact.primary_changed", "contact.primary_changed"]
    assert await primaries(api, customer) == [old["id"]]


async def test_app_con_2_without_the_primary_nobody_is(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    first = await new_contact(api, customer)
    second = await new_contact(api, customer)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    archived = await patched(api, first, archived=True)
    assert (archived["archived"], archived["is_primary"]) == (True, False)
    written = await journal.look()
    assert written.names == ["contact.primary_changed", "contact.archived"]
    assert written.types == ["contact.updated"]
    assert written.events[0].previous == {"is_primary": True, "archived": False}
    assert await primaries(api, customer) == []
    # Unarchiving does not bring the flag back.
    assert (await patched(api, first, archived=False))["is_primary"] is False
    await patched(api, second, is_primary=True)
    answered(await api.delete(path_of(second)))
    assert await primaries(api, customer) == []
    await patched(api, first, is_primary=True)
    assert (await patched(api, first, is_primary=False))["is_primary"] is False
    assert await primaries(api, customer) == []


async def test_an_archived_contact_is_not_made_primary(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    primary = await new_contact(api, customer)
    archived = await new_contact(api, customer, archived=True)
    path = f"{path_of(customer)}/contacts"
    whole = {"name": "x", "email": "x@a.com", "archived": True, "is_primary": True}
    other = await new_contact(api, customer)
    for refused in (
        await api.post(path, json=whole),
        await api.patch(path_of(archived), json={"is_primary": True}),
        await api.patch(path_of(other), json={"is_primary": True, "archived": True}),
    ):
        assert error_of(refused) == (400, "invalid_enum_value", "is_primary")
    assert await primaries(api, customer) == [primary["id"]]
    made = await patched(api, archived, archived=False, is_primary=True)
    assert made["is_primary"] is True
    assert await primaries(api, customer) == [archived["id"]]


async def test_the_primary_is_archived_by_sending_back_what_was_read(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    primary = await new_contact(api, customer)
    assert primary["is_primary"] is True
    archived = await patched(api, primary, **{**primary, "archived": True})
    assert (archived["archived"], archived["is_primary"]) == (True, False)


async def test_app_con_1_concurrent_writers_leave_exactly_one_primary(world: World) -> None:
    _, key = await world.new_key()
    async with world.client(key) as api:
        customer = await new_customer(api)
        made = [await new_contact(api, customer) for _ in range(6)]
        chance = random.Random(7)

        async def act(number: int) -> None:
            contact = chance.choice(made)
            if number % 5 == 4:
                await new_contact(api, customer, is_primary=True)
            else:
                assert (await api.patch(path_of(contact), json={"is_primary": True})).status_code == 200

        journal = Journal(world.db, world.workspace.id)
        for turn in range(6):
            await journal.look()
            before = await primaries(api, customer)
            await asyncio.gather(*(act(number) for number in range(10)))
            after = await primaries(api, customer)
            assert len(after) == 1, turn
            # The stream tells one story: every time somebody became primary, the one before lost it.
            holder = before[0]
            written = await journal.look()
            for entry in written.entries:
                gained = entry.diff["is_primary"][1] if entry.diff else False
                if gained:
                    assert entry.contact_id != holder
                    holder = str(entry.contact_id)
            assert holder == after[0]
            lost = [entry for entry in written.entries if entry.diff == {"is_primary": (True, False)}]
            gained_count = sum(entry.diff.get("is_primary", (0, False))[1] for entry in written.entries)
            assert len(lost) == gained_count


async def test_making_primary_while_others_archive_and_delete(world: World) -> None:
    _, key = await world.new_key()
    async with world.client(key) as api:
        customer = await new_customer(api)
        made = [await new_contact(api, customer) for _ in range(12)]
        answers = await asyncio.gather(
            *(api.patch(path_of(row), json={"is_primary": True}) for row in made[:8]),
            *(api.patch(path_of(row), json={"archived": True}) for row in made[2:6]),
            *(api.delete(path_of(row)) for row in made[4:8]),
        )
        assert {answer.status_code for answer in answers} <= {200, 400, 404}
        refused = {error_of(answer) for answer in answers if answer.status_code != 200}
        assert refused <= {(404, "contact_not_found", None), (400, "invalid_enum_value", "is_primary")}
        assert len(await primaries(api, customer)) <= 1
