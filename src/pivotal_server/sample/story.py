"""The history of the sample: who does what on which day, and then doing it in order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any, TypeVar

from msgspec import Struct, json

from pivotal_server.contacts import service as contacts
from pivotal_server.contacts.schemas import ContactCreate
from pivotal_server.contacts.service import ContactRow
from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.custom_fields.schemas import CustomFieldCreate
from pivotal_server.customers import service as customers
from pivotal_server.customers.schemas import CustomerCreate
from pivotal_server.files.store import Files
from pivotal_server.kit.validation import Body
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.how import How
from pivotal_server.onboardings.schemas import OnboardingCreate
from pivotal_server.sample import content
from pivotal_server.sample.arcs import ARCS, Act, Arc, Stay, stays_of
from pivotal_server.sample.content import BUNDLES, COMPANIES, MORE_SUBTASKS, MORE_TASKS, Company
from pivotal_server.sample.scribe import Scribe, uploaded
from pivotal_server.tasks.schemas import Task
from pivotal_server.templates import service as templates
from pivotal_server.templates.conditions import check_condition, why_not
from pivotal_server.templates.schemas import TemplateCreate

S = TypeVar("S", bound=Struct)
TASKS, SUBTASKS = 160, 40
_EARLIER = 121
_FILES = (
    ("Data mapping.csv", b"their field,our field\ncustomer_no,external_id\nemail,email\nturnover,mrr\n"),
    (
        "Kick-off notes.md",
        b"# Kick-off\n\n- Goals: fewer calls, one list of customers\n- Risk: holidays in July\n",
    ),
    (
        "Launch runbook.txt",
        b"1. Freeze imports at 18:00\n2. Switch on\n3. Check ten orders\n4. Tell everybody\n",
    ),
)


def _checked(values: dict[str, Any], struct: type[S]) -> S:
    """What a service takes, from values as a caller of the API would send them."""
    found = Body(struct).check(values, "")
    assert isinstance(found, struct)
    return found


def _predecessors(task: Task) -> list[str]:
    # Read from the database, it is the text that answers carry.
    found: Any = task.depends_on
    return json.decode(found, type=list[str])


Step = tuple[int, int, Callable[[], Awaitable[None]]]


@dataclass
class _Thread:
    """An onboarding of the sample while its history is written."""

    arc: Arc
    company: Company
    number: int
    stays: list[Stay]
    id: str = ""
    carried: list[str] = field(default_factory=list)


class Story:
    """Writes the whole sample into a new workspace that has its phases, for the ``owner``."""

    def __init__(self, scribe: Scribe, owner: MemberRow, preset: str, random: Random, files: Files) -> None:
        self._scribe = scribe
        self._owner = owner
        self._preset = preset
        self._random = random
        self._files = files
        self._steps: list[Step] = []
        self._people: dict[str, MemberRow] = {}
        self._customers: dict[str, str] = {}
        self._contacts: dict[str, list[ContactRow]] = {}
        self._threads: list[_Thread] = []

    async def write(self) -> None:
        """Everything, in the order of its days."""
        self._scribe.at(_EARLIER)
        await self._set_up()
        for number, arc in enumerate(ARCS):
            company = next(one for one in COMPANIES if one.name == arc.company)
            self._threads.append(_Thread(arc, company, number, stays_of(arc, number, self._preset)))
        for thread in self._threads:
            self._plan(thread)
        self._plan_extras()
        for ago, _, act in sorted(self._steps, key=lambda step: (-step[0], step[1])):
            self._scribe.as_automation()
            self._scribe.at(ago)
            await act()

    def _on(self, ago: int, act: Callable[[], Awaitable[None]]) -> None:
        self._steps.append((ago, len(self._steps), act))

    # ── What is there before the first onboarding ────────────────────────────────────────────────
    async def _set_up(self) -> None:
        uow = self._scribe.uow
        for one in content.TEAM:
            self._people[one.key] = await members.join(uow, one.email, one.name, one.role)
        for values in content.FIELDS:
            await custom_fields.create_field(uow, _checked(values, CustomFieldCreate))
        for phase, (name, pieces) in BUNDLES[self._preset].items():
            bundle = {
                "name": name,
                "phase": phase,
                "default_for_phase": True,
                "tasks": [piece.as_template() for piece in pieces],
            }
            await templates.create_template(uow, _checked(bundle, TemplateCreate))
            await uow.flush()
        for company in COMPANIES:
            await self._add_customer(company)

    async def _add_customer(self, company: Company) -> None:
        uow = self._scribe.uow
        values = {
            "name": company.name,
            "domain": company.at,
            "plan": company.plan,
            "status": "onboarding",
            "mrr": None if company.arr is None else round(company.arr / 12),
            "monthly_orders": None if company.arr is None else company.arr // 5,
            "tags": list(company.tags),
            "owner_id": self._owner.id if "vip" in company.tags else self._people[company.csm].id,
            "custom_fields": {"region": company.region}
            | ({} if company.arr is None else {"arr": company.arr}),
        }
        row = await customers.create_customer(uow, _checked(values, CustomerCreate))
        self._customers[company.name] = row.id
        self._contacts[company.name] = []
        for index, (name, title) in enumerate(company.contacts):
            first = name.split()[0].lower()
            data = ContactCreate(
                name=name,
                email=f"{first}@{company.at}",
                title=title,
                phone=f"+1 555 01{row.display_id:02d}",
                is_primary=company.has_primary and index == 0,
            )
            self._contacts[company.name].append(await contacts.create_contact(uow, row, data))
        await uow.flush()
        if company.status in ("active", "at_risk"):
            ago = 30 if company.status == "active" else 8
            self._on(ago, lambda: self._scribe.customer_status(row.id, company.status))

    # ── The days of one onboarding ───────────────────────────────────────────────────────────────
    def _plan(self, thread: _Thread) -> None:
        self._on(thread.arc.start, lambda: self._create(thread))
        for stay in thread.stays:
            if stay.how != "create":
                self._on(stay.since, lambda stay=stay: self._enter(thread, stay))  # type: ignore[misc]
            self._plan_work(thread, stay)
            self._plan_talk(thread, stay)
        for act in thread.arc.acts:
            self._on(act.ago, lambda act=act: self._happens(thread, act))  # type: ignore[misc]
        last = thread.stays[-1]
        if thread.arc.share == 1 and last.until is None:
            self._on(1, lambda: self._clear(thread, last))

    def _plan_work(self, thread: _Thread, stay: Stay) -> None:
        until = stay.until or 1
        pieces = len(BUNDLES[self._preset].get(stay.key, ("", ()))[1]) + 1
        many = pieces if stay.until is not None else round(pieces * thread.arc.share)
        stopped = self._stops(thread)
        for index in range(many):
            ago = stay.since - (stay.since - until) * (index + 1) // (many + 1)
            if ago >= stopped:
                self._on(ago, lambda: self._work(thread))
        if stay.until is not None and stay.how != "skip" and not self._is_skipped_from(thread, stay):
            self._on(until, lambda: self._clear(thread, stay))

    @staticmethod
    def _stops(thread: _Thread) -> int:
        """The day from which nothing more is done, as the onboarding stands still."""
        ends = ("churn", "archive", "finish")
        return max((a.ago for a in thread.arc.acts if a.what in ends or a.detail == "paused"), default=0)

    @staticmethod
    def _is_skipped_from(thread: _Thread, stay: Stay) -> bool:
        return any(one.how == "skip" and one.since == stay.until for one in thread.stays)

    def _plan_talk(self, thread: _Thread, stay: Stay) -> None:
        until, stopped = stay.until or 1, self._stops(thread)
        middle = until + (stay.since - until) // 2
        if middle < stopped:
            return
        self._on(middle, lambda: self._note(thread, self._random.choice(content.NOTES_INSIDE), "internal"))
        later = max(until, middle - 2, 2)
        self._on(later, lambda: self._note(thread, self._random.choice(content.NOTES_OUTSIDE), "customer"))
        if thread.number % 3 != 1 and later - 1 > stopped:
            self._on(later - 1, lambda: self._answer(thread, self._random.choice(content.ANSWERS)))

    async def _create(self, thread: _Thread) -> None:
        arc, staff = thread.arc, {one.part: self._people[one.key].id for one in content.TEAM if one.part}
        data = OnboardingCreate(
            customer_id=self._customers[arc.company],
            name=arc.name,
            csm_id=self._people[thread.company.csm].id,
            se_id=staff["se"],
            designer_id=staff["designer"] if thread.number % 2 == 0 else None,
        )
        if arc.target is not None:
            data.target_launch_date = self._scribe.day(arc.target)  # type: ignore[assignment]
        customer = await self._scribe.customer(self._customers[arc.company])
        thread.id = (await onboardings.create_onboarding(self._scribe.uow, customer, data)).id
        await self._scribe.uow.flush()

    async def _enter(self, thread: _Thread, stay: Stay) -> None:
        self._as_csm(thread)
        if stay.how == "skip":
            # Only managers jump ahead.
            self._scribe.as_automation()
        await self._scribe.change(
            thread.id,
            How(note=stay.why if stay.how == "skip" else None),
            phase=stay.key,
            phase_change_reason=stay.why if stay.how == "send_back" else None,
        )

    async def _happens(self, thread: _Thread, act: Act) -> None:
        customer = self._customers[thread.arc.company]
        match act.what:
            case "finish":
                if (await self._scribe.onboarding(thread.id)).state != "done":
                    self._as_csm(thread)
                    await self._scribe.change(thread.id, state="done")
            case "state":
                self._as_csm(thread)
                await self._scribe.change(thread.id, How(state_reason=act.reason), state=act.detail)
            case "target":
                self._as_csm(thread)
                day = self._scribe.day(act.detail)
                await self._scribe.change(thread.id, target_launch_date=day, target_change_reason=act.reason)
            case "churn":
                await self._scribe.customer_status(customer, "churned")
            case "archive":
                await self._scribe.customer_status(customer, "archived")
            case "delay":
                self._scribe.as_member(self._people["ines"])
                mapping = await self._named(thread, content.DATA[0].title)
                if mapping is not None and not mapping.done:
                    await self._scribe.delay(mapping.id, act.detail, follow=True)
            case "later_task":
                await self._scribe.add_task(
                    thread.id, title="Prepare the export", phase=self._key_of(act.detail)
                )
            case _:
                pass  # planned as a stay, or with the work

    def _key_of(self, index: int) -> str:
        return list(BUNDLES[self._preset])[index]

    # ── Work and talk ────────────────────────────────────────────────────────────────────────────
    def _as_csm(self, thread: _Thread) -> None:
        self._scribe.as_member(self._people[thread.company.csm])

    def _as_assignee(self, thread: _Thread, task: Task) -> None:
        for contact in self._contacts[thread.arc.company]:
            if contact.id == task.assignee_id:
                self._scribe.as_contact(contact)
                return
        found = [one for one in self._people.values() if one.id == task.assignee_id]
        if found:
            self._scribe.as_member(found[0])
        else:
            self._as_csm(thread)

    async def _named(self, thread: _Thread, title: str) -> Task | None:
        return next((one for one in await self._scribe.tasks_of(thread.id) if one.title == title), None)

    async def _next(self, thread: _Thread, phase: str) -> Task | None:
        """The next open task of a phase that waits for nothing, subtasks before their task."""
        found = await self._scribe.tasks_of(thread.id)
        still_open = {task.id for task in found if not task.done}
        parents = {task.parent_task_id for task in found if not task.done}
        for task in found:
            waits = not still_open.isdisjoint(_predecessors(task))
            held = task.id in parents or task.id in thread.carried
            if not task.done and task.phase == phase and not waits and not held:
                return task
        return None

    async def _work(self, thread: _Thread) -> None:
        home = await self._scribe.onboarding(thread.id)
        task = await self._next(thread, home.phase) if home.state != "done" else None
        if task is not None:
            self._as_assignee(thread, task)
            await self._scribe.complete(task.id, follow=not self._keeps_offers(thread))

    async def _clear(self, thread: _Thread, stay: Stay) -> None:
        """Complete what is open in a phase before it is left; keep one task where it is carried over."""
        if (await self._scribe.onboarding(thread.id)).state == "done":
            return
        if stay.carried:
            still_open = [
                t for t in await self._scribe.tasks_of(thread.id) if not t.done and t.phase == stay.key
            ]
            thread.carried = [task.id for task in still_open if task.customer_facing][:1]
            if not thread.carried:
                self._as_csm(thread)
                thread.carried = [
                    await self._scribe.add_task(
                        thread.id,
                        title="Send the missing price list",
                        assignee_id=self._contacts[thread.arc.company][0].id,
                    )
                ]
        while (task := await self._next(thread, stay.key)) is not None:
            self._scribe.pass_a_while()
            self._as_assignee(thread, task)
            await self._scribe.complete(task.id, follow=not self._keeps_offers(thread))

    @staticmethod
    def _keeps_offers(thread: _Thread) -> bool:
        """Whether dates that would follow are left for the reader to decide on."""
        return any(act.what == "pending" for act in thread.arc.acts)

    def _filled(self, thread: _Thread, text: str) -> str:
        contact = self._contacts[thread.arc.company][0].name.split()[0]
        csm = self._people[thread.company.csm].name.split()[0]
        return text.replace("{contact}", contact).replace("{csm}", csm)

    async def _note(self, thread: _Thread, text: str, visibility: str) -> None:
        self._as_csm(thread)
        if visibility == "internal" and thread.number % 2:
            self._scribe.as_member(self._people["ines"])
        await self._scribe.say(thread.id, self._filled(thread, text), visibility)

    async def _answer(self, thread: _Thread, text: str) -> None:
        self._scribe.as_contact(self._contacts[thread.arc.company][0])
        await self._scribe.say(thread.id, text, "customer")

    # ── What people add by hand ──────────────────────────────────────────────────────────────────
    def _plan_extras(self) -> None:
        """Fill up to the numbers of the sample, where work is going on, in the last days."""
        made = [self._templated(thread) for thread in self._threads]
        tasks = TASKS - sum(one[0] for one in made)
        subtasks = SUBTASKS - sum(one[1] for one in made)
        running = [one for one in self._threads if not self._stops(one) and self._runs(one)]
        texts = cycle(MORE_TASKS)
        for number, thread in zip(range(tasks), cycle(running), strict=False):
            title, who, facing = next(texts)
            ago = max(2, min(thread.stays[-1].since - 1, 7 - number % 6))
            self._on(
                ago,
                lambda t=thread, a=(title, who, facing, number): self._add_extra(t, *a),  # type: ignore[misc]
            )
        for number in range(subtasks):
            text = MORE_SUBTASKS[number % len(MORE_SUBTASKS)]
            turn = running[number % len(running) :] + running[: number % len(running)]
            self._on(2, lambda t=turn, s=text: self._add_subtask(t, s))  # type: ignore[misc]
        asking = next(one for one in self._threads if one.company.name == "Aurora Outfitters")
        self._on(1, lambda: self._answer(asking, content.WAITING))
        for index, (name, data) in enumerate(_FILES):
            self._on(3, lambda t=running[index], n=name, c=data: self._add_file(t, n, c))  # type: ignore[misc]

    def _runs(self, thread: _Thread) -> bool:
        return thread.arc.share < 1 and thread.stays[-1].key in BUNDLES[self._preset]

    def _templated(self, thread: _Thread) -> tuple[int, int]:
        """How many tasks and subtasks an onboarding gets from templates and from its own acts."""
        company = thread.company
        facts = {"tags": list(company.tags), "custom_fields.arr": company.arr}
        tasks = subtasks = 0
        for key in {stay.key for stay in thread.stays}:
            for piece in BUNDLES[self._preset].get(key, ("", ()))[1]:
                if why_not(check_condition(piece.when, "condition"), facts) is None:
                    tasks += 1
                    subtasks += len(piece.subtasks)
        tasks += sum(act.what == "later_task" for act in thread.arc.acts)
        tasks += any(stay.carried for stay in thread.stays)
        return tasks, subtasks

    async def _add_extra(
        self, thread: _Thread, title: str, who: str | None, facing: bool, number: int
    ) -> None:
        staff = {"csm": thread.company.csm, "se": "ines", "designer": "jonas"}
        assignee = self._people[staff[who]].id if who in staff else None
        if who == "primary":
            assignee = self._contacts[thread.arc.company][0].id
        self._as_csm(thread)
        await self._scribe.add_task(
            thread.id,
            title=self._filled(thread, title),
            assignee_id=assignee,
            customer_facing=facing,
            due_date=self._scribe.day(number % 19 - 4),
        )

    async def _add_subtask(self, threads: list[_Thread], title: str) -> None:
        """Add a subtask to the first onboarding that has an open task for it."""
        for thread in threads:
            found = await self._scribe.tasks_of(thread.id)
            below = {task.parent_task_id for task in found}
            fit = [task for task in found if not task.done and task.parent_task_id is None]
            if fit:
                fit.sort(key=lambda task: (task.id in below, -task.display_id))
                self._as_csm(thread)
                await self._scribe.add_subtask(fit[0].id, title=self._filled(thread, title))
                return

    async def _add_file(self, thread: _Thread, name: str, text: bytes) -> None:
        def kept() -> object:
            path = self._files.new_path()
            path.write_bytes(text)
            return path

        path = await asyncio.to_thread(kept)
        task = (await self._scribe.tasks_of(thread.id))[0]
        self._as_csm(thread)
        await self._scribe.attach(task.id, uploaded(name, path, text), "customer")
