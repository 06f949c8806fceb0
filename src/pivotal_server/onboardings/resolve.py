"""Which onboarding an address names, who may see it, and what they may do to it."""

from msgspec import Struct

from pivotal_server.auth.permissions import Facts
from pivotal_server.customers.resolve import address_of, visible_by_id
from pivotal_server.customers.service import CustomerRow
from pivotal_server.errors_catalogue import ONBOARDING_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.references import digits_in
from pivotal_server.onboardings import repository
from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.onboardings.repository import OnboardingRow
from pivotal_server.onboardings.rights import Rights, is_at_the_end, rights_of
from pivotal_server.phases import service as phases
from pivotal_server.tasks import of_onboarding as tasks
from pivotal_server.web.session import Visit


def onboarding_url(number: int) -> str:
    """The address of an onboarding."""
    return f"/onboardings/{number}"


async def sees_customer(visit: Visit, customer_id: str) -> bool:
    """Whether the reader sees this customer."""
    try:
        await visible_by_id(visit, customer_id)
    except ApiError:
        return False
    return True


class Opened(Struct, frozen=True):
    """An onboarding as a page opens it: its customer, the phases, and what the reader may do."""

    row: OnboardingRow
    customer: CustomerRow
    phases: PhaseList
    rights: Rights
    may_work: bool

    @property
    def url(self) -> str:
        """Its address."""
        return onboarding_url(self.row.display_id)

    @property
    def customer_url(self) -> str:
        """The address of its customer."""
        return address_of(self.customer)


async def opened(visit: Visit) -> Opened:
    """The onboarding that the address names by its number.

    Raises ``onboarding_not_found`` when there is none, it is deleted, or the reader does not see its
    customer.
    """
    number = digits_in(visit.request.path_params["number"])
    row = None if number is None else await repository.find(visit.db, visit.org_id, number=number)
    if row is None or row.deleted_at is not None:
        raise ONBOARDING_NOT_FOUND()
    try:
        customer = await visible_by_id(visit, row.customer_id)
    except ApiError:
        raise ONBOARDING_NOT_FOUND() from None
    known = PhaseList(await phases.all_phases(visit.db, visit.org_id))
    owns = visit.actor.role == "member" and bool(
        await tasks.where_open_task_of(visit.db, visit.org_id, visit.actor.id or "", [row.id])
    )
    rights = rights_of(
        visit.actor,
        csm_id=row.csm_id,
        owns_open_task=owns,
        at_the_end=is_at_the_end(known, row.phase),
    )
    return Opened(row, customer, known, rights, visit.allows("work_on_onboardings", Facts(visible=True)))


async def opened_to_work(visit: Visit) -> Opened:
    """The same for a page that works on it. Raises ``insufficient_role`` for whoever may only read."""
    found = await opened(visit)
    visit.require("work_on_onboardings", Facts(visible=True))
    return found
