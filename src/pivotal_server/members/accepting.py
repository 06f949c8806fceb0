"""Joining by an invite link: looking at it, and using it once (APP-INV-6)."""

from enum import StrEnum

import msgspec

from pivotal_server.auth import actor, session_store
from pivotal_server.auth.actor import Actor
from pivotal_server.auth.session_store import Client, from_where
from pivotal_server.auth.tokens import hash_token, is_token
from pivotal_server.db.engine import Database, Executor
from pivotal_server.errors_catalogue_team import INVITE_NOT_FOUND
from pivotal_server.kit import clock
from pivotal_server.kit.ids import cuid
from pivotal_server.members import repository_invites
from pivotal_server.members.repository_invites import OpenInvite
from pivotal_server.members.service import join
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["Joined", "OpenInvite", "Spent", "accept", "look"]


class Spent(StrEnum):
    """Why an invite that was real cannot be used."""

    EXPIRED = "expired"
    USED = "used"


class Joined(msgspec.Struct, frozen=True):
    """Somebody has joined and is signed in. ``token`` goes into the session cookie."""

    token: str

    def __repr__(self) -> str:
        return "Joined()"


async def look(db: Executor, token: str) -> OpenInvite | Spent:
    """What the invite with this token offers; changes nothing.

    Raises ``invite_not_found`` for one that was revoked, replaced by a newer link, or never was.
    """
    return _judged(await _find(db, token))


async def accept(
    db: Database, token: str, *, name: str, client: Client, replaces: str | None, request_id: str
) -> Joined | Spent:
    """Join the workspace by the invite with this token, and sign in; it works once.

    ``name`` is the display name of somebody new, 1 to 80 characters; who has one here keeps it. Somebody who
    was deactivated is let in again with the role of the invite. ``replaces`` is the token of the session that
    the browser has; it ends. Raises ``invite_not_found``, and the errors of a malformed name.
    """
    async with db.transaction() as tx:
        found = _judged(await _find(tx, token, lock=True))
        if isinstance(found, Spent):
            return found
        id = cuid()
        uow = UnitOfWork(tx, _as_member(found, found.member_id or id, found.person_name or name), request_id)
        member = await join(uow, found.email, found.person_name or name, found.role, id=id)
        target = ("member", member.id, member.display_id)
        if not member.active:
            await repository_invites.change_member(
                tx, found.org_id, member.id, role=found.role, active=True, at=uow.now
            )
            uow.record("member.reactivated", target=target, reason=member.name)
        await repository_invites.end(tx, found.org_id, found.id, "joined", uow.now)
        ended = await session_store.end_replaced(tx, replaces, client, request_id)
        session = await session_store.start(tx, member.person_id, found.org_id, client, uow.now)
        uow.record("member.signed_in", target=target, reason=f"Signed in {from_where(client.address)}")
        await session_store.flush_in_order([*ended, uow])
        return Joined(session)


def _as_member(found: OpenInvite, id: str, label: str) -> Actor:
    return actor.member(found.org_id, id, label, found.role)


async def _find(db: Executor, token: str, *, lock: bool = False) -> OpenInvite:
    found = await repository_invites.by_token(db, hash_token(token), lock=lock) if is_token(token) else None
    if found is None or found.ended_by == "revoked":
        raise INVITE_NOT_FOUND()
    return found


def _judged(found: OpenInvite) -> OpenInvite | Spent:
    if found.ended_at is not None:
        return Spent.USED
    return Spent.EXPIRED if clock.now() >= found.expires_at else found
