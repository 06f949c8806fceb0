"""REST operations of events."""

from typing import Any

from msgspec import UNSET

from pivotal_server.customers import service as customers
from pivotal_server.errors_catalogue import EVENT_NOT_FOUND
from pivotal_server.events import service
from pivotal_server.events.schemas import Event, EventPage, EventQuery
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.http import OperationTable
from pivotal_server.rest.context import Context
from pivotal_server.rest.lists import filters_of, slice_of

table = OperationTable("Activity and events")


async def _filters(context: Context, query: EventQuery) -> dict[str, Any] | None:
    """The filters as the service takes them; ``None`` when nothing can match."""
    filters = filters_of(query)
    if "customer_id" in filters:
        filters["customer_id"] = await customers.known_id(context.db, context.org_id, filters["customer_id"])
        if filters["customer_id"] is None:
            return None
    return filters


@table.operation(
    "GET",
    "/events",
    id="list-events",
    sdk="events.list",
    tools=["list_events"],
    summary="List events",
    scope="read:workspace",
    query=EventQuery,
    answers=(200, EventPage),
)
async def list_events(context: Context) -> EventPage:
    """Events of changes, newest first. With `order=asc` there is always a cursor to go on from later."""
    query: EventQuery = context.query
    filters = await _filters(context, query)
    part = slice_of(query)
    data: list[Event] = []
    last, has_more, total = None, False, 0
    if filters is not None:
        data, last, has_more = await service.read_events(context.db, context.org_id, part, filters)
        if query.include_total:
            total = await service.count_events(context.db, context.org_id, part, filters)
    if part.ascending:
        last = last or part.cursor
    elif not has_more:
        last = None
    return EventPage(
        data=data,
        has_more=has_more,
        next_cursor=None if last is None else wire_micros(last),
        total=total if query.include_total else UNSET,
    )


@table.operation(
    "GET",
    "/events/{id}",
    id="get-event",
    sdk="events.get",
    summary="Get an event",
    scope="read:workspace",
    answers=(200, Event),
    errors=[EVENT_NOT_FOUND],
    single=True,
)
async def get_event(context: Context) -> Event:
    """One event, by its `id`, whatever made it."""
    return await service.read_event(context.db, context.org_id, context.id)
