"""Objects of `webhook_endpoints`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PreviousSecret(Model):
    """A secret that still signs beside the newest one."""

    hint: str
    expires_at: datetime
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset(["expires_at"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ResendOutcome(Model):
    """What became of one event."""

    event_id: str
    delivery_id: str | None
    status: str
    reason: str | None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StatsHour(Model):
    """One hour."""

    start: datetime
    delivered: int
    failed: int
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset(["start"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAttempt(Model):
    """One HTTP request of a delivery."""

    object: Literal["webhook_attempt"]
    id: str
    number: int
    run_attempt: int | None
    trigger: str
    started_at: datetime
    duration_ms: int
    url: str
    remote_ip: str | None
    request_headers: Mapping[str, str]
    response_status: int | None
    response_headers: Mapping[str, str] | None
    response_body: str | None
    response_body_encoding: Literal["base64", "utf8"] | None
    response_truncated: bool
    outcome: str
    error_code: str | None
    error_message: str | None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset(["started_at"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery(Model):
    """An event on its way to an endpoint."""

    object: Literal["webhook_delivery"]
    id: str
    endpoint_id: str
    event_id: str
    event_type: str
    livemode: bool
    source: str
    status: str
    attempt_count: int
    max_attempts: int
    next_attempt_at: datetime | None
    last_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    delivered_at: datetime | None
    response_status: int | None
    error_code: str | None
    duration_ms: int | None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    TIMES: ClassVar[frozenset[str]] = frozenset(
        ["next_attempt_at", "last_attempt_at", "created_at", "finished_at", "delivered_at"]
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDeliveryWithAttempts(Model):
    """A delivery with its exact text and all of its attempts."""

    object: Literal["webhook_delivery"]
    id: str
    endpoint_id: str
    event_id: str
    event_type: str
    livemode: bool
    source: str
    status: str
    attempt_count: int
    max_attempts: int
    next_attempt_at: datetime | None
    last_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    delivered_at: datetime | None
    response_status: int | None
    error_code: str | None
    duration_ms: int | None
    request_body: str
    attempts: list[WebhookAttempt]
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"attempts": "WebhookAttempt"}
    TIMES: ClassVar[frozenset[str]] = frozenset(
        ["next_attempt_at", "last_attempt_at", "created_at", "finished_at", "delivered_at"]
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint(Model):
    """A URL that gets the events of a workspace."""

    object: Literal["webhook_endpoint"]
    id: str
    display_id: int
    url: str
    description: str | None
    event_types: list[str]
    field_filters: Mapping[str, list[str]]
    test_mode: bool
    status: str
    disabled_reason: str | None
    disabled_at: datetime | None
    health: str
    consecutive_failures: int
    max_concurrency: int
    rate_limit: int | None
    headers: Mapping[str, str | None]
    secret_hint: str
    previous_secrets: list[PreviousSecret]
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    created_at: datetime
    updated_at: datetime
    secret: str | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"previous_secrets": "PreviousSecret"}
    TIMES: ClassVar[frozenset[str]] = frozenset(
        ["disabled_at", "last_attempt_at", "last_success_at", "last_failure_at", "created_at", "updated_at"]
    )
    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["secret"])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointStats(Model):
    """How deliveries to an endpoint went."""

    object: Literal["webhook_endpoint_stats"]
    delivered: int
    failed: int
    aborted: int
    canceled: int
    pending: int
    attempts: int
    p50_ms: int | None
    p95_ms: int | None
    hours: list[StatsHour]
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"hours": "StatsHour"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRecoveryPreview(Model):
    """How many events a recovery would send again."""

    object: Literal["webhook_recovery_preview"]
    matched: int
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookResendResult(Model):
    """What became of the events, in the order in which they were sent."""

    object: Literal["webhook_resend"]
    endpoint_id: str
    queued: int
    skipped: int
    results: list[ResendOutcome]
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"results": "ResendOutcome"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTestData(Model):
    """The `data` of a test message."""

    object: Mapping[str, Any]
    previous_attributes: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    OPTIONAL: ClassVar[frozenset[str]] = frozenset(["previous_attributes"])
