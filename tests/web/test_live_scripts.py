"""What the page does when something changes elsewhere: live updates in a real browser."""

from collections.abc import Callable

import msgspec
import pytest
from playwright.async_api import Page, expect

from pivotal_server.contacts.views import ContactsCard
from tests.support.chromium import Watch
from tests.support.pages import BEN, MIRA, customer_page
from tests.support.site import Site

CUSTOMER = "/customers/245-aurora"
DRAWER = "dialog[open] #customer-form"


@pytest.fixture
def site() -> Site:
    return Site()


async def focused(page: Page) -> str:
    """The name, id or text of the element in focus."""
    found = await page.evaluate(
        "() => { const at = document.activeElement; return at.name || at.id || at.textContent.trim() }"
    )
    return str(found)


async def open_drawer(site: Site, page: Page) -> None:
    await site.open(page, "/customers")
    await page.keyboard.press("c")
    await expect(page.locator(DRAWER)).to_be_visible()


async def submit(page: Page) -> None:
    await page.locator(f"{DRAWER} button[type=submit]").click()


def stream(*names: str) -> Callable[[object], tuple[int, dict[str, str], str]]:
    """A live stream that names fragments and ends; the browser then connects again."""
    body = "retry: 100\n\n" + "".join(f"event: changed\ndata: {name}\n\n" for name in names)
    return lambda asked: (200, {"Content-Type": "text/event-stream"}, body)


async def test_app_ui_12_live_changes_leave_focus_scroll_and_fields_alone(site: Site, page: Page) -> None:
    await page.set_viewport_size({"width": 1280, "height": 500})
    await site.open(page, CUSTOMER)
    await page.evaluate("document.querySelector('.panel-body').scrollTop = 90")
    await page.locator("[data-copy-link]").evaluate("link => link.focus({preventScroll: true})")
    await (
        page.get_by_role("navigation", name="Main")
        .locator("details.menu > summary")
        .evaluate("summary => summary.parentElement.open = true")
    )
    changed = msgspec.structs.replace(site.page.customer, name="Aurora Group")
    site.page = customer_page(customer=changed, contacts=ContactsCard(MIRA, (), 1))
    site.handlers[f"{CUSTOMER}/live"] = stream("contacts", "header")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator(".record-title h1 span").first).to_have_text("Aurora Group")
    await expect(page.locator("#contact-con_ben")).to_have_count(0)
    assert await page.evaluate("document.querySelector('.panel-body').scrollTop") == 90
    assert await page.evaluate("'copyLink' in document.activeElement.dataset")
    assert await page.evaluate("document.querySelector('details.menu').open")


async def test_app_ui_12_a_field_in_use_is_never_overwritten(site: Site, page: Page) -> None:
    await site.open(page, CUSTOMER)
    await page.evaluate(
        """() => {
            const card = document.querySelector('[data-fragment=contacts] .box');
            card.insertAdjacentHTML('afterbegin', '<input id="typing" aria-label="Typing">');
            const typing = document.getElementById("typing");
            typing.focus();
            typing.value = "half a name";
        }"""
    )
    site.page = customer_page(contacts=ContactsCard(MIRA, (), 1))
    site.handlers[f"{CUSTOMER}/live"] = stream("contacts")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator("#contact-con_ben")).to_have_count(0)
    assert await page.locator("#typing").input_value() == "half a name"
    assert await focused(page) == "typing"


# Keeps the streams of a page where a test can look at them.
KEEP_STREAMS = """
    window.streams = [];
    window.EventSource = class extends EventSource {
        constructor(address) {
            super(address);
            this.failed = new Promise((resolve) => this.addEventListener("error", () => resolve()));
            window.streams.push(this);
        }
    };
"""


async def test_app_ui_12_without_a_stream_the_page_asks_every_30_s(
    site: Site, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 503")
    await page.add_init_script(KEEP_STREAMS)
    await page.clock.install()
    site.handlers[f"{CUSTOMER}/live"] = lambda asked: (503, {}, "")
    await site.open(page, CUSTOMER)
    await page.evaluate("streams[0].failed")
    # Once at once, since the reason of the refusal may be one to show.
    await page.clock.run_for(1_000)
    await expect(page.locator("#contact-con_ben")).to_be_visible()
    await page.clock.run_for(28_000)
    assert len(site.of(CUSTOMER)) == 2
    site.page = customer_page(contacts=ContactsCard(None, (BEN,), 1))
    await page.clock.run_for(2_000)
    await expect(page.locator(".no-primary")).to_be_visible()
    assert len(site.of(CUSTOMER)) == 3
    await page.evaluate("streams[1].failed")
    await page.clock.run_for(30_000)
    await page.evaluate("streams[2].failed")
    assert len(site.of(f"{CUSTOMER}/live")) == 3


async def test_a_hidden_tab_closes_its_stream_and_catches_up(site: Site, page: Page) -> None:
    await page.add_init_script(KEEP_STREAMS)
    site.handlers[f"{CUSTOMER}/live"] = stream()
    await site.open(page, CUSTOMER)
    await page.evaluate("streams[0].failed")
    await page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert await page.evaluate("streams.map((stream) => stream.readyState)") == [2]
    site.page = customer_page(contacts=ContactsCard(None, (BEN,), 1))
    await page.evaluate("Object.defineProperty(document, 'hidden', {value: false})")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator(".no-primary")).to_be_visible()
    assert await page.evaluate("streams.length") == 2
