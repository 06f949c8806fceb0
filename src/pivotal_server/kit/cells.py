"""Cells of a CSV that no spreadsheet may take for a formula."""

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def guarded(text: str) -> str:
    """``text`` with an apostrophe in front where a spreadsheet might run it; numbers stay as they are."""
    if _is_formula(text):
        return f"'{text}"
    return text


def unguarded(text: str) -> str:
    """What :func:`guarded` made the text of."""
    if text.startswith("'") and _is_formula(text[1:]):
        return text[1:]
    return text


def _is_formula(text: str) -> bool:
    # One that begins with apostrophes and then as a formula would is guarded too, so that this can be undone.
    bare = text.lstrip("'")
    return bare.startswith(_FORMULA) and (len(bare) < len(text) or not _NUMBER.fullmatch(text))
