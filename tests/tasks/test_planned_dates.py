"""Planned dates through the API: first days, what follows, and a note for every change."""

import random
from datetime import date, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import bindparam, select, update

from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import date_notes, workspaces
from pivotal_server.kit import clock
from pivotal_server.tasks import changes, service
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import (
    Json,
    answered,
    new_customer,
    new_onboarding,
    new_task,
    patched,
    path_of,
    read,
)


class Note(msgspec.Struct, frozen=True):
    task_id: str | None
    old_date: date | None
    new_date: date | None
    cause: str
    reason: str | None


_NOTES = Statement(
    select(*[date_notes.c[name] for name in Note.__struct_fields__])
    .where(date_notes.c.org_id == bindparam("org_id"))
    .order_by(date_notes.c.at),
    into=Note,
)
_SETTINGS = Statement.write(
    update(workspaces)
    .where(workspaces.c.id == bindparam("of_id"))
    .values(settings=bindparam("to_settings", type_=workspaces.c.settings.type))
)


async def notes(world: World, task: Json | None = None) -> list[Note]:
    found = await world.db.fetch_all(_NOTES, {"org_id": world.workspace.id})
    return found if task is None else [note for note in found if note.task_id == task["id"]]


async def rule(world: World, **settings: Any) -> None:
    await world.db.execute(_SETTINGS, {"of_id": world.workspace.id, "to_settings": settings})


@pytest.fixture
async def onboarding(api: httpx.AsyncClient) -> Json:
    customer = await new_customer(api)
    return await new_onboarding(api, customer, target_launch_date="2026-08-01")


def plus(days: int) -> str:
    return (clock.now().date() + timedelta(days=days)).isoformat()


async def test_onb_date_1_3_a_planned_date_waits_for_its_anchor(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    now = await new_task(api, onboarding, due_anchor="phase_start", due_offset=7)
    later = await new_task(api, onboarding, phase="program_design", due_anchor="phase_start")
    target = await new_task(api, onboarding, due_anchor="target_launch", due_offset=-3)
    chain = await new_task(api, onboarding, due_anchor=f"task:{later['display_id']}", due_offset=2)
    assert (now["due_date"], later["due_date"], target["due_date"]) == (plus(7), None, "2026-07-29")
    assert (chain["due_date"], chain["due_anchor"]) == (None, f"task:{later['id']}")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, onboarding, phase="program_design")
    assert (await read(api, later))["due_date"] == plus(0)
    assert (await read(api, chain))["due_date"] == plus(2)
    written = await journal.look()
    assert written.names == ["onboarding.phase_changed", *["task.due_date_changed"] * 2]
    assert written.types == ["onboarding.updated", "onboarding.phase_changed", *["task.updated"] * 2]
    assert [note.cause for note in await notes(world, chain)] == ["dependency_moved"]


