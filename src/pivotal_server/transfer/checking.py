"""The dry run of an import: every row goes through its service, and each block of them is undone (APP-IMP-4).

Nothing is left of it but figures and the first rows of each outcome. A check that was broken off begins anew,
since it has written nothing to go on from.
"""

import asyncio
import sqlite3
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from pivotal_server.bulk.resources import clean
from pivotal_server.errors_catalogue import EMAIL_TAKEN, EXTERNAL_ID_TAKEN, SLUG_TAKEN
from pivotal_server.jobs.running import Run
from pivotal_server.kit.errors import ErrorCode
from pivotal_server.transfer.errors_file import Fault
from pivotal_server.transfer.importing import (
    Import,
    ImportPayload,
    Outcome,
    Progress,
    Source,
    counts_of,
    reading,
    survey,
)
from pivotal_server.transfer.reading import Row

KIND = "import.check"
SHOWN = 20
"""So many rows of each outcome are kept to be shown."""
_LONGEST = 200


class Found(msgspec.Struct, frozen=True):
    """A row to be shown: its number in the file, what it is called, and what is wrong with it."""

    row: int
    name: str
    field: str = ""
    message: str = ""


class Findings(msgspec.Struct):
    """The state of a check: the first rows by outcome."""

    rows: dict[str, list[Found]] = {}


# What only one record can have, with the fault of a second one; the domain only tells records apart.
_TAKEN: Mapping[str, Mapping[str, ErrorCode | None]] = {
    "customer": {"external_id": EXTERNAL_ID_TAKEN, "slug": SLUG_TAKEN, "domain": None},
    "contact": {"external_id": EXTERNAL_ID_TAKEN, "email": EMAIL_TAKEN},
}


class _Undo(Exception):
    """Ends the transaction of a block so that it leaves no trace."""


class Seen:
    """What rows before have taken, in a temporary file, so that memory does not grow with the import."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("CREATE TABLE taken (name TEXT PRIMARY KEY) WITHOUT ROWID")

    def has(self, name: str) -> bool:
        """Whether a row has taken ``name`` already."""
        return self._db.execute("SELECT 1 FROM taken WHERE name = ?", (name,)).fetchone() is not None

    def take(self, name: str) -> None:
        """Note that a row takes ``name``."""
        self._db.execute("INSERT OR IGNORE INTO taken VALUES (?)", (name,))

    def close(self) -> None:
        """Drop everything."""
        self._db.close()


class Check(Import):
    """A run over all rows that writes nothing."""

    def __init__(self, run: Run, payload: ImportPayload, progress: Progress, source: Source) -> None:
        super().__init__(run, payload, progress, source)
        self._findings = Findings()
        self._seen = Seen()

    async def work(self) -> None:
        """Try block by block to the end, or until the job is cancelled or given back."""
        try:
            await self._blocks()
        finally:
            self._seen.close()
        async with self._run.unit_of_work() as uow:
            await self._run.complete(uow)

    async def _block(self, rows: list[Row]) -> None:
        outcomes: list[tuple[Row, Outcome]] = []
        try:
            async with self._run.unit_of_work(self._actor) as uow:
                outcomes = await self._rows(uow, rows)
                raise _Undo
        except _Undo:
            pass
        for row, tried in outcomes:
            outcome = self._with_rows_before(tried)
            self._counts[outcome.result] += 1
            shown = self._findings.rows.setdefault(outcome.result, [])
            if len(shown) < SHOWN:
                shown.append(_found(row, outcome))
        self._counts["processed"] += len(rows)
        async with self._run.unit_of_work() as uow:
            await self._run.progress(uow, state=msgspec.to_builtins(self._findings), counts=self._counts)

    def _with_rows_before(self, tried: Outcome) -> Outcome:
        """What would become of a row if the blocks before had been written."""
        if tried.result != "created":
            return tried
        by, payload = self._payload.by, self._payload
        names = self._taken_by(tried.data)
        if payload.mode == "upsert" and by in names and self._seen.has(names[by][0]):
            result = "skipped" if payload.on_match == "skip" else "updated"
            return replace(tried, result=result)
        for name, fault in names.values():
            if fault is not None and self._seen.has(name):
                return Outcome("failed", tried.data, fault)
        for name, _ in names.values():
            self._seen.take(name)
        return tried

    def _taken_by(self, data: Any) -> dict[str, tuple[str, Fault | None]]:
        """What only one record can have, or what rows are matched by: its text, and the fault of another."""
        names: dict[str, tuple[str, Fault | None]] = {}
        for field, taken in _TAKEN[self._resource.name].items():
            if data.get(field):
                known = clean(self._resource.name, field, data[field])
                within = f"{data.get('customer_id')} " if field == "email" else ""
                words: dict[str, Any] = {field: known}
                fault = None if taken is None else _fault(taken(**words), field)
                names[field] = f"{field} {within}{known}", fault
        return names


def _fault(fault: Any, field: str) -> Fault:
    return Fault(fault.code.code, field, fault.message)


def _found(row: Row, outcome: Outcome) -> Found:
    data = outcome.data
    name = str(data.get("name") or next((cell for cell in row.cells if cell), "") or row.raw)
    fault = outcome.fault
    if fault is None:
        return Found(row.number, _shown(name))
    return Found(row.number, _shown(name), fault.field or "", fault.message[:_LONGEST])


def _shown(text: str) -> str:
    return text[:_LONGEST].encode("utf-8", "replace").decode()


async def run_check(run: Run) -> None:
    """The handler."""
    payload = msgspec.convert(run.payload, ImportPayload)
    path = run.services.files.path_of(payload.file_id)
    with reading():
        shape, total = await survey(payload, path)
        source = await asyncio.to_thread(Source, path, shape)
    run.counts = counts_of(payload, total)
    async with run.unit_of_work() as uow:
        await run.progress(uow, state=msgspec.to_builtins(Findings()), counts=run.counts)
    try:
        await Check(run, payload, Progress(format=shape), source).work()
    finally:
        await asyncio.to_thread(source.close)
