"""The board in a browser: dragging, the keyboard, what others do meanwhile (ONB-BOARD-2 … 4)."""

import re

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.chromium import NewPage, Watch, axe_violations
from tests.support.live_server import Live
from tests.support.people import new_member
from tests.support.records import Json, new_customer, new_onboarding, new_task, new_template

BOARD = "/onboardings/board"


@pytest.fixture
async def api(live: Live) -> httpx.AsyncClient:
    """The API of the shared server's workspace."""
    _, key = await live.world.new_key("set-up")
    return live.world.client(key)


@pytest.fixture
async def onboarding(api: httpx.AsyncClient) -> Json:
    """Onboarding 1, "Loyalty launch", in the second phase."""
    customer = await new_customer(api, name="Aurora", slug="aurora")
    return await new_onboarding(api, customer, name="Loyalty launch", phase="program_design")


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


async def drag(page: Page, card: Locator, to: Locator) -> None:
    """Drag a card into a column by the mouse."""
    start, end = await card.bounding_box(), await to.bounding_box()
    assert start is not None
    assert end is not None
    await page.mouse.move(start["x"] + 60, start["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(start["x"] + 80, start["y"] + 30, steps=4)
    await page.mouse.move(end["x"] + 100, end["y"] + 100, steps=12)
    await page.mouse.up()


async def test_onb_board_2_a_drag_advances_at_once_or_asks_and_cancel_returns_it(
    live: Live, onboarding: Json, page: Page
) -> None:
    await live.open(page, BOARD)
    card = page.locator("[data-card]")
    await drag(page, card, column(page, "Review"))
    await expect(page.locator(".toast")).to_contain_text("Moved to Review")
    await expect(column(page, "Review").locator("[data-card]")).to_have_count(1)

    await drag(page, card, column(page, "Before getting started"))
    dialog = page.get_by_role("dialog", name="Send back to Before getting started")
    await expect(dialog.get_by_role("heading")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(column(page, "Review").locator("[data-card]")).to_have_count(1)

    await drag(page, card, column(page, "Before getting started"))
    await dialog.get_by_text("Defect found").click()
    await dialog.get_by_role("button", name="Send back").click()
    await expect(column(page, "Before getting started").locator("[data-card]")).to_have_count(1)
    await expect(column(page, "Review").locator("[data-card]")).to_have_count(0)


async def test_onb_board_3_the_keyboard_alone_moves_a_card(
    live: Live, api: httpx.AsyncClient, onboarding: Json, page: Page
) -> None:
    await new_onboarding(api, {"id": onboarding["customer_id"]}, name="Second", phase="review")
    await live.open(page, BOARD)
    await page.locator("[data-card]").first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("[data-card]:focus")).to_contain_text("Second")
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("v")
    dialog = page.get_by_role("dialog", name="Move to…")
    await dialog.get_by_role("link", name="Advance to Review").focus()
    await page.keyboard.press("Enter")
    move = page.get_by_role("dialog", name="Advance to Review")
    await expect(move.get_by_role("heading")).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await expect(column(page, "Review").locator("[data-card]")).to_have_count(2)
    await page.locator("[data-card]").first.focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{live.url}/onboardings/1")


async def test_onb_board_4_others_moves_appear_and_a_stale_drop_is_refused(
    live: Live, onboarding: Json, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 409")
    await page.set_viewport_size({"width": 1900, "height": 800})
    await live.open(page, BOARD)
    await live.curl("PATCH", "/onboardings/1", {"phase": "internal_qa"})
    moved = column(page, "Internal QA").locator("[data-card]")
    await expect(moved).to_have_count(1)
    # While a card is dragged nothing moves under it, so it can be dropped from where it no longer is.
    start, end = await moved.bounding_box(), await column(page, "Launch").bounding_box()
    assert start is not None
    assert end is not None
    await page.mouse.move(start["x"] + 60, start["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(start["x"] + 80, start["y"] + 30, steps=4)
    await live.curl("PATCH", "/onboardings/1", {"phase": "review"})
    await page.mouse.move(end["x"] + 100, end["y"] + 100, steps=12)
    await page.mouse.up()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("The API moved this to Review just now.")
    await dialog.get_by_role("link", name="Cancel").click()
    await expect(column(page, "Review").locator("[data-card]")).to_have_count(1)


async def test_where_one_may_not_drop_is_dimmed(
    live: Live, api: httpx.AsyncClient, onboarding: Json, page: Page
) -> None:
    ana = await new_member(live.world, "Ana Ruiz", "member")
    await new_task(api, onboarding, assignee_id=ana.id)
    await live.open(page, BOARD, ana)
    start = await page.locator("[data-card]").bounding_box()
    assert start is not None
    await page.mouse.move(start["x"] + 60, start["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(start["x"] + 90, start["y"] + 60, steps=6)
    await expect(column(page, "Review")).not_to_have_attribute("data-closed", "")
    await expect(column(page, "Program buildout")).to_have_attribute("data-closed", "")
    await page.mouse.up()


async def test_onb_board_4_a_drop_is_seen_in_another_browser(
    live: Live, onboarding: Json, page: Page, new_page: NewPage
) -> None:
    other = await new_page()
    ben = await new_member(live.world, "Ben Ode", "admin")
    await live.open(page, BOARD)
    await live.open(other, BOARD, ben)
    await drag(page, page.locator("[data-card]"), column(page, "Review"))
    await expect(column(other, "Review").locator("[data-card]")).to_have_count(1)
    await expect(column(other, "Program design").locator("[data-card]")).to_have_count(0)


async def test_onb_board_5_cards_are_selected_and_moved_by_keyboard_alone(
    live: Live, api: httpx.AsyncClient, onboarding: Json, page: Page
) -> None:
    await new_onboarding(api, {"id": onboarding["customer_id"]}, name="Second", phase="program_design")
    await new_onboarding(api, {"id": onboarding["customer_id"]}, name="Third", phase="program_design")
    await live.open(page, BOARD)
    await page.keyboard.press("x")
    await expect(page).to_have_url(f"{live.url}{BOARD}?select=1")
    await page.locator("[data-card]").first.focus()
    await page.keyboard.press("x")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("x")
    await expect(page.locator("[data-selected]")).to_have_text("2 selected")
    # What others do meanwhile unticks nothing.
    await live.curl("PATCH", "/onboardings/3", {"phase": "review"})
    await expect(column(page, "Review").locator("[data-card]")).to_have_count(1)
    await expect(page.locator("[data-card] input:checked")).to_have_count(2)
    await page.get_by_label("Phase", exact=True).nth(1).select_option("review")
    await page.get_by_role("button", name="Move", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_contain_text("2 onboardings moved")
    await expect(column(page, "Review").locator("[data-card]")).to_have_count(3)


async def test_app_bulk_2_all_that_match_but_the_unticked_one(
    live: Live, api: httpx.AsyncClient, onboarding: Json, page: Page
) -> None:
    one = {"customer_id": onboarding["customer_id"], "phase": "program_design"}
    operations = [{"action": "create", "resource": "onboarding", "data": one}] * 60
    assert (await api.post("/bulk", json={"operations": operations})).status_code == 200
    await live.open(page, "/onboardings?select=1")
    await page.get_by_label("All 61 onboardings that match").check()
    await expect(page.locator("[data-selected]")).to_have_text("All selected")
    await page.locator("input[name=onboarding]").first.uncheck()
    await expect(page.locator("[data-selected]")).to_have_text("All but 1 selected")
    # To the end of the list, where the bar lies over no row.
    await page.locator("tbody tr").last.evaluate("row => row.scrollIntoView({ block: 'start' })")
    assert await axe_violations(page) == []
    await page.locator("#bulk-phase").select_option("review")
    await page.get_by_role("button", name="Move", exact=True).click()
    dialog = page.get_by_role("dialog", name="Act on 60 onboardings?")
    await expect(dialog).to_contain_text("will be moved, but for the 1 onboarding left out")
    assert await axe_violations(page) == []
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await page.get_by_role("button", name="Move", exact=True).click()
    await dialog.get_by_role("button", name="Go on").click()
    await expect(page.locator(".toast")).to_contain_text("60 onboardings moved")


async def test_onb_board_1_lanes_are_walked_and_cards_stay_in_theirs(
    live: Live, api: httpx.AsyncClient, onboarding: Json, page: Page
) -> None:
    await new_onboarding(
        api, {"id": onboarding["customer_id"]}, name="Second", phase="program_design", state="at_risk"
    )
    await page.set_viewport_size({"width": 1400, "height": 900})
    await live.open(page, f"{BOARD}?lanes=state")
    lane = page.locator("[data-lane]", has=page.get_by_role("heading", name="At risk"))
    active = page.locator("[data-lane]", has=page.get_by_role("heading", name="Active"))
    await active.locator("[data-card]").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("[data-card]:focus")).to_contain_text("Second")
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("[data-card]:focus")).to_contain_text("Loyalty launch")
    # Another lane takes no card; another column of its own does.
    card = active.locator("[data-card]")
    await drag(page, card, lane.get_by_role("region", name="Review"))
    await expect(active.get_by_role("region", name="Program design").locator("[data-card]")).to_have_count(1)
    await drag(page, card, active.get_by_role("region", name="Review"))
    await expect(active.get_by_role("region", name="Review").locator("[data-card]")).to_have_count(1)
    await expect(page.locator(".toast")).to_contain_text("Moved to Review")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_is_silent_on_board_and_list(
    live: Live, api: httpx.AsyncClient, onboarding: Json, new_page: NewPage, scheme: str
) -> None:
    await new_onboarding(
        api, {"id": onboarding["customer_id"]}, state="at_risk", target_launch_date="2026-01-01", csm_id=1
    )
    await new_task(api, onboarding)
    await new_template(api, {"title": "Kick-off", "subtasks": [{"title": "below"}]})
    page = await new_page(color_scheme=scheme, reduced_motion="reduce")
    for path in (
        *(f"{BOARD}?lanes=csm", f"{BOARD}?select=1&state=at_risk", "/onboardings?select=1"),
        *("/onboardings/timeline", "/onboardings/timeline?view=table&group=csm", "/admin/deleted"),
        "/views/new?list=onboardings",
        *(BOARD, "/onboardings", "/onboardings/new", "/onboardings/1/moves", "/onboardings/1/apply"),
        *("/admin/phases", "/admin/phases/new", "/admin/phases/review/archive"),
        *("/admin/templates", "/admin/templates/1", "/admin/templates/new", "/admin/templates/import"),
    ):
        await live.open(page, path)
        assert await axe_violations(page) == [], path


async def test_on_a_phone_filters_and_layouts_are_in_reach(
    live: Live, api: httpx.AsyncClient, onboarding: Json, new_page: NewPage
) -> None:
    await api.patch(f"/onboardings/{onboarding['id']}", json={"target_launch_date": "2028-06-01"})
    page = await new_page(viewport={"width": 390, "height": 844})
    for path in ("/onboardings", f"{BOARD}?select=1"):
        await live.open(page, path)
        row = page.get_by_role("search", name="Filter")
        boxes = [await box.bounding_box() for box in await row.locator("select").all()]
        assert all(box is not None and box["width"] >= 80 for box in boxes), boxes
        assert len({box["y"] for box in boxes if box is not None}) == 1, "on one line"
        await row.get_by_label("Phase", exact=True).select_option("review")
        await expect(page).to_have_url(re.compile("phase=review"))
        await page.get_by_role("link", name="Timeline").click()
        await expect(page).to_have_url(re.compile("/onboardings/timeline"))
    await live.open(page, "/onboardings/timeline")
    today = page.locator('.rule[data-kind="today"]')
    line, place = await today.bounding_box(), await page.locator(".gantt-view").bounding_box()
    assert line is not None
    assert place is not None
    assert place["x"] <= line["x"] <= place["x"] + place["width"]
    assert await axe_violations(page) == []
