"""The log of an endpoint, one delivery, and sending deliveries once more."""

from datetime import timedelta

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.validation import Query
from pivotal_server.web.formats import count
from pivotal_server.web.htmx import saved
from pivotal_server.web.queries import filters_in, moment_in
from pivotal_server.web.session import Visit, page
from pivotal_server.webhooks import service, service_deliveries, service_shown
from pivotal_server.webhooks.opening import (
    NAV,
    endpoint_view_path,
    head,
    opened,
    reference,
    sentence_of,
    shown,
)
from pivotal_server.webhooks.schemas_deliveries import WebhookDeliveryQuery
from pivotal_server.webhooks.service import EndpointRow
from pivotal_server.webhooks.views import PATH, address, endpoint_view
from pivotal_server.webhooks.views_log import (
    AGAIN,
    FILTERS,
    LogPage,
    delivery_page,
    delivery_view,
    log_url,
)

ROWS = 50
MOST_REPLAYED = 100
_QUERY = Query(WebhookDeliveryQuery)
_MICROSECOND = timedelta(microseconds=1)
_WORDS = {
    "status": "Choose one of the states.",
    "event_type": "There is no such type.",
    "response": "Enter 2xx to 5xx, none, or a status such as 404.",
}


async def log_tab(visit: Visit, row: EndpointRow) -> Response:
    """The deliveries that match, newest first.

    ``shown`` is the newest that an open page shows: it is asked for again with the same rows, and told how
    many have come since.
    """
    query = visit.request.query_params
    asked = {name: query.get(name, "").strip().replace("\0", "")[:200] for name in FILTERS}
    filters, faults = filters_in(asked, _QUERY, visit.frame, _WORDS)
    since, until = filters.pop("since", None), filters.pop("until", None)
    before, known = moment_in(query.get("before")), moment_in(query.get("shown"))
    part = Slice(ROWS, before or (known + _MICROSECOND if known else None), since=since, until=until)
    rows, following = await service_deliveries.read_rows(visit.db, visit.org_id, row.id, part, filters)
    fresh = 0
    if known is not None and before is None:
        newer = Slice(1, since=max(filter(None, (since, known + _MICROSECOND))), until=until)
        fresh = await service_deliveries.count_rows(visit.db, visit.org_id, row.id, newer, filters)
    subjects = await service_shown.subjects(visit.db, visit.org_id, [one.event_id for one in rows])
    path = endpoint_view_path(row)
    views = tuple(delivery_view(one, path, subjects.get(one.event_id), trigger=one.trigger) for one in rows)
    # With nothing shown yet the page stands at the beginning of time: whatever comes is news.
    newest = rows[0].created_at if rows else known or row.created_at
    view = LogPage(
        head=await head(visit, row, await shown(visit, row), "logs"),
        rows=views,
        asked=asked,
        faults=faults,
        path=path,
        newest=wire_micros(newest),
        fresh=fresh,
        older="" if following is None else log_url(path, asked, before=wire_micros(following)),
        enabled=row.status == "enabled",
        first=before is None,
    )
    return visit.render("webhooks/logs.html", view, fragments=("head", "log"))


@page(NAV, capability="administer")
async def open_delivery(visit: Visit) -> Response:
    """One delivery: what was sent, what came back, and every attempt."""
    row = await opened(visit)
    id = visit.request.path_params["delivery"]
    found = await service_deliveries.read_delivery(visit.db, visit.org_id, row.id, id)
    query = visit.request.query_params
    attempt = query.get("attempt", "")
    path = endpoint_view_path(row)
    triggers = {one.trigger for one in found.attempts}
    again = next((name for name in AGAIN if name in triggers), "")
    subject = service_shown.subject_in(found.request_body)
    view = delivery_page(
        found,
        endpoint_view(await shown(visit, row)),
        delivery_view(found, path, subject, trigger=again),
        path,
        row.url,
        attempt=int(attempt) if attempt.isascii() and attempt.isdigit() and len(attempt) < 9 else 0,
        raw=query.get("view") == "raw",
        can_replay=row.status == "enabled",
    )
    return visit.render("webhooks/delivery.html", view, fragments=("delivery",))


@page(NAV, capability="administer")
async def replay(visit: Visit) -> Response:
    """Send the ticked deliveries once more, at most a hundred; what is being sent just now is left alone."""
    ids = list(dict.fromkeys(visit.fields.all("id")))
    back = address((await opened(visit)).display_id, tab="logs")
    if not ids:
        return saved(visit.request, back, toast="Nothing is ticked", refresh=[])
    if len(ids) > MOST_REPLAYED:
        text = f"At most {MOST_REPLAYED} at once; {len(ids)} are ticked"
        return saved(visit.request, back, toast="Nothing was replayed", detail=text)
    replayed = 0
    left: list[str] = []
    async with visit.work() as uow:
        row = await service.get_endpoint(uow.tx, visit.actor, reference(visit), lock=True)
        for id in sorted(ids):
            try:
                await service_deliveries.replay(uow, row, id)
                replayed += 1
            except ApiError as fault:
                if row.status != "enabled" or (fault.code.status == 404 and len(ids) == 1):
                    raise
                left.append(sentence_of(fault))
    if len(ids) == 1 and visit.fields.ticked("open"):
        back = address(row.display_id, "deliveries", ids[0])
    detail = f"{count(len(left), 'delivery', 'deliveries')} left alone: {left[0]}" if left else ""
    toast = f"Replaying {count(replayed, 'delivery', 'deliveries')}" if replayed else "Nothing was replayed"
    return saved(visit.request, back, toast=toast, detail=detail, refresh=["log", "delivery"])


_ONE = f"{PATH}/{{number}}"
routes = [
    Route(f"{_ONE}/deliveries/{{delivery}}", open_delivery, methods=["GET"]),
    Route(f"{_ONE}/replay", replay, methods=["POST"]),
]
