"""The list of customers, adding one, and a customer's own pages."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.activity import service as activity
from pivotal_server.activity.wording import Names, feed
from pivotal_server.contacts import service as contacts
from pivotal_server.contacts.views import ContactsCard, ContactView
from pivotal_server.customers import service
from pivotal_server.customers.resolve import elsewhere, visible_customer
from pivotal_server.customers.service import CustomerRow as Stored
from pivotal_server.customers.views import (
    FRAGMENTS,
    CustomerHead,
    CustomerList,
    CustomerPage,
    CustomerRow,
    Details,
    StatusFilter,
    Tab,
    customer_url,
)
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.text import parse_moment
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.views import OnboardingView, onboarding_view, phase_chip
from pivotal_server.phases import service as phases
from pivotal_server.phases.service import PhaseRow
from pivotal_server.search import service as search
from pivotal_server.search.grammar import MOST_LETTERS
from pivotal_server.search.service import Seeker
from pivotal_server.web.live import LiveHub, stream
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Person

ROWS = 50
ENTRIES = {"overview": 10, "activity": 50}
CONTACTS_SHOWN = 5
ONBOARDINGS_SHOWN = 20
FILTERS: tuple[tuple[str, str], ...] = (
    ("", "Current"),
    ("onboarding", "Onboarding"),
    ("active", "Active"),
    ("at_risk", "At risk"),
    ("churned", "Churned"),
    ("archived", "Archived"),
)
_IDS = (
    ("HubSpot company", "hubspot_company_id"),
    ("HubSpot deal", "hubspot_deal_id"),
    ("Stripe", "stripe_customer_id"),
    ("Intercom", "intercom_company_id"),
    ("Slack channel", "slack_channel_id"),
    ("External id", "external_id"),
)


# ── The list ───────────────────────────────────────────────────────────────────────────────────
def _moment(text: str | None) -> datetime | None:
    """A cursor in an address; nonsense means the first page."""
    try:
        return parse_moment(text, None) if text else None
    except ApiError:
        return None


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
    older_than = _moment(visit.request.query_params.get("before"))
    newer_than = None if older_than else _moment(visit.request.query_params.get("after"))
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
            owner=_person(owners.get(row.owner_id)),
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


def _person(member: MemberRow | None) -> Person | None:
    return None if member is None else Person(member.id, member.name)


async def home(_request: Request) -> Response:
    """The start page is the list of customers."""
    return RedirectResponse("/customers", status_code=302)


# ── One customer ───────────────────────────────────────────────────────────────────────────────
@page("customers")
async def overview(visit: Visit) -> Response:
    """A customer: contacts, newest activity, open onboardings, details."""
    return await _customer(visit, "overview", "")


@page("customers")
async def activity_page(visit: Visit) -> Response:
    """The whole activity of a customer, 50 entries a page."""
    return await _customer(visit, "activity", "/activity")


async def _customer(visit: Visit, tab: Tab, tail: str) -> Response:
    row = await visible_customer(visit, visit.request.path_params["customer"])
    moved = elsewhere(visit, row, tail)
    if moved is not None:
        return moved
    url = customer_url(row.display_id, row.slug)
    known = await phases.all_phases(visit.db, visit.org_id)
    opened = await onboardings.open_of_customer(visit.db, visit.org_id, row.id, ONBOARDINGS_SHOWN)
    before = _moment(visit.request.query_params.get("before")) if tab == "activity" else None
    limit = ENTRIES[tab]
    entries = await activity.customer_feed(visit.db, visit.org_id, row.id, before=before, limit=limit + 1)
    people = await members.by_ids(
        visit.db, visit.org_id, [row.owner_id, *(one.csm_id for one in opened), *_named(entries)]
    )
    names = Names(
        members={id: member.name for id, member in people.items() if id is not None},
        phases={phase.key: phase.name for phase in known},
    )
    older = None
    if len(entries) > limit:
        del entries[limit:]
        older = f"{url}/activity?{urlencode({'before': wire_micros(entries[-1].created_at)})}"
    view = CustomerPage(
        customer=_head(row, people),
        tab=tab,
        contacts=await _contacts(visit, row) if tab == "overview" else ContactsCard(None, (), 0),
        onboardings=await _onboardings(visit, opened, known, people),
        feed=feed(entries, names, visit.frame, older=older),
        details=_details(row),
        live_url=f"{url}/live" if before else f"{url}/live?{urlencode({'seen': _newest(entries)})}",
    )
    return visit.render("customers/customer.html", view, fragments=FRAGMENTS)


def _named(entries: list[activity.ActivityRow]) -> list[str]:
    """The ids of members that diffs speak of."""
    found: list[str] = []
    for entry in entries:
        if entry.diff is not None and b"_id" in bytes(entry.diff):
            for change in msgspec.json.decode(entry.diff):
                if change["field"].endswith("_id"):
                    found += [value for value in (change["old"], change["new"]) if isinstance(value, str)]
    return found


def _head(row: Stored, people: Mapping[str | None, MemberRow]) -> CustomerHead:
    return CustomerHead(
        id=row.id,
        display_id=row.display_id,
        slug=row.slug,
        name=row.name,
        domain=row.domain,
        status=row.status,
        plan=row.plan,
        mrr=row.mrr,
        tags=tuple(msgspec.json.decode(row.tags)),
        owner=_person(people.get(row.owner_id)),
        livemode=row.livemode,
    )


def _details(row: Stored) -> Details:
    ids = [(label, getattr(row, name)) for label, name in _IDS]
    return Details(
        slug=row.slug,
        monthly_orders=row.monthly_orders,
        ids=tuple((label, value) for label, value in ids if value),
        created_at=row.created_at,
        created_by="",
    )


async def _contacts(visit: Visit, row: Stored) -> ContactsCard:
    found = await contacts.card(visit.db, visit.org_id, row.id, CONTACTS_SHOWN)
    shown = [
        ContactView(
            id=contact.id,
            display_id=contact.display_id,
            name=contact.name,
            email=contact.email,
            title=contact.title,
            phone=contact.phone,
            livemode=contact.livemode,
        )
        for contact in found
    ]
    total = len(found)
    if total == CONTACTS_SHOWN:
        active = {"archived": False}
        total = await contacts.count_contacts(visit.db, visit.org_id, row.id, Slice(), active)
    if found and found[0].is_primary:
        return ContactsCard(shown[0], tuple(shown[1:]), total)
    return ContactsCard(None, tuple(shown), total)


async def _onboardings(
    visit: Visit,
    opened: list[onboardings.OnboardingRow],
    known: list[PhaseRow],
    people: Mapping[str | None, MemberRow],
) -> tuple[OnboardingView, ...]:
    left = await onboardings.stays(visit.db, visit.org_id, opened)
    zone = visit.frame.zone
    return tuple(
        onboarding_view(
            id=one.id,
            display_id=one.display_id,
            name=one.name,
            state=one.state,
            phase=one.phase,
            phase_entered_at=one.phase_entered_at,
            target=one.target_launch_date,
            csm=_person(people.get(one.csm_id)),
            livemode=one.livemode,
            phases=[phase for phase in known if phase.archived_at is None or phase.key == one.phase],
            stays={
                key: (start.astimezone(zone).date(), end.astimezone(zone).date())
                for key, (start, end) in left[one.id].items()
            },
            frame=visit.frame,
        )
        for one in opened
    )


@page("customers")
async def live(visit: Visit) -> Response:
    """The stream that tells an open page of this customer that something changed.

    ``seen`` in its address is the newest entry that the page shows.
    """
    row = await visible_customer(visit, visit.request.path_params["customer"])
    hub: LiveHub = visit.request.app.state.live

    async def look() -> str:
        return _newest(await activity.customer_feed(visit.db, visit.org_id, row.id, limit=1))

    return stream(hub, visit.org_id, row.id, look, visit.request.query_params.get("seen"))


def _newest(entries: list[activity.ActivityRow]) -> str:
    return wire_micros(entries[0].created_at) if entries else ""


routes = [
    Route("/", home),
    Route("/customers", list_page),
    Route("/customers/total", total),
    Route("/customers/{customer}", overview),
    Route("/customers/{customer}/activity", activity_page),
    Route("/customers/{customer}/live", live),
]
