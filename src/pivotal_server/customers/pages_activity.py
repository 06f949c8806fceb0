"""The Activity tab of a customer: its stream with filters, and the same as CSV (APP-ACT-4, -5)."""

from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.activity import service_audit as audit
from pivotal_server.activity.asked import actors, asked_of
from pivotal_server.activity.export import csv_answer
from pivotal_server.activity.service import ActivityRow
from pivotal_server.activity.views import StreamBar
from pivotal_server.auth.permissions import Facts
from pivotal_server.customers.pages_record import Stretch, customer_page
from pivotal_server.customers.resolve import address_of, visible_customer
from pivotal_server.members import service as members
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

SHOWN = 50
EVENTS: tuple[tuple[str, str], ...] = (
    ("", "Everything"),
    ("customer", "Customer"),
    ("customer.status_changed", "Status changes"),
    ("contact", "Contacts"),
    ("onboarding", "Onboardings"),
    ("onboarding.phase_changed", "Phase moves"),
    ("task", "Tasks"),
    ("task.completed", "Tasks completed"),
    ("talk", "Comments, files, mail"),
    ("people", "Access"),
)


@page("customers")
async def tab(visit: Visit) -> Response:
    """The newest entries that the filters leave, 50 a page."""
    row = await visible_customer(visit, visit.request.path_params["customer"])
    asked = asked_of(visit.request.query_params, visit.frame)
    found: list[ActivityRow] = []
    if asked.filters is not None:
        found = await audit.customer_feed(visit.db, visit.org_id, row.id, asked.filters, SHOWN + 1)
    team = await members.all_members(visit.db, visit.org_id)
    url, event = f"{address_of(row)}/activity", asked.written.get("event", "")
    bar = StreamBar(
        form=Form(id="audit", action=url, cancel=url, values=asked.written, errors=asked.faults),
        events=EVENTS if event in dict(EVENTS) else (*EVENTS, (event, event)),
        actors=actors(team),
        csv_url=f"{url}.csv{'?' + urlencode(asked.written) if asked.written else ''}",
        filtered=bool(asked.written),
    )
    stretch = Stretch(found, SHOWN, asked.written, bar)
    return await customer_page(visit, row, "activity", stretch=stretch)


@page("customers", capability="export_data")
async def export(visit: Visit) -> Response:
    """The same entries as CSV, all of them."""
    row = await visible_customer(visit, visit.request.path_params["customer"])
    visit.require("export_data", Facts(visible=True))
    asked = asked_of(visit.request.query_params, visit.frame)
    entries = audit.every(visit.db, visit.org_id, {"customer_id": row.id}, asked.filters)
    return csv_answer(entries, f"customer-{row.display_id}-activity.csv")


_TAB = "/customers/{customer}/activity"
routes = [Route(_TAB, tab, methods=["GET"]), Route(f"{_TAB}.csv", export, methods=["GET"])]
