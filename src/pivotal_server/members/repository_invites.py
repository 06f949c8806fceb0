"""SQL of invites, and of what the team page shows of members."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, columns_of, insert_of
from pivotal_server.db.tables import invites, members, people, sessions, workspaces


class InviteRow(msgspec.Struct, frozen=True):
    """An invite as stored. It is pending until ``ended_at``, by joining or revoking, whatever its age."""

    id: str
    email: str
    role: str
    note: str | None
    token_hash: str
    invited_by: str | None
    sent_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ended_by: str | None


class OpenInvite(msgspec.Struct, frozen=True):
    """What the holder of an invite link sees.

    ``person_name`` is ``None`` for somebody new on this server, ``member_id`` for somebody new to the team.
    """

    org_id: str
    workspace_name: str
    id: str
    email: str
    role: str
    note: str | None
    expires_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    sender: str | None
    person_name: str | None
    member_id: str | None


class LastSeen(msgspec.Struct, frozen=True):
    """When a person last used the app in this workspace."""

    person_id: str
    at: datetime


_I = invites.c
_ORG = _I.org_id == bindparam("org_id")
_PENDING = _I.ended_at.is_(None)
_BY_LINK = "an invite is found by its token before there is any workspace"
_SELECT = select(*columns_of(InviteRow, invites))
PENDING = Statement(_SELECT.where(_ORG, _PENDING).order_by(_I.sent_at.desc(), _I.id), into=InviteRow)
BY_ID_LOCKED = Statement(_SELECT.where(_ORG, _I.id == bindparam("id")).with_for_update(), into=InviteRow)
INSERT = Statement.write(insert_of(invites))
_CHANGEABLE = ("role", "token_hash", "sent_at", "expires_at", "ended_at", "ended_by")
UPDATE = Statement.write(
    update(invites)
    .where(_I.org_id == bindparam("in_org"), _I.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=_I[name].type) for name in _CHANGEABLE})
)
END = Statement.write(
    update(invites)
    .where(_I.org_id == bindparam("in_org"), _I.id == bindparam("of_id"))
    .values(ended_at=bindparam("at", type_=_I.ended_at.type), ended_by=bindparam("by"))
)
_senders, _known = members.alias("senders"), members.alias("known")
_sender_people, _invited = people.alias("sender_people"), people.alias("invited")
_OPEN = (
    select(
        _I.org_id,
        workspaces.c.name.label("workspace_name"),
        *[_I[name] for name in ("id", "email", "role", "note", "expires_at", "ended_at", "ended_by")],
        _sender_people.c.name.label("sender"),
        _invited.c.name.label("person_name"),
        _known.c.id.label("member_id"),
    )
    .select_from(
        invites.join(workspaces, workspaces.c.id == _I.org_id)
        .outerjoin(_senders, (_senders.c.org_id == _I.org_id) & (_senders.c.id == _I.invited_by))
        .outerjoin(_sender_people, _sender_people.c.id == _senders.c.person_id)
        .outerjoin(_invited, _invited.c.email == _I.email)
        .outerjoin(_known, (_known.c.org_id == _I.org_id) & (_known.c.person_id == _invited.c.id))
    )
    .where(_I.token_hash == bindparam("token_hash"), workspaces.c.deletion_at.is_(None))
)
OPEN = Statement(_OPEN, into=OpenInvite, global_lookup=_BY_LINK)
OPEN_LOCKED = Statement(_OPEN.with_for_update(of=invites), into=OpenInvite, global_lookup=_BY_LINK)

WORKSPACE_NAME = Statement.scalar(select(workspaces.c.name).where(workspaces.c.id == bindparam("id")), str)

_S = sessions.c
LAST_SEEN = Statement(
    select(_S.person_id, func.max(_S.last_used_at).label("at"))
    .where(_S.org_id == bindparam("org_id"), any_of(_S.person_id, "person_ids"))
    .group_by(_S.person_id),
    into=LastSeen,
)
_M = members.c
CHANGE_MEMBER = Statement.write(
    update(members)
    .where(_M.org_id == bindparam("in_org"), _M.id == bindparam("of_id"))
    .values(
        role=bindparam("to_role"),
        active=bindparam("to_active", type_=_M.active.type),
        updated_at=bindparam("at", type_=_M.updated_at.type),
    )
)
LOCK_MEMBER = Statement.rows(
    select(_M.id).where(_M.org_id == bindparam("org_id"), _M.id == bindparam("id")).with_for_update()
)


async def pending(db: Executor, org_id: str) -> list[InviteRow]:
    """The invites that have not ended, expired ones too, the newest on top."""
    return await db.fetch_all(PENDING, {"org_id": org_id})


async def by_id_locked(tx: Transaction, org_id: str, id: str) -> InviteRow | None:
    """The invite with this id, kept from changing by others."""
    return await tx.fetch_one(BY_ID_LOCKED, {"org_id": org_id, "id": id})


async def by_token(db: Executor, token_hash: str, *, lock: bool = False) -> OpenInvite | None:
    """The invite whose newest link has this token; ``lock`` keeps others from using it meanwhile."""
    return await db.fetch_one(OPEN_LOCKED if lock else OPEN, {"token_hash": token_hash})


async def insert(tx: Transaction, org_id: str, row: InviteRow) -> None:
    """Insert an invite. Raises ``UniqueViolation`` for an address that has a pending one."""
    await tx.execute(INSERT, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def save(tx: Transaction, org_id: str, row: InviteRow) -> None:
    """Write what changes of an invite."""
    values = {name: getattr(row, name) for name in _CHANGEABLE}
    await tx.execute(UPDATE, {"in_org": org_id, "of_id": row.id, **values})


async def end(tx: Transaction, org_id: str, id: str, by: str, at: datetime) -> None:
    """End an invite by its use."""
    await tx.execute(END, {"in_org": org_id, "of_id": id, "at": at, "by": by})


async def workspace_name(db: Executor, org_id: str) -> str:
    """The name of a workspace."""
    return await db.fetch_one(WORKSPACE_NAME, {"id": org_id}) or ""


async def last_seen(db: Executor, org_id: str, person_ids: Sequence[str]) -> dict[str, datetime]:
    """When these people last used the app in this workspace, as far as their sessions still tell."""
    rows = await db.fetch_all(LAST_SEEN, {"org_id": org_id, "person_ids": list(person_ids)})
    return {row.person_id: row.at for row in rows}


async def lock_member(tx: Transaction, org_id: str, id: str) -> None:
    """Keep others from changing a member until the transaction ends."""
    await tx.fetch_one(LOCK_MEMBER, {"org_id": org_id, "id": id})


async def change_member(
    tx: Transaction, org_id: str, id: str, *, role: str, active: bool, at: datetime
) -> None:
    """Write the role of a member, and whether it is active."""
    values = {"in_org": org_id, "of_id": id, "to_role": role, "to_active": active, "at": at}
    await tx.execute(CHANGE_MEMBER, values)
