"""Contacts: finding, listing, creating, changing, deleting; at most one primary per customer."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from pivotal_server.activity.entries import Change, differences
from pivotal_server.contacts import erasing, repository
from pivotal_server.contacts.repository import ContactRow
from pivotal_server.contacts.schemas import Contact, ContactCreate, ContactUpdate
from pivotal_server.contacts.wire import to_wire
from pivotal_server.customers import service as customers
from pivotal_server.customers.service import CustomerRow
from pivotal_server.db.engine import Database, Executor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.db.lists import Firsts
from pivotal_server.db.searched import EVERYTHING, Asked
from pivotal_server.errors_catalogue import (
    CONTACT_NOT_FOUND,
    EMAIL_TAKEN,
    EXTERNAL_ID_TAKEN,
    INVALID_ENUM_VALUE,
)
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.json import kept_or_new
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.references import number_in
from pivotal_server.kit.validation import given
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import CONTACTS_PER_CUSTOMER
from pivotal_server.onboardings import of_customer as onboardings
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "ContactRow",
    "card",
    "create_contact",
    "delete_contact",
    "get_contact",
    "get_contact_for_change",
    "id_of_email",
    "id_of_external",
    "read_contact",
    "read_contacts",
    "stream_contacts",
    "update_contact",
]

_READ = repository.wire_read(Contact)
_ALL = repository.wire_all(Contact)
_WIRE_LIST = repository.wire_list(Contact)
_NEWEST = repository.wire_newest(Contact)
_OWN_ENTRIES = frozenset({"updated_at", "is_primary", "archived", "portal_access"})


async def get_contact(
    db: Executor, org_id: str, reference: str, *, lock: bool = False, deleted: bool = False
) -> ContactRow:
    """The contact that ``reference`` (id or display_id) names. Raises ``contact_not_found``."""
    row = await repository.find(db, org_id, id=reference, number=number_in(reference), lock=lock)
    if row is None or (row.deleted_at is not None and not deleted):
        raise CONTACT_NOT_FOUND()
    return row


async def get_contact_for_change(uow: UnitOfWork, reference: str, *, deleted: bool = False) -> ContactRow:
    """The contact that ``reference`` names, with its customer locked first.

    Everything that may move the primary flag of a customer holds that lock, so that two of them cannot meet.
    Raises ``contact_not_found``.
    """
    found = await get_contact(uow.tx, uow.org_id, reference, deleted=deleted)
    await customers.get_customer(uow.tx, uow.org_id, found.customer_id, lock=True, deleted=True)
    return await get_contact(uow.tx, uow.org_id, found.id, lock=True, deleted=deleted)


async def id_of_email(db: Executor, org_id: str, customer_id: str, email: str) -> str | None:
    """The id of the live contact of a customer with this (clean) address, if there is one."""
    return await repository.id_of_email(db, org_id, customer_id, email)


async def primary_id(db: Executor, org_id: str, customer_id: str) -> str | None:
    """The id of the primary contact of a customer, if it has one."""
    found = await repository.primary(db, org_id, customer_id)
    return None if found is None else found.id


async def primary_names(db: Executor, org_id: str, customer_ids: list[str]) -> dict[str, str]:
    """The names of the primary contacts of several customers, by the customers' ids."""
    return await repository.primary_names(db, org_id, customer_ids) if customer_ids else {}


async def id_of_external(db: Executor, org_id: str, external_id: str) -> str | None:
    """The id of the live contact with this external id, if there is one."""
    return await repository.id_of_external(db, org_id, external_id)


def stream_contacts(
    db: Database, org_id: str, asked: Asked = EVERYTHING
) -> AsyncGenerator[list[Contact], None]:
    """Every contact of the lists that a search asks for, by number, in batches of one consistent state."""
    return db.stream(_ALL.get(asked.names), {**asked.params, "org_id": org_id})


async def read_contact(db: Executor, org_id: str, reference: str) -> Contact:
    """The wire object of the live contact that ``reference`` names. Raises ``contact_not_found``."""
    found = await _READ.get(db, org_id, reference)
    if found is None:
        raise CONTACT_NOT_FOUND()
    return found


