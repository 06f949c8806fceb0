"""Opening an onboarding in the app."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import Facts
from pivotal_server.customers import service as customers
from pivotal_server.customers.resolve import elsewhere, visible_customer
from pivotal_server.customers.views import customer_url
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.validation import Body
from pivotal_server.members import service as members
from pivotal_server.onboardings import service
from pivotal_server.onboardings.schemas import OnboardingCreate
from pivotal_server.onboardings.views import OnboardingForm
from pivotal_server.phases import service as phases
from pivotal_server.rest.idempotency import once
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.forms import check, sentence
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

TEXTS = ("name", "phase", "target_launch_date", "csm_id")
WORDS = {
    ("name", "too_big"): "Use at most 200 characters.",
    ("target_launch_date", "invalid_string"): "Enter a date.",
    ("target_launch_date", "too_small"): "Enter a date from 2000 on.",
    ("target_launch_date", "too_big"): "Enter a date up to 2100.",
    ("csm_id", "invalid_reference"): "This person cannot be CSM. Choose another.",
    ("phase", "unknown_phase"): "This phase is gone. Choose another.",
}
_BODY = Body(OnboardingCreate)


async def _form(
    visit: Visit,
    customer: customers.CustomerRow,
    errors: dict[str, str],
    *,
    fault: str | None = None,
    status: int = 200,
) -> Response:
    url = customer_url(customer.display_id, customer.slug)
    known = await phases.all_phases(visit.db, visit.org_id)
    team = await members.all_members(visit.db, visit.org_id)
    form = Form(
        id="onboarding",
        action=f"{url}/onboardings/new",
        cancel=url,
        submission=visit.fields.text("submission") or cuid(),
        values=visit.fields.texts(*TEXTS),
        errors=errors,
        fault=fault,
    )
    view = OnboardingForm(
        customer_name=customer.name,
        customer_url=url,
        default_name=service.default_name(customer),
        form=form,
        phases=tuple((phase.key, phase.name) for phase in known if phase.archived_at is None),
        members=tuple((one.id, one.name) for one in team if one.active and one.role != "viewer"),
    )
    return visit.render_form("onboardings/new.html", view, status=status)


@page("customers", capability="work_on_onboardings")
async def new(visit: Visit) -> Response:
    """The empty form."""
    customer = await visible_customer(visit, visit.request.path_params["customer"])
    visit.require("work_on_onboardings", Facts(visible=True))
    return elsewhere(visit, customer, "/onboardings/new") or await _form(visit, customer, {})


@page("customers", capability="work_on_onboardings")
async def create(visit: Visit) -> Response:
    """Open the onboarding of the form; the customer page then shows it."""
    customer = await visible_customer(visit, visit.request.path_params["customer"])
    visit.require("work_on_onboardings", Facts(visible=True))
    if customer.status in ("churned", "archived"):
        fault = f"Set {customer.name} to a live status first."
        return await _form(visit, customer, {}, fault=fault, status=422)
    data, errors = check(_BODY, {"customer_id": customer.id, **visit.fields.texts(*TEXTS)}, WORDS)
    if errors:
        return await _form(visit, customer, errors, status=422)
    url = customer_url(customer.display_id, customer.slug)

    async def work(uow: UnitOfWork) -> str:
        locked = await customers.get_customer(uow.tx, uow.org_id, customer.id, lock=True)
        return (await service.create_onboarding(uow, locked, data)).name

    try:
        async with visit.work() as uow:
            name = await once(uow, f"{url}/onboardings/new", visit.fields.submission, work)
    except ApiError as fault:
        if fault.field not in TEXTS:
            raise
        return await _form(visit, customer, {fault.field: sentence(fault.field, fault, WORDS)}, status=422)
    return saved(visit.request, url, toast=f"Opened {name}", refresh=("onboardings", "activity"))


routes = [
    Route("/customers/{customer}/onboardings/new", new, methods=["GET"]),
    Route("/customers/{customer}/onboardings/new", create, methods=["POST"]),
]
