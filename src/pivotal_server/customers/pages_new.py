"""Adding a customer in the app, with its primary contact and first onboarding, in one transaction."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.contacts import service as contacts
from pivotal_server.contacts.schemas import ContactCreate
from pivotal_server.customers import service
from pivotal_server.customers.checks import host_of
from pivotal_server.customers.schemas import CustomerCreate
from pivotal_server.customers.views import CustomerForm, customer_url
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.validation import Body
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.schemas import OnboardingCreate
from pivotal_server.phases import service as phases
from pivotal_server.rest.idempotency import once
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.forms import check, sentence
from pivotal_server.web.htmx import go_to
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

FIELDS = (
    *("name", "domain", "status", "plan", "slug", "contact_name", "contact_email"),
    *("start_onboarding", "phase", "target_launch_date"),
)
WORDS = {
    ("name", "missing_field"): "Enter the name of the customer.",
    ("name", "too_big"): "Use at most 200 characters.",
    ("domain", "invalid_string"): "Enter a domain such as acme.com.",
    ("slug", "invalid_string"): "Use lower-case letters, digits and single hyphens, not digits alone.",
    ("target_launch_date", "invalid_string"): "Enter a date.",
    ("target_launch_date", "too_small"): "Enter a date from 2000 on.",
    ("target_launch_date", "too_big"): "Enter a date up to 2100.",
    ("phase", "unknown_phase"): "This phase is gone. Choose another.",
}
CONTACT_WORDS = {
    ("name", "missing_field"): "Enter the name of the contact.",
    ("email", "missing_field"): "Enter the e-mail address of the contact.",
    ("email", "invalid_string"): "Enter an e-mail address such as mira@aurora.com.",
}
_CUSTOMER = Body(CustomerCreate)
_CONTACT = Body(ContactCreate)
_ONBOARDING = Body(OnboardingCreate)


def _read(visit: Visit) -> tuple[Any, Any, Any, dict[str, str]]:
    """The three structs a form asks for (``None`` for those it does not), and a message by faulty field."""
    text = visit.fields.text
    values: dict[str, Any] = {name: text(name) for name in ("name", "status", "plan", "slug")}
    values["domain"] = host_of(text("domain"))
    customer, errors = check(_CUSTOMER, values, WORDS)
    contact = onboarding = None
    if text("contact_name") or text("contact_email"):
        wanted = {"name": text("contact_name"), "email": text("contact_email")}
        contact, faults = check(_CONTACT, wanted, CONTACT_WORDS)
        errors.update({f"contact_{name}": message for name, message in faults.items()})
    if visit.fields.ticked("start_onboarding"):
        planned = {name: text(name) for name in ("phase", "target_launch_date")}
        onboarding, faults = check(_ONBOARDING, {"customer_id": "1", **planned}, WORDS)
        errors.update(faults)
    return customer, contact, onboarding, errors


async def _form(visit: Visit, errors: dict[str, str], *, status: int = 200) -> Response:
    known = await phases.all_phases(visit.db, visit.org_id)
    values = visit.fields.texts(*FIELDS) if visit.request.method == "POST" else {"status": "active"}
    form = Form(
        id="customer",
        action="/customers/new",
        cancel="/customers",
        submission=visit.fields.text("submission") or cuid(),
        values=values,
        errors=errors,
    )
    choices = tuple((phase.key, phase.name) for phase in known if phase.archived_at is None)
    return visit.render_form("customers/new.html", CustomerForm(form, (), choices), status=status)


@page("customers", capability="create_customers")
async def new(visit: Visit) -> Response:
    """The empty form."""
    return await _form(visit, {})


@page("customers", capability="create_customers")
async def create(visit: Visit) -> Response:
    """Create what the form asks for, all or nothing; a repeat of the submission opens the same record."""
    customer, contact, onboarding, errors = _read(visit)
    if errors:
        return await _form(visit, errors, status=422)
    if visit.actor.role != "viewer":
        customer.owner_id = visit.actor.id

    async def work(uow: UnitOfWork) -> str:
        row = await service.create_customer(uow, customer)
        if contact is not None:
            await contacts.create_contact(uow, row, contact)
        if onboarding is not None:
            await onboardings.create_onboarding(uow, row, onboarding)
        return customer_url(row.display_id, row.slug)

    try:
        async with visit.work() as uow:
            url = await once(uow, "/customers/new", visit.fields.submission, work)
    except ApiError as fault:
        if fault.field not in FIELDS:
            raise
        message = sentence(fault.field, fault, WORDS)
        if fault.code.code == "slug_taken":
            free = await service.suggest_slug(visit.db, visit.org_id, customer.slug)
            message = f"The slug {customer.slug} is taken. {free} is free."
        return await _form(visit, {fault.field: message}, status=409 if fault.code.status == 409 else 422)
    return go_to(visit.request, url)


routes = [
    Route("/customers/new", new, methods=["GET"]),
    Route("/customers/new", create, methods=["POST"]),
]
