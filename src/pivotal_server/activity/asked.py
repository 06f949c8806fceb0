"""What the address of a stream asks for: whose acts, of which kind, between which days, with which text."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from msgspec import Struct

from pivotal_server.activity import catalogue
from pivotal_server.members.service import MemberRow
from pivotal_server.web.queries import moment_in
from pivotal_server.web.view import Frame

NAMES = ("event", "actor", "since", "until", "q")
_LONGEST = 200


class Asked(Struct, frozen=True):
    """The filters of an address: as they were written, and as the service takes them.

    ``filters`` of ``None``: nothing can match. ``faults``: what is wrong with some, by their names.
    """

    written: Mapping[str, str]
    filters: Mapping[str, Any] | None
    faults: Mapping[str, str]


def asked_of(query: Mapping[str, str], frame: Frame) -> Asked:
    """What ``query`` asks for. Days are those of the workspace's zone, both of them included."""
    written = {name: query.get(name, "").strip() for name in NAMES if query.get(name, "").strip()}
    filters: dict[str, Any] = {}
    faults: dict[str, str] = {}
    if "event" in written:
        filters["events"] = list(catalogue.events_of(written["event"]))
    if written.get("actor") == "system":
        filters["no_actor"] = True
    elif "actor" in written:
        filters["actor_id"] = written["actor"]
    if "q" in written and "\0" not in written["q"]:
        filters["text"] = written["q"][:_LONGEST]
    for name, later in (("since", 0), ("until", 1)):
        if name in written:
            try:
                day = date.fromisoformat(written[name]) + timedelta(days=later)
                filters[name] = datetime.combine(day, time(), frame.zone).astimezone(UTC)
            except (ValueError, OverflowError):
                faults[name] = "Enter a date."
    before = moment_in(query.get("before"))
    if before is not None:
        filters["before"] = before
    return Asked(written, None if filters.get("events") == [] else filters, faults)


def actors(team: Sequence[MemberRow]) -> tuple[tuple[str, str], ...]:
    """Whose acts can be asked for: pairs of value and text."""
    return (("", "Everybody"), *((one.id, one.name) for one in team), ("system", "Pivotal"))
