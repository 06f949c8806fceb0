"""The copies of the document in the repository: ``openapi/current.json``, and one frozen file per release."""

import re
from pathlib import Path
from typing import Any

import msgspec

from pivotal_server import __version__
from pivotal_server.docs.changelog import Unfit, check
from pivotal_server.operations import OPERATIONS
from pivotal_server.rest.document import Documents
from pivotal_server.rest.pipeline import ACCESS_ERRORS

CURRENT = Path("openapi/current.json")
RELEASES = Path("openapi/releases")
_RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+)")


class CannotFreeze(Exception):
    """A release that cannot be frozen; the text is one line."""


def build() -> bytes:
    """The document of this program as it is kept in the repository, for the server ``/``."""
    return Documents(OPERATIONS, ACCESS_ERRORS, "/").as_json


def read(path: Path) -> dict[str, Any]:
    """The document in a file."""
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])


def frozen(root: Path) -> list[Path]:
    """The frozen documents below ``root``, oldest release first."""
    found = []
    for path in (root / RELEASES).glob("*.json"):
        match = _RELEASE.fullmatch(path.stem)
        if match is not None:
            found.append((tuple(map(int, match.groups())), path))
    return [path for _, path in sorted(found)]


def freeze(root: Path) -> Path:
    """Keep the document of this release for good.

    Raises :class:`CannotFreeze` when that was done before, or when the changelog does not tell of it.
    """
    path = root / RELEASES / f"{__version__}.json"
    if path.exists():
        raise CannotFreeze(f"{path} is frozen; give the release a new number")
    documents = {one.stem: read(one) for one in frozen(root)}
    documents[__version__] = msgspec.json.decode(build())
    try:
        check((root / "CHANGELOG.md").read_text("utf-8"), documents, __version__)
    except (OSError, Unfit) as fault:
        raise CannotFreeze(str(fault)) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(build())
    return path
