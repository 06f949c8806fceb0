"""View models of the board and the list of onboardings."""

from datetime import date
from typing import Literal

import msgspec

from pivotal_server.bulk.views import Selection
from pivotal_server.onboardings.views import PhaseChip, Ring
from pivotal_server.onboardings.views_record import Choice
from pivotal_server.views.views import Menu
from pivotal_server.web.view import Form, Person


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One onboarding on the board or in the list.

    ``days`` in its phase; ``long``: over the days that the phase should take. ``may``: ``skip`` (any move),
    ``move`` (advance and send back) or nothing.
    """

    id: str
    number: int
    name: str
    url: str
    customer_id: str
    customer_name: str
    plan: str | None
    phase: str
    chip: PhaseChip
    state: str
    target: date | None
    late: bool
    done: int
    total: int
    csm: Person | None
    days: int
    long: bool
    livemode: bool
    may: Literal["", "move", "skip"]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A phase of the board. ``count``: all its cards; ``more_url`` shows further ones."""

    key: str
    name: str
    ring: Ring
    count: int
    late: int
    cards: tuple[Card, ...]
    terminal: bool
    more_url: str = ""


class Lane(msgspec.Struct, frozen=True):
    """One swim lane: all columns with its cards alone. ``id`` prefixes the ids in it."""

    id: str
    name: str
    count: int
    columns: tuple[Column, ...]


class Views(msgspec.Struct, frozen=True):
    """What list and board have above them: the other layouts, and the filters.

    ``form``: fields ``csm``, ``state`` and ``phase``. ``filtered``: one of them is set. ``menu``: the saved
    views. ``ignored``: filters that ask for what there is not. ``kept``: what else of the address the form
    sends.
    """

    layouts: tuple[Choice, ...]
    form: Form
    people: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    phases: tuple[tuple[str, str], ...]
    filtered: bool
    clear_url: str
    live_url: str
    menu: Menu
    ignored: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()


class BoardPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``onboardings/board.html``.

    ``done_url`` shows or hides done ones. ``lanes``: instead of ``columns``; ``lane_choices`` are the ways to
    have them. ``selection``: cards have a box, and there is a bar.
    """

    views: Views
    columns: tuple[Column, ...]
    total: int
    lane_choices: tuple[Choice, ...]
    done_url: str = ""
    with_done: bool = False
    lanes: tuple[Lane, ...] = ()
    selection: Selection | None = None
    select_url: str = ""
    bulk_url: str = ""

    @property
    def selecting(self) -> bool:
        """Whether rows are being chosen."""
        return self.selection is not None


class ListPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``onboardings/list.html``; ``selection``: rows have a box, and there is a bar."""

    views: Views
    rows: tuple[Card, ...]
    nothing: Literal["", "new", "matches", "given"] = ""
    total_url: str = ""
    newer: str | None = None
    older: str | None = None
    selection: Selection | None = None
    select_url: str = ""
    bulk_url: str = ""

    @property
    def selecting(self) -> bool:
        """Whether rows are being chosen."""
        return self.selection is not None


class MovesPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``onboardings/moves.html``: where one onboarding can be moved to."""

    title: str
    name: str
    url: str
    moves: tuple[Choice, ...]


class NewPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``onboardings/add.html``: opening an onboarding from the list or board."""

    form: Form
    customers: tuple[tuple[int, str], ...]
    phases: tuple[tuple[str, str], ...]
    members: tuple[tuple[str, str], ...]
    templates: tuple[tuple[str, str], ...]
