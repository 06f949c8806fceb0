"""Acting on several tasks of an onboarding at once."""

from datetime import date

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.kit.errors import ApiError
from pivotal_server.onboardings.resolve import opened_to_work
from pivotal_server.tasks import bulk
from pivotal_server.web.answers import day_in
from pivotal_server.web.formats import count
from pivotal_server.web.htmx import is_htmx, saved
from pivotal_server.web.session import Visit, page

_WORDS = {
    "complete": "completed",
    "reopen": "reopened",
    "assign": "assigned",
    "due": "changed",
    "shift": "shifted",
    "move": "moved",
    "facing": "shown to the customer",
    "internal": "made internal",
    "delete": "deleted",
}


@page("onboardings", capability="work_on_onboardings")
async def act(visit: Visit) -> Response:
    """Do one act to the ticked tasks; what cannot be done is named with its reason."""
    found = await opened_to_work(visit)
    name = visit.fields.text("act")
    days = visit.fields.text("days").strip()
    chosen = bulk.act_of(
        name,
        assignee_id=visit.fields.text("assignee_id") or None,
        due=_day(visit),
        days=int(days) if days.removeprefix("-").isdecimal() and days.isascii() else 0,
        phase=visit.fields.text("phase"),
    )
    async with visit.work() as uow:
        outcome = await bulk.for_each(uow, found.row.id, visit.fields.all("task"), chosen)
    text = f"{count(outcome.changed, 'task')} {_WORDS[name]}"
    detail = ""
    if outcome.skipped:
        reasons = "; ".join(f"{one.title}: {one.reason}" for one in outcome.skipped[:3])
        detail = f"{count(len(outcome.skipped), 'task')} skipped. {reasons}"
    back = f"{found.url}?select=1" if is_htmx(visit.request) else found.url
    return saved(
        visit.request, back, toast=text, detail=detail, refresh=("plan", "header", "banner", "acts", "facts")
    )


def _day(visit: Visit) -> date | None:
    try:
        return day_in(visit, "due_date")
    except ApiError:
        return None


routes = [Route("/onboardings/{number}/tasks/bulk", act, methods=["POST"])]
