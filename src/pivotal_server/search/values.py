"""What a value must be like for a field to take it."""

import math
import re
from collections.abc import Sequence

from pivotal_server.search.grammar import Term

HUGE = 1e300

_FLOAT = re.compile(r"-?\d{1,18}(?:\.\d{1,9})?", re.ASCII)


class Impossible(Exception):
    """The field cannot have this value. ``said`` tells why; ``near`` are values like it."""

    def __init__(self, said: str = "", near: Sequence[str] = ()) -> None:
        super().__init__(said)
        self.near = near


def require_plain(term: Term) -> None:
    """Raises :class:`Impossible` for a comparison or range where the field has none."""
    if term.compare:
        raise Impossible(f"{term.field} cannot be compared")


def only_word(term: Term) -> str:
    """The one value of a term, as names are written. Raises :class:`Impossible` for several."""
    if len(term.values) != 1:
        raise Impossible(f"{term.field} takes one value")
    return term.values[0].text.lower().replace("-", "_")


def _float(text: str) -> float:
    if _FLOAT.fullmatch(text) is None:
        raise Impossible
    return float(text)


def bounds(term: Term) -> tuple[float, float]:
    """The least and the greatest number that a term allows."""
    texts = [atom.text.replace("_", "") for atom in term.values]
    if term.compare == "..":
        low, high = texts
        return (_float(low) if low else -HUGE), (_float(high) if high else HUGE)
    if len(texts) != 1:
        raise Impossible(f"{term.field} takes one number")
    value = _float(texts[0])
    return {
        "": (value, value),
        ">": (math.nextafter(value, math.inf), HUGE),
        ">=": (value, HUGE),
        "<": (-HUGE, math.nextafter(value, -math.inf)),
        "<=": (-HUGE, value),
    }[term.compare]
