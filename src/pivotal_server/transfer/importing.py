"""Running an import: the file is read in blocks, each block is one transaction, each row a step of it.

Where the next block begins and how long the file of errors is stand in the transaction of the block. So
whenever a worker dies, the next one goes on behind the last committed block, and nothing comes twice.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TextIO

import msgspec
import structlog
from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.bulk.resources import RESOURCES
from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.db.errors import Unavailable
from pivotal_server.errors_catalogue import INTERNAL_ERROR, INVALID_STRING
from pivotal_server.files import service as files
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.keeping import PARTIAL
from pivotal_server.jobs.kinds import JobCanceled, JobFailed
from pivotal_server.jobs.running import Run
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.limits.catalogue import IMPORT_ROWS
from pivotal_server.transfer import matching, naming
from pivotal_server.transfer.columns import REQUIRED, data_of, match
from pivotal_server.transfer.errors_file import ErrorFile, Fault
from pivotal_server.transfer.format import CSV, DELIMITER_NAMES, Format, detect
from pivotal_server.transfer.reading import BadFile, Row, open_text, read_rows
from pivotal_server.transfer.telling import run_url, tell_of_end
from pivotal_server.unit_of_work import UnitOfWork

KIND = "import"
LANE = "import"
BLOCK = 200
"""Rows of one transaction."""
BREATH = 20
"""After so many rows others of the process have a turn."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_log = structlog.get_logger(__name__)


class ImportPayload(msgspec.Struct, kw_only=True):
    """What a job of this kind is enqueued with."""

    file_id: str
    file_name: str
    resource: str
    mode: str
    by: str
    mapping: dict[str, str | None]
    format: Literal["csv", "jsonl"] | None
    encoding: str | None
    delimiter: str | None
    clear_blanks: bool
    send_webhooks: bool
    on_match: Literal["update", "skip", "fill"] = "update"
    """What ``upsert`` does with a row that matches a record: change it, pass over, or fill what is empty."""
    contacts: bool = False
    """Whether customers bring their primary contacts: whoever started it may write contacts."""
    summary: bool = False
    """Whether whoever started it is told of the end; people are, programs ask."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a row: ``created``, ``updated``, ``unchanged``, ``skipped`` or ``failed``, with a fault.

    ``data`` is what was read of it.
    """

    result: str
    data: Mapping[str, Any] = {}
    fault: Fault | None = None


class Progress(msgspec.Struct, kw_only=True):
    """Where an import is: its format, the last row that is done with, and its file of errors."""

    format: Format
    row: int = 0
    errors_id: str = ""
    errors_size: int = 0


class Source:
    """The rows of the file, a block at a time. To be used in threads, by one at a time."""

    def __init__(self, path: Path, shape: Format) -> None:
        self._file: TextIO = open_text(path, shape)
        self._rows: Iterator[Row] = read_rows(self._file, shape)
        try:
            self.header: list[str] = next(self._rows).cells if shape.kind == CSV else []
        except BadFile:
            self._file.close()
            raise

    def skip_to(self, number: int) -> None:
        """Pass over what is done with; the next row has a higher number."""
        if number:
            self._rows = (row for row in self._rows if row.number > number)

    def block(self) -> list[Row]:
        """The next rows, nothing at the end."""
        return list(islice(self._rows, BLOCK))

    def count(self, most: int) -> int:
        """How many rows are left; counting stops one beyond ``most``."""
        return sum(1 for _ in islice(self._rows, most + 1))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@contextmanager
def reading() -> Iterator[None]:
    """Where the file of a job is read; one that is gone or no such file raises ``JobFailed``."""
    try:
        yield
    except FileNotFoundError:
        raise JobFailed("file_not_found", "The file to import is gone") from None
    except BadFile as fault:
        raise JobFailed("invalid_file", str(fault)) from None


async def run_import(run: Run) -> None:
    """The handler."""
    payload = msgspec.convert(run.payload, ImportPayload)
    path = run.services.files.path_of(payload.file_id)
    with reading():
        if run.state is None:
            await _survey(run, payload, path)
        progress = msgspec.convert(run.state, Progress)
        source = await asyncio.to_thread(Source, path, progress.format)
    try:
        await asyncio.to_thread(source.skip_to, progress.row)
        await Import(run, payload, progress, source).work()
    finally:
        await asyncio.to_thread(source.close)


