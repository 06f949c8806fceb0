"""Rows out of a file one by one, however broken some of them are; memory does not grow with the file."""

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import msgspec

from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.json import decode_json
from pivotal_server.transfer.format import CSV, Format

LONGEST_ROW = 1024 * 1024
"""Characters of one row at most. It also bounds how far a quote that is never closed can reach."""
MOST_LINES = 2_000
"""Lines of one row at most."""
MARKS = ("_row", "_error_code", "_error_field", "_error_message")
"""The columns that a file of errors adds; they are passed over when it is imported again."""

_SHOWN = 10_000
# Whatever is longer has been cut before. The limit is that of the process; nothing else in it reads CSV.
csv.field_size_limit(2 * LONGEST_ROW)


class Broken(msgspec.Struct, frozen=True):
    """Why a row cannot be read."""

    code: str
    message: str


class Row(msgspec.Struct, frozen=True):
    """One row: its number in the file from 1, as spreadsheets count, and its cells or its object.

    A row that cannot be read has ``fault``, and in ``raw`` as much of its text as is worth showing.
    """

    number: int
    cells: list[str]
    data: dict[str, Any] | None = None
    fault: Broken | None = None
    raw: str = ""


class BadFile(Exception):
    """The file as a whole cannot be read; the text says why, for a person."""


def open_text(path: Path, shape: Format) -> TextIO:
    """The file as text; what is not well-formed in its encoding becomes lone surrogates."""
    errors = "replace" if shape.codec.startswith("utf-16") else "surrogateescape"
    return path.open("r", encoding=shape.codec, errors=errors, newline="")


class Lines:
    """The physical lines of a text. Those of the row under way can be taken back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self._size = 0

    def begin_row(self) -> None:
        """A new row begins with the next line."""
        self.taken = []
        self._size = 0

    @property
    def is_cut(self) -> bool:
        """Whether the row under way is too long and was read in part."""
        return self._size > LONGEST_ROW

    def take_back(self) -> None:
        """Give back all lines of the row under way but its first."""
        self._again.extendleft(reversed(self.taken[1:]))

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        if self.is_cut or len(self.taken) >= MOST_LINES:
            raise _RowTooLong
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self.taken.append(line)
        self._size += len(line)
        return line

    def _read(self) -> str:
        """The next line; of one that is too long only its beginning, the rest is dropped."""
        line = self._file.readline(LONGEST_ROW + 1)
        if len(line) > LONGEST_ROW and not line.endswith(("\n", "\r")):
            while rest := self._file.readline(LONGEST_ROW):
                if rest.endswith(("\n", "\r")):
                    break
        return line


class _RowTooLong(Exception):
    pass


def read_rows(file: TextIO, shape: Format) -> Iterator[Row]:
    """The rows of an open text; of a CSV the first is its header. Blank rows are passed over.

    Raises :class:`BadFile` for a CSV without a header.
    """
    lines = Lines(file)
    if shape.kind == CSV:
        yield from _csv_rows(lines, shape)
    else:
        yield from _json_rows(lines)


def _csv_rows(lines: Lines, shape: Format) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=shape.delimiter, strict=True)
    number = 0
    headed = False
    while True:
        lines.begin_row()
        number += 1
        try:
            cells = next(reader)
            if lines.is_cut:
                raise _RowTooLong
        except StopIteration:
            break
        except (csv.Error, _RowTooLong) as problem:
            if not headed:
                raise BadFile("The header row cannot be read") from None
            fault = _csv_fault(lines, problem)
            yield Row(number, [], fault=fault, raw=lines.taken[0][:_SHOWN].rstrip("\r\n"))
            continue
        if not any(cells) or (not headed and _names_delimiter(cells)):
            continue
        headed = True
        yield Row(number, cells)
    if not headed:
        raise BadFile("The file has no header row")


def _names_delimiter(cells: list[str]) -> bool:
    """Whether a row is the line ``sep=;`` by which some spreadsheets name the delimiter."""
    return cells[0][:4].lower() == "sep=" and len(cells[0]) <= 5 and not any(cells[1:])


def _csv_fault(lines: Lines, problem: Exception) -> Broken:
    """What is wrong with the row under way. The lines after its first are read again as rows of their own."""
    if len(lines.taken[0]) > LONGEST_ROW:
        return Broken("too_big", f"The row is longer than {LONGEST_ROW:,} characters")
    lines.take_back()
    if isinstance(problem, _RowTooLong) or "unexpected end" in str(problem):
        return Broken("invalid_row", "A quotation mark is opened and not closed")
    return Broken("invalid_row", "The quotation marks of the row are not well formed")


def _json_rows(lines: Lines) -> Iterator[Row]:
    number = 0
    while True:
        lines.begin_row()
        line = next(lines, "")
        if not line:
            return
        text = line.strip()
        number += 1
        if not text:
            continue
        if len(line) > LONGEST_ROW:
            message = f"The row is longer than {LONGEST_ROW:,} characters"
            yield Row(number, [], fault=Broken("too_big", message), raw=text[:_SHOWN])
            continue
        try:
            data = decode_json(text.encode("utf-8", "surrogateescape"))
        except ApiError as problem:
            yield Row(number, [], fault=Broken(problem.code.code, problem.message), raw=text[:_SHOWN])
            continue
        if isinstance(data, dict):
            yield Row(number, [], data=data)
        else:
            message = "Each line must hold one JSON object"
            yield Row(number, [], fault=Broken("invalid_type", message), raw=text[:_SHOWN])
