"""Contacts in the app: pasting a list of them, and acting on those chosen."""

from hashlib import sha256

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import Facts
from pivotal_server.contacts import service_many as many
from pivotal_server.contacts.pasting import Line, addresses, known, read_lines
from pivotal_server.contacts.views_many import PastePage
from pivotal_server.customers import service as customers
from pivotal_server.customers.resolve import address_of, elsewhere, visible_customer
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid, is_cuid
from pivotal_server.limits.catalogue import PASTED_CONTACTS
from pivotal_server.onboardings.views_ask import Ask
from pivotal_server.rest.idempotency import once
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.answers import status_of
from pivotal_server.web.formats import count
from pivotal_server.web.forms import sentence
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

REFRESH = ("people", "contacts", "activity")
_WORDS = {
    "archive": "archived",
    "unarchive": "made active again",
    "delete": "deleted",
    "label": "labelled",
    "unlabel": "freed of the label",
}


async def _customer(visit: Visit) -> customers.CustomerRow:
    """The customer of the address, whose contacts the reader may change."""
    customer = await visible_customer(visit, visit.request.path_params["customer"])
    visit.require("edit_customers", Facts(visible=True))
    return customer


def _show(
    visit: Visit,
    customer: customers.CustomerRow,
    text: str,
    lines: list[Line],
    *,
    error: str = "",
    notice: str = "",
    status: int = 200,
) -> Response:
    url = address_of(customer)
    new = sum(line.verdict == "new" for line in lines)
    form = Form(
        id="paste",
        action=f"{url}/contacts/paste",
        cancel=f"{url}/contacts",
        submission=cuid(),
        values={"lines": text},
        errors={"lines": error} if error else {},
    )
    view = PastePage(
        customer.name,
        url,
        form,
        tuple(line for line in lines if line.verdict != "new"),
        new,
        seen="" if error else _mark_of(text),
        notice=notice,
    )
    return visit.render_form("contacts/paste.html", view, status=status)


def _mark_of(text: str) -> str:
    """What stands for a text in a form that shows what would become of it."""
    return sha256("\n".join(text.splitlines()).encode()).hexdigest()


@page("customers", capability="edit_customers")
async def paste(visit: Visit) -> Response:
    """The empty box."""
    customer = await _customer(visit)
    return elsewhere(visit, customer, "/contacts/paste") or _show(visit, customer, "", [])


@page("customers", capability="edit_customers")
async def add_pasted(visit: Visit) -> Response:
    """Show what would become of the lines; when that was seen, add the good ones and keep the others."""
    customer = await _customer(visit)
    text = visit.fields.text("lines")
    lines = read_lines(text)
    if not lines:
        return _show(visit, customer, text, [], error="Paste one contact a line.", status=422)
    most = PASTED_CONTACTS.default
    if len(lines) > most:
        error = f"Paste at most {most} lines; these are {len(lines)}."
        return _show(visit, customer, text, [], error=error, status=422)
    taken = await many.taken_addresses(visit.db, visit.org_id, customer.id, addresses(lines))
    lines = known(lines, taken)
    if visit.fields.text("seen") != _mark_of(text):
        return _show(visit, customer, text, lines)
    if not addresses(lines):
        error = "None of these lines can be added."
        return _show(visit, customer, text, lines, error=error, status=422)
    url = address_of(customer)

    async def work(uow: UnitOfWork) -> str:
        locked = await customers.get_customer(uow.tx, uow.org_id, customer.id, lock=True)
        # Somebody may have added one of them since; under the lock nobody can any more.
        taken = await many.taken_addresses(uow.tx, uow.org_id, customer.id, addresses(lines))
        good = [line.data for line in known(lines, taken) if line.verdict == "new" and line.data is not None]
        return str(len(await many.create_contacts(uow, locked, good)))

    try:
        async with visit.work() as uow:
            added = int(await once(uow, f"{url}/contacts/paste", visit.fields.submission, work))
    except ApiError as fault:
        if fault.code.code != "limit_reached":
            raise
        return _show(
            visit, customer, text, lines, error=sentence("lines", fault, {}), status=status_of(fault)
        )
    left = [line for line in lines if line.verdict == "faulty"]
    words = f"Added {count(added, 'contact')}"
    if not left:
        return saved(visit.request, f"{url}/contacts", toast=words, refresh=REFRESH)
    box = "\n".join(line.text for line in left)
    return _show(visit, customer, box, read_lines(box), notice=f"{words}. Correct what is left, or close.")


def _ask(visit: Visit, customer: customers.CustomerRow, ids: list[str]) -> Response:
    url = address_of(customer)
    kept = (("archived", "yes"),) if visit.fields.ticked("archived") else ()
    view = Ask(
        title=f"Delete {count(len(ids), 'contact')}?",
        name=customer.name,
        url=f"{url}/contacts",
        submit="Delete",
        lead="For mistakes. To put away people who have left, archive them instead.",
        danger=True,
        form=Form(id="delete", action=f"{url}/contacts/bulk", cancel=f"{url}/contacts"),
        hidden=(("act", "delete"), ("sure", "yes"), *kept, *(("contact", id) for id in ids)),
    )
    return visit.render_form("customers/ask.html", view)


@page("customers", capability="edit_customers")
async def act(visit: Visit) -> Response:
    """Do one act to the chosen contacts; what cannot be done is named with its reason."""
    customer = await _customer(visit)
    name: str = visit.fields.text("act")
    kept = "?archived=yes&select=1" if visit.fields.ticked("archived") else "?select=1"
    back = f"{address_of(customer)}/contacts{kept}"
    ids = [id for id in visit.fields.all("contact") if is_cuid(id)]
    if not name or not ids:
        said = "Choose what to do with the selected ones" if ids else "Nothing is selected"
        return saved(visit.request, back, toast=said)
    if name == "delete" and not visit.fields.ticked("sure"):
        return _ask(visit, customer, ids)
    chosen = many.act_of(name, visit.fields.text("label"))
    async with visit.work() as uow:
        outcome = await many.for_each(uow, customer.id, ids, chosen)
    detail = ""
    if outcome.skipped:
        reasons = "; ".join(f"{who}: {why}" for who, why in outcome.skipped[:3])
        detail = f"{count(len(outcome.skipped), 'contact')} skipped. {reasons}"
    toast = f"{count(outcome.changed, 'contact')} {_WORDS[name]}"
    return saved(visit.request, back, toast=toast, detail=detail, refresh=REFRESH)


routes = [
    Route("/customers/{customer}/contacts/paste", paste, methods=["GET"]),
    Route("/customers/{customer}/contacts/paste", add_pasted, methods=["POST"]),
    Route("/customers/{customer}/contacts/bulk", act, methods=["POST"]),
]
