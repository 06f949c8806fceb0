"""Methods of `webhook_endpoints`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.customers import Deleted
from pivotal._generated.models.imports import Job
from pivotal._generated.models.webhook_endpoints import (
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEndpointStats,
    WebhookRecoveryPreview,
    WebhookResendResult,
    WebhookTestData,
)
from pivotal._model import OMIT, Id, Omit
from pivotal._paging import Paginator

if TYPE_CHECKING:
    from pivotal._generated.webhook_endpoints_deliveries import WebhookEndpointsDeliveries

LIST = Operation("GET", "/webhook_endpoints", query=("limit", "cursor", "order", "test_mode", "status"))
CREATE = Operation(
    "POST",
    "/webhook_endpoints",
    body=(
        "url",
        "description",
        "event_types",
        "field_filters",
        "test_mode",
        "max_concurrency",
        "rate_limit",
        "headers",
        "secret",
    ),
    keyed=True,
    headers_option="request_headers",
)
GET = Operation("GET", "/webhook_endpoints/{id}")
UPDATE = Operation(
    "PATCH",
    "/webhook_endpoints/{id}",
    body=(
        "url",
        "description",
        "event_types",
        "field_filters",
        "test_mode",
        "status",
        "max_concurrency",
        "rate_limit",
        "headers",
    ),
    keyed=True,
    headers_option="request_headers",
)
DELETE = Operation("DELETE", "/webhook_endpoints/{id}", keyed=True)
ROTATE_SECRET = Operation(
    "POST", "/webhook_endpoints/{id}/rotate_secret", body=("overlap_seconds", "secret"), keyed=True
)
TEST = Operation("POST", "/webhook_endpoints/{id}/test", body=("type", "data"), keyed=True)
RESEND = Operation("POST", "/webhook_endpoints/{id}/resend", body=("event_ids",), keyed=True)
RECOVER = Operation(
    "POST", "/webhook_endpoints/{id}/recover", body=("since", "until", "scope", "dry_run"), keyed=True
)
STATS = Operation("GET", "/webhook_endpoints/{id}/stats", query=("since", "until"))


class WebhookEndpoints(Resource):
    """`webhook_endpoints`."""

    @cached_property
    def deliveries(self) -> WebhookEndpointsDeliveries:
        """The methods of `webhook_endpoints.deliveries`."""
        from pivotal._generated.webhook_endpoints_deliveries import WebhookEndpointsDeliveries

        return WebhookEndpointsDeliveries(self._sender)

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        order: Literal["asc", "desc"] | None = None,
        test_mode: bool | None = None,
        status: Literal["disabled", "enabled"] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Paginator[WebhookEndpoint]:
        """List webhook endpoints.

        The endpoints of the workspace, newest first. A test key sees those in test mode.
        """
        return self._list(LIST, WebhookEndpoint, locals())

    def create(
        self,
        *,
        url: str,
        event_types: Sequence[str],
        description: str | Omit | None = OMIT,
        field_filters: Mapping[str, Sequence[str]] | Omit = OMIT,
        test_mode: bool | Omit = OMIT,
        max_concurrency: int | Omit = OMIT,
        rate_limit: int | Omit | None = OMIT,
        headers: Mapping[str, str | None] | Omit = OMIT,
        secret: str | Omit = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        request_headers: Mapping[str, str] | None = None,
    ) -> WebhookEndpoint:
        """Create a webhook endpoint.

        Registers a URL that gets the chosen events. This answer alone carries the signing secret. A
        `webhook.ping` is sent at once.
        """
        return self._call(CREATE, WebhookEndpoint, locals())

    def get(
        self,
        id: Id,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookEndpoint:
        """Get a webhook endpoint.

        One endpoint. Secrets and sensitive header values are not shown.
        """
        return self._call(GET, WebhookEndpoint, locals())

    def update(
        self,
        id: Id,
        *,
        url: str | Omit = OMIT,
        description: str | Omit | None = OMIT,
        event_types: Sequence[str] | Omit = OMIT,
        field_filters: Mapping[str, Sequence[str]] | Omit = OMIT,
        test_mode: bool | Omit = OMIT,
        status: Literal["disabled", "enabled"] | Omit = OMIT,
        max_concurrency: int | Omit = OMIT,
        rate_limit: int | Omit | None = OMIT,
        headers: Mapping[str, str | None] | Omit = OMIT,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        request_headers: Mapping[str, str] | None = None,
    ) -> WebhookEndpoint:
        """Update a webhook endpoint.

        Changes the given keys. A changed `url`, or enabling a disabled endpoint, sends a
        `webhook.ping`; disabling cancels what waits to be sent.
        """
        return self._call(UPDATE, WebhookEndpoint, locals())

    def delete(
        self,
        id: Id,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Deleted:
        """Delete a webhook endpoint.

        Deletes an endpoint. What waits to be sent is canceled; secrets and header values are wiped at
        once.
        """
        return self._call(DELETE, Deleted, locals())

    def rotate_secret(
        self,
        id: Id,
        *,
        overlap_seconds: int | Omit = OMIT,
        secret: str | Omit = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookEndpoint:
        """Rotate the signing secret.

        Makes a new signing secret, which this answer alone carries. The present one keeps signing
        beside it for a while.
        """
        return self._call(ROTATE_SECRET, WebhookEndpoint, locals())

    def test(
        self,
        id: Id,
        *,
        type: str,
        data: WebhookTestData | Mapping[str, Any] | Omit = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookDelivery:
        """Send a test message.

        Sends one message of a type, with its example or data of your own, whatever the endpoint asks
        for and even while it is disabled. At most ten a minute.
        """
        return self._call(TEST, WebhookDelivery, locals())

    def resend(
        self,
        id: Id,
        *,
        event_ids: Sequence[str],
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookResendResult:
        """Send events again.

        Sends the named events, whatever the filters of the endpoint say, each with all attempts anew.
        """
        return self._call(RESEND, WebhookResendResult, locals())

    def recover(
        self,
        id: Id,
        *,
        since: datetime | date | str,
        until: datetime | date | str | Omit = OMIT,
        scope: Literal["all", "failed", "never_sent"] | Omit = OMIT,
        dry_run: bool | Omit = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookRecoveryPreview | Job:
        """Recover missed events.

        Sends the events of a time that never arrived, or had no delivery, or both; oldest first, by a
        job. A dry run only counts them.
        """
        models = {
            200: WebhookRecoveryPreview,
            202: Job,
        }
        given = {key: value for key, value in locals().items() if key != "models"}
        return cast("WebhookRecoveryPreview | Job", self._either(RECOVER, models, given))

    def stats(
        self,
        id: Id,
        *,
        since: datetime | date | str | None = None,
        until: datetime | date | str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookEndpointStats:
        """Get statistics of an endpoint.

        How the deliveries of a time went, hour by hour: at most 28 days, by default the last 24 hours.
        """
        return self._call(STATS, WebhookEndpointStats, locals())
