"""Changing state and target launch of an onboarding in the app, and which due dates follow."""

from datetime import date, datetime
from typing import Any

from msgspec import UNSET
from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE, ONBOARDING_DONE
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.validation import Body
from pivotal_server.onboardings import changes, service
from pivotal_server.onboardings.how import How
from pivotal_server.onboardings.moving_tasks import MoveChoices
from pivotal_server.onboardings.resolve import Opened, opened, opened_to_work
from pivotal_server.onboardings.rights import refused_finish, refused_state
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.onboardings.service_page import history
from pivotal_server.onboardings.states import check_move
from pivotal_server.onboardings.views_ask import Ask, AskField, OfferView, Pick, PickGroup, offer_views
from pivotal_server.tasks import following, offering
from pivotal_server.tasks import service_page as tasks
from pivotal_server.tasks.offers import Answer, Unasked
from pivotal_server.web.answers import answer_in, day_in, reason_in, status_of
from pivotal_server.web.formats import count
from pivotal_server.web.forms import check, sentence
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

REFRESH = ("acts", "header", "banner", "strip", "facts", "plan", "board", "rows")
STATES = ("active", "waiting", "at_risk", "paused", "done")
WORDS = {
    ("reason", "reason_required"): "Say why, in at least 3 characters.",
    ("reason", "too_big"): "Use at most 500 characters.",
    ("target_launch_date", "invalid_string"): "Enter a date.",
    ("target_launch_date", "too_small"): "Enter a date from 2000 on.",
    ("target_launch_date", "too_big"): "Enter a date up to 2100.",
    ("launched_on", "too_big"): "The launch cannot be in the future.",
    ("launched_on", "too_small"): "The launch cannot be before the start of the onboarding.",
    ("launched_on", "invalid_string"): "Enter a date.",
    ("phase", "unknown_phase"): "Choose a phase.",
    ("phase", "terminal_phase"): "Choose a phase to go on in.",
}
_FIELD_OF = {"state_reason": "reason", "target_change_reason": "reason"}
_SHOWN = 100
_BODY = Body(OnboardingUpdate)
_TITLES = {
    "active": ("Back to active", "Set active"),
    "waiting": ("Waiting on customer", "Set waiting"),
    "at_risk": ("Flag as at risk", "Flag as at risk"),
    "paused": ("Pause the onboarding", "Pause"),
    "done": ("Mark done", "Mark done"),
}


# ── State ────────────────────────────────────────────────────────────────────────────────────────
def _wanted(found: Opened, asked: str) -> str:
    """The state that is asked for. Raises what forbids it."""
    if asked not in STATES:
        raise INVALID_ENUM_VALUE(field="to", expected=" | ".join(STATES), received=asked[:100])
    if not found.rights.state:
        raise refused_state()
    check_move(found.row.state, asked)
    if asked == "done" and found.row.state != "done" and not found.rights.finish:
        raise refused_finish()
    return asked


def _paused_days(found: Opened, now: datetime) -> int:
    since = found.row.state_since
    return 0 if found.row.state != "paused" or since is None else (now - since).days


