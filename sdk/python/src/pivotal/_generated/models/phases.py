"""Objects of `phases`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Phase(Model):
    """One phase that every onboarding of the workspace goes through."""

    object: Literal["phase"]
    id: str
    display_id: int
    key: str
    name: str
    target_days: int | None
    kind: str
    position: int
    default_template_id: str | None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
