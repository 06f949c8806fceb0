"""A stored job as the API shows it."""

from typing import Any

from pivotal_server.files.store import Files
from pivotal_server.jobs.repository import JobRow
from pivotal_server.jobs.repository_files import JobFileRow
from pivotal_server.jobs.repository_list import ShownJob
from pivotal_server.jobs.schemas import Job, JobError, JobFile
from pivotal_server.jobs.service import link_for
from pivotal_server.kit.clock import wire, wire_or_none

HIDDEN_ERROR = "The server met an error of its own; its log says more"


def to_wire(row: JobRow, made: list[JobFileRow], files: Files, reader: str) -> Job:
    """The REST object of a job; files that it only reads are left out. Links are new each time, and bear the
    actor string of their ``reader``.
    """
    type: Any = row.type
    status: Any = row.status
    return Job(
        id=row.id,
        type=type,
        status=status,
        counts=row.counts or {},
        files=[_file(row.org_id, file, files, reader) for file in made if file.role != "source"],
        created_at=wire(row.created_at),
        finished_at=wire_or_none(row.finished_at),
        error=error_of(row),
    )


def _file(org_id: str, row: JobFileRow, files: Files, reader: str) -> JobFile:
    role: Any = row.role
    return JobFile(
        role=role,
        name=row.name,
        size=row.size,
        content_type=row.content_type,
        url=link_for(files, org_id, row.id, reader),
    )


def error_of(row: JobRow | ShownJob) -> JobError | None:
    """Why a failed job failed."""
    if row.status != "failed":
        return None
    code = row.error_code or "internal_error"
    # What went wrong inside is for the operator, not for whoever has a key.
    return JobError(
        code=code, message=HIDDEN_ERROR if code == "internal_error" else row.last_error or HIDDEN_ERROR
    )
