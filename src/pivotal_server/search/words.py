"""Texts as search sees them: words without case and accents.

Records and queries are cut by the same function, so both databases only ever compare plain words that are
separated by spaces.
"""

import re
import unicodedata

MOST_LETTERS = 64
"""Letters of a word that count; what follows is cut off, in records and queries alike."""

_WORD = re.compile(r"[^\W_]+")
# Letters with a stroke or of two, which Unicode does not take apart.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ħ": "h",
        "ŧ": "t",
    }
)


def folded(text: str) -> str:
    """``text`` without case and accents."""
    if text.isascii():
        return text.lower()
    # What Unicode takes apart may be capital letters once more.
    apart = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_LETTERS)


def words_of(text: str) -> list[str]:
    """The words of ``text``, folded: runs of letters and digits."""
    return [word[:MOST_LETTERS] for word in _WORD.findall(folded(text))]


def run_of(text: str | None) -> str:
    """The words of ``text`` with single spaces between them; empty for ``None``."""
    return " ".join(words_of(text)) if text else ""
