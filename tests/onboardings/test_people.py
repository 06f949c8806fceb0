"""What is asked of people who move an onboarding: the right to it, a reason, and what they saw."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from pivotal_server.auth.actor import Actor
from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings import changes, service
from pivotal_server.onboardings.how import How
from pivotal_server.onboardings.moving_tasks import MoveChoices
from pivotal_server.onboardings.rights import rights_of
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.tasks import completion
from pivotal_server.tasks import service as tasks
from pivotal_server.tasks.offers import Answer
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.people import entries_of, new_member
from tests.support.records import Json, new_customer, new_onboarding, new_task, patched, read
from tests.support.visits import Enter, text_of

WHO = ("owner", "admin", "csm", "task", "subtask", "later_task", "done_task", "other", "viewer")
WAYS = {"advance": "review", "send_back": "before_getting_started", "skip": "program_buildout"}
MAY = {
    "owner": set(WAYS),
    "admin": set(WAYS),
    "csm": {"advance", "send_back"},
    "task": {"advance", "send_back"},
    "subtask": {"advance", "send_back"},
}


def actor_of(world: World, member: MemberRow) -> Actor:
    return Actor(
        type="member",
        org_id=world.workspace.id,
        id=member.id,
        label=member.name,
        origin="app",
        role=member.role,
    )


async def change(
    world: World, member: MemberRow, onboarding: Json, how: How | None = None, **values: Any
) -> str:
    """Change an onboarding as a person; the code and field of a refusal, or nothing."""
    try:
        async with unit_of_work(world.db, actor_of(world, member)) as uow:
            row = await service.get_onboarding(uow.tx, uow.org_id, onboarding["id"], lock=True)
            await changes.update_onboarding(uow, row, OnboardingUpdate(**values), how or How())
    except ApiError as fault:
        return f"{fault.code.code} {fault.field or ''}".strip()
    return ""


async def somebody(world: World, api: httpx.AsyncClient, who: str, onboarding: Json) -> MemberRow:
    """A member who has to do with the onboarding as ``who`` says."""
    if who == "owner":
        return world.owner
    role = who if who in ("admin", "viewer") else "member"
    member = await new_member(world, f"{who.title()} Person", role)
    match who:
        case "csm":
            await patched(api, onboarding, csm_id=member.id)
        case "task" | "done_task":
            await new_task(api, onboarding, assignee_id=member.id, done=who == "done_task")
        case "later_task":
            await new_task(api, onboarding, assignee_id=member.id, phase="launch")
        case "subtask":
            task = await new_task(api, onboarding)
            below = await api.post(
                f"/tasks/{task['id']}/subtasks", json={"title": "x", "assignee_id": member.id}
            )
            assert below.status_code == 201
        case _:
            pass
    return member


@pytest.mark.parametrize(("who", "way"), list(itertools.product(WHO, WAYS)))
async def test_onb_move_1_who_may_move(world: World, api: httpx.AsyncClient, who: str, way: str) -> None:
    onboarding = await new_onboarding(api, await new_customer(api), phase="program_design")
    member = await somebody(world, api, who, onboarding)
    refused = await change(world, member, onboarding, phase=WAYS[way], phase_change_reason="Signed off")
    may = way in MAY.get(who, set())
    assert refused == ("" if may else "insufficient_role")
    assert (await read(api, onboarding))["phase"] == (WAYS[way] if may else "program_design")


@pytest.mark.parametrize("who", WHO)
async def test_onb_move_1_button_board_and_bulk_ask_the_same(
    world: World, api: httpx.AsyncClient, enter: Enter, who: str
) -> None:
    """Every cell of the table through header, dialog, board, the ticked ones of the list, and a key."""
    onboarding = await new_onboarding(api, await new_customer(api), phase="program_design")
    member = await somebody(world, api, who, onboarding)
    if who in ("other", "viewer"):
        # They see it by a task of another phase that is theirs, or by owning the customer.
        await patched(api, onboarding, se_id=member.id) if who == "other" else None
    browser = await enter(member)
    sees = (await browser.get("/onboardings/1")).status_code == 200
    may = MAY.get(who, set())
    page = (await browser.get("/onboardings/1")).text
    assert ("Advance to Review" in page) == (sees and "advance" in may)
    board = (await browser.get("/onboardings/board")).text
    card = {True: "skip", False: "move"}["skip" in may] if may else ""
    assert (f'data-may="{card}"' in board) == sees
    menu = text_of((await browser.get("/onboardings/1/moves")).text)
    words = {"advance": "Advance to", "send_back": "Send back to", "skip": "Jump to"}
    assert {way for way, text in words.items() if text in menu} == may
    for way, to in WAYS.items():
        await browser.get("/customers")
        done = await browser.post("/onboardings/1/move", {"to": to, "reason": "Signed off"})
        assert (done.status_code == 303) == (way in may), done.status_code
        for act in ("the dialog", "the list"):
            if act == "the list":
                ticked = {
                    "act": "move",
                    "phase": to,
                    "reason": "Signed off",
                    "onboarding": [onboarding["id"]],
                }
                await browser.post("/onboardings/bulk", ticked)
            assert (await read(api, onboarding))["phase"] == (to if way in may else "program_design"), act
            operation = {"action": "update", "resource": "onboarding", "id": onboarding["id"]}
            call = {"operations": [{**operation, "data": {"phase": "program_design"}}]}
            assert (await api.post("/bulk", json=call)).json()["results"][0]["status"] == 200


def test_onb_move_1_machines_and_strangers() -> None:
    def rights(kind: Any, *, sees: bool = True) -> tuple[bool, bool]:
        actor = Actor(type=kind, org_id="o", id="x", label="x", origin="app", role="member")
        found = rights_of(actor, csm_id="x", owns_open_task=True, at_the_end=True, sees=sees)
        return found.move, found.skip

    assert rights("api_key") == (True, True)
    assert rights("contact") == rights("integration") == (False, False)
    assert rights("member") == (True, False)
    assert rights("member", sees=False) == (False, False)


async def test_onb_move_8_sending_back_needs_a_reason_from_people_alone(
    world: World, api: httpx.AsyncClient
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api), phase="review")
    for reason in (None, "", "  ", "no"):
        got = await change(world, world.owner, onboarding, phase="program_design", phase_change_reason=reason)
        assert got == "reason_required phase_change_reason"
    assert (
        await change(
            world,
            world.owner,
            onboarding,
            How(note="Ask Mira"),
            phase="program_design",
            phase_change_reason="New scope",
        )
        == ""
    )
    entry = (await entries_of(world, "onboarding.phase_changed"))[-1]
    assert entry.reason == "New scope"
    await patched(api, onboarding, phase="before_getting_started")
    assert (await entries_of(world, "onboarding.phase_changed"))[-1].reason == "no reason given"


async def test_onb_move_4_a_stale_move_changes_nothing(world: World, api: httpx.AsyncClient) -> None:
    onboarding = await new_onboarding(api, await new_customer(api), phase="review")
    how = How(seen_phase="program_design")
    assert await change(world, world.owner, onboarding, how, phase="program_buildout") == "stale_phase phase"
    assert (await read(api, onboarding))["phase"] == "review"
    how = How(seen_phase="review")
    assert await change(world, world.owner, onboarding, how, phase="program_buildout") == ""


@pytest.mark.parametrize(
    ("first", "then", "needs"),
    [
        ("active", "waiting", False),
        ("active", "at_risk", True),
        ("waiting", "at_risk", True),
        ("at_risk", "active", False),
        ("active", "paused", True),
        ("paused", "active", False),
        ("active", "done", False),
        ("done", "active", True),
    ],
)
async def test_onb_state_reasons_that_people_must_give(
    world: World, api: httpx.AsyncClient, first: str, then: str, needs: bool
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api), phase="review")
    if first != "active":
        await patched(api, onboarding, state=first)
    got = await change(world, world.owner, onboarding, state=then)
    assert got == ("reason_required state_reason" if needs else "")
    if needs:
        assert await change(world, world.owner, onboarding, How(state_reason="Budget cut"), state=then) == ""
        assert (await entries_of(world, "onboarding.state_changed"))[-1].reason == "Budget cut"
    assert (await read(api, onboarding))["state"] == then


async def test_onb_phase_1_the_end_is_for_managers_until_the_last_phase(
    world: World, api: httpx.AsyncClient
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    onboarding = await new_onboarding(api, await new_customer(api), phase="review", csm_id=ana.id)
    assert await change(world, ana, onboarding, state="done") == "insufficient_role"
    assert await change(world, world.owner, onboarding, state="done") == ""


@pytest.mark.parametrize(("days", "needs"), [(-30, False), (0, False), (7, False), (8, True)])
async def test_onb_target_2_more_than_a_week_later_needs_a_reason(
    world: World, api: httpx.AsyncClient, days: int, needs: bool
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api), target_launch_date="2027-03-01")
    target: Any = date(2027, 3, 1) + timedelta(days=days)
    got = await change(world, world.owner, onboarding, target_launch_date=target)
    assert got == ("reason_required target_change_reason" if needs else "")
    if needs:
        got = await change(
            world, world.owner, onboarding, target_launch_date=target, target_change_reason="Legal review"
        )
        assert got == ""


async def test_onb_move_10_a_launch_can_be_told_afterwards(world: World, api: httpx.AsyncClient) -> None:
    start = (clock.now() - timedelta(days=20)).replace(hour=8)
    onboarding = await new_onboarding(
        api, await new_customer(api), phase="internal_qa", started_at=start.isoformat()
    )
    today = clock.now().date()
    for day, refused in (
        (today + timedelta(days=1), "too_big"),
        (start.date() - timedelta(days=1), "too_small"),
    ):
        got = await change(world, world.owner, onboarding, How(launched_on=day), phase="launch")
        assert got == f"{refused} launched_on"
    on = today - timedelta(days=3)
    assert await change(world, world.owner, onboarding, How(launched_on=on), phase="launch") == ""
    launched = datetime.fromisoformat((await read(api, onboarding))["launched_at"])
    assert launched.astimezone(UTC).date() == on
    await change(world, world.owner, onboarding, phase="review", phase_change_reason="Defect found")
    assert (await read(api, onboarding))["launched_at"] is None


async def planned(api: httpx.AsyncClient) -> tuple[Json, Json, Json]:
    """An onboarding and two tasks that are due before its launch."""
    onboarding = await new_onboarding(api, await new_customer(api), target_launch_date="2027-03-10")
    first = await new_task(api, onboarding, due_anchor="target_launch", due_offset=-5)
    second = await new_task(api, onboarding, due_anchor="target_launch", due_offset=-1)
    return onboarding, first, second


async def test_onb_date_5_ask_moves_what_is_ticked_and_fixes_the_rest(
    world: World, api: httpx.AsyncClient
) -> None:
    onboarding, first, second = await planned(api)
    answer = Answer(offered=(first["id"], second["id"]), chosen=(first["id"],))
    target: Any = date(2027, 3, 15)
    assert await change(world, world.owner, onboarding, How(follow=answer), target_launch_date=target) == ""
    first, second = await read(api, first), await read(api, second)
    assert (first["due_date"], first["due_anchor"]) == ("2027-03-10", "target_launch")
    assert (second["due_date"], second["due_anchor"]) == ("2027-03-09", None)
    assert len(await entries_of(world, "onboarding.dates_moved")) == 1


async def test_onb_date_5_without_an_answer_nothing_moves(world: World, api: httpx.AsyncClient) -> None:
    onboarding, first, _ = await planned(api)
    target: Any = date(2027, 3, 15)
    assert await change(world, world.owner, onboarding, target_launch_date=target) == ""
    first = await read(api, first)
    assert (first["due_date"], first["due_anchor"]) == ("2027-03-05", "target_launch")


async def test_onb_date_6_resuming_can_shift_what_is_open(world: World, api: httpx.AsyncClient) -> None:
    onboarding, first, _ = await planned(api)
    fixed = await new_task(api, onboarding, due_date="2027-02-01")
    done = await new_task(api, onboarding, due_date="2027-02-01", done=True)
    await patched(api, onboarding, state="paused")
    assert await change(world, world.owner, onboarding, How(shift_days=10), state="active") == ""
    assert (await read(api, onboarding))["target_launch_date"] == "2027-03-20T00:00:00.000Z"
    assert (await read(api, first))["due_date"] == "2027-03-15"
    assert (await read(api, first))["due_anchor"] == "target_launch"
    assert (await read(api, fixed))["due_date"] == "2027-02-11"
    assert (await read(api, done))["due_date"] == "2027-02-01"


async def test_onb_move_11_marking_done_completes_what_is_chosen(
    world: World, api: httpx.AsyncClient
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api), phase="review")
    one, other = await new_task(api, onboarding), await new_task(api, onboarding)
    how = How(choices=MoveChoices(complete=(one["id"],)))
    assert await change(world, world.owner, onboarding, how, state="done") == ""
    assert [(await read(api, task))["done"] for task in (one, other)] == [True, False]


async def test_onb_done_5_only_managers_reopen_after_thirty_days(
    world: World, api: httpx.AsyncClient
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    with clock.travel(timedelta(days=-31)):
        onboarding = await new_onboarding(api, await new_customer(api))
        task = await new_task(api, onboarding)
        await api.post(f"/tasks/{task['id']}/complete", json={})

    async def reopen(member: MemberRow) -> None:
        async with unit_of_work(world.db, actor_of(world, member)) as uow:
            home, row = await tasks.get_task_for_change(uow, task["id"])
            await completion.reopen_task(uow, home, row)

    with pytest.raises(ApiError) as refused:
        await reopen(ana)
    assert refused.value.code.code == "insufficient_role"
    await reopen(world.owner)
    assert (await read(api, task))["done"] is False