async def read_contacts(
    db: Executor, org_id: str, customer_id: str, part: Slice, filters: Mapping[str, Any]
) -> tuple[list[Contact], datetime | None]:
    """One page of a customer's contacts as wire objects, and the cursor of the next page."""
    return await _WIRE_LIST.page(db, org_id, part, filters, {"customer_id": customer_id})


async def newest_of(db: Executor, org_id: str, customer_ids: Sequence[str], limit: int) -> Firsts[Contact]:
    """The newest contacts of each of several customers, archived ones too."""
    return await _NEWEST.read(db, org_id, customer_ids, limit)


async def count_contacts(
    db: Executor, org_id: str, customer_id: str, part: Slice, filters: Mapping[str, Any]
) -> int:
    """How many of a customer's contacts match."""
    return await _WIRE_LIST.count(db, org_id, part, filters, {"customer_id": customer_id})


async def how_many(db: Executor, org_id: str, customer_id: str) -> int:
    """How many contacts a customer has, archived ones too."""
    return await repository.count(db, org_id, customer_id, CONTACTS_PER_CUSTOMER.most)


async def card(db: Executor, org_id: str, customer_id: str, limit: int) -> list[ContactRow]:
    """The active contacts of a customer for its card: the primary first, then by creation."""
    return await repository.card(db, org_id, customer_id, limit)


def conflict(fault: UniqueViolation, row: ContactRow) -> Exception:
    """The declared error for a unique key that another contact holds."""
    if fault.constraint == "contacts_email":
        return EMAIL_TAKEN(field="email", email=row.email)
    if fault.constraint == "contacts_external_id":
        return EXTERNAL_ID_TAKEN(field="external_id", external_id=row.external_id)
    return fault


def _refuse_archived_primary(row: ContactRow) -> None:
    if row.is_primary and row.archived:
        raise INVALID_ENUM_VALUE(field="is_primary", message="An archived contact cannot be the primary one")


async def create_contact(uow: UnitOfWork, customer: CustomerRow, data: ContactCreate) -> ContactRow:
    """Add a contact to a locked ``customer``.

    The first contact becomes primary when it is not said otherwise; a new primary takes the flag from the
    one before. Raises ``email_taken``, ``external_id_taken``, ``limit_reached``, and ``invalid_enum_value``
    for a primary that is archived.
    """
    used = await how_many(uow.tx, uow.org_id, customer.id)
    await limits.check_room(uow, CONTACTS_PER_CUSTOMER, used)
    is_primary = data.is_primary
    if is_primary is UNSET:
        is_primary = used == 0 and not data.archived
    display_id, created_at = await uow.allocate("contact")
    row = ContactRow(
        id=cuid(),
        display_id=display_id,
        customer_id=customer.id,
        name=data.name,
        email=data.email,
        title=data.title,
        phone=data.phone,
        is_primary=is_primary,
        labels=msgspec.Raw(msgspec.json.encode([] if data.labels is UNSET else data.labels)),
        archived=data.archived,
        portal_access=data.portal_access,
        metadata=msgspec.Raw(msgspec.json.encode({} if data.metadata is UNSET else data.metadata)),
        external_id=data.external_id,
        livemode=uow.actor.livemode and customer.livemode,
        created_at=created_at,
        updated_at=created_at,
        deleted_at=None,
    )
    _refuse_archived_primary(row)
    before = await repository.primary(uow.tx, uow.org_id, customer.id) if is_primary and used else None
    if before is not None:
        await _lose_primary(uow, before)
    try:
        await repository.insert(uow.tx, uow.org_id, row)
    except UniqueViolation as fault:
        raise conflict(fault, row) from None
    announce(uow, None, row)
    if before is not None:
        announce(uow, before, replace(before, is_primary=False, updated_at=uow.touched(before.updated_at)))
    added = [Change("is_primary", None, True)] if is_primary else []
    note(uow, row, "contact.added", added)
    if before is not None:
        note(uow, before, "contact.primary_changed", [Change("is_primary", True, False)])
    return row


