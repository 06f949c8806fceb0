"""Names of files from strangers."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.kit.filenames import LONGEST, clean_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\dana\\plan.pdf", "plan.pdf"),
        ("/absolute/plan.pdf", "plan.pdf"),
        ("folder/", "file"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        (" \t ", "file"),
        (".gitignore", ".gitignore"),
        ("plan.pdf. . ", "plan.pdf"),
        ("two  spaces.txt", "two spaces.txt"),
        ("line\r\nbreak.txt", "linebreak.txt"),
        ("nul\0.txt", "nul.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u2066b\u2069c\u200f.txt", "abc.txt"),
        ("zero\u200bwidth\ufeff.txt", "zerowidth.txt"),
        ("half\ud800.txt", "half.txt"),
        ("Über uns – Größe.docx", "Über uns – Größe.docx"),
        ("e\u0301.txt", "é.txt"),
        ("計画.pdf", "計画.pdf"),
        ('quo"te;.txt', 'quo"te;.txt'),
    ],
)
def test_what_is_kept_of_a_name(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.mark.parametrize(
    ("sent", "length", "ending"),
    [
        ("a" * 300 + ".pdf", 255, ".pdf"),
        ("ü" * 200 + ".tar.gz", 255, "ü.gz"),
        ("計" * 100, 255, "計"),
        ("ü" * 200, 254, "ü"),
        ("a." + "b" * 300, 255, "b"),
    ],
)
def test_a_long_name_is_cut_before_its_ending(sent: str, length: int, ending: str) -> None:
    name = clean_name(sent)
    assert len(name.encode()) == length
    assert name.endswith(ending)


@given(st.text(max_size=400))
def test_a_cleaned_name_is_one_safe_part_of_a_path(sent: str) -> None:
    name = clean_name(sent)
    assert 1 <= len(name.encode()) <= LONGEST
    assert name not in (".", "..")
    assert not set(name) & set("/\\")
    assert not any(unicodedata.category(one) == "Cc" for one in name)
    assert clean_name(name) == name
