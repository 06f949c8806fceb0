"""Putting jobs into the queue, looking at them, cancelling them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from pivotal_server.activity.entries import Change
from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.errors_catalogue import FILE_NOT_FOUND, JOB_NOT_FOUND
from pivotal_server.files.store import Files
from pivotal_server.jobs import repository, repository_files
from pivotal_server.jobs.repository import JobRow
from pivotal_server.jobs.repository_files import JobFileRow
from pivotal_server.kit import clock
from pivotal_server.kit.ids import cuid, is_cuid
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "JOBS_CHANNEL",
    "PURPOSE",
    "JobFileRow",
    "JobRow",
    "add_file",
    "cancel_job",
    "count_waiting",
    "enqueue",
    "enqueue_for_server",
    "files_of",
    "find_work",
    "get_job",
    "last_with_content",
    "link_for",
    "link_to",
    "move_file",
    "oldest_due",
    "owner_of",
    "stop_work",
]

JOBS_CHANNEL = "jobs"
"""Channel on which workers hear that there may be something to do."""

LINK_SECONDS = 24 * 60 * 60
"""How long the link of a file works for whoever asked."""

PURPOSE = "job"
"""What the register of files calls the files of jobs."""

JobType = Literal["import", "export", "bulk", "webhook_recovery"]

FIRST, USUAL, LAST = repository.PRIORITIES
MAX_ATTEMPTS = 8
"""How often a job is tried without progress; with the pauses between, that takes about seven hours."""

SERVER = ""
"""The workspace of jobs that belong to none."""


async def enqueue(
    uow: UnitOfWork,
    kind: str,
    payload: Mapping[str, Any],
    *,
    type: JobType | None = None,
    run_at: datetime | None = None,
    priority: int = USUAL,
    lane: str | None = None,
    unique_key: str | None = None,
    max_attempts: int = MAX_ATTEMPTS,
    counts: Mapping[str, int] | None = None,
) -> str:
    """Put a job into the transaction of ``uow``; the id of the job.

    It runs as soon as a worker is free after the commit, or from ``run_at`` on, as the actor of ``uow``.
    ``payload`` is a JSON object. Jobs of one ``lane`` of a workspace run one after the other. While a job
    with the same ``unique_key`` waits or runs in the workspace, nothing is added and that job's id returned.
    A ``type`` makes the job visible over the API and at Admin > Jobs, with ``counts`` to begin with.
    """
    row = JobRow(
        org_id=uow.org_id,
        id=cuid(),
        kind=kind,
        type=type,
        status="queued",
        priority=priority,
        run_at=uow.now if run_at is None else run_at,
        payload=dict(payload),
        lane=lane,
        unique_key=unique_key,
        attempts=0,
        max_attempts=max_attempts,
        lease_token=None,
        lease_until=None,
        cancel_requested=False,
        state=None,
        counts=None if counts is None else dict(counts),
        error_code=None,
        last_error=None,
        actor=msgspec.to_builtins(uow.actor),
        request_id=uow.request_id,
        livemode=uow.actor.livemode,
        created_at=uow.now,
        started_at=None,
        finished_at=None,
    )
    return await _put(uow.tx, row)


async def enqueue_for_server(
    tx: Transaction,
    kind: str,
    payload: Mapping[str, Any],
    *,
    run_at: datetime | None = None,
    priority: int = USUAL,
    unique_key: str | None = None,
    max_attempts: int = MAX_ATTEMPTS,
) -> str:
    """Put a job of no workspace into a transaction; see :func:`enqueue`. Its run has no actor."""
    now = clock.now()
    row = JobRow(
        org_id=SERVER,
        id=cuid(),
        kind=kind,
        type=None,
        status="queued",
        priority=priority,
        run_at=now if run_at is None else run_at,
        payload=dict(payload),
        lane=None,
        unique_key=unique_key,
        attempts=0,
        max_attempts=max_attempts,
        lease_token=None,
        lease_until=None,
        cancel_requested=False,
        state=None,
        counts=None,
        error_code=None,
        last_error=None,
        actor=None,
        request_id=None,
        livemode=True,
        created_at=now,
        started_at=None,
        finished_at=None,
    )
    return await _put(tx, row)


async def _put(tx: Transaction, row: JobRow) -> str:
    while not await repository.insert(tx, row):
        assert row.unique_key is not None, "ids do not repeat"
        waiting = await repository.unfinished(tx, row.org_id, row.unique_key)
        # Over PostgreSQL it may have been finished between the two statements.
        if waiting is not None:
            return waiting
    tx.notify(JOBS_CHANNEL, "")
    return row.id


async def get_job(db: Executor, org_id: str, id: str) -> JobRow:
    """A job that has a type. Raises ``job_not_found``."""
    row = await repository.find(db, org_id, id) if is_cuid(id) else None
    if row is None or row.type is None:
        raise JOB_NOT_FOUND()
    return row


async def find_work(db: Executor, org_id: str, id: str, kind: str) -> JobRow | None:
    """The job of this kind, whether it has a type or not."""
    row = await repository.find(db, org_id, id) if is_cuid(id) else None
    return row if row is not None and row.kind == kind else None


async def stop_work(uow: UnitOfWork, id: str, kind: str) -> None:
    """Cancel a job of this kind, whether it has a type or not; one that is done or gone stays as it is."""
    row = await repository.find(uow.tx, uow.org_id, id, lock=True) if is_cuid(id) else None
    if row is not None and row.kind == kind:
        await _stop(uow, row)


async def _stop(uow: UnitOfWork, row: JobRow) -> bool:
    """Cancel a locked job; false when it has ended, or is to end already."""
    if row.finished_at is not None or row.cancel_requested:
        return False
    await repository.cancel(uow.tx, row, uow.now)
    uow.tx.notify(JOBS_CHANNEL, row.id)
    return True


async def files_of(db: Executor, org_id: str, job_id: str) -> list[JobFileRow]:
    """The files that a job reads and has made, oldest first."""
    return await repository_files.of_job(db, org_id, job_id)


async def add_file(uow: UnitOfWork, job_id: str, file_id: str, role: str) -> None:
    """Say that a registered file belongs to a job: as its ``source``, ``result`` or ``errors``."""
    await repository_files.add(uow.tx, uow.org_id, job_id, file_id, role, uow.now)


async def move_file(uow: UnitOfWork, file_id: str, from_job: str, to_job: str) -> bool:
    """Give a file of one job to another; false when it is not that job's any more."""
    return await repository_files.move(uow.tx, uow.org_id, file_id, from_job, to_job)


