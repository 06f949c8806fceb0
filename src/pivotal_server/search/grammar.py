"""How a query is written: terms, fields, comparisons, ranges, phrases (WB-SRCH, 6.1). What fields mean is
in ``fields``.

    query  = term { space term }
    term   = [ "-" ] ( field ":" value | phrase | word )
    value  = [ ">" | ">=" | "<" | "<=" ] atom | atom ".." atom | atom { "," atom }

Nothing is an error: an open quote closes at the end, and what is no field is a word.
"""

import re

from msgspec import Struct

MOST_LETTERS = 400
MOST_TERMS = 20

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)?):(?=\S)")
_NUMBER = re.compile(r'#(\d{1,18})(?=[\s"]|$)', re.ASCII)
_COMPARE = re.compile(r">=|<=|>|<")
_PHRASE = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|\\?\Z)', re.DOTALL)
_UNTIL_SPACE = re.compile(r"\S+")
_ATOM = re.compile(r'(?:(?!\.\.)[^\s,"])+')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Atom(Struct, frozen=True):
    """One value. A ``phrase`` stood in quotes: it is meant exactly."""

    text: str
    phrase: bool = False


class Term(Struct, frozen=True):
    """One condition. Without a ``field`` it is free text with one value.

    ``compare`` is ``>``, ``>=``, ``<``, ``<=``, ``..`` or empty. A range has two values, of which one may be
    empty; otherwise several values mean any of them. ``source`` is the term as it was typed, without ``-``.
    """

    source: str
    field: str | None
    values: tuple[Atom, ...]
    compare: str = ""
    negated: bool = False


class Parsed(Struct, frozen=True):
    """The terms of a query, and what there is to say about what was left out."""

    terms: tuple[Term, ...]
    hints: tuple[str, ...] = ()


def parse(text: str) -> Parsed:
    """The terms of a query. Never raises."""
    hints: list[str] = []
    if len(text) > MOST_LETTERS:
        text = text[:MOST_LETTERS]
        hints.append(f"Only the first {MOST_LETTERS} characters are searched.")
    terms: list[Term] = []
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            break
        if len(terms) == MOST_TERMS:
            hints.append(f"Only the first {MOST_TERMS} terms are searched.")
            break
        term, at = _term(text, at)
        if term is not None:
            terms.append(term)
    return Parsed(tuple(terms), tuple(hints))


def _term(text: str, at: int) -> tuple[Term | None, int]:
    negated = text[at] == "-" and at + 1 < len(text) and not text[at + 1].isspace()
    start = at = at + negated
    number = _NUMBER.match(text, at)
    if number is not None:
        return Term(number[0], "id", (Atom(number[1]),), negated=negated), number.end()
    field = _FIELD.match(text, at)
    if field is not None:
        compare, values, at = _value(text, field.end())
        if values:
            return Term(text[start:at], field[1].lower(), values, compare, negated), at
    phrase = _PHRASE.match(text, at)
    if phrase is not None:
        end = phrase.end()
        said = _unescaped(phrase[1])
        return (Term(phrase[0], None, (Atom(said, True),), negated=negated) if said else None), end
    word = _UNTIL_SPACE.match(text, at)
    assert word is not None, "spaces were passed over"
    # A quote inside a word begins a phrase of its own.
    said = word[0].partition('"')[0] or word[0]
    return Term(said, None, (Atom(said),), negated=negated), at + len(said)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text).strip()


def _value(text: str, at: int) -> tuple[str, tuple[Atom, ...], int]:
    """The value of a field at a place: how it compares, its atoms (none: it is no value), and its end."""
    compare = _COMPARE.match(text, at)
    if compare is not None:
        atom, end = _atom(text, compare.end())
        return (compare[0], (atom,), end) if atom is not None else ("", (), at)
    first, end = _atom(text, at)
    if text.startswith("..", end):
        last, end = _atom(text, end + 2)
        if first is None and last is None:
            return "", (), at
        return "..", (first or Atom(""), last or Atom("")), end
    if first is None:
        return "", (), at
    found = [first]
    while text.startswith(",", end):
        following, past = _atom(text, end + 1)
        end = past
        if following is not None:
            found.append(following)
    return "", tuple(found), end


def _atom(text: str, at: int) -> tuple[Atom | None, int]:
    phrase = _PHRASE.match(text, at)
    if phrase is not None:
        said = _unescaped(phrase[1])
        return (Atom(said, True) if said else None), phrase.end()
    word = _ATOM.match(text, at)
    return (None, at) if word is None else (Atom(word[0]), word.end())


def written(term: Term) -> str:
    """A term as it is written: reading this gives the same term, whatever stands beside it."""
    sign = "-" if term.negated else ""
    values = [_quoted(atom) for atom in term.values]
    if term.field is None:
        return f"{sign}{values[0]}"
    if term.field == "id" and len(values) == 1 and _NUMBER.fullmatch(f"#{values[0]}"):
        return f"{sign}#{values[0]}"
    if term.compare == "..":
        return f"{sign}{term.field}:{'..'.join(values)}"
    return f"{sign}{term.field}:{term.compare}{','.join(values)}"


def _quoted(atom: Atom) -> str:
    if not atom.phrase:
        return atom.text
    return '"{}"'.format(atom.text.replace("\\", "\\\\").replace('"', '\\"'))
