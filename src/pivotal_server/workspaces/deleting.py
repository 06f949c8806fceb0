"""Deleting a workspace: nobody gets in at once, its owner can undo it for a week, then all of it goes."""

import asyncio
from datetime import timedelta

from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.db.engine import Database, Executor, Transaction
from pivotal_server.files.store import Files
from pivotal_server.kit import clock
from pivotal_server.kit.clock import wire
from pivotal_server.members import service as members
from pivotal_server.notifications import service as notifications
from pivotal_server.services import Services
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.workspaces import repository
from pivotal_server.workspaces import repository_removal as removal
from pivotal_server.workspaces import repository_slugs as slugs
from pivotal_server.workspaces.repository import WorkspaceRow
from pivotal_server.workspaces.repository_slugs import OwnWorkspace

__all__ = ["OwnWorkspace", "cancel_deletion", "own_workspaces", "remove_due", "schedule_deletion"]

UNDO = timedelta(days=7)
MAIL = "workspace_deletion"


async def own_workspaces(db: Executor, person_id: str) -> list[OwnWorkspace]:
    """The workspaces that a person belongs to, by name, those to be deleted too."""
    return await slugs.of_person(db, person_id)


async def schedule_deletion(uow: UnitOfWork, services: Services, row: WorkspaceRow) -> WorkspaceRow:
    """Close a locked workspace to everybody, and have it removed in a week; its owner gets mail.

    The caller tells every process after the commit (``Database.bump_epoch_everywhere``), so that the next
    request of a key is refused. One that is to be deleted already stays as it is.
    """
    if row.deletion_at is not None:
        return row
    at = uow.now + UNDO
    after = replace(row, deletion_at=at, deletion_by=uow.actor.id, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, after)
    diff = [Change("deletion_at", None, wire(at))]
    uow.record("workspace.updated", target=("workspace", row.id, None), diff=diff)
    owner = await members.owner(uow.tx, row.id)
    if owner is not None:
        await notifications.keep_mail(
            uow,
            services.box,
            kind=MAIL,
            recipient=owner.email,
            subject=f"{row.name} is going to be deleted",
            body=(
                f"{uow.actor.label} has deleted the workspace {row.name}. Nobody gets in any more.\n\n"
                f"Until {wire(at)} you can undo it here:\n\n{services.config.public_url}/workspaces\n\n"
                "After that everything in it is removed for good.\n"
            ),
        )
    return after


async def cancel_deletion(uow: UnitOfWork, row: WorkspaceRow) -> WorkspaceRow:
    """Open a locked workspace again that was to be deleted; another one stays as it is."""
    if row.deletion_at is None:
        return row
    after = replace(row, deletion_at=None, deletion_by=None, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, after)
    diff = [Change("deletion_at", wire(row.deletion_at), None)]
    uow.record("workspace.updated", target=("workspace", row.id, None), diff=diff)
    return after


async def remove_due(db: Database, files: Files) -> int:
    """Remove every row and file of the workspaces whose week is over; how many workspaces.

    Rows go in stretches, each in a transaction of its own; a server that stops goes on where it was.
    """
    for row in await repository.all_workspaces(db):
        if row.deletion_at is None or row.deletion_at > clock.now():
            continue
        async with db.transaction() as tx:
            locked = await repository.locked(tx, row.id)
            if locked is not None and locked.deletion_at is not None and locked.deletion_at <= clock.now():
                await removal.begin_removal(tx, row.id, clock.now())
    begun = await removal.begun(db)
    for org_id in begun:
        await _remove(db, files, org_id)
    return len(begun)


async def delete_whole(tx: Transaction, org_id: str) -> None:
    """Remove a small workspace with every row of it at once; its files are the caller's."""
    await removal.delete_whole(tx, org_id)


async def _remove(db: Database, files: Files, org_id: str) -> None:
    # A job or a delivery of it may still have written behind a pass.
    while await _pass(db, files, org_id):
        pass
    async with db.transaction() as tx:
        await removal.end_removal(tx, org_id)


async def _pass(db: Database, files: Files, org_id: str) -> bool:
    """Empty each table of what it holds of a workspace; whether any held something."""
    found = False
    for place in range(len(removal.DELETE_SOME)):
        if place == removal.FILES_PLACE:
            await _remove_files(db, files, org_id)
        gone = 1
        while gone:
            async with db.transaction() as tx:
                gone = await removal.delete_some(tx, org_id, place)
            found = found or gone > 0
    return found


async def _remove_files(db: Database, files: Files, org_id: str) -> None:
    while ids := await removal.some_files(db, org_id):
        await asyncio.to_thread(_unlink, files, ids)
        async with db.transaction() as tx:
            await removal.delete_files(tx, org_id, ids)


def _unlink(files: Files, ids: list[str]) -> None:
    for id in ids:
        files.path_of(id).unlink(missing_ok=True)
