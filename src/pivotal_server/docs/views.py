"""What the pages of the docs show."""

from collections.abc import Sequence
from functools import cache
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape
from msgspec import Struct

from pivotal_server.config import Config
from pivotal_server.docs.library import Library
from pivotal_server.docs.marks import answered
from pivotal_server.docs.schemas import Fill, Heading, Hit, PageLink, StoredPage
from pivotal_server.kit.outbound.addresses import is_public_host
from pivotal_server.openapi.diff import Change
from pivotal_server.web.templating import render_text
from pivotal_server.web.view import Theme

_ASSISTANTS = {"Claude": "https://claude.ai/new?q=", "ChatGPT": "https://chatgpt.com/?q="}
_ICONS = ("copy", "info", "warn")


class Tab(Struct, frozen=True):
    """One tab: where it leads, and whether the reader is in it."""

    title: str
    path: str
    current: bool


class Group(Struct, frozen=True):
    """One label of the navigation with its pages; ``folded`` groups are closed until they are wanted."""

    title: str
    links: Sequence[PageLink]
    folded: bool
    open: bool


class DocsFrame(Struct, frozen=True):
    """What surrounds a page. ``path`` is the address of the page."""

    theme: Theme
    release: str
    path: str
    tabs: Sequence[Tab]
    groups: Sequence[Group]


class Assistant(Struct, frozen=True):
    """An AI assistant to open a page in. Without ``url`` the reader copies ``prompt`` and the page."""

    name: str
    prompt: str
    url: str


class DocsPage(Struct, frozen=True):
    """One page. ``support``: the address for help, or empty; ``trial``: what its request runner reads."""

    link: PageLink
    updated: str
    html: Markup
    headings: Sequence[Heading]
    fills: Sequence[Fill]
    before: PageLink | None
    after: PageLink | None
    assistants: Sequence[Assistant]
    support: str
    trial: str


class Found(Struct, frozen=True):
    """One answer of a search."""

    href: str
    title: str
    heading: str
    tab: str
    excerpt: Markup


class SearchPage(Struct, frozen=True):
    """A search, or an address that does not exist with what may have been meant."""

    query: str
    found: Sequence[Found]
    nearest: Sequence[PageLink] = ()
    missing: str = ""


class DiffPage(Struct, frozen=True):
    """What changed between two releases; ``changes`` is None while both are not known."""

    releases: Sequence[str]
    old: str
    new: str
    unknown: Sequence[str]
    changes: Sequence[Change] | None


def frame(library: Library, path: str, theme: Theme, release: str) -> DocsFrame:
    """The navigation as it stands around ``path``."""
    here = library.links.get(path)
    tabs = [
        Tab(tab.title, tab.groups[0].pages[0], here is not None and here.tab == tab.title)
        for tab in library.tabs
    ]
    tab = next((tab for tab in library.tabs if here is not None and tab.title == here.tab), library.tabs[0])
    many = sum(len(group.pages) for group in tab.groups) > 30
    groups = [
        Group(
            group.title,
            [library.links[page] for page in group.pages],
            many and len(group.pages) > 1,
            path in group.pages,
        )
        for group in tab.groups
    ]
    return DocsFrame(theme, release, path, tabs, groups)


def page(library: Library, stored: StoredPage, config: Config, release: str) -> DocsPage:
    """A page as this server shows it."""
    public_url = config.public_url
    order = list(library.links)
    at = order.index(stored.link.path)
    html = answered(stored.html, public_url, release)
    for name in _ICONS:
        html = html.replace(f"zqicon-{name}qz", _icon(name))
    return DocsPage(
        stored.link,
        stored.updated,
        Markup(html),  # noqa: S704 - built from our own Markdown, raw HTML refused
        stored.headings,
        [Fill(fill.name, fill.label, fill.placeholder or public_url) for fill in stored.fills],
        library.links[order[at - 1]] if at else None,
        library.links[order[at + 1]] if at + 1 < len(order) else None,
        _assistants(f"{public_url}{stored.link.path}.md") if config.docs_assistant_links else (),
        config.support_email,
        stored.trial,
    )


def _assistants(markdown_url: str) -> list[Assistant]:
    prompt = f"Read {markdown_url} and help me with what it describes."
    # Where no assistant can reach the page, its text has to come with the question.
    reached = is_public_host(urlsplit(markdown_url).hostname or "")
    query = quote(prompt, safe="")
    return [
        Assistant(name, prompt, f"{address}{query}" if reached else "")
        for name, address in _ASSISTANTS.items()
    ]


@cache
def _icon(name: str) -> str:
    return render_text("docs/icons.html", {}, block=name).strip()


def found(hits: Sequence[Hit], public_url: str, release: str) -> list[Found]:
    """The answers of a search, with the words found marked."""
    return [
        Found(
            hit.path + (f"#{hit.anchor}" if hit.anchor else ""),
            hit.title,
            hit.heading,
            hit.tab,
            _excerpt(answered(hit.excerpt, public_url, release)),
        )
        for hit in hits
    ]


def _excerpt(text: str) -> Markup:
    marked = str(escape(text)).replace("\ue000", "<mark>").replace("\ue001", "</mark>")
    return Markup(marked)  # noqa: S704 - escaped above


def index_of(title: str, intro: str, pages: Sequence[PageLink], public_url: str) -> str:
    """An index for agents: every page as a link to its Markdown, by tab and group."""
    lines = [f"# {title}", "", f"> {intro}", ""]
    place = ("", "")
    for one in pages:
        here = (one.tab, one.group)
        if here != place and one.tab:
            lines += ["", f"## {one.tab}: {one.group}", ""]
            place = here
        lines.append(f"- [{one.title}]({public_url}{one.path}.md): {one.summary}")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def page_index(stored: StoredPage, library: Library, public_url: str) -> str:
    """The index of one page: its headings, and the pages that it links to."""
    lines = [f"# {stored.link.title}", "", f"> {stored.link.summary}", "", "## Headings", ""]
    lines += [
        f"- [{heading.text}]({public_url}{stored.link.path}#{heading.anchor})" for heading in stored.headings
    ]
    lines += ["", "## Pages it links to", ""]
    targets = dict.fromkeys(link.partition("#")[0] for link in stored.links)
    lines += [
        f"- [{library.links[target].title}]({public_url}{target}.md): {library.links[target].summary}"
        for target in targets
        if target in library.links
    ]
    return "\n".join(lines) + "\n"


def markdown_of(link: PageLink, text: str, public_url: str, release: str) -> str:
    """The Markdown twin of a page."""
    head = (
        f"> Markdown of {public_url}{link.path} ({public_url}{link.path}.md). Index of all pages: "
        f"{public_url}/llms.txt; all pages in one file: {public_url}/llms-full.txt.\n"
    )
    body = text.replace("zqpublic_urlqz", public_url).replace("zqreleaseqz", release)
    return f"{head}\n# {link.title}\n\n{link.summary}\n\n{body}"
