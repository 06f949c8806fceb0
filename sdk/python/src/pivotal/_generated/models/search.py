"""Objects of `search`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult(Model):
    """A record that was found: enough to show and to fetch it."""

    object: Literal["search_result"]
    id: str
    display_id: int
    type: str
    name: str
    detail: str | None
    customer_id: str
    customer_name: str
    onboarding_id: str | None
    livemode: bool
    updated_at: datetime
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset(["updated_at"])
