"""Objects of `custom_fields`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CustomField(Model):
    """A field that the workspace has defined for its customers."""

    object: Literal["custom_field"]
    id: str
    display_id: int
    slug: str
    label: str
    type: str
    group: str | None
    help: str | None
    options: list[str]
    ask_when_adding: bool
    archived: bool
    created_at: datetime
    updated_at: datetime
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset(["created_at", "updated_at"])
