"""Figures of delivery for Prometheus. None carries the name of a workspace or an endpoint."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
_PREFIX = "pivotal_webhook"

EVENTS = Counter(
    f"{_PREFIX}_events", "Events handed out to endpoints.", ["type", "livemode"], registry=REGISTRY
)
DELIVERIES = Counter(f"{_PREFIX}_deliveries", "Deliveries that ended.", ["outcome"], registry=REGISTRY)
ATTEMPTS = Counter(f"{_PREFIX}_attempts", "Attempts.", ["outcome", "trigger"], registry=REGISTRY)
DURATION = Histogram(
    f"{_PREFIX}_attempt_duration_seconds",
    "Time of an attempt, from the look-up of the name to the end of the response.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
LAG = Histogram(
    f"{_PREFIX}_first_attempt_lag_seconds",
    "Time from an event to the start of its first attempt.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600),
    registry=REGISTRY,
)
PENDING = Gauge(f"{_PREFIX}_pending", "Deliveries that wait.", registry=REGISTRY)
SENDING = Gauge(f"{_PREFIX}_sending", "Deliveries under way.", registry=REGISTRY)
OLDEST_DUE = Gauge(
    f"{_PREFIX}_oldest_due_seconds", "For how long the oldest due delivery has waited.", registry=REGISTRY
)
UNFANNED = Gauge(f"{_PREFIX}_unfanned_events", "Events not yet handed out.", registry=REGISTRY)
LEASES_EXPIRED = Counter(
    f"{_PREFIX}_leases_expired", "Deliveries taken back from workers that died.", registry=REGISTRY
)
PRUNED = Counter(f"{_PREFIX}_pruned_rows", "Rows removed for their age.", ["table"], registry=REGISTRY)
DISABLED = Counter(f"{_PREFIX}_endpoints_disabled", "Endpoints disabled.", ["reason"], registry=REGISTRY)
