"""REST operations of onboardings."""

from functools import partial
from typing import Any

from pivotal_server.customers import service as customers
from pivotal_server.errors_catalogue import (
    CUSTOMER_NOT_FOUND,
    EXTERNAL_ID_TAKEN,
    INVALID_REFERENCE,
    ONBOARDING_DONE,
    ONBOARDING_NOT_FOUND,
    ONBOARDING_PAUSED,
    TERMINAL_PHASE,
    UNKNOWN_PHASE,
)
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.http import OperationTable
from pivotal_server.kit.wire import Deleted
from pivotal_server.members import service as members
from pivotal_server.onboardings import changes, service
from pivotal_server.onboardings.schemas import (
    CustomerOnboardingQuery,
    Onboarding,
    OnboardingCreate,
    OnboardingPage,
    OnboardingQuery,
    OnboardingUpdate,
)
from pivotal_server.onboardings.wire import to_wire
from pivotal_server.rest.context import Context
from pivotal_server.rest.expansions import CSM, CUSTOMER, TASKS
from pivotal_server.rest.lists import filters_of, page

table = OperationTable("Onboardings")


async def _filters(context: Context, query: CustomerOnboardingQuery) -> dict[str, Any] | None:
    """The filters as the repository takes them; ``None`` when they name nobody who exists."""
    filters = filters_of(query)
    if "csm_id" in filters:
        member = await members.find(context.db, context.org_id, filters["csm_id"])
        if member is None:
            return None
        filters["csm_id"] = member.id
    if "customer_id" in filters:
        try:
            customer = await customers.get_customer(context.db, context.org_id, filters["customer_id"])
        except ApiError:
            return None
        filters["customer_id"] = customer.id
    return filters


async def _page(context: Context, customer_id: str | None) -> OnboardingPage:
    return await page(
        OnboardingPage,
        context.query,
        await _filters(context, context.query),
        partial(service.read_onboardings, context.db, context.org_id, customer_id=customer_id),
        partial(service.count_onboardings, context.db, context.org_id, customer_id=customer_id),
    )


@table.operation(
    "GET",
    "/onboardings",
    id="list-onboardings",
    sdk="onboardings.list",
    tools=["list_onboardings"],
    summary="List onboardings",
    scope="read:onboardings",
    query=OnboardingQuery,
    answers=(200, OnboardingPage),
    expand=[CUSTOMER, CSM, TASKS],
)
async def list_onboardings(context: Context) -> OnboardingPage:
    """Onboardings, newest first. Those of archived and deleted customers are left out."""
    return await _page(context, None)


@table.operation(
    "POST",
    "/onboardings",
    id="create-onboarding",
    sdk="onboardings.create",
    tools=["create_onboarding"],
    summary="Create an onboarding",
    scope="write:onboardings",
    body=OnboardingCreate,
    resource=Onboarding,
    answers=(201, Onboarding),
    errors=[CUSTOMER_NOT_FOUND, UNKNOWN_PHASE, INVALID_REFERENCE, EXTERNAL_ID_TAKEN],
    single=True,
)
async def create_onboarding(context: Context, body: OnboardingCreate) -> Onboarding:
    """Opens an onboarding for a customer. It starts in the first phase when `phase` is left out."""
    customer = await customers.get_customer(
        context.db, context.org_id, body.customer_id, lock=True, field="customer_id"
    )
    return to_wire(await service.create_onboarding(context.uow, customer, body))


@table.operation(
    "GET",
    "/customers/{customerId}/onboardings",
    id="list-customer-onboardings",
    sdk="customers.onboardings.list",
    summary="List the onboardings of a customer",
    scope="read:onboardings",
    query=CustomerOnboardingQuery,
    answers=(200, OnboardingPage),
    errors=[CUSTOMER_NOT_FOUND],
    expand=[CUSTOMER, CSM, TASKS],
)
async def list_customer_onboardings(context: Context) -> OnboardingPage:
    """The onboardings of one customer, newest first, also while the customer is archived."""
    customer = await customers.get_customer(context.db, context.org_id, context.id)
    return await _page(context, customer.id)


@table.operation(
    "GET",
    "/onboardings/{id}",
    id="get-onboarding",
    sdk="onboardings.get",
    tools=["get_onboarding"],
    summary="Get an onboarding",
    scope="read:onboardings",
    answers=(200, Onboarding),
    errors=[ONBOARDING_NOT_FOUND],
    single=True,
    expand=[CUSTOMER, CSM, TASKS],
)
async def get_onboarding(context: Context) -> Onboarding:
    """One onboarding, by `id` or `display_id`, also when its customer was deleted."""
    return await service.read_onboarding(context.db, context.org_id, context.id)


@table.operation(
    "PATCH",
    "/onboardings/{id}",
    id="update-onboarding",
    sdk="onboardings.update",
    tools=["update_onboarding"],
    summary="Update an onboarding",
    scope="write:onboardings",
    body=OnboardingUpdate,
    resource=Onboarding,
    answers=(200, Onboarding),
    errors=[
        ONBOARDING_NOT_FOUND,
        UNKNOWN_PHASE,
        TERMINAL_PHASE,
        ONBOARDING_PAUSED,
        ONBOARDING_DONE,
        INVALID_REFERENCE,
        EXTERNAL_ID_TAKEN,
    ],
    single=True,
)
async def update_onboarding(context: Context, body: OnboardingUpdate) -> Onboarding:
    """Changes the given keys; state first, then phase, then the rest. A phase moves in any direction."""
    row = await service.get_onboarding(context.db, context.org_id, context.id, lock=True)
    context.check_match(to_wire(row))
    return to_wire(await changes.update_onboarding(context.uow, row, body))


@table.operation(
    "DELETE",
    "/onboardings/{id}",
    id="delete-onboarding",
    sdk="onboardings.delete",
    summary="Delete an onboarding",
    scope="write:onboardings",
    answers=(200, Deleted),
    errors=[ONBOARDING_NOT_FOUND],
    single=True,
)
async def delete_onboarding(context: Context) -> Deleted:
    """Deletes an onboarding softly."""
    row = await service.get_onboarding(context.db, context.org_id, context.id, lock=True, deleted=True)
    if row.deleted_at is None:
        context.check_match(to_wire(row))
    await service.delete_onboarding(context.uow, row)
    return Deleted(id=row.id, display_id=row.display_id)
