"""The list of customers in a browser: its filter by keyboard, its columns, and that it can be read by all."""

import pytest
from playwright.async_api import Page, expect

from tests.support.chromium import NewPage, axe_violations
from tests.support.live_server import Live


async def test_app_list_1_a_filter_is_typed_changed_and_removed(live: Live, page: Page) -> None:
    await live.created("/customers", {"name": "Aurora", "tags": ["vip"]})
    await live.created("/customers", {"name": "Borealis"})
    await live.open(page, "/customers")
    names = page.locator("[data-opens]")
    await expect(names).to_have_count(2)
    await page.keyboard.press("/")
    await page.keyboard.type("tag:vip")
    await page.keyboard.press("Enter")
    await expect(names).to_have_count(1)
    chip = page.get_by_role("list", name="Filter").get_by_role("listitem").filter(has_text="vip")
    await expect(chip).to_contain_text("Tag is vip")
    await chip.get_by_role("link", name="Change: Tag is vip").click()
    await expect(page.locator("#filter")).to_have_value("tag:vip")
    await page.go_back()
    await chip.get_by_role("link", name="Remove: Tag is vip").click()
    await expect(names).to_have_count(2)
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(page.locator("tr[data-focus]")).to_contain_text("Borealis")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/customers/2-borealis")


async def test_columns_are_chosen_in_a_drawer(live: Live, page: Page) -> None:
    await live.created("/customers", {"name": "Aurora", "mrr": 4200})
    await live.open(page, "/customers")
    await page.get_by_role("link", name="Columns").click()
    dialog = page.get_by_role("dialog", name="Columns")
    await dialog.get_by_label("MRR", exact=True).check()
    await dialog.get_by_role("button", name="Show").click()
    await page.wait_for_url("**columns=**")
    await expect(page.get_by_role("columnheader", name="MRR")).to_be_visible()
    await page.get_by_role("link", name="MRR").click()
    await expect(page.get_by_role("columnheader", name="MRR")).to_have_attribute("aria-sort", "ascending")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
async def test_axe_is_silent_on_the_list(live: Live, new_page: NewPage, scheme: str, width: int) -> None:
    page = await new_page(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 900}
    )
    await live.created("/customers", {"name": "Aurora", "tags": ["vip"], "domain": "a.com"})
    await live.created("/customers", {"name": "Borealis", "domain": "a.com", "mrr": 5})
    await live.open(page, "/customers?q=-status:churned owner:zed status:active&sort=-mrr")
    assert await axe_violations(page) == []
    await page.goto(f"{live.url}/customers/columns")
    assert await axe_violations(page) == []
