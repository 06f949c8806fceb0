"""SQL of finding: the records of one kind that a query wants, the best first.

With words to look for, the full-text index gives the newest changed rows that hold them; among those, and the
rows whose name begins with the text, the best are chosen. So a query that half of all records answer costs no
more than one that few do. Without words the records themselves are read.

Who sees few customers is answered from the rows of those alone; of more, they narrow what the index gives.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    column,
    literal_column,
    null,
    or_,
    select,
    table,
    type_coerce,
    union,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.types import BigInteger, Text

from pivotal_server.db.engine import Executor
from pivotal_server.db.search_conditions import (
    CONDITIONS,
    PREFIX,
    SOURCES,
    C,
    Kind,
    O,
    P,
    R,
    T,
    matches_groups,
    standing,
)
from pivotal_server.db.statements import DialectName, Statement, StatementCache, any_of
from pivotal_server.db.tables import customers, search_rows
from pivotal_server.db.types import CalendarDay, Key
from pivotal_server.db.visibility import visible_to as visible_customers
from pivotal_server.search.meaning import Wanted
from pivotal_server.search.repository import scope_word

CANDIDATES: Final = 200
"""Rows with the words that are ranked: the newest changed ones."""
NAMED: Final = 50
"""Rows whose name begins with the text that are ranked beside them."""

FEW_SEEN: Final = 300
"""Up to so many visible customers lead a search for words, in place of the full-text index."""

VISIBLE = visible_customers(C.org_id, C.id, C.owner_id)
_INDEX = table("search_index", column("rowid", BigInteger))


class Found(Struct, frozen=True):
    """One record that was found. ``tier`` says how well it fits, 0 best."""

    tier: int
    updated_at: datetime
    display_id: int
    id: str
    name: str
    livemode: bool
    customer_id: str
    customer_number: int
    customer_slug: str
    customer_name: str
    customer_status: str
    domain: str | None
    email: str | None
    title: str | None
    onboarding_id: str | None
    onboarding_number: int | None
    phase: str | None
    state: str | None
    day: Any
    done: bool | None


class After(Struct, frozen=True):
    """The place behind which an answer goes on."""

    tier: int
    updated_at: datetime
    number: int


_COLUMNS: Mapping[Kind, Mapping[str, ColumnElement[Any]]] = {
    "customer": {"name": C.name, "domain": C.domain},
    "contact": {"name": P.name, "email": P.email, "title": P.title},
    "onboarding": {
        "name": O.name,
        "onboarding_id": O.id,
        "onboarding_number": O.display_id,
        "phase": O.phase,
        "state": O.state,
        "day": O.target_launch_date,
    },
    "task": {
        "name": T.title,
        "onboarding_id": T.onboarding_id,
        "onboarding_number": O.display_id,
        "phase": T.phase,
        "state": O.state,
        "day": T.due_date,
        "done": T.done,
    },
}
_EMPTY: Mapping[str, ColumnElement[Any]] = {
    "domain": cast(null(), Key()),
    "email": cast(null(), Key()),
    "title": cast(null(), Text()),
    "onboarding_id": cast(null(), Key()),
    "onboarding_number": cast(null(), BigInteger()),
    "phase": cast(null(), Key()),
    "state": cast(null(), Key()),
    "day": cast(null(), CalendarDay()),
    "done": cast(null(), T.done.type),
}


def _columns(kind: Kind, tier: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    base, _ = SOURCES[kind]
    own = {
        "tier": tier,
        "updated_at": base.c.updated_at,
        "display_id": base.c.display_id,
        "id": base.c.id,
        "livemode": base.c.livemode,
        "customer_id": C.id,
        "customer_number": C.display_id,
        "customer_slug": C.slug,
        "customer_name": C.name,
        "customer_status": C.status,
        **_EMPTY,
        **_COLUMNS[kind],
    }
    return [own[name].label(name) for name in Found.__struct_fields__]


def _tier(kind: Kind) -> ColumnElement[int]:
    """How well a row fits the text (WB-SRCH-4)."""
    text = bindparam("text", type_=R.name.type)
    padded = " " + text + " "
    whole = {
        "customer": [R.domain == text, (" " + R.email + " ").contains(padded)],
        "contact": [R.email == text],
    }
    return case(
        (R.name == text, 1),
        (R.name.startswith(text), 2),
        *((one, 3) for one in whole.get(kind, [])),
        (matches_groups(R.name, "text_groups"), 4),
        else_=5,
    )


# ── Statements ─────────────────────────────────────────────────────────────────────────────────
# How a statement is put together, besides its conditions.
_WITH_WORDS = "words"
_WITH_TEXT = "text"
_GOES_ON = "after"
_VISIBLE = "visible_to"
_SEEN_LEAD = "seen_lead"
_SEEN = "seen"
_WAYS = (_WITH_WORDS, _WITH_TEXT, _GOES_ON, _VISIBLE, _SEEN_LEAD, _SEEN)
_AMONG_SEEN = any_of(R.customer_id, _SEEN)


# As the index of PostgreSQL has it, to the letter.
_TSVECTOR: ColumnElement[Any] = literal_column(
    "array_to_tsvector(array_remove(string_to_array(search_rows.words, ' '), ''))"
)


def _indexed(rows: Select[Any], joined: FromClause | None, on: Any, dialect: DialectName) -> Select[Any]:
    """``rows`` from the full-text index, the newest changed first, joined with their records."""
    if dialect == "postgresql":
        source = search_rows if joined is None else joined.join(search_rows, on)
        query = cast(bindparam("tsquery", type_=Text()), TSQUERY)
        rows = rows.select_from(source).where(_TSVECTOR.op("@@")(query)).order_by(R.seq.desc())
    else:
        source = _INDEX.join(search_rows, R.seq == _INDEX.c.rowid)
        source = source if joined is None else source.join(joined, on)
        matched = literal_column("search_index").op("MATCH")(bindparam("match", type_=Text()))
        # The index leads: its rows come in the order of their numbers, so that the first ones end the search.
        rows = rows.select_from(source).with_hint(search_rows, "INDEXED BY search_rows_seq", "sqlite")
        rows = rows.where(matched).order_by(_INDEX.c.rowid.desc())
    return rows.where(R.org_id == bindparam("org_id"))


def _matching(kind: Kind, tier: ColumnElement[int], *, dialect: DialectName) -> Select[Any]:
    base, joined = SOURCES[kind]
    on = and_(R.org_id == base.c.org_id, R.object_id == base.c.id)
    return _indexed(select(*_columns(kind, tier)), joined, on, dialect).limit(CANDIDATES)


def _named(kind: Kind, tier: ColumnElement[int]) -> Select[Any]:
    """The rows whose name begins with the text, those that are equal to it first."""
    base, joined = SOURCES[kind]
    text, end = (bindparam(name, type_=R.name.type) for name in ("text", "text_end"))
    on = and_(R.org_id == base.c.org_id, R.object_id == base.c.id)
    return (
        select(*_columns(kind, tier))
        .select_from(search_rows.join(joined, on))
        .with_hint(search_rows, "INDEXED BY search_rows_name", "sqlite")
        .where(
            R.org_id == bindparam("org_id"), R.kind == kind, R.kind != "task", R.name >= text, R.name < end
        )
        .order_by(R.name)
        .limit(NAMED)
    )


def _of_seen(kind: Kind, tier: ColumnElement[int]) -> Select[Any]:
    """The rows of the few customers that are seen; the conditions look for the words in each."""
    base, joined = SOURCES[kind]
    on = and_(R.org_id == base.c.org_id, R.object_id == base.c.id)
    rows = select(*_columns(kind, tier)).select_from(search_rows.join(joined, on))
    rows = rows.with_hint(search_rows, "INDEXED BY search_rows_customer", "sqlite")
    return rows.where(R.org_id == bindparam("org_id"), R.kind == kind, _AMONG_SEEN)


def _statement(kind: Kind, given: frozenset[str], dialect: DialectName) -> Select[Any]:
    base, joined = SOURCES[kind]
    conditions = [*standing(kind), *(one for name, one in CONDITIONS[kind].items() if name in given)]
    if _VISIBLE in given:
        conditions.append(VISIBLE)
    ranked = _WITH_TEXT in given
    tier = _tier(kind) if ranked else type_coerce(literal_column("5"), Integer())
    if _SEEN_LEAD in given:
        rows = _of_seen(kind, tier).where(*conditions).subquery("found")
    elif _WITH_WORDS in given or ranked:
        if _SEEN in given:
            conditions.insert(0, _AMONG_SEEN)
        parts = [_matching(kind, tier, dialect=dialect).where(*conditions)]
        if ranked and kind != "task":
            parts.append(_named(kind, tier).where(*conditions))
        inner = [select(part.subquery(f"part_{n}")) for n, part in enumerate(parts)]
        rows = union(*inner).subquery("found") if len(inner) > 1 else parts[0].subquery("found")
    else:
        source = joined
        if any(name.startswith((f"{PREFIX}in_", f"{PREFIX}out_")) for name in given):
            on = and_(R.org_id == base.c.org_id, R.object_id == base.c.id)
            source = joined.join(search_rows, on)
        plain = select(*_columns(kind, tier)).select_from(source).where(base.c.org_id == bindparam("org_id"))
        rows = plain.where(*conditions).subquery("found")
    statement, c = select(*rows.c), rows.c
    if _GOES_ON in given:
        at_tier = bindparam("after_tier", type_=c.tier.type)
        at = bindparam("after_updated_at", type_=c.updated_at.type)
        number = bindparam("after_number", type_=c.display_id.type)
        same_moment = and_(c.updated_at == at, c.display_id < number)
        behind = and_(c.tier == at_tier, or_(c.updated_at < at, same_moment))
        statement = statement.where(or_(c.tier > at_tier, behind))
    return statement.order_by(c.tier, c.updated_at.desc(), c.display_id.desc()).limit(bindparam("limit"))


def _built(kind: Kind) -> StatementCache[Found]:
    def build(given: frozenset[str]) -> Statement[Found]:
        return Statement(
            _statement(kind, given, "sqlite"), Found, postgresql=_statement(kind, given, "postgresql")
        )

    return StatementCache(build, [*CONDITIONS[kind], *_WAYS])


_FIND: Mapping[Kind, StatementCache[Found]] = {kind: _built(kind) for kind in SOURCES}


def _expression(scope: str, words: Sequence[Any], dialect: DialectName) -> str:
    """The words to look for as the full-text index wants them written: all terms, of each any alternative."""
    both, either = (" & ", " | ") if dialect == "postgresql" else (" AND ", " OR ")

    def one(word: str, exact: bool) -> str:
        if dialect == "postgresql":
            return f"'{word}'" if exact else f"'{word}':*"
        return f'"{word}"' if exact else f'"{word}"*'

    terms = [f"({either.join(both.join(one(*word) for word in run) for run in term)})" for term in words]
    return both.join([*terms, one(scope, True)])


def _match(org_id: str, kind: Kind, wanted: Wanted) -> dict[str, str]:
    scope = scope_word(org_id, kind)
    return {
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
        given.add(_VISIBLE)
        params[_VISIBLE] = visible_to
    if seen is not None and (wanted.words or wanted.text):
        given.add(_SEEN_LEAD if len(seen) <= FEW_SEEN else _SEEN)
        params[_SEEN] = seen
    if wanted.words:
        given.add(_WITH_WORDS)
        params |= _match(org_id, kind, wanted)
    if wanted.text:
        given.add(_WITH_TEXT)
        params |= {"text": wanted.text, "text_end": wanted.text + "\U0010ffff"}
        params[f"{PREFIX}text_groups"] = wanted.params[f"{PREFIX}in_words"]
    if after is not None:
        given.add(_GOES_ON)
        params |= {f"after_{name}": value for name, value in asdict(after).items()}
    return await db.fetch_all(_FIND[kind].get(frozenset(given)), params)


# ── For lists of customers ─────────────────────────────────────────────────────────────────────
FEW: Final = 1_000
"""Up to so many customers are handed to a list by their ids."""


_ONE_ID = select(R.object_id).limit(FEW + 1)
_FEW = Statement.scalar(
    _indexed(_ONE_ID, None, None, "sqlite"), str, postgresql=_indexed(_ONE_ID, None, None, "postgresql")
)


async def few_customers(db: Executor, org_id: str, wanted: Wanted) -> list[str] | None:
    """The ids of the customers that hold the words, whatever else is wanted; ``None`` for very many."""
    params = {"org_id": org_id, **_match(org_id, "customer", wanted)}
    found = await db.fetch_all(_FEW, params)
    return found if len(found) <= FEW else None


# ── Names like the text ────────────────────────────────────────────────────────────────────────
_LIKE = 200


def _similar(given: frozenset[str]) -> Statement[str]:
    first, past = (bindparam(name, type_=R.name.type) for name in ("first", "past"))
    rows = select(C.name).select_from(
        search_rows.join(customers, and_(C.org_id == R.org_id, C.id == R.object_id))
    )
    conditions = [VISIBLE] if _VISIBLE in given else []
    rows = rows.where(
        R.org_id == bindparam("org_id"),
        R.kind == "customer",
        R.kind != "task",
        R.name >= first,
        R.name < past,
    )
    rows = rows.where(C.deleted_at.is_(None), C.status != "archived", *conditions)
    return Statement.scalar(rows.order_by(R.name).limit(_LIKE), str)


_SIMILAR = StatementCache(_similar, [_VISIBLE])


async def names_from(db: Executor, org_id: str, first: str, *, visible_to: str | None) -> list[str]:
    """The names of customers that begin with the letters ``first``, at most 200."""
    params: dict[str, Any] = {"org_id": org_id, "first": first, "past": first + "\U0010ffff"}
    if visible_to is not None:
        params[_VISIBLE] = visible_to
    return await db.fetch_all(_SIMILAR.pick(params), params)
