"""The dry run of an import: every row goes through its service, and each block of them is undone (APP-IMP-4).

Nothing is left of it but figures and the first rows of each outcome. A check that was broken off begins anew,
since it has written nothing to go on from.
"""

import asyncio
import sqlite3
from typing import Any

import msgspec
from msgspec.structs import replace

from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.errors_catalogue import EMAIL_TAKEN, EXTERNAL_ID_TAKEN, SLUG_TAKEN
from pivotal_server.jobs.kinds import JobFailed
from pivotal_server.jobs.running import Run
from pivotal_server.transfer.errors_file import Fault
from pivotal_server.transfer.importing import (
    BREATH,
    Import,
    ImportPayload,
    Outcome,
    Progress,
    Source,
    counts_of,
    survey,
)
from pivotal_server.transfer.reading import BadFile, Row

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
        found = await custom_fields.all_fields(self._run.db, self._run.org_id)
        self._custom = {field.slug: field.type for field in found}
        try:
            while rows := await asyncio.to_thread(self._source.block):
                self._run.check()
                await self._block(rows)
        finally:
            self._seen.close()
        async with self._run.unit_of_work() as uow:
            await self._run.complete(uow)

    async def _block(self, rows: list[Row]) -> None:
        outcomes: list[tuple[Row, Outcome]] = []
        try:
            async with self._run.unit_of_work(self._actor) as uow:
                await uow.reserve(self._resource.name, len(rows))
                for index, row in enumerate(rows):
                    if index % BREATH == BREATH - 1:
                        await asyncio.sleep(0)
                    outcomes.append((row, await self._row(uow, row)))
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
        if data.get("external_id"):
            known = data["external_id"]
            fault = EXTERNAL_ID_TAKEN(external_id=known)
            names["external_id"] = f"external_id {known}", _fault(fault, "external_id")
        if self._resource.name == "customer":
            if data.get("slug"):
                fault = SLUG_TAKEN(slug=data["slug"])
                names["slug"] = f"slug {data['slug']}", _fault(fault, "slug")
            if data.get("domain"):
                names["domain"] = f"domain {str(data['domain']).strip().lower()}", None
        elif self._resource.name == "contact" and data.get("email"):
            email = str(data["email"]).strip().lower()
            fault = EMAIL_TAKEN(email=email)
            names["email"] = f"email {data.get('customer_id')} {email}", _fault(fault, "email")
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
    try:
        shape, total = await survey(payload, path)
        source = await asyncio.to_thread(Source, path, shape)
    except FileNotFoundError:
        raise JobFailed("file_not_found", "The file is no longer kept") from None
    except BadFile as fault:
        raise JobFailed("invalid_file", str(fault)) from None
    run.counts = counts_of(payload, total)
    async with run.unit_of_work() as uow:
        await run.progress(uow, state=msgspec.to_builtins(Findings()), counts=run.counts)
    try:
        await Check(run, payload, Progress(format=shape), source).work()
    finally:
        await asyncio.to_thread(source.close)
