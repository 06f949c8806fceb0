"""The browser fixtures see what goes wrong in a page, under a strict content security policy."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.support.chromium import NewPage, Watch, axe_violations, screenshot

PAGES = {
    "/": '<!doctype html><html lang="en"><title>Fine</title><main><h1>Fine</h1></main></html>',
    "/throws": '<!doctype html><html lang="en"><title>T</title><script src="/throw.js"></script></html>',
    "/throw.js": "throw new Error('from the script')",
    "/leaves": '<!doctype html><html lang="en"><title>L</title><img alt="" src="http://pixel.example/x.png"></html>',
    "/unlabelled": '<!doctype html><html lang="en"><title>U</title><main><input></main></html>',
    "/favicon.ico": "",
}


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """A server; tests take it before ``page``, so that it outlives the page's last request."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        body = PAGES.get(path, "nothing here").encode()
        kind = "text/javascript" if path.endswith(".js") else "text/html"
        status = "200 OK" if path in PAGES else "404 Not Found"
        policy = "default-src 'self'; img-src *; script-src 'self'; base-uri 'none'"
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
            f"Content-Security-Policy: {policy}\r\nConnection: close\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_sound_page_has_no_findings(site: str, page: Page, page_watch: Watch) -> None:
    await page.goto(site)
    assert await page.text_content("h1") == "Fine"
    assert await axe_violations(page) == []
    assert page_watch.findings() == []


async def test_axe_finds_a_field_without_a_name(site: str, page: Page) -> None:
    await page.goto(f"{site}/unlabelled")
    [violation] = await axe_violations(page)
    assert (violation.rule, violation.impact, violation.targets) == ("label", "critical", ["input"])
    assert await axe_violations(page, within="title") == []


async def test_an_uncaught_exception_is_found(site: str, page: Page, page_watch: Watch) -> None:
    await page.goto(f"{site}/throws")
    assert page_watch.findings() == ["uncaught: from the script"]
    page_watch.expect("from the script")


async def test_an_http_error_is_found(site: str, page: Page, page_watch: Watch) -> None:
    await page.goto(f"{site}/missing")
    [finding] = page_watch.findings()
    assert "status of 404" in finding
    page_watch.expect("status of 404")


async def test_what_was_expected_must_come(site: str, page: Page, page_watch: Watch) -> None:
    await page.goto(site)
    page_watch.expect("status of 500")
    assert page_watch.findings() == ["expected, but did not come: status of 500"]
    page_watch.forget()


async def test_a_request_to_another_host_is_found(site: str, page: Page, page_watch: Watch) -> None:
    await page.goto(f"{site}/leaves", wait_until="networkidle")
    assert "request beyond this machine: http://pixel.example/x.png" in page_watch.findings()
    page_watch.forget()


async def test_two_people_have_two_browsers(site: str, new_page: NewPage) -> None:
    first, second = await new_page(), await new_page(color_scheme="dark")
    await first.goto(site)
    await second.goto(site)
    await first.evaluate("document.cookie = 'who=first'")
    assert await first.evaluate("document.cookie") == "who=first"
    assert await second.evaluate("document.cookie") == ""
    assert await second.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


async def test_a_screenshot_is_a_picture(
    site: str, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.chromium.SCREENSHOTS", tmp_path)
    await page.goto(site)
    path = await screenshot(page, "the harness: fine")
    assert path.name == "the-harness-fine.png"
    assert path.read_bytes().startswith(b"\x89PNG")
