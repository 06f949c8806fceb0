"""Bringing back a deleted onboarding with the tasks that went with it (ONB-3)."""

from msgspec.structs import replace

from pivotal_server.customers.service import CustomerRow
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import EXTERNAL_ID_TAKEN
from pivotal_server.kit.pagination import Slice
from pivotal_server.members import service as members
from pivotal_server.onboardings import repository
from pivotal_server.onboardings.repository import OnboardingRow
from pivotal_server.onboardings.service import conflict
from pivotal_server.onboardings.wire import event_extra, to_wire
from pivotal_server.tasks import of_onboarding
from pivotal_server.tasks import service as tasks
from pivotal_server.unit_of_work import UnitOfWork


async def restore_onboarding(uow: UnitOfWork, row: OnboardingRow, customer: CustomerRow) -> OnboardingRow:
    """Bring back a locked onboarding of a live customer; a live one stays as it is.

    Tasks that were deleted before it stay deleted. Raises ``external_id_taken``, for a task of it too.
    """
    if row.deleted_at is None:
        return row
    hidden = customer.status == "archived"
    after = replace(row, deleted_at=None, customer_hidden=hidden, updated_at=uow.touched(row.updated_at))
    try:
        await repository.save(uow.tx, uow.org_id, after)
    except UniqueViolation as fault:
        raise conflict(fault, after) from None
    try:
        taken = await of_onboarding.restore_all(uow, row.id, row.deleted_at, hidden=hidden)
    except UniqueViolation:
        raise EXTERNAL_ID_TAKEN(
            field="external_id", message="Another task has the external_id of one of its tasks by now"
        ) from None
    emails = await members.emails(uow.tx, uow.org_id, [row.csm_id]) if row.csm_id else {}
    uow.changed(
        "onboarding",
        id=row.id,
        display_id=row.display_id,
        customer_id=row.customer_id,
        livemode=row.livemode,
        before=to_wire(row),
        after=to_wire(after),
        before_extra=event_extra(row, emails.get(row.csm_id)),
        after_extra=event_extra(after, emails.get(row.csm_id)),
    )
    uow.restored(to_wire(after))
    part: Slice | None = Slice(limit=100)
    while part is not None:
        found, cursor = await tasks.read_tasks(uow.tx, uow.org_id, part, {}, onboarding_id=row.id)
        for task in found:
            uow.restored(task, along=task.id not in taken)
        part = None if cursor is None else replace(part, cursor=cursor)
    uow.record(
        "onboarding.restored",
        target=("onboarding", row.id, row.display_id),
        customer_id=row.customer_id,
        onboarding_id=row.id,
        livemode=row.livemode,
    )
    return after
