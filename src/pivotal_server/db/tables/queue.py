"""The durable queue of jobs, the files they read and write, and what is due from time to time."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from pivotal_server.db.tables.base import metadata
from pivotal_server.db.types import Flag, Json, Key, Timestamp

_QUEUED = text("status = 'queued'")
_RUNNING = text("status = 'running'")
_UNFINISHED = text("unique_key IS NOT NULL AND finished_at IS NULL")
_IN_LANE = text("lane IS NOT NULL AND status = 'running'")
_SHOWN = text("type IS NOT NULL")
_FINISHED = text("finished_at IS NOT NULL")
_DEAD = text("status = 'failed'")


def _partial(name: str, *columns: str, where: object, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


# Jobs of the server as a whole have the empty `org_id`.
jobs = Table(
    "jobs",
    metadata,
    Column("org_id", Key, nullable=False),
    Column("id", Key, nullable=False),
    # Which handler runs it.
    Column("kind", Key, nullable=False),
    # What it is called over the API and at Admin > Jobs; empty for work that nobody asked for by name.
    Column("type", Key),
    Column("status", Key, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("run_at", Timestamp, nullable=False),
    Column("payload", Json, nullable=False),
    # Jobs of one lane of a workspace run one after the other.
    Column("lane", Key),
    # Of several jobs with the same key only one waits or runs.
    Column("unique_key", Key),
    # Since its last progress.
    Column("attempts", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    # Who runs it, and until when that counts without a further word.
    Column("lease_token", Key),
    Column("lease_until", Timestamp),
    Column("cancel_requested", Flag, nullable=False),
    # Where a later attempt takes up the work.
    Column("state", Json),
    Column("counts", Json),
    Column("error_code", Key),
    Column("last_error", Text),
    # Who asked for it, as the handler acts.
    Column("actor", Json),
    Column("request_id", Key),
    Column("livemode", Flag, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("started_at", Timestamp),
    Column("finished_at", Timestamp),
    PrimaryKeyConstraint("org_id", "id"),
    _partial("jobs_due", "priority", "run_at", where=_QUEUED),
    _partial("jobs_leases", "lease_until", where=_RUNNING),
    _partial("jobs_unique_key", "org_id", "unique_key", unique=True, where=_UNFINISHED),
    _partial("jobs_lane", "org_id", "lane", unique=True, where=_IN_LANE),
    _partial("jobs_shown", "org_id", "created_at", where=_SHOWN),
    _partial("jobs_dead", "org_id", "finished_at", where=_DEAD),
    _partial("jobs_finished", "finished_at", where=_FINISHED),
)

job_files = Table(
    "job_files",
    metadata,
    Column("org_id", Key, nullable=False),
    # The id of the file in the register.
    Column("id", Key, nullable=False),
    Column("job_id", Key, nullable=False),
    # What it is to the job: "source", "errors" or "result".
    Column("role", Key, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    PrimaryKeyConstraint("org_id", "id"),
    Index("job_files_job", "org_id", "job_id"),
)

# One row for each kind of job that comes up again and again.
periodic_jobs = Table(
    "periodic_jobs",
    metadata,
    Column("kind", Key, primary_key=True),
    Column("next_at", Timestamp, nullable=False),
    Column("last_at", Timestamp),
    info={"global": True},
)
