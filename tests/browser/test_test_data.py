"""Clearing test data in a browser."""

from playwright.async_api import Page, expect

from tests.support.live_server import Live
from tests.support.records import new_contact, new_customer


async def test_app_key_4_test_data_is_shown_with_its_counts_and_cleared(live: Live, page: Page) -> None:
    _, key = await live.world.new_key("trial", mode="test")
    async with live.world.client(key) as trial:
        customer = await new_customer(trial, name="Tried", slug="tried")
        await new_contact(trial, customer, name="Tess Ting")
    await live.open(page, "/customers")
    await expect(page.get_by_role("row", name="Tried")).to_contain_text("Test")
    await live.open(page, "/admin/api-keys")
    await page.get_by_role("link", name="Clear test data").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("1 customer")
    await expect(dialog).to_contain_text("Tess Ting")
    await dialog.get_by_role("link", name="Cancel").click()
    await expect(dialog).to_be_hidden()
    await page.get_by_role("link", name="Clear test data").click()
    await dialog.get_by_role("button", name="Delete 2 rows").click()
    await expect(page.get_by_text("Test data cleared")).to_be_visible()
    await expect(dialog).to_be_hidden()
    await page.get_by_role("link", name="Clear test data").click()
    await expect(dialog).to_contain_text("There is no test data")
    await dialog.get_by_role("link", name="Close").click()
    await expect(dialog).to_be_hidden()
    await live.open(page, "/customers")
    await expect(page.get_by_text("Tried")).to_have_count(0)
