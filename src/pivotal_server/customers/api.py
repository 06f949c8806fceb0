"""REST operations of customers."""

from functools import partial
from typing import Any

from pivotal_server.customers import changes, service, upserting
from pivotal_server.customers.checks import check_domain
from pivotal_server.customers.schemas import (
    Customer,
    CustomerCreate,
    CustomerPage,
    CustomerQuery,
    CustomerUpdate,
    UpsertQuery,
)
from pivotal_server.customers.wire import to_wire
from pivotal_server.errors_catalogue import (
    AMBIGUOUS_MATCH,
    CUSTOMER_NOT_FOUND,
    EXTERNAL_ID_TAKEN,
    INVALID_REFERENCE,
    MISSING_FIELD,
    SLUG_TAKEN,
)
from pivotal_server.kit.http import Answer, OperationTable
from pivotal_server.kit.wire import Count, Deleted
from pivotal_server.members import service as members
from pivotal_server.rest.context import Context
from pivotal_server.rest.expansions import CONTACTS, ONBOARDINGS, OWNER
from pivotal_server.rest.lists import as_stored, filters_of, page, slice_of, without_paging
from pivotal_server.search import service as search
from pivotal_server.search.service import Seeker

table = OperationTable("Customers")
CustomerCountQuery = without_paging("CustomerCountQuery", CustomerQuery)


async def _filters(context: Context, query: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The filters as the repository takes them, and what those of a query bind.

    ``None`` when nothing can match them.
    """
    filters = filters_of(query)
    text = filters.pop("q", "")
    if "owner_id" in filters:
        member = await members.find(context.db, context.org_id, filters["owner_id"])
        if member is None:
            return None
        filters["owner_id"] = member.id
    if "domain" in filters:
        filters["domain"] = as_stored(check_domain, filters["domain"])
        if filters["domain"] is None:
            return None
    if "tag" in filters:
        filters["tag"] = filters["tag"].casefold()
    if not text:
        return filters, {}
    seeker = Seeker(org_id=context.org_id)
    asked = await search.customer_filters(
        context.db, seeker, await search.understand(context.db, seeker, text)
    )
    return None if asked is None else ({**filters, **asked[0]}, asked[1])


@table.operation(
    "GET",
    "/customers",
    id="list-customers",
    sdk="customers.list",
    tools=["list_customers"],
    summary="List customers",
    scope="read:customers",
    query=CustomerQuery,
    answers=(200, CustomerPage),
    expand=[CONTACTS, ONBOARDINGS, OWNER],
)
async def list_customers(context: Context) -> CustomerPage:
    """Live customers, newest first. Filters apply before paging."""
    query: CustomerQuery = context.query
    found = await _filters(context, query)
    asked, values = ({}, {}) if found is None else found

    return await page(
        CustomerPage,
        query,
        None if found is None else asked,
        partial(service.read_customers, context.db, context.org_id, values=values),
        partial(service.count_customers, context.db, context.org_id, values=values),
    )


@table.operation(
    "GET",
    "/customers/count",
    id="count-customers",
    sdk="customers.count",
    summary="Count customers",
    scope="read:customers",
    query=CustomerCountQuery,
    answers=(200, Count),
)
async def count_customers(context: Context) -> Count:
    """How many live customers match the same filters as the list takes."""
    found = await _filters(context, context.query)
    if found is None:
        return Count(count=0)
    part = slice_of(context.query)
    return Count(count=await service.count_customers(context.db, context.org_id, part, *found))


@table.operation(
    "POST",
    "/customers",
    id="create-customer",
    sdk="customers.create",
    tools=["create_customer"],
    summary="Create a customer",
    scope="write:customers",
    body=CustomerCreate,
    resource=Customer,
    answers=(201, Customer),
    errors=[SLUG_TAKEN, EXTERNAL_ID_TAKEN, INVALID_REFERENCE],
    single=True,
)
async def create_customer(context: Context, body: CustomerCreate) -> Customer:
    """Creates a customer. Without a `slug` one is made from the name and made unique."""
    return to_wire(await service.create_customer(context.uow, body))


@table.operation(
    "POST",
    "/customers/upsert",
    id="upsert-customer",
    sdk="customers.upsert",
    summary="Create or update a customer",
    scope="write:customers",
    body=CustomerUpdate,
    query=UpsertQuery,
    resource=Customer,
    answers=[(200, Customer), (201, Customer)],
    errors=[SLUG_TAKEN, EXTERNAL_ID_TAKEN, INVALID_REFERENCE, AMBIGUOUS_MATCH, MISSING_FIELD],
    single=True,
)
async def upsert_customer(context: Context, body: CustomerUpdate) -> Answer:
    """Updates the live customer with the same `by` as the body, or creates one, which then needs a `name`."""
    row, created = await upserting.upsert_customer(context.uow, context.query.by, body)
    return Answer(201 if created else 200, to_wire(row))


@table.operation(
    "GET",
    "/customers/{id}",
    id="get-customer",
    sdk="customers.get",
    tools=["get_customer"],
    summary="Get a customer",
    scope="read:customers",
    answers=(200, Customer),
    errors=[CUSTOMER_NOT_FOUND],
    single=True,
    expand=[CONTACTS, ONBOARDINGS, OWNER],
)
async def get_customer(context: Context) -> Customer:
    """One live customer, by `id` or `display_id`."""
    return await service.read_customer(context.db, context.org_id, context.id)


@table.operation(
    "PATCH",
    "/customers/{id}",
    id="update-customer",
    sdk="customers.update",
    tools=["update_customer"],
    summary="Update a customer",
    scope="write:customers",
    body=CustomerUpdate,
    resource=Customer,
    answers=(200, Customer),
    errors=[CUSTOMER_NOT_FOUND, SLUG_TAKEN, EXTERNAL_ID_TAKEN, INVALID_REFERENCE],
    single=True,
)
async def update_customer(context: Context, body: CustomerUpdate) -> Customer:
    """Changes the given keys; absent ones stay, `null` clears. Churning pauses its running onboardings."""
    row = await service.get_customer(context.db, context.org_id, context.id, lock=True)
    context.check_match(to_wire(row))
    return to_wire(await changes.update_customer(context.uow, row, body))


@table.operation(
    "DELETE",
    "/customers/{id}",
    id="delete-customer",
    sdk="customers.delete",
    summary="Delete a customer",
    scope="write:customers",
    answers=(200, Deleted),
    errors=[CUSTOMER_NOT_FOUND],
    single=True,
)
async def delete_customer(context: Context) -> Deleted:
    """Deletes a customer softly. Its contacts and onboardings leave every list but can be read by id."""
    row = await service.get_customer(context.db, context.org_id, context.id, lock=True, deleted=True)
    if row.deleted_at is None:
        context.check_match(to_wire(row))
    await service.delete_customer(context.uow, row)
    return Deleted(id=row.id, display_id=row.display_id)
