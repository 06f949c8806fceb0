"""The statements of finding: what is read, how well it fits, and where a search begins to look.

With words to look for, the full-text index gives the newest changed rows that hold them; among those, and the
rows whose name begins with the text, the best are chosen. So a query that half of all records answer costs no
more than one that few do. Without words the records changed last are looked at first, all others only if too
few of those are wanted.

Who sees few customers is answered from the rows of those alone; of more, they narrow what the index gives.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
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

from pivotal_server.db.elements import passed_over
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
from pivotal_server.db.search_leads import HOME, leads
from pivotal_server.db.statements import DialectName, Statement, StatementCache, any_of
from pivotal_server.db.tables import search_rows
from pivotal_server.db.types import CalendarDay, Key
from pivotal_server.db.visibility import visible_to as visible_customers

CANDIDATES: Final = 100
"""Rows with the words that are ranked: the newest changed ones."""
LOOKED_AT: Final = 600
"""The newest changed records that are looked at before all of them."""
NAMED: Final = 50
"""Rows whose name begins with the text that are ranked beside them."""

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
WITH_WORDS = "words"
WITH_TEXT = "text"
CUT = "cut"
GOES_ON = "after"
VISIBLE_TO = "visible_to"
SEEN_LEAD = "seen_lead"
SEEN = "seen"
NONE_TOO = "+none"
MAY_BE_NONE = frozenset(PREFIX + name for name in ("owner", "csm", "assignee"))
_WAYS = (
    *(WITH_WORDS, WITH_TEXT, CUT, GOES_ON, VISIBLE_TO, SEEN_LEAD, SEEN),
    *(name + NONE_TOO for name in MAY_BE_NONE),
)
_AMONG_SEEN = any_of(R.customer_id, SEEN)
_LIMIT: BindParameter[int] = bindparam("limit", type_=BigInteger())


# As the index of PostgreSQL has it, to the letter.
_TSVECTOR: ColumnElement[Any] = literal_column(
    "array_to_tsvector(array_remove(string_to_array(search_rows.words, ' '), ''))"
)


def _row_of(kind: Kind) -> ColumnElement[bool]:
    """How the row of a record is found, or the record of a row."""
    base, _ = SOURCES[kind]
    return and_(R.org_id == base.c.org_id, R.object_id == base.c.id)


def indexed(
    rows: Select[Any], joined: FromClause | None, on: Any, dialect: DialectName, match: str = "match"
) -> Select[Any]:
    """``rows`` from the full-text index, the newest changed first, joined with their records."""
    if dialect == "postgresql":
        source = search_rows if joined is None else joined.join(search_rows, on)
        query = cast(bindparam("tsquery", type_=Text()), TSQUERY)
        rows = rows.select_from(source).where(_TSVECTOR.op("@@")(query)).order_by(R.seq.desc())
    else:
        source = _INDEX.join(search_rows, R.seq == _INDEX.c.rowid)
        source = source if joined is None else source.join(joined, on)
        # The index leads: its rows come in the order of their numbers, so that the first ones end the search.
        rows = rows.select_from(source).with_hint(search_rows, "INDEXED BY search_rows_seq", "sqlite")
        rows = rows.where(_matched(match)).order_by(_INDEX.c.rowid.desc())
    return rows.where(R.org_id == bindparam("org_id"))


def _matched(name: str) -> ColumnElement[bool]:
    return literal_column("search_index").op("MATCH")(bindparam(name, type_=Text()))


def _behind(c: Any) -> ColumnElement[bool]:
    """Whether a row was changed before the place where the answer goes on, or has a lower number there."""
    at = bindparam("after_updated_at", type_=c.updated_at.type)
    same_moment = and_(c.updated_at == at, c.display_id < bindparam("after_number", type_=c.display_id.type))
    return or_(c.updated_at < at, same_moment)


def _count(rows: FromClause) -> ColumnElement[int]:
    return select(func.count()).select_from(rows).scalar_subquery()


def _if_too_few(passed: FromClause, near: FromClause, wanted: Any) -> ColumnElement[int]:
    """The limit of a statement over all rows, 0 when those that were looked at first have answered.

    With a limit of 0 neither database begins to look.
    """
    return case((and_(_count(passed) < wanted, _count(near) == LOOKED_AT), wanted), else_=0)


def _newest(
    kind: Kind, conditions: Sequence[ColumnElement[bool]], *, cut: bool, dialect: DialectName
) -> list[Select[Any]]:
    """The ids of the newest changed rows with the words that meet the conditions.

    The index merges everything that holds a longer beginning of a word before it gives the first row; up to
    three letters have lists of their own. So with ``cut`` the newest rows with the cut words are looked at
    first, and the whole words are looked for only if too few of those hold them.
    """
    _, joined = SOURCES[kind]
    rows = select(R.object_id.label("id"))
    whole = indexed(rows, joined, _row_of(kind), dialect).where(*conditions)
    if not cut or dialect == "postgresql":
        return [whole.limit(CANDIDATES)]
    newest = select(_INDEX.c.rowid.label("seq")).select_from(_INDEX).where(_matched("match_cut"))
    near = newest.order_by(_INDEX.c.rowid.desc()).limit(LOOKED_AT).cte("near")
    passed = (
        rows.select_from(near.join(search_rows, R.seq == near.c.seq).join(joined, _row_of(kind)))
        .with_hint(search_rows, "INDEXED BY search_rows_seq", "sqlite")
        .where(R.org_id == bindparam("org_id"), *conditions)
        .order_by(near.c.seq.desc())
        .limit(CANDIDATES)
        .cte("passed")
    )
    return [select(passed.c.id), whole.limit(_if_too_few(passed, near, CANDIDATES))]


def _matching(kind: Kind, tier: ColumnElement[int], ids: Sequence[Select[Any]]) -> Select[Any]:
    _, joined = SOURCES[kind]
    found = [select(part.subquery(f"ids_{n}").c.id) for n, part in enumerate(ids)]
    among = union(*found).subquery("among")
    return (
        select(*_columns(kind, tier))
        .select_from(among.join(search_rows, R.object_id == among.c.id).join(joined, _row_of(kind)))
        .where(R.org_id == bindparam("org_id"))
    )


def _named(kind: Kind, tier: ColumnElement[int]) -> Select[Any]:
    """The rows whose name begins with the text, those that are equal to it first."""
    _, joined = SOURCES[kind]
    text, end = (bindparam(name, type_=R.name.type) for name in ("text", "text_end"))
    return (
        select(*_columns(kind, tier))
        .select_from(search_rows.join(joined, _row_of(kind)))
        .with_hint(search_rows, "INDEXED BY search_rows_name", "sqlite")
        .where(
            R.org_id == bindparam("org_id"), R.kind == kind, R.kind != "task", R.name >= text, R.name < end
        )
        .order_by(R.name)
        .limit(NAMED)
    )


def _of_seen(kind: Kind, tier: ColumnElement[int]) -> Select[Any]:
    """The rows of the few customers that are seen; the conditions look for the words in each."""
    _, joined = SOURCES[kind]
    rows = select(*_columns(kind, tier)).select_from(search_rows.join(joined, _row_of(kind)))
    rows = rows.with_hint(search_rows, "INDEXED BY search_rows_customer", "sqlite")
    return rows.where(R.org_id == bindparam("org_id"), R.kind == kind, _AMONG_SEEN)


def _recent(
    kind: Kind, tier: ColumnElement[int], conditions: Sequence[ColumnElement[bool]], given: frozenset[str]
) -> Select[Any]:
    """Without words to look for: the records changed last that meet the conditions.

    The newest are looked at first, and all only if too few of those are wanted.
    """
    base, joined = SOURCES[kind]
    source: FromClause = joined
    if any(name.startswith((f"{PREFIX}in_", f"{PREFIX}out_")) for name in given):
        source = joined.join(search_rows, _row_of(kind))
    own = [base.c.org_id == bindparam("org_id"), base.c.deleted_at.is_(None)]
    if "customer_hidden" in base.c and f"{PREFIX}not_archived" in given:
        own.append(~base.c.customer_hidden)
    elif "customer_hidden" in base.c and f"{PREFIX}is_archived" in given:
        own.append(base.c.customer_hidden)
    if GOES_ON in given:
        own += [
            base.c.updated_at <= bindparam("after_updated_at", type_=base.c.updated_at.type),
            _behind(base.c),
        ]
    order = (base.c.updated_at.desc(), base.c.display_id.desc())
    columns = _columns(kind, tier)
    every = select(*columns).select_from(source).where(*own, *conditions)
    # Numbers, and what belongs to few customers, lead to few at once.
    if SEEN_LEAD in given:
        return every.where(any_of(HOME[kind], SEEN))
    if f"{PREFIX}number" in given:
        return every
    near = select(base.c.id.label("id")).where(*own).order_by(*order).limit(LOOKED_AT).cte("near")
    passed = (
        select(base.c.id.label("id"))
        .select_from(near.join(source, base.c.id == near.c.id))
        .where(base.c.org_id == bindparam("org_id"), *conditions)
        .order_by(*order)
        .limit(_LIMIT)
        .cte("passed")
    )
    led = leads(kind, given, frozenset(name for name in given if f"{name}{NONE_TOO}" in given))
    # What leads to few is not to be found by a walk through all in their order.
    newest = (passed_over(base.c.updated_at).desc(), order[1]) if led else order
    rest = select(base.c.id.label("id")).select_from(source).where(*own, *conditions, *led).order_by(*newest)
    rest = rest.limit(_if_too_few(passed, near, _LIMIT))
    parts = (select(passed.c.id), select(rest.subquery("rest").c.id))
    return every.where(base.c.id.in_(union(*parts)))


def _statement(kind: Kind, given: frozenset[str], dialect: DialectName) -> Select[Any]:
    conditions = [*standing(kind), *(one for name, one in CONDITIONS[kind].items() if name in given)]
    if VISIBLE_TO in given:
        conditions.append(VISIBLE)
    ranked = WITH_TEXT in given
    tier = _tier(kind) if ranked else type_coerce(literal_column("5"), Integer())
    words = WITH_WORDS in given or ranked
    if SEEN in given:
        conditions.insert(0, any_of(R.customer_id if words else HOME[kind], SEEN))
    if words and SEEN_LEAD in given:
        rows = _of_seen(kind, tier).where(*conditions).subquery("found")
    elif words:
        ids = _newest(kind, conditions, cut=CUT in given, dialect=dialect)
        parts = [_matching(kind, tier, ids)]
        if ranked and kind != "task":
            parts.append(_named(kind, tier).where(*conditions))
        inner = [select(part.subquery(f"part_{n}")) for n, part in enumerate(parts)]
        rows = union(*inner).subquery("found") if len(inner) > 1 else parts[0].subquery("found")
    else:
        rows = _recent(kind, tier, conditions, given).subquery("found")
    statement, c = select(*rows.c), rows.c
    if GOES_ON in given:
        at_tier = bindparam("after_tier", type_=Integer())
        statement = statement.where(or_(c.tier > at_tier, and_(c.tier == at_tier, _behind(c))))
    return statement.order_by(c.tier, c.updated_at.desc(), c.display_id.desc()).limit(_LIMIT)


def _built(kind: Kind) -> StatementCache[Found]:
    def build(given: frozenset[str]) -> Statement[Found]:
        return Statement(
            _statement(kind, given, "sqlite"), Found, postgresql=_statement(kind, given, "postgresql")
        )

    return StatementCache(build, [*CONDITIONS[kind], *_WAYS])


FIND: Mapping[Kind, StatementCache[Found]] = {kind: _built(kind) for kind in SOURCES}
