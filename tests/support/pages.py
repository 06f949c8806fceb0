"""Ready view models of the app's pages, for tests of templates and of what scripts do with them."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from pivotal_server.activity.service import ActivityRow
from pivotal_server.activity.wording import Names, feed
from pivotal_server.contacts.views import ContactForm, ContactsCard, ContactView
from pivotal_server.customers.columns import USUAL, all_columns
from pivotal_server.customers.views import (
    CustomerForm,
    CustomerHead,
    CustomerPage,
    CustomField,
    Details,
    DetailsForm,
    Tab,
)
from pivotal_server.customers.views_list import Chip, CustomerList, CustomerRow, Head
from pivotal_server.onboardings.views import OnboardingForm, OnboardingView, onboarding_view, phase_chip
from pivotal_server.web.view import Form, Frame, Me, Person, Toast

NOW = datetime(2026, 6, 9, 9, 41, tzinfo=UTC)
DANA = Person("mem_dana", "Dana Okafor")
JONAS = Person("mem_jonas", "Jonas Weber")
EVERYTHING = frozenset({"create_customers", "edit_customers", "work_on_onboardings", "administer"})
NAMES = Names(
    members={DANA.id: DANA.name, JONAS.id: JONAS.name},
    phases={"before_getting_started": "Before getting started", "program_design": "Program design"},
)


class Phase(msgspec.Struct, frozen=True):
    key: str
    name: str
    target_days: int | None
    kind: str


PHASES = (
    Phase("before_getting_started", "Before getting started", 7, "normal"),
    Phase("program_design", "Program design", 10, "normal"),
    Phase("review", "Review", 7, "normal"),
    Phase("program_buildout", "Program buildout", 21, "normal"),
    Phase("internal_qa", "Internal QA", 7, "normal"),
    Phase("launch", "Launch", 7, "launch"),
    Phase("completed", "Completed", None, "terminal"),
)
PHASE_CHOICES = tuple((phase.key, phase.name) for phase in PHASES)


def frame(**changes: Any) -> Frame:
    """Dana's frame in a workspace that keeps Berlin's time; she may do everything."""
    plain = Frame(
        workspace_name="VML",
        workspace_slug="vml",
        time_zone="Europe/Berlin",
        me=Me(DANA.id, DANA.name, "dana@vml.example", "Owner"),
        theme="light",
        csrf="the-token",
        nav="customers",
        can=EVERYTHING,
        now=NOW,
        path="/customers",
    )
    return msgspec.structs.replace(plain, **changes)


def entry(event: str, minutes: float = 0, **changes: Any) -> ActivityRow:
    """An entry by a key, ``minutes`` before now; ``diff`` and ``personal_diff`` as lists of three."""
    for name in ("diff", "personal_diff"):
        if name in changes:
            lines = [dict(zip(("field", "old", "new"), line, strict=True)) for line in changes[name]]
            changes[name] = msgspec.Raw(json.dumps(lines).encode())
    plain = ActivityRow(
        id=f"act_{event}_{minutes}",
        display_id=1432,
        created_at=NOW - timedelta(minutes=minutes),
        event=event,
        target_type="customer",
        target_id="cus_aurora",
        target_display_id=245,
        customer_id="cus_aurora",
        onboarding_id=None,
        contact_id=None,
        actor_type="api_key",
        actor_id="key_1",
        actor="API: local-dev",
        origin="api",
        diff=None,
        personal_diff=None,
        reason=None,
        request_id=None,
        bulk_id=None,
        livemode=True,
        member_name=None,
        contact_name=None,
        onboarding_name=None,
    )
    return msgspec.structs.replace(plain, **changes)


def by_dana(event: str, minutes: float = 0, **changes: Any) -> ActivityRow:
    """An entry by Dana."""
    return entry(
        event, minutes, actor_type="member", actor_id=DANA.id, actor=None, member_name=DANA.name, **changes
    )


ENTRIES = (
    entry(
        "onboarding.phase_changed",
        12,
        diff=[("phase", "before_getting_started", "program_design")],
        onboarding_name="Loyalty launch",
    ),
    by_dana(
        "customer.field_changed", 48, diff=[("plan", "Growth", "Scale"), ("owner_id", JONAS.id, DANA.id)]
    ),
    entry(
        "contact.added",
        20_000,
        contact_name="Mira Chen",
        personal_diff=[("is_primary", None, True)],
        livemode=False,
    ),
    entry("customer.created", 20_001),
)
MIRA = ContactView("con_mira", 1, "Mira Chen", "mira@aurora.com", "Head of Ops", "+49 30 555", livemode=True)
BEN = ContactView("con_ben", 2, "Ben Hartley", "ben@aurora.com", None, None, livemode=False)


def loyalty_launch(**changes: Any) -> OnboardingView:
    """An onboarding on its first day in Program design."""
    facts: dict[str, Any] = {
        "id": "onb_loyalty",
        "display_id": 1,
        "name": "Loyalty launch",
        "state": "active",
        "phase": "program_design",
        "phase_entered_at": NOW,
        "target": date(2026, 7, 15),
        "csm": DANA,
        "livemode": True,
        "phases": PHASES,
        "stays": {"before_getting_started": (date(2026, 5, 26), date(2026, 6, 9))},
        "frame": frame(),
    }
    return onboarding_view(**(facts | changes))


def customer_page(tab: Tab = "overview", **changes: Any) -> CustomerPage:
    """The page of Aurora Outfitters."""
    plain = CustomerPage(
        customer=CustomerHead(
            id="cus_aurora",
            display_id=245,
            slug="aurora",
            name="Aurora Outfitters",
            domain="aurora.com",
            status="onboarding",
            plan="Scale",
            mrr=4200,
            tags=("retail",),
            owner=DANA,
            livemode=True,
        ),
        tab=tab,
        contacts=ContactsCard(MIRA, (BEN,), 2),
        onboardings=(loyalty_launch(),),
        feed=feed(ENTRIES, NAMES, frame(), older="/customers/245-aurora/activity?cursor=1"),
        details=Details("aurora", 18_500, (("HubSpot company", "88201"),), NOW, "API: local-dev"),
        live_url="/customers/245-aurora/live",
        may_edit=True,
        may_delete=True,
    )
    return msgspec.structs.replace(plain, **changes)


def details_form() -> DetailsForm:
    """The tab Details of Aurora Outfitters."""
    stored = {"name": "Aurora Outfitters", "slug": "aurora", "custom_region": "emea"}
    region = CustomField("custom_region", "Region", "select", "Account", "", ("emea", "apac"))
    return DetailsForm(
        form=Form(id="details", action="/customers/245-aurora/details", cancel="/", values=stored),
        stored=stored,
        owners=((DANA.id, DANA.name),),
        foreign_ids=(("external_id", "External id"),),
        custom=(region,),
        metadata="{}",
        may_edit=True,
    )


def customer_row(number: int, name: str, **changes: Any) -> CustomerRow:
    """A row of the list: an onboarding customer of Dana."""
    plain = CustomerRow(
        id=f"cus_{number}",
        display_id=number,
        slug=name.split(maxsplit=1)[0].lower(),
        name=name,
        domain=f"{name.split(maxsplit=1)[0].lower()}.com",
        status="onboarding",
        plan="Scale",
        livemode=True,
        owner=DANA,
        phases=(phase_chip(PHASES, "review"),),
        next_launch=date(2026, 7, 15),
        last_activity=NOW - timedelta(minutes=12),
    )
    return msgspec.structs.replace(plain, **changes)


def customer_list(*rows: CustomerRow, **changes: Any) -> CustomerList:
    """A page of the list."""
    known = all_columns(())
    heads = tuple(Head(known[key], f"/customers?sort={key}") for key in USUAL)
    usual = Chip("", "", "Not churned", "Not churned", "/customers?q=", "/customers?q=&box=x")
    plain = CustomerList(
        rows,
        heads,
        chips=(usual,),
        total_url="/customers/total",
        after="/customers?after=1",
    )
    return msgspec.structs.replace(plain, **changes)


def customer_form(**form: Any) -> CustomerForm:
    """The form of a new customer; ``form`` holds values, errors, fault."""
    return CustomerForm(
        Form("customer", "/customers/new", "/customers", "sub_1", **form), ("Growth", "Scale"), PHASE_CHOICES
    )


def contact_form(**form: Any) -> ContactForm:
    """The form of a further contact of Aurora."""
    url = "/customers/245-aurora"
    return ContactForm(
        "Aurora Outfitters", url, False, Form("contact", f"{url}/contacts/new", url, "sub_2", **form)
    )


def onboarding_form(**form: Any) -> OnboardingForm:
    """The form of a further onboarding of Aurora."""
    url = "/customers/245-aurora"
    return OnboardingForm(
        "Aurora Outfitters",
        url,
        "Aurora Outfitters onboarding",
        Form("onboarding", f"{url}/onboardings/new", url, "sub_3", **form),
        PHASE_CHOICES,
        ((DANA.id, DANA.name), (JONAS.id, JONAS.name)),
    )


TOAST = Toast("Customer created", "Aurora Outfitters")
