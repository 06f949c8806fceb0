"""SQL of workspaces, which belong to none."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import workspaces


class WorkspaceRow(msgspec.Struct, frozen=True):
    """A workspace as stored. ``deletion_at``: when it is to be removed, asked for by ``deletion_by``."""

    id: str
    slug: str
    name: str
    time_zone: str
    settings: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    deletion_at: datetime | None = None
    deletion_by: str | None = None


_SELECT = select(*columns_of(WorkspaceRow, workspaces))
BY_ID = Statement(_SELECT.where(workspaces.c.id == bindparam("id")), into=WorkspaceRow)
BY_SLUG = Statement(_SELECT.where(workspaces.c.slug == bindparam("slug")), into=WorkspaceRow)
ALL = Statement(_SELECT.order_by(workspaces.c.created_at), into=WorkspaceRow)
OLDEST = Statement.scalar(select(workspaces.c.id).order_by(workspaces.c.created_at).limit(1), str)
INSERT = Statement.write(insert_of(workspaces))
LOCKED = Statement(_SELECT.where(workspaces.c.id == bindparam("id")).with_for_update(), into=WorkspaceRow)
_CHANGEABLE = ("slug", "name", "time_zone", "settings", "updated_at", "deletion_at", "deletion_by")
UPDATE = Statement.write(
    update(workspaces)
    .where(workspaces.c.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=workspaces.c[name].type) for name in _CHANGEABLE})
)


async def by_id(db: Executor, id: str) -> WorkspaceRow | None:
    """The workspace with this id."""
    return await db.fetch_one(BY_ID, {"id": id})


async def by_slug(db: Executor, slug: str) -> WorkspaceRow | None:
    """The workspace with this slug."""
    return await db.fetch_one(BY_SLUG, {"slug": slug})


async def all_workspaces(db: Executor) -> list[WorkspaceRow]:
    """Every workspace of the server, oldest first."""
    return await db.fetch_all(ALL)


async def oldest_id(db: Executor) -> str | None:
    """The workspace that was created first."""
    return await db.fetch_one(OLDEST)


async def insert(tx: Transaction, row: WorkspaceRow) -> None:
    """Insert a workspace. Raises ``UniqueViolation``."""
    await tx.execute(INSERT, msgspec.structs.asdict(row))


async def locked(tx: Transaction, id: str) -> WorkspaceRow | None:
    """The workspace with this id, kept from changing by others."""
    return await tx.fetch_one(LOCKED, {"id": id})


async def save(tx: Transaction, row: WorkspaceRow) -> None:
    """Write what changes of a workspace."""
    await tx.execute(UPDATE, {"of_id": row.id, **{name: getattr(row, name) for name in _CHANGEABLE}})
