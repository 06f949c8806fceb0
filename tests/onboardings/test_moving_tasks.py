"""What a move does to tasks: carried over, orphaned, completed, reopened (ONB-MOVE-6, -8, -9)."""

from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import bindparam, select

from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import tasks
from pivotal_server.kit.errors import ApiError
from pivotal_server.onboardings import changes, service
from pivotal_server.onboardings.how import How
from pivotal_server.onboardings.moving_tasks import MoveChoices
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import Json, new_customer, new_onboarding, new_subtask, new_task, patched, read

PHASES = ("before_getting_started", "program_design", "review", "program_buildout")


class Marks(msgspec.Struct, frozen=True):
    title: str
    carried_over_at: Any
    orphaned: bool


_MARKS = Statement(
    select(*[tasks.c[name] for name in Marks.__struct_fields__])
    .where(tasks.c.org_id == bindparam("org_id"))
    .order_by(tasks.c.display_id),
    into=Marks,
)


async def marked(world: World) -> dict[str, str]:
    """The marks of tasks by title, unmarked ones left out."""
    found = await world.db.fetch_all(_MARKS, {"org_id": world.workspace.id})
    words = {row.title: "orphaned " * row.orphaned + "carried" * bool(row.carried_over_at) for row in found}
    return {title: word.strip() for title, word in words.items() if word}


@pytest.fixture
async def onboarding(api: httpx.AsyncClient) -> Json:
    """An onboarding with an open task in each of its first four phases, named as the phase."""
    made = await new_onboarding(api, await new_customer(api))
    for phase in PHASES:
        await new_task(api, made, title=phase, phase=phase)
    return made


async def test_onb_move_6_keys_carry_open_tasks_over(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    task = await new_task(api, onboarding, title="parent")
    await new_subtask(api, task, title="below")
    await new_task(api, onboarding, title="finished", done=True)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, onboarding, phase="program_design")
    assert await marked(world) == dict.fromkeys(("before_getting_started", "parent", "below"), "carried")
    # Marks are no part of the object: nothing is sent for them.
    assert (await journal.look()).types == ["onboarding.updated", "onboarding.phase_changed"]
    assert await read(api, task) == task


async def test_onb_move_8_carried_over_is_cleared_for_phases_entered_again(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    for phase in PHASES[1:]:
        await patched(api, onboarding, phase=phase)
    assert await marked(world) == dict.fromkeys(PHASES[:3], "carried")
    await patched(api, onboarding, phase="program_design")
    assert await marked(world) == {PHASES[0]: "carried"}


async def test_onb_move_9_a_skip_orphans_until_the_phase_is_entered(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    await patched(api, onboarding, phase="program_buildout")
    orphans = {"program_design": "orphaned", "review": "orphaned"}
    assert await marked(world) == {"before_getting_started": "carried", **orphans}
    await patched(api, onboarding, phase="before_getting_started")
    assert await marked(world) == orphans
    await patched(api, onboarding, phase="program_design")
    assert await marked(world) == {"before_getting_started": "carried", "review": "orphaned"}


async def test_a_task_moved_to_another_phase_loses_its_marks(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    task = await new_task(api, onboarding, title="moving")
    await patched(api, onboarding, phase="program_design")
    assert "moving" in await marked(world)
    await patched(api, task, phase="review")
    assert "moving" not in await marked(world)


async def test_onb_move_6_8_chosen_tasks_are_completed_and_reopened_with_the_move(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    first = await new_task(api, onboarding, title="first")
    done = await new_task(api, onboarding, title="done", phase="program_design", done=True)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()

    async def move(phase: str, **choices: Any) -> None:
        async with unit_of_work(world.db, world.operator) as uow:
            row = await service.get_onboarding(uow.tx, uow.org_id, onboarding["id"], lock=True)
            data = OnboardingUpdate(phase=phase)
            await changes.update_onboarding(uow, row, data, How(choices=MoveChoices(**choices)))

    await move("program_design", complete=(first["id"],))
    assert "first" not in await marked(world)
    written = await journal.look()
    assert written.types == [
        *("onboarding.updated", "onboarding.phase_changed"),
        *("task.updated", "task.completed"),
    ]
    assert written.names == ["onboarding.phase_changed", "task.completed"]
    await move("before_getting_started", reopen=(done["id"], first["id"]))
    assert (await journal.look()).types[2:] == ["task.updated", "task.reopened"] * 2
    assert (await read(api, done))["done"] is False
    stranger = await new_task(api, await new_onboarding(api, await new_customer(api)))
    with pytest.raises(ApiError, match="task of this onboarding"):
        await move("review", complete=(stranger["id"],))
    assert (await read(api, onboarding))["phase"] == "before_getting_started"
