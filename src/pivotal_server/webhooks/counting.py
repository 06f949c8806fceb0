"""Keeping the figures of delivery."""

from collections.abc import Sequence

from pivotal_server.webhooks import metrics
from pivotal_server.webhooks.repository_fanout import Fan
from pivotal_server.webhooks.results import Stored


def count_events(events: Sequence[Fan]) -> None:
    """Count events that were handed out."""
    for event in events:
        metrics.EVENTS.labels(event.type, str(event.livemode).lower()).inc()


def count_stored(stored: Sequence[Stored]) -> None:
    """Count attempts that were stored, and deliveries that they ended."""
    for one in stored:
        outcome, before = one.record.outcome, one.record.claimed.row
        result = "success" if outcome.success else outcome.error_code or "http_status"
        metrics.ATTEMPTS.labels(result, before.trigger).inc()
        metrics.DURATION.observe(one.record.duration_ms / 1000)
        if before.attempt_count == 0:
            metrics.LAG.observe(max((outcome.started_at - before.event_at).total_seconds(), 0.0))
        if one.row.finished:
            metrics.DELIVERIES.labels(one.row.status).inc()


def count_expired(count: int) -> None:
    """Count deliveries that were taken back."""
    if count:
        metrics.LEASES_EXPIRED.inc(count)
