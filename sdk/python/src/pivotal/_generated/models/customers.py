"""Objects of `customers`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pivotal._model import Model, Page

if TYPE_CHECKING:
    from pivotal._generated.models.attachments import Attachment
    from pivotal._generated.models.members import Member
    from pivotal._generated.models.onboardings import Onboarding


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Model):
    """A comment on a customer, an onboarding or a task."""

    object: Literal["comment"]
    id: str
    display_id: int
    customer_id: str
    onboarding_id: str | None
    task_id: str | None
    body: str
    visibility: Literal["customer", "internal"]
    mentions: list[str]
    attachments: list[Attachment]
    created_by: str
    edited_at: datetime | None
    livemode: bool
    created_at: datetime
    updated_at: datetime
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"attachments": "Attachment"}
    TIMES: ClassVar[frozenset[str]] = frozenset(["edited_at", "created_at", "updated_at"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Model):
    """A person at a customer."""

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
    customer: Customer | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"customer": "Customer"}
    TIMES: ClassVar[frozenset[str]] = frozenset(["created_at", "updated_at"])
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["customer"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Count(Model):
    """Answer to a count."""

    object: Literal["count"]
    count: int
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Customer(Model):
    """A company that is or was onboarded."""

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
    contacts: Page[Contact] | None = None
    onboardings: Page[Onboarding] | None = None
    owner: Member | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {
        "contacts": "[Contact]",
        "onboardings": "[Onboarding]",
        "owner": "Member",
    }
    TIMES: ClassVar[frozenset[str]] = frozenset(["created_at", "updated_at"])
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["contacts", "onboardings", "owner"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Deleted(Model):
    """Answer to a deletion; a second deletion of the same record answers the same."""

    object: Literal["deleted"]
    id: str
    display_id: int
    deleted: Literal[True]
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
