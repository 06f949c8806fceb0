"""SQL of removing workspaces: in stretches, over as many transactions as it takes, or at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Table, and_, bindparam, delete, select
from sqlalchemy import exists as sql_exists

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, insert_of
from pivotal_server.db.tables import files, members, metadata, people, workspace_removals, workspaces

_ORG: BindParameter[str] = bindparam("org_id")
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
DELETE_ALL = tuple(Statement.write(delete(table).where(table.c.org_id == _ORG)) for table in _WITH_ROWS)
DELETE_WORKSPACE = Statement.write(delete(workspaces).where(workspaces.c.id == bindparam("id")))
_M, _P = members.c, people.c
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


async def delete_whole(tx: Transaction, org_id: str) -> None:
    """Remove a workspace with every row of it at once."""
    await tx.execute(DELETE_WORKSPACE, {"id": org_id})
    for statement in DELETE_ALL:
        await tx.execute(statement, {"org_id": org_id})


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
