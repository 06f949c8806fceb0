"""Pages of webhooks as a browser without scripts sees them."""

import re
from collections.abc import Awaitable, Callable
from html import unescape

import httpx

from tests.support.browser import Browser
from tests.support.records import Json, new_customer
from tests.webhooks.support import Desk

PATH = "/admin/developer/webhooks"
EVENTS = "/admin/developer/events"
EVIL = "<script>alert(1)</script>"
Enter = Callable[..., Awaitable[Browser]]


async def page_of(browser: Browser, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:400])
    return answer.text


async def after(browser: Browser, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return await page_of(browser, answer.headers["location"])


def at(made: Json, *parts: str, **query: str) -> str:
    """The address of an endpoint's page, or of one below it."""
    tail = "&".join(f"{name}={value}" for name, value in query.items())
    return "/".join([PATH, str(made["display_id"]), *parts]) + (f"?{tail}" if tail else "")


async def fill(desk: Desk, *answers: bytes) -> Json:
    """An endpoint with a delivery of a new customer for each answer."""
    made = await desk.endpoint(description=f"Warehouse {EVIL}")
    desk.receiver.answers = list(answers)
    for _ in answers:
        await new_customer(desk.api)
    await desk.dispatcher.run_due()
    return made


def was_in(html: str) -> dict[str, str]:
    """What a form says of how its fields were when it was shown."""
    found = re.findall(r'type="hidden" name="(was_\w+)" value="([^"]*)"', html)
    assert found
    return {name: unescape(value) for name, value in found}
