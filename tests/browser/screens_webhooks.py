"""Pictures of webhooks and events, and what is in them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.support.app import new_world
from tests.support.live_server import Live, running_server
from tests.support.receiver import Receiver, receiving, status

LOOPBACK = {"PIVOTAL_WEBHOOK_ALLOW_PRIVATE_TARGETS": "true"}
WEBHOOKS = "/admin/developer/webhooks"
LONG_PATH = "/hooks/" + "a-path-that-somebody-made-from-all-the-words-of-a-sentence/" * 4
Json = dict[str, Any]
Act = Callable[[Any, Page], Awaitable[None]]


@asynccontextmanager
async def hooked(folder: Path) -> AsyncIterator[Live]:
    """A server, with its data in the existing folder, whose webhooks go to a receiver."""
    async with receiving() as receiver, running_server(folder, **LOOPBACK) as server:
        live = Live(server, await new_world(server.services, slug="hooked"))
        await fill(live, receiver)
        yield live


async def fill(live: Live, receiver: Receiver) -> None:
    """Endpoints that work, fail, are disabled, and have long names; some deliveries of each kind."""
    ok = status(200, b'{"received":true,"queue":"crm"}', content_type="application/json")
    receiver.usual = ok
    main = await live.created(
        "/webhook_endpoints",
        {
            "url": receiver.url("/pivotal"),
            "description": "Warehouse",
            "event_types": ["customer.*", "task.completed"],
            "field_filters": {"customer.updated": ["status", "plan"]},
            "headers": {"x-team": "cs", "authorization": "Bearer secret"},
        },
    )
    await receiver.wait_for(1)
    for number in range(14):
        await live.created("/customers", {"name": f"Customer {number}"})
    await receiver.wait_for(15)
    receiver.answers = [status(500, b"<h1>Out of memory</h1>"), status(500, b"later")]
    for number in range(2):
        await live.created("/customers", {"name": f"Late customer {number}"})
    await receiver.wait_for(17)
    await asyncio.sleep(1)
    receiver.answers = [status(404, b"no such hook")]
    await live.curl("POST", f"/webhook_endpoints/{main['id']}/test", {"type": "onboarding.phase_changed"})
    await receiver.wait_for(18)
    receiver.answers = [status(410, b"gone")]
    await live.created(
        "/webhook_endpoints",
        {"url": receiver.url(LONG_PATH), "description": "Old CRM, " * 40, "event_types": ["contact.*"]},
    )
    await receiver.wait_for(19)
    receiver.answers = [status(410, b"gone")]
    customer = (await live.curl("GET", "/customers?limit=1")).json["data"][0]
    await live.created(
        f"/customers/{customer['id']}/contacts", {"name": "Ana Lima", "email": "ana@example.com"}
    )
    await receiver.wait_for(20)
    await live.created(
        "/webhook_endpoints", {"url": receiver.url("/test"), "event_types": ["*"], "test_mode": True}
    )
    await asyncio.sleep(1)


def at(path: str) -> Act:
    """A page by its address."""

    async def act(studio: Any, page: Page) -> None:
        await studio.hooks.open(page, path)

    return act


def dialog(path: str, name: str, role: Any = "link") -> Act:
    """A dialog that something on a page opens."""

    async def act(studio: Any, page: Page) -> None:
        await studio.hooks.open(page, path)
        await page.get_by_role(role, name=name).first.click()
        await page.locator("dialog[open] form").wait_for()

    return act


async def refused(studio: Any, page: Page) -> None:
    """The form of an endpoint with every kind of fault."""
    await studio.hooks.open(page, f"{WEBHOOKS}/new")
    await page.get_by_label("URL", exact=True).fill("http://example.com/x")
    await page.get_by_text("Field filters, headers").click()
    await page.get_by_role("textbox", name="customer.updated").fill("nonsense")
    await page.get_by_label("Name of header 1").fill("host")
    await page.get_by_label("Value of header 1").fill("x")
    await page.get_by_label("Requests at once").fill("99")
    await page.get_by_role("button", name="Add endpoint").click()
    await page.get_by_role("alert").first.wait_for()


async def delivery(studio: Any, page: Page) -> None:
    """A delivery that failed."""
    await studio.hooks.open(page, f"{WEBHOOKS}/1?tab=logs&response=404")
    await page.locator("tbody a[data-opens]").first.click()
    await page.locator(".exchange").wait_for()


async def event(studio: Any, page: Page) -> None:
    """An event with its deliveries."""
    await studio.hooks.open(page, "/admin/developer/events")
    await page.locator("tbody a[data-opens]").first.click()
    await page.locator("#event-json").wait_for()


async def tested(studio: Any, page: Page) -> None:
    """The dialog of a test message with its answer."""
    await dialog(f"{WEBHOOKS}/3", "Send test event")(studio, page)
    await page.locator("dialog[open] button[type=submit]").last.click()
    await page.locator("#test-answer .badge").wait_for()
    await page.locator("#test-answer").scroll_into_view_if_needed()


async def rotated(studio: Any, page: Page) -> None:
    """A secret just made."""
    await dialog(f"{WEBHOOKS}/3?tab=secret", "Rotate")(studio, page)
    await page.get_by_label("The old one signs").select_option("0")
    await page.keyboard.press("Control+Enter")
    await page.locator("#new-secret").wait_for()


async def recover(studio: Any, page: Page) -> None:
    """The dialog of what is missing."""
    await studio.hooks.open(page, f"{WEBHOOKS}/1")
    await page.get_by_role("link", name="Replay missing").click()
    await page.locator("dialog[open] form").wait_for()


HOOK_PAGES: dict[str, Act] = {
    "hooks": at(WEBHOOKS),
    "hooks-test": at(f"{WEBHOOKS}?tab=test"),
    "hook-new": at(f"{WEBHOOKS}/new"),
    "hook-refused": refused,
    "hook-overview": at(f"{WEBHOOKS}/1"),
    "hook-gone": at(f"{WEBHOOKS}/2"),
    "hook-logs": at(f"{WEBHOOKS}/1?tab=logs"),
    "hook-logs-nothing": at(f"{WEBHOOKS}/1?tab=logs&response=999&since=x"),
    "hook-settings": at(f"{WEBHOOKS}/1?tab=settings"),
    "hook-secret": at(f"{WEBHOOKS}/1?tab=secret"),
    "hook-rotated": rotated,
    "hook-delivery": delivery,
    "hook-test-dialog": dialog(f"{WEBHOOKS}/1", "Send test event"),
    "hook-tested": tested,
    "hook-recover": recover,
    "hook-disable": dialog(f"{WEBHOOKS}/1", "Enabled", "switch"),
    "hook-events": at("/admin/developer/events"),
    "hook-event": event,
}
