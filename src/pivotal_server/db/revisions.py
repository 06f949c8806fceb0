"""Which revisions of the schema this program knows, told without loading the migration tool.

Revisions are named `0001`, `0002`, …; the files in `migrations/versions` begin with theirs.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from pivotal_server.db.errors import CannotOpen

MIGRATIONS: Final = Path(__file__).parent / "migrations"


@cache
def known_revisions() -> tuple[str, ...]:
    """All revisions, oldest first."""
    files = (MIGRATIONS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py")
    return tuple(sorted(path.name[:4] for path in files))


def head_revision() -> str:
    """The newest revision, which the statements of this program expect."""
    return known_revisions()[-1]


def check_revision(found: str | None, where: str, *, newer: bool = False) -> None:
    """CannotOpen unless the schema found fits this program.

    `newer`: a later schema will do, since every release leaves room for the one before it.
    """
    if found is None:
        raise CannotOpen(f"{where} holds no schema yet; run `pivotal migrate`")
    if found not in known_revisions():
        if newer and found > head_revision():
            return
        raise CannotOpen(f"{where} has schema {found}, newer than this program; install the newer release")
    if found != head_revision():
        raise CannotOpen(
            f"{where} has schema {found}, this program needs {head_revision()}; run `pivotal migrate`"
        )
