"""CHANGELOG.md as a page of the docs."""

import re

_RELEASE = re.compile(r"^## \[([^\]]+)\](.*)$", re.MULTILINE)


def entries(text: str) -> str:
    """The releases of a changelog, newest first, without its preamble."""
    found = _RELEASE.search(text)
    body = text[found.start() :] if found else ""
    return _RELEASE.sub(lambda release: f"## {release[1]}{release[2]}", body).strip() + "\n"
