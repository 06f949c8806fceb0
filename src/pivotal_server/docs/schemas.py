"""What the built file of the docs holds."""

from collections.abc import Sequence

from msgspec import Struct


class Heading(Struct, frozen=True):
    """One heading of a page; ``level`` is 2 or 3."""

    level: int
    anchor: str
    text: str


class Fill(Struct, frozen=True):
    """A value that the reader may put in the place of a page's placeholder."""

    name: str
    label: str
    placeholder: str


class Source(Struct, frozen=True):
    """One page as it is written: an address such as ``/docs/api/welcome/errors``, and its Markdown."""

    path: str
    title: str
    summary: str
    text: str
    nav_title: str = ""
    updated: str = ""
    keywords: str = ""


class NavGroup(Struct, frozen=True):
    """Pages that stand under one label of the navigation, by their addresses."""

    title: str
    pages: tuple[str, ...]


class NavTab(Struct, frozen=True):
    """One tab of the docs; its first page is where it leads."""

    title: str
    groups: tuple[NavGroup, ...]


class PageLink(Struct, frozen=True):
    """A page as navigation, indexes and search name it."""

    path: str
    title: str
    nav_title: str
    summary: str
    tab: str
    group: str


class StoredPage(Struct, frozen=True):
    """One built page. ``html`` and ``markdown`` hold marks that a request fills (``marks.py``).

    ``trial`` is the JSON of the request runner, where the page has one.
    """

    link: PageLink
    updated: str
    html: str
    markdown: str
    headings: Sequence[Heading]
    fills: Sequence[Fill]
    links: Sequence[str]
    trial: str


class Hit(Struct, frozen=True):
    """One section that a search found. ``excerpt`` has the words found between U+E000 and U+E001."""

    path: str
    anchor: str
    title: str
    heading: str
    tab: str
    excerpt: str
