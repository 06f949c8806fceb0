"""SQL of signing in: sessions, sign-in links, and requests for them."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Select,
    and_,
    bindparam,
    delete,
    false,
    func,
    literal_column,
    or_,
    select,
    update,
)

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import (
    address_changes,
    members,
    notices,
    people,
    sessions,
    sign_in_links,
    sign_in_requests,
    workspaces,
)

_S = sessions.c
_L = sign_in_links.c
_R = sign_in_requests.c
_BEFORE_WORKSPACE = "who signs in is known before the workspace is"


# ── Sessions ───────────────────────────────────────────────────────────────────────────────────
class Session(msgspec.Struct, frozen=True):
    """A session with its person, their membership, and the workspace that is open in it."""

    token_hash: str
    id: str
    person_id: str
    org_id: str
    created_at: datetime
    last_used_at: datetime
    email: str
    name: str
    theme: str
    member_id: str
    member_number: int
    role: str
    workspace_name: str
    workspace_slug: str
    workspace_time_zone: str
    workspace_settings: dict[str, Any]
    unread: int
    preferences: dict[str, Any] | None = None

    @property
    def forms(self) -> str:
        """Whose the forms of its pages are: the person's, in this workspace.

        A page that was open when another workspace was opened beside it must not write into that one.
        """
        return f"{self.person_id} {self.org_id}"


class SessionRow(msgspec.Struct, frozen=True):
    """A session as stored."""

    token_hash: str
    id: str
    person_id: str
    org_id: str
    created_at: datetime
    last_used_at: datetime
    address: str
    user_agent: str


SESSION = Statement(
    select(
        _S.token_hash,
        _S.id,
        _S.person_id,
        _S.org_id,
        _S.created_at,
        _S.last_used_at,
        people.c.email,
        people.c.name,
        people.c.theme,
        members.c.id.label("member_id"),
        members.c.display_id.label("member_number"),
        members.c.role,
        workspaces.c.name.label("workspace_name"),
        workspaces.c.slug.label("workspace_slug"),
        workspaces.c.time_zone.label("workspace_time_zone"),
        workspaces.c.settings.label("workspace_settings"),
        select(func.count())
        .select_from(notices)
        .where(
            notices.c.org_id == members.c.org_id,
            notices.c.member_id == members.c.id,
            notices.c.read_at.is_(None),
        )
        .scalar_subquery()
        .label("unread"),
        people.c.preferences,
    )
    .select_from(
        sessions.join(people, people.c.id == _S.person_id)
        .join(
            members,
            and_(members.c.org_id == _S.org_id, members.c.person_id == _S.person_id, members.c.active),
        )
        .join(workspaces, workspaces.c.id == _S.org_id)
    )
    .where(_S.token_hash == bindparam("token_hash"), workspaces.c.deletion_at.is_(None)),
    into=Session,
    global_lookup=_BEFORE_WORKSPACE,
)


class Holder(msgspec.Struct, frozen=True):
    """Whose session it is, whatever has become of their workspace. ``closing``: it is to be deleted."""

    token_hash: str
    person_id: str
    org_id: str
    created_at: datetime
    last_used_at: datetime
    closing: bool


HOLDER = Statement(
    select(
        _S.token_hash,
        _S.person_id,
        _S.org_id,
        _S.created_at,
        _S.last_used_at,
        func.coalesce(workspaces.c.deletion_at.is_not(None), false()).label("closing"),
    )
    .select_from(
        sessions.join(people, people.c.id == _S.person_id).outerjoin(workspaces, workspaces.c.id == _S.org_id)
    )
    .where(_S.token_hash == bindparam("token_hash")),
    into=Holder,
)
SWITCH = Statement.write(
    update(sessions)
    .where(_S.token_hash == bindparam("of_hash"), _S.person_id == bindparam("of_person"))
    .values(org_id=bindparam("to_org"))
)
OF_PERSON = Statement(
    select(*columns_of(SessionRow, sessions))
    .where(_S.person_id == bindparam("person_id"))
    .order_by(_S.last_used_at.desc())
    .limit(200),
    into=SessionRow,
)
INSERT_SESSION = Statement.write(insert_of(sessions))
TOUCH = Statement.write(
    update(sessions)
    .where(
        _S.token_hash == bindparam("of_hash"), _S.last_used_at < bindparam("at", type_=_S.last_used_at.type)
    )
    .values(last_used_at=bindparam("at", type_=_S.last_used_at.type), address=bindparam("from_address"))
)
END = Statement.write(
    delete(sessions).where(_S.person_id == bindparam("person_id"), _S.id == bindparam("id"))
)
PURGE_SESSIONS = Statement.write(
    delete(sessions).where(
        or_(
            _S.created_at <= bindparam("created_before", type_=_S.created_at.type),
            _S.last_used_at <= bindparam("used_before", type_=_S.last_used_at.type),
        )
    )
)


async def session(db: Executor, token_hash: str) -> Session | None:
    """The session with this token, however old, of somebody who is an active member; one statement."""
    return await db.fetch_one(SESSION, {"token_hash": token_hash})


async def holder(db: Executor, token_hash: str) -> Holder | None:
    """Whose session it is, however old."""
    return await db.fetch_one(HOLDER, {"token_hash": token_hash})


async def switch(tx: Transaction, token_hash: str, person_id: str, org_id: str) -> None:
    """Open another workspace in a session."""
    await tx.execute(SWITCH, {"of_hash": token_hash, "of_person": person_id, "to_org": org_id})


async def sessions_of(db: Executor, person_id: str) -> list[SessionRow]:
    """The sessions of a person, the one used last on top."""
    return await db.fetch_all(OF_PERSON, {"person_id": person_id})


async def insert_session(tx: Transaction, row: SessionRow) -> None:
    """Insert a session."""
    await tx.execute(INSERT_SESSION, msgspec.structs.asdict(row))


async def touch(db: Executor, token_hash: str, at: datetime, address: str) -> None:
    """Write when and from where a session was used last."""
    await db.execute(TOUCH, {"of_hash": token_hash, "at": at, "from_address": address})


async def end_session(tx: Transaction, person_id: str, id: str) -> bool:
    """Remove a session of a person; whether there was one."""
    return await tx.execute(END, {"person_id": person_id, "id": id}) > 0


async def purge_sessions(tx: Transaction, created_before: datetime, used_before: datetime) -> None:
    """Remove the sessions that have ended by themselves."""
    await tx.execute(PURGE_SESSIONS, {"created_before": created_before, "used_before": used_before})


# ── Links ──────────────────────────────────────────────────────────────────────────────────────
class LinkRow(msgspec.Struct, frozen=True):
    """A link as stored. One that a stranger asked for names a person and workspace that are not there."""

    token_hash: str
    person_id: str
    org_id: str
    code_hash: str | None
    browser_hash: str | None
    tries: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class LinkFacts(msgspec.Struct, frozen=True):
    """A link with whom it signs in; all of that is empty for strangers and people who are no members now."""

    token_hash: str
    person_id: str
    org_id: str
    code_hash: str | None
    browser_hash: str | None
    tries: int
    expires_at: datetime
    used_at: datetime | None
    email: str | None
    name: str | None
    member_id: str | None
    member_number: int | None
    role: str | None


class Addressee(msgspec.Struct, frozen=True):
    """An active member to whom a link can be sent."""

    person_id: str
    org_id: str
    workspace_name: str


def _link(*conditions: Any) -> Select[Any]:
    return (
        select(
            _L.token_hash,
            _L.person_id,
            _L.org_id,
            _L.code_hash,
            _L.browser_hash,
            _L.tries,
            _L.expires_at,
            _L.used_at,
            people.c.email,
            people.c.name,
            members.c.id.label("member_id"),
            members.c.display_id.label("member_number"),
            members.c.role,
        )
        .select_from(
            sign_in_links.outerjoin(people, people.c.id == _L.person_id).outerjoin(
                members,
                and_(members.c.org_id == _L.org_id, members.c.person_id == _L.person_id, members.c.active),
            )
        )
        .where(*conditions)
    )


_BY_TOKEN = _link(_L.token_hash == bindparam("token_hash"))
_BY_BROWSER = _link(_L.browser_hash == bindparam("browser_hash")).order_by(_L.created_at.desc()).limit(1)
LINK = Statement(_BY_TOKEN, into=LinkFacts, global_lookup=_BEFORE_WORKSPACE)
LINK_LOCKED = Statement(
    _BY_TOKEN.with_for_update(of=sign_in_links), into=LinkFacts, global_lookup=_BEFORE_WORKSPACE
)
LINK_OF_BROWSER_LOCKED = Statement(
    _BY_BROWSER.with_for_update(of=sign_in_links), into=LinkFacts, global_lookup=_BEFORE_WORKSPACE
)
_LAST_USED = (
    select(func.max(_S.last_used_at))
    .where(_S.person_id == people.c.id, _S.org_id == members.c.org_id)
    .scalar_subquery()
)
ADDRESSEE = Statement(
    select(
        people.c.id.label("person_id"),
        members.c.org_id,
        workspaces.c.name.label("workspace_name"),
    )
    .select_from(
        people.join(members, and_(members.c.person_id == people.c.id, members.c.active)).join(
            workspaces, workspaces.c.id == members.c.org_id
        )
    )
    .where(people.c.email == bindparam("email"))
    .order_by(workspaces.c.deletion_at.is_not(None), _LAST_USED.desc().nulls_last(), members.c.created_at)
    .limit(1),
    into=Addressee,
    global_lookup=_BEFORE_WORKSPACE,
)
INSERT_LINK = Statement.write(insert_of(sign_in_links))
# A link printed by the server stays: whoever asks for another one may be a stranger.
VOID_REQUESTED = Statement.write(
    update(sign_in_links)
    .where(_L.person_id == bindparam("of_person"), _L.browser_hash.is_not(None), _L.used_at.is_(None))
    .values(used_at=bindparam("at", type_=_L.used_at.type))
)
USE_LINK = Statement.write(
    update(sign_in_links)
    .where(_L.token_hash == bindparam("of_hash"), _L.used_at.is_(None))
    .values(used_at=bindparam("at", type_=_L.used_at.type))
)
COUNT_TRY = Statement.write(
    update(sign_in_links).where(_L.token_hash == bindparam("of_hash")).values(tries=_L.tries + 1)
)
PURGE_ADDRESS_CHANGES = Statement.write(
    delete(address_changes).where(
        address_changes.c.expires_at <= bindparam("before", type_=address_changes.c.expires_at.type)
    )
)
PURGE_LINKS = Statement.write(
    delete(sign_in_links).where(_L.expires_at <= bindparam("before", type_=_L.expires_at.type))
)


async def link(db: Executor, token_hash: str, *, lock: bool = False) -> LinkFacts | None:
    """The link with this token; ``lock`` keeps others from using it until the transaction ends."""
    return await db.fetch_one(LINK_LOCKED if lock else LINK, {"token_hash": token_hash})


async def locked_link_of_browser(tx: Transaction, browser_hash: str) -> LinkFacts | None:
    """The newest link that was asked for in a browser, locked."""
    return await tx.fetch_one(LINK_OF_BROWSER_LOCKED, {"browser_hash": browser_hash})


async def addressee(db: Executor, email: str) -> Addressee | None:
    """The active member with this address, in the workspace used last, else the one joined first."""
    return await db.fetch_one(ADDRESSEE, {"email": email})


async def insert_link(tx: Transaction, row: LinkRow) -> None:
    """Insert a link."""
    await tx.execute(INSERT_LINK, msgspec.structs.asdict(row))


async def void_requested_links(tx: Transaction, person_id: str, at: datetime) -> None:
    """End the links that were asked for with this person's address and are not used yet."""
    await tx.execute(VOID_REQUESTED, {"of_person": person_id, "at": at})


