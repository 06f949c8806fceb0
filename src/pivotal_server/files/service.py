"""The register of files: what is stored, what it is called, and that nothing else stays in the folder."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pivotal_server.db.engine import Database, Executor, Transaction
from pivotal_server.files import repository
from pivotal_server.files.repository import FileRow
from pivotal_server.files.store import Files
from pivotal_server.kit.http import UploadedFile
from pivotal_server.kit.ids import is_cuid
from pivotal_server.kit.media import media_type
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["FileRow", "Sweeper", "add_file", "find_file", "forget_file", "keep_file"]

YOUNG_SECONDS = 3_600.0
"""A file that was written to more recently may still become part of something."""

ASIDE_SECONDS = 7 * 86_400.0
"""How long a file that nothing refers to is kept aside before it is removed."""

_BATCH = 500
_SLOWEST_UPLOAD_SECONDS = 86_400.0


async def keep_file(uow: UnitOfWork, upload: UploadedFile, purpose: str) -> FileRow:
    """Register an uploaded file for good; it stays where it was received."""
    row = FileRow(
        id=upload.path.name,
        purpose=purpose,
        name=upload.name,
        content_type=media_type(upload.head, upload.declared_type, upload.name),
        size=upload.size,
        sha256=upload.sha256,
        created_at=uow.now,
    )
    await repository.insert(uow.tx, uow.org_id, row)
    upload.keep()
    return row


async def add_file(uow: UnitOfWork, row: FileRow) -> None:
    """Register a file that the server has made and that lies in its place."""
    await repository.insert(uow.tx, uow.org_id, row)


async def find_file(db: Executor, org_id: str, id: str) -> FileRow | None:
    """The registered file with this id."""
    return await repository.find(db, org_id, id)


async def forget_file(tx: Transaction, org_id: str, id: str) -> None:
    """Take a file off the register; whoever does it removes its bytes, or the sweep does."""
    await repository.delete(tx, org_id, id)


class Sweeper:
    """Clears the folder of files that no row refers to, which a killed server or a failed commit leaves.

    They are first put aside and come back when a row turns up after all: a server that was started on the
    wrong database must not cost anybody a file.
    """

    def __init__(self, db: Database, files: Files) -> None:
        self._db = db
        self._files = files
        self._done_until = 0.0

    async def sweep(self) -> int:
        """Put aside what nothing refers to; how many files that were."""
        until = time.time() - YOUNG_SECONDS
        paths = await asyncio.to_thread(lambda: list(self._written(self._done_until, until)))
        swept = 0
        for start in range(0, len(paths), _BATCH):
            batch = paths[start : start + _BATCH]
            known = await repository.known(self._db, [path.name for path in batch])
            lost = [path for path in batch if path.name not in known]
            await asyncio.to_thread(self._put_aside, lost)
            swept += len(lost)
        await self._settle_aside()
        self._done_until = until
        return swept

    @property
    def _aside(self) -> Path:
        return self._files.folder / "aside"

    def _written(self, since: float, until: float) -> Iterator[Path]:
        """The files written to last between two moments."""
        for folder in self._files.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"):
            if folder.stat().st_mtime < since - _SLOWEST_UPLOAD_SECONDS:
                continue
            for path in folder.iterdir():
                # A refused upload may be removed meanwhile, and other servers sweep the same folder.
                with suppress(FileNotFoundError):
                    if is_cuid(path.name) and since < path.stat().st_mtime <= until:
                        yield path

    def _put_aside(self, paths: list[Path]) -> None:
        for path in paths:
            with suppress(FileNotFoundError):
                # Its time aside begins now.
                os.utime(path)
                self._aside.mkdir(mode=0o700, exist_ok=True)
                path.rename(self._aside / path.name)

    async def _settle_aside(self) -> None:
        """Bring back what a row refers to after all, and remove what has been aside for long."""
        paths = await asyncio.to_thread(
            lambda: [path for path in self._aside.glob("*") if is_cuid(path.name)]
        )
        for start in range(0, len(paths), _BATCH):
            batch = paths[start : start + _BATCH]
            known = await repository.known(self._db, [path.name for path in batch])
            await asyncio.to_thread(self._bring_back_or_remove, batch, known)

    def _bring_back_or_remove(self, paths: list[Path], known: set[str]) -> None:
        for path in paths:
            with suppress(FileNotFoundError):
                if path.name in known:
                    path.rename(self._files.path_of(path.name))
                elif path.stat().st_mtime < time.time() - ASIDE_SECONDS:
                    path.unlink()
