"""Objects of `events`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pivotal._model import Model

if TYPE_CHECKING:
    from pivotal._generated.models.attachments import Attachment
    from pivotal._generated.models.tasks import Link


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CommentPayload(Model):
    """A comment as its events carry it; a deleted one has neither body nor attachments."""

    object: Literal["comment"]
    id: str
    display_id: int
    customer_id: str
    onboarding_id: str | None
    task_id: str | None
    visibility: Literal["customer", "internal"]
    mentions: list[str]
    attachments: list[Attachment]
    created_by: str
    edited_at: datetime | None
    livemode: bool
    created_at: datetime
    updated_at: datetime
    body: str | None
    deleted: Literal[True] | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"attachments": "Attachment"}
    TIMES: ClassVar[frozenset[str]] = frozenset(["edited_at", "created_at", "updated_at"])
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["deleted"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ContactPayload(Model):
    """A contact as its events carry it."""

    object: Literal["contact"]
    id: str
    display_id: int
    customer_id: str
    name: str
    email: str
    title: str | None
    phone: str | None
    is_primary: bool
    labels: list[str]
    archived: bool
    portal_access: bool
    metadata: Mapping[str, Any]
    external_id: str | None
    livemode: bool
    created_at: datetime
    updated_at: datetime
    deleted: Literal[True] | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset(["created_at", "updated_at"])
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["deleted"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPayload(Model):
    """A customer as its events carry it."""

    object: Literal["customer"]
    id: str
    display_id: int
    name: str
    slug: str
    domain: str | None
    status: str
    plan: str | None
    mrr: float | None
    monthly_orders: float | None
    hubspot_company_id: str | None
    hubspot_deal_id: str | None
    stripe_customer_id: str | None
    intercom_company_id: str | None
    slack_channel_id: str | None
    owner_id: str | None
    tags: list[str]
    custom_fields: Mapping[str, Any]
    metadata: Mapping[str, Any]
    external_id: str | None
    health_score: int | None
    livemode: bool
    created_at: datetime
    updated_at: datetime
    previous_health_score: int | None
    health_bucket: str | None
    at_risk: bool
    churned: bool
    owner_email: str | None
    deleted: Literal[True] | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset(["created_at", "updated_at"])
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["deleted"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCounts(Model):
    """How many deliveries of an event there are, by how they stand."""

    pending: int
    delivered: int
    failed: int
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event(Model):
    """A change of a record, as receivers of webhooks get it, and how its deliveries stand."""

    object: Literal["event"]
    id: str
    type: str
    created_at: datetime
    org_id: str
    livemode: bool
    api_version: str
    actor: str
    request_id: str | None
    data: EventData
    delivery_state: str
    delivery_counts: DeliveryCounts
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"data": "EventData", "delivery_counts": "DeliveryCounts"}
    TIMES: ClassVar[frozenset[str]] = frozenset(["created_at"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EventData(Model):
    """What changed."""

    object: Mapping[str, Any]
    previous_attributes: Mapping[str, Any] | None
    truncated: Literal[True] | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["truncated"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingPayload(Model):
    """An onboarding as its events carry it."""

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
    owner_email: str | None
    at_risk: bool
    transition: Transition | None = None
    shift: Shift | None = None
    state_reason: str | None = None
    deleted: Literal[True] | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"transition": "Transition", "shift": "Shift"}
    TIMES: ClassVar[frozenset[str]] = frozenset(
        ["started_at", "launched_at", "completed_at", "target_launch_date", "created_at", "updated_at"]
    )
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["transition", "shift", "state_reason", "deleted"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PingPayload(Model):
    """What the test message of an endpoint says of it."""

    object: Literal["webhook_endpoint"]
    id: str
    display_id: int
    url: str
    description: str | None
    event_types: list[str]
    test_mode: bool
    message: str
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Model):
    """A change of the target date."""

    from_: datetime | None
    to: datetime | None
    days: int | None
    reason: str | None
    shifts_in_phase: int
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset(["from", "to"])
    WIRE: ClassVar[Mapping[str, str]] = {"from_": "from"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaskPayload(Model):
    """A task as its events carry it."""

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
    deleted: Literal[True] | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"links": "Link"}
    TIMES: ClassVar[frozenset[str]] = frozenset(["completed_at", "created_at", "updated_at"])
    DATES: ClassVar[frozenset[str]] = frozenset(["due_date"])
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["deleted"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Transition(Model):
    """A move from one phase to another."""

    from_phase: str
    to_phase: str
    direction: Literal["advance", "send_back", "skip"]
    reason: str | None
    note: str | None
    actor: str
    at: datetime
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset(["at"])