async def use_link(tx: Transaction, token_hash: str, at: datetime) -> bool:
    """Mark a link as used; whether it was not before."""
    return await tx.execute(USE_LINK, {"of_hash": token_hash, "at": at}) == 1


async def count_try(tx: Transaction, token_hash: str) -> None:
    """Count a wrong code."""
    await tx.execute(COUNT_TRY, {"of_hash": token_hash})


async def purge_address_changes(tx: Transaction, before: datetime) -> None:
    """Remove new addresses that nobody has confirmed in time."""
    await tx.execute(PURGE_ADDRESS_CHANGES, {"before": before})


async def purge_links(tx: Transaction, before: datetime) -> None:
    """Remove links that ended before a moment."""
    await tx.execute(PURGE_LINKS, {"before": before})


# ── Requests for links ─────────────────────────────────────────────────────────────────────────
_COUNT = (
    select(func.count()).select_from(sign_in_requests).where(_R.at > bindparam("since", type_=_R.at.type))
)
COUNT_REQUESTS = Statement.rows(
    select(
        _COUNT.where(_R.email == bindparam("email")).scalar_subquery(),
        _COUNT.where(_R.address == bindparam("address")).scalar_subquery(),
    )
)
INSERT_REQUEST = Statement.write(insert_of(sign_in_requests))
PURGE_REQUESTS = Statement.write(
    delete(sign_in_requests).where(_R.at <= bindparam("before", type_=_R.at.type))
)


