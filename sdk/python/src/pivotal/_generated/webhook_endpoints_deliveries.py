"""Methods of `webhook_endpoints.deliveries`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.webhook_endpoints import WebhookDelivery, WebhookDeliveryWithAttempts
from pivotal._model import Id
from pivotal._paging import Paginator

LIST = Operation(
    "GET",
    "/webhook_endpoints/{id}/deliveries",
    query=(
        "limit",
        "cursor",
        "order",
        "status",
        "event_type",
        "event_id",
        "source",
        "response",
        "error_code",
        "since",
        "until",
    ),
)
GET = Operation("GET", "/webhook_endpoints/{id}/deliveries/{delivery_id}")
REPLAY = Operation("POST", "/webhook_endpoints/{id}/deliveries/{delivery_id}/replay", keyed=True)


class WebhookEndpointsDeliveries(Resource):
    """`webhook_endpoints.deliveries`."""

    def list(
        self,
        id: Id,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        order: Literal["asc", "desc"] | None = None,
        status: Sequence[Literal["aborted", "canceled", "delivered", "failed", "pending", "sending"]]
        | None = None,
        event_type: Sequence[str] | None = None,
        event_id: Id | None = None,
        source: Literal["change", "ping", "test"] | None = None,
        response: str | None = None,
        error_code: Literal[
            "connection_failed",
            "connection_refused",
            "connection_reset",
            "dns_failure",
            "http_status",
            "invalid_response",
            "target_blocked",
            "timeout",
            "tls_failure",
            "worker_lost",
        ]
        | None = None,
        since: datetime | date | str | None = None,
        until: datetime | date | str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Paginator[WebhookDelivery]:
        """List deliveries.

        The deliveries of an endpoint without their bodies, newest first.
        """
        return self._list(LIST, WebhookDelivery, locals())

    def get(
        self,
        id: Id,
        delivery_id: Id,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookDeliveryWithAttempts:
        """Get a delivery.

        One delivery with the exact text that is sent, and every attempt with what came back.
        """
        return self._call(GET, WebhookDeliveryWithAttempts, locals())

    def replay(
        self,
        id: Id,
        delivery_id: Id,
        *,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookDelivery:
        """Replay a delivery.

        Sends a delivery once more, now. One that waits keeps its schedule if that fails.
        """
        return self._call(REPLAY, WebhookDelivery, locals())
