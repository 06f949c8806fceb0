"""SQL of what readers say of the docs."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, StatementCache, columns_of
from pivotal_server.db.tables import docs_votes


class VoteRow(msgspec.Struct, frozen=True):
    """One vote. ``release``: of the server whose page it was; ``done_at``: when somebody put it away."""

    id: str
    page: str
    day: date
    visitor: str
    helpful: bool
    comment: str | None
    release: str
    member_id: str | None
    created_at: datetime
    done_at: datetime | None


class Score(msgspec.Struct, frozen=True):
    """The votes on one page: how many found it helpful, how many not, and its open comments."""

    page: str
    yes: int
    no: int
    comments: int


class DayScore(msgspec.Struct, frozen=True):
    """The votes of one day."""

    day: date
    yes: int
    no: int


_V = docs_votes.c
_ORG = _V.org_id == bindparam("org_id")
_COMMENTED = _V.comment.is_not(None)
_YES = func.count().filter(_V.helpful)
_NO = func.count().filter(~_V.helpful)
_SINCE = (_ORG, _V.day >= bindparam("since"))

_KEY = ["org_id", "visitor", "page", "day"]
_FIELDS = ("org_id", *VoteRow.__struct_fields__)
_ROW: dict[str, BindParameter[Any]] = {name: bindparam(name, type_=_V[name].type) for name in _FIELDS}
# Who votes again the same day says it better: the id and the day stay, and it is to be read once more.
_ANEW = ("helpful", "comment", "release", "member_id", "created_at", "done_at")
_IN_SQLITE = sqlite.insert(docs_votes).values(_ROW)
_IN_POSTGRESQL = postgresql.insert(docs_votes).values(_ROW)
VOTE = Statement.write(
    _IN_SQLITE,
    sqlite=_IN_SQLITE.on_conflict_do_update(
        index_elements=_KEY, set_={name: _IN_SQLITE.excluded[name] for name in _ANEW}
    ),
    postgresql=_IN_POSTGRESQL.on_conflict_do_update(
        index_elements=_KEY, set_={name: _IN_POSTGRESQL.excluded[name] for name in _ANEW}
    ),
)
SCORES = Statement(
    select(
        _V.page,
        _YES.label("yes"),
        _NO.label("no"),
        func.count().filter(and_(_COMMENTED, _V.done_at.is_(None))).label("comments"),
    )
    .where(*_SINCE)
    .group_by(_V.page)
    .order_by(_NO.desc(), _V.page),
    into=Score,
)
DAYS = Statement(
    select(_V.day, _YES.label("yes"), _NO.label("no")).where(*_SINCE).group_by(_V.day).order_by(_V.day),
    into=DayScore,
)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "open": _V.done_at.is_(None),
    "done": _V.done_at.is_not(None),
    "older": or_(
        _V.created_at < bindparam("before_at"),
        and_(_V.created_at == bindparam("before_at"), _V.id < bindparam("before_id")),
    ),
}


def _list(given: frozenset[str]) -> Statement[VoteRow]:
    return Statement(
        select(*columns_of(VoteRow, docs_votes))
        .where(_ORG, _COMMENTED, *[_CONDITIONS[name] for name in sorted(given)])
        .order_by(_V.created_at.desc(), _V.id.desc())
        .limit(bindparam("limit")),
        into=VoteRow,
    )


COMMENTS: StatementCache[VoteRow] = StatementCache(_list, _CONDITIONS)
MARK = Statement.write(
    update(docs_votes)
    .where(_V.org_id == bindparam("in_org"), _V.id == bindparam("of_id"), _COMMENTED)
    .values(done_at=bindparam("done_at", type_=_V.done_at.type))
)


async def vote(tx: Transaction, org_id: str, row: VoteRow) -> None:
    """Store a vote in the place of the visitor's earlier one on that page and day."""
    await tx.execute(VOTE, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def scores(db: Executor, org_id: str, since: date) -> list[Score]:
    """The pages with votes since a day, those with most complaints first."""
    return await db.fetch_all(SCORES, {"org_id": org_id, "since": since})


async def days(db: Executor, org_id: str, since: date) -> list[DayScore]:
    """The days with votes since a day, in order."""
    return await db.fetch_all(DAYS, {"org_id": org_id, "since": since})


async def comments(
    db: Executor, org_id: str, *, state: str, limit: int, older: tuple[datetime, str] | None
) -> list[VoteRow]:
    """Votes with a comment, newest first: ``state`` is ``open``, ``done`` or empty for both."""
    given = {state} if state else set()
    params: dict[str, Any] = {"org_id": org_id, "limit": limit}
    if older is not None:
        given.add("older")
        params |= {"before_at": older[0], "before_id": older[1]}
    return await db.fetch_all(COMMENTS.get(frozenset(given)), params)


async def mark(tx: Transaction, org_id: str, id: str, done_at: datetime | None) -> bool:
    """Put a comment away, or back; whether there is one."""
    return await tx.execute(MARK, {"in_org": org_id, "of_id": id, "done_at": done_at}) > 0
