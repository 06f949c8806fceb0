"""Rows out of files: exact for well-formed ones, bounded and never lost for broken ones."""

import csv
import io
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.kit.cells import guarded, unguarded
from pivotal_server.transfer import reading
from pivotal_server.transfer.format import CSV, Format, detect
from pivotal_server.transfer.reading import LONGEST_ROW, BadFile, Row, read_rows

COMMA = Format(CSV, "utf-8", ",")
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


def rows_of(text: str, shape: Format = COMMA) -> list[Row]:
    return list(read_rows(io.StringIO(text, newline=""), shape))


def written(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=8))
def test_what_was_written_is_read(rows: list[list[str]]) -> None:
    rows = [["header", "x"], *rows]
    found = rows_of(written(rows))
    assert [row.cells for row in found] == [row for row in rows if any(row)]
    assert all(row.fault is None for row in found)


@given(text=st.text(st.sampled_from('a,"\r\n;'), max_size=60))
def test_nothing_upsets_the_reader_and_nothing_is_lost(text: str) -> None:
    found = rows_of("header\r\n" + text)
    numbers = [row.number for row in found]
    assert numbers == sorted(set(numbers))
    letters = sum(row.raw.count("a") if row.fault else "".join(row.cells).count("a") for row in found[1:])
    assert letters == text.count("a")


def test_an_open_quote_costs_its_own_row_only() -> None:
    lines = ["name", "One", '"Two', "Three", '"Four, five"', 'Six"', "Seven"]
    found = rows_of("\n".join(lines))
    assert [(row.number, row.cells, row.fault is None) for row in found] == [
        (1, ["name"], True),
        (2, ["One"], True),
        (3, [], False),
        (4, ["Three"], True),
        (5, ["Four, five"], True),
        (6, ['Six"'], True),
        (7, ["Seven"], True),
    ]
    assert found[2].raw == '"Two'


def test_a_quote_that_is_never_closed_reaches_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LINES", 50)
    text = 'name\n"Open\n' + "".join(f"Company {n}\n" for n in range(1_000))
    found = rows_of(text)
    assert [row.number for row in found if row.fault] == [2]
    assert [row.cells[0] for row in found if not row.fault] == [
        "name",
        *(f"Company {n}" for n in range(1_000)),
    ]


class Endless(io.TextIOBase):
    """A line without an end, which counts how much of it was read at once."""

    def __init__(self, length: int) -> None:
        self.left = length
        self.most = 0

    def readline(self, size: int | None = -1) -> str:  # type: ignore[override]
        assert size is not None
        assert size > 0
        self.most = max(self.most, size)
        part = min(size, self.left)
        self.left -= part
        return "y" * part


def test_a_gigantic_line_does_not_fill_the_memory() -> None:
    line = Endless(200 * LONGEST_ROW)
    file = itertools.chain(["name\n"], [])

    class File(io.TextIOBase):
        def readline(self, size: int | None = -1) -> str:  # type: ignore[override]
            return next(file, None) or line.readline(size)

    found = list(read_rows(File(), COMMA))  # type: ignore[arg-type]
    assert [row.fault is None for row in found] == [True, False]
    assert found[1].fault is not None
    assert found[1].fault.code == "too_big"
    assert len(found[1].raw) <= 10_000
    assert (line.left, line.most) == (0, LONGEST_ROW + 1)


@pytest.mark.parametrize("text", ["", "\n\n\r\n", ",,\n", "sep=;\n"])
def test_a_csv_needs_a_header(text: str) -> None:
    with pytest.raises(BadFile, match="no header row"):
        rows_of(text)


@given(text=st.text(st.sampled_from("'=+-@\t\r0.5eE a"), max_size=8))
def test_guarding_can_be_undone_and_leaves_no_formula(text: str) -> None:
    safe = guarded(text)
    assert unguarded(safe) == text
    assert guarded(safe) != safe or safe == text
    if safe[:1] in ("=", "@", "\t", "\r"):
        raise AssertionError(safe)
    if safe[:1] in ("+", "-"):
        float(safe)


@pytest.mark.parametrize("number", ["-5", "+5.25", "-.5", "1e9", "-1E-3"])
def test_numbers_are_no_formulas(number: str) -> None:
    assert guarded(number) == number


@given(
    name=st.text(st.characters(min_codepoint=0xC0, max_codepoint=0x17F), min_size=10, max_size=40),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_the_format_is_told_by_the_content(
    tmp_path_factory: pytest.TempPathFactory, name: str, delimiter: str, codec: str
) -> None:
    path = tmp_path_factory.mktemp("format") / "rows"
    text = written([["Name", "A column with words", "Domain"], [name, "x" * 200, "a"]], delimiter)
    path.write_bytes(text.encode(codec))
    shape = detect(path, "rows.csv")
    assert (shape.kind, shape.delimiter) == (CSV, delimiter)
    with reading.open_text(path, shape) as file:
        found = [row.cells for row in read_rows(file, shape)]
    assert found[1][0] == name


def test_one_broken_letter_does_not_make_utf_8_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(b"Name\n" + "Zoë\n".encode() * 20 + b"Zo\xeb\n")
    assert detect(path, "rows.csv").codec == "utf-8-sig"
    path.write_bytes(b"Name\n" + b"Zo\xeb\n" * 20)
    assert detect(path, "rows.csv").codec == "cp1252"
