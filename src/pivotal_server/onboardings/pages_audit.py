"""The Audit tab: the stream of one onboarding, its tasks, comments and files, with filters and as CSV."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.activity import catalogue
from pivotal_server.activity import service_audit as audit
from pivotal_server.activity.export import to_csv
from pivotal_server.activity.service import ActivityRow
from pivotal_server.activity.wording import Names, feed
from pivotal_server.auth.permissions import Facts
from pivotal_server.kit.clock import wire_micros
from pivotal_server.onboardings.frame import read_record
from pivotal_server.onboardings.resolve import opened
from pivotal_server.onboardings.views_audit import AuditPage
from pivotal_server.onboardings.views_record import FRAGMENTS
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

SHOWN = 50
EXPORTED = 5_000
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


def _filters(visit: Visit) -> dict[str, Any]:
    """The filters of the address as the service takes them; what is unknown filters nothing."""
    query = visit.request.query_params
    filters: dict[str, Any] = {}
    event = query.get("event", "")
    if event:
        filters["events"] = list(catalogue.events_of(event))
    actor = query.get("actor", "")
    if actor == "system":
        filters["no_actor"] = True
    elif actor:
        filters["actor_id"] = actor
    text = query.get("q", "").strip()
    if text and "\0" not in text:
        filters["text"] = text[:200]
    before = moment_in(query.get("before"))
    if before is not None:
        filters["before"] = before
    return filters


async def _entries(visit: Visit, onboarding_id: str, limit: int) -> list[ActivityRow]:
    filters = _filters(visit)
    if filters.get("events") == []:
        return []
    return await audit.onboarding_feed(visit.db, visit.org_id, onboarding_id, filters, limit)


@page("onboardings")
async def tab(visit: Visit) -> Response:
    """The newest entries that the filters leave, 50 a page."""
    found = await opened(visit)
    read = await read_record(visit, found, "audit")
    entries = await _entries(visit, found.row.id, SHOWN + 1)
    query = {name: visit.request.query_params.get(name, "") for name in ("event", "actor", "q")}
    kept = {name: value for name, value in query.items() if value}
    older = None
    if len(entries) > SHOWN:
        del entries[SHOWN:]
        older = f"{found.url}/audit?{urlencode({**kept, 'before': wire_micros(entries[-1].created_at)})}"
    names = Names(
        members={member.id: member.name for member in read.team},
        phases={phase.key: phase.name for phase in found.phases.all.values()},
    )
    known = dict(EVENTS)
    events = EVENTS if query["event"] in known else (*EVENTS, (query["event"], query["event"]))
    view = AuditPage(
        record=read.record,
        feed=feed(entries, names, visit.frame, older=older),
        form=Form(id="audit", action=f"{found.url}/audit", cancel=found.url, values=query),
        events=events,
        actors=_actors(read.team),
        csv_url=f"{found.url}/audit.csv{'?' + urlencode(kept) if kept else ''}",
        filtered=bool(kept),
    )
    return visit.render("onboardings/audit.html", view, fragments=(*FRAGMENTS, "entries"))


def _actors(team: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return (("", "Everybody"), *((one.id, one.name) for one in team), ("system", "Pivotal"))


@page("onboardings", capability="export_data")
async def export(visit: Visit) -> Response:
    """The same entries as CSV, at most 5,000."""
    found = await opened(visit)
    visit.require("export_data", Facts(visible=True))
    entries = await _entries(visit, found.row.id, EXPORTED)
    name = f"onboarding-{found.row.display_id}-audit.csv"
    return Response(
        to_csv(entries),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


routes = [
    Route("/onboardings/{number}/audit", tab),
    Route("/onboardings/{number}/audit.csv", export),
]
