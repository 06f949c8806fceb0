"""The docs in a browser: the reader's values, copying, search by keyboard, both themes, phone, and size."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.support.chromium import NewPage, Watch, axe_violations
from tests.support.live_server import Live, run

QUICKSTART = "/docs/api/welcome/quickstart"
KINDS = (
    "/docs",
    QUICKSTART,
    "/docs/api/welcome/errors",
    "/docs/webhooks/signing",
    "/docs/webhooks/events/customer",
    "/docs/self-hosting/command-line",
    "/docs/product/setup/roles-and-permissions",
    "/docs/api/reference/customers/create-customer",
    "/docs/api/reference/objects/customer",
    "/docs/search?q=retry",
    "/docs/search",
)
LARGEST = 130 * 1024


async def test_what_the_reader_fills_in_stands_in_the_examples_and_is_copied(
    live: Live, new_page: NewPage
) -> None:
    _, key = await live.world.new_key("local-dev")
    page = await new_page(permissions=["clipboard-read", "clipboard-write"])
    await page.goto(live.url + QUICKSTART)
    first = page.locator("#code-1")
    await expect(first).to_contain_text(f"{live.url}/api/v1/me")
    await expect(first).to_contain_text("pivotal_REPLACE_ME")
    await page.get_by_label("API key").fill(key)
    await expect(first).to_contain_text(key)
    await page.locator("#code-1-box").get_by_role("button", name="Copy code").click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == f'curl {live.url}/api/v1/me \\\n  -H "Authorization: Bearer {key}"'
    assert '"key_name":"local-dev"' in await run("bash", "-c", copied)

    await page.goto(f"{live.url}/docs/api/welcome/pagination")
    await expect(page.get_by_label("API key")).to_have_value(key)
    await expect(page.locator("#code-1")).to_contain_text(key)
    assert key not in page.url
    other = await new_page()
    await other.goto(live.url + QUICKSTART)
    await expect(other.get_by_label("API key")).to_have_value("")


async def test_a_page_is_copied_as_markdown(live: Live, new_page: NewPage) -> None:
    page = await new_page(permissions=["clipboard-read", "clipboard-write"])
    await page.goto(f"{live.url}/docs/api/welcome/idempotency")
    await page.get_by_role("button", name="Copy page").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "# Idempotency" in await page.evaluate("navigator.clipboard.readText()")


async def test_search_by_keyboard_alone(live: Live, page: Page) -> None:
    await page.goto(live.url + QUICKSTART)
    await page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search docs")
    await expect(field).to_be_focused()
    await page.keyboard.type("slug_taken")
    options = page.get_by_role("option")
    await expect(options.first).to_contain_text("slug_taken")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    assert await axe_violations(page, "#docs-find") == []
    await page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{live.url}/docs/api/welcome/errors#slug_taken")
    await expect(page.locator("#slug_taken")).to_be_in_viewport()
    await page.keyboard.press("Control+k")
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_without_scripts_everything_can_be_read(live: Live, new_page: NewPage) -> None:
    page = await new_page(java_script_enabled=False)
    await page.goto(f"{live.url}/docs/webhooks/signing")
    await expect(page.get_by_role("button", name="Copy code")).to_have_count(0)
    await page.get_by_role("link", name="TypeScript").first.click()
    await expect(page.locator("#code-1")).to_contain_text("export function verify")
    await page.get_by_role("link", name="Next").or_(page.locator('[rel="next"]')).first.click()
    await expect(page).to_have_url(f"{live.url}/docs/webhooks/receiving")
    await expect(page.locator("#code-1")).to_contain_text("createServer")
    await page.get_by_role("link", name="Search docs").click()
    await page.get_by_role("searchbox", name="Search docs").fill("idempotency")
    await page.keyboard.press("Enter")
    await page.locator(".docs-results a").first.click()
    await expect(page).to_have_url(re.compile("/docs/api/welcome/idempotency"))
    await page.get_by_role("link", name=re.compile("^Theme: system")).click()
    await expect(page.locator("html")).to_have_class("dark")


async def test_the_phone_has_the_navigation_in_a_drawer(live: Live, new_page: NewPage) -> None:
    page = await new_page(viewport={"width": 390, "height": 844})
    await page.goto(live.url + QUICKSTART)
    await page.get_by_text("Menu", exact=True).click()
    await page.get_by_role("link", name="Pagination").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pagination")
    await page.get_by_text("Menu", exact=True).click()
    await page.get_by_role("navigation", name="All sections").get_by_role("link", name="Webhooks").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Webhooks")


async def test_a_vote_is_given_at_the_foot_of_the_page_and_read_in_admin(
    live: Live, new_page: NewPage, page_watch: Watch
) -> None:
    page = await new_page()
    await live.open(page, "/docs/webhooks/retries")
    await page.get_by_role("link", name="No, it was not helpful").click()
    comment = page.get_by_label("What is wrong or missing?")
    await expect(comment).to_be_focused()
    assert await axe_violations(page, ".docs-vote") == []
    await page.keyboard.type("x" * 1_000)
    await comment.evaluate("field => field.removeAttribute('maxlength')")
    await page.keyboard.type("y")
    page_watch.expect("status of 422")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_have_text("Use at most 1,000 characters")
    await comment.fill("The table is cut off on my phone")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".docs-vote")).to_contain_text("Your comment is kept with it")
    await expect(page).to_have_url(f"{live.url}/docs/webhooks/retries")
    await page.get_by_role("link", name="Yes, it was helpful").click()
    await expect(page.get_by_label("What helped you?")).to_be_focused()
    await page.keyboard.type("Found it after all")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".docs-vote")).to_contain_text("Your comment is kept with it")

    admin = await new_page()
    await live.open(admin, "/admin/developer/docs-feedback")
    assert await axe_violations(admin) == []
    said = admin.locator(".said-list li")
    await expect(said).to_have_count(1)
    await expect(said).to_contain_text("Found it after all")
    await said.get_by_role("button", name="Mark as done").click()
    await expect(admin.get_by_text("No open comments")).to_be_visible()


async def test_the_app_leads_to_the_docs_and_back(live: Live, page: Page) -> None:
    await live.open(page, "/customers")
    await page.get_by_role("link", name="Docs").click()
    await expect(page).to_have_url(f"{live.url}/docs")
    await page.get_by_role("link", name="Dashboard").click()
    await expect(page).to_have_url(f"{live.url}/customers")


@pytest.mark.parametrize("path", KINDS)
async def test_pages_are_clean_small_and_fit(live: Live, new_page: NewPage, path: str) -> None:
    for theme in ("light", "dark"):
        for width in (1280, 390):
            page = await new_page(color_scheme=theme, viewport={"width": width, "height": 900})
            await page.goto(live.url + path, wait_until="networkidle")
            hosts = await page.evaluate(
                "performance.getEntriesByType('resource').map(e => new URL(e.name).host)"
            )
            assert set(hosts) == {live.url.split("/")[2]}
            assert await axe_violations(page) == [], (theme, width)
            spare = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert spare <= 0, (theme, width)
            loaded = await page.evaluate(
                "performance.getEntriesByType('resource').filter(e => /\\.(css|js)$/.test(e.name))"
                ".map(e => e.encodedBodySize)"
            )
            assert 0 < sum(loaded) <= LARGEST
            await page.close()
