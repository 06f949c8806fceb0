"""Checks of a built file: every address and anchor that its pages name exists."""

import re
from urllib.parse import urlsplit

from pivotal_server.docs.changelog import PATH
from pivotal_server.docs.library import Library
from pivotal_server.docs.source import ROOT

_ID = re.compile(r'\bid="([^"]+)"')
_OUTSIDE_DOCS = re.compile(r"/(admin|api|login|customers|onboardings|profile|workspaces)(/|$)")


def faults(library: Library) -> list[str]:
    """One line for each link that leads nowhere."""
    anchors = {path: _anchors(library, path) for path in library.links}
    found = []
    for path in library.links:
        page = library.page(path)
        assert page is not None
        found += [f"{path}: {link}" for link in page.links if not _resolves(library, anchors, path, link)]
    for old, target in library.redirects().items():
        if not _resolves(library, anchors, old, target):
            found.append(f"redirect {old}: {target}")
        if old in library.links:
            found.append(f"redirect {old}: a page stands there")
    return found


def _anchors(library: Library, path: str) -> set[str]:
    page = library.page(path)
    assert page is not None
    return set(_ID.findall(page.html))


def _resolves(library: Library, anchors: dict[str, set[str]], path: str, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme:
        return parts.scheme == "https"
    target = parts.path or path
    if not target.startswith(ROOT):
        return bool(_OUTSIDE_DOCS.match(target)) or target in ("/", "/llms.txt", "/llms-full.txt", "/metrics")
    target = library.redirect(target) or target
    target = target.removesuffix(".md").removesuffix("/llms.txt")
    if target not in anchors:
        return target in (f"{ROOT}/search", f"{ROOT}/changelog.atom", f"{PATH}/diff")
    return not parts.fragment or parts.fragment in anchors[target]
