"""The sessions of the app: starting, finding, listing and ending them.

Nothing about a session is remembered between requests, so ending one, changing a role or deactivating a
person acts on the next request of every process.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from pivotal_server.auth import actor, repository
from pivotal_server.auth.actor import Actor
from pivotal_server.auth.browsers import LONGEST, described
from pivotal_server.auth.repository import Holder, Session, SessionRow
from pivotal_server.auth.sessions import IDLE_LIFETIME, LONGEST_LIFETIME, is_alive, needs_touch
from pivotal_server.auth.tokens import hash_token, new_token
from pivotal_server.db.engine import Database, Executor, Transaction
from pivotal_server.db.errors import DatabaseError
from pivotal_server.kit import clock
from pivotal_server.kit.ids import cuid
from pivotal_server.notifications import service as notifications
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "Client",
    "Holder",
    "Session",
    "SessionRow",
    "actor_of",
    "end",
    "end_others",
    "end_replaced",
    "flush_in_order",
    "from_where",
    "holder",
    "list_sessions",
    "load",
    "purge",
    "start",
    "switch_workspace",
    "touch",
]

_LINKS_STAY = timedelta(days=1)
"""How long a dead link still tells whose it was, so that a new one can be sent."""
_REQUESTS_STAY = timedelta(hours=1)

_log = structlog.get_logger(__name__)


class Client(msgspec.Struct, frozen=True):
    """Where a request comes from: the client's address (empty when unknown) and its ``User-Agent``."""

    address: str
    user_agent: str = ""


def from_where(address: str) -> str:
    """The client address in words, for the activity stream."""
    return f"from {address}" if address else "from an unknown address"


def actor_of(session: Session) -> Actor:
    """The member whose session it is."""
    return actor.member(session.org_id, session.member_id, session.name, session.role)


async def load(db: Executor, token: str) -> Session | None:
    """The session with this token, if it is alive and its person an active member; one statement."""
    session = await repository.session(db, hash_token(token))
    if session is None or not is_alive(session.created_at, session.last_used_at, clock.now()):
        return None
    return session


async def holder(db: Executor, token: str) -> Holder | None:
    """Whose session this is, if it is alive, even where their workspace lets nobody in any more."""
    found = await repository.holder(db, hash_token(token))
    if found is None or not is_alive(found.created_at, found.last_used_at, clock.now()):
        return None
    return found


async def switch_workspace(db: Database, token_hash: str, person_id: str, org_id: str) -> None:
    """Open another workspace of the person in a session; the caller knows that they belong to it."""
    async with db.transaction() as tx:
        await repository.switch(tx, token_hash, person_id, org_id)


async def touch(db: Database, session: Session, client: Client) -> None:
    """Note that a session is in use, at most every five minutes. A fault is logged and disturbs nobody."""
    now = clock.now()
    if not needs_touch(session.last_used_at, now):
        return
    try:
        await repository.touch(db, session.token_hash, now, client.address)
    except DatabaseError as fault:
        _log.warning("last use of a session not written", reason=str(fault))


async def start(tx: Transaction, person_id: str, org_id: str, client: Client, now: datetime) -> str:
    """Start a session; returns its token, which is stored only as a hash."""
    token = new_token()
    row = SessionRow(
        token_hash=hash_token(token),
        id=cuid(),
        person_id=person_id,
        org_id=org_id,
        created_at=now,
        last_used_at=now,
        address=client.address,
        user_agent=client.user_agent[:LONGEST].replace("\0", ""),
    )
    await repository.insert_session(tx, row)
    return token


async def list_sessions(db: Executor, person_id: str) -> list[SessionRow]:
    """The living sessions of a person in all workspaces, the one used last on top."""
    now = clock.now()
    rows = await repository.sessions_of(db, person_id)
    return [row for row in rows if is_alive(row.created_at, row.last_used_at, now)]


async def end(uow: UnitOfWork, session: Session, id: str, client: Client) -> bool:
    """End one session of the person whose ``session`` this is; whether there was one with this id."""
    found = [row for row in await repository.sessions_of(uow.tx, session.person_id) if row.id == id]
    return bool(found) and await _end(uow, session, found[0], client)


async def end_others(uow: UnitOfWork, session: Session, client: Client) -> int:
    """End every session of the person but this one; how many."""
    ended = 0
    for row in await repository.sessions_of(uow.tx, session.person_id):
        if row.token_hash != session.token_hash:
            ended += await _end(uow, session, row, client)
    return ended


async def _end(uow: UnitOfWork, session: Session, row: SessionRow, client: Client) -> bool:
    if not await repository.end_session(uow.tx, row.person_id, row.id):
        return False
    if row.token_hash == session.token_hash:
        reason = f"Signed out {from_where(client.address)}"
    else:
        which = f"{described(row.user_agent)} at {row.address or 'an unknown address'}"
        reason = f"{which}, ended {from_where(client.address)}"
    uow.record(
        "member.session_ended", target=("member", session.member_id, session.member_number), reason=reason
    )
    return True


async def end_replaced(
    tx: Transaction, token: str | None, client: Client, request_id: str | None
) -> list[UnitOfWork]:
    """End the session that a browser had before it signs in anew, maybe somebody else's.

    Returns the work that is left to be flushed, if there was such a session.
    """
    session = None if token is None else await load(tx, token)
    if session is None:
        return []
    uow = UnitOfWork(tx, actor_of(session), request_id)
    await end(uow, session, session.id, client)
    return [uow]


async def flush_in_order(works: Sequence[UnitOfWork]) -> None:
    """Write the entries of several workspaces in one transaction.

    Each locks its workspace, so two people who change places must take the locks in the same order.
    """
    for work in sorted(works, key=lambda work: work.org_id):
        await work.flush()


async def purge(db: Database) -> None:
    """Remove what has outlived its use: ended sessions, dead links, old requests. Called once an hour."""
    now = clock.now()
    async with db.transaction() as tx:
        await repository.purge_sessions(tx, now - LONGEST_LIFETIME, now - IDLE_LIFETIME)
        await repository.purge_links(tx, now - _LINKS_STAY)
        await repository.purge_address_changes(tx, now)
        await repository.purge_requests(tx, now - _REQUESTS_STAY)
        await notifications.purge_unaddressed(tx)
