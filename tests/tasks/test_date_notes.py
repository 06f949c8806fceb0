"""ONB-DATE-8: after a thousand acts of people and keys, every change of a date has exactly one note."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import httpx
from sqlalchemy import bindparam, select

from pivotal_server.auth.actor import Actor, command_line
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import date_notes, onboardings, tasks
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.pagination import Slice
from pivotal_server.onboardings import changes as onboarding_changes
from pivotal_server.onboardings import service as onboarding_service
from pivotal_server.onboardings.how import How
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.tasks import changes, following, service
from pivotal_server.tasks.offering import pending, would_follow
from pivotal_server.tasks.offers import Answer, Offer
from pivotal_server.tasks.schemas import SubtaskCreate, TaskCreate, TaskUpdate
from pivotal_server.templates.applying import apply_template
from pivotal_server.templates.service import named_template
from pivotal_server.unit_of_work import UnitOfWork, unit_of_work
from tests.support.app import World
from tests.support.people import set_settings
from tests.support.records import Json, new_customer, new_onboarding, new_template

ACTS, MOST_TASKS = 1_000, 25
PHASES = ("before_getting_started", "program_design", "review", "program_buildout")
_WHY = "a test reads what was written"
_DAYS = Statement.rows(
    select(tasks.c.id, tasks.c.due_date).where(tasks.c.org_id == bindparam("org_id")), global_lookup=_WHY
)
_TARGETS = Statement.rows(
    select(onboardings.c.id, onboardings.c.target_launch_date).where(
        onboardings.c.org_id == bindparam("org_id")
    ),
    global_lookup=_WHY,
)
_NOTES = Statement.rows(
    select(
        date_notes.c.id,
        date_notes.c.onboarding_id,
        date_notes.c.task_id,
        date_notes.c.old_date,
        date_notes.c.new_date,
    ).where(date_notes.c.org_id == bindparam("org_id")),
    global_lookup=_WHY,
)


class Chaos:
    """Does something to one onboarding and its tasks, as a person or a key; a refusal does nothing."""

    def __init__(self, world: World, onboarding: Json, template: Json) -> None:
        self.chance = random.Random(2026)
        self.world = world
        self.id = onboarding["id"]
        self.template = template["id"]
        self.removed = "none"
        self.acts = [
            *(self.create, self.below, self.date, self.date, self.plan, self.done, self.target),
            *(self.move, self.pause, self.remove, self.restore, self.apply, self.accept),
        ]

    def actor(self) -> Actor:
        org = self.world.workspace.id
        if self.chance.random() < 0.5:
            return command_line(org)
        member = self.world.owner
        return Actor(
            type="member", org_id=org, id=member.id, label=member.name, origin="app", role=member.role
        )

    async def act(self) -> None:
        follow = self.chance.choice(["ask", "ask", "always", "never"])
        await set_settings(self.world, dates_follow=follow)
        try:
            async with unit_of_work(self.world.db, self.actor()) as uow:
                await self.chance.choice(self.acts)(uow)
        except ApiError:
            pass

    async def home(self, uow: UnitOfWork) -> onboarding_service.OnboardingRow:
        return await onboarding_service.get_onboarding(uow.tx, uow.org_id, self.id, lock=True)

    async def ids(self, uow: UnitOfWork) -> list[str]:
        found, _ = await service.read_tasks(uow.tx, uow.org_id, Slice(limit=100), {}, onboarding_id=self.id)
        return [task.id for task in found]

    async def some(self, uow: UnitOfWork) -> Any:
        ids = await self.ids(uow)
        return await service.get_task_for_change(uow, self.chance.choice(ids or ["none"]))

    def day(self) -> date:
        return date(2026, 6, 1) + timedelta(days=self.chance.randrange(120))

    async def anchor(self, uow: UnitOfWork) -> str:
        others = [f"task:{id}" for id in await self.ids(uow)]
        return self.chance.choice([*others, "phase_start", "target_launch"])

    def answer(self, offers: Sequence[Offer], *, accepted: bool = False) -> Answer:
        ids = [offer.id for offer in offers]
        return Answer(ids, [id for id in ids if self.chance.random() < 0.6], accepted)

    async def create(self, uow: UnitOfWork) -> None:
        home = await self.home(uow)
        if len(await self.ids(uow)) >= MOST_TASKS:
            return
        phase = self.chance.choice(PHASES)
        if self.chance.random() < 0.5:
            data = TaskCreate(title="x", phase=phase, due_date=self.day())
        else:
            offset = self.chance.randint(-9, 9)
            data = TaskCreate(title="x", phase=phase, due_anchor=await self.anchor(uow), due_offset=offset)
        await service.create_task(uow, home, data)

    async def below(self, uow: UnitOfWork) -> None:
        home, row = await self.some(uow)
        if len(await self.ids(uow)) < MOST_TASKS:
            await service.create_subtask(uow, home, row, SubtaskCreate(title="y", due_date=self.day()))

    async def date(self, uow: UnitOfWork) -> None:
        home, row = await self.some(uow)
        due = None if self.chance.random() < 0.2 else self.day()
        offers = await would_follow(uow.tx, uow.org_id, home, days={row.id: due})
        answer = self.answer(offers) if offers and uow.actor.type == "member" else None
        await changes.update_task(uow, home, row, TaskUpdate(due_date=due), answer)

    async def plan(self, uow: UnitOfWork) -> None:
        home, row = await self.some(uow)
        if self.chance.random() < 0.3:
            await changes.follow_plan(uow, home, row)
            return
        offset = self.chance.randint(-9, 9)
        data = TaskUpdate(due_anchor=await self.anchor(uow), due_offset=offset)
        await changes.update_task(uow, home, row, data)

    async def done(self, uow: UnitOfWork) -> None:
        home, row = await self.some(uow)
        await changes.update_task(uow, home, row, TaskUpdate(done=self.chance.random() < 0.6))

    async def target(self, uow: UnitOfWork) -> None:
        row = await self.home(uow)
        day = None if self.chance.random() < 0.2 else self.day()
        offers = await would_follow(uow.tx, uow.org_id, row, target=day)
        how = How(follow=self.answer(offers) if offers and uow.actor.type == "member" else None)
        data = OnboardingUpdate(target_launch_date=day, target_change_reason="Moved")  # type: ignore[arg-type]
        await onboarding_changes.update_onboarding(uow, row, data, how)

    async def move(self, uow: UnitOfWork) -> None:
        row = await self.home(uow)
        to = self.chance.choice(PHASES)
        offers = await would_follow(uow.tx, uow.org_id, row, entering=to, on=uow.now.date())
        how = How(follow=self.answer(offers) if offers and uow.actor.type == "member" else None)
        data = OnboardingUpdate(phase=to, phase_change_reason="Again")
        await onboarding_changes.update_onboarding(uow, row, data, how)

    async def pause(self, uow: UnitOfWork) -> None:
        row = await self.home(uow)
        if row.state == "paused":
            days = self.chance.choice([0, 3, 8])
            how, state = How(shift_days=days), "active"
        else:
            how, state = How(state_reason="Waiting for legal"), self.chance.choice(["paused", "waiting"])
        await onboarding_changes.update_onboarding(uow, row, OnboardingUpdate(state=state), how)  # type: ignore[arg-type]

    async def remove(self, uow: UnitOfWork) -> None:
        home, row = await self.some(uow)
        await service.delete_task(uow, home, row)
        self.removed = row.id

    async def restore(self, uow: UnitOfWork) -> None:
        home, row = await service.get_task_for_change(uow, self.removed, deleted=True)
        await service.restore_task(uow, home, row)

    async def apply(self, uow: UnitOfWork) -> None:
        home = await self.home(uow)
        template = await named_template(uow.tx, uow.org_id, self.template, "template_id")
        if len(await self.ids(uow)) < MOST_TASKS:
            await apply_template(uow, home, template, add_copies=self.chance.random() < 0.3)

    async def accept(self, uow: UnitOfWork) -> None:
        row = await self.home(uow)
        offers = await pending(uow.tx, uow.org_id, row)
        if offers:
            await following.follow_dates(uow, row, answer=self.answer(offers, accepted=True))


async def test_onb_date_8_after_a_thousand_acts_every_change_has_one_note(
    world: World, api: httpx.AsyncClient
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api), target_launch_date="2026-08-01")
    template = await new_template(
        api,
        {"title": "Map", "key": "map", "due_anchor": "phase_start", "due_offset": 3},
        {
            "title": "Load",
            "due_anchor": "task:map",
            "due_offset": 2,
            "subtasks": [{"title": "Check", "due_offset": 1}],
        },
        phase="program_design",
        default_for_phase=True,
    )
    chaos = Chaos(world, onboarding, template)
    org = {"org_id": world.workspace.id}

    async def dates() -> dict[str, date | None]:
        found = [*await world.db.fetch_all(_DAYS, org), *await world.db.fetch_all(_TARGETS, org)]
        return dict(found)

    known: set[str] = set()
    before: dict[str, date | None] = {}
    changed = 0
    for number in range(ACTS + 1):
        if number:
            await chaos.act()
        after = await dates()
        fresh = [row for row in await world.db.fetch_all(_NOTES, org) if row[0] not in known]
        known |= {row[0] for row in fresh}
        written = [((row[2] or row[1]), row[3], row[4]) for row in fresh]
        moved = [(id, before.get(id), day) for id, day in after.items() if before.get(id) != day]
        assert sorted(map(repr, written)) == sorted(map(repr, moved)), f"act {number}"
        changed += len(moved)
        before = after
    assert changed > 300
