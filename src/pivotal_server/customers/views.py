"""View models of the customer pages, and their addresses."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

import msgspec

from pivotal_server.activity.views import Feed, StreamBar
from pivotal_server.contacts.views import ContactsCard, ContactsTab
from pivotal_server.onboardings.views import OnboardingView, PhaseChip
from pivotal_server.web.view import Form, Person

Tab = Literal["overview", "contacts", "onboardings", "activity", "access", "details"]


def customer_url(display_id: int, slug: str) -> str:
    """The canonical address of a customer (APP-URL-1)."""
    return f"/customers/{display_id}-{slug}"


class StatusFilter(msgspec.Struct, frozen=True):
    """One choice of the filter above a list."""

    label: str
    url: str
    current: bool


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


class CustomField(msgspec.Struct, frozen=True):
    """A custom field of the form: ``name`` of its form field, ``options`` those of a select."""

    name: str
    label: str
    type: str
    group: str
    help: str
    options: tuple[str, ...]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The options as pairs of value and text."""
        return [(one, one) for one in self.options]


class DetailsForm(msgspec.Struct, frozen=True):
    """The tab Details: the form, what is ``stored``, and who and what can be chosen.

    ``owners``: pairs of id and name. ``foreign_ids``: pairs of field and label. ``metadata``: JSON.
    """

    form: Form
    stored: Mapping[str, str]
    owners: tuple[tuple[str, str], ...]
    foreign_ids: tuple[tuple[str, str], ...]
    custom: tuple[CustomField, ...]
    metadata: str
    may_edit: bool

    @property
    def groups(self) -> list[tuple[str, list[CustomField]]]:
        """Custom fields under their headings, in the order of the first field of each."""
        found: dict[str, list[CustomField]] = {}
        for one in self.custom:
            found.setdefault(one.group or "More", []).append(one)
        return list(found.items())


class AccessLine(msgspec.Struct, frozen=True):
    """Somebody with sight of a customer and why; ``given``: by a grant, which can be removed."""

    person: Person
    number: int
    role: str
    reasons: tuple[str, ...]
    given: bool


class AccessTab(msgspec.Struct, frozen=True):
    """Who sees a customer, by name; ``open_to_others``: whether somebody is left to be given access."""

    lines: tuple[AccessLine, ...]
    open_to_others: bool


class AccessForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``customers/access_new.html``. Field of ``form``: ``member``."""

    form: Form
    name: str
    members: tuple[tuple[str, str], ...]


class WorkRow(msgspec.Struct, frozen=True):
    """One onboarding of the tab Onboardings."""

    id: str
    url: str
    name: str
    state: str
    chip: PhaseChip
    target: date | None
    done: int
    total: int
    livemode: bool


class WorkTab(msgspec.Struct, frozen=True):
    """The tab Onboardings of a customer, newest first.

    ``filters``: all, or those of a state. ``next_url``: the next page, if there is one.
    """

    rows: tuple[WorkRow, ...]
    filters: tuple[StatusFilter, ...]
    next_url: str | None = None

    @property
    def filtered(self) -> bool:
        """Whether it shows some only."""
        return not self.filters[0].current


class CustomerPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``customers/customer.html``.

    Fragments: ``header``, ``banner``, ``contacts`` (overview only), ``people`` (contacts only), ``access``
    (access only), ``fields`` (details only), ``activity`` (overview and activity), ``onboardings``,
    ``details``. ``onboardings`` are the open ones. ``live_url``: stream that names changed fragments.
    ``may_delete`` needs an archived one; ``may_give``: the reader may give and take access.
    """

    customer: CustomerHead
    tab: Tab
    contacts: ContactsCard
    onboardings: tuple[OnboardingView, ...]
    feed: Feed
    details: Details
    live_url: str
    form: DetailsForm | None = None
    people: ContactsTab | None = None
    may_edit: bool = False
    may_delete: bool = False
    access: AccessTab | None = None
    may_give: bool = False
    work: WorkTab | None = None
    bar: StreamBar | None = None


FRAGMENTS = (
    "header",
    "banner",
    "contacts",
    "people",
    "access",
    "work",
    "fields",
    "activity",
    "onboardings",
    "details",
)
"""Blocks of ``customers/customer.html`` that a script may ask for."""