async def owner_of(db: Executor, org_id: str, file_id: str) -> str | None:
    """The id of the job that a file belongs to, if it is still kept."""
    place = await repository_files.place_of(db, org_id, file_id)
    return None if place is None else place.job_id


async def last_with_content(
    db: Executor, org_id: str, kind: str, sha256: str, since: datetime
) -> datetime | None:
    """When a job of this kind was asked to read the same content, if that was after ``since``; those that
    failed or were canceled do not count.
    """
    return await repository_files.newest_with(db, org_id, kind, sha256, since)


async def link_to(db: Executor, files: Files, org_id: str, job_id: str, file_id: str, reader: str) -> str:
    """An address at which ``reader`` fetches a file that a job has made. Raises ``file_not_found``."""
    place = await repository_files.place_of(db, org_id, file_id)
    if place is None or place.job_id != job_id or place.role == "source":
        raise FILE_NOT_FOUND()
    return link_for(files, org_id, file_id, reader)


def link_for(files: Files, org_id: str, file_id: str, reader: str) -> str:
    """An address at which ``reader``, an actor string, fetches a file of a job for a day."""
    return files.link(org_id, file_id, reader, LINK_SECONDS)


async def count_waiting(db: Executor, org_id: str) -> int:
    """How many jobs with a type wait in a workspace."""
    return await repository.count_waiting(db, org_id)


async def cancel_job(uow: UnitOfWork, id: str) -> JobRow:
    """Cancel a job: at once when it waits; when it runs, before its next step. A finished one stays as it is.

    Raises ``job_not_found``.
    """
    row = await repository.find(uow.tx, uow.org_id, id, lock=True) if is_cuid(id) else None
    if row is None or row.type is None:
        raise JOB_NOT_FOUND()
    if not await _stop(uow, row):
        return row
    uow.record("job.canceled", target=("job", id, None), diff=[Change("type", None, row.type)])
    return await get_job(uow.tx, uow.org_id, id)


async def oldest_due(db: Executor) -> datetime | None:
    """Since when the job that has waited longest could have run; ``None`` when none is kept waiting."""
    return await repository.oldest_due(db, clock.now())
