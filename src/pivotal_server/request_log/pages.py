"""Admin > Logs: the API requests of the last 30 days, and what one of them changed."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.activity import service as activity
from pivotal_server.activity.wording import Names, feed
from pivotal_server.api_keys import service as api_keys
from pivotal_server.errors_catalogue import ROUTE_NOT_FOUND
from pivotal_server.members import service as members
from pivotal_server.phases import service as phases
from pivotal_server.request_log import service
from pivotal_server.request_log.views import (
    NAV,
    REQUESTS,
    Choice,
    RequestList,
    RequestPage,
    older_url,
    request_view,
)
from pivotal_server.web.queries import place_in
from pivotal_server.web.session import Visit, page

ROWS = 50
FILTERS = ("key", "route", "status")


def _filters(asked: dict[str, str], routes: tuple[str, ...]) -> dict[str, Any]:
    filters: dict[str, Any] = {}
    if asked["key"]:
        filters["api_key_id"] = asked["key"]
    if asked["route"] in routes:
        filters["route"] = asked["route"]
    if asked["status"] == "failed":
        filters["failed"] = True
    elif asked["status"].isascii() and asked["status"].isdigit() and len(asked["status"]) == 3:
        filters["status"] = int(asked["status"])
    return filters


@page(NAV, capability="administer")
async def list_requests(visit: Visit) -> Response:
    """The requests that match, newest first."""
    query = visit.request.query_params
    asked = {name: query.get(name, "").replace("\0", "")[:200] for name in FILTERS}
    known: tuple[str, ...] = visit.request.app.state.api_routes
    rows = await service.find(
        visit.db,
        visit.org_id,
        _filters(asked, known),
        limit=ROWS + 1,
        older=place_in(query.get("before", "")),
    )
    keys = await api_keys.all_keys(visit.db, visit.org_id)
    view = RequestList(
        requests=tuple(request_view(row) for row in rows[:ROWS]),
        keys=tuple(Choice(key.id, key.name) for key in keys),
        routes=tuple(Choice(route, route) for route in known),
        asked=asked,
        older=older_url(asked, rows[ROWS - 1]) if len(rows) > ROWS else "",
    )
    return visit.render("request_log/list.html", view)


@page(NAV, capability="administer")
async def open_request(visit: Visit) -> Response:
    """One request by its id, with the bodies of a failed one, and every entry it wrote."""
    request_id = visit.request.path_params["request_id"]
    if "\0" in request_id or len(request_id) > 128:
        raise ROUTE_NOT_FOUND()
    rows = await service.find(visit.db, visit.org_id, {"request_id": request_id})
    entries = await activity.of_request(visit.db, visit.org_id, request_id)
    known = await phases.all_phases(visit.db, visit.org_id) if entries else []
    people = await members.all_members(visit.db, visit.org_id) if entries else []
    names = Names({one.id: one.name for one in people}, {phase.key: phase.name for phase in known})
    view = RequestPage(
        request_id=request_id,
        requests=tuple((request_view(row), row.request_body or "", row.response_body or "") for row in rows),
        feed=feed(entries, names, visit.frame),
    )
    status = 200 if rows or entries else 404
    return visit.render("request_log/request.html", view, status=status)


routes = [
    Route(REQUESTS, list_requests, methods=["GET"]),
    Route(f"{REQUESTS}/{{request_id}}", open_request, methods=["GET"]),
]