async def test_a_completed_anchor_gives_its_follower_the_first_day(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    first = await new_task(api, onboarding)
    after = await new_task(api, onboarding, due_anchor=f"task:{first['id']}", due_offset=5)
    assert after["due_date"] is None
    answered(await api.post(f"{path_of(first)}/complete", json={}))
    assert (await read(api, after))["due_date"] == plus(5)
    assert [note.cause for note in await notes(world, after)] == ["dependency_done"]


async def test_onb_date_4_typing_fixes_and_the_plan_can_be_followed_again(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    task = await new_task(api, onboarding, due_anchor="target_launch", due_offset=-1)
    fixed = await patched(api, task, due_date="2026-05-01")
    assert (fixed["due_date"], fixed["due_anchor"], fixed["due_offset"]) == ("2026-05-01", None, None)
    async with unit_of_work(world.db, world.operator) as uow:
        home, row = await service.get_task_for_change(uow, task["id"])
        again = await changes.follow_plan(uow, home, row)
        assert await changes.follow_plan(uow, home, again) == again
    planned = await read(api, task)
    assert (planned["due_date"], planned["due_anchor"], planned["due_offset"]) == (
        "2026-07-31",
        "target_launch",
        -1,
    )
    # By API: an anchor makes it planned, and what is sent back beside it is no contradiction.
    fixed = await patched(api, task, due_date="2026-05-01")
    back = await patched(api, fixed, **{**fixed, "due_anchor": "phase_start", "due_offset": 1})
    assert (back["due_date"], back["due_anchor"]) == (plus(1), "phase_start")
    assert (await patched(api, back, due_offset=2))["due_date"] == plus(2)
    released = await patched(api, back, due_anchor=None)
    assert (released["due_date"], released["due_anchor"], released["due_offset"]) == (plus(2), None, None)
    cleared = await patched(api, await patched(api, task, due_anchor="phase_start"), due_date=None)
    assert (cleared["due_date"], cleared["due_anchor"]) == (None, None)


async def test_onb_date_5_days_follow_only_where_they_always_do(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    task = await new_task(api, onboarding, due_anchor="target_launch", due_offset=-10)
    after = await new_task(api, onboarding, due_anchor=f"task:{task['id']}", due_offset=1)
    for follow in ("ask", "never"):
        await rule(world, dates_follow=follow)
        await patched(api, onboarding, target_launch_date=f"2026-08-{10 + len(follow)}")
        assert (await read(api, task))["due_date"] == "2026-07-22"
    await rule(world, dates_follow="always")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, onboarding, target_launch_date="2026-08-21", target_change_reason="Legal review")
    assert (await read(api, task))["due_date"] == "2026-08-11"
    assert (await read(api, after))["due_date"] == "2026-08-12"
    written = await journal.look()
    assert written.names == [
        "onboarding.target_shifted",
        *["task.due_date_changed"] * 2,
        "onboarding.dates_moved",
    ]
    assert written.entries[-1].diff == {
        f"tasks.{task['display_id']}.due_date": ("2026-07-22", "2026-08-11"),
        f"tasks.{after['display_id']}.due_date": ("2026-07-23", "2026-08-12"),
    }
    assert (await notes(world, task))[-1].cause == "target_shifted"
    # All of one moment, so in no order: one for the target, one for each task.
    assert sorted(note.task_id is None for note in (await notes(world))[-3:]) == [False, False, True]
    target = [note for note in await notes(world) if note.task_id is None][-1]
    assert (target.new_date, target.reason, target.cause) == (date(2026, 8, 21), "Legal review", "api")


async def test_onb_date_6_done_tasks_and_paused_onboardings_never_move(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    await rule(world, dates_follow="always")
    done = await new_task(api, onboarding, due_anchor="target_launch")
    open_ = await new_task(api, onboarding, due_anchor="target_launch")
    await patched(api, done, done=True)
    await patched(api, onboarding, target_launch_date="2026-08-05")
    assert (await read(api, done))["due_date"] == "2026-08-01"
    assert (await read(api, open_))["due_date"] == "2026-08-05"
    await patched(api, onboarding, state="paused")
    await patched(api, onboarding, target_launch_date="2026-09-01")
    assert (await read(api, open_))["due_date"] == "2026-08-05"


async def test_onb_date_2_planned_days_keep_to_working_days(
    api: httpx.AsyncClient, world: World, onboarding: Json
) -> None:
    await rule(world, due_dates_on_working_days=True)
    # 1 August 2026 is a Saturday.
    task = await new_task(api, onboarding, due_anchor="target_launch")
    assert task["due_date"] == "2026-08-03"
    assert (await new_task(api, onboarding, due_date="2026-08-01"))["due_date"] == "2026-08-01"


async def test_anchors_in_a_circle_are_refused(api: httpx.AsyncClient, onboarding: Json) -> None:
    first = await new_task(api, onboarding, title="A")
    second = await new_task(api, onboarding, title="B", due_anchor=f"task:{first['id']}")
    refused = await api.patch(path_of(first), json={"due_anchor": f"task:{second['id']}"})
    assert refused.json()["error"]["code"] == "dependency_cycle"
    assert refused.json()["error"]["field"] == "due_anchor"
    assert "A → B → A" in refused.json()["error"]["message"]


@pytest.mark.parametrize("follow", ["ask", "always"])
async def test_onb_date_8_every_change_has_exactly_one_note(
    api: httpx.AsyncClient, world: World, onboarding: Json, follow: str
) -> None:
    chance = random.Random(8)
    await rule(world, dates_follow=follow)
    tasks: list[Json] = []
    days: dict[str, list[str | None]] = {}

    def anchor() -> str:
        before = [f"task:{task['id']}" for task in tasks]
        return chance.choice([*before, "phase_start", "target_launch"])

    async def look() -> None:
        for task in tasks:
            day = (await read(api, task))["due_date"]
            history = days.setdefault(task["id"], [None])
            if history[-1] != day:
                history.append(day)

    for _ in range(60):
        act = chance.randrange(6)
        if act == 0 or len(tasks) < 3:
            tasks.append(
                await new_task(api, onboarding, due_anchor=anchor(), due_offset=chance.randint(-9, 9))
            )
        elif act == 1:
            await patched(api, chance.choice(tasks), due_date=f"2026-06-{chance.randint(10, 29)}")
        elif act == 2:
            body = {"due_anchor": anchor(), "due_offset": chance.randint(-9, 9)}
            response = await api.patch(path_of(chance.choice(tasks)), json=body)
            assert response.status_code == 200 or response.json()["error"]["code"] == "dependency_cycle"
        elif act == 3:
            await patched(api, onboarding, target_launch_date=f"2026-08-{chance.randint(10, 29)}")
        elif act == 4:
            await patched(api, chance.choice(tasks), done=chance.random() < 0.5)
        else:
            phase = chance.choice(["review", "before_getting_started", "internal_qa"])
            await patched(api, onboarding, phase=phase)
        await look()
    for task in tasks:
        found = await notes(world, task)
        written = [None if note.new_date is None else note.new_date.isoformat() for note in found]
        assert [None, *written] == days[task["id"]]
        before = [None if note.old_date is None else note.old_date.isoformat() for note in found]
        assert before == days[task["id"]][:-1]
