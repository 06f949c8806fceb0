"""A move whose process is killed at each of its steps leaves nothing, or all of it (ONB-MOVE-3)."""

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.app import World
from tests.support.journal import Journal, Written
from tests.support.records import (
    Json,
    new_customer,
    new_onboarding,
    new_task,
    new_template,
    patched,
    read,
    walk,
)

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]


async def planned(api: httpx.AsyncClient) -> Json:
    """An onboarding with open tasks in its phase."""
    onboarding = await new_onboarding(api, await new_customer(api))
    for title in ("Contract", "Access"):
        await new_task(api, onboarding, title=title)
    return onboarding


def traces(written: Written) -> tuple[list[str], list[str]]:
    return [entry.event for entry in written.entries], [event.type for event in written.events]


async def shown(api: httpx.AsyncClient, onboarding: Json) -> tuple[str, list[tuple[str, str]]]:
    """Its phase, and its tasks by phase."""
    tasks = await walk(api, f"/onboardings/{onboarding['id']}/tasks", order="asc")
    return (await read(api, onboarding))["phase"], [(task["phase"], task["title"]) for task in tasks]


async def test_onb_move_3_killed_at_any_step_a_move_leaves_all_or_nothing(
    api: httpx.AsyncClient, world: World, database_url: str
) -> None:
    titles = [{"title": f"Design {n}", "assignee_rule": "csm"} for n in range(3)]
    await new_template(api, *titles, phase="program_design", default_for_phase=True)
    whole, broken = await planned(api), await planned(api)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, whole, phase="program_design")
    expected = traces(await journal.look())

    program = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.support.killed_move", database_url, world.workspace.id, broken["id"]),
        "program_design",
        cwd=Path(__file__).parents[2],
        env={name: value for name, value in os.environ.items() if not name.startswith("PIVOTAL_")},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await program.communicate()
    assert program.returncode == 0
    assert int(out) >= 15, "it was killed before each statement"
    assert traces(await journal.look()) == expected, "those who were killed left nothing"
    assert await shown(api, broken) == await shown(api, whole)
