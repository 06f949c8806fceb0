"""Saved views in a browser: saving, changing, sharing, deleting, and what other tabs see of it."""

import pytest
from playwright.async_api import Page, expect

from tests.support.chromium import NewPage, Watch, axe_violations
from tests.support.live_server import Live
from tests.support.people import new_member


async def test_app_view_a_view_is_saved_edited_and_deleted_by_keyboard(
    live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 422")
    await live.created("/customers", {"name": "Aurora"})
    await live.open(page, "/onboardings?state=waiting")
    menu = page.locator(".saved-views > summary")
    await expect(menu).to_contain_text("Waiting on customer")
    await page.get_by_label("State").select_option("paused")
    await page.wait_for_url("**state=paused**")
    await menu.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Save view…").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Save view")
    await expect(dialog.get_by_label("Name")).to_be_focused()
    await page.keyboard.press("Control+Enter")
    await expect(dialog.get_by_role("alert")).to_have_text("Enter a name.")
    await dialog.get_by_label("Name").fill("On hold")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url("**saved=**")
    await expect(menu).to_contain_text("On hold")

    await page.get_by_label("CSM").select_option("me")
    await page.wait_for_url("**csm=me**")
    await expect(menu).to_contain_text("Edited")
    await menu.click()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".toast")).to_contain_text("Saved On hold")
    await expect(menu).not_to_contain_text("Edited")

    await menu.click()
    await page.get_by_role("button", name="Open first").click()
    await expect(page.locator(".toast").last).to_contain_text("Onboardings open with this view")
    await page.goto(f"{live.url}/onboardings")
    await expect(menu).to_contain_text("On hold")
    await menu.click()
    await page.get_by_role("link", name="Delete view…").click()
    await page.get_by_role("button", name="Delete").click()
    await page.wait_for_url("**saved=open")
    await expect(menu).to_contain_text("All open")


async def test_app_frame_2_other_tabs_and_people_get_a_shared_view(
    live: Live, page: Page, new_page: NewPage
) -> None:
    other = await new_page()
    ben = await new_member(live.world, "Ben Ode", "member")
    await live.open(other, "/onboardings/board", ben)
    await live.open(page, "/onboardings?state=at_risk")
    await page.locator(".saved-views > summary").click()
    await page.get_by_role("link", name="Save as…").click()
    dialog = page.get_by_role("dialog", name="Save view")
    await dialog.get_by_label("Name").fill("Fires")
    await dialog.get_by_label("Share with the workspace").check()
    await dialog.get_by_role("button", name="Save view").click()
    await page.wait_for_url("**saved=**")
    # The page of the other was open before; its menu has the view without being loaded again.
    await expect(other.locator(".saved-views .menu-item", has_text="Fires")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_is_silent_on_the_menu_of_views(live: Live, new_page: NewPage, scheme: str) -> None:
    page = await new_page(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": 390, "height": 800}
    )
    await live.open(page, "/onboardings?state=at_risk")
    await page.locator(".saved-views > summary").click()
    assert await axe_violations(page) == []
    await page.get_by_role("link", name="Save as…").click()
    await page.get_by_role("dialog", name="Save view").get_by_role("heading").wait_for()
    assert await axe_violations(page) == []
