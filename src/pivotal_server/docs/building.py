"""Builds the one read-only file that the docs are served from.

``build`` takes the written content and the generated pages, renders each page in every language a reader may
prefer, and writes pages, indexes and the search table. The file appears whole or not at all.
"""

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from pivotal_server.docs.colouring import LANGUAGES
from pivotal_server.docs.marks import fills_of, marked, settle_text
from pivotal_server.docs.rendering import Rendered, render
from pivotal_server.docs.schemas import NavTab, PageLink, Source
from pivotal_server.docs.source import BadContent
from pivotal_server.docs.words import plain_word

_WEIGHTS = (("/docs/api/reference/objects/", 0.4), ("/docs/api/reference/", 0.6))
"""Below addresses: pages that explain come before those that list."""

MOST_HEADINGS = 40
"""Headings up to which those of level 3 stand in the table of contents."""

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pages (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL, nav_title TEXT NOT NULL,
    summary TEXT NOT NULL, tab TEXT NOT NULL, section TEXT NOT NULL, updated TEXT NOT NULL,
    markdown TEXT NOT NULL, headings TEXT NOT NULL, fills TEXT NOT NULL, links TEXT NOT NULL
);
CREATE TABLE rendered (
    path TEXT NOT NULL, language TEXT NOT NULL, html TEXT NOT NULL, PRIMARY KEY (path, language)
) WITHOUT ROWID;
CREATE TABLE trials (path TEXT PRIMARY KEY, trial TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (number INTEGER PRIMARY KEY, release TEXT NOT NULL UNIQUE, document BLOB NOT NULL);
CREATE TABLE redirects (path TEXT PRIMARY KEY, target TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE sections USING fts5(
    title, names, heading, body,
    path UNINDEXED, anchor UNINDEXED, exact UNINDEXED, shown UNINDEXED, weight UNINDEXED,
    tokenize = "unicode61 remove_diacritics 2 tokenchars '_'", prefix = '2 3'
);
"""


def build(
    target: Path,
    pages: Iterable[Source],
    tabs: Sequence[NavTab],
    redirects: dict[str, str],
    trials: Iterable[tuple[str, str]],
    documents: Mapping[str, bytes],
    *,
    changes: str,
    release: str,
    stamp: str,
) -> int:
    """Write the file; the number of pages in it. ``stamp`` says from what it was built, ``trials`` what the
    request runner of a page needs. ``documents`` are the OpenAPI documents by release in order, and
    ``changes`` is the changelog.

    Raises :class:`BadContent` when navigation and pages do not agree.
    """
    by_path = {page.path: page for page in pages}
    links = list(_ordered(by_path, tabs))
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".building")
    os.close(handle)
    try:
        with sqlite3.connect(name) as db:
            db.executescript(_SCHEMA)
            for number, link in enumerate(links):
                _write(db, number, link, by_path[link.path])
            db.executemany("INSERT INTO redirects VALUES (?, ?)", sorted(redirects.items()))
            numbered = ((number, *pair) for number, pair in enumerate(documents.items()))
            db.executemany("INSERT INTO documents VALUES (?, ?, ?)", numbered)
            db.executemany("INSERT INTO trials VALUES (?, ?)", trials)
            nav = msgspec.json.encode(tabs).decode()
            facts = {"release": release, "stamp": stamp, "nav": nav, "changelog": changes}
            db.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
            db.execute("INSERT INTO sections (sections) VALUES ('optimize')")
        db.close()
        Path(name).chmod(0o644)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
    return len(links)


def stamp_of(files: Iterable[Path], root: Path) -> str:
    """A digest of files by name and content."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _ordered(pages: dict[str, Source], tabs: Sequence[NavTab]) -> Iterable[PageLink]:
    """Every page once, in the order of the navigation; the landing page comes first."""
    places = [("", "", "/docs")]
    places += [(tab.title, group.title, path) for tab in tabs for group in tab.groups for path in group.pages]
    paths = [path for _, _, path in places]
    if len(set(paths)) != len(paths) or set(paths) != set(pages):
        odd = sorted({path for path in paths if paths.count(path) > 1} | (set(paths) ^ set(pages)))
        raise BadContent(f"not once in the navigation, or without a file: {', '.join(odd)}")
    for tab, group, path in places:
        page = pages[path]
        yield PageLink(path, page.title, page.nav_title or page.title, page.summary, tab, group)


def _write(db: sqlite3.Connection, number: int, link: PageLink, page: Source) -> None:
    first: Rendered | None = None
    for language in LANGUAGES:
        if first is not None and not any("group" in block.attributes for block in first.blocks):
            break
        done = render(page.text, language, place=page.path)
        first = first or done
        db.execute("INSERT INTO rendered VALUES (?, ?, ?)", (page.path, language, done.html))
    assert first is not None
    text = marked(page.text)
    headings = first.headings
    if len(headings) > MOST_HEADINGS:
        headings = tuple(heading for heading in headings if heading.level == 2)
    row = (
        *(number, page.path, page.title, link.nav_title, page.summary, link.tab, link.group, page.updated),
        settle_text(text),
        *(msgspec.json.encode(part).decode() for part in (headings, fills_of(text), first.links)),
    )
    db.execute(f"INSERT INTO pages VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - marks alone
    for section in first.sections:
        heading = section.heading
        names = " ".join(plain_word(name) for name in section.identifiers.split())
        body = settle_text(section.body)
        if not section.anchor:
            body = f"{page.summary} {page.keywords} {body}"
        db.execute(
            "INSERT INTO sections (title, names, heading, body, path, anchor, exact, shown, weight)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                page.title,
                names,
                f"{heading} {plain_word(heading)}" if heading else "",
                body,
                page.path,
                section.anchor,
                plain_word(heading or page.title),
                heading,
                next((weight for start, weight in _WEIGHTS if page.path.startswith(start)), 1.0),
            ),
        )
