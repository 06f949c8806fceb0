"""Visits of people to the whole application, without a browser: pages as they are answered.

ana = await enter(await new_member(world, "Ana Ruiz", "member"))
assert (await ana.get("/customers")).status_code == 200
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from html import unescape
from typing import Any

import httpx
import pytest

from pivotal_server.app import create_app
from pivotal_server.auth import session_store
from pivotal_server.auth.session_store import Client
from pivotal_server.auth.sessions import SESSION_COOKIE
from pivotal_server.kit import clock
from pivotal_server.members.service import MemberRow
from tests.support.app import World
from tests.support.browser import Browser

Enter = Callable[..., Awaitable[Browser]]
"""``await enter(member)``: a browser in which the member, the owner by default, is signed in."""


def without_streams(app: Any) -> Any:
    """The application, whose live streams end as soon as they have begun: a client here reads to the end."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        streams = False

        async def pass_on(message: Any) -> None:
            nonlocal streams
            if streams:
                return
            await send(message)
            if message["type"] == "http.response.start":
                kind = dict(message["headers"]).get(b"content-type", b"")
                streams = kind.startswith(b"text/event-stream")
                if streams:
                    await send({"type": "http.response.body", "body": b""})

        await app(scope, receive, pass_on)

    return answer


@pytest.fixture
async def enter(world: World) -> AsyncIterator[Enter]:
    """Opens browsers of members on the application over ``world``."""
    app = without_streams(create_app(world.services, strict=True))
    opened: list[Browser] = []

    async def open_browser(member: MemberRow | None = None) -> Browser:
        browser = Browser(app)
        opened.append(browser)
        async with world.db.transaction() as tx:
            token = await session_store.start(
                tx,
                (member or world.owner).person_id,
                world.workspace.id,
                Client("127.0.0.1", "Tests"),
                clock.now(),
            )
        browser.client.cookies.set(SESSION_COOKIE, token, domain="localhost.local")
        return browser

    yield open_browser
    for browser in opened:
        await browser.client.aclose()


@pytest.fixture
async def owner(enter: Enter) -> Browser:
    """A browser in which the owner, Dana Okafor, is signed in."""
    return await enter()


def is_whole_page(response: httpx.Response) -> bool:
    """Whether an answer is a page with everything around it."""
    return response.text.lstrip().startswith("<!doctype html>") and response.text.rstrip().endswith("</html>")


def text_of(html: str) -> str:
    """What a reader sees, as one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def faults_of(html: str) -> dict[str, str]:
    """The messages of a refused form, by the name of their field."""
    found = re.findall(r'<p role="alert" id="[a-z]+-([a-z_]+)-e">([^<]*)</p>', html)
    return {name: unescape(message) for name, message in found}


def value_of(html: str, name: str) -> str:
    """What stands in a field of a form."""
    field = re.search(rf'<input[^>]* name="{name}"[^>]*>', html)
    assert field is not None, name
    value = re.search(r' value="([^"]*)"', field[0])
    return "" if value is None else unescape(value[1])
