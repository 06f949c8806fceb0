"""Names of files as strangers send them, made safe to store, show and send back."""

import re
import unicodedata

LONGEST = 255
"""Bytes of a name in UTF-8, which is what common file systems take."""

_LONGEST_ENDING = 32
# Control characters, line separators, halves of surrogate pairs, and the marks that turn the direction of
# writing or show nothing: with them a name such as "invoice<mark>fdp.exe" reads as "invoiceexe.pdf".
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def clean_name(name: str) -> str:
    """``name`` in NFC without folders, control characters and invisible marks, at most 255 bytes.

    A name that is cut keeps its ending. One of which nothing is left becomes ``file``.
    """
    name = _UNSAFE.sub("", unicodedata.normalize("NFC", name))
    name = re.split(r"[/\\]", name)[-1]
    name = " ".join(name.split()).rstrip(". ")
    if not name.strip("."):
        return "file"
    encoded = name.encode()
    if len(encoded) <= LONGEST:
        return name
    dot = name.rfind(".")
    ending = name[dot:].encode() if dot > 0 else b""
    if len(ending) > _LONGEST_ENDING:
        ending = b""
    stem = encoded[: len(encoded) - len(ending)][: LONGEST - len(ending)]
    return stem.decode(errors="ignore").rstrip(". ") + ending.decode()
