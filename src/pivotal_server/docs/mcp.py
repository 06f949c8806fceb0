"""The docs server of the Model Context Protocol: search, list and read the pages of the built file."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, NamedTuple

import msgspec
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    Tool,
    ToolAnnotations,
)
from msgspec import Meta, Struct

from pivotal_server import __version__
from pivotal_server.docs import views
from pivotal_server.docs.library import Library
from pivotal_server.docs.marks import answered
from pivotal_server.docs.schemas import PageLink
from pivotal_server.docs.source import ROOT
from pivotal_server.errors_catalogue import ROUTE_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.validation import Body, doc
from pivotal_server.mcp import protocol

MOST_HITS = 50
_INSTRUCTIONS = "The documentation of Pivotal: search it, list its pages, read one of them as Markdown."
_MARKDOWN = "text/markdown"

_Section = Annotated[
    str,
    Meta(max_length=200),
    doc("Only pages below this address or in this tab; empty: all.", "/docs/webhooks", "Guides"),
]


class SearchDocs(Struct, kw_only=True):
    """Sections of the docs that fit a few words, best first."""

    query: Annotated[str, Meta(max_length=2000), doc("Words, or a name such as `slug_taken`.", "slug_taken")]
    section: _Section = ""
    limit: Annotated[int, Meta(ge=1, le=MOST_HITS), doc("How many at most.", 10)] = 10


class ReadPage(Struct, kw_only=True):
    """One page of the docs, as Markdown."""

    path: Annotated[
        str, Meta(max_length=500), doc("Its address, with or without `.md`.", "/docs/api/welcome/errors")
    ]


class ListPages(Struct, kw_only=True):
    """Pages of the docs with their summaries, in reading order."""

    section: _Section = ""


class PageEntry(Struct, kw_only=True):
    """A page, as lists and searches name it."""

    path: Annotated[str, doc("Its address.")]
    title: Annotated[str, doc("Its title.")]
    summary: Annotated[str, doc("What it is about.")]
    section: Annotated[str, doc("Its tab and group.")]


class HitEntry(PageEntry, kw_only=True):
    """A section of a page that a search found."""

    heading: Annotated[str, doc("The heading of the section.")]
    excerpt: Annotated[str, doc("Where the words stand.")]


class Hits(Struct, kw_only=True):
    """What a search found."""

    results: list[HitEntry]


class Pages(Struct, kw_only=True):
    """Pages."""

    pages: list[PageEntry]


class PageText(Struct, kw_only=True):
    """The text of a page."""

    path: Annotated[str, doc("Its address today.")]
    title: Annotated[str, doc("Its title.")]
    markdown: Annotated[str, doc("The whole page.")]


class Reader(NamedTuple):
    """The docs as one server shows them."""

    books: Library
    public_url: str

    def search_docs(self, asked: SearchDocs) -> Hits:
        """The sections that fit; those of other parts of the docs are left out before the limit counts."""
        found: list[HitEntry] = []
        for hit in self.books.search(asked.query, MOST_HITS if asked.section else asked.limit):
            link = self.books.links[hit.path]
            if _is_in(link, asked.section) and len(found) < asked.limit:
                anchor = f"#{hit.anchor}" if hit.anchor else ""
                excerpt = hit.excerpt.replace("\ue000", "").replace("\ue001", "")
                found.append(
                    HitEntry(
                        **_entry(link, hit.path + anchor),
                        heading=hit.heading,
                        excerpt=answered(excerpt, self.public_url, __version__),
                    )
                )
        return Hits(results=found)

    def list_pages(self, asked: ListPages) -> Pages:
        """The pages of a section."""
        links = self.books.links.values()
        return Pages(
            pages=[PageEntry(**_entry(one, one.path)) for one in links if _is_in(one, asked.section)]
        )

    def read_page(self, asked: ReadPage) -> PageText:
        """A page by its address, of today or of old. Raises ``route_not_found``."""
        path = asked.path.removeprefix(self.public_url).partition("#")[0].removesuffix(".md").rstrip("/")
        stored = self.books.page(self.books.redirect(path) or path)
        if stored is None:
            raise ROUTE_NOT_FOUND(message=f"There is no page '{asked.path[:100]}'; list_pages names them all")
        text = views.markdown_of(stored.link, stored.markdown, self.public_url, __version__)
        return PageText(path=stored.link.path, title=stored.link.title, markdown=text)


def _is_in(link: PageLink, section: str) -> bool:
    wanted = section.strip().rstrip("/").lower()
    return wanted in ("", link.tab.lower()) or link.path == wanted or link.path.startswith(f"{wanted}/")


def _entry(link: PageLink, path: str) -> dict[str, str]:
    place = f"{link.tab}: {link.group}" if link.group else link.tab
    return {"path": path, "title": link.title, "summary": link.summary, "section": place}


_TOOLS: dict[str, tuple[type[Struct], Callable[[Reader, Any], Struct], type[Struct]]] = {
    "search_docs": (SearchDocs, Reader.search_docs, Hits),
    "read_page": (ReadPage, Reader.read_page, PageText),
    "list_pages": (ListPages, Reader.list_pages, Pages),
}
_CHECKS = {name: Body(asked) for name, (asked, _, _) in _TOOLS.items()}


def _schema(kind: type[Struct], **more: Any) -> dict[str, Any]:
    (_,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    whole = parts.pop(kind.__name__)
    return {**whole, **more, **({"$defs": parts} if parts else {})}


def _wire_tools() -> Iterator[Tool]:
    for name, (asked, _, told) in _TOOLS.items():
        yield Tool(
            name=name,
            description=(asked.__doc__ or "").strip(),
            input_schema=_schema(asked, additionalProperties=False),
            output_schema=_schema(told),
            annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
        )


Context = ServerRequestContext[Any]


def server_for(books: Library, public_url: str, known_as: str) -> Server[Any]:
    """The server for one request."""
    reader = Reader(books, public_url)

    async def list_tools(_context: Context, _params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=list(_wire_tools()))

    async def call_tool(_context: Context, params: CallToolRequestParams) -> CallToolResult:
        if params.name not in _TOOLS:
            raise MCPError(INVALID_PARAMS, f"There is no tool '{params.name[:100]}'")
        try:
            asked = _CHECKS[params.name].check(params.arguments or {}, "")
            told = _TOOLS[params.name][1](reader, asked)
        except Exception as fault:  # noqa: BLE001 - the library would send the text of any fault
            return protocol.result(protocol.refused(fault, known_as), failed=True)
        return protocol.result(msgspec.to_builtins(told))

    async def list_resources(
        _context: Context, _params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        return ListResourcesResult(
            resources=[
                Resource(
                    name=one.path.removeprefix(f"{ROOT}/"),
                    title=one.title,
                    uri=public_url + one.path,
                    description=one.summary,
                    mime_type=_MARKDOWN,
                )
                for one in books.links.values()
            ]
        )

    async def read_resource(_context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        try:
            told = reader.read_page(ReadPage(path=params.uri))
        except ApiError as fault:
            raise MCPError(INVALID_PARAMS, fault.message) from None
        return protocol.text_of(params.uri, _MARKDOWN, told.markdown)

    return protocol.server(
        "pivotal-docs",
        "Pivotal docs",
        _INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
    )
