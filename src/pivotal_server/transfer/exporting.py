"""Running an export: one long read on a connection of its own, written to a file as it comes."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pivotal_server.activity import service_lists as activity
from pivotal_server.activity.entries import Change
from pivotal_server.bulk.running import actor_now, job_url
from pivotal_server.contacts import service as contacts
from pivotal_server.contacts.schemas import Contact
from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.customers import service as customers
from pivotal_server.customers.schemas import Customer
from pivotal_server.db.engine import Database
from pivotal_server.db.search_conditions import Kind
from pivotal_server.db.searched import Asked
from pivotal_server.files import service as files
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.keeping import PARTIAL
from pivotal_server.jobs.kinds import JobFailed
from pivotal_server.jobs.running import Run
from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.schemas import Onboarding
from pivotal_server.search import service as search
from pivotal_server.search.service import Seeker
from pivotal_server.tasks import service as tasks
from pivotal_server.tasks.schemas import Task
from pivotal_server.transfer import listed
from pivotal_server.transfer.archive import Archive
from pivotal_server.transfer.listed import Listed
from pivotal_server.transfer.sink import Sink
from pivotal_server.transfer.telling import tell_of_end
from pivotal_server.transfer.writing import Entries, Records, first_line, lines

KIND = "export"
WORKSPACE = "workspace"
"""The type of export that holds everything."""
PROGRESS_ROWS = 5_000
"""After so many rows the job says how far it is."""

Stream = Callable[[Database, str, Asked], AsyncGenerator[list[Any], None]]


class ExportPayload(msgspec.Struct, kw_only=True):
    """What a job of this kind is enqueued with."""

    type: str
    q: str = ""
    listed: Listed | None = None
    """Rows as a list of the app shows them, in place of all that ``q`` finds."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One type of export: the word of the scope that it needs, the kind of record that a query chooses by,
    its rows, and how they are written.
    """

    scope: str
    kind: Kind
    stream: Stream
    lines_of: Callable[[Sequence[str]], Records | Entries]


TYPES: dict[str, Exported] = {
    "customers": Exported(
        "customers", "customer", customers.stream_customers, lambda slugs: Records(Customer, slugs)
    ),
    "contacts": Exported("contacts", "contact", contacts.stream_contacts, lambda _: Records(Contact)),
    "onboardings": Exported(
        "onboardings", "onboarding", onboardings.stream_onboardings, lambda _: Records(Onboarding)
    ),
    "tasks": Exported("tasks", "task", tasks.stream_tasks, lambda _: Records(Task)),
    "activity": Exported("workspace", "customer", activity.stream_entries, lambda _: Entries()),
}


async def run_export(run: Run) -> None:
    """The handler. A run that was broken off begins anew, since another state of the data is as good."""
    payload = msgspec.convert(run.payload, ExportPayload)
    whole = payload.type == WORKSPACE
    write = _write_csv if payload.listed is None else _write_listed
    sink = await asyncio.to_thread(_begin, run.services.files.folder / PARTIAL, run)
    try:
        count = await (_write_archive(run, sink) if whole else write(run, payload, sink))
        target = await asyncio.to_thread(run.services.files.new_path)
        sha256 = await asyncio.to_thread(sink.settle, target)
    except BaseException:
        await asyncio.to_thread(sink.discard)
        raise
    async with run.unit_of_work() as uow:
        row = files.FileRow(
            id=target.name,
            purpose=jobs.PURPOSE,
            name=f"{payload.type}-{clock.now():%Y-%m-%d}.{'zip' if whole else 'csv'}",
            content_type="application/zip" if whole else "text/csv",
            size=sink.size,
            sha256=sha256,
            created_at=uow.now,
        )
        await files.add_file(uow, row)
        await jobs.add_file(uow, run.id, row.id, "result")
        uow.record(
            "export.finished",
            target=("job", run.id, None),
            diff=entry_of(payload.type, payload.q, count),
        )
        if payload.listed is not None:
            counts = {"rows": count}
            what = f"export of {payload.type}"
            await tell_of_end(
                uow, run, what, counts, canceled=False, kind="export_finished", url=job_url(run.id)
            )
        await run.progress(uow, counts={**run.counts, "processed": count})
        await run.complete(uow)


def entry_of(kind: str, asked: str, count: int) -> list[Change]:
    """What the entry of an export says: of what, by which filter, how many rows."""
    rows = [Change("type", None, kind), Change("rows", None, count)]
    return [*rows, Change("filter", None, asked)] if asked else rows


def _begin(folder: Path, run: Run) -> Sink:
    # What an earlier run of the job has left, which is no use any more.
    for path in folder.glob(f"{run.id}-*"):
        path.unlink(missing_ok=True)
    return Sink(folder / f"{run.id}-{run.token}")


class _Progress:
    """Counts rows, and lets the job say now and then how many there are."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.count = 0
        self._said = 0

    async def __call__(self, rows: int) -> None:
        """So many rows more. Raises what ``Run.check`` raises."""
        self._run.check()
        self.count += rows
        if self.count - self._said >= PROGRESS_ROWS:
            self._said = self.count
            async with self._run.unit_of_work() as uow:
                await self._run.progress(uow, counts={**self._run.counts, "processed": self.count})


async def _write_archive(run: Run, sink: Sink) -> int:
    """Write the whole workspace; how many rows that were."""
    async with run.db.snapshot() as snapshot:
        return await Archive(sink, run.org_id, _Progress(run)).write(snapshot, run.services.files.path_of)


def _member(run: Run) -> str | None:
    """Who "me" is in a search: the member that asked for the export, nobody for a key."""
    return run.actor.id if run.actor.type == "member" else None


async def _write_listed(run: Run, payload: ExportPayload, sink: Sink) -> int:
    """Write the rows of a list that whoever asked for them sees now; how many those were."""
    assert payload.listed is not None
    _, sight = await actor_now(run.db, run.actor, "export_data")
    progress = _Progress(run)
    try:
        async with aclosing(listed.parts(run.db, run.org_id, payload.listed, sight)) as parts:
            async for data, rows in parts:
                await asyncio.to_thread(sink.write, data)
                await progress(rows)
    except ApiError as fault:
        raise JobFailed(fault.code.code, fault.message) from None
    return progress.count


async def _write_csv(run: Run, payload: ExportPayload, sink: Sink) -> int:
    """Write every record that is asked for; how many those were."""
    exported = TYPES[payload.type]
    seeker = Seeker(org_id=run.org_id, me=_member(run))
    asked = await search.asked_of(run.db, seeker, exported.kind, payload.q)
    fields = await custom_fields.all_fields(run.db, run.org_id)
    shape = exported.lines_of([field.slug for field in fields if field.archived_at is None])
    progress = _Progress(run)
    await asyncio.to_thread(sink.write, first_line(shape.header))
    if asked is None:
        return 0
    async with aclosing(exported.stream(run.db, run.org_id, asked)) as batches:
        async for records in batches:
            data = await asyncio.to_thread(lines, records, shape.cells_of)
            await asyncio.to_thread(sink.write, data)
            await progress(len(records))
    return progress.count
