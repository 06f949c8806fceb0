"""The tab Overview of an endpoint."""

from starlette.responses import Response

from pivotal_server.kit.pagination import Slice
from pivotal_server.web.session import Visit
from pivotal_server.webhooks import service_deliveries, service_shown
from pivotal_server.webhooks.opening import endpoint_view_path, head, shown
from pivotal_server.webhooks.service import EndpointRow
from pivotal_server.webhooks.views_log import delivery_view
from pivotal_server.webhooks.views_overview import WINDOWS, overview_page

FAILURES = 5


async def overview_tab(visit: Visit, row: EndpointRow) -> Response:
    """Figures of 24 hours, 7 or 28 days, and the last failures."""
    asked = visit.request.query_params.get("window", "")
    window, span = next(((name, span) for name, _, span in WINDOWS if name == asked), WINDOWS[0][::2])
    now = visit.frame.now
    stats = await service_deliveries.read_stats(visit.db, visit.org_id, row.id, now - span, now)
    failed, _ = await service_deliveries.read_rows(
        visit.db, visit.org_id, row.id, Slice(FAILURES), {"status": ["failed"]}
    )
    subjects = await service_shown.subjects(visit.db, visit.org_id, [one.event_id for one in failed])
    path = endpoint_view_path(row)
    failures = tuple(
        delivery_view(one, path, subjects.get(one.event_id), trigger=one.trigger) for one in failed
    )
    above = await head(visit, row, await shown(visit, row), "overview")
    waiting, _ = await service_shown.backlog(visit.db, visit.org_id, row.id)
    view = overview_page(above, window, stats, waiting, failures, visit.frame)
    return visit.render("webhooks/overview.html", view, fragments=("tab",))
