"""The export of a whole workspace: one ZIP, written as the rows come, of one state of the database.

``manifest.json`` tells what is in it; ``jsonl/``, ``csv/`` and ``schema/`` hold a file for each table,
``attachments/<id>/`` the uploaded files. The same data gives the same bytes, apart from the manifest's time.
"""

import asyncio
import csv
import hashlib
import io
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import msgspec
from sqlalchemy import BigInteger, Integer
from sqlalchemy.types import Float

import pivotal_server
from pivotal_server.db.engine import Snapshot
from pivotal_server.db.types import CalendarDay, Flag, Json, RawJson, Timestamp
from pivotal_server.kit import clock
from pivotal_server.transfer import repository
from pivotal_server.transfer.repository import Exported
from pivotal_server.transfer.sink import Sink
from pivotal_server.transfer.writing import cell, first_line

FORMAT = 1
"""The version of this layout, as the manifest tells it."""

_CHUNK = 1024 * 1024
# No time of writing may be in the archive, and 1980 is as early as a ZIP can say.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_SCHEMAS: tuple[tuple[type, dict[str, str]], ...] = (
    (Timestamp, {"type": "string", "format": "date-time"}),
    (CalendarDay, {"type": "string", "format": "date"}),
    (Flag, {"type": "boolean"}),
    (BigInteger, {"type": "integer"}),
    (Integer, {"type": "integer"}),
    (Float, {"type": "number"}),
    (Json, {}),
    (RawJson, {}),
)

Told = Callable[[int], Awaitable[None]]
"""Hears how many further rows are about to be written; whatever it raises ends the archive."""


class Member(msgspec.Struct):
    """One file of the archive, as the manifest tells of it."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None


class Manifest(msgspec.Struct, kw_only=True):
    """What the archive says of itself."""

    format_version: int
    server_version: str
    created_at: str
    workspace_id: str
    counts: dict[str, int]
    files: list[Member]
    missing_attachments: list[str]


class _Entry:
    """A file of the archive while it is written. Everything here is for a thread."""

    def __init__(self, archive: ZipFile, path: str, *, packed: bool = True) -> None:
        info = ZipInfo(path, _NO_TIME)
        info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        self.path = path
        self.rows = 0
        self.size = 0
        self._hash = hashlib.sha256()
        self._to: IO[bytes] = archive.open(info, "w", force_zip64=True)

    def write(self, data: bytes) -> None:
        """Add to the file."""
        self._to.write(data)
        self._hash.update(data)
        self.size += len(data)

    def close(self, *, rows: int | None = None) -> Member:
        """End the file."""
        self._to.close()
        return Member(self.path, self.size, self._hash.hexdigest(), rows)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _json_lines(table: Exported, rows: Iterable[tuple[Any, ...]]) -> bytes:
    names, encode = table.names, msgspec.json.encode
    return b"".join(encode(dict(zip(names, map(_plain, row), strict=True))) + b"\n" for row in rows)


def _csv_lines(_: Exported, rows: Iterable[tuple[Any, ...]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([cell(_plain(value)) for value in row] for row in rows)
    return out.getvalue().encode()


def _schema_of(table: Exported) -> bytes:
    """The JSON Schema of a line."""
    properties: dict[str, Any] = {}
    for name, column in zip(table.names, table.columns, strict=True):
        schema = next(
            (known for kind, known in _SCHEMAS if isinstance(column.type, kind)), {"type": "string"}
        )
        properties[name] = (
            {**schema, "type": [schema["type"], "null"]} if column.nullable and "type" in schema else schema
        )
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": table.name,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return msgspec.json.format(msgspec.json.encode(described), indent=2) + b"\n"


class Archive:
    """Writes the archive of one workspace into ``sink``."""

    def __init__(self, sink: Sink, org_id: str, told: Told) -> None:
        self._zip = ZipFile(cast("IO[bytes]", sink), "w")  # it is only written to
        self._org_id = org_id
        self._told = told
        self.counts: dict[str, int] = {}
        self._files: list[Member] = []
        self._missing: list[str] = []

    async def write(self, snapshot: Snapshot, path_of: Callable[[str], Path]) -> int:
        """Write everything; how many rows that were. ``path_of`` says where an uploaded file lies.

        Raises ``OSError``, and whatever ``told`` raises.
        """
        try:
            await self._write(snapshot, path_of)
        finally:
            # Also when it failed: a ZIP left open would be closed later, into a file that is gone by then.
            self._zip.close()
        return sum(self.counts.values())

    async def _write(self, snapshot: Snapshot, path_of: Callable[[str], Path]) -> None:
        for table in repository.TABLES:
            for folder, ending, start, lines in (
                ("jsonl", "jsonl", b"", _json_lines),
                ("csv", "csv", first_line(table.names), _csv_lines),
            ):
                path = f"{folder}/{table.name}.{ending}"
                counted = folder == "jsonl"
                rows = await self._table(snapshot, table, path, start, lines, counted=counted)
                if counted:
                    self.counts[table.name] = rows
            await self._whole(f"schema/{table.name}.json", _schema_of(table))
        async with aclosing(snapshot.stream(repository.ATTACHED, {"org_id": self._org_id})) as batches:
            async for batch in batches:
                for file in batch:
                    await self._told(0)
                    await asyncio.to_thread(
                        self._copy, path_of(file.id), f"attachments/{file.id}/{file.name}"
                    )
        await self._whole("manifest.json", self._manifest())

    async def _table(
        self,
        snapshot: Snapshot,
        table: Exported,
        path: str,
        start: bytes,
        lines: Callable[[Exported, Iterable[tuple[Any, ...]]], bytes],
        *,
        counted: bool,
    ) -> int:
        entry = await asyncio.to_thread(_Entry, self._zip, path)
        rows = 0
        try:
            await asyncio.to_thread(entry.write, start)
            async with aclosing(snapshot.stream(table.rows, {"org_id": self._org_id})) as batches:
                async for batch in batches:
                    await self._told(len(batch) if counted else 0)
                    await asyncio.to_thread(_add, entry, lines, table, batch)
                    rows += len(batch)
        finally:
            member = await asyncio.to_thread(entry.close, rows=rows)
        self._files.append(member)
        return rows

    async def _whole(self, path: str, data: bytes) -> None:
        def add() -> Member:
            entry = _Entry(self._zip, path)
            entry.write(data)
            return entry.close()

        self._files.append(await asyncio.to_thread(add))

    def _copy(self, source: Path, path: str) -> None:
        try:
            opened = source.open("rb")
        except FileNotFoundError:
            self._missing.append(path)
            return
        with opened as file:
            entry = _Entry(self._zip, path, packed=False)
            try:
                while chunk := file.read(_CHUNK):
                    entry.write(chunk)
            finally:
                self._files.append(entry.close())

    def _manifest(self) -> bytes:
        manifest = Manifest(
            format_version=FORMAT,
            server_version=pivotal_server.__version__,
            created_at=clock.wire(clock.now()),
            workspace_id=self._org_id,
            counts=self.counts,
            files=self._files,
            missing_attachments=self._missing,
        )
        return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def _add(
    entry: _Entry,
    lines: Callable[[Exported, Iterable[tuple[Any, ...]]], bytes],
    table: Exported,
    rows: Iterable[tuple[Any, ...]],
) -> None:
    entry.write(lines(table, rows))
