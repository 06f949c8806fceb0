"""View models of the list of customers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from pivotal_server.customers.columns import Column
from pivotal_server.customers.views import customer_url
from pivotal_server.onboardings.views import PhaseChip
from pivotal_server.views.views import Menu
from pivotal_server.web.view import Form, Person

CHIPS = 2
"""Phase chips shown in a row; further open onboardings are counted."""
HEALTHY, WATCH = 70, 40
"""From these scores on a customer is healthy, or to be watched."""


class CustomerRow(msgspec.Struct, frozen=True):
    """One customer of the list.

    ``phases``: chips of open onboardings; the row shows the first two. ``next_launch``: earliest target among
    open, unlaunched onboardings; ``launched``: there are no others. ``sharing``: how many customers have the
    domain. ``contact``: name of the primary one. ``custom``: values of custom fields, by their slugs.
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
    health: int | None = None
    mrr: float | None = None
    orders: float | None = None
    tags: tuple[str, ...] = ()
    contact: str = ""
    external_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    sharing: int = 1
    domain_url: str = ""
    custom: Mapping[str, Any] = {}

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

    @property
    def bucket(self) -> str:
        """What the health score amounts to, in words."""
        if self.health is None:
            return "No score"
        return "Healthy" if self.health >= HEALTHY else "Watch" if self.health >= WATCH else "At risk"


class Chip(msgspec.Struct, frozen=True):
    """A term of the filter. ``fault``: why it is left out; ``change_url`` has it in the box instead."""

    field: str
    how: str
    value: str
    text: str
    remove_url: str
    change_url: str
    fault: str = ""


class Head(msgspec.Struct, frozen=True):
    """A column and its header: ``sorted`` is ``ascending``, ``descending`` or empty; ``url`` sorts by it."""

    column: Column
    url: str = ""
    sorted: str = ""


class Acts(msgspec.Struct, frozen=True):
    """What can be done to the rows that are selected: the names of the acts. ``at``: when they were shown;
    ``kept``: what of the address leads back to the list.
    """

    names: frozenset[str]
    at: str
    kept: tuple[tuple[str, str], ...]


class CustomerList(msgspec.Struct, frozen=True):
    """Context ``page`` of ``customers/list.html``.

    ``chips``: the filter; ``box``: what stands in the box, which adds to it; ``kept``: what else of the
    address the box sends along. ``offered``: filters that a click adds, as pairs of words and address.
    ``hints``: what is to be said about the address. ``nothing``: why there are no rows: the workspace is
    ``new``, nobody has ``given`` the reader a customer, or nothing ``matches``. ``clear_url`` leads to the
    list without filter. ``total_url`` answers with the template ``customers/total.html``, asked for after
    the rows; None leaves it out. ``before`` and ``after``: addresses of the pages beside it. ``acting``: the
    terms of the filter that act. ``acts``: None for whoever may do nothing to many rows. ``export_url`` asks
    what to export; empty for whoever may not.
    """

    rows: tuple[CustomerRow, ...]
    heads: tuple[Head, ...]
    chips: tuple[Chip, ...] = ()
    box: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    offered: tuple[tuple[str, str], ...] = ()
    hints: tuple[str, ...] = ()
    nothing: Literal["", "new", "given", "matches"] = ""
    clear_url: str = "/customers"
    columns_url: str = "/customers/columns"
    total_url: str | None = None
    before: str | None = None
    after: str | None = None
    acting: str = ""
    menu: Menu | None = None
    acts: Acts | None = None
    export_url: str = ""


class ColumnChoice(msgspec.Struct, frozen=True):
    """A column in the form that chooses them; ``place``: where it stands."""

    key: str
    title: str
    shown: bool
    place: int


class ColumnsForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``customers/columns.html``. Field of ``form``: ``size``."""

    form: Form
    columns: tuple[ColumnChoice, ...]
    kept: tuple[tuple[str, str], ...]
    sizes: tuple[tuple[str, str], ...]
    back_url: str
