"""The file that an export writes."""

import hashlib
import os
from pathlib import Path


class Sink:
    """A file that only grows, as an archive can be written to it.

    Everything here touches the disk: call it in a thread. Raises ``OSError``.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self.size = 0
        self._hash = hashlib.sha256()
        self._file = path.open("wb")

    def write(self, data: bytes) -> int:
        """Add to the file; how many bytes that were."""
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Hand what is written to the operating system."""
        self._file.flush()

    def settle(self, target: Path) -> str:
        """Make the file durable at ``target``; the SHA-256 of its content."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self.path.replace(target)
        handle = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return self._hash.hexdigest()

    def discard(self) -> None:
        """Remove the file, unless it has been settled."""
        self._file.close()
        self.path.unlink(missing_ok=True)
