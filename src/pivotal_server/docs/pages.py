"""``/docs``, ``/llms.txt`` and ``/llms-full.txt``: answered from the built file alone.

No page reads the database of the workspaces, but for the session or key of the reader where the docs are not
public.
"""

import difflib
import functools
from collections.abc import Awaitable, Callable
from time import perf_counter
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from pivotal_server import __version__
from pivotal_server.config import Config
from pivotal_server.docs import changelog, views
from pivotal_server.docs.colouring import LANGUAGES
from pivotal_server.docs.library import FIRST_LANGUAGE, Library, NotBuilt, library
from pivotal_server.docs.schemas import PageLink
from pivotal_server.docs.source import ROOT
from pivotal_server.docs.views import DiffPage, SearchPage
from pivotal_server.docs.words import MOST_LETTERS
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.etag import etag_of, matches
from pivotal_server.services import Services
from pivotal_server.web.session import Guest, to_login
from pivotal_server.web.templating import render_text
from pivotal_server.web.theme import THEMES, theme_cookie, theme_of

LANGUAGE_COOKIE = "docs_lang"
_YEAR = 31_536_000
_MARKDOWN_TYPE = "text/markdown"
_MARKDOWN = f"{_MARKDOWN_TYPE}; charset=utf-8"
_INTRO = (
    "Pivotal is an open, self-hostable platform for customer onboarding: a web app, a REST API and signed "
    "webhooks. Each link leads to the Markdown of one page."
)

Handler = Callable[[Request, Library], Awaitable[Response]]


