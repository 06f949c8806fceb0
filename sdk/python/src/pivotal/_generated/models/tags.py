"""Objects of `tags`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Model):
    """A word that customers are marked with; case makes no other tag."""

    object: Literal["tag"]
    name: str
    customers: int
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
