"""SQL of Admin > Jobs: the jobs that people know of, and running a failed one again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, or_, select, union_all, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, columns_of
from pivotal_server.db.tables import files, job_files, jobs
from pivotal_server.db.types import Timestamp


class ShownJob(msgspec.Struct, frozen=True):
    """What a list tells of a job."""

    id: str
    kind: str
    type: str | None
    status: str
    run_at: datetime
    payload: Any
    attempts: int
    cancel_requested: bool
    counts: Any
    error_code: str | None
    last_error: str | None
    actor: Any
    created_at: datetime
    finished_at: datetime | None


class ShownFile(msgspec.Struct, frozen=True):
    """A file that a job has made. ``size`` is in bytes."""

    id: str
    job_id: str
    role: str
    name: str
    size: int


_C = jobs.c
_J = job_files.c
_ORG = _C.org_id == bindparam("org_id")
# Work of the server that nobody asked for shows itself only when it has failed for good.
_SHOWN = or_(_C.type.is_not(None), _C.status == "failed")
_AT = bindparam("at", type_=Timestamp())


def _page(older: bool) -> Statement[ShownJob]:
    """Each of the two sorts by its own index, since an index cannot serve both at once."""
    after = [_C.created_at <= _AT, or_(_C.created_at < _AT, _C.id < bindparam("id"))] if older else []
    parts = [
        select(*columns_of(ShownJob, jobs))
        .where(_ORG, *sort, *after)
        .order_by(_C.created_at.desc(), _C.id.desc())
        .limit(bindparam("limit"))
        .subquery(name)
        for name, sort in (
            ("asked_for", [_C.type.is_not(None)]),
            ("failed", [_C.type.is_(None), _C.status == "failed"]),
        )
    ]
    merged = union_all(*map(select, parts)).subquery("merged")
    return Statement(
        select(merged).order_by(merged.c.created_at.desc(), merged.c.id.desc()).limit(bindparam("limit")),
        into=ShownJob,
    )


NEWEST, OLDER = _page(older=False), _page(older=True)
BY_ID = Statement(
    select(*columns_of(ShownJob, jobs)).where(_ORG, _C.id == bindparam("id"), _SHOWN), into=ShownJob
)
FILES = Statement(
    select(_J.id, _J.job_id, _J.role, files.c.name, files.c.size)
    .select_from(job_files.join(files, and_(files.c.org_id == _J.org_id, files.c.id == _J.id)))
    .where(_J.org_id == bindparam("org_id"), any_of(_J.job_id, "job_ids"), _J.role != "source")
    .order_by(_J.created_at, _J.id),
    into=ShownFile,
)
AGAIN = Statement.write(
    update(jobs)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"), _C.status == "failed")
    .values(
        status="queued",
        attempts=0,
        cancel_requested=False,
        run_at=bindparam("now", type_=Timestamp()),
        error_code=None,
        last_error=None,
        finished_at=None,
    )
)


async def newest(db: Executor, org_id: str, limit: int, older: tuple[datetime, str] | None) -> list[ShownJob]:
    """Jobs with a type and those that failed, newest first; those after ``older``, if given."""
    if older is None:
        return await db.fetch_all(NEWEST, {"org_id": org_id, "limit": limit})
    at, id = older
    return await db.fetch_all(OLDER, {"org_id": org_id, "limit": limit, "at": at, "id": id})


async def find(db: Executor, org_id: str, id: str) -> ShownJob | None:
    """One of these jobs."""
    return await db.fetch_one(BY_ID, {"org_id": org_id, "id": id})


async def files_made(db: Executor, org_id: str, job_ids: Sequence[str]) -> list[ShownFile]:
    """What several jobs have made, oldest first."""
    return await db.fetch_all(FILES, {"org_id": org_id, "job_ids": job_ids})


async def run_again(tx: Transaction, org_id: str, id: str, now: datetime) -> bool:
    """Put a failed job back into the queue; false when it is none.

    Raises ``UniqueViolation`` when another job with its unique key waits or runs.
    """
    return await tx.execute(AGAIN, {"in_org": org_id, "of_id": id, "now": now}) == 1
