"""SQL of attachments."""

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Table, bindparam, exists, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import attachments, comments, files, onboardings, tasks
from pivotal_server.kit.ids import is_cuid


class AttachmentRow(msgspec.Struct, frozen=True):
    """Where a file was put. Its name, size and type stand in the register of files."""

    id: str
    customer_id: str
    onboarding_id: str | None
    task_id: str | None
    comment_id: str | None
    visibility: str | None
    created_by: str
    livemode: bool
    created_at: datetime
    deleted_at: datetime | None


class FileFacts(msgspec.Struct, frozen=True):
    """What is shown of an attached file."""

    id: str
    name: str
    size: int
    content_type: str


_C, _F = attachments.c, files.c
_THIS = (_C.org_id == bindparam("org_id"), _C.id == bindparam("id"))


def _gone(table: Table, reference: str) -> ColumnElement[bool]:
    this = table.c.org_id == _C.org_id, table.c.id == _C[reference], table.c.deleted_at.is_not(None)
    return exists().where(*this)


# A file is hidden with what it was put on.
_SHOWN = (
    ~_gone(comments, "comment_id"),
    ~_gone(tasks, "task_id"),
    ~_gone(onboardings, "onboarding_id"),
)
READ = Statement(
    select(_F.id, _F.name, _F.size, _F.content_type)
    .select_from(attachments.join(files, (_F.org_id == _C.org_id) & (_F.id == _C.id)))
    .where(*_THIS, _C.deleted_at.is_(None), *_SHOWN),
    into=FileFacts,
)
_ROW = select(*columns_of(AttachmentRow, attachments)).where(*_THIS, *_SHOWN)
BY_ID = Statement(_ROW, into=AttachmentRow)
BY_ID_LOCKED = Statement(_ROW.with_for_update(of=attachments), into=AttachmentRow)
INSERT = Statement.write(insert_of(attachments))
DELETE = Statement.write(
    update(attachments)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"))
    .values(deleted_at=bindparam("at", type_=_C.deleted_at.type))
)


async def read(db: Executor, org_id: str, id: str) -> FileFacts | None:
    """The live attachment with this id, unless what it was put on is gone."""
    if not is_cuid(id):
        return None
    return await db.fetch_one(READ, {"org_id": org_id, "id": id})


async def find(db: Executor, org_id: str, id: str, *, lock: bool = False) -> AttachmentRow | None:
    """The attachment with this id, removed or not, unless what it was put on is gone."""
    if not is_cuid(id):
        return None
    return await db.fetch_one(BY_ID_LOCKED if lock else BY_ID, {"org_id": org_id, "id": id})


async def insert(tx: Transaction, org_id: str, row: AttachmentRow) -> None:
    """Insert an attachment."""
    await tx.execute(INSERT, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def delete(tx: Transaction, org_id: str, id: str, at: datetime) -> None:
    """Mark an attachment as removed."""
    await tx.execute(DELETE, {"in_org": org_id, "of_id": id, "at": at})
