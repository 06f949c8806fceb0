"""CHANGELOG.md as a page of the docs and as a feed; what changed in the API stands there by machine."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from pivotal_server.docs.facts import plain
from pivotal_server.openapi.diff import Change, diff

Json = dict[str, Any]

PATH = "/docs/api/changelog"
UNRELEASED = "Unreleased"
_RELEASE = re.compile(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?[^\n]*\n", re.MULTILINE)
_GROUPS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


class Release(Struct, frozen=True):
    """One entry: the release, its day (empty while it is not out), and its text."""

    name: str
    day: str
    text: str


class Unfit(Exception):
    """A changelog that does not fit the frozen documents; the text is one line."""


def releases(text: str) -> list[Release]:
    """The entries of a changelog, newest first, without its preamble."""
    found = list(_RELEASE.finditer(text))
    ends = [one.start() for one in found[1:]] + [len(text)]
    return [
        Release(one[1], one[2] or "", text[one.end() : end].strip())
        for one, end in zip(found, ends, strict=True)
    ]


def changes(old: Json, new: Json) -> list[Change]:
    """What changed between two documents, breaking changes first: as ``pivotal openapi diff`` tells it."""
    return sorted(diff(old, new), key=lambda change: not change.breaks)


def before(name: str, documents: Mapping[str, Json]) -> str | None:
    """The release before one of these, which are in order; ``None`` before the first."""
    names = list(documents)
    at = names.index(name)
    return names[at - 1] if at else None


def entries(text: str, documents: Mapping[str, Json]) -> str:
    """The entries with what changed in the API of each since the one before.

    ``documents``: the frozen documents by release, oldest first, and that of this program as ``Unreleased``.
    """
    return "\n\n".join(_entry(one, documents) for one in releases(text)) + "\n"


def _entry(one: Release, documents: Mapping[str, Json]) -> str:
    day = f" - {one.day}" if one.day else ""
    text = f"## {one.name}{day} {{#{anchor(one.name)}}}\n\n{one.text}"
    earlier = before(one.name, documents) if one.name in documents else None
    if earlier is None:
        return text
    found = changes(documents[earlier], documents[one.name])
    listed = "\n".join(f"- {told(change)}" for change in found) or "Nothing."
    return f"{text}\n\n### API since {earlier}, by machine {{#api-{anchor(one.name)}}}\n\n{listed}"


def anchor(name: str) -> str:
    """A release as part of an address."""
    return name.lower().replace(".", "-")


def told(change: Change) -> str:
    """A change as Markdown."""
    return f"{'**Breaking** ' if change.breaks else ''}`{change.where}`: {plain(change.what)}"


def check(text: str, documents: Mapping[str, Json], release: str) -> None:
    """Hold the changelog against the documents, before ``release`` is frozen.

    Raises :class:`Unfit` when an entry has no frozen document (that of ``release`` comes now), when a release
    has no entry or no day, when a heading is none of a changelog, or when the API changed and no line is
    tagged ``api`` or ``webhooks``.
    """
    listed = {one.name: one for one in releases(text) if one.name != UNRELEASED}
    for name in listed:
        if name not in documents:
            raise Unfit(f"CHANGELOG.md has an entry for {name}, which has no frozen document")
    if release not in listed:
        raise Unfit(f"CHANGELOG.md has no entry for {release}")
    one = listed[release]
    if not one.day:
        raise Unfit(f"The entry for {release} has no day: ## [{release}] - YYYY-MM-DD")
    odd = [name for name in re.findall(r"^### (.+)$", one.text, re.MULTILINE) if name not in _GROUPS]
    if odd:
        raise Unfit(f"The entry for {release} has the heading {odd[0]}; known are {', '.join(_GROUPS)}")
    earlier = before(release, documents)
    if earlier is None or not changes(documents[earlier], documents[release]):
        return
    if not re.search(r"^- (?:`(?:api|webhooks)` )", one.text, re.MULTILINE):
        raise Unfit(
            f"The API changed since {earlier}, but no line of {release} begins with `api` or `webhooks`"
        )


def atom(found: Sequence[Release], public_url: str) -> str:
    """The feed of what is out, newest first."""
    out = [one for one in found if one.day]
    updated = f"{out[0].day}T00:00:00Z" if out else "1970-01-01T00:00:00Z"
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        "<title>Pivotal changelog</title>",
        f"<id>{escape(public_url + PATH)}</id>",
        f'<link rel="self" href={quoteattr(f"{public_url}/docs/changelog.atom")}/>',
        f"<link href={quoteattr(public_url + PATH)}/>",
        f"<updated>{updated}</updated>",
        "<author><name>Pivotal</name></author>",
    ]
    for one in out:
        address = f"{public_url}{PATH}#{anchor(one.name)}"
        lines += [
            "<entry>",
            f"<title>{escape(one.name)}</title>",
            f"<id>{escape(address)}</id>",
            f"<link href={quoteattr(address)}/>",
            f"<updated>{one.day}T00:00:00Z</updated>",
            f'<content type="text">{escape(one.text)}</content>',
            "</entry>",
        ]
    return "\n".join([*lines, "</feed>", ""])
