"""Objects of `health`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Health(Model):
    """A sign of life."""

    status: Literal["ok"]
    timestamp: datetime
    version: str
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset(["timestamp"])
