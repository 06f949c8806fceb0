"""SQL of the register of files."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy import delete as sql_delete

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, columns_of, insert_of
from pivotal_server.db.tables import files


class FileRow(msgspec.Struct, frozen=True):
    """A stored file. ``size`` is in bytes, ``sha256`` in hex."""

    id: str
    purpose: str
    name: str
    content_type: str
    size: int
    sha256: str
    created_at: datetime


_C = files.c

BY_ID = Statement(
    select(*columns_of(FileRow, files)).where(_C.org_id == bindparam("org_id"), _C.id == bindparam("id")),
    into=FileRow,
)
INSERT = Statement.write(insert_of(files))
KNOWN = Statement.scalar(
    select(_C.id).where(any_of(_C.id, "ids")),
    str,
    global_lookup="the sweep goes through the files of all workspaces, which lie together",
)


DELETE = Statement.write(sql_delete(files).where(_C.org_id == bindparam("org_id"), _C.id == bindparam("id")))


async def delete(tx: Transaction, org_id: str, id: str) -> None:
    """Take a file off the register."""
    await tx.execute(DELETE, {"org_id": org_id, "id": id})


async def find(db: Executor, org_id: str, id: str) -> FileRow | None:
    """The file with this id."""
    return await db.fetch_one(BY_ID, {"org_id": org_id, "id": id})


async def insert(tx: Transaction, org_id: str, row: FileRow) -> None:
    """Register a file."""
    await tx.execute(INSERT, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def known(db: Executor, ids: Sequence[str]) -> set[str]:
    """Those of ``ids`` that are registered, in whatever workspace."""
    return set(await db.fetch_all(KNOWN, {"ids": ids}))
