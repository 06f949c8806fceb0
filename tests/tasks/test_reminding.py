"""Reminders: one message a person and day, at 08:00 of the workspace (ONB-REM-1, -2)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from pivotal_server.members.service import MemberRow
from pivotal_server.notifications import service_notices as notices
from pivotal_server.tasks.dates import DateRules
from pivotal_server.tasks.reminding import remind
from tests.support.app import World
from tests.support.people import change_member, new_member, newest_mail
from tests.support.records import Json, new_contact, new_customer, new_onboarding, new_task, patched

TODAY = date(2027, 3, 10)
MORNING = datetime(2027, 3, 10, 8, 0, tzinfo=UTC)


def day(offset: int) -> str:
    return (TODAY + timedelta(days=offset)).isoformat()


@pytest.fixture
async def ana(world: World) -> MemberRow:
    """Who is reminded."""
    return await new_member(world, "Ana Ruiz", "member")


@pytest.fixture
async def onboarding(api: httpx.AsyncClient) -> Json:
    """An onboarding in its second phase."""
    return await new_onboarding(api, await new_customer(api, name="Aurora"), name="A", phase="program_design")


async def reminded(world: World, ana: MemberRow, at: datetime = MORNING, zone: str = "UTC") -> list[str]:
    """The reminders that Ana has after a look at this moment, oldest first."""
    await remind(world.services, world.workspace.id, DateRules(zone=ZoneInfo(zone)), at)
    rows = await notices.list_for_member(world.db, world.workspace.id, ana.id)
    return [f"{row.title}: {row.body}" for row in reversed(rows) if row.kind == "reminder"]


async def test_onb_rem_1_one_message_lists_tomorrow_overdue_and_what_is_due_that_day(
    api: httpx.AsyncClient, world: World, ana: MemberRow, onboarding: Json
) -> None:
    for title, offset in (("Far", 2), ("Soon", 1), ("Now", 0), ("Late", -1), ("Old", -9)):
        await new_task(api, onboarding, title=title, assignee_id=ana.id, due_date=day(offset))
    assert await reminded(world, ana, MORNING - timedelta(minutes=1)) == []
    [told] = await reminded(world, ana)
    assert told == (
        "Your tasks: 1 overdue, 1 due today, 1 due tomorrow: "
        "Late (A), due 2027-03-09; Now (A), due 2027-03-10; Soon (A), due 2027-03-11"
    )
    assert "Late (A), due 2027-03-09\nNow (A)" in await newest_mail(world, ana.email)
    # Not again that day, whatever comes to it.
    await new_task(api, onboarding, title="New", assignee_id=ana.id, due_date=day(1))
    assert await reminded(world, ana, MORNING + timedelta(hours=3)) == [told]
    # The day after: "Far" is tomorrow's, what was tomorrow's is due, and "Now" is over.
    rows = await reminded(world, ana, MORNING + timedelta(days=1))
    title, _, body = rows[1].partition(": Now")
    assert title == "Your tasks: 1 overdue, 2 due today, 1 due tomorrow"
    assert (
        body
        == " (A), due 2027-03-10; Soon (A), due 2027-03-11; New (A), due 2027-03-11; Far (A), due 2027-03-12"
    )


async def test_onb_rem_1_what_the_customer_sees_is_told_again_five_times_at_most(
    api: httpx.AsyncClient, world: World, ana: MemberRow, onboarding: Json
) -> None:
    await patched(api, onboarding, reminder_frequency_days=2)
    inside = await new_task(api, onboarding, title="Inside", assignee_id=ana.id, due_date=day(0))
    shown = {"customer_facing": True, "assignee_id": ana.id, "due_date": day(0)}
    task = await new_task(api, onboarding, title="Shown", **shown)
    seen: dict[str, list[int]] = {"Inside": [], "Shown": []}
    before = 0
    for offset in range(-2, 16):
        rows = await reminded(world, ana, MORNING + timedelta(days=offset))
        for title, days in seen.items():
            if any(title in row for row in rows[before:]):
                days.append(offset)
        before = len(rows)
    assert seen == {"Inside": [-1, 1], "Shown": [-1, 1, 3, 5, 7]}
    # Another due date plans them anew.
    await patched(api, task, due_date=day(20))
    await patched(api, inside, done=True)
    assert len(await reminded(world, ana, MORNING + timedelta(days=19))) == before + 1


async def test_a_message_only_for_what_is_due_today_is_none(
    api: httpx.AsyncClient, world: World, ana: MemberRow, onboarding: Json
) -> None:
    await new_task(api, onboarding, assignee_id=ana.id, due_date=day(0))
    assert await reminded(world, ana) == []


@pytest.mark.parametrize(
    "how", ["locked", "later", "done", "paused", "finished", "off", "archived", "deleted", "left"]
)
async def test_onb_rem_2_nobody_is_reminded_of_what_they_cannot_or_need_not_do(
    api: httpx.AsyncClient, world: World, ana: MemberRow, onboarding: Json, how: str
) -> None:
    fields = {"assignee_id": ana.id, "due_date": day(1)}
    if how == "locked":
        first = await new_task(api, onboarding)
        await new_task(api, onboarding, depends_on=[first["id"]], **fields)
    elif how == "later":
        await new_task(api, onboarding, phase="launch", **fields)
    else:
        task = await new_task(api, onboarding, **fields)
        if how == "done":
            await patched(api, task, done=True)
        elif how == "deleted":
            assert (await api.delete(f"/tasks/{task['id']}")).status_code == 200
        elif how == "left":
            await change_member(world, ana, active=False)
        elif how == "archived":
            await patched(api, {"object": "customer", "id": onboarding["customer_id"]}, status="archived")
        else:
            change: Json = {"off": {"reminders_enabled": False}}.get(how) or {
                "state": "paused" if how == "paused" else "done"
            }
            await patched(api, onboarding, **change)
    assert await reminded(world, ana) == []


async def test_onb_rem_2_orphaned_tasks_and_those_of_contacts(
    api: httpx.AsyncClient, world: World, ana: MemberRow, onboarding: Json
) -> None:
    contact = await new_contact(api, {"id": onboarding["customer_id"]})
    await new_task(api, onboarding, assignee_id=contact["id"], due_date=day(1))
    await new_task(api, onboarding, phase="review", assignee_id=ana.id, due_date=day(1))
    await patched(api, onboarding, phase="launch")
    assert await reminded(world, ana) == []


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        # Clocks go forward on 28 March 2027 in Berlin: eight o'clock is at 06:00 UTC that day, 07:00 before.
        ("Europe/Berlin", datetime(2027, 3, 28, 6, 0, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2027, 3, 27, 7, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 3, 14, 12, 0, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2027, 3, 10, 2, 15, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2027, 3, 9, 18, 0, tzinfo=UTC)),
    ],
)
async def test_it_is_eight_where_the_workspace_is(
    api: httpx.AsyncClient, world: World, ana: MemberRow, onboarding: Json, zone: str, moment: datetime
) -> None:
    local = moment.astimezone(ZoneInfo(zone)).date()
    await new_task(api, onboarding, assignee_id=ana.id, due_date=(local + timedelta(days=1)).isoformat())
    assert await reminded(world, ana, moment - timedelta(seconds=1), zone) == []
    assert len(await reminded(world, ana, moment, zone)) == 1
