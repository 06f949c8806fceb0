"""Objects of `webhook_event_types`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEventType(Model):
    """A type of event that endpoints can ask for."""

    object: Literal["webhook_event_type"]
    type: str
    description: str
    supports_field_filter: bool
    example: Mapping[str, Any]
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
