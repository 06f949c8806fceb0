"""Webhook endpoints, what is to be delivered to them, and every attempt."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from pivotal_server.db.tables.base import live_index, metadata
from pivotal_server.db.types import Flag, Json, Key, Timestamp


def _index_where(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


# What people set. Header values are sealed as one JSON object.
webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("display_id", BigInteger, nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text),
    Column("event_types", Json, nullable=False),
    Column("field_filters", Json, nullable=False),
    Column("test_mode", Flag, nullable=False),
    Column("status", Key, nullable=False),
    Column("disabled_reason", Key),
    Column("disabled_at", Timestamp),
    # Events from before are not for it.
    Column("enabled_at", Timestamp, nullable=False),
    # The oldest event whose delivery the last disabling canceled.
    Column("missed_since", Timestamp),
    Column("max_concurrency", Integer, nullable=False),
    Column("rate_limit", Integer),
    Column("headers_sealed", Text),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("deleted_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    Index("webhook_endpoints_display_id", "org_id", "display_id", unique=True),
    live_index("webhook_endpoints_created", "org_id", "created_at"),
)

webhook_secrets = Table(
    "webhook_secrets",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("endpoint_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("hint", Key, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    # None for the newest, which signs first.
    Column("expires_at", Timestamp),
    PrimaryKeyConstraint("org_id", "endpoint_id", "id"),
    _index_where("webhook_secrets_expiring", "expires_at", where="expires_at IS NOT NULL"),
)

# What deliveries say of their endpoint. Claims lock this row, so that people's edits never wait for them.
webhook_queues = Table(
    "webhook_queues",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("endpoint_id", Key, nullable=False),
    Column("health", Key, nullable=False),
    Column("consecutive_failures", Integer, nullable=False),
    # Attempts in a row without any HTTP response.
    Column("silent_streak", Integer, nullable=False),
    # The receiver asked to be left alone until then.
    Column("paused_until", Timestamp),
    # The next moment at which the rate limit lets an attempt start.
    Column("next_slot_at", Timestamp),
    Column("last_attempt_at", Timestamp),
    Column("last_success_at", Timestamp),
    Column("last_failure_at", Timestamp),
    Column("mailed_at", Timestamp),
    PrimaryKeyConstraint("org_id", "endpoint_id"),
)

# How far the events of a workspace have been handed to its endpoints.
webhook_cursors = Table(
    "webhook_cursors",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("passed_at", Timestamp, nullable=False),
    PrimaryKeyConstraint("org_id"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("endpoint_id", Key, nullable=False),
    Column("event_id", Key, nullable=False),
    Column("event_type", Key, nullable=False),
    Column("event_at", Timestamp, nullable=False),
    Column("source", Key, nullable=False),
    Column("livemode", Flag, nullable=False),
    Column("status", Key, nullable=False),
    # The present run: what started it, how many attempts it may have and has had, when the first began.
    Column("trigger", Key, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("run_attempt", Integer, nullable=False),
    Column("run_started_at", Timestamp),
    Column("attempt_count", Integer, nullable=False),
    Column("next_attempt_at", Timestamp),
    # Pending and due: claims look at nothing else.
    Column("ready", Flag, nullable=False),
    # What a replay in between goes back to when it fails.
    Column("resumes", Json),
    Column("lease", Key),
    Column("lease_until", Timestamp),
    Column("last_attempt_at", Timestamp),
    Column("response_status", Integer),
    Column("response_class", Key),
    Column("error_code", Key),
    Column("duration_ms", Integer),
    Column("created_at", Timestamp, nullable=False),
    Column("finished_at", Timestamp),
    Column("delivered_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    Index("webhook_deliveries_event", "org_id", "event_id", "endpoint_id", unique=True),
    Index("webhook_deliveries_age", "org_id", "event_at"),
    # Events that did not arrive.
    _index_where(
        "webhook_deliveries_lost",
        *("org_id", "event_at"),
        where="delivered_at IS NULL AND status <> 'pending' AND status <> 'sending'",
    ),
    _index_where("webhook_deliveries_ready", "org_id", "endpoint_id", "event_at", where="ready"),
    _index_where("webhook_deliveries_waiting", "next_attempt_at", where="status = 'pending' AND NOT ready"),
    _index_where("webhook_deliveries_leased", "lease_until", where="status = 'sending'"),
    _index_where("webhook_deliveries_sending", "org_id", "endpoint_id", where="status = 'sending'"),
    # The log of an endpoint, whole and by each of its filters.
    Index("webhook_deliveries_log", "org_id", "endpoint_id", "created_at"),
    Index("webhook_deliveries_status", "org_id", "endpoint_id", "status", "created_at"),
    Index("webhook_deliveries_type", "org_id", "endpoint_id", "event_type", "created_at"),
    _index_where(
        "webhook_deliveries_class",
        *("org_id", "endpoint_id", "response_class", "created_at"),
        where="response_class IS NOT NULL",
    ),
    _index_where(
        "webhook_deliveries_response",
        *("org_id", "endpoint_id", "response_status", "created_at"),
        where="response_status IS NOT NULL",
    ),
    _index_where(
        "webhook_deliveries_error",
        *("org_id", "endpoint_id", "error_code", "created_at"),
        where="error_code IS NOT NULL",
    ),
    _index_where(
        "webhook_deliveries_source",
        *("org_id", "endpoint_id", "source", "created_at"),
        where="source <> 'change'",
    ),
)

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("delivery_id", Key, nullable=False),
    Column("number", Integer, nullable=False),
    Column("id", Key, nullable=False),
    Column("endpoint_id", Key, nullable=False),
    Column("run_attempt", Integer),
    Column("trigger", Key, nullable=False),
    Column("started_at", Timestamp, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("remote_ip", Text),
    Column("request_headers", Json, nullable=False),
    Column("response_status", Integer),
    Column("response_headers", Json),
    Column("response_body", Text),
    Column("response_body_encoding", Key),
    Column("response_truncated", Flag, nullable=False),
    Column("outcome", Key, nullable=False),
    Column("error_code", Key),
    Column("error_message", Text),
    PrimaryKeyConstraint("org_id", "delivery_id", "number"),
    ForeignKeyConstraint(
        ["org_id", "delivery_id"],
        ["webhook_deliveries.org_id", "webhook_deliveries.id"],
        name="webhook_attempts_delivery_fk",
    ),
    Index("webhook_attempts_endpoint", "org_id", "endpoint_id", "started_at"),
)