def counts_of(payload: ImportPayload, total: int) -> dict[str, int]:
    """The figures of an import of so many rows that has not begun."""
    names = ["processed", "created", "updated", "unchanged", "failed"]
    if payload.on_match == "skip":
        names.insert(4, "skipped")
    return {"total": total, **dict.fromkeys(names, 0)}


async def survey(payload: ImportPayload, path: Path) -> tuple[Format, int]:
    """Look through the whole file before anything is written: what it is, and how many rows it has.

    Raises ``JobFailed`` for too many rows and for a header without what every row needs.
    """
    delimiter = None if payload.delimiter is None else DELIMITER_NAMES[payload.delimiter]

    def look() -> tuple[Format, list[str], int]:
        shape = detect(
            path,
            payload.file_name,
            kind=payload.format,
            encoding=payload.encoding,
            delimiter=delimiter,
        )
        source = Source(path, shape)
        try:
            return shape, source.header, source.count(IMPORT_ROWS.default)
        finally:
            source.close()

    shape, header, total = await asyncio.to_thread(look)
    if total > IMPORT_ROWS.default:
        raise JobFailed("limit_reached", f"The file has more than {IMPORT_ROWS.default:,} rows")
    if shape.kind == CSV:
        _check_header(payload, header)
    return shape, total


async def _survey(run: Run, payload: ImportPayload, path: Path) -> None:
    shape, total = await survey(payload, path)
    async with run.unit_of_work() as uow:
        counts = counts_of(payload, total)
        await run.progress(uow, state=msgspec.to_builtins(Progress(format=shape)), counts=counts)


def _check_header(payload: ImportPayload, header: list[str]) -> None:
    """Raises ``JobFailed`` for a header without what every row needs."""
    fields = set(match(payload.resource, header, payload.mapping))
    wanted: list[tuple[str, ...]] = [(payload.by,)] if payload.mode == "upsert" else []
    if payload.mode == "create":
        wanted = list(REQUIRED[payload.resource])
    for names in wanted:
        if not fields & set(names):
            columns = " or ".join(names)
            raise JobFailed(
                "invalid_file",
                f"The file has no column {columns}; its columns are {', '.join(header)}"[:1_000],
            )


