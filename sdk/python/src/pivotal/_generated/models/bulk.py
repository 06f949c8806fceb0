"""Objects of `bulk`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BulkItem(Model):
    """What became of one change."""

    index: int
    status: int
    body: Mapping[str, Any]
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BulkOperation(Model):
    """One change of a bulk call."""

    action: Literal["create", "delete", "update", "upsert"]
    resource: Literal["contact", "customer", "onboarding", "task"]
    id: str | None = None
    by: Literal["domain", "email", "external_id", "slug"] | None = None
    data: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["id", "by", "data"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult(Model):
    """What became of a bulk call."""

    object: Literal["bulk_result"]
    succeeded: int
    failed: int
    results: list[BulkItem]
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"results": "BulkItem"}
