"""Erasing deleted contacts: 30 days after a deletion nothing that names the person is left.

Entries of the stream stay, since nothing may change them; they hold no personal data. Search forgets a
contact when it is deleted, stored events leave with their own retention, and no mail goes to contacts.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from pivotal_server.activity import service as activity
from pivotal_server.contacts import repository
from pivotal_server.contacts.repository import ContactRow
from pivotal_server.jobs import service as jobs
from pivotal_server.kit.clock import wire_micros
from pivotal_server.unit_of_work import UnitOfWork

KIND = "contacts.erase"
KEPT = timedelta(days=30)
"""How long a deleted contact can be restored."""


async def plan(uow: UnitOfWork, row: ContactRow, deleted_at: datetime) -> None:
    """Have a contact erased when it has been deleted for 30 days."""
    await jobs.enqueue(uow, KIND, payload_of(row.id, deleted_at), run_at=deleted_at + KEPT)


def payload_of(contact_id: str, deleted_at: datetime) -> dict[str, Any]:
    """What the job is told: a contact that was restored and deleted again has a later one."""
    return {"contact_id": contact_id, "deleted_at": wire_micros(deleted_at)}


def is_erased(row: ContactRow) -> bool:
    """Whether nothing of the person is left, so that there is nothing to restore."""
    return row.deleted_at is not None and not row.email


async def erase(uow: UnitOfWork, contact_id: str, deleted_at: str) -> bool:
    """Erase a contact that is still deleted since that moment; whether it was.

    Its fields and its diffs go.
    """
    row = await repository.find(uow.tx, uow.org_id, id=contact_id, lock=True)
    if row is None or row.deleted_at is None or is_erased(row) or wire_micros(row.deleted_at) != deleted_at:
        return False
    empty = replace(
        row,
        name="",
        email="",
        title=None,
        phone=None,
        is_primary=False,
        labels=msgspec.Raw(b"[]"),
        portal_access=False,
        metadata=msgspec.Raw(b"{}"),
        external_id=None,
        updated_at=uow.touched(row.updated_at),
    )
    await repository.save(uow.tx, uow.org_id, empty)
    await activity.forget_contact(uow.tx, uow.org_id, row.id)
    uow.record(
        "contact.erased",
        target=("contact", row.id, row.display_id),
        customer_id=row.customer_id,
        contact_id=row.id,
        livemode=row.livemode,
    )
    return True
