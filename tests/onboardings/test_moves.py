"""Every cell of the tables of phases and states, held against the rules written down a second time."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pivotal_server.db.engine import Database
from pivotal_server.kit.ids import cuid
from pivotal_server.phases.presets import CLASSIC, DELIVERY, PhasePreset
from pivotal_server.workspaces import service as workspaces
from tests.onboardings.model import (
    STATES,
    UNKNOWN,
    Plan,
    Refused,
    days_between,
    entries,
    events,
)
from tests.support.app import World, new_services, new_world
from tests.support.journal import EventRow, Journal, Written
from tests.support.records import Json, answered, error_of, new_customer, new_onboarding, path_of


@pytest.fixture
async def sqlite_world(sqlite_database: Database, tmp_path: Path) -> World:
    """A workspace on SQLite alone."""
    return await new_world(new_services(sqlite_database, tmp_path))


PRESETS: dict[str, tuple[PhasePreset, ...]] = {"delivery": DELIVERY, "classic": CLASSIC}


async def world_of(world: World, preset: str) -> World:
    """A workspace with the phases of a preset, on the same server."""
    if preset == "delivery":
        return world
    workspace, owner = await workspaces.create_workspace(
        world.db, name="Classic", phase_preset=preset, owner_email="c@vml.example", owner_name="Cleo"
    )
    return World(world.services, workspace, owner, world.rest)


def shown(row: Json, plan: Plan) -> Plan:
    """What an answer says, in the words of the model."""
    assert row["waiting_on_customer"] == (row["state"] == "waiting")
    return Plan(
        plan.phases,
        row["phase"],
        row["state"],
        row["launched_at"] is not None,
        row["completed_at"] is not None,
        None if row["target_launch_date"] is None else row["target_launch_date"][:10],
        plan.shifts,
    )


def check_written(before: Plan, after: Plan, old: Json, new: Json, written: Written) -> None:
    """Hold what one PATCH wrote against the model and against its own answer."""
    assert written.types == events(before, after)
    assert sorted(written.names) == entries(before, after)
    changed = {
        key: old[key]
        for key in old
        if key != "updated_at" and old[key] != new[key]
    }  # fmt: skip
    if "at_risk" in (before.state, after.state) and before.state != after.state:
        changed["at_risk"] = before.state == "at_risk"
    for event in written.events:
        assert event.previous == changed
        extra = {"onboarding.phase_changed": "transition", "onboarding.target_date_changed": "shift"}.get(
            event.type
        )
        if event.type == "onboarding.state_changed":
            extra = "state_reason"
        state = dict(event.object)
        if extra is not None:
            check_extra(extra, state.pop(extra), before, after, event)
        assert state == {**new, "owner_email": None, "at_risk": after.state == "at_risk"}
        assert list(state) == [*new, "owner_email", "at_risk"]


def check_extra(name: str, value: Any, before: Plan, after: Plan, event: EventRow) -> None:
    if name == "state_reason":
        assert value is None
    elif name == "transition":
        assert list(value) == ["from_phase", "to_phase", "direction", "reason", "note", "actor", "at"]
        assert (value["from_phase"], value["to_phase"]) == (before.phase, after.phase)
        assert value["direction"] == before.direction(after.phase)
        assert (value["reason"], value["note"]) == (None, None)
        assert value["actor"] == event.envelope["actor"]
    else:
        assert value == {
            "from": None if before.target is None else f"{before.target}T00:00:00.000Z",
            "to": None if after.target is None else f"{after.target}T00:00:00.000Z",
            "days": days_between(before.target, after.target),
            "reason": None,
            "shifts_in_phase": after.shifts,
        }


def patches(plan: Plan) -> list[Json]:
    """Every combination of state and phase, and of state and the waiting flag."""
    states: list[Json] = [{}, *({"state": state} for state in STATES)]
    phases: list[Json] = [{}, {"phase": UNKNOWN}, *({"phase": key} for key, _ in plan.phases)]
    flags: list[Json] = [{"waiting_on_customer": flag} for flag in (True, False)]
    return [
        *({**state, **phase} for state in states for phase in phases),
        *({**state, **flag} for state in states for flag in flags),
        *({"phase": plan.phases[-1][0], **flag} for flag in flags),
    ]


@pytest.mark.parametrize("preset", PRESETS)
async def test_every_move_from_every_phase_and_state(world: World, preset: str) -> None:
    home = await world_of(world, preset)
    phases = [(phase.key, phase.kind) for phase in PRESETS[preset]]
    nodes = [
        Plan(phases, key, state)
        for key, kind in phases
        for state in (STATES if kind != "terminal" else ["done"])
    ]
    _, key = await home.new_key()
    journal = Journal(home.db, home.workspace.id)
    async with home.client(key) as api:
        customer = await new_customer(api)
        # The rules stand in no SQL, so that PostgreSQL is asked about every fifth cell only.
        step = 1 if home.db.dialect == "sqlite" else 5
        for number, asked in enumerate(nodes):
            await check_node(api, journal, customer, asked, slice(number % step, None, step))


async def check_node(
    api: httpx.AsyncClient, journal: Journal, customer: Json, asked: Plan, part: slice
) -> None:
    plan = asked.created()
    bodies = patches(plan)[part]
    rows = await asyncio.gather(
        *(new_onboarding(api, customer, phase=asked.phase, state=asked.state) for _ in bodies)
    )
    for event in (await journal.look()).events:
        assert event.type in ("onboarding.created", "customer.created")
    answers = await asyncio.gather(
        *(api.patch(path_of(row), json=body) for row, body in zip(rows, bodies, strict=True))
    )
    written = await journal.look()
    for row, body, answer in zip(rows, bodies, answers, strict=True):
        assert shown(row, plan) == plan
        mine = Written(
            [entry for entry in written.entries if entry.onboarding_id == row["id"]],
            [event for event in written.events if event.object_id == row["id"]],
        )
        after = plan.outcome(body)
        if isinstance(after, Refused):
            assert error_of(answer) == (400, after.code, after.field), (plan, body, answer.text)
            assert mine.nothing
            continue
        new = answered(answer)
        assert shown(new, after) == after, (plan, body)
        if after == plan:
            assert new == row
        check_written(plan, after, row, new, mine)


PHASES = [(phase.key, phase.kind) for phase in DELIVERY]
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(STATES),
        "phase": st.sampled_from([key for key, _ in PHASES]),
        "waiting_on_customer": st.booleans(),
        "target_launch_date": st.sampled_from([None, "2026-07-01", "2026-07-15", "2026-06-24"]),
    },
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(BODIES, min_size=1, max_size=14))
async def test_any_row_of_moves_leads_where_the_rules_lead(sqlite_world: World, bodies: list[Json]) -> None:
    journal = Journal(sqlite_world.db, sqlite_world.workspace.id)
    _, key = await sqlite_world.new_key(name=cuid())
    async with sqlite_world.client(key) as api:
        row = await new_onboarding(api, await new_customer(api))
        plan = Plan(PHASES, PHASES[0][0], "active")
        for body in bodies:
            await journal.look()
            answer = await api.patch(path_of(row), json=body)
            after = plan.outcome(body)
            if isinstance(after, Refused):
                assert error_of(answer) == (400, after.code, after.field)
                assert (await journal.look()).nothing
                continue
            new = answered(answer)
            assert shown(new, after) == after
            check_written(plan, after, row, new, await journal.look())
            row, plan = new, after
