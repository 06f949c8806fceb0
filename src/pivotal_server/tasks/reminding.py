"""Reminders of tasks: at 08:00 of the workspace, one message a person (ONB-REM-1, -2)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from pivotal_server.auth.actor import server
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.jobs.running import Run
from pivotal_server.kit import clock
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.notifications import preferences
from pivotal_server.notifications import service as mails
from pivotal_server.notifications import service_notices as notices
from pivotal_server.phases import service as phases
from pivotal_server.services import Services
from pivotal_server.tasks import repository_links
from pivotal_server.tasks import repository_reminders as repository
from pivotal_server.tasks.dates import DateRules, rules_of
from pivotal_server.tasks.repository_reminders import DueRow
from pivotal_server.unit_of_work import UnitOfWork, unit_of_work
from pivotal_server.workspaces import service as workspaces

KIND = "reminder"
HOUR = 8
MOST = 5
"""Reminders of one task for one due date at most."""
LONGEST_PAUSE = 90
"""Days between two of them at most."""
KEPT = timedelta(days=(MOST + 1) * LONGEST_PAUSE)
_LISTED = 10
_DAY = timedelta(days=1)
_MADE_UP = timedelta(days=3)


class Message(Struct, frozen=True):
    """What one person is reminded of."""

    tomorrow: list[DueRow]
    today: list[DueRow]
    overdue: list[DueRow]

    @property
    def rows(self) -> list[DueRow]:
        """All of it, what is most urgent first."""
        return [*self.overdue, *self.today, *self.tomorrow]


async def remind_all(run: Run) -> None:
    """Remind in every workspace where it is 08:00 or later and nobody was reminded today."""
    for workspace in await workspaces.all_workspaces(run.db):
        run.check()
        if workspace.deletion_at is None and not workspaces.is_sample(workspace.settings):
            rules = rules_of(workspace.time_zone, workspace.settings)
            await remind(run.services, workspace.id, rules, clock.now())


async def remind(services: Services, org_id: str, rules: DateRules, now: datetime) -> int:
    """Send the reminders of a workspace that are due; to how many people that were."""
    local = now.astimezone(rules.zone)
    today = local.date()
    if local.hour < HOUR or await repository.is_sent(services.db, org_id, today):
        return 0
    try:
        async with unit_of_work(services.db, server(org_id)) as uow:
            await repository.mark_day(uow.tx, org_id, today)
            return await _remind(uow, services, today)
    except UniqueViolation:
        # Another worker is at it.
        return 0


async def _remind(uow: UnitOfWork, services: Services, today: date) -> int:
    await repository.forget(uow.tx, uow.org_id, today - KEPT)
    rows = await _worth(uow, today)
    sent = await repository.sent(uow.tx, uow.org_id, [row.id for row in rows])
    told: list[DueRow] = []
    team = {member.id: member for member in await members.all_members(uow.tx, uow.org_id)}
    for id, message in messages(rows, sent, today).items():
        member = team.get(id)
        # Contacts have no bell, and somebody who left none any more.
        if member is not None and member.active:
            await _send(uow, services, member, message)
            told += [*message.tomorrow, *message.overdue]
    await repository.mark(uow.tx, uow.org_id, today, told)
    return len({row.assignee_id for row in told})


async def _worth(uow: UnitOfWork, today: date) -> list[DueRow]:
    """The tasks that can be worked on: neither locked nor of a later phase."""
    rows = await repository.due(uow.tx, uow.org_id, today - KEPT, today + _DAY)
    if not rows:
        return []
    place = {phase.key: phase.position for phase in await phases.all_phases(uow.tx, uow.org_id)}
    locked = await repository_links.open_before(uow.tx, uow.org_id, [row.id for row in rows])
    return [row for row in rows if row.id not in locked and place[row.phase] <= place[row.present_phase]]


def messages(
    rows: Sequence[DueRow], sent: Mapping[tuple[str, date], tuple[int, date]], today: date
) -> dict[str, Message]:
    """What each assignee is to be reminded of ``today``; nobody only because of what is due today.

    ``sent``: how often a task was reminded of for its due date, and when last.
    """
    found: dict[str, Message] = defaultdict(lambda: Message([], [], []))
    for row in rows:
        count, last = sent.get((row.id, row.due_date), (0, None))
        mine = found[row.assignee_id]
        if row.due_date == today:
            mine.today.append(row)
        elif count < MOST and row.due_date == today + _DAY and last is None:
            mine.tomorrow.append(row)
        elif count < MOST and row.due_date < today and _is_again(row, last, today):
            mine.overdue.append(row)
    return {id: one for id, one in found.items() if one.tomorrow or one.overdue}


def _is_again(row: DueRow, last: date | None, today: date) -> bool:
    """Whether an overdue task is to be told of: once, what the customer sees again after so many days."""
    if last is None or last <= row.due_date:
        # Days on which no server ran are made up for; what was over for long is no news.
        return today - row.due_date <= _MADE_UP
    return row.customer_facing and (today - last).days >= row.every_days


async def _send(uow: UnitOfWork, services: Services, member: MemberRow, message: Message) -> None:
    counts = [
        f"{len(rows)} {words}"
        for rows, words in (
            (message.overdue, "overdue"),
            (message.today, "due today"),
            (message.tomorrow, "due tomorrow"),
        )
        if rows
    ]
    title = f"Your tasks: {', '.join(counts)}"
    rows = message.rows
    first = rows[0]
    lines = [f"{row.title} ({row.onboarding_name}), due {row.due_date}" for row in rows[:_LISTED]]
    if len(rows) > _LISTED:
        lines.append(f"and {len(rows) - _LISTED} more")
    url = f"/onboardings/{first.onboarding_number}/tasks/{first.display_id}"
    await notices.tell(uow, [member.id], kind=KIND, title=title, body="; ".join(lines), url=url)
    if not await preferences.wanted_by_mail(uow.tx, uow.org_id, member.id, KIND):
        return
    await mails.keep_mail(
        uow,
        services.box,
        kind=KIND,
        recipient=member.email,
        subject=title,
        body="\n".join([*lines, "", f"{services.config.public_url}{url}", ""]),
    )
