"""SQL of outgoing mail."""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, select

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import mails


class MailRow(msgspec.Struct, frozen=True):
    """A mail as stored, its body sealed."""

    org_id: str
    id: str
    display_id: int
    kind: str
    recipient: str
    subject: str
    body_encrypted: str
    state: str
    created_at: datetime


class MailHead(msgspec.Struct, frozen=True):
    """A mail without its body."""

    display_id: int
    kind: str
    recipient: str
    subject: str
    state: str
    created_at: datetime


_M = mails.c
_ORG = _M.org_id == bindparam("org_id")
_NUMBER = bindparam("number", type_=_M.display_id.type)
_HEADS = select(*columns_of(MailHead, mails)).where(_ORG).limit(bindparam("limit"))

INSERT = Statement.write(insert_of(mails))
BY_NUMBER = Statement(select(*columns_of(MailRow, mails)).where(_ORG, _M.display_id == _NUMBER), into=MailRow)
NEWEST = Statement(_HEADS.order_by(_M.display_id.desc()), into=MailHead)
OLDER = Statement(_HEADS.where(_M.display_id < _NUMBER).order_by(_M.display_id.desc()), into=MailHead)
NEWER = Statement(_HEADS.where(_M.display_id > _NUMBER).order_by(_M.display_id), into=MailHead)
DELETE_ALL = Statement.write(delete(mails).where(_ORG))


async def insert(tx: Transaction, row: MailRow) -> None:
    """Insert a mail."""
    await tx.execute(INSERT, msgspec.structs.asdict(row))


async def by_number(db: Executor, org_id: str, number: int) -> MailRow | None:
    """The mail with this number."""
    return await db.fetch_one(BY_NUMBER, {"org_id": org_id, "number": number})


async def newest(db: Executor, org_id: str, limit: int) -> list[MailHead]:
    """The newest mails, newest first."""
    return await db.fetch_all(NEWEST, {"org_id": org_id, "limit": limit})


async def older(db: Executor, org_id: str, number: int, limit: int) -> list[MailHead]:
    """The mails before a number, newest first."""
    return await db.fetch_all(OLDER, {"org_id": org_id, "number": number, "limit": limit})


async def newer(db: Executor, org_id: str, number: int, limit: int) -> list[MailHead]:
    """The mails next after a number, oldest first."""
    return await db.fetch_all(NEWER, {"org_id": org_id, "number": number, "limit": limit})


async def delete_all(tx: Transaction, org_id: str) -> None:
    """Remove every mail of a workspace."""
    await tx.execute(DELETE_ALL, {"org_id": org_id})
