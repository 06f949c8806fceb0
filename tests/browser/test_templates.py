"""The editor of a template in a browser."""

from playwright.async_api import Page, expect

from tests.support.chromium import Watch
from tests.support.live_server import Live
from tests.support.records import new_customer, new_template


async def test_a_template_is_edited_rearranged_previewed_and_saved(
    live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 422")
    _, key = await live.world.new_key("set-up")
    async with live.world.client(key) as api:
        await new_customer(api, name="Aurora", slug="aurora")
        await new_template(api, {"title": "Kick-off"}, {"title": "Data mapping"}, name="Standard")
    await live.open(page, "/admin/templates")
    await page.get_by_role("link", name="Standard", exact=True).click()
    await page.get_by_role("button", name="Move task 2 up").click()
    first = page.get_by_label("Title of task 1")
    await expect(first).to_have_value("Data mapping")
    await page.get_by_label("Title of task 3").fill("Review")
    await page.locator("#after-2").fill("9")
    await page.get_by_role("button", name="Save template").click()
    await expect(page.locator("#task-2 [role=alert]")).to_contain_text("names no task of this template")
    await expect(page.get_by_label("Title of task 3")).to_be_focused()
    await page.locator("#after-2").fill("1, 2")
    await page.get_by_label("Customer to preview on").fill("aurora")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_text("3 tasks for Aurora, started today")).to_be_visible()
    await page.get_by_label("Title of task 1").focus()
    await page.keyboard.press("Control+Enter")
    await expect(page).to_have_url(f"{live.url}/admin/templates")
    await expect(page.get_by_role("row", name="Standard")).to_contain_text("2")
    await page.get_by_role("link", name="Standard", exact=True).click()
    await expect(page.get_by_label("Title of task 3")).to_have_value("Review")
    await expect(page.locator("#after-2")).to_have_value("1, 2")
