"""Test keys: same workspace, same data; what they make is marked, and so are their events."""

import httpx
import pytest

from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import (
    answered,
    new_contact,
    new_customer,
    new_onboarding,
    patched,
    path_of,
    read,
    walk,
)


@pytest.fixture
async def trial(world: World) -> httpx.AsyncClient:
    """A client with a test key."""
    _, key = await world.new_key("trial", mode="test")
    return world.client(key)


async def test_what_a_test_key_makes_is_marked_and_can_be_told_apart(
    api: httpx.AsyncClient, trial: httpx.AsyncClient
) -> None:
    live, test = await new_customer(api, tags=["vip"]), await new_customer(trial, tags=["vip"])
    assert (live["livemode"], test["livemode"]) == (True, False)
    assert (await trial.get("/me")).json()["mode"] == "test"
    # One workspace, one run of numbers; each key sees all of it.
    assert (live["display_id"], test["display_id"]) == (1, 2)
    for client in (api, trial):
        assert await walk(client, "/customers") == [test, live]
        assert await walk(client, "/customers", livemode="true") == [live]
        assert await walk(client, "/customers", livemode="false") == [test]
        assert await walk(client, "/customers", livemode="false", tag="vip", limit=1) == [test]
        total = await client.get("/customers", params={"livemode": "false", "include_total": "true"})
        assert answered(total)["total"] == 1
        assert await read(client, live) == live


async def test_children_are_live_when_their_maker_and_their_customer_are(
    api: httpx.AsyncClient, trial: httpx.AsyncClient
) -> None:
    live, test = await new_customer(api), await new_customer(trial)
    for client, customer, livemode in (
        (api, live, True),
        (trial, live, False),
        (api, test, False),
        (trial, test, False),
    ):
        assert (await new_contact(client, customer))["livemode"] is livemode
        assert (await new_onboarding(client, customer))["livemode"] is livemode
    assert len(await walk(api, f"{path_of(live)}/contacts", livemode="true")) == 1
    assert len(await walk(api, f"{path_of(live)}/contacts", livemode="false")) == 1
    assert len(await walk(api, "/onboardings", livemode="true")) == 1
    assert len(await walk(api, f"{path_of(test)}/onboardings", livemode="false")) == 2


async def test_the_mark_follows_the_record_and_the_event_follows_both(
    api: httpx.AsyncClient, trial: httpx.AsyncClient, world: World
) -> None:
    live, test = await new_customer(api), await new_customer(trial)
    journal = Journal(world.db, world.workspace.id)
    for client, record, livemode in (
        (api, live, True),
        (trial, live, False),
        (api, test, False),
        (trial, test, False),
    ):
        await journal.look()
        changed = await patched(client, record, plan=f"{id(client)}")
        # Changing a record does not change whose it is.
        assert changed["livemode"] is record["livemode"]
        written = await journal.look()
        assert [entry.livemode for entry in written.entries] == [livemode]
        assert [event.livemode for event in written.events] == [livemode]
        assert written.events[0].envelope["livemode"] is livemode
        assert written.events[0].object["livemode"] is record["livemode"]
    await journal.look()
    assert answered(await trial.delete(path_of(live)))["deleted"] is True
    written = await journal.look()
    assert [event.livemode for event in written.events] == [False]
    assert written.entries[0].actor == "API: trial"


async def test_livemode_is_no_field_that_can_be_sent(
    api: httpx.AsyncClient, trial: httpx.AsyncClient
) -> None:
    assert (await new_customer(trial, livemode=True))["livemode"] is False
    assert (await new_customer(api, livemode=False))["livemode"] is True
