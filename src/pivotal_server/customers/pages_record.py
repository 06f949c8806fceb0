"""The pages of one customer: what its tabs have in common, and the overview."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.activity import service as activity
from pivotal_server.activity.views import StreamBar
from pivotal_server.activity.wording import Names, feed
from pivotal_server.auth.permissions import Condition, Facts
from pivotal_server.contacts import service as contacts
from pivotal_server.contacts.views import ContactsCard, ContactsTab, contact_view
from pivotal_server.customers.editing import FOREIGN_IDS
from pivotal_server.customers.pages import person
from pivotal_server.customers.resolve import elsewhere, visible_customer
from pivotal_server.customers.service import CustomerRow as Stored
from pivotal_server.customers.views import (
    FRAGMENTS,
    AccessTab,
    CustomerHead,
    CustomerPage,
    Details,
    DetailsForm,
    Tab,
    WorkTab,
    customer_url,
)
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.pagination import Slice
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.views import OnboardingView, onboarding_view
from pivotal_server.phases import service as phases
from pivotal_server.phases.service import PhaseRow
from pivotal_server.web.htmx import is_htmx
from pivotal_server.web.live import LiveHub, stream
from pivotal_server.web.session import Visit, page

NEWEST = 10
"""Entries on the overview."""
CONTACTS_SHOWN = 5
ONBOARDINGS_SHOWN = 20


@page("customers")
async def overview(visit: Visit) -> Response:
    """A customer: contacts, newest activity, open onboardings, details."""
    row = await visible_customer(visit, visit.request.path_params["customer"])
    return await customer_page(visit, row, "overview")


class Stretch(Struct, frozen=True):
    """What the tab Activity shows: entries, up to ``shown`` of them and one more where there are older ones.

    ``kept``: what of the address leads to the older ones; ``bar``: the filters.
    """

    entries: list[activity.ActivityRow]
    shown: int
    kept: Mapping[str, str]
    bar: StreamBar


async def customer_page(
    visit: Visit,
    row: Stored,
    tab: Tab,
    *,
    form: DetailsForm | None = None,
    people: ContactsTab | None = None,
    access: AccessTab | None = None,
    work: WorkTab | None = None,
    stretch: Stretch | None = None,
    status: int = 200,
) -> Response:
    """A tab of a customer as a page, or the fragments of it that a script asks for.

    ``form`` is the content of the tab Details, ``people`` that of Contacts, ``access`` that of Access,
    ``work`` that of Onboardings, ``stretch`` that of Activity; a refused form is answered alone.
    """
    moved = elsewhere(visit, row, "" if tab == "overview" else f"/{tab}")
    if moved is not None and status == 200:
        return moved
    url = customer_url(row.display_id, row.slug)
    known = await phases.all_phases(visit.db, visit.org_id)
    opened = await onboardings.open_of_customer(visit.db, visit.org_id, row.id, ONBOARDINGS_SHOWN)
    moved_on = visit.request.query_params.get("before") if stretch is not None else None
    limit = NEWEST if tab == "overview" else 0 if stretch is None else stretch.shown
    if stretch is None:
        entries = await activity.customer_feed(visit.db, visit.org_id, row.id, limit=limit + 1)
    else:
        entries = stretch.entries
    # Of older or filtered entries the newest says nothing about news.
    seen = None if moved_on or (stretch is not None and stretch.bar.filtered) else _newest(entries)
    more = len(entries) > limit
    del entries[limit:]
    named = await members.by_ids(
        visit.db, visit.org_id, [row.owner_id, *(one.csm_id for one in opened), *_named(entries)]
    )
    names = Names(
        members={id: member.name for id, member in named.items() if id is not None},
        phases={phase.key: phase.name for phase in known},
    )
    older = None
    if more and entries:
        kept = {} if stretch is None else stretch.kept
        older = f"{url}/activity?{urlencode({**kept, 'before': wire_micros(entries[-1].created_at)})}"
    view = CustomerPage(
        customer=_head(row, named),
        tab=tab,
        contacts=await _contacts(visit, row) if tab == "overview" else ContactsCard(None, (), 0),
        onboardings=await _onboardings(visit, opened, known, named),
        feed=feed(entries, names, visit.frame, older=older),
        details=_details(row),
        live_url=f"{url}/live" if seen is None else f"{url}/live?{urlencode({'seen': seen})}",
        bar=None if stretch is None else stretch.bar,
        form=form,
        people=people,
        access=access,
        work=work,
        may_give=visit.allows("manage_access", access_facts(visit, row)),
        may_edit=visit.allows("edit_customers", Facts(visible=True)),
        may_delete=visit.allows("delete_customers", Facts(visible=True)),
    )
    if status >= 400:
        block = "fields" if is_htmx(visit.request) else None
        return visit.render("customers/customer.html", view, block=block, status=status)
    return visit.render("customers/customer.html", view, fragments=FRAGMENTS)


def access_facts(visit: Visit, row: Stored) -> Facts:
    """What decides whether the visitor may give access to a visible customer (P6)."""
    owns = row.owner_id == visit.actor.id
    return Facts(visible=True, met=frozenset({Condition.CUSTOMER_OWNER}) if owns else frozenset())


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
        owner=person(people.get(row.owner_id)),
        livemode=row.livemode,
    )


def _details(row: Stored) -> Details:
    ids = [(label, getattr(row, name)) for name, label in FOREIGN_IDS]
    return Details(
        slug=row.slug,
        monthly_orders=row.monthly_orders,
        ids=tuple((label, value) for label, value in ids if value),
        created_at=row.created_at,
        created_by="",
    )


async def _contacts(visit: Visit, row: Stored) -> ContactsCard:
    found = await contacts.card(visit.db, visit.org_id, row.id, CONTACTS_SHOWN)
    shown = [contact_view(contact) for contact in found]
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
            csm=person(people.get(one.csm_id)),
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
    Route("/customers/{customer}", overview),
    Route("/customers/{customer}/live", live),
]
