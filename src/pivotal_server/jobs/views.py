"""View models of Admin > Jobs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from pivotal_server.comments.reading import size_words
from pivotal_server.jobs.service import JobRow
from pivotal_server.jobs.service_list import ShownFile, ShownJob
from pivotal_server.jobs.wire import error_of
from pivotal_server.web.view import Form

PATH = "/admin/jobs"

_STATUS = {
    "queued": ("Waiting", ""),
    "running": ("Running", "warn"),
    "completed": ("Completed", "good"),
    "failed": ("Failed", "bad"),
    "canceled": ("Canceled", ""),
}
_FILES = {"result": "Result", "errors": "Rows not taken"}


class FileView(msgspec.Struct, frozen=True):
    """A file to be fetched."""

    label: str
    name: str
    size: str
    url: str


class JobView(msgspec.Struct, frozen=True):
    """One job of the list. ``tone`` colours its status; ``next_try`` is set while it waits after a fault."""

    id: str
    url: str
    title: str
    about: str
    status: str
    tone: str
    figures: str
    fault: str
    by: str
    created_at: datetime
    next_try: datetime | None
    files: tuple[FileView, ...]
    can_cancel: bool
    can_retry: bool


class JobList(msgspec.Struct, frozen=True):
    """Context ``page`` of ``jobs/list.html``. ``live_url``: stream that tells of changes."""

    jobs: tuple[JobView, ...]
    newer: str
    older: str
    live_url: str


class CancelForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``jobs/cancel.html``; the form has no fields."""

    form: Form
    job: JobView


def status_words(row: JobRow | ShownJob) -> tuple[str, str]:
    """How a job stands, and the tone that colours it."""
    if row.cancel_requested and row.finished_at is None:
        return "Canceling", _STATUS[row.status][1]
    return _STATUS[row.status]


def fault_words(row: JobRow | ShownJob) -> str:
    """What made a job fail, as a sentence; empty for one that did not."""
    fault = error_of(row)
    return "" if fault is None else f"{fault.message.rstrip('.')}."


def job_view(row: ShownJob, made: Sequence[ShownFile]) -> JobView:
    """A job as people read it."""
    title, about = _names(row)
    status, tone = status_words(row)
    ended = row.finished_at is not None
    again = row.status == "queued" and row.last_error is not None
    return JobView(
        id=row.id,
        url=f"{PATH}/{row.id}",
        title=title,
        about=about,
        status=status,
        tone=tone,
        figures=_figures(row.counts or {}),
        fault=fault_words(row),
        by=(row.actor or {}).get("label", ""),
        created_at=row.created_at,
        next_try=row.run_at if again else None,
        files=tuple(
            FileView(_FILES[file.role], file.name, size_words(file.size), f"{PATH}/{row.id}/files/{file.id}")
            for file in made
        ),
        can_cancel=row.type is not None and not ended and not row.cancel_requested,
        can_retry=row.status == "failed",
    )


def _names(row: ShownJob) -> tuple[str, str]:
    """What a job is called, and what it is about."""
    payload: Mapping[str, Any] = row.payload or {}
    match row.type:
        case "import":
            return f"Import of {payload.get('resource', 'record')}s", payload.get("file_name", "")
        case "export":
            return f"Export of {payload.get('type', 'records')}", payload.get("q", "")
        case "bulk":
            return "Bulk edit", ""
        case "webhook_recovery":
            return "Recovery of webhooks", ""
        case _:
            return "Background work", row.kind


def _figures(counts: Mapping[str, int]) -> str:
    """How far a job is: ``1,200 processed, 18 updated``; what is none stays out, but for the first."""
    shown = [(name, count) for at, (name, count) in enumerate(counts.items()) if count or at == 0]
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in shown)


def page_url(row: ShownJob) -> str:
    """The page that begins after this job."""
    return f"{PATH}?{urlencode(place_of(row))}"


def place_of(row: ShownJob) -> dict[str, str]:
    """The query by which a page names the job that it begins after."""
    return {"before": f"{row.created_at.isoformat()} {row.id}"}
