"""Saved views of lists (APP-VIEW-1 … 4): a member's own, and those that the workspace shares.

A view holds part of an address and no rows, so it shows nobody more than the list would.
"""

from datetime import datetime

from msgspec.structs import replace

from pivotal_server.auth.permissions import MANAGERS, AccessSettings, allows, refusal
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue_views import VIEW_CHANGED, VIEW_NAME_TAKEN, VIEW_NOT_FOUND
from pivotal_server.kit.ids import cuid, is_cuid
from pivotal_server.kit.text import line
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import PRIVATE_VIEWS, SHARED_VIEWS
from pivotal_server.unit_of_work import LIVE_CHANNEL, UnitOfWork
from pivotal_server.views import repository
from pivotal_server.views.listings import LISTINGS, LONGEST_QUERY, Listing
from pivotal_server.views.repository import ViewRow

__all__ = [
    "LONGEST_NAME",
    "ViewRow",
    "default_of",
    "may_change",
    "opens_for_others",
    "stamp",
    "views_of",
]

LONGEST_NAME = 60
_TYPE = "view"


async def views_of(db: Executor, org_id: str, member_id: str, listing: Listing) -> list[ViewRow]:
    """The stored views of a list that a member sees, by name."""
    return await repository.visible(db, org_id, member_id, listing.key)


async def default_of(db: Executor, org_id: str, member_id: str, listing: Listing) -> str | None:
    """The view with which a list opens for a member: id of a stored one, key of a built-in one, or none."""
    return await repository.default_of(db, org_id, member_id, listing.key)


async def opens_for_others(db: Executor, org_id: str, member_id: str, id: str) -> int:
    """For how many others a list opens with this view."""
    return await repository.opens_for_others(db, org_id, member_id, id)


def stamp(rows: list[ViewRow]) -> str:
    """A text that is another one as soon as any of these views is."""
    newest = max((row.updated_at for row in rows), default=None)
    return f"{len(rows)}.{'' if newest is None else newest.timestamp()}"


def may_change(row: ViewRow, member_id: str | None, role: str) -> bool:
    """Whether a member may save, rename and delete a view: its author, and managers where it is shared."""
    return row.owner_id == member_id or (row.shared and role in MANAGERS)


async def get_view(db: Executor, org_id: str, member_id: str | None, id: str) -> ViewRow:
    """A stored view that a member sees. Raises ``view_not_found``."""
    row = await repository.one(db, org_id, id) if is_cuid(id) else None
    if row is None or not (row.shared or row.owner_id == member_id):
        raise VIEW_NOT_FOUND()
    return row


async def create_view(uow: UnitOfWork, listing: Listing, name: str, query: str, *, shared: bool) -> ViewRow:
    """Store a view of the acting member.

    Raises ``too_small``, ``too_big``, ``view_name_taken`` (field ``name``), ``limit_reached`` and, for one
    that is shared, ``insufficient_role``.
    """
    name = line(name, "name", 1, LONGEST_NAME)
    await uow.hold(_TYPE)
    row = ViewRow(
        id=cuid(),
        list=listing.key,
        owner_id=uow.actor.id or "",
        name=name,
        name_key=name.casefold(),
        query=listing.checked(query[:LONGEST_QUERY]),
        shared=shared,
        created_at=uow.now,
        updated_at=uow.now,
    )
    await _check(uow, row, None)
    await repository.insert(uow.tx, uow.org_id, row)
    _tell(uow, row, None)
    return row


async def update_view(uow: UnitOfWork, id: str, *, name: str, shared: bool | None = None) -> ViewRow:
    """Rename a view, and share it or take it back, which only its author does.

    Raises ``view_not_found``, ``insufficient_role`` and what :func:`create_view` raises.
    """
    name = line(name, "name", 1, LONGEST_NAME)
    row = await _to_change(uow, id)
    if shared is None or row.owner_id != uow.actor.id:
        shared = row.shared
    after = replace(row, name=name, name_key=name.casefold(), shared=shared)
    return row if after == row else await _save(uow, row, after)


async def save_query(uow: UnitOfWork, id: str, query: str, seen: datetime | None) -> ViewRow:
    """Let a view keep another filter. ``seen``: the ``updated_at`` of the view that was shown.

    Raises ``view_not_found``, ``insufficient_role`` and ``view_changed`` when somebody saved it meanwhile.
    """
    row = await _to_change(uow, id)
    after = replace(row, query=LISTINGS[row.list].checked(query[:LONGEST_QUERY]))
    if after == row:
        return row
    if seen is not None and seen != row.updated_at:
        raise VIEW_CHANGED()
    return await _save(uow, row, after)


async def delete_view(uow: UnitOfWork, id: str) -> ViewRow:
    """Delete a view; whose list opened with it gets the plain list. Raises ``view_not_found`` and
    ``insufficient_role``.
    """
    row = await _to_change(uow, id)
    await repository.delete_one(uow.tx, uow.org_id, row.id)
    _tell(uow, row, row)
    return row


async def set_default(uow: UnitOfWork, listing: Listing, view: str) -> None:
    """Let a list open with a view for the acting member, or with none for an empty ``view``.

    Raises ``view_not_found``.
    """
    if view and view not in {one.key for one in listing.built_in}:
        # Nobody deletes it or takes it back before this is done.
        await uow.hold(_TYPE)
        row = await get_view(uow.tx, uow.org_id, uow.actor.id, view)
        if row.list != listing.key:
            raise VIEW_NOT_FOUND()
    await repository.set_default(uow.tx, uow.org_id, uow.actor.id or "", listing.key, view)


async def _to_change(uow: UnitOfWork, id: str) -> ViewRow:
    # Names and limits are looked up before they are used, so that nobody may come between.
    await uow.hold(_TYPE)
    row = await repository.one(uow.tx, uow.org_id, id, lock=True) if is_cuid(id) else None
    if row is None or not (row.shared or row.owner_id == uow.actor.id):
        raise VIEW_NOT_FOUND()
    if not may_change(row, uow.actor.id, uow.actor.role):
        raise refusal("share_views", AccessSettings())
    return row


async def _save(uow: UnitOfWork, row: ViewRow, after: ViewRow) -> ViewRow:
    after = replace(after, updated_at=uow.touched(row.updated_at))
    await _check(uow, after, row)
    await repository.save(uow.tx, uow.org_id, after)
    if row.shared and not after.shared:
        await repository.forget_defaults(uow.tx, uow.org_id, row.id, of_others_than=row.owner_id)
    _tell(uow, after, row)
    return after


async def _check(uow: UnitOfWork, row: ViewRow, before: ViewRow | None) -> None:
    """Raise what stands against a view that is to be stored."""
    if await repository.is_named(uow.tx, uow.org_id, row):
        raise VIEW_NAME_TAKEN(field="name")
    if before is not None and before.shared == row.shared:
        return
    if row.shared and not allows(uow.actor.role, "share_views", AccessSettings()):
        raise refusal("share_views", AccessSettings())
    used = await repository.used(uow.tx, uow.org_id, row.owner_id)
    limit, count = (SHARED_VIEWS, used.shared) if row.shared else (PRIVATE_VIEWS, used.private)
    await limits.check_room(uow, limit, count, field="name")


def _tell(uow: UnitOfWork, row: ViewRow, before: ViewRow | None) -> None:
    """Say in the activity that a view is shared now, and to open lists that there is news."""
    if row.shared and (before is None or not before.shared):
        uow.record("view.shared", target=(_TYPE, row.id, None), reason=row.name)
    uow.tx.notify(LIVE_CHANNEL, f"{uow.org_id} views")
