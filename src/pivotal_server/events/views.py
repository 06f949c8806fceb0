"""View models of Admin > Events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from pivotal_server.events.types import RESOURCES, TYPES

PATH = "/admin/developer/events"
OBJECTS = "/admin/developer/objects"
STATES = {"none": "No endpoint", "pending": "Pending", "delivered": "Delivered", "failed": "Failed"}
FILTERS = ("type", "delivery_state", "livemode", "customer_id", "object_id", "since", "until")
TYPE_FILTERS = (*(f"{resource}.*" for resource in RESOURCES), *TYPES)
_TONES = {"delivered": "good", "failed": "bad"}


class _Object(msgspec.Struct, frozen=True):
    object: str = ""
    display_id: int = 0


class _Data(msgspec.Struct, frozen=True):
    object: _Object


class _Counts(msgspec.Struct, frozen=True):
    pending: int
    delivered: int
    failed: int


class _Shown(msgspec.Struct, frozen=True):
    """What a row reads of an event."""

    id: str
    type: str
    created_at: datetime
    livemode: bool
    actor: str
    data: _Data
    delivery_state: str
    delivery_counts: _Counts


class EventView(msgspec.Struct, frozen=True):
    """One event. ``actor``: who did it, as receivers read it; ``subject``: what it is about."""

    id: str
    url: str
    type: str
    at: datetime
    livemode: bool
    actor: str
    subject: str
    subject_url: str
    state: str
    pending: int
    delivered: int
    failed: int

    @property
    def state_name(self) -> str:
        """How its deliveries stand, in words."""
        return STATES[self.state]

    @property
    def tone(self) -> str:
        """The tone of that badge."""
        return _TONES.get(self.state, "")

    @property
    def counts(self) -> str:
        """The deliveries in words: "2 delivered, 1 failed"."""
        parts = ((self.delivered, "delivered"), (self.pending, "pending"), (self.failed, "failed"))
        return ", ".join(f"{number:,} {word}" for number, word in parts if number)


def event_view(event: Any, source: str = "change") -> EventView:
    """An event as the service gives it; those of tests and pings are about no record."""
    text = msgspec.json.encode(event)
    shown = msgspec.json.decode(text, type=_Shown)
    about = shown.data.object
    return EventView(
        id=shown.id,
        url=f"{PATH}/{shown.id}",
        type=shown.type,
        at=shown.created_at,
        livemode=shown.livemode,
        actor=shown.actor,
        subject=f"{about.object.replace('_', ' ').capitalize()} #{about.display_id}",
        subject_url=f"{OBJECTS}/{about.object}/{about.display_id}" if source == "change" else "",
        state=shown.delivery_state,
        pending=shown.delivery_counts.pending,
        delivered=shown.delivery_counts.delivered,
        failed=shown.delivery_counts.failed,
    )


class EventList(msgspec.Struct, frozen=True):
    """Context ``page`` of ``events/list.html``; ``asked``: what the filters say."""

    events: tuple[EventView, ...]
    asked: Mapping[str, str]
    faults: Mapping[str, str]
    newer: str
    older: str

    @property
    def filtered(self) -> bool:
        """Whether any filter is set."""
        return any(self.asked.values())

    @property
    def types(self) -> tuple[str, ...]:
        """What can be chosen as a type."""
        return TYPE_FILTERS

    @property
    def states(self) -> Mapping[str, str]:
        """What can be chosen as a state."""
        return STATES


class EndpointLine(msgspec.Struct, frozen=True):
    """How an event stands at one endpoint; ``status`` is empty where it has no delivery."""

    number: int
    target: str
    url: str
    status: str
    status_name: str
    tone: str
    result: str
    attempts: int
    delivery_url: str
    can_send: bool


class EventPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``events/event.html``; ``text``: the envelope with line breaks."""

    event: EventView
    text: str
    lines: tuple[EndpointLine, ...]


def list_url(asked: Mapping[str, str], **more: str) -> str:
    """The address of a page of the list."""
    query = {**{name: value for name, value in asked.items() if value}, **more}
    return f"{PATH}?{urlencode(query)}" if query else PATH
