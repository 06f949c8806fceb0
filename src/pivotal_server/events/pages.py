"""Admin > Events: what was recorded, and how it was delivered."""

from typing import Any

import msgspec
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.comments import service as comments
from pivotal_server.contacts import service as contacts
from pivotal_server.customers import service as customers
from pivotal_server.customers.views import customer_url
from pivotal_server.errors_catalogue import COMMENT_NOT_FOUND, EVENT_NOT_FOUND, ROUTE_NOT_FOUND
from pivotal_server.events import service
from pivotal_server.events.schemas import EventQuery
from pivotal_server.events.views import (
    FILTERS,
    OBJECTS,
    PATH,
    EndpointLine,
    EventList,
    EventPage,
    event_view,
    list_url,
)
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.references import digits_in
from pivotal_server.kit.validation import Query
from pivotal_server.onboardings import service as onboardings
from pivotal_server.tasks import service as tasks
from pivotal_server.web.htmx import saved
from pivotal_server.web.queries import filters_in, moment_in
from pivotal_server.web.session import Visit, page
from pivotal_server.webhooks import service as endpoints
from pivotal_server.webhooks import service_deliveries, service_shown
from pivotal_server.webhooks.service import EndpointRow
from pivotal_server.webhooks.service_shown import DeliveryRow
from pivotal_server.webhooks.views import address, title_of
from pivotal_server.webhooks.views_log import delivery_view

NAV = "events"
ROWS = 50
_QUERY = Query(EventQuery)
_WHY_NOT = {
    "event_not_found": "The event is gone.",
    "livemode_mismatch": "The endpoint takes the other mode.",
    "already_pending": "It is on its way already.",
}


async def _filters(visit: Visit, asked: dict[str, str]) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """The filters as the service takes them, ``None`` when nothing can match; and what is wrong with some."""
    filters, faults = filters_in(asked, _QUERY, visit.frame, {})
    if "customer_id" in filters:
        filters["customer_id"] = await customers.known_id(visit.db, visit.org_id, filters["customer_id"])
        if filters["customer_id"] is None:
            return None, faults
    return filters, faults


@page(NAV, capability="administer")
async def list_events(visit: Visit) -> Response:
    """The events of changes that match, newest first; a whole id leads to that event."""
    query = visit.request.query_params
    wanted = query.get("id", "").strip()
    if wanted:
        return RedirectResponse(f"{PATH}/{wanted.replace('/', '')[:64]}", status_code=303)
    asked = {name: query.get(name, "").strip().replace("\0", "")[:200] for name in FILTERS}
    filters, faults = await _filters(visit, asked)
    before = moment_in(query.get("before"))
    found: list[Any] = []
    last, has_more = None, False
    if filters is not None:
        part = Slice(
            ROWS,
            before,
            since=filters.pop("since", None),
            until=filters.pop("until", None),
            livemode=filters.pop("livemode", None),
        )
        found, last, has_more = await service.read_events(visit.db, visit.org_id, part, filters)
    view = EventList(
        events=tuple(event_view(one) for one in found),
        asked=asked,
        faults=faults,
        newer=list_url(asked) if before is not None else "",
        older=list_url(asked, before=wire_micros(last)) if has_more and last is not None else "",
    )
    return visit.render("events/list.html", view)


@page(NAV, capability="administer")
async def open_event(visit: Visit) -> Response:
    """One event, and its delivery to each endpoint of its mode."""
    found: Any = await service.read_event(visit.db, visit.org_id, visit.request.path_params["event"])
    deliveries = await service_shown.deliveries_of_event(
        visit.db, visit.org_id, visit.request.path_params["event"]
    )
    source = next((one.source for one in deliveries.values()), "change")
    shown = event_view(found, source)
    lines = [
        _line(one, deliveries.get(one.id), can_send=source == "change")
        for one in await service_shown.all_endpoints(visit.db, visit.org_id)
        if one.id in deliveries or (source == "change" and one.test_mode != shown.livemode)
    ]
    text = msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
    view = EventPage(shown, text, tuple(lines))
    return visit.render("events/event.html", view, fragments=("deliveries",))