class Import:
    """One run over the rows that are left."""

    def __init__(self, run: Run, payload: ImportPayload, progress: Progress, source: Source) -> None:
        self._run = run
        self._payload = payload
        self._progress = progress
        self._source = source
        self._resource = RESOURCES[payload.resource]
        self._actor = replace(run.actor, origin="import")
        self._fields = match(payload.resource, source.header, payload.mapping)
        self._custom: Mapping[str, str] = {}
        self._partial = run.services.files.folder / PARTIAL / f"{run.id}-errors"
        self._errors = ErrorFile(self._partial, progress.format, source.header, progress.errors_size)
        self._counts = dict(run.counts)

    async def work(self) -> None:
        """Import block by block to the end, or until the job is cancelled or given back."""
        try:
            await self._blocks()
        except JobCanceled:
            await self._finish(canceled=True)
            raise
        await self._finish(canceled=False)

    async def _blocks(self) -> None:
        found = await custom_fields.all_fields(self._run.db, self._run.org_id)
        self._custom = {field.slug: field.type for field in found}
        while rows := await asyncio.to_thread(self._source.block):
            self._run.check()
            await self._block(rows)

    async def _rows(self, uow: UnitOfWork, rows: list[Row]) -> list[tuple[Row, Outcome]]:
        """Import the rows of one block; what became of each."""
        await uow.reserve(self._resource.name, len(rows))
        outcomes = []
        for index, row in enumerate(rows):
            if index % BREATH == BREATH - 1:
                await asyncio.sleep(0)
            outcomes.append((row, await self._row(uow, row)))
        return outcomes

    async def _block(self, rows: list[Row]) -> None:
        counts = dict(self._counts)
        faults: list[tuple[Row, Fault]] = []
        async with self._run.unit_of_work(self._actor) as uow:
            uow.bulk_id = self._run.id
            uow.muted = not self._payload.send_webhooks
            for row, outcome in await self._rows(uow, rows):
                if outcome.fault is not None:
                    faults.append((row, outcome.fault))
                counts[outcome.result] += 1
            counts["processed"] += len(rows)
            told = self._errors.told(faults)
            progress = replace(
                self._progress,
                row=rows[-1].number,
                errors_id=self._progress.errors_id or (cuid() if told else ""),
                errors_size=self._progress.errors_size + len(told),
            )
            # The job's row is locked from here to the commit, so nobody else writes to the file.
            await self._run.progress(uow, state=msgspec.to_builtins(progress), counts=counts)
            if told:
                await asyncio.to_thread(self._errors.write, told)
        self._counts, self._progress = counts, progress
        self._errors.size = progress.errors_size

    async def _row(self, uow: UnitOfWork, row: Row) -> Outcome:
        """Import one row; what became of it."""
        if row.fault is not None:
            return Outcome("failed", fault=Fault(row.fault.code, None, row.fault.message))
        noted = uow.noted
        data: dict[str, Any] = {}
        try:
            data = self._data(row)
            async with uow.step():
                result = await self._write(uow, data)
        except ApiError as fault:
            return Outcome("failed", data, Fault(fault.code.code, fault.field, fault.message))
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - a row that meets a fault of ours must not hold up all others
            _log.exception("a row could not be imported", job=self._run.id, row=row.number)
            return Outcome("failed", data, Fault(INTERNAL_ERROR.code, None, INTERNAL_ERROR.message))
        if result == "updated" and uow.noted == noted:
            result = "unchanged"
        return Outcome(result, data)

    def _data(self, row: Row) -> dict[str, Any]:
        if row.data is not None:
            return naming.renamed(row.data, self._payload.mapping)
        for name, cell in zip(self._source.header, row.cells, strict=False):
            if _SURROGATE.search(cell):
                raise INVALID_STRING(message=f"{name} is not in the encoding of the file")
        return data_of(
            self._payload.resource,
            self._fields,
            row.cells,
            self._custom,
            clear_blanks=self._payload.clear_blanks,
        )

    async def _write(self, uow: UnitOfWork, data: dict[str, Any]) -> str:
        """Create or change the record of a row; which of both, or ``skipped``."""
        await naming.resolve(uow, self._resource.name, data)
        person = naming.primary_of(data) if self._resource.name == "customer" else {}
        result, record = await self._put(uow, data)
        if person and record is not None and self._payload.contacts:
            await naming.write_primary(uow, record.id, person, fill=self._payload.on_match == "fill")
        return result

    async def _put(self, uow: UnitOfWork, data: dict[str, Any]) -> tuple[str, Any]:
        """The record itself, and what became of it."""
        by = self._payload.by
        if self._payload.mode == "create":
            return "created", await self._resource.create(uow, data)
        if self._payload.on_match != "update":
            stored = await matching.stored(uow, self._resource.name, by, data)
            if stored is not None and self._payload.on_match == "skip":
                return "skipped", None
            if stored is not None:
                data = matching.only_empty(data, stored, by)
        if by in self._resource.by:
            record, created = await self._resource.upsert(uow, by, data)
            return "created" if created else "updated", record
        id = data.get(by)
        if id is None:
            return "created", await self._resource.create(uow, data)
        return "updated", await self._resource.update(uow, str(id), data)

    async def _finish(self, *, canceled: bool) -> None:
        """Keep the file of errors, tell of the import in the stream, and end the job."""
        progress, run = self._progress, self._run
        sha256 = ""
        if progress.errors_size:
            target = run.services.files.path_of(progress.errors_id)
            sha256 = await asyncio.to_thread(self._errors.settle, target)
        async with run.unit_of_work(self._actor) as uow:
            if progress.errors_size:
                await self._keep_errors(uow, sha256)
            diff = [Change(name, None, count) for name, count in self._counts.items() if name != "processed"]
            uow.record("import.finished", target=("job", run.id, None), diff=diff)
            if self._payload.summary:
                title = f"{self._resource.name} import of {self._payload.file_name}"
                await tell_of_end(uow, run, title, self._counts, canceled=canceled, url=run_url(run.id))
            if canceled:
                await run.progress(uow)
            else:
                await run.complete(uow)

    async def _keep_errors(self, uow: UnitOfWork, sha256: str) -> None:
        progress = self._progress
        stem = self._payload.file_name.rpartition(".")[0] or self._payload.file_name
        is_csv = progress.format.kind == CSV
        row = files.FileRow(
            id=progress.errors_id,
            purpose=jobs.PURPOSE,
            name=f"{stem[:200]}-errors.{'csv' if is_csv else 'jsonl'}",
            content_type="text/csv" if is_csv else "application/x-ndjson",
            size=progress.errors_size,
            sha256=sha256,
            created_at=uow.now,
        )
        await files.add_file(uow, row)
        await jobs.add_file(uow, self._run.id, row.id, "errors")
