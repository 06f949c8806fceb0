"""Objects of `tasks`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pivotal._model import Model

if TYPE_CHECKING:
    from pivotal._generated.models.customers import Customer
    from pivotal._generated.models.onboardings import Onboarding


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Link(Model):
    """A link of a task."""

    label: str
    url: str
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Task(Model):
    """A task, or a subtask when it has a parent."""

    object: Literal["task"]
    id: str
    display_id: int
    onboarding_id: str
    customer_id: str
    parent_task_id: str | None
    phase: str
    title: str
    description: str | None
    assignee_id: str | None
    assignee_email: str | None
    due_date: date | None
    done: bool
    customer_facing: bool
    completed_at: datetime | None
    completed_by: str | None
    auto: bool
    links: list[Link]
    depends_on: list[str]
    due_anchor: str | None
    due_offset: int | None
    position: int
    metadata: Mapping[str, Any]
    external_id: str | None
    livemode: bool
    created_at: datetime
    updated_at: datetime
    customer: Customer | None = None
    onboarding: Onboarding | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {
        "links": "Link",
        "customer": "Customer",
        "onboarding": "Onboarding",
    }
    TIMES: ClassVar[frozenset[str]] = frozenset(["completed_at", "created_at", "updated_at"])
    DATES: ClassVar[frozenset[str]] = frozenset(["due_date"])
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["customer", "onboarding"])
