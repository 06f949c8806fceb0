"""Adding a contact in the app."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import Facts
from pivotal_server.contacts import service
from pivotal_server.contacts.schemas import ContactCreate
from pivotal_server.contacts.views import ContactForm
from pivotal_server.contacts.words import WORDS
from pivotal_server.customers import service as customers
from pivotal_server.customers.resolve import elsewhere, visible_customer
from pivotal_server.customers.views import customer_url
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.validation import Body
from pivotal_server.rest.idempotency import once
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.forms import check, sentence
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

TEXTS = ("name", "email", "title", "phone")
_BODY = Body(ContactCreate)


async def _form(
    visit: Visit, customer: customers.CustomerRow, errors: dict[str, str], *, status: int = 200
) -> Response:
    url = customer_url(customer.display_id, customer.slug)
    form = Form(
        id="contact",
        action=f"{url}/contacts/new",
        cancel=url,
        submission=visit.fields.text("submission") or cuid(),
        values=visit.fields.texts(*TEXTS, "is_primary"),
        errors=errors,
    )
    first = await service.how_many(visit.db, visit.org_id, customer.id) == 0
    view = ContactForm(customer.name, url, first, form)
    return visit.render_form("contacts/new.html", view, status=status)


@page("customers", capability="edit_customers")
async def new(visit: Visit) -> Response:
    """The empty form."""
    customer = await visible_customer(visit, visit.request.path_params["customer"])
    visit.require("edit_customers", Facts(visible=True))
    return elsewhere(visit, customer, "/contacts/new") or await _form(visit, customer, {})


@page("customers", capability="edit_customers")
async def create(visit: Visit) -> Response:
    """Add the contact of the form; the customer page then shows it."""
    customer = await visible_customer(visit, visit.request.path_params["customer"])
    visit.require("edit_customers", Facts(visible=True))
    data, errors = check(_BODY, visit.fields.texts(*TEXTS), WORDS)
    if errors:
        return await _form(visit, customer, errors, status=422)
    if visit.fields.ticked("is_primary"):
        data.is_primary = True
    url = customer_url(customer.display_id, customer.slug)

    async def work(uow: UnitOfWork) -> str:
        locked = await customers.get_customer(uow.tx, uow.org_id, customer.id, lock=True)
        return (await service.create_contact(uow, locked, data)).name

    try:
        async with visit.work() as uow:
            name = await once(uow, f"{url}/contacts/new", visit.fields.submission, work)
    except ApiError as fault:
        if fault.field not in TEXTS:
            raise
        message = sentence(fault.field, fault, WORDS)
        if fault.code.code == "email_taken":
            message = await _taken(visit, customer.id, data.email)
        status = 409 if fault.code.status == 409 else 422
        return await _form(visit, customer, {fault.field: message}, status=status)
    return saved(visit.request, url, toast=f"Added {name}", refresh=("contacts", "activity"))


async def _taken(visit: Visit, customer_id: str, email: str) -> str:
    """Why the address cannot be used again (APP-CON-3)."""
    filters = {"email": email, "archived": True}
    archived, _ = await service.read_contacts(visit.db, visit.org_id, customer_id, Slice(1), filters)
    if archived:
        return f"{email} is an archived contact here. Unarchive it instead."
    return f"{email} is already a contact here."


routes = [
    Route("/customers/{customer}/contacts/new", new, methods=["GET"]),
    Route("/customers/{customer}/contacts/new", create, methods=["POST"]),
]
