"""REST operations of contacts."""

from functools import partial
from typing import Any

from pivotal_server.contacts import service
from pivotal_server.contacts.checks import check_email
from pivotal_server.contacts.schemas import Contact, ContactCreate, ContactPage, ContactQuery, ContactUpdate
from pivotal_server.contacts.wire import to_wire
from pivotal_server.customers import service as customers
from pivotal_server.errors_catalogue import (
    CONTACT_NOT_FOUND,
    CUSTOMER_NOT_FOUND,
    EMAIL_TAKEN,
    EXTERNAL_ID_TAKEN,
    INVALID_ENUM_VALUE,
    LIMIT_REACHED,
)
from pivotal_server.kit.http import OperationTable
from pivotal_server.kit.wire import Deleted
from pivotal_server.rest.context import Context
from pivotal_server.rest.expansions import CUSTOMER
from pivotal_server.rest.lists import as_stored, filters_of, page

table = OperationTable("Contacts")


@table.operation(
    "GET",
    "/customers/{customerId}/contacts",
    id="list-customer-contacts",
    sdk="customers.contacts.list",
    tools=["list_contacts"],
    summary="List the contacts of a customer",
    scope="read:contacts",
    query=ContactQuery,
    answers=(200, ContactPage),
    errors=[CUSTOMER_NOT_FOUND],
    expand=[CUSTOMER],
)
async def list_customer_contacts(context: Context) -> ContactPage:
    """The contacts of one customer, newest first, archived ones included unless filtered out."""
    customer = await customers.get_customer(context.db, context.org_id, context.id)
    query: ContactQuery = context.query
    filters: dict[str, Any] | None = filters_of(query)
    if query.email is not None:
        email = as_stored(check_email, query.email)
        filters = None if email is None else {**filters_of(query), "email": email}

    return await page(
        ContactPage,
        query,
        filters,
        partial(service.read_contacts, context.db, context.org_id, customer.id),
        partial(service.count_contacts, context.db, context.org_id, customer.id),
    )


@table.operation(
    "POST",
    "/customers/{customerId}/contacts",
    id="create-customer-contact",
    sdk="customers.contacts.create",
    tools=["create_contact"],
    summary="Create a contact",
    scope="write:contacts",
    body=ContactCreate,
    resource=Contact,
    answers=(201, Contact),
    errors=[CUSTOMER_NOT_FOUND, EMAIL_TAKEN, EXTERNAL_ID_TAKEN, LIMIT_REACHED, INVALID_ENUM_VALUE],
    single=True,
)
async def create_customer_contact(context: Context, body: ContactCreate) -> Contact:
    """Attaches a contact to a customer. The first one becomes primary when `is_primary` is left out."""
    customer = await customers.get_customer(context.db, context.org_id, context.id, lock=True)
    return to_wire(await service.create_contact(context.uow, customer, body))


@table.operation(
    "GET",
    "/contacts/{id}",
    id="get-contact",
    sdk="customers.contacts.get",
    summary="Get a contact",
    scope="read:contacts",
    answers=(200, Contact),
    errors=[CONTACT_NOT_FOUND],
    single=True,
    expand=[CUSTOMER],
)
async def get_contact(context: Context) -> Contact:
    """One contact, by `id` or `display_id`, also when its customer was deleted."""
    return await service.read_contact(context.db, context.org_id, context.id)


@table.operation(
    "PATCH",
    "/contacts/{id}",
    id="update-contact",
    sdk="customers.contacts.update",
    tools=["update_contact"],
    summary="Update a contact",
    scope="write:contacts",
    body=ContactUpdate,
    resource=Contact,
    answers=(200, Contact),
    errors=[CONTACT_NOT_FOUND, EMAIL_TAKEN, EXTERNAL_ID_TAKEN, INVALID_ENUM_VALUE],
    single=True,
)
async def update_contact(context: Context, body: ContactUpdate) -> Contact:
    """Changes the given keys. Making it primary unsets the one before; archiving the primary leaves none.

    Open tasks of an archived contact lose their assignee.
    """
    row = await service.get_contact_for_change(context.uow, context.id)
    context.check_match(to_wire(row))
    return to_wire(await service.update_contact(context.uow, row, body))


@table.operation(
    "DELETE",
    "/contacts/{id}",
    id="delete-contact",
    sdk="customers.contacts.delete",
    summary="Delete a contact",
    scope="write:contacts",
    answers=(200, Deleted),
    errors=[CONTACT_NOT_FOUND],
    single=True,
)
async def delete_contact(context: Context) -> Deleted:
    """Deletes a contact softly. Deleting the primary leaves none; its open tasks lose their assignee."""
    row = await service.get_contact_for_change(context.uow, context.id, deleted=True)
    if row.deleted_at is None:
        context.check_match(to_wire(row))
    await service.delete_contact(context.uow, row)
    return Deleted(id=row.id, display_id=row.display_id)
