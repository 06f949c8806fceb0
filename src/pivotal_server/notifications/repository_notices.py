"""SQL of notices."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import notices


class NoticeRow(msgspec.Struct, frozen=True):
    """A notice as stored, to one member."""

    id: str
    member_id: str
    kind: str
    title: str
    body: str
    url: str
    created_at: datetime
    read_at: datetime | None


_N = notices.c
_MINE = (_N.org_id == bindparam("org_id"), _N.member_id == bindparam("member_id"))
_SELECT = select(*columns_of(NoticeRow, notices))
_READ_AT = {"read_at": bindparam("at", type_=_N.read_at.type)}
INSERT = Statement.write(insert_of(notices))
NEWEST = Statement(
    _SELECT.where(*_MINE).order_by(_N.created_at.desc(), _N.id).limit(bindparam("limit")), into=NoticeRow
)
UNREAD = Statement(
    _SELECT.where(*_MINE, _N.read_at.is_(None))
    .order_by(_N.created_at.desc(), _N.id)
    .limit(bindparam("limit")),
    into=NoticeRow,
)
ONE = Statement(_SELECT.where(*_MINE, _N.id == bindparam("id")), into=NoticeRow)
_UNREAD_OF = (
    _N.org_id == bindparam("in_org"),
    _N.member_id == bindparam("of_member"),
    _N.read_at.is_(None),
)
READ_ALL = Statement.write(update(notices).where(*_UNREAD_OF).values(_READ_AT))
READ_ONE = Statement.write(update(notices).where(*_UNREAD_OF, _N.id == bindparam("of_id")).values(_READ_AT))
FORGET = Statement.write(
    delete(notices).where(
        _N.org_id == bindparam("org_id"), _N.created_at < bindparam("before", type_=_N.created_at.type)
    )
)


async def insert(tx: Transaction, org_id: str, rows: Sequence[NoticeRow]) -> None:
    """Insert notices."""
    await tx.execute_many(INSERT, [{"org_id": org_id, **msgspec.structs.asdict(row)} for row in rows])


async def newest(db: Executor, org_id: str, member_id: str, limit: int, *, unread: bool) -> list[NoticeRow]:
    """The newest notices of a member, or the newest that are not read."""
    params = {"org_id": org_id, "member_id": member_id, "limit": limit}
    return await db.fetch_all(UNREAD if unread else NEWEST, params)


async def one(db: Executor, org_id: str, member_id: str, id: str) -> NoticeRow | None:
    """A notice of a member."""
    return await db.fetch_one(ONE, {"org_id": org_id, "member_id": member_id, "id": id})


async def read(tx: Transaction, org_id: str, member_id: str, at: datetime, id: str | None) -> None:
    """Note that a member has read a notice, or all of theirs."""
    params = {"in_org": org_id, "of_member": member_id, "at": at}
    if id is None:
        await tx.execute(READ_ALL, params)
    else:
        await tx.execute(READ_ONE, {**params, "of_id": id})


async def forget(tx: Transaction, org_id: str, before: datetime) -> None:
    """Remove what is older than a moment."""
    await tx.execute(FORGET, {"org_id": org_id, "before": before})
