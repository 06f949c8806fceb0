"""REST operations of the activity stream."""

from functools import partial
from typing import Any

from pivotal_server.activity import service_lists as service
from pivotal_server.activity.schemas import (
    ActivityPage,
    ActivityQuery,
    CustomerActivityQuery,
)
from pivotal_server.customers import service as customers
from pivotal_server.errors_catalogue import CUSTOMER_NOT_FOUND
from pivotal_server.kit.http import OperationTable
from pivotal_server.rest.context import Context
from pivotal_server.rest.lists import filters_of, page

table = OperationTable("Activity and events")


async def _page(context: Context, filters: dict[str, Any] | None) -> ActivityPage:
    found = filters
    if filters is not None and "actor" in filters:
        actor = await service.actor_filter(context.db, context.org_id, filters.pop("actor"))
        found = None if actor is None else {**filters, **actor}

    return await page(
        ActivityPage,
        context.query,
        found,
        partial(service.read_entries, context.db, context.org_id),
        partial(service.count_entries, context.db, context.org_id),
    )


@table.operation(
    "GET",
    "/activity",
    id="list-activity",
    sdk="activity.list",
    tools=["list_activity"],
    summary="List activity",
    scope="read:workspace",
    query=ActivityQuery,
    answers=(200, ActivityPage),
)
async def list_activity(context: Context) -> ActivityPage:
    """Everything that happened in the workspace, newest first. `event` also takes a group or another name."""
    filters = filters_of(context.query)
    if "customer_id" in filters:
        customer_id = await customers.known_id(context.db, context.org_id, filters["customer_id"])
        if customer_id is None:
            return await _page(context, None)
        filters["customer_id"] = customer_id
    return await _page(context, filters)


@table.operation(
    "GET",
    "/customers/{customerId}/activity",
    id="list-customer-activity",
    sdk="customers.activity.list",
    summary="List the activity of a customer",
    scope="read:workspace",
    query=CustomerActivityQuery,
    answers=(200, ActivityPage),
    errors=[CUSTOMER_NOT_FOUND],
)
async def list_customer_activity(context: Context) -> ActivityPage:
    """What happened at one customer, newest first, with its contacts, onboardings and tasks."""
    customer = await customers.get_customer(context.db, context.org_id, context.id)
    return await _page(context, {**filters_of(context.query), "customer_id": customer.id})
