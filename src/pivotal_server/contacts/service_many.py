"""Several contacts of a customer at once: adding them, and one act on those chosen."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from pivotal_server.contacts import repository
from pivotal_server.contacts.checks import check_labels
from pivotal_server.contacts.repository import ContactRow
from pivotal_server.contacts.schemas import ContactCreate, ContactUpdate
from pivotal_server.contacts.service import create_contact, delete_contact, get_contact, update_contact
from pivotal_server.customers import service as customers
from pivotal_server.customers.service import CustomerRow
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.unit_of_work import UnitOfWork

MOST = 500
"""How many contacts one act takes."""

Act = Callable[[UnitOfWork, ContactRow], Awaitable[Any]]


class Outcome(Struct, frozen=True):
    """What an act on many did: how many it changed, and name and reason of those it left as they are."""

    changed: int
    skipped: tuple[tuple[str, str], ...]


async def taken_addresses(
    db: Executor, org_id: str, customer_id: str, emails: Collection[str]
) -> frozenset[str]:
    """Those of the (clean) addresses that a contact of the customer has, archived ones too."""
    return frozenset(await repository.taken(db, org_id, customer_id, emails)) if emails else frozenset()


async def create_contacts(
    uow: UnitOfWork, customer: CustomerRow, people: Sequence[ContactCreate]
) -> list[ContactRow]:
    """Add several contacts to a locked ``customer``, all or none; entries carry one ``bulk_id``.

    Raises what adding one of them raises.
    """
    uow.bulk_id = cuid()
    return [await create_contact(uow, customer, data) for data in people]


def act_of(name: str, label: str = "") -> Act:
    """The act with this name: ``archive``, ``unarchive``, ``delete``, ``label`` or ``unlabel``.

    Raises ``invalid_reference`` for another name, and what is wrong with the label.
    """

    async def archive(uow: UnitOfWork, row: ContactRow) -> ContactRow:
        return await update_contact(uow, row, ContactUpdate(archived=True))

    async def unarchive(uow: UnitOfWork, row: ContactRow) -> ContactRow:
        return await update_contact(uow, row, ContactUpdate(archived=False))

    async def add_label(uow: UnitOfWork, row: ContactRow) -> ContactRow:
        if label.casefold() in _folded(row):
            return row
        return await update_contact(
            uow, row, ContactUpdate(labels=check_labels([*_labels(row), label], "label"))
        )

    async def remove_label(uow: UnitOfWork, row: ContactRow) -> ContactRow:
        kept = [one for one in _labels(row) if one.casefold() != label.casefold()]
        return await update_contact(uow, row, ContactUpdate(labels=kept))

    acts: dict[str, Act] = {
        "archive": archive,
        "unarchive": unarchive,
        "delete": delete_contact,
        "label": add_label,
        "unlabel": remove_label,
    }
    if name not in acts:
        raise INVALID_REFERENCE(field="act", message="There is no such act")
    if name in ("label", "unlabel"):
        [label] = check_labels([label], "label")
    return acts[name]


def _labels(row: ContactRow) -> list[str]:
    return msgspec.json.decode(row.labels, type=list[str])


def _folded(row: ContactRow) -> set[str]:
    return {one.casefold() for one in _labels(row)}


async def for_each(uow: UnitOfWork, customer_id: str, ids: Sequence[str], act: Act) -> Outcome:
    """Do ``act`` to each of the contacts of a customer, at most 500; what a rule forbids is skipped.

    The customer is locked, so that nobody moves its primary flag meanwhile. All entries carry one
    ``bulk_id``. A contact that is gone by then is passed over.
    """
    uow.bulk_id = cuid()
    await customers.get_customer(uow.tx, uow.org_id, customer_id, lock=True)
    changed = 0
    skipped: list[tuple[str, str]] = []
    for id in ids[:MOST]:
        try:
            row = await get_contact(uow.tx, uow.org_id, id, lock=True)
        except ApiError:
            continue
        if row.customer_id != customer_id:
            continue
        try:
            async with uow.step():
                after = await act(uow, row)
        except ApiError as fault:
            skipped.append((row.name, fault.message))
        else:
            changed += after != row
    return Outcome(changed, tuple(skipped))
