"""SQL of former slugs of workspaces, and of the workspaces of a person."""

from datetime import datetime

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, func, select

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, insert_of
from pivotal_server.db.tables import (
    members,
    people,
    sessions,
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
