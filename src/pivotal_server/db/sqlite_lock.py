"""One server at a time on an SQLite file: a lock that the kernel takes back when its process dies.

It lies in a file of its own beside the database. A handle on the database itself would not do: closing any of
them drops the locks of SQLite.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from pivotal_server.db.errors import CannotOpen

_LONGEST_PID: Final = 32


def lock_file(database: Path) -> Path:
    """Where the lock of this database file lies."""
    return database.with_name(f"{database.name}.lock")


class ServerLock:
    """The right to serve a database file, held from the making of the object to :meth:`release`.

    `made` says whether the lock file was missing before. CannotOpen, in one line with the process id, when
    another process holds the lock; OSError when the folder cannot be used.
    """

    def __init__(self, database: Path) -> None:
        self.path = lock_file(database)
        self.made = not self.path.exists()
        self._handle = self._locked(database)
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode("ascii"), 0)

    def _locked(self, database: Path) -> int:
        while True:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # The former holder may have removed the file: then it is locked and nobody will look at it.
                if os.path.samestat(os.fstat(handle), self.path.stat()):
                    return handle
            except BlockingIOError:
                holder = os.pread(handle, _LONGEST_PID, 0).decode("ascii", "replace").strip()
                os.close(handle)
                process = f"process {holder}" if holder else "another process"
                raise CannotOpen(
                    f"a server ({process}) already runs on {database.parent}; "
                    "stop it first, or choose another data folder with --data"
                ) from None
            except FileNotFoundError:
                pass
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)

    def remove(self) -> None:
        """Take the file away, still locked, as if nobody had ever held it."""
        self.path.unlink(missing_ok=True)

    def release(self) -> None:
        """Let others have it."""
        with suppress(OSError):  # an id that stays behind harms nobody
            os.ftruncate(self._handle, 0)
        os.close(self._handle)
