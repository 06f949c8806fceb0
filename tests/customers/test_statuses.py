"""Status flips of a customer: entries, events, and what they do to its onboardings."""

import itertools
from typing import Any

import httpx

from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import answered, new_contact, new_customer, new_onboarding, patched, read, walk

STATUSES = ("onboarding", "active", "at_risk", "churned", "archived")
LIVE = ("onboarding", "active", "at_risk")


def expected_events(old: str, new: str) -> list[str]:
    own = {"at_risk": "customer.at_risk", "churned": "customer.churned", "archived": "customer.archived"}
    return ["customer.updated", "customer.status_changed", *([own[new]] if new in own else [])]


def expected_entries(old: str, new: str) -> list[str]:
    found = ["customer.status_changed"]
    if new == "archived":
        found.append("customer.archived")
    if old == "archived":
        found.append("customer.unarchived")
    if old == "churned" and new in LIVE:
        found.append("customer.won_back")
    return found


async def test_app_stat_3_every_flip_writes_its_entries_and_events(
    api: httpx.AsyncClient, world: World
) -> None:
    row = await new_customer(api)
    journal = Journal(world.db, world.workspace.id)
    for old, new in itertools.permutations(STATUSES, 2):
        row = await patched(api, row, status=old)
        await journal.look()
        row = await patched(api, row, status=new)
        written = await journal.look()
        assert written.types == expected_events(old, new), (old, new)
        assert written.names == expected_entries(old, new), (old, new)
        assert written.entries[0].diff == {"status": (old, new)}
        previous: dict[str, Any] = {"status": old}
        for flag, status in (("at_risk", "at_risk"), ("churned", "churned")):
            if status in (old, new):
                previous[flag] = old == status
        for event in written.events:
            assert event.previous == previous, (old, new)
            assert event.object == written.events[0].object
            assert (event.object["at_risk"], event.object["churned"]) == (new == "at_risk", new == "churned")
            assert event.object["updated_at"] == row["updated_at"]


async def test_a_flip_with_other_changes_writes_both_entries_and_no_event_twice(
    api: httpx.AsyncClient, world: World
) -> None:
    row = await new_customer(api)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, row, status="at_risk", plan="Scale", tags=["vip"])
    written = await journal.look()
    assert written.names == ["customer.field_changed", "customer.status_changed"]
    assert written.entries[0].diff == {"plan": (None, "Scale"), "tags": ([], ["vip"])}
    assert written.types == ["customer.updated", "customer.status_changed", "customer.at_risk"]
    assert written.events[0].previous == {"status": "active", "plan": None, "tags": [], "at_risk": False}


async def test_onb_state_4_churning_pauses_the_running_onboardings_in_their_order(
    api: httpx.AsyncClient, world: World
) -> None:
    row = await new_customer(api, status="active")
    other = await new_customer(api)
    elsewhere = await new_onboarding(api, other)
    made = [
        await new_onboarding(api, row, state=state, csm_id=1)
        for state in ("active", "waiting", "paused", "at_risk", "done")
    ]
    gone = await new_onboarding(api, row)
    answered(await api.delete(f"/onboardings/{gone['id']}"))
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, row, status="churned")
    written = await journal.look()
    running = [made[0], made[1], made[3]]
    assert written.types == [
        "customer.updated",
        "customer.status_changed",
        "customer.churned",
        *(["onboarding.updated", "onboarding.state_changed"] * 3),
    ]
    assert [event.object_id for event in written.events] == [
        *([row["id"]] * 3),
        *(id for onboarding in running for id in [onboarding["id"]] * 2),
    ]
    for onboarding, updated, changed in zip(running, written.events[3::2], written.events[4::2], strict=True):
        # Entering at_risk and leaving it shows in the computed key too.
        previous: dict[str, Any] = {"state": onboarding["state"]}
        if onboarding["state"] == "waiting":
            previous["waiting_on_customer"] = True
        if onboarding["state"] == "at_risk":
            previous["at_risk"] = True
        assert updated.previous == changed.previous == previous
        assert changed.object == {**updated.object, "state_reason": "customer_churned"}
        assert changed.object["owner_email"] == world.owner.email
        assert changed.envelope["actor"] == written.events[0].envelope["actor"]
        now = await read(api, onboarding)
        assert (now["state"], now["waiting_on_customer"]) == ("paused", False)
        assert {key: changed.object[key] for key in now} == now
    assert written.names == ["customer.status_changed", *["onboarding.state_changed"] * 3]
    assert [entry.reason for entry in written.entries[1:]] == ["customer_churned"] * 3
    assert [entry.onboarding_id for entry in written.entries[1:]] == [found["id"] for found in running]
    assert [entry.diff for entry in written.entries[1:]] == [
        {"state": (found["state"], "paused")} for found in running
    ]
    assert len({event.created_at for event in written.events}) == len(written.events)
    # What was not running, and what belongs to another customer, stays as it was.
    for untouched in (made[2], made[4], elsewhere):
        assert await read(api, untouched) == untouched

    # Win-back: the customer is live again, its onboardings stay paused.
    await journal.look()
    await patched(api, row, status="active")
    written = await journal.look()
    assert written.names == ["customer.status_changed", "customer.won_back"]
    assert written.types == ["customer.updated", "customer.status_changed"]
    assert {(await read(api, found))["state"] for found in running} == {"paused"}
    listed = await walk(api, "/onboardings", customer_id=row["id"], state="paused")
    assert len(listed) == 4


async def test_onb_4_archiving_hides_the_onboardings_and_brings_them_back_as_they_were(
    api: httpx.AsyncClient, world: World
) -> None:
    row = await new_customer(api)
    made = [await new_onboarding(api, row, state=state) for state in ("active", "at_risk", "done")]
    await new_contact(api, row)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, row, status="archived")
    written = await journal.look()
    assert {entry.target_type for entry in written.entries} == {"customer"}
    assert {event.object_id for event in written.events} == {row["id"]}
    assert await walk(api, "/onboardings") == []
    for query in ({"state": "active"}, {"phase": made[0]["phase"]}, {"customer_id": row["id"]}):
        assert await walk(api, "/onboardings", **query) == []
    total = answered(await api.get("/onboardings", params={"include_total": "true"}))
    assert total["total"] == 0
    # The customer itself is in the list of customers, and its own page still shows them.
    assert [found["id"] for found in await walk(api, "/customers", status="archived")] == [row["id"]]
    own = f"/customers/{row['id']}/onboardings"
    assert await walk(api, own) == made[::-1]
    assert [await read(api, found) for found in made] == made
    # One that is opened meanwhile is hidden like the others.
    late = await new_onboarding(api, row)
    assert await walk(api, "/onboardings") == []
    await patched(api, late, name="Renamed")
    assert await walk(api, "/onboardings") == []
    await patched(api, row, status="active")
    listed = await walk(api, "/onboardings")
    assert [found["id"] for found in listed] == [late["id"], *(found["id"] for found in made[::-1])]
    assert [await read(api, found) for found in made] == made


async def test_archiving_a_churned_customer_and_churning_an_archived_one(
    api: httpx.AsyncClient, world: World
) -> None:
    row = await new_customer(api)
    onboarding = await new_onboarding(api, row)
    await patched(api, row, status="archived")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, row, status="churned")
    written = await journal.look()
    assert written.names == ["customer.status_changed", "customer.unarchived", "onboarding.state_changed"]
    assert (await read(api, onboarding))["state"] == "paused"
    assert [found["id"] for found in await walk(api, "/onboardings")] == [onboarding["id"]]
    await patched(api, row, status="archived")
    assert await walk(api, "/onboardings") == []
