"""Events as webhooks carry them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from pivotal._model import Model, parsed

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventObject(Model, Generic[T]):
    """What an event tells of: the object now, and the values it had before."""

    object: T
    previous_attributes: Mapping[str, Any] | None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent(Model, Generic[T]):
    """One event. Each type of event has a class of its own, whose ``data.object`` is typed."""

    id: str
    type: str
    created_at: datetime
    org_id: str
    livemode: bool
    api_version: str
    actor: str
    request_id: str | None
    data: EventObject[T]
    extra: Mapping[str, Any] = field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset({"created_at"})
    PAYLOAD: ClassVar[str] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(WebhookEvent[Mapping[str, Any]]):
    """An event of a type that this release does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TruncatedEvent(WebhookEvent[Mapping[str, Any]]):
    """An event too large to be sent whole: its object has only ``object``, ``id`` and ``display_id``."""


def event_of(data: Mapping[str, Any]) -> WebhookEvent[Any]:
    """The event that JSON describes."""
    known: Mapping[str, type[WebhookEvent[Any]]] = importlib.import_module(
        "pivotal._generated.webhook_events"
    ).EVENTS
    found = TruncatedEvent if data["data"].get("truncated") else known.get(data["type"], UnknownEvent)
    inner = dict(data["data"])
    if found.PAYLOAD:
        inner["object"] = parsed(found.PAYLOAD, inner["object"])
    return found.from_dict({**data, "data": EventObject[Any].from_dict(inner)})
