"""View models of the search page and the palette."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from pivotal_server.onboardings.views import PhaseChip
from pivotal_server.search.words import folded

Glyph = Literal["tile", "person", "phase", "done", "open"]


class Piece(msgspec.Struct, frozen=True):
    """A part of a text; ``hit``: the query found it."""

    text: str
    hit: bool = False


class Row(msgspec.Struct, frozen=True):
    """One row that was found. ``key`` is unique on the page; ``id`` gives the colour of tile or avatar.

    ``name`` and ``detail`` are cut into pieces where the query hits. ``status`` is that of a customer,
    ``state`` that of an onboarding; ``day`` a due or target date, ``late`` when it has passed. ``number``: of
    a customer, by which it is remembered as opened.
    """

    key: str
    url: str
    glyph: Glyph
    id: str
    plain: str
    name: tuple[Piece, ...]
    detail: tuple[Piece, ...] = ()
    status: str = ""
    state: str = ""
    phase: PhaseChip | None = None
    day: str = ""
    late: bool = False
    livemode: bool = True
    number: int = 0


class Act(msgspec.Struct, frozen=True):
    """One action or page. ``icon``: of the sprite; ``dialog``: how it opens; ``keys``: its shortcut."""

    key: str
    label: str
    icon: str
    url: str = ""
    dialog: str = ""
    keys: str = ""


class Group(msgspec.Struct, frozen=True):
    """Rows of one kind. ``more``: the query by which the list of customers shows all, if there are more."""

    title: str
    rows: tuple[Row, ...] = ()
    acts: tuple[Act, ...] = ()
    more: str = ""


class Results(msgspec.Struct, frozen=True):
    """Context ``page`` of ``search/search.html``.

    ``asked``: whether anything was searched. ``hints``: what is to be said about the query. ``similar``:
    names much like the text, each with the address that finds it. ``archived``: the address that searches
    archived records too. ``grammar``: how queries are written, as examples with their meaning.
    """

    q: str
    asked: bool
    groups: tuple[Group, ...]
    hints: tuple[str, ...] = ()
    similar: tuple[tuple[str, str], ...] = ()
    archived: str = ""
    grammar: tuple[tuple[str, str], ...] = ()

    @property
    def count(self) -> int:
        """How many rows and actions there are."""
        return sum(len(group.rows) + len(group.acts) for group in self.groups)


GRAMMAR: tuple[tuple[str, str], ...] = (
    ("auro out", "words, by their beginnings"),
    ('"bright future"', "exactly these words"),
    ("#245", "by number"),
    ("status:active,at_risk", "one of several values"),
    ("owner:me · csm:none", "people, or nobody"),
    ("tag:vip · -tag:pilot", "with a tag, without one"),
    ("mrr:>1000 · health:40..69", "numbers"),
    ("due:<today · launch:this_week", "days"),
    ("is:overdue · has:primary", "how it stands"),
    ("type:task · domain:acme.com", "one kind, one field"),
    ("> new", "actions only"),
)
"""Examples of the grammar with what they mean."""


def pieces(text: str, words: Sequence[str]) -> tuple[Piece, ...]:
    """``text`` cut where one of its words begins with one of ``words``, which are folded."""
    found: list[Piece] = []
    plain = ""
    at = 0
    while at < len(text):
        end = at
        while end < len(text) and text[end].isalnum():
            end += 1
        word = text[at:end]
        length = _hit(word, words)
        if length:
            if plain:
                found.append(Piece(plain))
            found.append(Piece(word[:length], True))
            plain = word[length:]
        else:
            plain += word
        if end < len(text):
            plain += text[end]
        at = end + 1
    if plain:
        found.append(Piece(plain))
    return tuple(found)


def _hit(word: str, words: Sequence[str]) -> int:
    """How many letters at the beginning of ``word`` one of ``words`` meets."""
    plain = folded(word)
    best = max((len(one) for one in words if one and plain.startswith(one)), default=0)
    # Where folding changes the number of letters, the whole word is marked.
    return best if len(plain) == len(word) else len(word) if best else 0
