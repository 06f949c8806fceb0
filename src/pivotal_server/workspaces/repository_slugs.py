"""SQL of former slugs of workspaces, and of workspaces that are being removed."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import BindParameter, Table, and_, bindparam, delete, func, select
from sqlalchemy import exists as sql_exists

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, insert_of
from pivotal_server.db.tables import (
    files,
    members,
    metadata,
    people,
    sessions,
    workspace_removals,
    workspace_slugs,
    workspaces,
)

_F, _M, _P, _W = workspace_slugs.c, members.c, people.c, workspaces.c
_ORG: BindParameter[str] = bindparam("org_id")

# ── Former slugs ─────────────────────────────────────────────────────────────────────────────────
HOLDER = Statement.scalar(
    select(_F.org_id).where(_F.slug == bindparam("slug"), _F.until > bindparam("now", type_=_F.until.type)),
    str,
)
LEAVE = Statement.write(insert_of(workspace_slugs))
FORGET = Statement.write(delete(workspace_slugs).where(_F.slug == bindparam("slug")))


async def holder(db: Executor, slug: str, now: datetime) -> str | None:
    """The workspace that had this slug, and to which it still leads."""
    return await db.fetch_one(HOLDER, {"slug": slug, "now": now})


async def leave(tx: Transaction, slug: str, org_id: str, until: datetime) -> None:
    """Keep a slug for the workspace that gives it up."""
    await tx.execute(FORGET, {"slug": slug})
    await tx.execute(LEAVE, {"slug": slug, "org_id": org_id, "until": until})


async def forget(tx: Transaction, slug: str) -> None:
    """Keep a slug no longer."""
    await tx.execute(FORGET, {"slug": slug})


# ── Workspaces of a person ───────────────────────────────────────────────────────────────────────
class OwnWorkspace(msgspec.Struct, frozen=True):
    """A workspace that a person belongs to."""

    id: str
    slug: str
    name: str
    deletion_at: datetime | None
    member_id: str
    member_name: str
    role: str
    last_visit: datetime | None


OF_PERSON = Statement(
    select(
        _W.id,
        _W.slug,
        _W.name,
        _W.deletion_at,
        _M.id.label("member_id"),
        _P.name.label("member_name"),
        _M.role,
        select(func.max(sessions.c.last_used_at))
        .where(sessions.c.org_id == _W.id, sessions.c.person_id == _M.person_id)
        .scalar_subquery()
        .label("last_visit"),
    )
    .select_from(members.join(workspaces, _W.id == _M.org_id).join(people, _P.id == _M.person_id))
    .where(_M.person_id == bindparam("person_id"), _M.active)
    .order_by(_W.name, _W.id),
    into=OwnWorkspace,
    global_lookup="a person belongs to several workspaces",
)


async def of_person(db: Executor, person_id: str) -> list[OwnWorkspace]:
    """The workspaces in which a person is an active member, by name."""
    return await db.fetch_all(OF_PERSON, {"person_id": person_id})


# ── Removing ─────────────────────────────────────────────────────────────────────────────────────
BATCH = 1_000


def _some_of(table: Table) -> Statement[None]:
    """Delete a stretch of what a table holds of a workspace; all of it where it holds little."""
    keys = [column for column in table.primary_key.columns if column.name != "org_id"]
    mine = table.c.org_id == _ORG
    if "org_id" not in table.primary_key.columns or not keys:
        return Statement.write(delete(table).where(mine))
    key = keys[0]
    inner = table.alias("inner")
    some = select(inner.c[key.name]).where(inner.c.org_id == _ORG).limit(BATCH)
    return Statement.write(delete(table).where(mine, key.in_(some)))


# Rows before what they point to. Also the tables of the server that name a workspace: sessions, links, keys.
_WITH_ROWS = [table for table in reversed(metadata.sorted_tables) if "org_id" in table.c]
DELETE_SOME = tuple(_some_of(table) for table in _WITH_ROWS)
FILES_PLACE = _WITH_ROWS.index(files)
"""Where the register of files stands among them."""
DELETE_WORKSPACE = Statement.write(delete(workspaces).where(_W.id == bindparam("id")))
_elsewhere = members.alias("elsewhere")
DELETE_PEOPLE = Statement.write(
    delete(people).where(
        _P.id.in_(select(_M.person_id).where(_M.org_id == _ORG)),
        ~sql_exists().where(and_(_elsewhere.c.person_id == _P.id, _elsewhere.c.org_id != _ORG)),
    ),
    global_lookup="people belong to no workspace; those of this one alone go with it",
)
BEGIN = Statement.write(insert_of(workspace_removals))
BEGUN = Statement.scalar(select(workspace_removals.c.id).order_by(workspace_removals.c.begun_at), str)
END = Statement.write(delete(workspace_removals).where(workspace_removals.c.id == bindparam("id")))
FILES = Statement.scalar(select(files.c.id).where(files.c.org_id == _ORG).limit(BATCH), str)
DELETE_FILES = Statement.write(delete(files).where(files.c.org_id == _ORG, any_of(files.c.id, "ids")))


async def begin_removal(tx: Transaction, org_id: str, at: datetime) -> None:
    """Remove the row of a workspace and the people who are in no other, and note that the rest is to go."""
    await tx.execute(BEGIN, {"id": org_id, "begun_at": at})
    await tx.execute(DELETE_PEOPLE, {"org_id": org_id})
    # First, since the activity of a workspace cannot be deleted while that exists.
    await tx.execute(DELETE_WORKSPACE, {"id": org_id})


async def begun(db: Executor) -> list[str]:
    """The workspaces that are being removed, the longest begun first."""
    return await db.fetch_all(BEGUN)


async def delete_some(tx: Transaction, org_id: str, place: int) -> int:
    """Remove some rows of the table at this place of :data:`DELETE_SOME`; how many."""
    return await tx.execute(DELETE_SOME[place], {"org_id": org_id})


async def some_files(db: Executor, org_id: str) -> list[str]:
    """Some of the files of a workspace."""
    return await db.fetch_all(FILES, {"org_id": org_id})


async def delete_files(tx: Transaction, org_id: str, ids: Sequence[str]) -> None:
    """Take files off the register."""
    await tx.execute(DELETE_FILES, {"org_id": org_id, "ids": list(ids)})


async def end_removal(tx: Transaction, org_id: str) -> None:
    """Note that nothing of a workspace is left."""
    await tx.execute(END, {"id": org_id})
