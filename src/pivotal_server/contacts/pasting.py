"""A pasted list of contacts, one a line: ``name, email, title, phone``."""

import csv
from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from pivotal_server.contacts.schemas import ContactCreate
from pivotal_server.contacts.words import WORDS
from pivotal_server.kit.validation import Body
from pivotal_server.web.forms import check

Verdict = Literal["new", "double", "faulty"]
COLUMNS = ("name", "email", "title", "phone")
_BODY = Body(ContactCreate)


class Line(msgspec.Struct, frozen=True):
    """One line that holds something: its number, what it says, what becomes of it and why.

    ``data``: the contact of a line that is not faulty.
    """

    number: int
    text: str
    verdict: Verdict
    reason: str = ""
    data: ContactCreate | None = None


def read_lines(text: str) -> list[Line]:
    """The lines of ``text`` that hold something; a line whose address stands above already is a double.

    Values stand between tabs where a line has one, else between commas; quotes keep commas together.
    """
    found: list[Line] = []
    seen: set[str] = set()
    for number, raw in enumerate(text.splitlines(), start=1):
        if raw.strip():
            line = _read(number, raw.strip(), seen)
            found.append(line)
    return found


def _read(number: int, text: str, seen: set[str]) -> Line:
    try:
        [values] = csv.reader(
            [text], delimiter="\t" if "\t" in text else ",", skipinitialspace=True, strict=True
        )
    except csv.Error:
        return Line(number, text, "faulty", "A quotation mark is not closed.")
    if len(values) > len(COLUMNS) and any(value.strip() for value in values[len(COLUMNS) :]):
        return Line(number, text, "faulty", "There are more than four values.")
    data, errors = check(_BODY, dict(zip(COLUMNS, values, strict=False)), WORDS)
    if errors:
        return Line(number, text, "faulty", " ".join(errors[name] for name in COLUMNS if name in errors))
    if data.email in seen:
        return Line(number, text, "double", "It stands above already.", data)
    seen.add(data.email)
    return Line(number, text, "new", "", data)


def addresses(lines: Sequence[Line]) -> list[str]:
    """The addresses of the lines that are new so far."""
    return [line.data.email for line in lines if line.verdict == "new" and line.data is not None]


def known(lines: Sequence[Line], taken: Collection[str]) -> list[Line]:
    """The lines, those whose address the customer has ``taken`` already marked as doubles."""
    return [
        msgspec.structs.replace(line, verdict="double", reason="The customer has this contact already.")
        if line.verdict == "new" and line.data is not None and line.data.email in taken
        else line
        for line in lines
    ]
