"""Objects of `imports`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Job(Model):
    """Work that goes on after the answer."""

    object: Literal["job"]
    id: str
    type: Literal["bulk", "export", "import", "webhook_recovery"]
    status: Literal["canceled", "completed", "failed", "queued", "running"]
    counts: Mapping[str, int]
    files: list[JobFile]
    created_at: datetime
    finished_at: datetime | None
    error: JobError | None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"files": "JobFile", "error": "JobError"}
    TIMES: ClassVar[frozenset[str]] = frozenset(["created_at", "finished_at"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class JobError(Model):
    """Why a job failed."""

    code: str
    message: str
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class JobFile(Model):
    """A file that a job has made."""

    role: Literal["errors", "result"]
    name: str
    size: int
    content_type: str
    url: str
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
