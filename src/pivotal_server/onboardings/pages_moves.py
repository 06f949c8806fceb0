"""Moving an onboarding to another phase in the app (ONB-MOVE-1 … 12)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import ONBOARDING_DONE, ONBOARDING_PAUSED, UNKNOWN_PHASE
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.validation import Body
from pivotal_server.members import service as members
from pivotal_server.onboardings import changes, service
from pivotal_server.onboardings.how import How
from pivotal_server.onboardings.moves import Direction
from pivotal_server.onboardings.moving_tasks import MoveChoices
from pivotal_server.onboardings.people import refuse_stale
from pivotal_server.onboardings.resolve import Opened, opened
from pivotal_server.onboardings.rights import refused_move
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.onboardings.service_page import history
from pivotal_server.onboardings.states import RUNNING
from pivotal_server.onboardings.views_ask import Ask, AskField, Pick, PickGroup, offer_views
from pivotal_server.tasks import offering
from pivotal_server.tasks import service_page as tasks
from pivotal_server.tasks.offers import Offer, Unasked
from pivotal_server.web.answers import (
    answer_in,
    day_in,
    reason_in,
    said_in,
    status_of,
)
from pivotal_server.web.formats import ago, short_day
from pivotal_server.web.forms import check, sentence
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

READY = (
    "Requirements changed",
    "Customer not ready",
    "Defect found",
    "Sign-off missing",
    "Advanced by mistake",
)
TASKS_SHOWN = 100
WORDS = {
    ("reason", "reason_required"): "Choose a reason or write one, in at least 3 characters.",
    ("reason", "too_big"): "Use at most 500 characters.",
    ("note", "too_big"): "Use at most 500 characters.",
    ("launched_on", "too_big"): "The launch cannot be in the future.",
    ("launched_on", "too_small"): "The launch cannot be before the start of the onboarding.",
    ("launched_on", "invalid_string"): "Enter a date.",
}
_FIELD_OF = {"phase_change_reason": "reason"}
_BODY = Body(OnboardingUpdate)


def _direction(found: Opened, to: str) -> Direction:
    """How a move to a phase counts. Raises what forbids it."""
    found.phases.usable(to)
    if to == found.row.phase:
        raise UNKNOWN_PHASE(field="phase", message="It is in this phase already")
    if found.row.state not in RUNNING:
        raise ONBOARDING_PAUSED() if found.row.state == "paused" else ONBOARDING_DONE()
    direction = found.phases.direction(found.row.phase, to)
    if not found.rights.allows(direction):
        raise refused_move(direction)
    return direction


def _launches(found: Opened, to: str) -> bool:
    return found.row.launched_at is None and found.phases.has_launched(to)


async def _offers(visit: Visit, found: Opened, to: str) -> list[Offer]:
    """The due dates that would follow an entry into ``to`` today (ONB-DATE-6)."""
    return await offering.would_follow(visit.db, visit.org_id, found.row, entering=to, on=visit.frame.today)


def _picks(lines: Sequence[tasks.TaskLine], visit: Visit, ticked: Sequence[str]) -> tuple[Pick, ...]:
    return tuple(
        Pick(
            line.id,
            line.title,
            line.id in ticked,
            "" if line.due_date is None else f"due {short_day(line.due_date, visit.frame)}",
        )
        for line in lines[:TASKS_SHOWN]
    )


async def _ask(
    visit: Visit,
    found: Opened,
    to: str,
    *,
    errors: dict[str, str] | None = None,
    fault: str | None = None,
    status: int = 200,
) -> Response:
    """The dialog of a move, drawn anew for the phase that the onboarding is in now."""
    direction = _direction(found, to)
    row, name = found.row, found.phases.all[to].name
    fields: list[AskField] = []
    groups: list[PickGroup] = []
    if direction == "send_back":
        fields.append(
            AskField(
                name="reason",
                label="Reason",
                kind="reason",
                required=True,
                help="The customer sees this reason.",
                options=tuple((one, one) for one in READY),
            )
        )
        done = await tasks.done_of_phase(visit.db, visit.org_id, row.id, to, TASKS_SHOWN + 1)
        if done:
            picks = _picks(done, visit, visit.fields.all("reopen"))
            text = "Done tasks stay done unless ticked."
            groups.append(PickGroup("reopen", "Reopen", picks, text, max(0, len(done) - TASKS_SHOWN)))
    else:
        left = await tasks.open_of_phase(visit.db, visit.org_id, row.id, row.phase, tasks.MOST_LINES)
        if left:
            picks = _picks(left, visit, visit.fields.all("complete"))
            here = found.phases.all[row.phase].name
            text = (
                "Tick what to complete now. The others are carried over: "
                f"they stay in {here} and count as overdue."
            )
            label = "1 open task" if len(left) == 1 else f"{len(left)} open tasks"
            groups.append(PickGroup("complete", label, picks, text, max(0, len(left) - TASKS_SHOWN)))
    values = visit.fields.texts("reason", "ready", "note", "launched_on")
    if _launches(found, to):
        fields.append(AskField(name="launched_on", label="Launched on", kind="date", required=True))
        values["launched_on"] = values["launched_on"] or visit.frame.today.isoformat()
    fields.append(
        AskField(
            name="note",
            label="Internal note" if direction == "send_back" else "Note",
            kind="area",
            help="Stays inside the team." if direction == "send_back" else "",
            rows=2,
            longest=500,
            focus=direction != "send_back",
        )
    )
    titles = {"advance": "Advance to", "send_back": "Send back to", "skip": "Jump to"}
    view = Ask(
        title=f"{titles[direction]} {name}",
        name=row.name,
        url=found.url,
        submit={"advance": "Advance", "send_back": "Send back", "skip": "Jump"}[direction],
        lead=_lead(found, to, direction),
        form=Form(
            id="move",
            action=f"{found.url}/move",
            cancel=found.url,
            values=values,
            errors=errors or {},
            fault=fault,
        ),
        hidden=(("to", to), ("seen", row.phase)),
        fields=tuple(fields),
        picks=tuple(groups),
        offers=offer_views(await _offers(visit, found, to), visit.fields.all("follow") or None),
    )
    return visit.render_form("onboardings/ask.html", view, status=status)


def _lead(found: Opened, to: str, direction: Direction) -> str:
    if direction == "skip":
        names = [found.phases.all[key].name for key in found.phases.between(found.row.phase, to)]
        return f"Jumps over {', '.join(names)}. Open tasks there stay open but count for nothing."
    if found.phases.is_terminal(to):
        return "This finishes the onboarding. Tasks left open stay open and locked."
    return f"{found.row.name} of {found.customer.name}."


@page("onboardings", capability="move_onboardings")
async def move(visit: Visit) -> Response:
    """The dialog of a move to the phase ``to``."""
    found = await opened(visit)
    seen = visit.request.query_params.get("from")
    if seen is not None and seen != found.row.phase:
        return await _stale(visit, found, visit.request.query_params.get("to", ""))
    return await _ask(visit, found, visit.request.query_params.get("to", ""))


@page("onboardings", capability="move_onboardings")
async def do_move(visit: Visit) -> Response:
    """Move to the phase that the dialog names."""
    found = await opened(visit)
    to = visit.fields.text("to")
    found.phases.usable(to)
    try:
        return await _do(visit, found, to)
    except Unasked:
        return await _ask(visit, await opened(visit), to)
    except ApiError as fault:
        if fault.code.code == "stale_phase":
            return await _stale(visit, await opened(visit), to)
        field = _FIELD_OF.get(fault.field or "", fault.field or "")
        if field not in ("reason", "note", "launched_on"):
            raise
        errors = {field: sentence(field, fault, WORDS)}
        return await _ask(visit, found, to, errors=errors, status=status_of(fault))


@page("onboardings", capability="move_onboardings")
async def advance(visit: Visit) -> Response:
    """Advance to the next phase at once; where there is something to say, ask first (ONB-MOVE-7)."""
    found = await opened(visit)
    to = visit.fields.text("to")
    if not to:
        ahead = found.phases.ahead(found.row.phase)
        if not ahead:
            raise UNKNOWN_PHASE(field="phase", message="There is no further phase")
        to = ahead[0]
    if visit.fields.text("seen") not in ("", found.row.phase):
        return await _stale(visit, found, to)
    direction = _direction(found, to)
    left = await tasks.open_of_phase(visit.db, visit.org_id, found.row.id, found.row.phase, 1)
    if direction != "advance" or left or _launches(found, to):
        return await _ask(visit, found, to)
    try:
        return await _do(visit, found, to)
    except Unasked:
        return await _ask(visit, await opened(visit), to)
    except ApiError as fault:
        if fault.code.code != "stale_phase":
            raise
        return await _stale(visit, await opened(visit), to)


async def _do(visit: Visit, found: Opened, to: str) -> Response:
    values: dict[str, Any] = {"phase": to, "phase_change_reason": reason_in(visit)}
    data, errors = check(_BODY, values, {})
    if errors:
        return await _ask(visit, found, to, errors={"reason": WORDS["reason", "too_big"]}, status=422)
    launches = _launches(found, to) and visit.fields.text("launched_on")
    how = How(
        seen_phase=visit.fields.text("seen") or found.row.phase,
        choices=MoveChoices(tuple(visit.fields.all("complete")), tuple(visit.fields.all("reopen"))),
        note=said_in(visit, "note"),
        launched_on=day_in(visit, "launched_on") if launches else None,
        follow=answer_in(visit),
    )
    async with visit.work() as uow:
        row = await service.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
        refuse_stale(row, how)
        today = visit.frame.today
        await offering.check_asked(uow.tx, uow.org_id, row, how.follow, entering=to, on=today)
        await changes.update_onboarding(uow, row, data, how)
    name = found.phases.all[to].name
    back = None
    if found.phases.direction(found.row.phase, to) != "send_back" and not found.phases.is_terminal(to):
        back = ("Send back", f"{found.url}/move?to={found.row.phase}&from={to}")
    return saved(
        visit.request,
        found.url,
        toast=f"Moved to {name}",
        detail=f"{found.row.name}, {found.customer.name}",
        act=back,
        refresh=("acts", "header", "banner", "strip", "facts", "plan", "board", "rows"),
    )


async def _stale(visit: Visit, found: Opened, to: str) -> Response:
    """Say who moved it meanwhile, with the dialog as it now is (ONB-MOVE-4)."""
    moves = (await history(visit.db, visit.org_id, found.row, found.phases)).moves
    text = "Somebody moved this meanwhile."
    if moves:
        last = moves[-1]
        who = await _who(visit, last.actor)
        text = f"{who} moved this to {found.phases.all[last.to_phase].name} {_when(last.at, visit)}."
    try:
        return await _ask(visit, found, to, fault=text, status=409)
    except ApiError:
        # From where it is now that move cannot be made.
        return await _moved_away(visit, found, text)


async def _moved_away(visit: Visit, found: Opened, text: str) -> Response:
    view = Ask(
        title="Moved meanwhile",
        name=found.row.name,
        url=found.url,
        submit="Open it",
        form=Form(id="move", action=f"{found.url}/seen", cancel=found.url, fault=text),
    )
    return visit.render_form("onboardings/ask.html", view, status=409)


@page("onboardings")
async def see(visit: Visit) -> Response:
    """Lead to the onboarding as it is now."""
    found = await opened(visit)
    return saved(
        visit.request, found.url, toast="", refresh=("header", "strip", "plan", "board", "rows", "acts")
    )


def _when(at: datetime, visit: Visit) -> str:
    words = ago(at, visit.frame)
    return words[:1].lower() + words[1:]


async def _who(visit: Visit, actor: str) -> str:
    if actor == visit.actor.string:
        return "You"
    if actor.startswith("user:"):
        found = await members.by_ids(visit.db, visit.org_id, [actor.removeprefix("user:")])
        for member in found.values():
            return member.name
        return "Somebody who left"
    return "The API" if actor.startswith("api_key:") else "Pivotal"


routes = [
    Route("/onboardings/{number}/move", move, methods=["GET"]),
    Route("/onboardings/{number}/move", do_move, methods=["POST"]),
    Route("/onboardings/{number}/advance", advance, methods=["POST"]),
    Route("/onboardings/{number}/seen", see, methods=["POST"]),
]
