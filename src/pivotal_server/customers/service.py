"""Customers: finding, listing, creating and deleting. Changing one is in ``changes``."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.customers import repository
from pivotal_server.customers.checks import slug_of
from pivotal_server.customers.repository import CustomerRow
from pivotal_server.customers.schemas import Customer, CustomerCreate
from pivotal_server.customers.wire import event_extra, to_wire
from pivotal_server.db.engine import Database, Executor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.db.lists import NOTHING
from pivotal_server.db.searched import EVERYTHING, Asked
from pivotal_server.errors_catalogue import (
    CUSTOMER_NOT_FOUND,
    EXTERNAL_ID_TAKEN,
    SLUG_TAKEN,
)
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.references import number_in
from pivotal_server.members import service as members
from pivotal_server.onboardings import of_customer
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["CustomerRow", "create_customer", "delete_customer", "get_customer", "list_customers"]

_READ = repository.wire_read(Customer)
_ALL = repository.wire_all(Customer)
_WIRE_LIST = repository.wire_list(Customer)
EMPTY_OBJECT = msgspec.Raw(b"{}")


def encoded(value: Any) -> msgspec.Raw:
    """A JSON value as it is stored."""
    return msgspec.Raw(msgspec.json.encode(value))


def amount(value: float | None) -> float | None:
    """A number as it is stored: JSON integers beyond 64 bits would not fit a column otherwise."""
    return None if value is None else float(value)


def conflict(fault: UniqueViolation, slug: str, external_id: str | None) -> Exception:
    """The declared error for a unique key that another customer holds."""
    if fault.constraint == "customers_slug":
        return SLUG_TAKEN(field="slug", slug=slug)
    if fault.constraint == "customers_external_id":
        return EXTERNAL_ID_TAKEN(field="external_id", external_id=external_id)
    return fault


async def get_customer(
    db: Executor,
    org_id: str,
    reference: str,
    *,
    lock: bool = False,
    deleted: bool = False,
    field: str | None = None,
) -> CustomerRow:
    """The customer that ``reference`` (id or display_id), the value of the body's ``field`` if any, names.

    ``lock`` keeps others from changing it until the transaction ends; ``deleted`` also finds deleted ones.
    Raises ``customer_not_found``.
    """
    row = await repository.find(db, org_id, id=reference, number=number_in(reference), lock=lock)
    if row is None or (row.deleted_at is not None and not deleted):
        raise CUSTOMER_NOT_FOUND(field=field)
    return row


async def known_id(db: Executor, org_id: str, reference: str) -> str | None:
    """The id of the customer, live or deleted, that ``reference`` names, if there is one."""
    row = await repository.find(db, org_id, id=reference, number=number_in(reference))
    return None if row is None else row.id


async def heads(db: Executor, org_id: str, ids: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Name and number of those of these customers that are live, by id."""
    return await repository.heads(db, org_id, sorted(ids))


async def ids_by(db: Executor, org_id: str, by: str, value: str) -> list[str]:
    """At most two live customers whose ``external_id``, ``slug`` or ``domain`` is the clean ``value``."""
    return await repository.matching(db, org_id, by, value)


def stream_customers(
    db: Database, org_id: str, asked: Asked = EVERYTHING
) -> AsyncGenerator[list[Customer], None]:
    """Every customer of the lists that a search asks for, by number, in batches of one consistent state."""
    return db.stream(_ALL.get(asked.names), {**asked.params, "org_id": org_id})


async def read_customer(db: Executor, org_id: str, reference: str) -> Customer:
    """The wire object of the live customer that ``reference`` names. Raises ``customer_not_found``."""
    found = await _READ.get(db, org_id, reference)
    if found is None:
        raise CUSTOMER_NOT_FOUND()
    return found


async def read_many(db: Executor, org_id: str, ids: Iterable[str | None]) -> dict[str | None, Customer]:
    """The wire objects of the live customers with these ids."""
    return await _READ.many(db, org_id, ids)


async def read_customers(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any], values: Mapping[str, Any] = NOTHING
) -> tuple[list[Customer], datetime | None]:
    """One page of live customers as wire objects, and the cursor of the next page, if there is one.

    ``values``: what the conditions of a query among the ``filters`` bind.
    """
    return await _WIRE_LIST.page(db, org_id, part, filters, values)