async def update_contact(uow: UnitOfWork, row: ContactRow, data: ContactUpdate) -> ContactRow:
    """Change the fields of a contact that ``data`` gives; its customer is locked by the caller.

    Values equal to the stored ones count as not given; when nothing differs nothing is written. Archiving
    the primary leaves none; archiving any leaves its open tasks without an assignee. Raises what creating
    raises.
    """
    values = dict(given(data))
    for name in ("labels", "metadata"):
        if name in values:
            values[name] = kept_or_new(getattr(row, name), values[name])
    after = replace(row, **values)
    if after.archived and not row.archived and after.is_primary == row.is_primary:
        after = replace(after, is_primary=False)
    _refuse_archived_primary(after)
    if after == row:
        return row
    after = replace(after, updated_at=uow.touched(row.updated_at))
    before = None
    if after.is_primary and not row.is_primary:
        before = await repository.primary(uow.tx, uow.org_id, row.customer_id)
    if before is not None:
        await _lose_primary(uow, before)
    try:
        await repository.save(uow.tx, uow.org_id, after)
    except UniqueViolation as fault:
        raise conflict(fault, after) from None
    announce(uow, row, after)
    if before is not None:
        announce(uow, before, replace(before, is_primary=False, updated_at=uow.touched(before.updated_at)))
    _record_changes(uow, row, after)
    if after.archived and not row.archived:
        await onboardings.unassign(uow, row.customer_id, row.id)
    if before is not None:
        note(uow, before, "contact.primary_changed", [Change("is_primary", True, False)])
    return after


async def delete_contact(uow: UnitOfWork, row: ContactRow) -> ContactRow:
    """Delete a contact softly; a deleted one stays as it is.

    Deleting the primary leaves none; the open tasks of a deleted contact have no assignee. After 30 days it
    is erased.
    """
    if row.deleted_at is not None:
        return row
    gone = replace(row, deleted_at=uow.now, updated_at=uow.touched(row.updated_at))
    uow.changed(
        "contact",
        id=row.id,
        display_id=row.display_id,
        customer_id=row.customer_id,
        livemode=row.livemode,
        before=to_wire(gone),
        after=None,
    )
    note(uow, row, "contact.deleted", [])
    # Before the contact is gone: what the tasks were is told with its address.
    await onboardings.unassign(uow, row.customer_id, row.id)
    await repository.save(uow.tx, uow.org_id, gone)
    await erasing.plan(uow, gone, uow.now)
    return gone


async def _lose_primary(uow: UnitOfWork, row: ContactRow) -> None:
    lost = replace(row, is_primary=False, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, uow.org_id, lost)


def announce(uow: UnitOfWork, before: ContactRow | None, after: ContactRow) -> None:
    """Say that a contact was created or changed."""
    uow.changed(
        "contact",
        id=after.id,
        display_id=after.display_id,
        customer_id=after.customer_id,
        livemode=after.livemode,
        before=None if before is None else to_wire(before),
        after=to_wire(after),
    )


def note(uow: UnitOfWork, row: ContactRow, event: str, diff: list[Change]) -> None:
    """Write one entry about a contact."""
    uow.record(
        event,
        target=("contact", row.id, row.display_id),
        customer_id=row.customer_id,
        contact_id=row.id,
        diff=diff,
        livemode=row.livemode,
    )


def _record_changes(uow: UnitOfWork, row: ContactRow, after: ContactRow) -> None:
    diff = differences(to_wire(row), to_wire(after), without=_OWN_ENTRIES)
    if diff:
        note(uow, row, "contact.field_changed", diff)
    if after.is_primary != row.is_primary:
        change = Change("is_primary", row.is_primary, after.is_primary)
        note(uow, row, "contact.primary_changed", [change])
    if after.archived != row.archived:
        note(uow, row, "contact.archived" if after.archived else "contact.unarchived", [])
    if after.portal_access != row.portal_access:
        change = Change("portal_access", row.portal_access, after.portal_access)
        note(uow, row, "contact.portal_access_changed", [change])
