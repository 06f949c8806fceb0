"""What was deleted, and bringing it back through the room it belongs to."""

from datetime import datetime

from pivotal_server.contacts import service as contacts
from pivotal_server.contacts.restoring import restore_contact
from pivotal_server.customers import service as customers
from pivotal_server.customers.restoring import restore_customer
from pivotal_server.db.engine import Executor
from pivotal_server.deleted import repository
from pivotal_server.deleted.repository import DeletedRow
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.restoring import restore_onboarding
from pivotal_server.tasks import service as tasks
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["KINDS", "DeletedRow", "page", "restore"]

KINDS = ("customer", "contact", "onboarding", "task")


async def page(db: Executor, org_id: str, before: datetime | None, limit: int) -> list[DeletedRow]:
    """Deleted records, the last deletion first, from before a moment.

    What comes back with something else is left out.
    """
    return await repository.page(db, org_id, before, limit)


async def restore(uow: UnitOfWork, kind: str, id: str) -> str:
    """Bring back the record of a kind; its name. One that is live stays as it is.

    Raises ``…_not_found`` for it and for what it belongs to, when that is deleted; ``onboarding_done`` for a
    task of a finished onboarding; and what taken addresses, external ids and full lists raise.
    """
    match kind:
        case "customer":
            customer = await customers.get_customer(uow.tx, uow.org_id, id, lock=True, deleted=True)
            return (await restore_customer(uow, customer)).name
        case "contact":
            contact = await contacts.get_contact_for_change(uow, id, deleted=True)
            await customers.get_customer(uow.tx, uow.org_id, contact.customer_id)
            return (await restore_contact(uow, contact)).name
        case "onboarding":
            found = await onboardings.get_onboarding(uow.tx, uow.org_id, id, deleted=True)
            home = await customers.get_customer(uow.tx, uow.org_id, found.customer_id, lock=True)
            row = await onboardings.get_onboarding(uow.tx, uow.org_id, id, lock=True, deleted=True)
            return (await restore_onboarding(uow, row, home)).name
        case _:
            plan, task = await tasks.get_task_for_change(uow, id, deleted=True)
            await onboardings.get_onboarding(uow.tx, uow.org_id, plan.id)
            return (await tasks.restore_task(uow, plan, task)).title
