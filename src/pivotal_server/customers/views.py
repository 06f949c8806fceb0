"""View models of the customer pages, and their addresses."""

from datetime import date, datetime
from typing import Literal

import msgspec

from pivotal_server.activity.views import Feed
from pivotal_server.contacts.views import ContactsCard
from pivotal_server.onboardings.views import OnboardingView, PhaseChip
from pivotal_server.web.view import Form, Person

Tab = Literal["overview", "activity"]
CHIPS = 2
"""Phase chips shown in a row; further open onboardings are counted."""


def customer_url(display_id: int, slug: str) -> str:
    """The canonical address of a customer (APP-URL-1)."""
    return f"/customers/{display_id}-{slug}"


class CustomerRow(msgspec.Struct, frozen=True):
    """One customer of the list.

    ``phases``: chips of open onboardings; the row shows the first two. ``next_launch``: earliest target among
    open, unlaunched onboardings; ``launched``: there are no others.
    """

    id: str
    display_id: int
    slug: str
    name: str
    domain: str | None
    status: str
    plan: str | None
    livemode: bool
    owner: Person | None
    phases: tuple[PhaseChip, ...]
    next_launch: date | None
    last_activity: datetime | None
    launched: bool = False

    @property
    def url(self) -> str:
        """Address of the customer."""
        return customer_url(self.display_id, self.slug)

    @property
    def chips(self) -> tuple[PhaseChip, ...]:
        """The phase chips that are shown."""
        return self.phases[:CHIPS]

    @property
    def hidden(self) -> int:
        """How many open onboardings have no chip."""
        return max(len(self.phases) - CHIPS, 0)


class StatusFilter(msgspec.Struct, frozen=True):
    """One choice of the filter above the list."""

    label: str
    url: str
    current: bool


class CustomerList(msgspec.Struct, frozen=True):
    """Context ``page`` of ``customers/list.html``.

    ``filters``: the first is the default. ``q``: text of the filter box; None draws no box; ``status``: that
    of the filter, kept when the box is sent; ``hints``: what is to be said about the text. ``nothing``: why
    there are no rows: the workspace is ``new``, nobody has ``given`` the reader a customer, or nothing
    ``matches``. ``clear_url`` leads to the list without filter. ``total_url`` answers with the template
    ``customers/total.html``, asked for after the rows; None leaves it out. ``newer`` and ``older``: addresses
    of the pages beside it.
    """

    rows: tuple[CustomerRow, ...]
    filters: tuple[StatusFilter, ...]
    nothing: Literal["", "new", "given", "matches"] = ""
    clear_url: str = "/customers"
    q: str | None = None
    status: str = ""
    hints: tuple[str, ...] = ()
    total_url: str | None = None
    newer: str | None = None
    older: str | None = None


class CustomerForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``customers/new.html``.

    Fields of ``form``: ``name``, ``domain``, ``status``, ``plan``, ``slug``, ``contact_name``,
    ``contact_email``, ``start_onboarding`` (a box, "yes" when ticked), ``phase``, ``target_launch_date``.
    ``plans``: plans in use, as suggestions. ``phases``: pairs of key and name. ``same_domain``: name, number
    and address of customers that use the typed domain (APP-ADD-1).
    """

    form: Form
    plans: tuple[str, ...]
    phases: tuple[tuple[str, str], ...]
    same_domain: tuple[tuple[str, int, str], ...] = ()


class CustomerHead(msgspec.Struct, frozen=True):
    """The header of a customer's pages. ``mrr`` in US dollars."""

    id: str
    display_id: int
    slug: str
    name: str
    domain: str | None
    status: str
    plan: str | None
    mrr: float | None
    tags: tuple[str, ...]
    owner: Person | None
    livemode: bool

    @property
    def url(self) -> str:
        """Address of the customer."""
        return customer_url(self.display_id, self.slug)


class Details(msgspec.Struct, frozen=True):
    """The last section of the inspector. ``ids``: label and value of each id of another system.

    ``created_by``: label of who created it, or empty.
    """

    slug: str
    monthly_orders: float | None
    ids: tuple[tuple[str, str], ...]
    created_at: datetime
    created_by: str


class CustomerPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``customers/customer.html``.

    Fragments: ``header``, ``contacts`` (overview only), ``activity``, ``onboardings``, ``details``.
    ``onboardings`` are the open ones. ``live_url``: stream that names changed fragments.
    """

    customer: CustomerHead
    tab: Tab
    contacts: ContactsCard
    onboardings: tuple[OnboardingView, ...]
    feed: Feed
    details: Details
    live_url: str


FRAGMENTS = ("header", "contacts", "activity", "onboardings", "details")
"""Blocks of ``customers/customer.html`` that a script may ask for."""
