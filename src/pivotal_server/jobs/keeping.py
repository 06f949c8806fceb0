"""How long the files of jobs are kept."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from pivotal_server.files import service as files
from pivotal_server.jobs import repository_files as repository
from pivotal_server.jobs.running import Run
from pivotal_server.kit import clock

FILES_KEPT = timedelta(days=7)
"""After the end of the job."""
PARTS_KEPT = timedelta(days=30)
"""Of a file that is not finished, since it was last written to."""

PARTIAL = "partial"
"""The folder of files that jobs have not finished, among the stored files."""

_BATCH = 200


async def drop_old_files(run: Run) -> None:
    """Remove the files of jobs that have ended long ago, and what dead jobs have left unfinished."""
    store = run.services.files
    while old := await repository.old(run.db, clock.now() - FILES_KEPT, _BATCH):
        async with run.db.transaction() as tx:
            for org_id, id in old:
                await repository.remove(tx, org_id, id)
                await files.forget_file(tx, org_id, id)
        await asyncio.to_thread(_unlink, [store.path_of(id) for _, id in old])
        run.check()
    before = time.time() - PARTS_KEPT.total_seconds()
    await asyncio.to_thread(_unlink_older, store.folder / PARTIAL, before)


def _unlink(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _unlink_older(folder: Path, before: float) -> None:
    for path in folder.glob("*"):
        # Other servers clear the same folder.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
