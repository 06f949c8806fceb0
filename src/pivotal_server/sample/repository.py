"""SQL of the sample workspace: taking it away whole."""

from sqlalchemy import BindParameter, bindparam, delete, select

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import files, members, metadata, people, workspaces

_ORG: BindParameter[str] = bindparam("org_id")
# Rows before what they point to. Also the tables of the server that name a workspace: sessions, links, keys.
DELETE_ALL = tuple(
    Statement.write(delete(table).where(table.c.org_id == _ORG))
    for table in reversed(metadata.sorted_tables)
    if "org_id" in table.c
)
LOCK = Statement.scalar(
    select(workspaces.c.id).where(workspaces.c.id == bindparam("id")).with_for_update(), str
)
DELETE_WORKSPACE = Statement.write(delete(workspaces).where(workspaces.c.id == bindparam("id")))
FILES = Statement.scalar(select(files.c.id).where(files.c.org_id == _ORG), str)
DELETE_PEOPLE = Statement.write(
    delete(people).where(
        people.c.email.like(bindparam("pattern")),
        ~select(members.c.id).where(members.c.person_id == people.c.id).exists(),
    ),
    global_lookup="people belong to no workspace; those left are in none",
)


async def file_ids(db: Executor, org_id: str) -> list[str]:
    """The files of a workspace."""
    return await db.fetch_all(FILES, {"org_id": org_id})


async def lock(tx: Transaction, org_id: str) -> bool:
    """Keep others from changing a workspace; whether it is still there."""
    return await tx.fetch_one(LOCK, {"id": org_id}) is not None


async def delete_workspace(tx: Transaction, org_id: str, domain: str) -> None:
    """Remove a workspace with every row of it, and the people at ``domain`` that are in no other."""
    # First, since the activity of a workspace cannot be deleted while that exists.
    await tx.execute(DELETE_WORKSPACE, {"id": org_id})
    for statement in DELETE_ALL:
        await tx.execute(statement, {"org_id": org_id})
    await tx.execute(DELETE_PEOPLE, {"pattern": f"%@{domain}"})
