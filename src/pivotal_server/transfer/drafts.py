"""An import in the making: a file that was uploaded, how its columns are matched, its check and its run.

The file belongs to a job that counts its rows, and goes over to the import when that is started. So one that
nobody goes on with is cleared away as the files of other jobs are.
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import msgspec

from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import JOB_NOT_FOUND
from pivotal_server.files import service as files
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs import service_list
from pivotal_server.jobs.running import Run
from pivotal_server.jobs.service import JobRow
from pivotal_server.kit.http import UploadedFile
from pivotal_server.limits.catalogue import IMPORT_ROWS
from pivotal_server.transfer import checking, importing
from pivotal_server.transfer.columns import match
from pivotal_server.transfer.format import CSV, DELIMITER_NAMES, Format, detect
from pivotal_server.transfer.importing import ImportPayload, Source
from pivotal_server.transfer.reading import MARKS, BadFile
from pivotal_server.transfer.service import check_room
from pivotal_server.unit_of_work import UnitOfWork

KIND = "import.draft"
LOOKED_AT = 5
"""So many rows of a file are shown as examples."""
REMEMBERED = 50
"""So many jobs back the columns of earlier imports are looked up."""
AGAIN = timedelta(hours=24)
"""Within this the same content is not imported again unasked (APP-IMP-9)."""

Kind = Literal["customer", "contact"]


class Draft(msgspec.Struct, kw_only=True):
    """What the job of a draft is enqueued with."""

    file_id: str
    file_name: str
    resource: Kind
    size: int
    sha256: str


class Look(msgspec.Struct, frozen=True):
    """The beginning of a file: how it is read, its header, and its first rows."""

    shape: Format
    header: list[str]
    rows: list[list[str]]


def _look(path: Path, name: str, encoding: str | None, delimiter: str | None) -> Look:
    with path.open("rb") as file:
        head = file.read(4096)
    cut = None if delimiter is None else DELIMITER_NAMES[delimiter]
    shape = detect(path, name, kind=CSV, encoding=encoding, delimiter=cut)
    if head.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")) or (
        b"\0" in head and not shape.codec.startswith("utf-16")
    ):
        raise BadFile("This is no CSV file. Save the sheet as CSV and choose that.")
    source = Source(path, shape)
    try:
        rows = [row.cells for row in islice(source.block(), LOOKED_AT)]
        header = [_seen(name).strip() for name in source.header]
    finally:
        source.close()
    if not rows:
        raise BadFile("The file has a header and no rows.")
    return Look(shape, header, [[_seen(cell) for cell in cells] for cells in rows])


def _seen(text: str) -> str:
    """``text`` as it can be shown, without what is not of the encoding."""
    return text.encode("utf-8", "replace").decode()


async def look(path: Path, name: str, encoding: str | None = None, delimiter: str | None = None) -> Look:
    """Look at the beginning of a file. Raises ``BadFile`` with a sentence, ``FileNotFoundError``."""
    return await asyncio.to_thread(_look, path, name, encoding, delimiter)


async def start_draft(uow: UnitOfWork, resource: Kind, upload: UploadedFile) -> str:
    """Keep an uploaded file that has been looked at; the id of its draft. Raises ``limit_reached``."""
    await check_room(uow)
    kept = await files.keep_file(uow, upload, jobs.PURPOSE)
    draft = Draft(file_id=kept.id, file_name=kept.name, resource=resource, size=kept.size, sha256=kept.sha256)
    id = await jobs.enqueue(uow, KIND, msgspec.to_builtins(draft))
    await jobs.add_file(uow, id, kept.id, "source")
    return id


async def count_rows(run: Run) -> None:
    """The handler of a draft: how many rows its file has."""
    draft = msgspec.convert(run.payload, Draft)
    path = run.services.files.path_of(draft.file_id)

    def count() -> int:
        source = Source(path, detect(path, draft.file_name, kind=CSV))
        try:
            return source.count(IMPORT_ROWS.default)
        finally:
            source.close()

    with importing.reading():
        total = await asyncio.to_thread(count)
    async with run.unit_of_work() as uow:
        await run.progress(uow, counts={"total": total})
        await run.complete(uow)


async def get_draft(db: Executor, org_id: str, id: str) -> tuple[JobRow, Draft]:
    """The job and the content of a draft. Raises ``job_not_found``."""
    row = await jobs.find_work(db, org_id, id, KIND)
    if row is None:
        raise JOB_NOT_FOUND()
    return row, msgspec.convert(row.payload, Draft)


async def guesses(db: Executor, org_id: str, resource: str, header: Sequence[str]) -> dict[str, str | None]:
    """The property of each column: as an import of the same kind had it last, else by its name."""
    before: dict[str, str | None] = {}
    for job in await service_list.list_jobs(db, org_id, limit=REMEMBERED):
        if job.kind == importing.KIND and job.payload.get("resource") == resource:
            for name, field in job.payload.get("mapping", {}).items():
                before.setdefault(name, field)
    found = match(resource, list(header), {})
    names = dict(zip(header, found, strict=True))
    for name in header:
        if name in before:
            names[name] = before[name]
        elif names[name] is None and not is_mark(name):
            names[name] = _ALIASES.get(resource, {}).get(_plain(name))
    return names


def is_mark(name: str) -> bool:
    """Whether a column is one that a file of errors adds."""
    return name.strip().lower() in MARKS


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


# How other programs call it.
_CUSTOMER_WORDS = {
    "name": (
        "company",
        "company_name",
        "customer",
        "customer_name",
        "account",
        "account_name",
        "organization",
    ),
    "domain": ("website", "url", "company_domain", "company_domain_name", "web_site", "homepage"),
    "plan": ("subscription", "tier", "package"),
    "mrr": ("monthly_recurring_revenue", "monthly_revenue"),
    "tags": ("tag", "labels"),
    "external_id": ("crm_id", "account_id", "reference", "external_key"),
    "display_id": ("number", "customer_number"),
    "contact_name": ("primary_contact", "primary_contact_name", "contact"),
    "contact_email": ("primary_contact_email", "email", "e_mail", "email_address"),
    "contact_phone": ("phone", "telephone", "phone_number"),
}
_CONTACT_WORDS = {
    "name": ("full_name", "contact", "contact_name", "person"),
    "email": ("e_mail", "email_address", "mail", "contact_email"),
    "title": ("job_title", "position", "role"),
    "phone": ("telephone", "phone_number", "mobile"),
    "customer_domain": ("domain", "company_domain", "website"),
    "customer_slug": ("slug",),
    "customer_display_id": ("customer", "customer_number"),
    "customer_external_id": ("customer_crm_id", "account_id", "company_id"),
}
_ALIASES = {
    resource: {word: field for field, words in known.items() for word in words}
    for resource, known in (("customer", _CUSTOMER_WORDS), ("contact", _CONTACT_WORDS))
}


async def start_check(uow: UnitOfWork, payload: ImportPayload, before: str = "") -> str:
    """Enqueue the dry run; the id of its job. The check ``before`` of the same draft is cancelled."""
    if before:
        await jobs.stop_work(uow, before, checking.KIND)
    return await jobs.enqueue(
        uow, checking.KIND, msgspec.to_builtins(payload), lane=checking.KIND, priority=jobs.LAST
    )


async def get_check(db: Executor, org_id: str, id: str, file_id: str) -> tuple[JobRow, ImportPayload]:
    """A check of this file, and what it was made with. Raises ``job_not_found``."""
    row = await jobs.find_work(db, org_id, id, checking.KIND)
    if row is None or row.payload.get("file_id") != file_id:
        raise JOB_NOT_FOUND()
    return row, msgspec.convert(row.payload, ImportPayload)


async def imported_before(db: Executor, org_id: str, draft: Draft, now: datetime) -> datetime | None:
    """When the same content was imported within 24 hours, if it was."""
    return await jobs.last_with_content(db, org_id, importing.KIND, draft.sha256, now - AGAIN)


async def start_run(uow: UnitOfWork, draft_id: str, payload: ImportPayload) -> str:
    """Enqueue the import of a checked file; the id of its job.

    Raises ``job_not_found`` when the file is another import's by now: this one has been started already.
    """
    await check_room(uow)
    whole: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(payload, summary=True))
    id = await jobs.enqueue(
        uow,
        importing.KIND,
        whole,
        type="import",
        lane=importing.LANE,
        priority=jobs.LAST,
        unique_key=f"import:{draft_id}",
    )
    if not await jobs.move_file(uow, payload.file_id, draft_id, id):
        raise JOB_NOT_FOUND()
    return id


async def holder_of(db: Executor, org_id: str, file_id: str) -> str:
    """The job whose file it is: its draft's, or that of the import that took it. Raises ``job_not_found``."""
    id = await jobs.owner_of(db, org_id, file_id)
    if id is None:
        raise JOB_NOT_FOUND()
    return id
