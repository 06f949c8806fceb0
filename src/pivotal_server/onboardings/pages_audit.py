"""The Audit tab: the stream of one onboarding, its tasks, comments and files, with filters and as CSV."""

from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.activity import service_audit as audit
from pivotal_server.activity.asked import actors, asked_of
from pivotal_server.activity.export import csv_answer
from pivotal_server.activity.service import ActivityRow
from pivotal_server.activity.views import StreamBar
from pivotal_server.activity.wording import Names, feed
from pivotal_server.auth.permissions import Facts
from pivotal_server.kit.clock import wire_micros
from pivotal_server.onboardings.frame import read_record
from pivotal_server.onboardings.resolve import opened
from pivotal_server.onboardings.views_audit import AuditPage
from pivotal_server.onboardings.views_record import FRAGMENTS
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

SHOWN = 50
EVENTS: tuple[tuple[str, str], ...] = (
    ("", "Everything"),
    ("onboarding.phase_changed", "Phase moves"),
    ("onboarding.state_changed", "States"),
    ("onboarding.target_shifted", "Target launch"),
    ("onboarding.dates_moved", "Dates moved"),
    ("task.completed", "Tasks completed"),
    ("task.due_date_changed", "Due dates"),
    ("task.created", "Tasks added"),
    ("comment.added", "Comments"),
    ("attachment.added", "Files added"),
    ("onboarding.template_applied", "Templates applied"),
)


@page("onboardings")
async def tab(visit: Visit) -> Response:
    """The newest entries that the filters leave, 50 a page."""
    found = await opened(visit)
    read = await read_record(visit, found, "audit")
    asked = asked_of(visit.request.query_params, visit.frame)
    entries: list[ActivityRow] = []
    if asked.filters is not None:
        entries = await audit.onboarding_feed(visit.db, visit.org_id, found.row.id, asked.filters, SHOWN + 1)
    kept = asked.written
    older = None
    if len(entries) > SHOWN:
        del entries[SHOWN:]
        older = f"{found.url}/audit?{urlencode({**kept, 'before': wire_micros(entries[-1].created_at)})}"
    names = Names(
        members={member.id: member.name for member in read.team},
        phases={phase.key: phase.name for phase in found.phases.all.values()},
    )
    known = dict(EVENTS)
    event = kept.get("event", "")
    view = AuditPage(
        record=read.record,
        feed=feed(entries, names, visit.frame, older=older),
        bar=StreamBar(
            form=Form(
                id="audit", action=f"{found.url}/audit", cancel=found.url, values=kept, errors=asked.faults
            ),
            events=EVENTS if event in known else (*EVENTS, (event, event)),
            actors=actors(read.team),
            csv_url=f"{found.url}/audit.csv{'?' + urlencode(kept) if kept else ''}",
            filtered=bool(kept),
        ),
    )
    return visit.render("onboardings/audit.html", view, fragments=(*FRAGMENTS, "entries"))


@page("onboardings", capability="export_data")
async def export(visit: Visit) -> Response:
    """The same entries as CSV, all of them."""
    found = await opened(visit)
    visit.require("export_data", Facts(visible=True))
    asked = asked_of(visit.request.query_params, visit.frame)
    entries = audit.every(visit.db, visit.org_id, {"onboarding_id": found.row.id}, asked.filters)
    return csv_answer(entries, f"onboarding-{found.row.display_id}-audit.csv")


routes = [
    Route("/onboardings/{number}/audit", tab),
    Route("/onboardings/{number}/audit.csv", export),
]
