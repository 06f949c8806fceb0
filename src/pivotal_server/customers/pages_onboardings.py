"""The Onboardings tab of a customer."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.customers.pages_record import customer_page
from pivotal_server.customers.resolve import address_of, visible_customer
from pivotal_server.customers.views import StatusFilter, WorkRow, WorkTab
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.pagination import Slice
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.onboardings.service_page import progress_of
from pivotal_server.onboardings.views import phase_chip
from pivotal_server.phases import service as phases
from pivotal_server.tasks import service_page as tasks
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit, page

ROWS = 50
STATES: dict[str, tuple[str, dict[str, Any]]] = {
    "": ("All", {}),
    "open": ("Open", {"state_not": "done"}),
    "done": ("Done", {"state": "done"}),
    "paused": ("Paused", {"state": "paused"}),
}
"""What the address calls a filter: its label, and the filter as the service takes it."""


@page("customers")
async def onboardings_tab(visit: Visit) -> Response:
    """The onboardings of a customer, newest first, 50 a page."""
    row = await visible_customer(visit, visit.request.path_params["customer"])
    query = visit.request.query_params
    state = query.get("state", "")
    if state not in STATES:
        state = ""
    url = f"{address_of(row)}/onboardings"
    part = Slice(ROWS, moment_in(query.get("before")))
    found, following = await onboardings.read_onboardings(
        visit.db, visit.org_id, part, STATES[state][1], customer_id=row.id
    )
    known = await phases.all_phases(visit.db, visit.org_id) if found else []
    counts = await tasks.counts(visit.db, visit.org_id, [one.id for one in found])
    progress = progress_of(counts, PhaseList(known), {one.id: one.phase for one in found})
    kept = {"state": state} if state else {}
    tab = WorkTab(
        rows=tuple(
            WorkRow(
                id=one.id,
                url=f"/onboardings/{one.display_id}",
                name=one.name,
                state=one.state,
                chip=phase_chip(known, one.phase),
                target=date.fromisoformat(one.target_launch_date[:10]) if one.target_launch_date else None,
                done=progress[one.id].done,
                total=progress[one.id].total,
                livemode=one.livemode,
            )
            for one in found
        ),
        filters=tuple(
            StatusFilter(label, f"{url}?{urlencode({'state': key})}" if key else url, key == state)
            for key, (label, _) in STATES.items()
        ),
        next_url=f"{url}?{urlencode({**kept, 'before': wire_micros(following)})}" if following else None,
    )
    return await customer_page(visit, row, "onboardings", work=tab)


routes = [Route("/customers/{customer}/onboardings", onboardings_tab, methods=["GET"])]
