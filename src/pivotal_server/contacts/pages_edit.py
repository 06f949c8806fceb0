"""Contacts in the app: editing, making primary, archiving and deleting them."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import Facts
from pivotal_server.contacts import service
from pivotal_server.contacts.pages import TEXTS
from pivotal_server.contacts.schemas import ContactUpdate
from pivotal_server.contacts.service import ContactRow
from pivotal_server.contacts.views import ContactForm
from pivotal_server.contacts.words import WORDS
from pivotal_server.customers.resolve import address_of, visible_customer
from pivotal_server.customers.service import CustomerRow
from pivotal_server.errors_catalogue import CONTACT_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.references import digits_in
from pivotal_server.kit.validation import Body
from pivotal_server.onboardings.views_ask import Ask
from pivotal_server.web.answers import status_of
from pivotal_server.web.forms import Overtaken, refuse_overtaken, sentence
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

REFRESH = ("people", "contacts", "activity")
_UPDATE = Body(ContactUpdate)


async def _opened(visit: Visit) -> tuple[CustomerRow, ContactRow]:
    """The contact that the address names, of a customer whose contacts the reader may change."""
    customer = await visible_customer(visit, visit.request.path_params["customer"])
    visit.require("edit_customers", Facts(visible=True))
    number = digits_in(visit.request.path_params["contact"])
    if number is None:
        raise CONTACT_NOT_FOUND()
    contact = await service.get_contact(visit.db, visit.org_id, str(number))
    if contact.customer_id != customer.id:
        raise CONTACT_NOT_FOUND()
    return customer, contact


def _texts(contact: ContactRow) -> dict[str, str]:
    return {name: getattr(contact, name) or "" for name in TEXTS}


def _form(
    visit: Visit,
    customer: CustomerRow,
    contact: ContactRow,
    errors: Mapping[str, str],
    *,
    fault: str | None = None,
    status: int = 200,
) -> Response:
    url = address_of(customer)
    stored = _texts(contact)
    typed = visit.fields.texts(*TEXTS) if visit.fields.has("name") else stored
    form = Form(
        id="contact",
        action=f"{url}/contacts/{contact.display_id}",
        cancel=f"{url}/contacts",
        values=typed,
        errors=errors,
        fault=fault,
    )
    view = ContactForm(customer.name, url, False, form, True, tuple(stored.items()))
    return visit.render_form("contacts/new.html", view, status=status)


@page("customers", capability="edit_customers")
async def form(visit: Visit) -> Response:
    """The form of a contact."""
    return _form(visit, *await _opened(visit), {})


@page("customers", capability="edit_customers")
async def edit(visit: Visit) -> Response:
    """Save the fields that differ from what the form showed."""
    customer, contact = await _opened(visit)
    typed = visit.fields.texts(*TEXTS)
    seen = {name: visit.fields.text(f"was_{name}") for name in TEXTS}
    changed = [name for name in TEXTS if typed[name] != seen[name]]
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name in changed:
        text = typed[name].strip()
        if not text and name in ("name", "email"):
            errors[name] = WORDS[name, "missing_field"]
            continue
        try:
            found[name] = _UPDATE.fields[name](text or None, name)
        except ApiError as fault:
            errors[name] = sentence(name, fault, WORDS)
    if errors:
        return _form(visit, customer, contact, errors, status=422)
    try:
        async with visit.work() as uow:
            locked = await service.get_contact_for_change(uow, contact.id)
            refuse_overtaken(changed, typed, seen, _texts(locked))
            after = await service.update_contact(uow, locked, ContactUpdate(**found))
    except Overtaken as overtaken:
        now = await service.get_contact(visit.db, visit.org_id, contact.id)
        return _form(visit, customer, now, overtaken.errors, status=409)
    except ApiError as fault:
        if fault.code.code != "email_taken":
            raise
        message = f"{found['email']} is already a contact here."
        return _form(visit, customer, contact, {"email": message}, status=409)
    toast = f"Saved {after.name}" if found else ""
    return saved(visit.request, f"{address_of(customer)}/contacts", toast=toast, refresh=REFRESH)


async def _change(visit: Visit, contact: ContactRow, data: ContactUpdate) -> ContactRow:
    async with visit.work() as uow:
        locked = await service.get_contact_for_change(uow, contact.id)
        return await service.update_contact(uow, locked, data)


def _done(visit: Visit, customer: CustomerRow, toast: str) -> Response:
    return saved(visit.request, f"{address_of(customer)}/contacts", toast=toast, refresh=REFRESH)


@page("customers", capability="edit_customers")
async def make_primary(visit: Visit) -> Response:
    """Make a contact the primary one; the one before loses it."""
    customer, contact = await _opened(visit)
    try:
        await _change(visit, contact, ContactUpdate(is_primary=True))
    except ApiError as fault:
        if fault.field != "is_primary":
            raise
        return _form(
            visit,
            customer,
            contact,
            {},
            fault=f"{contact.name} is archived. Unarchive them first.",
            status=status_of(fault),
        )
    return _done(visit, customer, f"{contact.name} is now primary")


@page("customers", capability="edit_customers")
async def unarchive(visit: Visit) -> Response:
    """Bring an archived contact back; not as primary."""
    customer, contact = await _opened(visit)
    await _change(visit, contact, ContactUpdate(archived=False))
    return _done(visit, customer, f"{contact.name} is active again")


def _ask(visit: Visit, customer: CustomerRow, contact: ContactRow, act: str) -> Response:
    url = address_of(customer)
    leads = {
        "archive": (
            "They leave the active list and are not told anything any more. Their comments stay;"
            " their open tasks have nobody."
        ),
        "delete": "For mistakes. To put somebody away who has left, archive them instead.",
    }
    lead = leads[act]
    if contact.is_primary:
        lead += " The customer then has no primary contact."
    verb = act.capitalize()
    view = Ask(
        title=f"{verb} {contact.name}?",
        name=customer.name,
        url=f"{url}/contacts",
        submit=verb,
        lead=lead,
        danger=act == "delete",
        form=Form(id=act, action=f"{url}/contacts/{contact.display_id}/{act}", cancel=f"{url}/contacts"),
    )
    return visit.render_form("customers/ask.html", view)


@page("customers", capability="edit_customers")
async def ask_archive(visit: Visit) -> Response:
    """Ask before a contact is archived."""
    return _ask(visit, *await _opened(visit), "archive")


@page("customers", capability="edit_customers")
async def archive(visit: Visit) -> Response:
    """Archive a contact."""
    customer, contact = await _opened(visit)
    await _change(visit, contact, ContactUpdate(archived=True))
    return _done(visit, customer, f"Archived {contact.name}")


@page("customers", capability="edit_customers")
async def ask_delete(visit: Visit) -> Response:
    """Ask before a contact is deleted."""
    return _ask(visit, *await _opened(visit), "delete")


@page("customers", capability="edit_customers")
async def delete(visit: Visit) -> Response:
    """Delete a contact."""
    customer, contact = await _opened(visit)
    async with visit.work() as uow:
        locked = await service.get_contact_for_change(uow, contact.id)
        await service.delete_contact(uow, locked)
    return _done(visit, customer, f"Deleted {contact.name}")


_ONE = "/customers/{customer}/contacts/{contact}"
routes = [
    Route(_ONE, form, methods=["GET"]),
    Route(_ONE, edit, methods=["POST"]),
    Route(f"{_ONE}/primary", make_primary, methods=["POST"]),
    Route(f"{_ONE}/unarchive", unarchive, methods=["POST"]),
    Route(f"{_ONE}/archive", ask_archive, methods=["GET"]),
    Route(f"{_ONE}/archive", archive, methods=["POST"]),
    Route(f"{_ONE}/delete", ask_delete, methods=["GET"]),
    Route(f"{_ONE}/delete", delete, methods=["POST"]),
]
