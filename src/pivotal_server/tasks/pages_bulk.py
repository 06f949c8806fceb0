"""Acting on several tasks of an onboarding at once: on those ticked, or on all that the filter finds."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.bulk.answering import answered
from pivotal_server.bulk.rows import Asked
from pivotal_server.kit.ids import is_cuid
from pivotal_server.onboardings.confirming import confirmed_first
from pivotal_server.onboardings.resolve import opened_to_work
from pivotal_server.onboardings.service_page import reached
from pivotal_server.tasks import bulk
from pivotal_server.tasks.service_page import asked_by
from pivotal_server.web.answers import day_in, days_in
from pivotal_server.web.htmx import is_htmx, saved
from pivotal_server.web.queries import moment_in
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
    """Do one act to the chosen tasks; what cannot be done is named with its reason."""
    found = await opened_to_work(visit)
    fields = visit.fields
    name, everything = fields.text("act"), fields.ticked("everything")
    back = f"{found.url}?select=1" if is_htmx(visit.request) else found.url
    if not name:
        return saved(visit.request, back, toast="Choose what to do with the selected ones")
    values: dict[str, Any] = {
        "assignee_id": fields.text("assignee_id") or None,
        "phase": fields.text("phase"),
    }
    if name == "due":
        due = day_in(visit, "due_date")
        values["due"] = None if due is None else due.isoformat()
    elif name == "shift":
        values["days"] = days_in(visit, "days")
    bulk.act_of(name, values)
    ids = [] if everything else [id for id in dict.fromkeys(fields.all("task")) if is_cuid(id)]
    if not (ids or everything):
        return saved(visit.request, back, toast="Nothing is selected")
    wanted = Asked(
        act=name,
        values=values,
        moment=visit.frame.now,
        until=moment_in(fields.text("selected_at")) or visit.frame.now,
        filters=asked_by(
            fields.text("filter"),
            me=visit.actor.id,
            today=visit.frame.today,
            reached=reached(found.phases, found.row.phase),
        ),
        ids=ids,
        without=[id for id in dict.fromkeys(fields.all("without")) if is_cuid(id)] if everything else [],
        place=found.row.id,
    )
    refresh = ("plan", "header", "banner", "acts", "facts")
    verb = _WORDS[name]
    return await confirmed_first(visit, bulk.ROWS, wanted, {}, verb=verb, back=back) or await answered(
        visit, bulk.ROWS, wanted, {}, verb=verb, back=back, refresh=refresh
    )


routes = [Route("/onboardings/{number}/tasks/bulk", act, methods=["POST"])]
