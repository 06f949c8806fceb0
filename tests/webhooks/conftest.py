"""A workspace whose webhooks go to a receiver on loopback."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from pivotal_server.app import create_app
from pivotal_server.auth import session_store
from pivotal_server.auth.session_store import Client
from pivotal_server.auth.sessions import SESSION_COOKIE
from pivotal_server.db.engine import Database
from pivotal_server.kit import clock
from pivotal_server.members.service import MemberRow
from tests.support.browser import Browser
from tests.support.receiver import receiving
from tests.webhooks.support import Desk, on_loopback
from tests.webhooks.visiting import Enter


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk on each database, with a live key."""
    world = await on_loopback(database, tmp_path)
    _, key = await world.new_key()
    async with receiving() as receiver, world.client(key) as api:
        one = Desk(world, api, receiver)
        yield one
        one.dispatcher.transport.close()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """One line an attempt is for operators; in tests it hides what failed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.reset_defaults()


@pytest.fixture
async def connect(desk: Desk) -> Callable[..., Any]:
    """Makes further clients of the desk's workspace: `await connect(name="ci", mode="test")`."""

    async def make(**options: Any) -> httpx.AsyncClient:
        _, key = await desk.world.new_key(**options)
        return desk.world.client(key)

    return make


@pytest.fixture
async def enter(desk: Desk) -> AsyncIterator[Enter]:
    """Opens browsers of members of the desk's workspace."""
    app = create_app(desk.world.services, strict=True)
    opened: list[Browser] = []

    async def open_browser(member: MemberRow | None = None) -> Browser:
        browser = Browser(app)
        opened.append(browser)
        person = (member or desk.world.owner).person_id
        async with desk.world.db.transaction() as tx:
            token = await session_store.start(
                tx, person, desk.world.workspace.id, Client("127.0.0.1", "Tests"), clock.now()
            )
        browser.client.cookies.set(SESSION_COOKIE, token, domain="localhost.local")
        return browser

    yield open_browser
    for browser in opened:
        await browser.client.aclose()


@pytest.fixture
async def owner(enter: Enter) -> Browser:
    return await enter()
