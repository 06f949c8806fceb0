"""Opening an onboarding from the list or the board, where the customer has to be named."""

from datetime import datetime, time

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import Facts
from pivotal_server.customers import service as customers
from pivotal_server.customers.resolve import visible_customer
from pivotal_server.customers.service import CustomerRow
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.validation import Body
from pivotal_server.members import service as members
from pivotal_server.onboardings import service
from pivotal_server.onboardings.frame import staff_of
from pivotal_server.onboardings.resolve import onboarding_url
from pivotal_server.onboardings.schemas import OnboardingCreate
from pivotal_server.onboardings.views_board import NewPage
from pivotal_server.phases import service as phases
from pivotal_server.rest.idempotency import once
from pivotal_server.templates import service as templates
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.answers import day_in, status_of
from pivotal_server.web.forms import check, sentence
from pivotal_server.web.htmx import go_to
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

STAFF = ("csm_id", "se_id", "designer_id", "product_ops_id")
TEXTS = ("name", "phase", "target_launch_date", *STAFF, "template_id")
OFFERED = 200
WORDS = {
    ("customer", "missing"): "Name the customer.",
    ("customer", "unknown"): "There is no such customer. Choose one, or add it first.",
    ("name", "too_big"): "Use at most 200 characters.",
    ("target_launch_date", "invalid_string"): "Enter a date.",
    ("target_launch_date", "too_small"): "Enter a date from 2000 on.",
    ("target_launch_date", "too_big"): "Enter a date up to 2100.",
    **{(role, "invalid_reference"): "This person cannot take this part. Choose another." for role in STAFF},
    ("started_on", "invalid_string"): "Enter a date.",
    ("started_at", "too_small"): "Enter a date from 1970 on.",
    ("started_at", "too_big"): "It cannot start in the future.",
    ("phase", "unknown_phase"): "This phase is gone. Choose another.",
    ("template_id", "invalid_reference"): "This template is gone. Choose another.",
}
_BODY = Body(OnboardingCreate)
_FIELD_OF = {"started_at": "started_on"}


async def _form(
    visit: Visit, errors: dict[str, str], *, fault: str | None = None, status: int = 200
) -> Response:
    known = [one for one in await phases.all_phases(visit.db, visit.org_id) if one.archived_at is None]
    team = await members.all_members(visit.db, visit.org_id)
    filters = {"current": True}
    if not visit.allows("see_all_customers"):
        filters["visible_to"] = visit.actor.id  # type: ignore[assignment]  # filters hold values of any kind
    offered, _ = await customers.list_customers(visit.db, visit.org_id, Slice(OFFERED), filters)
    found, _ = await templates.read_templates(visit.db, visit.org_id, Slice(100), {})
    names = {one.key: one.name for one in known}
    form = Form(
        id="new",
        action="/onboardings/new",
        cancel="/onboardings",
        submission=visit.fields.text("submission") or cuid(),
        values=visit.fields.texts("customer", *TEXTS, "started_on"),
        errors=errors,
        fault=fault,
    )
    view = NewPage(
        form=form,
        customers=tuple((one.display_id, one.name) for one in offered),
        phases=tuple(names.items()),
        members=staff_of(team),
        templates=tuple((one.id, f"{one.name} ({names.get(one.phase, one.phase)})") for one in found),
    )
    return visit.render_form("onboardings/add.html", view, status=status)


async def _customer(visit: Visit) -> CustomerRow | None:
    """The customer that the form names: ``#12 Aurora``, a number, a slug, or the name of an offered one."""
    text = visit.fields.text("customer").strip()
    reference = text[1:].partition(" ")[0] if text.startswith("#") else text
    try:
        return await visible_customer(visit, reference)
    except ApiError:
        pass
    filters = {} if visit.allows("see_all_customers") else {"visible_to": visit.actor.id}
    offered, _ = await customers.list_customers(visit.db, visit.org_id, Slice(OFFERED), filters)
    matching = [one for one in offered if one.name.casefold() == text.casefold()]
    return matching[0] if len(matching) == 1 else None


def _start(visit: Visit) -> dict[str, str]:
    """The noon of the day it began; today, or nothing, is now. Raises ``invalid_string``."""
    day = day_in(visit, "started_on")
    if day is None or day == visit.frame.today:
        return {}
    return {"started_at": datetime.combine(day, time(12), visit.frame.zone).isoformat()}


@page("onboardings", capability="work_on_onboardings")
async def new(visit: Visit) -> Response:
    """The empty form."""
    return await _form(visit, {})


@page("onboardings", capability="work_on_onboardings")
async def create(visit: Visit) -> Response:
    """Open the onboarding of the form and go there (ONB-1, ONB-2)."""
    customer = await _customer(visit)
    given = visit.fields.text("customer").strip()
    errors = {}
    if customer is None:
        errors["customer"] = WORDS["customer", "unknown" if given else "missing"]
    values: dict[str, str] = {
        "customer_id": "0" if customer is None else customer.id,
        **visit.fields.texts(*TEXTS),
    }
    try:
        values |= _start(visit)
    except ApiError as no_day:
        errors["started_on"] = sentence("started_on", no_day, WORDS)
    data, faults = check(_BODY, values, WORDS)
    faults = {_FIELD_OF.get(name, name): words for name, words in faults.items()}
    if errors or faults or customer is None:
        return await _form(visit, {**errors, **faults}, status=422)
    visit.require("work_on_onboardings", Facts(visible=True))
    if customer.status in ("churned", "archived"):
        fault = f"Set {customer.name} to a live status first."
        return await _form(visit, {}, fault=fault, status=422)

    async def work(uow: UnitOfWork) -> str:
        locked = await customers.get_customer(uow.tx, uow.org_id, customer.id, lock=True)
        return str((await service.create_onboarding(uow, locked, data)).display_id)

    try:
        async with visit.work() as uow:
            number = await once(uow, "/onboardings/new", visit.fields.submission, work)
    except ApiError as fault:
        if fault.field not in (*TEXTS, *_FIELD_OF):
            raise
        errors = {_FIELD_OF.get(fault.field, fault.field): sentence(fault.field, fault, WORDS)}
        return await _form(visit, errors, status=status_of(fault))
    return go_to(visit.request, onboarding_url(int(number)))


routes = [
    Route("/onboardings/new", new, methods=["GET"]),
    Route("/onboardings/new", create, methods=["POST"]),
]
