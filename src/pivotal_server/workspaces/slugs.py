"""The slug of a workspace: changing it, and where a former one leads (APP-WS-3)."""

from datetime import timedelta

from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.db.engine import Executor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE, WORKSPACE_SLUG_TAKEN
from pivotal_server.kit import clock
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.workspaces import repository
from pivotal_server.workspaces import repository_slugs as slugs
from pivotal_server.workspaces.repository import WorkspaceRow
from pivotal_server.workspaces.service import check_slug

KEPT = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
"""How long a former slug may lead to the present one."""


async def change_slug(uow: UnitOfWork, row: WorkspaceRow, slug: str, keep: str) -> WorkspaceRow:
    """Give a locked workspace another slug; the old one leads to it, and to nobody else, as long as asked.

    ``keep`` is one of :data:`KEPT`. Raises what :func:`check_slug` raises, ``workspace_slug_taken``, and
    ``invalid_enum_value`` for ``keep``.
    """
    slug = check_slug(slug)
    if keep not in KEPT:
        raise INVALID_ENUM_VALUE(field="keep", expected=" | ".join(KEPT), received=keep[:100])
    if slug == row.slug:
        return row
    after = replace(row, slug=slug, updated_at=uow.touched(row.updated_at))
    try:
        async with uow.tx.savepoint():
            await repository.save(uow.tx, after)
    except UniqueViolation:
        raise WORKSPACE_SLUG_TAKEN(field="slug", slug=slug) from None
    # Asked after the write, which waits for whoever gives up the same slug at this moment.
    if await slugs.holder(uow.tx, slug, uow.now) not in (None, row.id):
        raise WORKSPACE_SLUG_TAKEN(field="slug", slug=slug)
    await slugs.forget(uow.tx, slug)
    await slugs.leave(uow.tx, row.slug, row.id, uow.now + KEPT[keep])
    diff = [Change("slug", row.slug, slug)]
    uow.record("workspace.updated", target=("workspace", row.id, None), diff=diff)
    return after


async def find_workspace(db: Executor, slug: str) -> WorkspaceRow | None:
    """The workspace with this slug, or the one that had it a short while ago."""
    row = await repository.by_slug(db, slug)
    if row is not None:
        return row
    holder = await slugs.holder(db, slug, clock.now())
    return None if holder is None else await repository.by_id(db, holder)
