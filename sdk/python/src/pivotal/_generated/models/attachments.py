"""Objects of `attachments`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attachment(Model):
    """A file on a comment or a task."""

    object: Literal["attachment"]
    id: str
    name: str
    size: int
    content_type: str
    url: str | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["url"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentDeleted(Model):
    """Answer to the removal of a file; a second removal answers the same."""

    object: Literal["deleted"]
    id: str
    deleted: Literal[True]
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
