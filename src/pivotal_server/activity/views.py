"""View models of the activity stream."""

from datetime import datetime
from typing import Literal

import msgspec

from pivotal_server.web.view import Form, Person

Glyph = Literal["person", "api", "integration", "pi", "system"]


class Words(msgspec.Struct, frozen=True):
    """A piece of a sentence; ``strong`` for the name of a thing."""

    text: str
    strong: bool = False


class DiffLine(msgspec.Struct, frozen=True):
    """One changed field, both values as text; ``old`` is None where there was no record before."""

    label: str
    old: str | None
    new: str


class EntryView(msgspec.Struct, frozen=True):
    """One entry: who (``actor``, drawn as ``glyph``), what (``words`` after that name), and details.

    ``tool``: the one of the MCP server with which it was done.
    ``places``: label and address of what it belongs to, where that is not clear from the page.
    ``folded``: the entries that it stands for.
    """

    id: str
    display_id: int
    at: datetime
    glyph: Glyph
    actor: Person
    words: tuple[Words, ...]
    lines: tuple[DiffLine, ...]
    reason: str
    livemode: bool
    tool: str = ""
    places: tuple[tuple[str, str], ...] = ()
    folded: tuple["EntryView", ...] = ()


class FeedDay(msgspec.Struct, frozen=True):
    """The entries of one day in the workspace's zone, newest first."""

    label: str
    entries: tuple[EntryView, ...]


class Feed(msgspec.Struct, frozen=True):
    """A stretch of the stream; ``older`` leads to the next one, if there is one."""

    days: tuple[FeedDay, ...]
    older: str | None = None


class StreamBar(msgspec.Struct, frozen=True):
    """The filters above a stream: fields ``event``, ``actor``, ``since``, ``until`` and ``q`` of ``form``.

    ``events`` and ``actors``: pairs of value and text. ``csv_url``: the same entries as a file.
    """

    form: Form
    events: tuple[tuple[str, str], ...]
    actors: tuple[tuple[str, str], ...]
    csv_url: str
    filtered: bool
