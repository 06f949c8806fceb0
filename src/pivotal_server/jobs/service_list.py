"""Admin > Jobs: what people know of the queue, and running a failed job again."""

from collections.abc import Sequence
from datetime import datetime

from pivotal_server.activity.entries import Change
from pivotal_server.db.engine import Executor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import JOB_NOT_FAILED, JOB_NOT_FOUND, JOB_WAITS_ALREADY
from pivotal_server.jobs import repository_list
from pivotal_server.jobs.repository_list import ShownFile, ShownJob
from pivotal_server.jobs.service import JOBS_CHANNEL
from pivotal_server.kit.ids import is_cuid
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["ShownFile", "ShownJob", "files_made", "get_shown", "list_jobs", "retry_job"]


async def list_jobs(
    db: Executor, org_id: str, *, limit: int, older: tuple[datetime, str] | None = None
) -> list[ShownJob]:
    """Jobs that have a type, and any that failed for good, newest first.

    ``older``: creation and id of the last job of the page before.
    """
    return await repository_list.newest(db, org_id, limit, older)


async def files_made(db: Executor, org_id: str, job_ids: Sequence[str]) -> list[ShownFile]:
    """The files that these jobs have made, oldest first."""
    return await repository_list.files_made(db, org_id, job_ids) if job_ids else []


async def get_shown(db: Executor, org_id: str, id: str) -> ShownJob:
    """One job of the list. Raises ``job_not_found``."""
    row = await repository_list.find(db, org_id, id) if is_cuid(id) else None
    if row is None:
        raise JOB_NOT_FOUND()
    return row


async def retry_job(uow: UnitOfWork, id: str) -> ShownJob:
    """Run a failed job again, from where it stood, with all its tries before it.

    Raises ``job_not_found``, ``job_not_failed``, or ``job_waits_already`` when the same work was asked for
    anew.
    """
    row = await get_shown(uow.tx, uow.org_id, id)
    try:
        if not await repository_list.run_again(uow.tx, uow.org_id, id, uow.now):
            raise JOB_NOT_FAILED()
    except UniqueViolation:
        raise JOB_WAITS_ALREADY() from None
    uow.record("job.retried", target=("job", id, None), diff=[Change("type", None, row.type or row.kind)])
    uow.tx.notify(JOBS_CHANNEL, id)
    return row
