"""Admin > Logs: everything that has happened in the workspace, with filters and as CSV."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.activity import catalogue, service_logs
from pivotal_server.activity.export import csv_answer
from pivotal_server.activity.service_lists import actor_filter
from pivotal_server.activity.wording import Names
from pivotal_server.api_keys import service as api_keys
from pivotal_server.customers import service as customers
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.pagination import Slice
from pivotal_server.members import service as members
from pivotal_server.phases import service as phases
from pivotal_server.request_log.views import NAV, PATH, REQUESTS
from pivotal_server.request_log.views_entries import EntryList, log_feed
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

SHOWN = 50
FILTERS = ("customer", "event", "actor", "from", "to", "q")
# Filters of the list of requests, which stood at this address before.
_OF_REQUESTS = ("key", "route", "status")
GROUP_NAMES = {
    "customer": "Customers",
    "contact": "Contacts",
    "onboarding": "Onboardings",
    "task": "Tasks",
    "talk": "Comments, files, mail",
    "risk": "Risk",
    "people": "People",
    "settings": "Settings",
    "machine": "Machinery",
}


def _asked(visit: Visit) -> dict[str, str]:
    query = visit.request.query_params
    return {name: query.get(name, "").replace("\0", "").strip()[:200] for name in FILTERS}


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year < 9999 else None


async def _filters(visit: Visit, asked: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The filters of the address as the service takes them, and what is wrong with some."""
    filters: dict[str, Any] = {}
    faults: dict[str, str] = {}
    if asked["event"]:
        events = catalogue.events_of(asked["event"])
        if events:
            filters["event"] = events
        else:
            faults["event"] = "There is no such event."
    if asked["actor"]:
        actor = await actor_filter(visit.db, visit.org_id, asked["actor"])
        if actor is None:
            faults["actor"] = "There is nobody with this number."
        else:
            filters |= actor
    if asked["customer"]:
        named = asked["customer"].removeprefix("#")
        id = await customers.known_id(visit.db, visit.org_id, named)
        if id is None:
            by_slug = await customers.ids_by(visit.db, visit.org_id, "slug", named)
            id = by_slug[0] if by_slug else None
        if id is None:
            faults["customer"] = "There is no customer with this number or slug."
        else:
            filters["customer_id"] = id
    if asked["q"]:
        filters["text"] = asked["q"]
    for name in ("from", "to"):
        if asked[name] and _day(asked[name]) is None:
            faults[name] = "Enter a day."
    return filters, faults


def _part(visit: Visit, asked: dict[str, str]) -> Slice:
    def begin(day: date | None) -> datetime | None:
        return None if day is None else datetime.combine(day, time(), visit.frame.zone).astimezone(UTC)

    last = _day(asked["to"])
    return Slice(
        SHOWN,
        cursor=moment_in(visit.request.query_params.get("before")),
        since=begin(_day(asked["from"])),
        until=begin(None if last is None else last + timedelta(days=1)),
    )


@page(NAV, capability="administer")
async def list_entries(visit: Visit) -> Response:
    """The entries that the filters leave, newest first; a whole request id leads to that request."""
    query = visit.request.query_params
    wanted = query.get("id", "").strip()
    if wanted:
        id = quote(wanted.replace("/", "").replace("\0", "")[:128], safe="")
        return RedirectResponse(f"{REQUESTS}/{id}", status_code=303)
    if any(query.get(name) for name in _OF_REQUESTS):
        return RedirectResponse(f"{REQUESTS}?{visit.request.url.query}", status_code=303)
    asked = _asked(visit)
    kept = {name: value for name, value in asked.items() if value}
    filters, faults = await _filters(visit, asked)
    found = service_logs.Found([])
    if not faults:
        found = await service_logs.search_log(visit.db, visit.org_id, filters, _part(visit, asked))
    older = None
    if found.older is not None:
        older = f"{PATH}?{urlencode({**kept, 'before': wire_micros(found.older)})}"
    team = await members.all_members(visit.db, visit.org_id)
    plan = await phases.all_phases(visit.db, visit.org_id)
    keys = await api_keys.all_keys(visit.db, visit.org_id)
    ids = {row.customer_id for row in found.rows if row.customer_id is not None}
    heads = await customers.heads(visit.db, visit.org_id, ids)
    names = Names({one.id: one.name for one in team}, {one.key: one.name for one in plan})
    view = EntryList(
        feed=log_feed(found.rows, names, heads, visit.frame, older),
        form=Form(id="log", action=PATH, cancel=PATH, values=asked, errors=faults),
        events=tuple(
            (GROUP_NAMES[group], ((group, f"{GROUP_NAMES[group]}: all"), *((one, one) for one in events)))
            for group, events in catalogue.GROUPS.items()
        ),
        actors=(
            ("People", tuple((one.id, one.name) for one in team)),
            ("API keys", tuple((one.id, one.name) for one in keys)),
            ("Machinery", (("system", "Pivotal"),)),
        ),
        csv_url=f"{PATH}/export.csv{'?' + urlencode(kept) if kept else ''}",
        filtered=bool(kept),
        looked_until=found.looked_until,
    )
    status = 422 if faults else 200
    return visit.render("request_log/entries.html", view, fragments=("entries",), status=status)


@page(NAV, capability="administer")
async def export_entries(visit: Visit) -> Response:
    """The same entries as CSV, all of them."""
    asked = _asked(visit)
    filters, faults = await _filters(visit, asked)
    if faults:
        return RedirectResponse(f"{PATH}?{visit.request.url.query}", status_code=303)
    part = _part(visit, asked)
    return csv_answer(service_logs.everything(visit.db, visit.org_id, filters, part), "log.csv")


async def _audit_log(_request: object) -> Response:
    return RedirectResponse(PATH, status_code=301)


routes = [
    Route(PATH, list_entries, methods=["GET"]),
    Route(f"{PATH}/export.csv", export_entries, methods=["GET"]),
    Route("/admin/audit-log", _audit_log, methods=["GET"]),
]
