"""The durable queue of jobs, and the files that jobs read and write."""

import sqlalchemy as sa
from alembic import op

from pivotal_server.db.types import Flag, Json, Key, Timestamp

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, "jobs", columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("kind", Key, nullable=False),
        sa.Column("type", Key),
        sa.Column("status", Key, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("run_at", Timestamp, nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("lane", Key),
        sa.Column("unique_key", Key),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("max_attempts", sa.Integer, nullable=False),
        sa.Column("lease_token", Key),
        sa.Column("lease_until", Timestamp),
        sa.Column("cancel_requested", Flag, nullable=False),
        sa.Column("state", Json),
        sa.Column("counts", Json),
        sa.Column("error_code", Key),
        sa.Column("last_error", sa.Text),
        sa.Column("actor", Json),
        sa.Column("request_id", Key),
        sa.Column("livemode", Flag, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("started_at", Timestamp),
        sa.Column("finished_at", Timestamp),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    _index("jobs_due", ["priority", "run_at"], "status = 'queued'")
    _index("jobs_leases", ["lease_until"], "status = 'running'")
    _index(
        "jobs_unique_key",
        ["org_id", "unique_key"],
        "unique_key IS NOT NULL AND finished_at IS NULL",
        unique=True,
    )
    _index("jobs_lane", ["org_id", "lane"], "lane IS NOT NULL AND status = 'running'", unique=True)
    _index("jobs_shown", ["org_id", "created_at"], "type IS NOT NULL")
    _index("jobs_dead", ["org_id", "finished_at"], "status = 'failed'")
    _index("jobs_finished", ["finished_at"], "finished_at IS NOT NULL")
    op.create_table(
        "job_files",
        sa.Column("org_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("job_id", Key, nullable=False),
        sa.Column("role", Key, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id"),
    )
    op.create_index("job_files_job", "job_files", ["org_id", "job_id"])
    op.create_table(
        "periodic_jobs",
        sa.Column("kind", Key, primary_key=True),
        sa.Column("next_at", Timestamp, nullable=False),
        sa.Column("last_at", Timestamp),
    )
