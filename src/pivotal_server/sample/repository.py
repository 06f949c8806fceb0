"""SQL of the sample workspace: what goes with it."""

from sqlalchemy import BindParameter, bindparam, delete, select

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import files, members, people, workspaces

_ORG: BindParameter[str] = bindparam("org_id")
LOCK = Statement.scalar(
    select(workspaces.c.id).where(workspaces.c.id == bindparam("id")).with_for_update(), str
)
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


async def delete_people(tx: Transaction, domain: str) -> None:
    """Remove the people at ``domain`` that are in no workspace."""
    await tx.execute(DELETE_PEOPLE, {"pattern": f"%@{domain}"})
