"""Running an export: one long read on a connection of its own, written to a file as it comes."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pivotal_server.activity import service_lists as activity
from pivotal_server.activity.entries import Change
from pivotal_server.contacts import service as contacts
from pivotal_server.contacts.schemas import Contact
from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.customers import service as customers
from pivotal_server.customers.schemas import Customer
from pivotal_server.db.engine import Database
from pivotal_server.files import service as files
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.keeping import PARTIAL
from pivotal_server.jobs.running import Run
from pivotal_server.kit import clock
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.schemas import Onboarding
from pivotal_server.tasks import service as tasks
from pivotal_server.tasks.schemas import Task
from pivotal_server.transfer.writing import Entries, Records, first_line, lines

KIND = "export"
PROGRESS_ROWS = 5_000
"""After so many rows the job says how far it is."""

Stream = Callable[[Database, str], AsyncGenerator[list[Any], None]]


class ExportPayload(msgspec.Struct, kw_only=True):
    """What a job of this kind is enqueued with."""

    type: str


@dataclass(frozen=True, slots=True)
class Exported:
    """One type of export: the word of the scope that it needs, its rows, and how they are written."""

    scope: str
    stream: Stream
    lines_of: Callable[[Sequence[str]], Records | Entries]


TYPES: dict[str, Exported] = {
    "customers": Exported("customers", customers.stream_customers, lambda slugs: Records(Customer, slugs)),
    "contacts": Exported("contacts", contacts.stream_contacts, lambda _: Records(Contact)),
    "onboardings": Exported("onboardings", onboardings.stream_onboardings, lambda _: Records(Onboarding)),
    "tasks": Exported("tasks", tasks.stream_tasks, lambda _: Records(Task)),
    "activity": Exported("workspace", activity.stream_entries, lambda _: Entries()),
}


class Sink:
    """The file as it grows. Everything here touches the disk: call it in a thread. Raises ``OSError``."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self.size = 0
        self._hash = hashlib.sha256()
        self._file = path.open("wb")

    def write(self, data: bytes) -> None:
        """Add to the file."""
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def settle(self, target: Path) -> str:
        """Make the file durable at ``target``; the SHA-256 of its content."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self.path.replace(target)
        handle = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return self._hash.hexdigest()

    def discard(self) -> None:
        """Remove the file, unless it has been settled."""
        self._file.close()
        self.path.unlink(missing_ok=True)


async def run_export(run: Run) -> None:
    """The handler. A run that was broken off begins anew, since another state of the data is as good."""
    payload = msgspec.convert(run.payload, ExportPayload)
    exported = TYPES[payload.type]
    fields = await custom_fields.all_fields(run.db, run.org_id)
    shape = exported.lines_of([field.slug for field in fields if field.archived_at is None])
    folder = run.services.files.folder / PARTIAL
    sink = await asyncio.to_thread(_begin, folder, run)
    try:
        count = await _write(run, exported, shape, sink)
        target = await asyncio.to_thread(run.services.files.new_path)
        sha256 = await asyncio.to_thread(sink.settle, target)
    except BaseException:
        await asyncio.to_thread(sink.discard)
        raise
    async with run.unit_of_work() as uow:
        row = files.FileRow(
            id=target.name,
            purpose=jobs.PURPOSE,
            name=f"{payload.type}-{clock.now():%Y-%m-%d}.csv",
            content_type="text/csv",
            size=sink.size,
            sha256=sha256,
            created_at=uow.now,
        )
        await files.add_file(uow, row)
        await jobs.add_file(uow, run.id, row.id, "result")
        uow.record(
            "export.finished",
            target=("job", run.id, None),
            diff=[Change("type", None, payload.type), Change("rows", None, count)],
        )
        await run.progress(uow, counts={"processed": count})
        await run.complete(uow)


def _begin(folder: Path, run: Run) -> Sink:
    # What an earlier run of the job has left, which is no use any more.
    for path in folder.glob(f"{run.id}-*"):
        path.unlink(missing_ok=True)
    return Sink(folder / f"{run.id}-{run.token}")


async def _write(run: Run, exported: Exported, shape: Records | Entries, sink: Sink) -> int:
    """Write every row; how many records that were. Raises what ``Run.check`` raises."""
    count = told = 0
    await asyncio.to_thread(sink.write, first_line(shape.header))
    async with aclosing(exported.stream(run.db, run.org_id)) as batches:
        async for records in batches:
            run.check()
            data = await asyncio.to_thread(lines, records, shape.cells_of)
            await asyncio.to_thread(sink.write, data)
            count += len(records)
            if count - told >= PROGRESS_ROWS:
                told = count
                async with run.unit_of_work() as uow:
                    await run.progress(uow, counts={"processed": count})
    return count