def _line(row: EndpointRow, delivery: DeliveryRow | None, *, can_send: bool) -> EndpointLine:
    url = address(row.display_id)
    shown = None if delivery is None else delivery_view(delivery, url)
    finished = delivery is None or delivery.finished
    return EndpointLine(
        number=row.display_id,
        target=title_of(row),
        url=url,
        status="" if shown is None else shown.status,
        status_name="Not sent" if shown is None else shown.status_name,
        tone="" if shown is None else shown.tone,
        result=""
        if shown is None
        else " · ".join(one for one in (shown.code, shown.error, shown.took) if one),
        attempts=0 if delivery is None else delivery.attempt_count,
        delivery_url="" if shown is None else shown.url,
        can_send=can_send and finished and row.status == "enabled",
    )


@page(NAV, capability="administer")
async def resend(visit: Visit) -> Response:
    """Send an event to an endpoint again, or for the first time, with all attempts."""
    id = visit.request.path_params["event"]
    # What is no id never reaches a database, which may refuse to look for it.
    if not (id.isascii() and id.isprintable()):
        raise EVENT_NOT_FOUND()
    back = f"{PATH}/{id}"
    async with visit.work() as uow:
        row = await endpoints.get_endpoint(uow.tx, visit.actor, visit.fields.text("endpoint"), lock=True)
        [result] = (await service_deliveries.resend(uow, row, [id])).results
    if result.status == "skipped":
        why = _WHY_NOT[result.reason or "event_not_found"]
        return saved(visit.request, back, toast="Nothing was sent", detail=why, refresh=["deliveries"])
    return saved(visit.request, back, toast="On its way", detail=title_of(row), refresh=["deliveries"])


@page(NAV, capability="administer")
async def open_object(visit: Visit) -> Response:
    """The way to the record that an event is about. What is gone is not found."""
    number = digits_in(visit.request.path_params["number"])
    if number is None:
        raise ROUTE_NOT_FOUND()
    kind = visit.request.path_params["kind"]
    return RedirectResponse(await _place_of(visit, kind, str(number)), status_code=303)


async def _place_of(visit: Visit, kind: str, reference: str) -> str:
    """The address of a record by its id or number. Raises what finding it raises."""
    db, org_id = visit.db, visit.org_id
    match kind:
        case "customer":
            customer = await customers.get_customer(db, org_id, reference)
            return customer_url(customer.display_id, customer.slug)
        case "contact":
            contact = await contacts.get_contact(db, org_id, reference)
            return await _place_of(visit, "customer", contact.customer_id)
        case "onboarding":
            onboarding = await onboardings.get_onboarding(db, org_id, reference)
            return f"/onboardings/{onboarding.display_id}"
        case "task":
            task = await tasks.get_task(db, org_id, reference)
            place = await _place_of(visit, "onboarding", task.onboarding_id)
            return f"{place}/tasks/{task.display_id}"
        case "comment":
            comment = await comments.find_comment(db, org_id, int(reference))
            if comment is None:
                raise COMMENT_NOT_FOUND()
            if comment.task_id is not None:
                return await _place_of(visit, "task", comment.task_id)
            if comment.onboarding_id is not None:
                return await _place_of(visit, "onboarding", comment.onboarding_id)
            return await _place_of(visit, "customer", comment.customer_id)
        case _:
            raise ROUTE_NOT_FOUND()


routes = [
    Route(PATH, list_events, methods=["GET"]),
    Route(f"{PATH}/{{event}}", open_event, methods=["GET"]),
    Route(f"{PATH}/{{event}}/resend", resend, methods=["POST"]),
    Route(f"{OBJECTS}/{{kind}}/{{number}}", open_object, methods=["GET"]),
]
