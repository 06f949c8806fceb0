"""A browser without scripts, for tests of pages: it keeps cookies and sends the form token it was shown."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from html import unescape
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from pivotal_server.api_keys import pages as api_key_pages
from pivotal_server.auth import pages as auth_pages
from pivotal_server.auth import signing_in
from pivotal_server.auth.sessions import SESSION_COOKIE
from pivotal_server.members.service import MemberRow
from pivotal_server.notifications import pages as mail_pages
from pivotal_server.services import Services
from pivotal_server.test_data import pages as test_data_pages
from pivotal_server.web.session import error_handlers, page_middleware
from tests.support.app import World

ORIGIN = "http://localhost:8000"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ROUTES = (*auth_pages.routes, *api_key_pages.routes, *test_data_pages.routes, *mail_pages.routes)
_TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')


def page_app(services: Services, routes: Sequence[Any] = ROUTES) -> Any:
    """The pages as the application serves them, with these routes."""
    inner = Starlette(routes=list(routes), exception_handlers=error_handlers())
    inner.state.services = services
    return page_middleware(inner, services)


class Browser:
    """One browser. ``last`` is the page it shows."""

    def __init__(
        self,
        app: Any,
        *,
        origin: str = ORIGIN,
        address: str = "127.0.0.1",
        user_agent: str = FIREFOX,
    ) -> None:
        transport = httpx.ASGITransport(app, client=(address, 123))
        self.client = httpx.AsyncClient(
            transport=transport, base_url=origin, headers={"User-Agent": user_agent}
        )
        self.last: httpx.Response | None = None
        self.csrf = ""

    async def get(self, path: str, *, htmx: bool = False, **headers: str) -> httpx.Response:
        """Open a page; redirects are not followed."""
        if htmx:
            headers["HX-Request"] = "true"
        return self.show(await self.client.get(path, headers=headers))

    async def post(
        self,
        path: str,
        fields: Mapping[str, Any] | None = None,
        *,
        htmx: bool = False,
        csrf: str | None = None,
        **headers: str,
    ) -> httpx.Response:
        """Send a form with the token shown last, or with ``csrf``; a list sends its name several times."""
        if htmx:
            headers["HX-Request"] = "true"
        data = {"csrf_token": self.csrf if csrf is None else csrf, **(fields or {})}
        return self.show(await self.client.post(path, data=data, headers=headers))

    def show(self, response: httpx.Response) -> httpx.Response:
        """Take an answer as the page that is shown now."""
        self.last = response
        found = _TOKEN.search(response.text)
        if found:
            self.csrf = unescape(found[1])
        return response

    @property
    def session_token(self) -> str | None:
        """The session cookie."""
        return self.client.cookies.get(SESSION_COOKIE) or self.client.cookies.get(f"__Host-{SESSION_COOKIE}")

    async def sign_in(self, services: Services, org_id: str, member: MemberRow) -> None:
        """Sign in by a link that the server prints."""
        link = await signing_in.server_link(services, org_id, member)
        path = link.removeprefix(services.config.public_url)
        await self.get(path)
        token = path.partition("token=")[2]
        response = await self.post("/login/confirm", {"token": token})
        assert response.status_code == 303, response.text


Browsers = Callable[..., Browser]


@pytest.fixture
async def browsers(world: World) -> AsyncIterator[Browsers]:
    """Opens browsers on the pages of ``world``: ``browsers()``, ``browsers(address="203.0.113.9")``."""
    opened: list[Browser] = []

    def open_browser(routes: Sequence[Any] = ROUTES, **options: Any) -> Browser:
        opened.append(Browser(page_app(world.services, routes), **options))
        return opened[-1]

    yield open_browser
    for browser in opened:
        await browser.client.aclose()


@pytest.fixture
async def dana(world: World, browsers: Browsers) -> Browser:
    """A browser in which the owner is signed in."""
    browser = browsers()
    await browser.sign_in(world.services, world.workspace.id, world.owner)
    return browser
