"""Where the bytes of stored files lie, and links by which they can be fetched for a while.

The folder is in the data folder, outside everything that is served as such. A file lies at ``ab/cd/<id>``,
where ``abcd`` is a hash of its id, so that no folder grows large.
"""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from pivotal_server.config import as_https
from pivotal_server.kit import clock
from pivotal_server.kit.crypto import SecretBox
from pivotal_server.kit.ids import cuid

LINK_SECONDS = 300
"""How long a link works, unless whoever makes it says otherwise."""

_PURPOSE = "file link"


@dataclass(frozen=True, slots=True)
class Files:
    """The files in ``folder``; ``box`` signs their links, which begin with ``public_url``."""

    folder: Path
    box: SecretBox
    public_url: str

    def over_https(self) -> Self:
        """The same files with links for somebody who came by https."""
        return replace(self, public_url=as_https(self.public_url))

    def path_of(self, id: str) -> Path:
        """Where the file of this id lies, if there is one."""
        digest = hashlib.sha256(id.encode()).hexdigest()
        return self.folder / digest[:2] / digest[2:4] / id

    def new_path(self) -> Path:
        """The path for a new file, named by its id. The folders above it exist and will survive a crash.

        Raises ``OSError``. It touches the disk: call it in a thread.
        """
        path = self.path_of(cuid())
        missing = [folder for folder in path.parents if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
            handle = os.open(folder.parent, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return path

    def link(self, org_id: str, id: str, reader: str = "", seconds: int = LINK_SECONDS) -> str:
        """An address at which a file can be fetched without signing in, for so many seconds.

        ``reader`` is the actor string of whoever gets it, where the file is for nobody else.
        """
        expires = int(clock.unix()) + seconds
        signature = self.box.sign(_signed_text(org_id, id, expires, reader), _PURPOSE)
        named = {"by": reader} if reader else {}
        query = urlencode({"org": org_id, "expires": expires, **named, "signature": signature})
        return f"{self.public_url}/files/{id}?{query}"

    def is_valid(self, org_id: str, id: str, expires: str, signature: str, reader: str = "") -> bool:
        """Whether :meth:`link` gave a link with these parts, and it still works."""
        if not (expires.isascii() and expires.isdigit() and len(expires) < 18):
            return False
        signed = self.box.is_signed(_signed_text(org_id, id, int(expires), reader), _PURPOSE, signature)
        return signed and clock.unix() <= int(expires)


def _signed_text(org_id: str, id: str, expires: int, reader: str) -> str:
    text = f"{org_id}\n{id}\n{expires}"
    return f"{text}\n{reader}" if reader else text
