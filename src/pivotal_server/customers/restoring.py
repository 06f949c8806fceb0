"""Bringing back a deleted customer with everything of it (APP-STAT-4)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pivotal_server.contacts import service as contacts
from pivotal_server.customers import repository
from pivotal_server.customers.repository import CustomerRow
from pivotal_server.customers.service import conflict
from pivotal_server.customers.wire import event_extra, to_wire
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.kit.pagination import Slice
from pivotal_server.members import service as members
from pivotal_server.onboardings import of_customer
from pivotal_server.onboardings import service as onboardings
from pivotal_server.tasks import service as tasks
from pivotal_server.unit_of_work import UnitOfWork

_MANY = 100


async def restore_customer(uow: UnitOfWork, row: CustomerRow) -> CustomerRow:
    """Bring back a locked customer, its contacts and onboardings; a live one stays as it is.

    A slug that another one took meanwhile becomes ``<slug>-2`` and so on. Raises ``external_id_taken``.
    """
    if row.deleted_at is None:
        return row
    await uow.hold("customer")
    slug = await repository.free_slug(uow.tx, uow.org_id, row.slug)
    after = replace(row, deleted_at=None, slug=slug, updated_at=uow.touched(row.updated_at))
    try:
        await repository.save(uow.tx, uow.org_id, after)
    except UniqueViolation as fault:
        raise conflict(fault, slug, after.external_id) from None
    await repository.write_tags(uow.tx, uow.org_id, after, msgspec.json.decode(after.tags), replace=True)
    await of_customer.set_hidden(uow, row.id, after.status == "archived")
    emails = await members.emails(uow.tx, uow.org_id, [row.owner_id]) if row.owner_id else {}
    uow.changed(
        "customer",
        id=row.id,
        display_id=row.display_id,
        customer_id=row.id,
        livemode=row.livemode,
        before=to_wire(row),
        after=to_wire(after),
        before_extra=event_extra(row, emails.get(row.owner_id)),
        after_extra=event_extra(after, emails.get(row.owner_id)),
    )
    uow.restored(to_wire(after))
    async for one in _below(uow, row.id):
        uow.restored(one, along=True)
    uow.record(
        "customer.restored",
        target=("customer", row.id, row.display_id),
        customer_id=row.id,
        livemode=row.livemode,
    )
    return after


async def _below(uow: UnitOfWork, customer_id: str) -> AsyncIterator[Struct]:
    """The live contacts, onboardings and tasks of a customer, as wire objects."""
    tx, org_id = uow.tx, uow.org_id
    async for contact in _pages(lambda part: contacts.read_contacts(tx, org_id, customer_id, part, {})):
        yield contact
    async for one in _pages(
        lambda part: onboardings.read_onboardings(tx, org_id, part, {}, customer_id=customer_id)
    ):
        yield one
        async for task in _pages(
            lambda part, id=one.id: tasks.read_tasks(tx, org_id, part, {}, onboarding_id=id)  # type: ignore[misc]
        ):
            yield task


async def _pages(
    read: Callable[[Slice], Awaitable[tuple[Sequence[Any], datetime | None]]],
) -> AsyncIterator[Any]:
    part = Slice(limit=_MANY)
    while True:
        found, cursor = await read(part)
        for one in found:
            yield one
        if cursor is None:
            return
        part = replace(part, cursor=cursor)
