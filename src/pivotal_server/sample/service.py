"""The sample workspace: making it and taking it away, each in one transaction (WB-SAMPLE-1 … 3)."""

import asyncio
from datetime import datetime
from random import Random
from typing import Any

import msgspec

from pivotal_server.db.engine import Database, Executor, Transaction
from pivotal_server.files.store import Files
from pivotal_server.kit import clock
from pivotal_server.sample import content, repository
from pivotal_server.sample.scribe import Scribe
from pivotal_server.sample.story import Story
from pivotal_server.workspaces import deleting
from pivotal_server.workspaces import service as workspaces
from pivotal_server.workspaces.service import WorkspaceRow

__all__ = ["Made", "create_sample", "delete_sample", "find_sample"]

SLUG = "sample"


class Made(msgspec.Struct, frozen=True):
    """The sample workspace, and whether it was made just now."""

    workspace: WorkspaceRow
    created: bool


async def find_sample(db: Executor) -> WorkspaceRow | None:
    """The sample workspace of this server, if there is one."""
    return next(
        (row for row in await workspaces.all_workspaces(db) if workspaces.is_sample(row.settings)), None
    )


async def _locked(tx: Transaction) -> WorkspaceRow | None:
    """The sample, which nobody else makes anew or takes away until the end of this work."""
    known = await find_sample(tx)
    if known is None or await repository.lock(tx, known.id):
        return known
    return await find_sample(tx)


async def create_sample(
    db: Database,
    files: Files,
    *,
    owner_email: str,
    owner_name: str,
    now: datetime | None = None,
    seed: int = 1,
    phases: str = "classic",
    reset: bool = False,
    of: str | None = None,
) -> Made:
    """Make the sample workspace for an owner; one that is there stays as it is, unless ``reset``.

    With ``of``, the id of a workspace, only that one is made anew.

    Its history ends at ``now``. The same ``now``, ``seed`` and ``phases`` give the same names, numbers and
    dates. Nothing of it fires an event. Raises the declared errors for a bad address of the owner.
    """
    gone: list[str] = []
    async with db.transaction() as tx:
        known = await _locked(tx)
        if known is not None and (not reset or of not in (None, known.id)):
            return Made(known, created=False)
        if known is not None:
            gone = await repository.file_ids(tx, known.id)
            await deleting.delete_whole(tx, known.id)
            await repository.delete_people(tx, content.DOMAIN)
        until = now or clock.now()
        settings = {"sample": {"clock": clock.wire(until), "seed": seed, "phases": phases}}
        made = await _write(tx, files, owner_email, owner_name, until, seed, phases, settings)
    await asyncio.to_thread(_remove, files, gone)
    return Made(made, created=True)


async def _write(
    tx: Transaction,
    files: Files,
    owner_email: str,
    owner_name: str,
    until: datetime,
    seed: int,
    phases: str,
    settings: dict[str, Any],
) -> WorkspaceRow:
    taken = {row.slug for row in await workspaces.all_workspaces(tx)}
    slug = next(
        name
        for name in (SLUG, *(f"{SLUG}-{number}" for number in range(2, len(taken) + 3)))
        if name not in taken
    )
    row = workspaces.new_workspace(content.NAME, slug, "UTC", settings)
    random = Random(seed)
    scribe = Scribe(tx, row.id, until, random)
    owner = await workspaces.add_workspace(
        scribe.uow, row, phase_preset=phases, owner_email=owner_email, owner_name=owner_name
    )
    await scribe.uow.flush()
    await Story(scribe, owner, phases, random, files).write()
    return row


async def delete_sample(db: Database, files: Files, *, of: str | None = None) -> WorkspaceRow | None:
    """Take the sample workspace away with everything in it; ``None`` when there is none, or not ``of``."""
    async with db.transaction() as tx:
        known = await _locked(tx)
        if known is None or of not in (None, known.id):
            return None
        gone = await repository.file_ids(tx, known.id)
        await deleting.delete_whole(tx, known.id)
        await repository.delete_people(tx, content.DOMAIN)
    await asyncio.to_thread(_remove, files, gone)
    return known


def _remove(files: Files, ids: list[str]) -> None:
    for id in ids:
        files.path_of(id).unlink(missing_ok=True)
