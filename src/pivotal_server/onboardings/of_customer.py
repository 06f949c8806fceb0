"""What a change of a customer, or of its contacts, does to its onboardings. Never calls those rooms."""

from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.members import service as members
from pivotal_server.onboardings import repository
from pivotal_server.onboardings.moves import in_state
from pivotal_server.onboardings.states import RUNNING
from pivotal_server.onboardings.telling import tell_of_change
from pivotal_server.onboardings.wire import event_extra, to_wire
from pivotal_server.tasks import of_contact
from pivotal_server.tasks import of_onboarding as tasks
from pivotal_server.unit_of_work import UnitOfWork


async def pause_running(uow: UnitOfWork, customer_id: str, reason: str) -> None:
    """Pause the running onboardings of a customer, each with its entry and events (ONB-STATE-4)."""
    rows = [
        row
        for row in await repository.of_customer_locked(uow.tx, uow.org_id, customer_id)
        if row.state in RUNNING
    ]
    emails = await members.emails(uow.tx, uow.org_id, [row.csm_id for row in rows])
    for row in rows:
        paused = in_state(row, "paused", uow.now)
        paused = replace(
            paused, updated_at=uow.touched(row.updated_at), state_since=uow.now, state_reason=reason
        )
        await repository.save(uow.tx, uow.org_id, paused)
        uow.changed(
            "onboarding",
            id=row.id,
            display_id=row.display_id,
            customer_id=customer_id,
            livemode=row.livemode,
            before=to_wire(row),
            after=to_wire(paused),
            before_extra=event_extra(row, emails.get(row.csm_id)),
            after_extra=event_extra(paused, emails.get(row.csm_id)),
            type_extra={"onboarding.state_changed": {"state_reason": reason}},
        )
        uow.record(
            "onboarding.state_changed",
            target=("onboarding", row.id, row.display_id),
            customer_id=customer_id,
            onboarding_id=row.id,
            diff=[Change("state", row.state, "paused")],
            reason=reason,
            livemode=row.livemode,
        )
        tell_of_change(uow, row, paused, None)


async def set_hidden(uow: UnitOfWork, customer_id: str, hidden: bool) -> None:
    """Take the onboardings of a customer and their tasks out of every list while it is put away (ONB-4)."""
    await repository.hide_of_customer(uow.tx, uow.org_id, customer_id, hidden)
    await tasks.set_hidden(uow, customer_id, hidden)


async def unassign(uow: UnitOfWork, customer_id: str, contact_id: str) -> None:
    """Take the open tasks of a contact from it, in all onboardings of its customer."""
    # Whoever assigns a task holds its onboarding: it has committed by now, or will see the contact put away.
    await repository.of_customer_locked(uow.tx, uow.org_id, customer_id)
    await of_contact.unassign(uow, customer_id, contact_id)
