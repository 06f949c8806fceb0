"""The file of the rows that could not be imported: each as it was, with what was wrong."""

import csv
import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pivotal_server.kit.cells import guarded
from pivotal_server.transfer.format import CSV, Format
from pivotal_server.transfer.reading import MARKS, Row

_SHOWN = 500


class Fault(msgspec.Struct, frozen=True):
    """What was wrong with a row."""

    code: str
    field: str | None
    message: str


class ErrorFile:
    """A file that grows block by block. What a killed worker wrote beyond its last commit is cut off again.

    Everything here touches the disk: call it in a thread.
    """

    def __init__(self, path: Path, shape: Format, header: Sequence[str], size: int) -> None:
        self._path = path
        self._shape = shape
        self._kept = [n for n, name in enumerate(header) if name.strip().lower() not in MARKS]
        self._header = [header[n] for n in self._kept]
        self.size = size

    def told(self, rows: Sequence[tuple[Row, Fault]]) -> bytes:
        """What ``rows`` add to the file, the header before the first of them."""
        if not rows:
            return b""
        text = "".join(self._line(row, fault) for row, fault in rows)
        if self.size == 0 and self._shape.kind == CSV:
            text = "\ufeff" + self._csv([*self._header, *MARKS]) + text
        return text.encode("utf-8", "replace")

    def write(self, told: bytes) -> None:
        """Put ``told`` behind the size that is known, in place of whatever stands there; durable. Raises
        ``OSError``.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, self.size)
            os.lseek(handle, self.size, os.SEEK_SET)
            left = memoryview(told)
            while left:
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        finally:
            os.close(handle)

    def settle(self, target: Path) -> str:
        """Move the file to ``target``, where it stays; the SHA-256 of its content. Raises ``OSError``.

        It may have been moved before, by a worker that did not live to say so.
        """
        if self._path.exists():
            os.truncate(self._path, self.size)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.replace(target)
        else:
            os.truncate(target, self.size)
        handle = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        with target.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _line(self, row: Row, fault: Fault) -> str:
        marks = [str(row.number), fault.code, fault.field or "", fault.message]
        if self._shape.kind != CSV:
            known = {"_raw": row.raw} if row.data is None else row.data
            values = {**known, "_row": row.number, **dict(zip(MARKS[1:], marks[1:], strict=True))}
            return msgspec.json.encode(_plain(values)).decode() + "\n"
        if row.fault is not None:
            # In a cell its text would be imported as a value, if nobody mends it first.
            cells = [""] * len(self._kept)
            marks[-1] = f"{fault.message}: {row.raw[:_SHOWN]}"
        else:
            cells = [row.cells[n] if n < len(row.cells) else "" for n in self._kept]
        # In a spreadsheet nothing of somebody else's file may run; an import takes the guard off again.
        return self._csv([guarded(cell) for cell in (*cells, *marks)])

    def _csv(self, cells: Sequence[str]) -> str:
        out = io.StringIO()
        csv.writer(out, delimiter=self._shape.delimiter or ",", lineterminator="\r\n").writerow(cells)
        return out.getvalue()


def _plain(value: object) -> object:
    """``value`` without lone surrogates, which JSON cannot carry."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_plain(key): _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list) else value
