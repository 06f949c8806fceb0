"""View models of questions about an onboarding: moves, states, dates, and whatever is asked in a dialog."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal

import msgspec

from pivotal_server.tasks.offers import Offer
from pivotal_server.web.view import Form

FieldKind = Literal["text", "area", "select", "box", "reason", "date"]


class AskField(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a question. ``options``: pairs of value and text; those of a reason are ready ones."""

    name: str
    label: str
    kind: FieldKind = "text"
    required: bool = False
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()
    rows: int = 3
    longest: int = 200
    focus: bool = False


class Pick(msgspec.Struct, frozen=True):
    """A task that can be ticked; ``note`` stands at its right."""

    id: str
    title: str
    ticked: bool = False
    note: str = ""


class PickGroup(msgspec.Struct, frozen=True):
    """Tasks that can be ticked under one name; ``more`` of them are not shown."""

    name: str
    label: str
    picks: tuple[Pick, ...]
    help: str = ""
    more: int = 0


class Listing(msgspec.Struct, frozen=True):
    """Things to read under a heading, each with a note at its right."""

    label: str
    items: tuple[tuple[str, str], ...]


class OfferView(msgspec.Struct, frozen=True):
    """A due date that would follow."""

    id: str
    title: str
    old: date | None
    new: date | None
    ticked: bool


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Context ``page`` of ``onboardings/ask.html``.

    ``name`` and ``url``: of the onboarding. ``submit`` names the act. ``notice``: a sentence above the
    fields. ``hidden``: names and values to send along.
    """

    title: str
    name: str
    url: str
    submit: str
    form: Form
    lead: str = ""
    notice: str = ""
    danger: bool = False
    hidden: tuple[tuple[str, str], ...] = ()
    fields: tuple[AskField, ...] = ()
    picks: tuple[PickGroup, ...] = ()
    lists: tuple[Listing, ...] = ()
    offers: tuple[OfferView, ...] = ()


def offer_views(offers: Sequence[Offer], chosen: Collection[str] | None) -> tuple[OfferView, ...]:
    """Offers as they are asked: all ticked at first, later as they were ``chosen``."""
    return tuple(
        OfferView(one.id, one.title, one.old, one.new, chosen is None or one.id in chosen) for one in offers
    )
