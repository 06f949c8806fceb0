"""Objects of `activity`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ActivityChange(Model):
    """One field that changed."""

    field: str
    old: Any
    new: Any
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ActivityEntry(Model):
    """One thing that happened."""

    object: Literal["activity_entry"]
    id: str
    display_id: int
    created_at: datetime
    event: str
    target: ActivityTarget
    actor_type: str
    actor_id: str | None
    actor: str
    origin: str
    diff: list[ActivityChange]
    reason: str | None
    request_id: str | None
    bulk_id: str | None
    livemode: bool
    tool: str | None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"target": "ActivityTarget", "diff": "ActivityChange"}
    TIMES: ClassVar[frozenset[str]] = frozenset(["created_at"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTarget(Model):
    """What an entry is about, and the records that it belongs to."""

    type: str
    id: str
    display_id: int | None
    customer_id: str | None
    onboarding_id: str | None
    task_id: str | None
    contact_id: str | None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
