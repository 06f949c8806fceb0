"""The list of customers."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.activity import service as activity
from pivotal_server.customers import service
from pivotal_server.customers.service import CustomerRow as Stored
from pivotal_server.customers.views import (
    CustomerList,
    CustomerRow,
    StatusFilter,
)
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.pagination import Slice
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.views import phase_chip
from pivotal_server.phases import service as phases
from pivotal_server.search import service as search
from pivotal_server.search.grammar import MOST_LETTERS
from pivotal_server.search.service import Seeker
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Person

ROWS = 50
FILTERS: tuple[tuple[str, str], ...] = (
    ("", "Current"),
    ("onboarding", "Onboarding"),
    ("active", "Active"),
    ("at_risk", "At risk"),
    ("churned", "Churned"),
    ("archived", "Archived"),
)


# ── The list ───────────────────────────────────────────────────────────────────────────────────
def _status(visit: Visit) -> str:
    asked = visit.request.query_params.get("status", "")
    return asked if asked in dict(FILTERS) else ""


def _query(visit: Visit) -> str:
    return visit.request.query_params.get("q", "").strip()[:MOST_LETTERS]


class _Asked(msgspec.Struct, frozen=True):
    """What the list shall hold: its filters, what a query among them binds, and hints about the query.

    ``filters`` of ``None``: no customer can be wanted.
    """

    filters: dict[str, Any] | None
    values: Mapping[str, Any] = {}
    hints: tuple[str, ...] = ()


async def _asked(visit: Visit, status: str, text: str) -> _Asked:
    """Without a query the current customers; a query finds churned ones too (WB-SRCH-5)."""
    filters: dict[str, Any] = {"status": status} if status else {} if text else {"current": True}
    if not visit.allows("see_all_customers"):
        filters["visible_to"] = visit.actor.id
    if not text:
        return _Asked(filters)
    seeker = Seeker(
        org_id=visit.org_id,
        me=visit.actor.id,
        visible_to=filters.get("visible_to"),
        zone=visit.frame.zone,
    )
    wanted = await search.understand(
        visit.db, seeker, f"{text} is:archived" if status == "archived" else text
    )
    found = await search.customer_filters(visit.db, seeker, wanted)
    if found is None:
        return _Asked(None, hints=wanted.hints)
    return _Asked({**filters, **found[0]}, found[1], wanted.hints)


def _url(status: str, text: str = "", **more: str) -> str:
    query = {**({"status": status} if status else {}), **({"q": text} if text else {}), **more}
    return f"/customers?{urlencode(query)}" if query else "/customers"


@page("customers")
async def list_page(visit: Visit) -> Response:
    """Customers, newest first, 50 a page."""
    status, text = _status(visit), _query(visit)
    asked = await _asked(visit, status, text)
    older_than = moment_in(visit.request.query_params.get("before"))
    newer_than = None if older_than else moment_in(visit.request.query_params.get("after"))
    part = Slice(ROWS, older_than or newer_than, ascending=newer_than is not None)
    rows: list[Stored] = []
    following = None
    if asked.filters is not None:
        rows, following = await service.list_customers(
            visit.db, visit.org_id, part, asked.filters, asked.values
        )
    if newer_than is not None:
        rows.reverse()
    has_older = newer_than is not None or following is not None
    has_newer = older_than is not None or (newer_than is not None and following is not None)
    found = CustomerList(
        rows=await _rows(visit, rows),
        filters=tuple(
            StatusFilter("All" if text and not key else label, _url(key, text), key == status)
            for key, label in FILTERS
        ),
        nothing="" if rows else await _why_nothing(visit, status or text),
        q=text,
        status=status,
        hints=asked.hints,
        total_url=f"/customers/total?{urlencode({'status': status, 'q': text})}",
        older=_url(status, text, before=wire_micros(rows[-1].created_at)) if rows and has_older else None,
        newer=_url(status, text, after=wire_micros(rows[0].created_at)) if rows and has_newer else None,
    )
    return visit.render("customers/list.html", found, fragments=("rows",))


async def _why_nothing(visit: Visit, filtered: str) -> Any:
    if filtered:
        return "matches"
    if not visit.allows("see_all_customers"):
        return "given"
    some, _ = await service.list_customers(visit.db, visit.org_id, Slice(1), {})
    return "matches" if some else "new"


@page("customers")
async def total(visit: Visit) -> Response:
    """How many customers the list holds; asked for after the rows, so that counting delays nothing."""
    asked = await _asked(visit, _status(visit), _query(visit))
    found = 0
    if asked.filters is not None:
        found = await service.count_customers(visit.db, visit.org_id, Slice(), asked.filters, asked.values)
    return visit.render_with("customers/total.html", {"total": found})


async def _rows(visit: Visit, rows: list[Stored]) -> tuple[CustomerRow, ...]:
    ids = [row.id for row in rows]
    owners = await members.by_ids(visit.db, visit.org_id, [row.owner_id for row in rows])
    opened = await onboardings.open_of_customers(visit.db, visit.org_id, ids)
    known = await phases.all_phases(visit.db, visit.org_id) if opened else []
    last = await activity.last_of_customers(visit.db, visit.org_id, ids)
    by_customer: dict[str, list[onboardings.OpenSummary]] = {}
    for summary in opened:
        by_customer.setdefault(summary.customer_id, []).append(summary)
    return tuple(
        CustomerRow(
            id=row.id,
            display_id=row.display_id,
            slug=row.slug,
            name=row.name,
            domain=row.domain,
            status=row.status,
            plan=row.plan,
            livemode=row.livemode,
            owner=person(owners.get(row.owner_id)),
            phases=tuple(phase_chip(known, summary.phase) for summary in by_customer.get(row.id, ())),
            next_launch=_next_launch(by_customer.get(row.id, [])),
            last_activity=last.get(row.id),
            launched=all(one.launched_at for one in by_customer.get(row.id, ())),
        )
        for row in rows
    )


def _next_launch(opened: list[onboardings.OpenSummary]) -> date | None:
    days = [one.target_launch_date for one in opened if one.target_launch_date and not one.launched_at]
    return min(days, default=None)


def person(member: MemberRow | None) -> Person | None:
    """A member as pages draw one."""
    return None if member is None else Person(member.id, member.name)


async def home(_request: Request) -> Response:
    """The start page is the list of customers."""
    return RedirectResponse("/customers", status_code=302)


routes = [
    Route("/", home),
    Route("/customers", list_page),
    Route("/customers/total", total),
]
