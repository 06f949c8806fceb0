"""``/static/…`` through Starlette's routing."""

import gzip
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from pivotal_server.web.assets import DIST, asset_url, manifest
from pivotal_server.web.static_files import ROUTE

APP = Starlette(routes=[ROUTE])
STYLE = manifest().assets["app.css"]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://testserver") as client:
        yield client


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("app.css", "text/css; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"),
        ("icons.svg", "image/svg+xml"),
        ("inter-latin-wght-normal.woff2", "font/woff2"),
        ("licences.txt", "text/plain; charset=utf-8"),
    ],
)
async def test_a_file_has_its_type_and_may_be_kept_for_good(
    client: httpx.AsyncClient, name: str, content_type: str
) -> None:
    answer = await client.get(asset_url(name), headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert answer.content == (DIST / manifest().assets[name]).read_bytes()
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "GZIP", "*", "deflate, *;q=0.1"])
async def test_text_goes_out_compressed_to_those_who_accept_it(
    client: httpx.AsyncClient, accepted: str
) -> None:
    async with client.stream("GET", f"/static/{STYLE}", headers={"Accept-Encoding": accepted}) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(body)
    assert gzip.decompress(body) == (DIST / STYLE).read_bytes()


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.0", "gzipped"])
async def test_and_plain_to_all_others(client: httpx.AsyncClient, accepted: str) -> None:
    answer = await client.get(f"/static/{STYLE}", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers
    assert answer.content == (DIST / STYLE).read_bytes()


async def test_a_font_is_never_compressed_again(client: httpx.AsyncClient) -> None:
    answer = await client.get(asset_url("inter-latin-wght-normal.woff2"), headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


async def test_what_the_browser_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    tag = (await client.get(f"/static/{STYLE}")).headers["ETag"]
    answer = await client.get(f"/static/{STYLE}", headers={"If-None-Match": tag})
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["ETag"] == tag
    assert (await client.get(f"/static/{STYLE}", headers={"If-None-Match": '"other"'})).status_code == 200


async def test_head_answers_without_a_body(client: httpx.AsyncClient) -> None:
    answer = await client.head(f"/static/{STYLE}", headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["Content-Length"]) == (DIST / STYLE).stat().st_size


async def test_nothing_is_written(client: httpx.AsyncClient) -> None:
    assert (await client.post(f"/static/{STYLE}")).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "",
        "app.css",
        "manifest.json",
        "stamp",
        f"{STYLE}.gz",
        f"{STYLE}/",
        f"./{STYLE}",
        f"x/../{STYLE}",
        "../view.py",
        "..\\view.py",
        "..%2fview.py",
        "/etc/passwd",
        f"{STYLE}\0",
        f"{STYLE}\0.css",
        STYLE.upper(),
        "C:\\windows",
        "x" * 5000,
    ],
)
async def test_no_path_leads_anywhere_else(path: str) -> None:
    # A client would tidy these, so the path goes to the application as a hostile one would send it.
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": f"/static/{path}", "query_string": b"", "headers": []}
    await APP(scope, receive, send)
    assert sent[0]["status"] == 404
    assert b"".join(message.get("body", b"") for message in sent) == b"Not found"
    assert (b"x-content-type-options", b"nosniff") in sent[0]["headers"]
    assert b"cache-control" not in dict(sent[0]["headers"])