async def list_customers(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any], values: Mapping[str, Any] = NOTHING
) -> tuple[list[CustomerRow], datetime | None]:
    """One page of live customers, and the cursor of the next page. ``filters``: see the repository."""
    return await repository.LIST.page(db, org_id, part, filters, values)


async def count_customers(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any], values: Mapping[str, Any] = NOTHING
) -> int:
    """How many live customers match."""
    return await repository.LIST.count(db, org_id, part, filters, values)


async def suggest_slug(db: Executor, org_id: str, taken: str) -> str:
    """A free slug like ``taken``."""
    return await repository.free_slug(db, org_id, taken)


async def create_customer(uow: UnitOfWork, data: CustomerCreate) -> CustomerRow:
    """Create a customer, with its entry and event.

    A slug is made from the name when none is given. Raises ``invalid_reference`` for an owner who may not
    own, ``slug_taken``, ``external_id_taken``, and ``unrecognized_keys`` for an unknown custom field.
    """
    owner_id = await members.staff_id(uow.tx, uow.org_id, data.owner_id, "owner_id")
    values = {} if data.custom_fields is UNSET else data.custom_fields
    values = await custom_fields.with_values(uow.tx, uow.org_id, {}, values)
    display_id, created_at = await uow.allocate("customer")
    slug = slug_of(data.name) if data.slug is UNSET else data.slug
    tags = [] if data.tags is UNSET else data.tags
    row = CustomerRow(
        id=cuid(),
        display_id=display_id,
        name=data.name,
        slug=slug,
        domain=data.domain,
        status=data.status,
        previous_status=None,
        plan=data.plan,
        mrr=amount(data.mrr),
        monthly_orders=amount(data.monthly_orders),
        hubspot_company_id=data.hubspot_company_id,
        hubspot_deal_id=data.hubspot_deal_id,
        stripe_customer_id=data.stripe_customer_id,
        intercom_company_id=data.intercom_company_id,
        slack_channel_id=data.slack_channel_id,
        owner_id=owner_id,
        tags=encoded(tags),
        custom_fields=encoded(values) if values else EMPTY_OBJECT,
        metadata=EMPTY_OBJECT if data.metadata is UNSET else encoded(data.metadata),
        external_id=data.external_id,
        health_score=None,
        livemode=uow.actor.livemode,
        created_at=created_at,
        updated_at=created_at,
        deleted_at=None,
    )
    try:
        if data.slug is UNSET:
            row = await repository.insert_named(uow.tx, uow.org_id, row)
        else:
            await repository.insert(uow.tx, uow.org_id, row)
    except UniqueViolation as fault:
        raise conflict(fault, slug, row.external_id) from None
    await repository.write_tags(uow.tx, uow.org_id, row, tags, replace=False)
    emails = await members.emails(uow.tx, uow.org_id, [owner_id]) if owner_id else {}
    uow.changed(
        "customer",
        id=row.id,
        display_id=row.display_id,
        customer_id=row.id,
        livemode=row.livemode,
        before=None,
        after=to_wire(row),
        after_extra=event_extra(row, emails.get(owner_id)),
    )
    uow.record(
        "customer.created",
        target=("customer", row.id, row.display_id),
        customer_id=row.id,
        livemode=row.livemode,
    )
    return row


async def delete_customer(uow: UnitOfWork, row: CustomerRow) -> CustomerRow:
    """Delete a customer softly: its slug is free again, its contacts and onboardings leave every list.

    A customer that is deleted already stays as it is and nothing is written.
    """
    if row.deleted_at is not None:
        return row
    gone = msgspec.structs.replace(row, deleted_at=uow.now, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, uow.org_id, gone)
    await repository.write_tags(uow.tx, uow.org_id, gone, [], replace=True)
    await of_customer.set_hidden(uow, row.id, True)
    emails = await members.emails(uow.tx, uow.org_id, [row.owner_id]) if row.owner_id else {}
    uow.changed(
        "customer",
        id=row.id,
        display_id=row.display_id,
        customer_id=row.id,
        livemode=row.livemode,
        before=to_wire(gone),
        after=None,
        before_extra=event_extra(gone, emails.get(row.owner_id)),
    )
    uow.record(
        "customer.deleted",
        target=("customer", row.id, row.display_id),
        customer_id=row.id,
        livemode=row.livemode,
    )
    return gone