def _lock(kind: str) -> Any:
    return func.pg_advisory_xact_lock(func.hashtext(f"sign-in {kind}"), func.hashtext(bindparam(kind)))


# The lock of the mail address comes first for everybody, so nobody waits in a circle. SQLite has one writer.
TAKE_TURN = Statement.rows(select(literal_column("1")), postgresql=select(_lock("email"), _lock("address")))


async def take_turn(tx: Transaction, email: str, address: str) -> None:
    """Wait until no other request for this mail address, or from this client address, is being counted."""
    await tx.fetch_one(TAKE_TURN, {"email": email, "address": address})


async def count_requests(tx: Transaction, email: str, address: str, since: datetime) -> tuple[int, int]:
    """How many links were asked for since a moment: for a mail address, and from a client address."""
    row = await tx.fetch_one(COUNT_REQUESTS, {"email": email, "address": address, "since": since})
    assert row is not None
    return row[0], row[1]


async def insert_request(tx: Transaction, id: str, email: str, address: str, at: datetime) -> None:
    """Remember a request."""
    await tx.execute(INSERT_REQUEST, {"id": id, "email": email, "address": address, "at": at})


async def purge_requests(tx: Transaction, before: datetime) -> None:
    """Forget the requests before a moment."""
    await tx.execute(PURGE_REQUESTS, {"before": before})
