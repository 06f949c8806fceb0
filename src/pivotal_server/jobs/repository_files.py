"""SQL of the files that jobs read and write."""

from datetime import datetime

import msgspec
from sqlalchemy import and_, bindparam, delete, or_, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, insert_of
from pivotal_server.db.tables import files, job_files, jobs
from pivotal_server.db.types import Timestamp


class JobFileRow(msgspec.Struct, frozen=True):
    """A file of a job. ``size`` is in bytes."""

    id: str
    role: str
    name: str
    size: int
    content_type: str


class Place(msgspec.Struct, frozen=True):
    """The job of a file, and what the file is to it: ``source``, ``result`` or ``errors``."""

    job_id: str
    role: str


_J = job_files.c
_F = files.c
_WITH_FILE = job_files.join(files, and_(_F.org_id == _J.org_id, _F.id == _J.id))

INSERT = Statement.write(insert_of(job_files))
OF_JOB = Statement(
    select(_J.id, _J.role, _F.name, _F.size, _F.content_type)
    .select_from(_WITH_FILE)
    .where(_J.org_id == bindparam("org_id"), _J.job_id == bindparam("job_id"))
    .order_by(_J.created_at, _J.id),
    into=JobFileRow,
)
PLACE = Statement(
    select(_J.job_id, _J.role).where(_J.org_id == bindparam("org_id"), _J.id == bindparam("id")), into=Place
)
OLD = Statement.rows(
    select(_J.org_id, _J.id)
    .outerjoin(jobs, and_(jobs.c.org_id == _J.org_id, jobs.c.id == _J.job_id))
    # Work without a name is forgotten sooner than its files.
    .where(
        _J.created_at < bindparam("before", type_=Timestamp()),
        or_(jobs.c.id.is_(None), jobs.c.finished_at < bindparam("before", type_=Timestamp())),
    )
    .limit(bindparam("limit")),
    global_lookup="old files of all workspaces are cleared together",
)
DELETE = Statement.write(delete(job_files).where(_J.org_id == bindparam("org_id"), _J.id == bindparam("id")))

MOVE = Statement.write(
    update(job_files)
    .where(_J.org_id == bindparam("in_org"), _J.id == bindparam("of_id"), _J.job_id == bindparam("from_job"))
    .values(job_id=bindparam("to_job"))
)
SAME = Statement.scalar(
    select(jobs.c.created_at)
    .select_from(_WITH_FILE.join(jobs, and_(jobs.c.org_id == _J.org_id, jobs.c.id == _J.job_id)))
    .where(
        _J.org_id == bindparam("org_id"),
        _J.role == "source",
        jobs.c.created_at > bindparam("since", type_=Timestamp()),
        jobs.c.status.not_in(("failed", "canceled")),
        _F.sha256 == bindparam("sha256"),
        jobs.c.kind == bindparam("kind"),
    )
    .order_by(jobs.c.created_at.desc())
    .limit(1),
    datetime,
)


async def add(tx: Transaction, org_id: str, job_id: str, id: str, role: str, at: datetime) -> None:
    """Note that a registered file belongs to a job, and as what."""
    row = {"org_id": org_id, "id": id, "job_id": job_id, "role": role, "created_at": at}
    await tx.execute(INSERT, row)


async def of_job(db: Executor, org_id: str, job_id: str) -> list[JobFileRow]:
    """The files of a job, oldest first."""
    return await db.fetch_all(OF_JOB, {"org_id": org_id, "job_id": job_id})


async def place_of(db: Executor, org_id: str, id: str) -> Place | None:
    """The job of a file, and what the file is to it; ``None`` when it is no longer kept."""
    return await db.fetch_one(PLACE, {"org_id": org_id, "id": id})


async def old(db: Executor, before: datetime, limit: int) -> list[tuple[str, str]]:
    """Workspace and id of files whose job was finished before that moment."""
    rows = await db.fetch_all(OLD, {"before": before, "limit": limit})
    return [(org_id, id) for org_id, id in rows]


async def remove(tx: Transaction, org_id: str, id: str) -> None:
    """Forget a file of a job."""
    await tx.execute(DELETE, {"org_id": org_id, "id": id})


async def move(tx: Transaction, org_id: str, id: str, from_job: str, to_job: str) -> bool:
    """Give a file of one job to another; false when it is not that job's any more."""
    values = {"in_org": org_id, "of_id": id, "from_job": from_job, "to_job": to_job}
    return await tx.execute(MOVE, values) == 1


async def newest_with(db: Executor, org_id: str, kind: str, sha256: str, since: datetime) -> datetime | None:
    """When the newest job of a kind that reads this content was asked for, if after ``since``; those that
    failed or were canceled do not count.
    """
    return await db.fetch_one(SAME, {"org_id": org_id, "kind": kind, "sha256": sha256, "since": since})
