"""View models of the stream at Admin > Logs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from pivotal_server.activity.service import ActivityRow
from pivotal_server.activity.views import Feed
from pivotal_server.activity.wording import Names, feed
from pivotal_server.request_log.views import REQUESTS
from pivotal_server.web.view import Form, Frame

Options = Sequence[tuple[str, str]]


class EntryList(msgspec.Struct, frozen=True):
    """Context ``page`` of ``request_log/entries.html``.

    ``form``: fields ``customer``, ``event``, ``actor``, ``from``, ``to``, ``q``. ``events`` and ``actors``:
    their options by group. ``csv_url``: the same entries as a file. ``looked_until``: how far a search for a
    text has looked.
    """

    feed: Feed
    form: Form
    events: tuple[tuple[str, Options], ...]
    actors: tuple[tuple[str, Options], ...]
    csv_url: str
    filtered: bool
    looked_until: datetime | None


def log_feed(
    rows: Iterable[ActivityRow],
    names: Names,
    customers: Mapping[str, tuple[str, int]],
    frame: Frame,
    older: str | None,
) -> Feed:
    """Entries with the customer that each belongs to, and the request that it came with."""
    known = {row.id: row for row in rows}
    found = feed(known.values(), names, frame, older=older)

    def places(id: str) -> tuple[tuple[str, str], ...]:
        row = known[id]
        shown = []
        if row.customer_id is not None and row.customer_id in customers:
            name, number = customers[row.customer_id]
            shown.append((name, f"/customers/{number}"))
        if row.request_id:
            shown.append(("Request", f"{REQUESTS}/{row.request_id}"))
        return tuple(shown)

    days = tuple(
        replace(day, entries=tuple(replace(one, places=places(one.id)) for one in day.entries))
        for day in found.days
    )
    return replace(found, days=days)
