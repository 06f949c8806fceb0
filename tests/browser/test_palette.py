"""The palette in a browser: by keyboard alone, on the real server, in both themes and on a phone."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.chromium import NewPage, Watch, axe_violations
from tests.support.live_server import Live
from tests.support.records import new_contact, new_customer, new_onboarding


async def filled(live: Live) -> None:
    _, key = await live.world.new_key()
    async with live.world.client(key) as api:
        aurora = await new_customer(api, name="Aurora Outfitters", domain="aurora.com", tags=["vip"])
        await new_contact(api, aurora, name="Mira Chen", email="mira@aurora.com")
        await new_onboarding(api, aurora, name="Loyalty launch")
        await new_customer(api, name="Aurum Jewelers", status="at_risk")
        await new_customer(api, name="Borealis")


def palette(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Search and actions")


async def test_find_and_open_by_keyboard_alone(live: Live, page: Page) -> None:
    await filled(live)
    await live.open(page, "/customers")
    await page.keyboard.press("Control+k")
    field = palette(page).get_by_role("combobox")
    await expect(field).to_be_focused()
    await page.keyboard.type("aur")
    options = palette(page).get_by_role("option")
    await expect(options.first).to_contain_text("Aurum Jewelers")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await expect(palette(page).get_by_role("group", name="Onboardings")).to_contain_text("Loyalty launch")
    await page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await expect(field).to_have_attribute(
        "aria-activedescendant", str(await options.nth(1).get_attribute("id"))
    )
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{live.url}/customers/2-aurum-jewelers")
    # Keys act once the page has its scripts.
    await page.wait_for_load_state()

    # What was opened stands there before anything is typed.
    await page.keyboard.press("Control+k")
    await expect(palette(page).get_by_role("group", name="Recent")).to_contain_text("Aurum Jewelers")
    await page.keyboard.press("Escape")
    await expect(palette(page)).to_be_hidden()


async def test_grammar_tab_and_escape(live: Live, page: Page) -> None:
    await filled(live)
    await live.open(page, "/customers")
    await page.get_by_role("link", name="Search").click()
    field = palette(page).get_by_role("combobox")
    await page.keyboard.type("ta")
    await page.keyboard.press("Tab")
    await expect(field).to_have_value("tag:")
    await page.keyboard.type("vip type:cu")
    await page.keyboard.press("Tab")
    await expect(field).to_have_value("tag:vip type:customer ")
    options = palette(page).get_by_role("option")
    await expect(options).to_have_count(1)
    await expect(options).to_contain_text("Aurora Outfitters")
    await page.keyboard.press("Escape")
    await expect(field).to_have_value("")
    await expect(palette(page)).to_be_visible()
    await page.keyboard.type("?")
    await expect(palette(page)).to_contain_text("words, by their beginnings")
    await page.keyboard.press("Escape")
    await page.keyboard.type("aurorra")
    await expect(palette(page)).to_contain_text("Nothing matches “aurorra”")
    await page.keyboard.press("Enter")
    await expect(options.first).to_contain_text("Aurora Outfitters")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(palette(page)).to_be_hidden()
    await expect(page.get_by_role("link", name="Search")).to_be_focused()


async def test_actions_open_what_they_name(live: Live, page: Page) -> None:
    await filled(live)
    await live.open(page, "/customers/1")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("> new onb")
    options = palette(page).get_by_role("option")
    await expect(options.first).to_have_text(re.compile("New onboarding for Aurora Outfitters"))
    await expect(options).to_have_count(1)
    await page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="New onboarding")
    await expect(drawer.get_by_label("Phase")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(drawer).to_have_count(0)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("> go logs")
    await expect(palette(page).get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{live.url}/admin/logs")


async def test_a_server_that_does_not_answer(live: Live, page: Page, page_watch: Watch) -> None:
    await filled(live)
    await live.open(page, "/customers")
    page_watch.expect("/search")
    await page.route("**/search?*", lambda route: route.abort("connectionfailed"))
    await page.keyboard.press("Control+k")
    # An answer to what was typed before would bring the same words.
    async with page.expect_event("requestfailed", lambda request: "q=aur&" in request.url):
        await page.keyboard.type("aur")
    await expect(palette(page)).to_contain_text("Search did not answer.")
    await page.unroute("**/search?*")
    await palette(page).get_by_role("button", name="Retry").click()
    await expect(palette(page).get_by_role("combobox")).to_have_value("aur")
    await expect(palette(page).get_by_role("option").first).to_contain_text("Aurum Jewelers")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
async def test_axe_finds_nothing(live: Live, new_page: NewPage, scheme: str, width: int) -> None:
    await filled(live)
    page = await new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    await live.open(page, "/customers")
    await page.keyboard.press("Control+k")
    for text, shown in (("aur", "Aurora Outfitters"), ("ownr:me x", "Nothing matches"), ("?", "by number")):
        await palette(page).get_by_role("combobox").fill(text)
        await expect(palette(page)).to_contain_text(shown)
        assert await axe_violations(page) == []
        box = await palette(page).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    await live.open(page, "/search?q=aur")
    await expect(page.get_by_role("group", name="Customers")).to_contain_text("Aurum Jewelers")
    assert await axe_violations(page) == []
    await page.keyboard.press("Control+k")
    await palette(page).get_by_role("combobox").fill("aur")
    await expect(palette(page)).to_contain_text("Aurora Outfitters")
    assert await axe_violations(page) == []
