"""The docs as a browser without scripts and an agent get them."""

import re

from pivotal_server.db.engine import counting
from pivotal_server.docs.library import Library
from tests.docs.conftest import followed
from tests.support.browser import Browser

QUICKSTART = "/docs/api/welcome/quickstart"
HINT = (
    "For AI agents: a documentation index is available at the root level at /llms.txt and /llms-full.txt. "
    "Append /llms.txt to any URL for a page-level index, or .md for the markdown version of any page."
)


async def test_every_page_answers_in_every_form_without_the_database(reader: Browser, books: Library) -> None:
    with counting() as count:
        for path in books.links:
            page = await reader.get(path)
            assert page.status_code == 200, path
            body = page.text.partition("<body")[2]
            assert re.search(r">\s*([^<\s][^<]*)<", body)[1].strip() == HINT  # type: ignore[index]
            assert f'href="{path}.md"' in page.text or path == "/docs"
            assert "zq" not in re.sub(r"[A-Za-z0-9_/+-]{20,}", "", body), path
            twin = await reader.get(f"{path}.md")
            assert twin.headers["content-type"] == "text/markdown; charset=utf-8"
            assert twin.text.startswith("> Markdown of ")
            index = await reader.get(f"{path}/llms.txt")
            assert index.status_code == 200
            assert index.text.startswith("# ")
    assert count.value == 0


async def test_answers_say_how_long_they_took_and_may_be_kept(reader: Browser) -> None:
    first = await reader.get(QUICKSTART)
    assert float(first.headers["server-timing"].removeprefix("app;dur=")) > 0
    assert first.headers["cache-control"] == "no-cache"
    again = await reader.client.get(QUICKSTART, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert "server-timing" in again.headers


async def test_an_agent_gets_markdown_by_asking_for_it(reader: Browser) -> None:
    page = await reader.get(QUICKSTART, Accept="text/markdown")
    assert page.headers["content-type"].startswith("text/markdown")
    assert "curl http://localhost:8000/api/v1/me" in page.text
    assert "pivotal_REPLACE_ME" in page.text
    assert (await reader.get("/docs/api/welcome/errors.md")).text.count("### `slug_taken`") == 1


async def test_the_index_lists_every_page_once_and_the_whole_holds_them_all(
    reader: Browser, books: Library
) -> None:
    index = await reader.get("/llms.txt")
    listed = re.findall(r"\]\(http://localhost:8000(\S+)\.md\)", index.text)
    assert listed == list(books.links)
    whole = await reader.get("/llms-full.txt")
    assert len(whole.content) <= 3_000_000
    assert whole.text.count("\n> Markdown of ") + 1 == len(books.links)
    section = await reader.get("/docs/webhooks/llms.txt")
    assert "/docs/webhooks/signing.md" in section.text
    part = await reader.get("/docs/webhooks/events/llms.txt")
    assert set(re.findall(r"8000(\S+)\.md", part.text)) == {
        path for path in books.links if path.startswith("/docs/webhooks/events/")
    }


async def test_addresses_have_one_form(reader: Browser, books: Library) -> None:
    for given, bare in (
        (f"{QUICKSTART}/", QUICKSTART),
        ("/docs/API/Welcome/Quickstart", QUICKSTART),
        ("/docs/", "/docs"),
        ("/docs/errors.md", "/docs/api/welcome/errors.md"),
    ):
        answer = await reader.get(given)
        assert (answer.status_code, answer.headers["location"]) == (308, bare)
    for old in books.redirects():
        assert (await followed(reader, old)).status_code == 200
    assert (await reader.get("/docs//evil.example/")).status_code == 404


async def test_an_unknown_address_offers_what_may_be_meant(reader: Browser) -> None:
    page = await reader.get("/docs/api/welcome/quickstrat")
    assert page.status_code == 404
    assert f'href="{QUICKSTART}"' in page.text
    assert 'value="api welcome quickstrat"' in page.text
    odd = await reader.get("/docs/<script>alert(1)</script>")
    assert odd.status_code == 404
    assert "<script>alert" not in odd.text
    assert (await reader.get("/docs/nothing/llms.txt")).status_code == 404
    assert (await reader.get("/docs/nothing.md")).status_code == 404


async def test_the_language_is_chosen_by_a_link_and_kept(reader: Browser) -> None:
    page = "/docs/webhooks/signing"
    assert "def verify(" in re.sub(r"<[^>]+>", "", (await reader.get(page)).text)
    chosen = await reader.get(f"{page}?lang=typescript")
    assert "export function verify" in re.sub(r"<[^>]+>", "", chosen.text)
    assert "docs_lang=typescript" in chosen.headers["set-cookie"]
    assert "Max-Age=31536000" in chosen.headers["set-cookie"]
    other = await reader.get("/docs/webhooks/receiving")
    assert "createServer" in other.text
    twin = await reader.get(f"{page}.md")
    assert "def verify(" in twin.text
    assert "export function verify" in twin.text


async def test_the_theme_is_kept_and_leads_back_into_the_docs_alone(reader: Browser) -> None:
    answer = await reader.get(f"/docs/theme?set=dark&next={QUICKSTART}")
    assert (answer.status_code, answer.headers["location"]) == (303, QUICKSTART)
    page = await reader.get(QUICKSTART)
    assert '<html lang="en" data-theme="dark" class="dark">' in page.text
    for away in ("https://evil.example/docs", "//evil.example", "/docsx", "/docs/..//evil.example"):
        assert (
            (await reader.get(f"/docs/theme?set=light&next={away}")).headers["location"].startswith("/docs")
        )
    assert "set-cookie" not in (await reader.get("/docs/theme?set=odd")).headers


HOSTILE = (
    *('"', "*", "a*b", "'", '" OR 1=1 --', "NEAR(a b)", "title:x", "^a", "-a", "()", "AND", "%", "{a b}"),
    *("\0", "a\0b", "\ud7ff", "😀", "x" * 10_000, "y " * 5_000, "<b>", "a:b:c", "+", "..", "_"),
)


async def test_no_query_breaks_the_search(reader: Browser) -> None:
    for query in HOSTILE:
        page = await reader.client.get("/docs/search", params={"q": query})
        assert page.status_code == 200, query
        assert "<b>" not in page.text
        assert (await reader.client.get("/docs/search.json", params={"q": query})).status_code == 200, query


async def test_a_search_shows_where_it_found_what(reader: Browser) -> None:
    page = await reader.get("/docs/search?q=slug_taken")
    first = re.search(r'<ol class="docs-results">\s*<li><a href="([^"]+)"', page.text)
    assert first is not None
    assert first[1] == "/docs/api/welcome/errors#slug_taken"
    nothing = await reader.get("/docs/search?q=xyzzyplugh")
    assert "Nothing was found" in nothing.text
    hits = (await reader.get("/docs/search.json?q=idempotency")).json()["results"]
    assert hits[0]["href"].startswith("/docs/api/welcome/idempotency")
    assert all("<script" not in hit["excerpt"] for hit in hits)
