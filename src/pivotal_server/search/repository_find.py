"""Finding: the records of one kind that a query wants, the best first."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import asdict

from pivotal_server.db.engine import Executor
from pivotal_server.db.search_conditions import CONDITIONS, PREFIX, Kind
from pivotal_server.db.statements import DialectName
from pivotal_server.search import repository_statements as statements
from pivotal_server.search.fields import NONE
from pivotal_server.search.meaning import Wanted
from pivotal_server.search.repository import scope_word
from pivotal_server.search.repository_statements import After, Found

__all__ = ["After", "Found", "applies", "find", "match_of"]

FEW_SEEN: Final = 300
"""Up to so many visible customers lead a search for words, in place of the full-text index."""
LONGEST_CUT: Final = 3
"""Letters of the beginnings of words that the full-text index of SQLite has lists of (``prefix``)."""


def _expression(scope: str, words: Sequence[Any], dialect: DialectName, *, cut: bool = False) -> str:
    """The words to look for as the full-text index wants them written: all terms, of each any alternative.

    ``cut``: only so much of the beginnings of words as the index has lists of.
    """
    both, either = (" & ", " | ") if dialect == "postgresql" else (" AND ", " OR ")

    def one(word: str, exact: bool) -> str:
        if dialect == "postgresql":
            return f"'{word}'" if exact else f"'{word}':*"
        return f'"{word}"' if exact else f'"{word[:LONGEST_CUT] if cut else word}"*'

    terms = [f"({either.join(both.join(one(*word) for word in run) for run in term)})" for term in words]
    return both.join([*terms, one(scope, True)])


def _can_cut(words: Sequence[Any]) -> bool:
    return any(not exact and len(word) > LONGEST_CUT for term in words for run in term for word, exact in run)


def match_of(org_id: str, kind: Kind, wanted: Wanted) -> dict[str, str]:
    """What is bound to search the full-text index for the words of a query."""
    scope = scope_word(org_id, kind)
    return {
        "match_cut": _expression(scope, wanted.words, "sqlite", cut=True),
        "match": _expression(scope, wanted.words, "sqlite"),
        "tsquery": _expression(scope, wanted.words, "postgresql"),
    }


def applies(kind: Kind, wanted: Wanted) -> frozenset[str] | None:
    """The conditions among those wanted that this kind knows; ``None`` when it can have no rows.

    What a kind does not know it is not: asked for it, nothing of the kind is found; asked for what is not it,
    everything.
    """
    unknown = wanted.names - CONDITIONS[kind].keys()
    if any(not name.endswith("!") and not name.startswith(f"{PREFIX}out_") for name in unknown):
        return None
    return wanted.names - unknown


async def find(
    db: Executor,
    org_id: str,
    kind: Kind,
    wanted: Wanted,
    *,
    visible_to: str | None,
    seen: Sequence[str] | None = None,
    limit: int,
    after: After | None = None,
) -> Sequence[Found]:
    """The best ``limit`` records of a kind, behind ``after`` if that is given.

    ``visible_to`` is the member whose customers alone are searched, ``seen`` the ids of these, if known.
    """
    names = applies(kind, wanted)
    if names is None:
        return []
    given = set(names)
    params: dict[str, Any] = {**wanted.params, "org_id": org_id, "limit": limit}
    if visible_to is not None:
        given.add(statements.VISIBLE_TO)
        params[statements.VISIBLE_TO] = visible_to
    if seen is not None:
        given.add(statements.SEEN_LEAD if len(seen) <= FEW_SEEN else statements.SEEN)
        params[statements.SEEN] = seen
    for name in given & statements.MAY_BE_NONE:
        if NONE in wanted.params[name]:
            given.add(f"{name}{statements.NONE_TOO}")
    if wanted.words:
        given.add(statements.WITH_WORDS)
        params |= match_of(org_id, kind, wanted)
        if _can_cut(wanted.words):
            given.add(statements.CUT)
    if wanted.text:
        given.add(statements.WITH_TEXT)
        params |= {"text": wanted.text, "text_end": wanted.text + "\U0010ffff"}
        params[f"{PREFIX}text_groups"] = wanted.params[f"{PREFIX}in_words"]
    if after is not None:
        given.add(statements.GOES_ON)
        params |= {f"after_{name}": value for name, value in asdict(after).items()}
    return await db.fetch_all(statements.FIND[kind].get(frozenset(given)), params)
