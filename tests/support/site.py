"""A small site made of the app's own templates, for tests of what its scripts do.

The browser's requests never leave the test: each is answered by a handler, under the strict content policy.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.async_api import BrowserContext, Page, Request, Route
from starlette.applications import Starlette

from pivotal_server.web.middleware import CONTENT_POLICY
from pivotal_server.web.static_files import ROUTE
from pivotal_server.web.templating import render_text
from pivotal_server.web.view import ErrorPage
from tests.support.pages import (
    contact_form,
    customer_form,
    customer_list,
    customer_page,
    customer_row,
    frame,
)

ORIGIN = "http://localhost"
ROWS = tuple(customer_row(number, name) for number, name in [(3, "Acme"), (2, "Borealis"), (1, "Cobalt")])
Reply = tuple[int, dict[str, str], str]


class Asked:
    """A request as handlers see it."""

    def __init__(self, request: Request) -> None:
        parts = urlsplit(request.url)
        self.method = request.method
        self.path = parts.path
        self.query = parse_qs(parts.query)
        self.form = {name: values[0] for name, values in parse_qs(request.post_data or "").items()}
        self.is_htmx = request.headers.get("hx-request") == "true"


def html(text: str, status: int = 200, **headers: str) -> Reply:
    """An answer in HTML."""
    return status, {"Content-Type": "text/html; charset=utf-8"} | headers, text


def fault(status: int, act: Any, request_id: str = "") -> Reply:
    """A fault as a fragment."""
    error = ErrorPage(status, "This did not work.", "Your text is safe.", act, request_id)
    return html(render_text("error.html", {"frame": None, "error": error}, block="fragment"), status)


class Site:
    """Answers by path; a test puts handlers of its own into ``handlers`` and reads ``asked``."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.frame = frame()
        self.page = customer_page()
        self.handlers: dict[str, Callable[[Asked], Reply | None]] = {
            "/customers": self._list,
            "/customers/new": self._new_customer,
            "/customers/245-aurora": self._customer,
            "/customers/245-aurora/contacts/new": self._new_contact,
            "/customers/245-aurora/live": lambda asked: (204, {}, ""),
            "/customers/total": lambda asked: html(
                render_text("customers/total.html", {"total": 1284, "more": False})
            ),
        }
        self._static = httpx.AsyncClient(
            transport=httpx.ASGITransport(Starlette(routes=[ROUTE])), base_url=ORIGIN
        )

    async def attach(self, context: BrowserContext) -> None:
        """Answer all requests of the context."""
        await context.route("**/*", self._answer)

    async def open(self, page: Page, path: str) -> None:
        """Go to a page of the site."""
        await self.attach(page.context)
        await page.goto(ORIGIN + path)

    def of(self, path: str, method: str = "GET") -> list[Asked]:
        """The requests so far to a path."""
        return [asked for asked in self.asked if (asked.path, asked.method) == (path, method)]

    async def _answer(self, route: Route) -> None:
        asked = Asked(route.request)
        if asked.path.startswith("/static/"):
            got = await self._static.get(asked.path, headers={"Accept-Encoding": "identity"})
            await route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)
            return
        self.asked.append(asked)
        reply = self.handlers[asked.path](asked)
        if reply is None:
            await route.abort("connectionfailed")
            return
        status, headers, body = reply
        policy = {"Content-Security-Policy": CONTENT_POLICY}
        await route.fulfill(status=status, headers=policy | headers, body=body)

    def _render(
        self, name: str, page: object, *, block: str | list[str] | None = None, status: int = 200
    ) -> Reply:
        return html(render_text(name, {"frame": self.frame, "page": page}, block=block), status)

    def _list(self, asked: Asked) -> Reply:
        return self._render("customers/list.html", customer_list(*ROWS))

    def _customer(self, asked: Asked) -> Reply:
        return self._render("customers/customer.html", self.page, block=asked.query.get("fragment"))

    def _new_customer(self, asked: Asked) -> Reply:
        values = asked.form if asked.method == "POST" else {"status": "active"}
        errors = (
            {} if values.get("name") or asked.method == "GET" else {"name": "Enter the name of the company."}
        )
        if asked.method == "POST" and not errors:
            return 204, {"HX-Redirect": "/customers/245-aurora"}, ""
        form = customer_form(values=values, errors=errors)
        block = "form" if asked.is_htmx else None
        return self._render("customers/new.html", form, block=block, status=422 if errors else 200)

    def _new_contact(self, asked: Asked) -> Reply:
        if asked.method == "POST":
            return 204, {"HX-Trigger": '{"saved": {"toast": "Added Zo\\u00eb", "refresh": ["contacts"]}}'}, ""
        return self._render("contacts/new.html", contact_form(), block="form" if asked.is_htmx else None)
