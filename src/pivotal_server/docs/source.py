"""The written pages: Markdown files with front matter, ``nav.toml`` and ``redirects.toml``."""

import re
import tomllib
from pathlib import Path

from msgspec import Struct

from pivotal_server.docs.schemas import NavGroup, NavTab, Source

ROOT = "/docs"
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_KEYS = {"title", "nav_title", "summary", "keywords", "updated"}
LONGEST_SUMMARY = 160


class BadContent(Exception):
    """A file of the docs that cannot be used; the text names the place."""


class Content(Struct, frozen=True):
    """All that is written by hand. ``redirects``: addresses of old to those of today."""

    pages: tuple[Source, ...]
    tabs: tuple[NavTab, ...]
    redirects: dict[str, str]


def read_page(path: Path, address: str) -> Source:
    """The page in a file. Raises :class:`BadContent`."""
    text = path.read_text("utf-8")
    found = _FRONT.match(text)
    if found is None:
        raise BadContent(f"{path}: no front matter")
    values: dict[str, str] = {}
    for line in found[1].splitlines():
        key, colon, value = line.partition(": ")
        if not colon or key not in _KEYS or key in values:
            raise BadContent(f"{path}: not understood: {line}")
        values[key] = value.strip()
    if not values.get("title") or not values.get("summary"):
        raise BadContent(f"{path}: a page needs a title and a summary")
    if len(values["summary"]) > LONGEST_SUMMARY:
        raise BadContent(f"{path}: the summary is longer than {LONGEST_SUMMARY} characters")
    return Source(
        address,
        values["title"],
        values["summary"],
        text[found.end() :].strip() + "\n",
        values.get("nav_title", ""),
        values.get("updated", ""),
        values.get("keywords", ""),
    )


def read_content(folder: Path) -> Content:
    """Everything below ``folder``. Raises :class:`BadContent`."""
    pages = []
    for path in sorted(folder.rglob("*.md")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        pages.append(read_page(path, ROOT if name == "index" else f"{ROOT}/{name}"))
    nav = tomllib.loads((folder / "nav.toml").read_text("utf-8"))
    tabs = tuple(
        NavTab(
            tab["title"],
            tuple(
                NavGroup(group["title"], tuple(f"{ROOT}/{page}" for page in group["pages"]))
                for group in tab["groups"]
            ),
        )
        for tab in nav["tabs"]
    )
    redirects = tomllib.loads((folder / "redirects.toml").read_text("utf-8"))["redirects"]
    return Content(tuple(pages), tabs, redirects)
