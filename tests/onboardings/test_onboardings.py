"""Onboardings: their fields, opening one, dates and reasons, lists."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from pivotal_server.kit import clock
from pivotal_server.members import service as members
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import (
    answered,
    created,
    error_of,
    new_customer,
    new_onboarding,
    patched,
    path_of,
    read,
    walk,
)

_KEYS = """
object id display_id customer_id name template_id phase state started_at launched_at completed_at
target_launch_date csm_id se_id designer_id product_ops_id notes waiting_on_customer reminders_enabled
reminder_frequency_days metadata external_id livemode created_at updated_at
"""
KEYS = _KEYS.split()


async def test_an_onboarding_has_its_keys_in_order_and_its_defaults(
    api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api, name="Aurora Outfitters")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    row = await created(api, "/onboardings", {"customer_id": customer["display_id"]})
    assert list(row) == KEYS
    assert (row["object"], row["display_id"], row["customer_id"]) == ("onboarding", 1, customer["id"])
    assert (row["name"], row["phase"], row["state"]) == (
        "Aurora Outfitters onboarding",
        "before_getting_started",
        "active",
    )
    assert (row["waiting_on_customer"], row["reminders_enabled"], row["reminder_frequency_days"]) == (
        False,
        True,
        1,
    )
    assert (row["metadata"], row["external_id"], row["livemode"], row["notes"]) == ({}, None, True, None)
    assert row["started_at"] == row["created_at"] == row["updated_at"]
    assert row == await read(api, row) == answered(await api.get("/onboardings/1"))
    written = await journal.look()
    assert (written.names, written.types) == (["onboarding.created"], ["onboarding.created"])
    assert written.entries[0].diff == {"phase": (None, "before_getting_started")}
    assert written.events[0].object == {**row, "owner_email": None, "at_risk": False}
    assert written.events[0].previous is None


async def test_the_default_name_fits_however_long_that_of_the_customer_is(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api, name="x" * 200)
    row = await new_onboarding(api, customer)
    assert row["name"] == "x" * 189 + " onboarding"
    assert (await patched(api, row, name=row["name"])) == row


SENT: dict[str, list[tuple[Any, Any]]] = {
    "name": [(" Loyalty launch ", "Loyalty launch"), ("x" * 200, "x" * 200)],
    "target_launch_date": [
        ("2026-07-15", "2026-07-15T00:00:00.000Z"),
        ("2026-07-15T23:59:59.999Z", "2026-07-15T00:00:00.000Z"),
        ("2026-07-15T01:00:00+02:00", "2026-07-15T00:00:00.000Z"),
        ("2026-07-15T23:00:00-08:00", "2026-07-15T00:00:00.000Z"),
        ("2000-01-01", "2000-01-01T00:00:00.000Z"),
        ("2100-12-31T23:00:00Z", "2100-12-31T00:00:00.000Z"),
        (None, None),
    ],
    "notes": [
        ("**Kick-off**\non Monday", "**Kick-off**\non Monday"),
        ("n" * 10_000, "n" * 10_000),
        ("", None),
    ],
    "reminders_enabled": [(False, False), (True, True)],
    "reminder_frequency_days": [(90, 90), (1, 1), (7.0, 7)],
    "metadata": [({"z": 1, "a": [True, 1.5]}, {"z": 1, "a": [True, 1.5]}), ({}, {})],
    "external_id": [("project-9", "project-9"), (None, None)],
}
ROLES = ("csm_id", "se_id", "designer_id", "product_ops_id")


async def test_every_field_is_kept_on_creation_and_by_patch_and_null_clears(
    api: httpx.AsyncClient, world: World
) -> None:
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    roles: dict[str, list[tuple[Any, Any]]] = {
        role: [(1, world.owner.id), (world.owner.id, world.owner.id), (None, None)] for role in ROLES
    }
    for field, cases in {**SENT, **roles}.items():
        for sent, kept in cases:
            row = await new_onboarding(api, customer, **{field: sent})
            assert row[field] == kept == (await read(api, row))[field], (field, sent)
            answered(await api.delete(path_of(row)))
            onboarding = await patched(api, onboarding, **{field: sent})
            assert onboarding[field] == kept, (field, sent)
            assert onboarding == await read(api, onboarding)


REFUSED: list[tuple[str, Any, str]] = [
    ("name", "", "too_small"),
    ("name", None, "invalid_type"),
    ("name", "x" * 201, "too_big"),
    ("phase", "no_such_phase", "unknown_phase"),
    ("phase", "", "invalid_string"),
    ("phase", "x" * 101, "invalid_string"),
    ("phase", 3, "invalid_type"),
    ("phase", None, "invalid_type"),
    ("state", "late", "invalid_enum_value"),
    ("state", None, "invalid_type"),
    ("target_launch_date", "1999-12-31", "too_small"),
    ("target_launch_date", "2101-01-01", "too_big"),
    ("target_launch_date", "1999-12-31T23:30:00-01:00", "too_small"),
    ("target_launch_date", "2101-01-01T00:30:00+01:00", "too_big"),
    ("target_launch_date", "2026-02-30T00:00:00Z", "invalid_string"),
    ("target_launch_date", "soon", "invalid_string"),
    ("target_launch_date", 5, "invalid_type"),
    ("notes", "n" * 10_001, "too_big"),
    ("waiting_on_customer", "yes", "invalid_type"),
    ("reminders_enabled", None, "invalid_type"),
    ("reminder_frequency_days", 0, "too_small"),
    ("reminder_frequency_days", 91, "too_big"),
    ("reminder_frequency_days", 1.5, "invalid_type"),
    ("metadata", "x", "invalid_type"),
    ("external_id", 9, "invalid_type"),
    ("colour", 1, "unrecognized_keys"),
    *((role, 99, "invalid_reference") for role in ROLES),
]


async def test_what_a_field_refuses_it_refuses_on_both_ways_in(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    onboarding = await new_onboarding(api, customer)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    for field, value, code in REFUSED:
        body = {"customer_id": customer["id"], field: value}
        assert error_of(await api.post("/onboardings", json=body)) == (400, code, field), value
        assert error_of(await api.patch(path_of(onboarding), json={field: value})) == (400, code, field), (
            value
        )
    phase = await api.patch(path_of(onboarding), json={"phase": "no_such_phase"})
    assert phase.json()["error"]["message"].endswith(
        "Valid phases: before_getting_started, program_design, review, program_buildout, internal_qa, "
        "launch, completed"
    )
    for body, refusal in (
        ({}, (400, "missing_field", "customer_id")),
        ({"customer_id": None}, (400, "invalid_type", "customer_id")),
        ({"customer_id": 99}, (404, "customer_not_found", "customer_id")),
        ({"customer_id": "aurora"}, (404, "customer_not_found", "customer_id")),
        ({"customer_id": "a\x00b"}, (404, "customer_not_found", "customer_id")),
        ({"customer_id": 1, "template_id": 5}, (400, "invalid_reference", "template_id")),
        (
            {"customer_id": 1, "state": "active", "waiting_on_customer": True},
            (400, "invalid_enum_value", "state"),
        ),
        (
            {"customer_id": 1, "state": "waiting", "waiting_on_customer": False},
            (400, "invalid_enum_value", "state"),
        ),
        ({"customer_id": 1, "started_at": "2999-01-01"}, (400, "too_big", "started_at")),
        ({"customer_id": 1, "started_at": None}, (400, "invalid_type", "started_at")),
    ):
        assert error_of(await api.post("/onboardings", json=body)) == refusal, body
    assert await read(api, onboarding) == onboarding
    assert (await journal.look()).nothing
    assert (await new_onboarding(api, customer))["display_id"] == 2


async def test_staff_are_active_members_who_are_no_viewers(api: httpx.AsyncClient, world: World) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        viewer = await members.join(uow, "vera@vml.example", "Vera", "viewer")
        member = await members.join(uow, "max@vml.example", "Max", "member")
    customer = await new_customer(api)
    row = await new_onboarding(api, customer, csm_id=member.display_id)
    for role in ROLES:
        refused = await api.patch(path_of(row), json={role: viewer.id})
        assert error_of(refused) == (400, "invalid_reference", role)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, row, csm_id=world.owner.id, se_id=member.id)
    written = await journal.look()
    assert written.names == ["onboarding.field_changed"]
    assert written.entries[0].diff == {
        "csm_id": (member.id, world.owner.id),
        "se_id": (None, member.id),
    }
    assert written.types == ["onboarding.updated"]
    assert written.events[0].previous == {
        "csm_id": member.id,
        "se_id": None,
        "owner_email": "max@vml.example",
    }
    assert written.events[0].object["owner_email"] == world.owner.email


async def test_a_start_in_the_past_is_kept_and_read_only_later(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    row = await new_onboarding(api, customer, started_at="2026-05-01T10:00:00.123456+02:00")
    assert row["started_at"] == "2026-05-01T08:00:00.123Z"
    assert (await patched(api, row, started_at="2020-01-01", launched_at="2020-01-01", customer_id=99)) == row
    oldest = await new_onboarding(api, customer, started_at="1970-01-01")
    assert oldest["started_at"] == "1970-01-01T00:00:00.000Z" == (await read(api, oldest))["started_at"]
    # PostgreSQL would take the first moment of all for minus infinity.
    for before in ("1969-12-31T23:59:59Z", "0001-01-01"):
        body = {"customer_id": customer["id"], "started_at": before}
        assert error_of(await api.post("/onboardings", json=body)) == (400, "too_small", "started_at")


async def test_onb_1_where_an_onboarding_starts(api: httpx.AsyncClient, world: World) -> None:
    customer = await new_customer(api)
    journal = Journal(world.db, world.workspace.id)
    cases: list[tuple[dict[str, Any], tuple[str, bool, bool, bool]]] = [
        ({"state": "at_risk"}, ("at_risk", False, False, False)),
        ({"state": "paused"}, ("paused", False, False, False)),
        ({"waiting_on_customer": True}, ("waiting", True, False, False)),
        ({"state": "waiting"}, ("waiting", True, False, False)),
        ({"state": "done"}, ("done", False, True, True)),
        ({"phase": "internal_qa"}, ("active", False, False, False)),
        ({"phase": "launch"}, ("active", False, True, False)),
        ({"phase": "completed"}, ("done", False, True, True)),
        ({"phase": "completed", "state": "paused"}, ("done", False, True, True)),
    ]
    for fields, (state, waiting, launched, completed) in cases:
        await journal.look()
        row = await new_onboarding(api, customer, **fields)
        assert (row["state"], row["waiting_on_customer"]) == (state, waiting), fields
        assert (row["launched_at"] is not None, row["completed_at"] is not None) == (launched, completed), (
            fields
        )
        # Starting somewhere is no move: nothing but the creation fires.
        written = await journal.look()
        assert (written.names, written.types) == (["onboarding.created"], ["onboarding.created"])


async def test_onb_2_a_key_opens_one_for_a_churned_and_an_archived_customer(api: httpx.AsyncClient) -> None:
    for status in ("churned", "archived"):
        customer = await new_customer(api, status=status)
        assert (await new_onboarding(api, customer))["state"] == "active"


async def test_several_open_onboardings_do_not_touch_each_other(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    one, two = await new_onboarding(api, customer), await new_onboarding(api, customer)
    await patched(api, one, phase="completed", target_change_reason="x")
    assert await read(api, two) == two


async def test_onb_move_14_a_reason_stands_in_the_entry_the_event_and_the_transition(
    api: httpx.AsyncClient, world: World
) -> None:
    row = await new_onboarding(api, await new_customer(api), target_launch_date="2026-07-01")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    reasons = {"phase_change_reason": " Signed off ", "target_change_reason": "Legal review"}
    row = await patched(api, row, phase="review", target_launch_date="2026-07-11", state="at_risk", **reasons)
    assert list(row) == KEYS
    written = await journal.look()
    # One PATCH with phase, target and state, in the documented order.
    assert written.types == [
        "onboarding.updated",
        "onboarding.phase_changed",
        "onboarding.target_date_changed",
        "onboarding.state_changed",
        "onboarding.at_risk",
    ]
    transition = written.events[1].object["transition"]
    assert (transition["direction"], transition["reason"]) == ("skip", "Signed off")
    shift = written.events[2].object["shift"]
    assert (shift["days"], shift["reason"], shift["shifts_in_phase"]) == (10, "Legal review", 1)
    assert {entry.event: entry.reason for entry in written.entries} == {
        "onboarding.phase_changed": "Signed off",
        "onboarding.state_changed": None,
        "onboarding.target_shifted": "Legal review",
    }
    await patched(api, row, phase="program_design", target_launch_date=None)
    written = await journal.look()
    assert [entry.reason for entry in written.entries] == ["no reason given"] * 2
    # A reason without a move changes nothing and is not kept.
    assert (await patched(api, row, phase_change_reason="x", target_change_reason=None)) == await read(
        api, row
    )
    assert (await journal.look()).nothing
    refused = await api.patch(path_of(row), json={"phase_change_reason": "r" * 501})
    assert error_of(refused) == (400, "too_big", "phase_change_reason")


async def test_onb_target_3_shifts_are_counted_within_one_stay(api: httpx.AsyncClient, world: World) -> None:
    row = await new_onboarding(api, await new_customer(api))
    journal = Journal(world.db, world.workspace.id)
    steps: list[tuple[dict[str, Any], Any, int]] = [
        ({"target_launch_date": "2026-07-01"}, None, 0),
        ({"target_launch_date": "2026-07-15T10:00:00Z"}, 14, 1),
        ({"target_launch_date": "2026-07-14"}, -1, 2),
        ({"target_launch_date": None}, None, 2),
        ({"target_launch_date": "2026-08-01"}, None, 2),
        ({"target_launch_date": "2027-08-01"}, 365, 3),
        ({"phase": "review", "target_launch_date": "2027-08-02"}, 1, 1),
        ({"target_launch_date": "2027-08-03"}, 1, 2),
    ]
    for body, days, shifts in steps:
        await journal.look()
        row = await patched(api, row, **body)
        written = await journal.look()
        [event] = [event for event in written.events if event.type == "onboarding.target_date_changed"]
        assert (event.object["shift"]["days"], event.object["shift"]["shifts_in_phase"]) == (days, shifts), (
            body
        )
    await journal.look()
    assert (await patched(api, row, target_launch_date="2027-08-03T23:00:00Z")) == row
    assert (await journal.look()).nothing


async def test_launch_and_completion_keep_their_moments(api: httpx.AsyncClient) -> None:
    row = await new_onboarding(api, await new_customer(api))
    with clock.travel(timedelta(days=1)):
        launched = await patched(api, row, phase="launch")
    assert launched["launched_at"] == launched["updated_at"] > row["updated_at"]
    with clock.travel(timedelta(days=2)):
        done = await patched(api, row, phase="completed")
        assert done["launched_at"] == launched["launched_at"]
        assert done["completed_at"] == done["updated_at"]
        assert done["state"] == "done"
    with clock.travel(timedelta(days=3)):
        resumed = await patched(api, row, state="active", phase="launch")
        assert (resumed["launched_at"], resumed["completed_at"]) == (launched["launched_at"], None)
        back = await patched(api, row, phase="internal_qa")
        assert back["launched_at"] is None
        again = await patched(api, row, phase="launch")
        assert again["launched_at"] > launched["launched_at"]


async def test_read_edit_send_back_and_no_change_writes_nothing(api: httpx.AsyncClient, world: World) -> None:
    journal = Journal(world.db, world.workspace.id)
    for fields in (
        {"state": "waiting", "target_launch_date": "2026-07-15", "metadata": {"b": 1, "a": 2}},
        {"phase": "completed"},
        {"state": "paused", "notes": "x", "csm_id": 1},
        {"state": "done"},
    ):
        row = await new_onboarding(api, await new_customer(api), **fields)
        await journal.look()
        for body in (row, {}, {"metadata": dict(reversed(row["metadata"].items()))}, {"phase": row["phase"]}):
            assert await patched(api, row, **body) == row
        assert (await journal.look()).nothing
        edited = await patched(api, row, **{**row, "name": "Renamed"})
        assert {**edited, "updated_at": "", "name": ""} == {**row, "updated_at": "", "name": ""}
        written = await journal.look()
        assert (written.names, written.types) == (["onboarding.field_changed"], ["onboarding.updated"])


async def test_one_of_two_equal_moves_at_once_moves(world: World) -> None:
    _, key = await world.new_key()
    async with world.client(key) as api:
        row = await new_onboarding(api, await new_customer(api))
        journal = Journal(world.db, world.workspace.id)
        await journal.look()
        answers = await asyncio.gather(*(api.patch(path_of(row), json={"phase": "review"}) for _ in range(5)))
        assert {answer.content for answer in answers} == {answers[0].content}
        assert (await journal.look()).types == ["onboarding.updated", "onboarding.phase_changed"]


async def test_the_lists(api: httpx.AsyncClient, world: World) -> None:
    customer, elsewhere = await new_customer(api), await new_customer(api)
    made = [
        await new_onboarding(api, customer, state="waiting", csm_id=1),
        await new_onboarding(api, elsewhere, phase="review"),
        await new_onboarding(api, customer, phase="review", csm_id=1),
        await new_onboarding(api, customer, phase="completed"),
    ]
    assert await walk(api, "/onboardings", limit=1) == made[::-1]
    queries: list[tuple[dict[str, Any], list[int]]] = [
        ({"state": "active"}, [2, 1]),
        ({"state": "done"}, [3]),
        ({"phase": "review"}, [2, 1]),
        ({"phase": "no_such_phase"}, []),
        ({"csm_id": 1}, [2, 0]),
        ({"csm_id": world.owner.id, "phase": "review"}, [2]),
        ({"csm_id": 99}, []),
        ({"customer_id": customer["display_id"]}, [3, 2, 0]),
        ({"customer_id": customer["id"], "order": "asc", "state": "waiting"}, [0]),
        ({"customer_id": 99}, []),
        ({"customer_id": elsewhere["id"], "csm_id": 1}, []),
    ]
    for query, expected in queries:
        wanted = [made[place] for place in expected]
        assert await walk(api, "/onboardings", limit=1, **query) == wanted, query
        total = answered(await api.get("/onboardings", params={**query, "include_total": "true"}))
        assert total["total"] == len(wanted)
        if "customer_id" not in query:
            own = [row for row in wanted if row["customer_id"] == customer["id"]]
            assert await walk(api, f"{path_of(customer)}/onboardings", limit=1, **query) == own, query
    refused = await api.get(f"{path_of(customer)}/onboardings", params={"customer_id": "1"})
    assert error_of(refused) == (400, "unrecognized_keys", "customer_id")
    assert error_of(await api.get("/customers/99/onboardings")) == (404, "customer_not_found", None)
    assert error_of(await api.get("/onboardings/99")) == (404, "onboarding_not_found", None)


async def test_an_external_id_is_unique_among_live_onboardings(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api)
    first = await new_onboarding(api, customer, external_id="p")
    other = await new_onboarding(api, customer)
    for refused in (
        await api.post("/onboardings", json={"customer_id": customer["id"], "external_id": "p"}),
        await api.patch(path_of(other), json={"external_id": "p"}),
    ):
        assert error_of(refused) == (409, "external_id_taken", "external_id")
    answered(await api.delete(path_of(first)))
    assert (await patched(api, other, external_id="p"))["external_id"] == "p"
