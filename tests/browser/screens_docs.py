"""Pictures of the docs, and of what their readers say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from playwright.async_api import Page

from pivotal_server import __version__
from pivotal_server.auth.actor import server
from pivotal_server.docs import service
from pivotal_server.unit_of_work import unit_of_work
from tests.support.live_server import Live

if TYPE_CHECKING:
    from tests.browser.screens import Studio

QUICKSTART = "/docs/api/welcome/quickstart"
_SAID = (
    (QUICKSTART, True, "Five minutes, as promised."),
    (QUICKSTART, False, "Step 3: which id goes into the address, the number or the long one?\nI tried both."),
    ("/docs/webhooks/signing", False, "Please add Go."),
)


def at(path: str) -> Callable[[Studio, Page], Awaitable[None]]:
    async def act(studio: Studio, page: Page) -> None:
        await page.goto(studio.full.url + path)

    return act


async def give_feedback(live: Live) -> None:
    """Twelve weeks of votes, and comments of readers and of the owner."""
    world = live.world
    for week in range(12):
        async with unit_of_work(world.db, server(world.workspace.id)) as uow:
            uow.now -= timedelta(days=7 * week)
            for number in range(3 + (week * 5) % 7):
                page, helpful, comment = _SAID[number % len(_SAID)]
                await service.vote(
                    uow,
                    page,
                    browser=f"picture {week} {number}",
                    helpful=helpful,
                    comment=comment if week == 0 else None,
                    release=__version__,
                    member_id=world.owner.id if number == 0 else None,
                )


async def feedback(studio: Studio, page: Page) -> None:
    await give_feedback(studio.full)
    await studio.full.open(page, "/admin/developer/docs-feedback")


async def voted(studio: Studio, page: Page) -> None:
    await page.goto(f"{studio.full.url}/docs/webhooks/retries")
    await page.get_by_role("link", name="No, it was not helpful").click()
    await page.get_by_label("What is wrong or missing?").wait_for()


async def tried(studio: Studio, page: Page) -> None:
    _, key = await studio.full.world.new_key(f"docs-{id(page)}", read_only=True)
    await page.goto(f"{studio.full.url}/docs/api/reference/customers/get-customer")
    runner = page.locator(".try")
    await runner.get_by_label("API key").fill(key)
    await runner.get_by_label("id", exact=True).fill("1")
    await runner.get_by_role("button", name="Send GET").click()
    await runner.locator(".try-body").scroll_into_view_if_needed()


DOCS_PAGES: dict[str, Callable[[Studio, Page], Awaitable[None]]] = {
    "docs": at("/docs"),
    "docs-quickstart": at(QUICKSTART),
    "docs-reference": at("/docs/api/reference/customers/create-customer"),
    "docs-try": tried,
    "docs-signing": at("/docs/webhooks/signing"),
    "docs-missing": at("/docs/api/welcome/quickstrat"),
    "docs-voted": voted,
    "docs-vote": at(f"/docs/feedback?page={QUICKSTART}&helpful=no"),
    "docs-feedback": feedback,
}
