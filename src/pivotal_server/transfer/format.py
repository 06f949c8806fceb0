"""What a file of rows is: CSV or JSON Lines, in which encoding, with which delimiter. Told by its content."""

import codecs
from pathlib import Path
from typing import Literal

import msgspec

Kind = Literal["csv", "jsonl"]
CSV: Kind = "csv"
JSON_LINES: Kind = "jsonl"
ENCODINGS = ("utf-8", "utf-16", "windows-1252")
DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}

_CHUNK = 1024 * 1024
_SAMPLE = 64 * 1024
# So many characters beyond ASCII must be well-formed for each one that is not, for a text to count as UTF-8.
_TOLERANCE = 10


class Format(msgspec.Struct, frozen=True):
    """How a file is to be read. ``codec`` is Python's name of the encoding."""

    kind: Kind
    codec: str
    delimiter: str


def detect(
    path: Path,
    name: str,
    *,
    kind: Kind | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Format:
    """The format of the file at ``path``, called ``name`` by whoever sent it; what is given is not guessed.

    ``encoding`` is one of :data:`ENCODINGS`, ``delimiter`` one of :data:`DELIMITERS`. Reads the whole file
    when the encoding is not given: call it in a thread. Raises ``OSError``.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    codec = _codec(path, head) if encoding is None else _named(encoding, head)
    text = codecs.getincrementaldecoder(codec)("replace").decode(head)
    if kind is None:
        kind = JSON_LINES if _looks_like_json(text, name) else CSV
    if kind == JSON_LINES:
        return Format(JSON_LINES, codec, "")
    return Format(CSV, codec, _delimiter(text) if delimiter is None else delimiter)


def _looks_like_json(text: str, name: str) -> bool:
    if name.lower().endswith((".jsonl", ".ndjson")):
        return True
    return text.lstrip().startswith("{")


def _named(encoding: str, head: bytes) -> str:
    if encoding == "utf-8":
        return "utf-8-sig"
    if encoding == "utf-16":
        return _utf_16(head) or "utf-16-le"
    return "cp1252"


def _utf_16(head: bytes) -> str | None:
    """UTF-16 by its mark, or by the zero bytes that Latin text has in it."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) >= 8 and max(even, odd) > len(head) // 8 and min(even, odd) * 10 < max(even, odd):
        return "utf-16-be" if even > odd else "utf-16-le"
    return None


def _codec(path: Path, head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    wide = _utf_16(head)
    if wide is not None:
        return wide
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    broken = beyond = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if chunk.isascii():
                continue
            text = decoder.decode(chunk)
            broken += text.count("\ufffd")
            beyond += len(text) - len(text.encode("ascii", "ignore"))
    broken += decoder.decode(b"", final=True).count("\ufffd")
    return "utf-8-sig" if beyond - broken >= _TOLERANCE * broken else "cp1252"


def _delimiter(text: str) -> str:
    """The delimiter that the first line says (``sep=;``), or else the one it uses most, outside of quotes."""
    lines = text.lstrip("\ufeff").splitlines()
    first = next((line for line in lines if line.strip()), "")
    if first[:4].lower() == "sep=" and first[4:5] in DELIMITERS:
        return first[4]
    bare = "".join(first.split('"')[0::2])
    counts = {delimiter: bare.count(delimiter) for delimiter in DELIMITERS}
    most = max(counts.values())
    return next(delimiter for delimiter, count in counts.items() if count == most)
