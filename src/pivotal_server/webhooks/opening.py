"""Which endpoint a page is about, and what stands above all of its tabs."""

from pivotal_server.kit.clock import wire
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.text import parse_moment
from pivotal_server.web.faults import STATUS_OF_CODE
from pivotal_server.web.session import Visit
from pivotal_server.webhooks import service, service_deliveries, service_shown
from pivotal_server.webhooks.schemas import WebhookEndpoint
from pivotal_server.webhooks.service import EndpointRow
from pivotal_server.webhooks.views import Head, PingView, endpoint_view
from pivotal_server.webhooks.views_log import delivery_view

NAV = "webhooks"
MUCH = 10_000
"""From so many deliveries on that are not finished, the pages of an endpoint warn."""


def reference(visit: Visit) -> str:
    """How the address names the endpoint."""
    number: str = visit.request.path_params["number"]
    return number


async def opened(visit: Visit) -> EndpointRow:
    """The endpoint that the address names. Raises ``webhook_endpoint_not_found``."""
    return await service.get_endpoint(visit.db, visit.actor, reference(visit))


async def shown(visit: Visit, row: EndpointRow) -> WebhookEndpoint:
    """An endpoint as the API shows it."""
    [found] = await service.shown(visit.db, visit.services.box, visit.org_id, [row])
    return found


async def head(visit: Visit, row: EndpointRow, endpoint: WebhookEndpoint, tab: str) -> Head:
    """What stands above a tab."""
    waiting, since = await service_shown.backlog(visit.db, visit.org_id, row.id)
    missed = service_shown.missed_from(row, visit.frame.now, visit.services.retention_days)
    after_enabling = visit.request.query_params.get("missed_since", "") if row.status == "enabled" else ""
    return Head(
        endpoint_view(endpoint),
        tab,
        missed_since=wire(missed) if missed is not None else _moment_or_none(after_enabling),
        waiting=waiting if waiting > MUCH else 0,
        waiting_since=since,
    )


def _moment_or_none(text: str) -> str:
    try:
        return wire(parse_moment(text, None))
    except ApiError:
        return ""


async def last_ping(visit: Visit, row: EndpointRow) -> PingView:
    """How the last ping of an endpoint went."""
    found, _ = await service_deliveries.read_rows(
        visit.db, visit.org_id, row.id, Slice(1), {"source": "ping"}
    )
    path = endpoint_view_path(row)
    return PingView(row.display_id, delivery_view(found[0], path) if found else None)


def endpoint_view_path(row: EndpointRow) -> str:
    """Where the page of an endpoint is."""
    return f"/admin/developer/webhooks/{row.display_id}"


def status_of(fault: ApiError) -> int:
    """The status with which the app answers a refusal."""
    return STATUS_OF_CODE.get(fault.code.status, fault.code.status)


def sentence_of(fault: ApiError) -> str:
    """A refusal in words."""
    text = fault.message
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
