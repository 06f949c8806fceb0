"""Changing the status of a customer in the app, and deleting one (APP-STAT-1 … 4)."""

from collections.abc import Mapping
from typing import Any, get_args

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import Facts
from pivotal_server.customers import changes, service
from pivotal_server.customers.resolve import address_of, visible_customer
from pivotal_server.customers.schemas import CustomerUpdate, Status
from pivotal_server.customers.service import CustomerRow
from pivotal_server.customers.words import CHURN_REASONS, SHORTEST_REASON
from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE
from pivotal_server.kit.errors import ApiError
from pivotal_server.onboardings.views_ask import Ask, AskField
from pivotal_server.web.answers import reason_in, status_of
from pivotal_server.web.formats import STATUS_NAMES
from pivotal_server.web.forms import sentence
from pivotal_server.web.htmx import go_to, saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

REFRESH = ("header", "banner", "onboardings", "activity", "fields")
UNARCHIVE = "unarchive"


async def _editable(visit: Visit) -> CustomerRow:
    row = await visible_customer(visit, visit.request.path_params["customer"])
    visit.require("edit_customers", Facts(visible=True))
    return row


def _wanted(row: CustomerRow, asked: str) -> str:
    """The status that is asked for; ``unarchive`` means the one before archiving."""
    if asked == UNARCHIVE and row.status == "archived":
        return row.previous_status or "active"
    if asked not in get_args(Status):
        raise INVALID_ENUM_VALUE(field="to", expected=" | ".join(get_args(Status)), received=asked[:100])
    return asked


def _ask(
    visit: Visit, row: CustomerRow, to: str, errors: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    url = address_of(row)
    leads = {
        "churned": "Running onboardings are paused and stay paused until somebody resumes them.",
        "archived": (
            "It leaves every list with its onboardings and tasks. Unarchive brings back everything as it was."
        ),
        "at_risk": "It still counts as a customer, and shows as at risk everywhere.",
    }
    fields: tuple[AskField, ...] = ()
    if to == "churned":
        ready = tuple((text, text) for text in CHURN_REASONS)
        fields = (AskField(name="reason", label="Reason", kind="reason", required=True, options=ready),)
    titles = {"churned": f"{row.name} has churned", "archived": f"Archive {row.name}?"}
    submits = {"churned": "Set to Churned", "archived": "Archive"}
    view = Ask(
        title=titles.get(to, f"Set {row.name} to {STATUS_NAMES[to]}?"),
        name=row.name,
        url=url,
        submit=submits.get(to, f"Set to {STATUS_NAMES[to]}"),
        lead=leads.get(to, ""),
        form=Form(
            id="status",
            action=f"{url}/status",
            cancel=url,
            values=visit.fields.texts("reason", "ready"),
            errors=errors or {},
        ),
        hidden=(("to", to), ("asked", "yes")),
        fields=fields,
    )
    return visit.render_form("customers/ask.html", view, status=status)


def _ask_unarchive(visit: Visit, row: CustomerRow) -> Response:
    url = address_of(row)
    view = Ask(
        title=f"Unarchive {row.name}?",
        name=row.name,
        url=url,
        submit="Unarchive",
        lead=(
            f"It is {STATUS_NAMES[_wanted(row, UNARCHIVE)].lower()} again, with all that was hidden with it."
        ),
        form=Form(id="status", action=f"{url}/status", cancel=url),
        hidden=(("to", UNARCHIVE), ("asked", "yes")),
    )
    return visit.render_form("customers/ask.html", view)


@page("customers", capability="edit_customers")
async def ask_status(visit: Visit) -> Response:
    """The question of a change of status."""
    row = await _editable(visit)
    asked = visit.request.query_params.get("to", "")
    if asked == UNARCHIVE and row.status == "archived":
        return _ask_unarchive(visit, row)
    return _ask(visit, row, _wanted(row, asked))


@page("customers", capability="edit_customers")
async def set_status(visit: Visit) -> Response:
    """Change the status; churning asks for a reason, archiving asks back."""
    row = await _editable(visit)
    asked = visit.fields.text("to")
    to = _wanted(row, asked)
    reason = None
    if asked != UNARCHIVE and to != row.status and to in ("churned", "archived"):
        if not visit.fields.ticked("asked"):
            return _ask(visit, row, to)
        if to == "churned":
            try:
                reason = reason_in(visit)
            except ApiError as fault:
                return _ask(visit, row, to, {"reason": sentence("reason", fault, {})}, status_of(fault))
            if len(reason or "") < SHORTEST_REASON:
                return _ask(visit, row, to, {"reason": "Choose a reason, or write one."}, 422)
    async with visit.work() as uow:
        locked = await service.get_customer(uow.tx, uow.org_id, row.id, lock=True)
        values: dict[str, Any] = {"status": _wanted(locked, asked)}
        after = await changes.update_customer(uow, locked, CustomerUpdate(**values), reason=reason)
    toast = (
        "" if after.status == locked.status else f"{after.name} is now {STATUS_NAMES[after.status].lower()}"
    )
    return saved(visit.request, address_of(after), toast=toast, refresh=REFRESH)


@page("customers", capability="delete_customers")
async def ask_delete(visit: Visit) -> Response:
    """Ask for the name before a customer is deleted."""
    row = await visible_customer(visit, visit.request.path_params["customer"])
    return _ask_delete(visit, row)


def _ask_delete(
    visit: Visit, row: CustomerRow, errors: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    url = address_of(row)
    lead = "It leaves every list with its contacts, onboardings and tasks, and its slug is free again."
    view = Ask(
        title=f"Delete {row.name}?",
        name=row.name,
        url=url,
        submit="Delete",
        lead=lead,
        danger=True,
        form=Form(
            id="delete",
            action=f"{url}/delete",
            cancel=url,
            values=visit.fields.texts("name"),
            errors=errors or {},
        ),
        fields=(AskField(name="name", label="Its name", required=True, focus=True, help=f"Type {row.name}"),),
    )
    return visit.render_form("customers/ask.html", view, status=status)


@page("customers", capability="delete_customers")
async def delete(visit: Visit) -> Response:
    """Delete an archived customer whose name was typed; the list follows."""
    row = await visible_customer(visit, visit.request.path_params["customer"])
    if " ".join(visit.fields.text("name").split()) != " ".join(row.name.split()):
        return _ask_delete(visit, row, {"name": f"Type {row.name} to delete it."}, 422)
    async with visit.work() as uow:
        locked = await service.get_customer(uow.tx, uow.org_id, row.id, lock=True)
        if locked.status == "archived":
            await service.delete_customer(uow, locked)
            return go_to(visit.request, "/customers")
    return _ask_delete(visit, row, {"name": "Archive the customer first."}, 409)


_ONE = "/customers/{customer}"
routes = [
    Route(f"{_ONE}/status", ask_status, methods=["GET"]),
    Route(f"{_ONE}/status", set_status, methods=["POST"]),
    Route(f"{_ONE}/delete", ask_delete, methods=["GET"]),
    Route(f"{_ONE}/delete", delete, methods=["POST"]),
]