async def _ask_state(
    visit: Visit, found: Opened, to: str, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    row = found.row
    title, submit = _TITLES[to]
    values = visit.fields.texts("reason", "shift", "phase", "launched_on")
    fields: list[AskField] = []
    groups: list[PickGroup] = []
    resumes = row.state in ("paused", "done")
    if resumes:
        title, submit = "Resume the onboarding", "Resume"
    if row.state == "done" and found.phases.is_terminal(row.phase):
        options = tuple((one.key, one.name) for one in found.phases.open if one.kind != "terminal")
        fields.append(AskField(name="phase", label="Phase", kind="select", required=True, options=options))
        values["phase"] = values["phase"] or await _came_from(visit, found)
    needs = to in ("at_risk", "paused") or row.state == "done"
    if to != "done":
        fields.append(AskField(name="reason", label="Reason", kind="reason", required=needs))
    days = _paused_days(found, visit.frame.now)
    if days and row.state == "paused":
        label = f"Move open due dates and the target by {count(days, 'day')}"
        fields.append(AskField(name="shift", label=label, kind="box", help="So long it was paused."))
    if to == "done":
        left = await tasks.open_of_phase(visit.db, visit.org_id, row.id, row.phase, _SHOWN + 1)
        if left:
            picks = tuple(
                Pick(one.id, one.title, one.id in visit.fields.all("complete")) for one in left[:_SHOWN]
            )
            text = "Tick what to complete now. The others stay open and locked."
            groups.append(
                PickGroup("complete", count(len(left), "open task"), picks, text, max(0, len(left) - _SHOWN))
            )
        if row.launched_at is None:
            fields.append(AskField(name="launched_on", label="Launched on", kind="date", required=True))
            values["launched_on"] = values["launched_on"] or visit.frame.today.isoformat()
    view = Ask(
        title=title,
        name=row.name,
        url=found.url,
        submit=submit,
        lead=_lead(to, resumes=resumes, name=row.name),
        form=Form(
            id="state", action=f"{found.url}/state", cancel=found.url, values=values, errors=errors or {}
        ),
        hidden=(("to", to), ("was", row.state)),
        fields=tuple(fields),
        picks=tuple(groups),
    )
    return visit.render_form("onboardings/ask.html", view, status=status)


def _lead(to: str, *, resumes: bool, name: str) -> str:
    if resumes:
        return f"{name} goes on where it stopped."
    return {
        "waiting": "The customer has to act. The clock of this onboarding stops meanwhile.",
        "at_risk": "It enters the risk lane, and its owner and CSM are told.",
        "paused": "Reminders stop, and it counts toward nobody’s capacity.",
        "done": "Tasks and target are locked until it is resumed.",
    }.get(to, "")


async def _came_from(visit: Visit, found: Opened) -> str:
    """The phase that a finished onboarding was in last (ONB-STATE-5)."""
    moves = (await history(visit.db, visit.org_id, found.row, found.phases)).moves
    for move in reversed(moves):
        last = found.phases.all.get(move.from_phase or "")
        if move.to_phase == found.row.phase and last is not None and last.archived_at is None:
            return last.key
    return [one.key for one in found.phases.open if one.kind != "terminal"][-1]


@page("onboardings", capability="move_onboardings")
async def state(visit: Visit) -> Response:
    """The dialog of a change of state."""
    found = await opened(visit)
    return await _ask_state(visit, found, _wanted(found, visit.request.query_params.get("to", "")))


@page("onboardings", capability="move_onboardings")
async def set_state(visit: Visit) -> Response:
    """Change the state as the dialog says."""
    found = await opened(visit)
    to = _wanted(found, visit.fields.text("to"))
    phase = visit.fields.text("phase")
    try:
        reason = reason_in(visit)
        data = OnboardingUpdate(state=to, phase=phase or UNSET)  # type: ignore[arg-type]  # checked above
        how = How(
            state_reason=reason,
            choices=MoveChoices(tuple(visit.fields.all("complete"))),
            launched_on=day_in(visit, "launched_on"),
            shift_days=_paused_days(found, visit.frame.now) if visit.fields.ticked("shift") else 0,
        )
        async with visit.work() as uow:
            row = await service.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
            await changes.update_onboarding(uow, row, data, how)
    except ApiError as fault:
        field = _FIELD_OF.get(fault.field or "", fault.field or "")
        if field not in ("reason", "launched_on", "phase"):
            raise
        errors = {field: sentence(field, fault, WORDS)}
        return await _ask_state(visit, found, to, errors, status_of(fault))
    words = {"active": "Resumed" if found.row.state in ("paused", "done") else "Active again", "done": "Done"}
    text = words.get(to) or {"waiting": "Waiting on the customer", "at_risk": "Flagged as at risk"}.get(
        to, "Paused"
    )
    return saved(visit.request, found.url, toast=text, detail=found.row.name, refresh=REFRESH)


# ── Target launch ────────────────────────────────────────────────────────────────────────────────
async def _ask_target(
    visit: Visit,
    found: Opened,
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
    target: date | None = None,
    offers: bool = False,
) -> Response:
    typed = visit.request.method == "POST"
    values = visit.fields.texts("target_launch_date", "reason")
    present = found.row.target_launch_date
    if not typed and present is not None:
        values["target_launch_date"] = present.isoformat()
    shown: tuple[OfferView, ...] = ()
    if offers:
        found_offers = await offering.would_follow(visit.db, visit.org_id, found.row, target=target)
        shown = offer_views(found_offers, visit.fields.all("follow") or None)
    view = Ask(
        title="Target launch",
        name=found.row.name,
        url=found.url,
        submit="Save",
        lead="Empty it for an onboarding without a target.",
        form=Form(
            id="target", action=f"{found.url}/target", cancel=found.url, values=values, errors=errors or {}
        ),
        hidden=(("asked", "yes"),) if shown else (),
        fields=(
            AskField(name="target_launch_date", label="Day", kind="date", focus=not shown),
            AskField(
                name="reason",
                label="Reason",
                kind="reason",
                help="Needed when the day moves by more than 7 days to later.",
            ),
        ),
        offers=shown,
    )
    return visit.render_form("onboardings/ask.html", view, status=status)


@page("onboardings", capability="work_on_onboardings")
async def target(visit: Visit) -> Response:
    """The dialog of the target launch."""
    found = await opened_to_work(visit)
    if found.row.state == "done":
        raise ONBOARDING_DONE()
    return await _ask_target(visit, found)


@page("onboardings", capability="work_on_onboardings")
async def set_target(visit: Visit) -> Response:
    """Set the target as the dialog says; where due dates would follow, show them first."""
    found = await opened_to_work(visit)
    given = visit.fields.text("target_launch_date").strip()
    data, errors = check(_BODY, {"target_launch_date": given}, WORDS)
    if errors:
        return await _ask_target(visit, found, errors=errors, status=422)
    wanted: Any = data.target_launch_date if given else None
    data.target_launch_date = wanted
    try:
        data.target_change_reason = reason_in(visit)
        async with visit.work() as uow:
            row = await service.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
            if not _needs_reason(row, wanted, data.target_change_reason):
                await offering.check_asked(uow.tx, uow.org_id, row, answer_in(visit), target=wanted)
            await changes.update_onboarding(uow, row, data, How(follow=answer_in(visit)))
    except Unasked:
        return await _ask_target(visit, await opened_to_work(visit), target=wanted, offers=True)
    except ApiError as fault:
        field = _FIELD_OF.get(fault.field or "", fault.field or "")
        if field not in ("reason", "target_launch_date"):
            raise
        errors = {field: sentence(field, fault, WORDS)}
        asked = visit.fields.ticked("asked")
        return await _ask_target(
            visit, found, errors=errors, status=status_of(fault), target=wanted, offers=asked
        )
    past = wanted is not None and wanted < visit.frame.today
    return saved(
        visit.request,
        found.url,
        toast="Target launch saved" if wanted else "No target any more",
        detail="This date has passed." if past else found.row.name,
        refresh=REFRESH,
    )


def _needs_reason(row: service.OnboardingRow, wanted: date | None, reason: str | None) -> bool:
    """Whether a reason is missing, which is said before anything else is asked."""
    old = row.target_launch_date
    return old is not None and wanted is not None and (wanted - old).days > 7 and not reason


# ── Dates that wait to follow a change of somebody else ──────────────────────────────────────────
@page("onboardings", capability="work_on_onboardings")
async def dates(visit: Visit) -> Response:
    """The due dates that would follow what a key or a system changed (ONB-DATE-5)."""
    found = await opened_to_work(visit)
    offers = await offering.pending(visit.db, visit.org_id, found.row)
    view = Ask(
        title="Due dates that would follow",
        name=found.row.name,
        url=found.url,
        submit="Save" if offers else "Close",
        lead="" if offers else "All due dates are as the plan says.",
        form=Form(id="dates", action=f"{found.url}/dates", cancel=found.url),
        offers=offer_views(offers, None),
    )
    return visit.render_form("onboardings/ask.html", view)


@page("onboardings", capability="work_on_onboardings")
async def waiting(visit: Visit) -> Response:
    """The banner that says how many there are, asked for after the page; nothing when there are none."""
    found = await opened_to_work(visit)
    offers = await offering.pending(visit.db, visit.org_id, found.row)
    return visit.render_with("onboardings/waiting.html", {"waiting": len(offers), "url": found.url})


@page("onboardings", capability="work_on_onboardings")
async def accept_dates(visit: Visit) -> Response:
    """Move the ticked ones; the others leave the plan."""
    found = await opened_to_work(visit)
    given = answer_in(visit)
    if given is not None:
        answer = Answer(given.offered, given.chosen, accepted=True)
        async with visit.work() as uow:
            row = await service.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
            await following.follow_dates(uow, row, answer=answer)
    moved = 0 if given is None else len(given.chosen)
    return saved(visit.request, found.url, toast=f"{count(moved, 'due date')} moved", refresh=REFRESH)


routes = [
    Route("/onboardings/{number}/state", state, methods=["GET"]),
    Route("/onboardings/{number}/state", set_state, methods=["POST"]),
    Route("/onboardings/{number}/target", target, methods=["GET"]),
    Route("/onboardings/{number}/target", set_target, methods=["POST"]),
    Route("/onboardings/{number}/dates", dates, methods=["GET"]),
    Route("/onboardings/{number}/dates/waiting", waiting, methods=["GET"]),
    Route("/onboardings/{number}/dates", accept_dates, methods=["POST"]),
]
