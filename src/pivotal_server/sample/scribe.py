"""The hand that writes the sample through the services, with a clock that walks through the months."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from msgspec import convert

from pivotal_server.attachments import service as attachments
from pivotal_server.auth import actor
from pivotal_server.auth.actor import Actor
from pivotal_server.comments import service as comments
from pivotal_server.comments.schemas import CommentCreate
from pivotal_server.contacts.service import ContactRow
from pivotal_server.customers import service as customers
from pivotal_server.customers.changes import update_customer
from pivotal_server.customers.schemas import CustomerUpdate
from pivotal_server.customers.service import CustomerRow
from pivotal_server.db.engine import Transaction
from pivotal_server.kit.http import UploadedFile
from pivotal_server.kit.pagination import Slice
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings import changes
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.how import PLAIN, How
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.onboardings.service import OnboardingRow
from pivotal_server.tasks import service as tasks
from pivotal_server.tasks.changes import update_task
from pivotal_server.tasks.following import follow_dates
from pivotal_server.tasks.offering import pending, would_follow
from pivotal_server.tasks.offers import Answer, Offer
from pivotal_server.tasks.schemas import SubtaskCreate, Task, TaskCreate, TaskUpdate
from pivotal_server.unit_of_work import UnitOfWork

_ALL = Slice(limit=100, ascending=True)
_BETWEEN = timedelta(seconds=37)


def automation(org_id: str) -> Actor:
    """Who sets the sample up."""
    return Actor(
        type="system",
        org_id=org_id,
        id=None,
        label="Automation: Sample data",
        origin="automation",
        role="owner",
    )


class Scribe:
    """Writes acts one after the other, each at its moment and in somebody's name."""

    def __init__(self, tx: Transaction, org_id: str, clock: datetime, random: Random) -> None:
        self._org_id = org_id
        self._clock = clock
        self._random = random
        self.uow = UnitOfWork(tx, automation(org_id), None)
        # Nothing that happened before the sample was there is told to other systems.
        self.uow.fires = False
        self.uow.now = clock - timedelta(days=150)

    def at(self, ago: int) -> None:
        """Go on to an hour of work ``ago`` days before the clock, never back."""
        day = self._clock - timedelta(days=ago)
        day -= timedelta(days=max(0, day.weekday() - 4))
        minutes = 8 * 60 + self._random.randrange(9 * 60)
        wanted = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)
        self.uow.now = max(self.uow.now + _BETWEEN, min(wanted, self._clock - timedelta(hours=1)))

    def pass_a_while(self) -> None:
        """Go on by less than a minute, as between two things that one person does."""
        self.uow.now += _BETWEEN

    def day(self, ahead: int) -> date:
        """The day ``ahead`` days after that of the clock."""
        return (self._clock + timedelta(days=ahead)).date()

    def as_automation(self) -> None:
        """Write in the name of the automation."""
        self.uow.actor = automation(self._org_id)

    def as_member(self, member: MemberRow) -> None:
        """Write in the name of a colleague."""
        self.uow.actor = actor.member(self._org_id, member.id, member.name, member.role)

    def as_contact(self, contact: ContactRow) -> None:
        """Write in the name of somebody at the customer."""
        self.uow.actor = Actor(
            type="contact",
            org_id=self._org_id,
            id=contact.id,
            label=contact.name,
            origin="portal",
            role="contact",
        )

    # ── Customers and onboardings ────────────────────────────────────────────────────────────────
    async def customer_status(self, id: str, status: str) -> None:
        """Give a customer another status."""
        row = await customers.get_customer(self.uow.tx, self._org_id, id, lock=True)
        await update_customer(self.uow, row, convert({"status": status}, CustomerUpdate))
        await self.uow.flush()

    async def customer(self, id: str) -> CustomerRow:
        """A customer as it is now."""
        return await customers.get_customer(self.uow.tx, self._org_id, id, lock=True)

    async def onboarding(self, id: str) -> OnboardingRow:
        """An onboarding as it is now."""
        return await onboardings.get_onboarding(self.uow.tx, self._org_id, id, lock=True)

    async def change(self, id: str, how: How = PLAIN, **values: Any) -> None:
        """Change an onboarding."""
        row = await self.onboarding(id)
        await changes.update_onboarding(self.uow, row, OnboardingUpdate(**values), how)
        await self.uow.flush()

    # ── Tasks ────────────────────────────────────────────────────────────────────────────────────
    async def tasks_of(self, onboarding_id: str) -> list[Task]:
        """The tasks and subtasks of an onboarding, oldest first."""
        found, _ = await tasks.read_tasks(self.uow.tx, self._org_id, _ALL, {}, onboarding_id=onboarding_id)
        return found

    async def add_task(self, onboarding_id: str, **values: Any) -> str:
        """Add a task; its id."""
        home = await self.onboarding(onboarding_id)
        row = await tasks.create_task(self.uow, home, TaskCreate(**values))
        await self.uow.flush()
        return row.id

    async def add_subtask(self, task_id: str, **values: Any) -> None:
        """Add a subtask."""
        home, row = await tasks.get_task_for_change(self.uow, task_id)
        await tasks.create_subtask(self.uow, home, row, SubtaskCreate(**values))
        await self.uow.flush()

    async def complete(self, task_id: str, *, follow: bool) -> None:
        """Complete a task; with ``follow`` the dates that hang on it move along."""
        home, row = await tasks.get_task_for_change(self.uow, task_id)
        await update_task(self.uow, home, row, TaskUpdate(done=True))
        await self.uow.flush()
        if follow:
            offers = await pending(self.uow.tx, self._org_id, home)
            if offers:
                await follow_dates(self.uow, home, answer=_all(offers, accepted=True))
                await self.uow.flush()

    async def delay(self, task_id: str, days: int, *, follow: bool) -> None:
        """Move the due date of a task, and with ``follow`` the dates that hang on it."""
        home, row = await tasks.get_task_for_change(self.uow, task_id)
        due = (row.due_date or self.uow.now.date()) + timedelta(days=days)
        offers = await would_follow(self.uow.tx, self._org_id, home, days={row.id: due})
        answer = _all(offers) if follow else None
        await update_task(self.uow, home, row, TaskUpdate(due_date=due), answer)
        await self.uow.flush()

    # ── Talk ─────────────────────────────────────────────────────────────────────────────────────
    async def say(self, onboarding_id: str, body: str, visibility: str, task_id: str | None = None) -> None:
        """Write a comment."""
        home = await self.onboarding(onboarding_id)
        place = comments.Place(
            customer_id=home.customer_id, onboarding_id=home.id, task_id=task_id, livemode=home.livemode
        )
        data = convert({"body": body, "visibility": visibility}, CommentCreate)
        await comments.create_comment(self.uow, place, data)
        await self.uow.flush()

    async def attach(self, task_id: str, upload: UploadedFile, visibility: str) -> None:
        """Put a file on a task."""
        _, row = await tasks.get_task_for_change(self.uow, task_id)
        await attachments.attach_to_task(self.uow, row, upload, visibility)
        await self.uow.flush()


def _all(offers: Sequence[Offer], *, accepted: bool = False) -> Answer:
    ids = [offer.id for offer in offers]
    return Answer(ids, ids, accepted)


def uploaded(name: str, path: Any, content: bytes) -> UploadedFile:
    """A file that lies at ``path`` as if somebody had just uploaded it."""
    return UploadedFile(
        name=name,
        declared_type="application/octet-stream",
        path=path,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        head=content[:512],
    )
