"""Reads the built file. It is opened once, read-only, and is no part of the database of the workspaces."""

import functools
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pivotal_server.docs.schemas import Fill, Heading, Hit, NavTab, PageLink, StoredPage
from pivotal_server.docs.words import plain_word, questions

BUILT = Path(__file__).parent / "dist" / "docs.sqlite"
FIRST_LANGUAGE = "curl"

_LINK = "path, title, nav_title, summary, tab, section"
_FIND = """
SELECT path, anchor, title, shown,
       snippet(sections, 3, char(0xE000), char(0xE001), '…', 18)
FROM sections WHERE sections MATCH ?
ORDER BY (exact = ?) * weight DESC, bm25(sections, 10, 8, 6, 1) * weight, rowid LIMIT ?
"""


class NotBuilt(Exception):
    """The docs were never built on this machine."""


class Library:
    """The docs in one built file."""

    def __init__(self, path: Path = BUILT) -> None:
        if not path.is_file():
            raise NotBuilt("The docs are not built; run: pivotal docs build")
        self._db = sqlite3.connect(
            f"file:{path.as_posix()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def meta(self, name: str) -> str:
        """One fact about the build: ``release``, ``stamp``, ``nav``, ``changelog``."""
        value: str = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0]
        return value

    @functools.cached_property
    def tabs(self) -> Sequence[NavTab]:
        """The navigation."""
        return msgspec.json.decode(self.meta("nav"), type=tuple[NavTab, ...])

    @functools.cached_property
    def links(self) -> dict[str, PageLink]:
        """Every page by its address, in the order of the navigation."""
        rows = self._db.execute(f"SELECT {_LINK} FROM pages ORDER BY number")  # noqa: S608 - a constant
        return {row[0]: PageLink(*row) for row in rows}

    def page(self, path: str, language: str = FIRST_LANGUAGE) -> StoredPage | None:
        """The page at an address, its groups of code in ``language`` where they have it."""
        row = self._db.execute(
            "SELECT updated, markdown, headings, fills, links, coalesce("
            "(SELECT html FROM rendered r WHERE r.path = p.path AND language = ?),"
            "(SELECT html FROM rendered r WHERE r.path = p.path AND language = ?)"
            "), (SELECT trial FROM trials t WHERE t.path = p.path) FROM pages p WHERE p.path = ?",
            (language, FIRST_LANGUAGE, path),
        ).fetchone()
        if row is None:
            return None
        return StoredPage(
            self.links[path],
            row[0],
            row[5],
            row[1],
            msgspec.json.decode(row[2], type=tuple[Heading, ...]),
            msgspec.json.decode(row[3], type=tuple[Fill, ...]),
            msgspec.json.decode(row[4], type=tuple[str, ...]),
            row[6] or "",
        )

    def redirect(self, path: str) -> str | None:
        """Where a page that stood at an address stands now."""
        row = self._db.execute("SELECT target FROM redirects WHERE path = ?", (path,)).fetchone()
        return None if row is None else str(row[0])

    def redirects(self) -> dict[str, str]:
        """Every address of old, with that of today."""
        return dict(self._db.execute("SELECT path, target FROM redirects"))

    def markdown(self, under: str = "") -> list[tuple[PageLink, str]]:
        """The Markdown of every page below an address, in the order of the navigation."""
        rows = self._db.execute("SELECT path, markdown FROM pages ORDER BY number")
        return [(self.links[path], text) for path, text in rows if path.startswith(under)]

    def releases(self) -> list[str]:
        """The releases whose OpenAPI document is kept, oldest first; the last is that of this program."""
        return [row[0] for row in self._db.execute("SELECT release FROM documents ORDER BY number")]

    def document(self, release: str) -> bytes | None:
        """The OpenAPI document of a release."""
        row = self._db.execute("SELECT document FROM documents WHERE release = ?", (release,)).fetchone()
        return None if row is None else bytes(row[0])

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        """The sections that fit best; nothing for a text without words."""
        exact = plain_word(text[:200])
        for question in questions(text):
            found = self._db.execute(_FIND, (question, exact, limit)).fetchall()
            if found:
                return [
                    Hit(path, anchor, title, heading, self.links[path].tab, excerpt)
                    for path, anchor, title, heading, excerpt in found
                ]
        return []


@functools.cache
def library() -> Library:
    """The built docs, opened at their first use. Raises :class:`NotBuilt`."""
    return Library()
