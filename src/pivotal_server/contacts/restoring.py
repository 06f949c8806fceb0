"""Bringing back a deleted contact."""

from msgspec.structs import replace

from pivotal_server.contacts import repository
from pivotal_server.contacts.erasing import is_erased
from pivotal_server.contacts.repository import ContactRow
from pivotal_server.contacts.service import announce, conflict, how_many, note
from pivotal_server.contacts.wire import to_wire
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import CONTACT_NOT_FOUND
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import CONTACTS_PER_CUSTOMER
from pivotal_server.unit_of_work import UnitOfWork


async def restore_contact(uow: UnitOfWork, row: ContactRow) -> ContactRow:
    """Bring back a contact of a locked customer; a live one stays as it is.

    It is primary again only where nobody else is by now, and its tasks stay with whom they have gone to.
    Raises ``email_taken``, ``external_id_taken``, ``limit_reached``, and ``contact_not_found`` for one that
    was erased.
    """
    if row.deleted_at is None:
        return row
    if is_erased(row):
        raise CONTACT_NOT_FOUND()
    used = await how_many(uow.tx, uow.org_id, row.customer_id)
    await limits.check_room(uow, CONTACTS_PER_CUSTOMER, used)
    primary = await repository.primary(uow.tx, uow.org_id, row.customer_id)
    after = replace(
        row,
        deleted_at=None,
        is_primary=row.is_primary and primary is None,
        updated_at=uow.touched(row.updated_at),
    )
    try:
        await repository.save(uow.tx, uow.org_id, after)
    except UniqueViolation as fault:
        raise conflict(fault, after) from None
    announce(uow, row, after)
    uow.restored(to_wire(after))
    note(uow, after, "contact.restored", [])
    return after