def _timed(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Every answer of the docs says how long it took, and may be kept as long as its validator holds."""

    @functools.wraps(handler)
    async def endpoint(request: Request) -> Response:
        began = perf_counter()
        services: Services = request.app.state.services
        refused = None if services.config.docs_public else await _shut_out(request)
        if refused is not None:
            return refused
        try:
            response = await handler(request, library())
        except NotBuilt as fault:
            response = PlainTextResponse(f"{fault}\n", 503)
        if response.status_code == 200:
            response.headers["Cache-Control"] = (
                "no-cache" if services.config.docs_public else "private, no-cache"
            )
            response.headers["Vary"] = "Cookie, Accept"
            tag = response.headers["ETag"] = etag_of(bytes(response.body))
            wanted = request.headers.get("If-None-Match")
            if wanted is not None and matches(wanted, tag, weak=True):
                kept = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary")}
                response = Response(status_code=304, headers=kept)
        response.headers["Server-Timing"] = f"app;dur={(perf_counter() - began) * 1000:.2f}"
        return response

    return endpoint


async def _shut_out(request: Request) -> Response | None:
    """What a reader gets who may not read docs that are not public; ``None`` for one who may."""
    guest = Guest(request)
    if await guest.find_session() is not None:
        return None
    if not _is_for_programs(request):
        return to_login(request)
    header = request.headers.get("authorization")
    try:
        key = await guest.services.ring.recognise(
            None if header is None else header.encode(), guest.client.address
        )
        key.check("any", guest.client.address, writes=False)
    except ApiError as fault:
        headers = {"WWW-Authenticate": "Bearer"} if fault.code.status == 401 else {}
        return PlainTextResponse(f"{fault.message}\n", fault.code.status, {**headers, **fault.headers})
    return None


def _is_for_programs(request: Request) -> bool:
    path = request.url.path
    return path.endswith((".md", "/llms.txt", "/llms-full.txt")) or _MARKDOWN_TYPE in request.headers.get(
        "Accept", ""
    )


def _config(request: Request) -> Config:
    services: Services = request.app.state.services
    return services.config


def _public_url(request: Request) -> str:
    return _config(request).public_url


def _language(request: Request) -> tuple[str, bool]:
    """The language of the reader's examples, and whether the address has just chosen it."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked, True
    kept = request.cookies.get(LANGUAGE_COOKIE, "")
    return (kept if kept in LANGUAGES else FIRST_LANGUAGE), False


def _html(
    request: Request, books: Library, template: str, path: str, page: object, status: int = 200
) -> Response:
    frame = views.frame(books, path, theme_of(request), __version__)
    text = render_text(template, {"frame": frame, "page": page})
    return Response(text, status, media_type="text/html")


async def _page(request: Request, books: Library) -> Response:
    path = request.url.path
    if path.endswith("/llms.txt"):
        return _index(request, books, path.removesuffix("/llms.txt"))
    bare = path.rstrip("/").lower()
    if bare != path:
        known = bare.removesuffix(".md") in books.links or books.redirect(bare) is not None
        return _moved(request, bare) if known else _missing(request, books)
    wants_markdown = path.endswith(".md")
    address = path.removesuffix(".md")
    target = books.redirect(address)
    if target is not None:
        return _moved(request, target + (".md" if wants_markdown else ""))
    language, chosen = _language(request)
    stored = books.page(address, language)
    if stored is None:
        return _missing(request, books)
    url = _public_url(request)
    if wants_markdown or _MARKDOWN_TYPE in request.headers.get("Accept", ""):
        return Response(
            views.markdown_of(stored.link, stored.markdown, url, __version__), media_type=_MARKDOWN
        )
    template = "docs/landing.html" if address == ROOT else "docs/page.html"
    response = _html(
        request, books, template, address, views.page(books, stored, _config(request), __version__)
    )
    if chosen:
        response.set_cookie(
            LANGUAGE_COOKIE, language, max_age=_YEAR, samesite="lax", secure=url.startswith("https")
        )
    return response


def _moved(request: Request, target: str) -> Response:
    query = request.url.query
    return RedirectResponse(target + (f"?{query}" if query else ""), status_code=308)


def _missing(request: Request, books: Library) -> Response:
    path = request.url.path
    words = " ".join(part for part in path.removeprefix(ROOT).replace("-", " ").split("/") if part)[
        :MOST_LETTERS
    ]
    near = _nearest(books, path, words)
    page = SearchPage(words, [], near, path[:MOST_LETTERS])
    return _html(request, books, "docs/search.html", "", page, 404)


def _nearest(books: Library, path: str, words: str) -> list[PageLink]:
    """The five pages that an unknown address most probably meant."""
    alike = difflib.get_close_matches(path[:MOST_LETTERS], books.links, 5, 0.75)
    by_words = [hit.path for hit in books.search(words)] if len(alike) < 5 else []
    return [books.links[one] for one in list(dict.fromkeys([*alike, *by_words]))[:5]]


async def _search(request: Request, books: Library) -> Response:
    query = request.query_params.get("q", "")[:MOST_LETTERS].replace("\0", " ").strip()
    hits = views.found(books.search(query), _public_url(request), __version__)
    return _html(request, books, "docs/search.html", "", SearchPage(query, hits))


async def _search_json(request: Request, books: Library) -> Response:
    query = request.query_params.get("q", "")[:MOST_LETTERS].replace("\0", " ").strip()
    hits = views.found(books.search(query, 12), _public_url(request), __version__)
    return JSONResponse(
        {
            "query": query,
            "results": [
                {
                    "href": h.href,
                    "title": h.title,
                    "heading": h.heading,
                    "tab": h.tab,
                    "excerpt": str(h.excerpt),
                }
                for h in hits
            ],
        }
    )


async def _choose_theme(request: Request, _books: Library) -> Response:
    """Keep the theme that the switch of the docs chose, and go back."""
    wanted = request.query_params.get("set", "")
    back = request.query_params.get("next", ROOT)
    if back != ROOT and not back.startswith(f"{ROOT}/"):
        back = ROOT
    response = RedirectResponse(quote(back, safe="/#?=&.%-_"), status_code=303)
    if wanted in THEMES:
        response.raw_headers.append(theme_cookie(wanted, _public_url(request)))
    return response


def _index(request: Request, books: Library, path: str) -> Response:
    url = _public_url(request)
    target = books.redirect(path) or path
    stored = books.page(target) if target != ROOT else None
    if stored is not None:
        return PlainTextResponse(views.page_index(stored, books, url))
    pages = [
        link for link in books.links.values() if link.path.startswith(f"{target}/") or link.path == target
    ]
    if not pages:
        return _missing(request, books)
    return PlainTextResponse(views.index_of("Pivotal docs", _INTRO, pages, url))


async def _llms(request: Request, books: Library) -> Response:
    return _index(request, books, ROOT)


async def _llms_full(request: Request, books: Library) -> Response:
    url = _public_url(request)
    parts = [views.markdown_of(link, text, url, __version__) for link, text in books.markdown()]
    return PlainTextResponse("\n\n".join(parts))


async def _atom(request: Request, books: Library) -> Response:
    text = changelog.atom(changelog.releases(books.meta("changelog")), _public_url(request))
    return Response(text, media_type="application/atom+xml")


async def _frozen(request: Request, books: Library) -> Response:
    release = request.path_params["release"]
    document = books.document(release) if release != changelog.UNRELEASED else None
    if document is None:
        return _missing(request, books)
    return Response(document, media_type="application/json")


async def _diff(request: Request, books: Library) -> Response:
    names = books.releases()
    asked = {end: request.query_params.get(end, "")[:MOST_LETTERS] for end in ("from", "to")}
    old, new = (books.document(asked[end]) for end in ("from", "to"))
    unknown = [asked[end] for end, found in (("from", old), ("to", new)) if found is None and asked[end]]
    changes = None if old is None or new is None else changelog.changes(*map(msgspec.json.decode, (old, new)))
    page = DiffPage(names, asked["from"], asked["to"], unknown, changes)
    return _html(request, books, "docs/diff.html", "", page, 404 if unknown else 200)


routes = [
    Route(f"{ROOT}/changelog.atom", _timed(_atom), methods=["GET"]),
    Route(f"{ROOT}/openapi/{{release}}.json", _timed(_frozen), methods=["GET"]),
    Route(f"{changelog.PATH}/diff", _timed(_diff), methods=["GET"]),
    Route("/llms.txt", _timed(_llms), methods=["GET"]),
    Route("/llms-full.txt", _timed(_llms_full), methods=["GET"]),
    Route(f"{ROOT}/search", _timed(_search), methods=["GET"]),
    Route(f"{ROOT}/search.json", _timed(_search_json), methods=["GET"]),
    Route(f"{ROOT}/theme", _timed(_choose_theme), methods=["GET"]),
    Route(f"{ROOT}.md", _timed(_page), methods=["GET"]),
    Route(ROOT, _timed(_page), methods=["GET"]),
    Route(f"{ROOT}/{{path:path}}", _timed(_page), methods=["GET"]),
]
