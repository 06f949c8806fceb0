"""Notices in the app: telling members, listing, marking as read."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from pivotal_server.auth.permissions import MANAGERS
from pivotal_server.db.engine import Executor
from pivotal_server.kit.ids import cuid
from pivotal_server.members import service as members
from pivotal_server.notifications import preferences
from pivotal_server.notifications import repository_notices as repository
from pivotal_server.notifications.repository_notices import NoticeRow
from pivotal_server.notifications.telling import Due, write_due
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["NoticeRow", "find", "give", "list_for_member", "mark_read", "tell", "tell_managers"]

KEPT = timedelta(days=180)
SHOWN = 100


async def tell(
    uow: UnitOfWork, member_ids: Iterable[str], *, kind: str, title: str, body: str, url: str
) -> None:
    """Write a notice to each of these members who wants it, in the work of what it tells of.

    ``url`` is a path of ours.
    """
    ids = list(member_ids)
    off = await preferences.unwanted(uow.tx, uow.org_id, ids, kind)
    rows = [NoticeRow(cuid(), id, kind, title, body, url, uow.now, None) for id in ids if id not in off]
    await repository.forget(uow.tx, uow.org_id, uow.now - KEPT)
    if rows:
        await repository.insert(uow.tx, uow.org_id, rows)


async def give(uow: UnitOfWork, due: Sequence[Due]) -> None:
    """Write the notices that a long act has gathered, at its end."""
    await write_due(uow.tx, uow.org_id, uow.now, due)


async def tell_managers(uow: UnitOfWork, *, kind: str, title: str, body: str, url: str) -> None:
    """Write a notice to the owner and every admin."""
    rows = await members.all_members(uow.tx, uow.org_id)
    told = [row.id for row in rows if row.active and row.role in MANAGERS]
    await tell(uow, told, kind=kind, title=title, body=body, url=url)


async def list_for_member(
    db: Executor, org_id: str, member_id: str, *, unread: bool = False
) -> list[NoticeRow]:
    """The newest notices of a member, newest first; with ``unread`` those not read yet."""
    return await repository.newest(db, org_id, member_id, SHOWN, unread=unread)


async def find(db: Executor, org_id: str, member_id: str, id: str) -> NoticeRow | None:
    """A notice of a member."""
    return await repository.one(db, org_id, member_id, id)


async def mark_read(uow: UnitOfWork, member_id: str, id: str | None = None) -> None:
    """Note that a member has read one notice, or without ``id`` all of theirs."""
    await repository.read(uow.tx, uow.org_id, member_id, uow.now, id)
