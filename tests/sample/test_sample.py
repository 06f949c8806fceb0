"""The sample workspace (WB-SAMPLE-1 … 3): what it holds, that it comes out the same, that it goes whole."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from pivotal_server.activity import service as activity_feed
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import (
    activity,
    comments,
    contacts,
    customers,
    date_notes,
    metadata,
    onboardings,
    people,
    phase_transitions,
    tasks,
)
from pivotal_server.sample import service as sample
from pivotal_server.sample.content import DOMAIN
from pivotal_server.workspaces import service as workspaces
from tests.support.app import World

CLOCK = datetime(2026, 6, 1, 9, tzinfo=UTC)


async def made(world: World, **options: Any) -> sample.Made:
    """The sample of a world, at the clock of all tests."""
    return await sample.create_sample(
        world.db,
        world.services.files,
        owner_email=world.owner.email,
        owner_name=world.owner.name,
        **{"now": CLOCK, **options},
    )


async def rows(world: World, org_id: str, *columns: Any) -> list[tuple[Any, ...]]:
    """Columns of one table, of one workspace, sorted."""
    table = columns[0].table
    statement = Statement.rows(
        select(*columns).where(table.c.org_id == org_id), global_lookup="a test reads what was written"
    )
    return sorted(await world.db.fetch_all(statement), key=repr)


async def counts(world: World, org_id: str) -> dict[str, int]:
    """How many rows of a workspace every table has."""
    found = {}
    for table in metadata.sorted_tables:
        if "org_id" in table.c:
            statement = Statement.scalar(
                select(func.count()).where(table.c.org_id == org_id), int, global_lookup="a test counts"
            )
            found[table.name] = await world.db.fetch_one(statement) or 0
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("phases", ["classic", "delivery"])
async def test_it_holds_what_is_promised_and_fires_nothing(world: World, phases: str) -> None:
    org = (await made(world, phases=phases)).workspace.id
    count = await counts(world, org)
    assert (count["customers"], count["onboardings"], count["contacts"]) == (12, 18, 30)
    parents = [row[0] for row in await rows(world, org, tasks.c.parent_task_id)]
    assert (parents.count(None), len(parents)) == (160, 200)
    assert "events" not in count
    assert "mails" not in count
    assert count["files"] == count["attachments"] == 3
    states = {row[0] for row in await rows(world, org, onboardings.c.state)}
    assert states == {"active", "waiting", "at_risk", "paused", "done"}
    known = {row[0] for row in await rows(world, org, phases_table().c.key)}
    assert {row[0] for row in await rows(world, org, onboardings.c.phase)} == known
    moments = [row[0] for row in await rows(world, org, activity.c.created_at)]
    assert max(moments) < CLOCK
    assert CLOCK - min(moments) > timedelta(days=115)
    assert max(moments) > CLOCK - timedelta(days=4)


def phases_table() -> Any:
    """The table of phases."""
    return metadata.tables["phases"]


async def test_each_case_is_there_at_least_once(world: World) -> None:
    org = (await made(world)).workspace.id
    lines = await rows(
        world,
        org,
        onboardings.c.target_launch_date,
        onboardings.c.state,
        onboardings.c.shifts_in_phase,
        onboardings.c.launched_at,
    )
    assert any(day is None for day, *_ in lines), "no target"
    late = [line for line in lines if line[0] and line[0] < CLOCK.date() and line[3] is None]
    assert late, "missed target"
    assert any(shifts == 3 for _, _, shifts, _ in lines), "three shifts"
    found = await rows(
        world,
        org,
        tasks.c.carried_over_at,
        tasks.c.orphaned,
        tasks.c.assignee_id,
        tasks.c.done,
        tasks.c.depends_on,
        tasks.c.id,
    )
    assert any(row[0] is not None and not row[3] for row in found), "carried over"
    assert any(row[1] for row in found), "orphaned"
    assert any(row[2] is None and not row[3] for row in found), "unassigned"
    still_open = {row[5] for row in found if not row[3]}
    assert any(re.findall(r'"(\w+)"', bytes(row[4]).decode()) for row in found if row[5] in still_open), (
        "locked"
    )
    directions = await rows(world, org, phase_transitions.c.direction, phase_transitions.c.reason)
    assert ("send_back", "Defect found") in directions
    assert any(direction == "skip" for direction, _ in directions)
    causes = {row[0] for row in await rows(world, org, date_notes.c.cause)}
    assert "dependency_moved" in causes
    statuses = [row[0] for row in await rows(world, org, customers.c.status)]
    assert {"churned", "archived"} <= set(statuses)
    domains = [row[0] for row in await rows(world, org, customers.c.domain)]
    assert len(set(domains)) == len(domains) - 1, "one domain twice"
    primaries = await rows(world, org, contacts.c.customer_id, contacts.c.is_primary)
    assert len({id for id, primary in primaries if primary}) == 11, "one customer without a primary contact"
    last = max(await rows(world, org, comments.c.created_at, comments.c.created_by, comments.c.visibility))
    assert last[1].startswith("portal:contact_")
    assert last[2] == "customer"


async def test_what_contacts_did_bears_their_names(world: World) -> None:
    org = (await made(world)).workspace.id
    by_name = {name: id for id, name in await rows(world, org, customers.c.id, customers.c.name)}
    feed = await activity_feed.customer_feed(world.db, org, by_name["Aurora Outfitters"])
    authors = {row.author_name for row in feed if row.actor_type == "contact"}
    assert authors == {"Mira Chen"}


async def test_the_same_clock_and_seed_tell_the_same_story(world: World) -> None:
    def told(org: str) -> Any:
        return rows(
            world,
            org,
            activity.c.event,
            activity.c.created_at,
            activity.c.actor,
            activity.c.target_display_id,
            activity.c.reason,
        )

    first = await told((await made(world)).workspace.id)
    again = await told((await made(world, reset=True)).workspace.id)
    assert again == first
    other = await told((await made(world, reset=True, seed=2)).workspace.id)
    assert other != first


async def test_a_second_one_is_not_made(world: World) -> None:
    first = await made(world)
    assert first.created
    before = await counts(world, first.workspace.id)
    second = await made(world)
    assert (second.created, second.workspace.id) == (False, first.workspace.id)
    assert await counts(world, first.workspace.id) == before


async def test_deleting_leaves_nothing_of_it_and_all_else(world: World) -> None:
    mine = await counts(world, world.workspace.id)
    org = (await made(world)).workspace.id
    stored = list(world.services.files.folder.glob("*/*/*"))
    assert len(stored) == 3
    gone = await sample.delete_sample(world.db, world.services.files)
    assert gone is not None
    assert await counts(world, org) == {}
    assert await counts(world, world.workspace.id) == mine
    assert [path for path in stored if path.exists()] == []
    invented = Statement.scalar(
        select(people.c.email).where(people.c.email.like(f"%@{DOMAIN}")),
        str,
        global_lookup="people have none",
    )
    assert await world.db.fetch_all(invented) == []
    assert await sample.find_sample(world.db) is None
    assert await sample.delete_sample(world.db, world.services.files) is None


async def test_commands_without_a_workspace_still_mean_the_real_one(world: World) -> None:
    await made(world)
    found = await workspaces.only_workspace(world.db, None)
    assert found.id == world.workspace.id
