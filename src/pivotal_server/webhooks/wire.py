"""A stored endpoint as the API shows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType

from pivotal_server.kit.clock import wire, wire_or_none
from pivotal_server.webhooks.checks import is_sensitive
from pivotal_server.webhooks.repository import EndpointRow, QueueRow, SecretRow
from pivotal_server.webhooks.schemas import PreviousSecret, WebhookEndpoint


def to_wire(
    row: EndpointRow,
    queue: QueueRow,
    secrets: Sequence[SecretRow],
    headers: Mapping[str, str],
    now: datetime,
    secret: str | UnsetType = UNSET,
) -> WebhookEndpoint:
    """The REST object of an endpoint; ``secrets`` are its own, newest first, ``headers`` its open ones."""
    status: Any = row.status
    reason: Any = row.disabled_reason
    health: Any = queue.health
    older = [one for one in secrets if one.expires_at is not None and one.expires_at > now]
    return WebhookEndpoint(
        id=row.id,
        display_id=row.display_id,
        url=row.url,
        description=row.description,
        event_types=row.event_types,
        field_filters=row.field_filters,
        test_mode=row.test_mode,
        status=status,
        disabled_reason=reason,
        disabled_at=wire_or_none(row.disabled_at),
        health=health,
        consecutive_failures=queue.consecutive_failures,
        max_concurrency=row.max_concurrency,
        rate_limit=row.rate_limit,
        headers={name: None if is_sensitive(name) else value for name, value in headers.items()},
        secret_hint=next((one.hint for one in secrets if one.expires_at is None), ""),
        previous_secrets=[
            PreviousSecret(hint=one.hint, expires_at=wire(one.expires_at))
            for one in older
            if one.expires_at is not None
        ],
        last_attempt_at=wire_or_none(queue.last_attempt_at),
        last_success_at=wire_or_none(queue.last_success_at),
        last_failure_at=wire_or_none(queue.last_failure_at),
        created_at=wire(row.created_at),
        updated_at=wire(row.updated_at),
        secret=secret,
    )
