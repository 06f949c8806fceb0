"""Objects of `members`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Member(Model):
    """A person of the workspace."""

    object: Literal["member"]
    id: str
    display_id: int
    name: str
    email: str
    role: str
    active: bool
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
