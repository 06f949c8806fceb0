"""Methods of `webhook_endpoints`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast

from pivotal._client import AsyncResource
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
from pivotal._generated.webhook_endpoints import (
    CREATE,
    DELETE,
    GET,
    LIST,
    RECOVER,
    RESEND,
    ROTATE_SECRET,
    STATS,
    TEST,
    UPDATE,
)
from pivotal._model import OMIT, Id, Omit
from pivotal._paging import AsyncPaginator

if TYPE_CHECKING:
    from pivotal._generated.aio.webhook_endpoints_deliveries import AsyncWebhookEndpointsDeliveries


class AsyncWebhookEndpoints(AsyncResource):
    """`webhook_endpoints`."""

    @cached_property
    def deliveries(self) -> AsyncWebhookEndpointsDeliveries:
        """The methods of `webhook_endpoints.deliveries`."""
        from pivotal._generated.aio.webhook_endpoints_deliveries import AsyncWebhookEndpointsDeliveries

        return AsyncWebhookEndpointsDeliveries(self._sender)

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
    ) -> AsyncPaginator[WebhookEndpoint]:
        """List webhook endpoints.

        The endpoints of the workspace, newest first. A test key sees those in test mode.
        """
        return self._list(LIST, WebhookEndpoint, locals())

    async def create(
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
        return await self._call(CREATE, WebhookEndpoint, locals())

    async def get(
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
        return await self._call(GET, WebhookEndpoint, locals())

    async def update(
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
        return await self._call(UPDATE, WebhookEndpoint, locals())

    async def delete(
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
        return await self._call(DELETE, Deleted, locals())

    async def rotate_secret(
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
        return await self._call(ROTATE_SECRET, WebhookEndpoint, locals())

    async def test(
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
        return await self._call(TEST, WebhookDelivery, locals())

    async def resend(
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
        return await self._call(RESEND, WebhookResendResult, locals())

    async def recover(
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
        return cast("WebhookRecoveryPreview | Job", await self._either(RECOVER, models, given))

    async def stats(
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
        return await self._call(STATS, WebhookEndpointStats, locals())
