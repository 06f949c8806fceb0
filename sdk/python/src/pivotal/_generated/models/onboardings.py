"""Objects of `onboardings`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pivotal._model import Model, Page

if TYPE_CHECKING:
    from pivotal._generated.models.customers import Customer
    from pivotal._generated.models.members import Member
    from pivotal._generated.models.tasks import Task


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AppliedTemplate(Model):
    """What applying a template did."""

    object: Literal["applied_template"]
    template_id: str
    onboarding_id: str
    version: int
    tasks: list[Task]
    skipped: list[SkippedTask]
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"tasks": "Task", "skipped": "SkippedTask"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Onboarding(Model):
    """One onboarding of a customer."""

    object: Literal["onboarding"]
    id: str
    display_id: int
    customer_id: str
    name: str
    template_id: str | None
    phase: str
    state: str
    started_at: datetime
    launched_at: datetime | None
    completed_at: datetime | None
    target_launch_date: datetime | None
    csm_id: str | None
    se_id: str | None
    designer_id: str | None
    product_ops_id: str | None
    notes: str | None
    waiting_on_customer: bool
    reminders_enabled: bool
    reminder_frequency_days: int
    metadata: Mapping[str, Any]
    external_id: str | None
    livemode: bool
    created_at: datetime
    updated_at: datetime
    customer: Customer | None = None
    csm: Member | None = None
    tasks: Page[Task] | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"customer": "Customer", "csm": "Member", "tasks": "[Task]"}
    TIMES: ClassVar[frozenset[str]] = frozenset(
        ["started_at", "launched_at", "completed_at", "target_launch_date", "created_at", "updated_at"]
    )
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["customer", "csm", "tasks"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SkippedTask(Model):
    """A task of the template that was not created."""

    key: str
    title: str
    reason: str
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
