"""Webhook endpoints, deliveries and attempts."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Flag, Json, Key, Timestamp

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        name, table, list(columns), unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def upgrade() -> None:
    op.add_column("events", sa.Column("muted", Flag))
    op.create_table(
        "webhook_endpoints",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("display_id", sa.BigInteger, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("event_types", Json, nullable=False),
        sa.Column("field_filters", Json, nullable=False),
        sa.Column("test_mode", Flag, nullable=False),
        sa.Column("status", Key, nullable=False),
        sa.Column("disabled_reason", Key),
        sa.Column("disabled_at", Timestamp),
        sa.Column("enabled_at", Timestamp, nullable=False),
        sa.Column("missed_since", Timestamp),
        sa.Column("max_concurrency", sa.Integer, nullable=False),
        sa.Column("rate_limit", sa.Integer),
        sa.Column("headers_sealed", sa.Text),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("deleted_at", Timestamp),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index(
        "webhook_endpoints_created", "webhook_endpoints", "org_id", "created_at", where="deleted_at IS NULL"
    )
    _index("webhook_endpoints_display_id", "webhook_endpoints", "org_id", "display_id", unique=True)
    op.create_table(
        "webhook_secrets",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("endpoint_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("hint", Key, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("expires_at", Timestamp),
        sa.PrimaryKeyConstraint("org_id", "endpoint_id", "id"),
    )
    _index("webhook_secrets_expiring", "webhook_secrets", "expires_at", where="expires_at IS NOT NULL")
    op.create_table(
        "webhook_queues",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("endpoint_id", Key, nullable=False),
        sa.Column("health", Key, nullable=False),
        sa.Column("consecutive_failures", sa.Integer, nullable=False),
        sa.Column("silent_streak", sa.Integer, nullable=False),
        sa.Column("paused_until", Timestamp),
        sa.Column("next_slot_at", Timestamp),
        sa.Column("last_attempt_at", Timestamp),
        sa.Column("last_success_at", Timestamp),
        sa.Column("last_failure_at", Timestamp),
        sa.Column("mailed_at", Timestamp),
        sa.PrimaryKeyConstraint("org_id", "endpoint_id"),
    )
    op.create_table(
        "webhook_cursors",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("passed_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("org_id"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("endpoint_id", Key, nullable=False),
        sa.Column("event_id", Key, nullable=False),
        sa.Column("event_type", Key, nullable=False),
        sa.Column("event_at", Timestamp, nullable=False),
        sa.Column("source", Key, nullable=False),
        sa.Column("livemode", Flag, nullable=False),
        sa.Column("status", Key, nullable=False),
        sa.Column("trigger", Key, nullable=False),
        sa.Column("max_attempts", sa.Integer, nullable=False),
        sa.Column("run_attempt", sa.Integer, nullable=False),
        sa.Column("run_started_at", Timestamp),
        sa.Column("attempt_count", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", Timestamp),
        sa.Column("ready", Flag, nullable=False),
        sa.Column("resumes", Json),
        sa.Column("lease", Key),
        sa.Column("lease_until", Timestamp),
        sa.Column("last_attempt_at", Timestamp),
        sa.Column("response_status", sa.Integer),
        sa.Column("response_class", Key),
        sa.Column("error_code", Key),
        sa.Column("duration_ms", sa.Integer),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("finished_at", Timestamp),
        sa.Column("delivered_at", Timestamp),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("webhook_deliveries_age", "webhook_deliveries", "org_id", "event_at")
    _index(
        "webhook_deliveries_class",
        "webhook_deliveries",
        "org_id",
        "endpoint_id",
        "response_class",
        "created_at",
        where="response_class IS NOT NULL",
    )
    _index(
        "webhook_deliveries_error",
        "webhook_deliveries",
        "org_id",
        "endpoint_id",
        "error_code",
        "created_at",
        where="error_code IS NOT NULL",
    )
    _index("webhook_deliveries_event", "webhook_deliveries", "org_id", "event_id", "endpoint_id", unique=True)
    _index("webhook_deliveries_leased", "webhook_deliveries", "lease_until", where="status = 'sending'")
    _index("webhook_deliveries_log", "webhook_deliveries", "org_id", "endpoint_id", "created_at")
    _index(
        "webhook_deliveries_ready", "webhook_deliveries", "org_id", "endpoint_id", "event_at", where="ready"
    )
    _index(
        "webhook_deliveries_response",
        "webhook_deliveries",
        "org_id",
        "endpoint_id",
        "response_status",
        "created_at",
        where="response_status IS NOT NULL",
    )
    _index(
        "webhook_deliveries_sending",
        "webhook_deliveries",
        "org_id",
        "endpoint_id",
        where="status = 'sending'",
    )
    _index(
        "webhook_deliveries_source",
        "webhook_deliveries",
        "org_id",
        "endpoint_id",
        "source",
        "created_at",
        where="source <> 'change'",
    )
    _index("webhook_deliveries_status", "webhook_deliveries", "org_id", "endpoint_id", "status", "created_at")
    _index(
        "webhook_deliveries_type", "webhook_deliveries", "org_id", "endpoint_id", "event_type", "created_at"
    )
    _index(
        "webhook_deliveries_waiting",
        "webhook_deliveries",
        "next_attempt_at",
        where="status = 'pending' AND NOT ready",
    )
    op.create_table(
        "webhook_attempts",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("delivery_id", Key, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("endpoint_id", Key, nullable=False),
        sa.Column("run_attempt", sa.Integer),
        sa.Column("trigger", Key, nullable=False),
        sa.Column("started_at", Timestamp, nullable=False),
        sa.Column("duration_ms", sa.Integer, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("remote_ip", sa.Text),
        sa.Column("request_headers", Json, nullable=False),
        sa.Column("response_status", sa.Integer),
        sa.Column("response_headers", Json),
        sa.Column("response_body", sa.Text),
        sa.Column("response_body_encoding", Key),
        sa.Column("response_truncated", Flag, nullable=False),
        sa.Column("outcome", Key, nullable=False),
        sa.Column("error_code", Key),
        sa.Column("error_message", sa.Text),
        sa.PrimaryKeyConstraint("org_id", "delivery_id", "number"),
        sa.ForeignKeyConstraint(
            ["org_id", "delivery_id"],
            ["webhook_deliveries.org_id", "webhook_deliveries.id"],
            name="webhook_attempts_delivery_fk",
        ),
    )
    _index("webhook_attempts_endpoint", "webhook_attempts", "org_id", "endpoint_id", "started_at")
