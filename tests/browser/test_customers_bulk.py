"""Acting on many customers in a browser: selecting by mouse and keyboard, and the whole filter."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.support.chromium import NewPage, axe_violations
from tests.support.live_server import Live

MATCHING = 1_284
FULL = 12


async def many(live: Live, rows: list[dict[str, object]]) -> None:
    """Create customers, a thousand a call."""
    for start in range(0, len(rows), 1000):
        operations = [
            {"action": "create", "resource": "customer", "data": row} for row in rows[start : start + 1000]
        ]
        answer = await live.curl("POST", "/bulk", {"operations": operations})
        assert answer.json["failed"] == 0


async def test_rows_are_selected_by_click_range_and_key(live: Live, page: Page) -> None:
    await many(live, [{"name": f"Customer {number}"} for number in range(6)])
    await live.open(page, "/customers")
    bar = page.get_by_role("toolbar", name="Selected customers")
    boxes = page.get_by_role("checkbox", name=re.compile("^Select Customer"))
    await expect(bar).to_be_hidden()
    await boxes.nth(0).click()
    await expect(bar).to_contain_text("1 selected")
    await boxes.nth(2).click(modifiers=["Shift"])
    await expect(bar).to_contain_text("3 selected")
    await page.keyboard.press("Escape")
    await page.locator("body").press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await expect(bar).to_contain_text("4 selected")
    await bar.get_by_role("button", name="Clear selection").click()
    await expect(bar).to_be_hidden()
    head = page.get_by_role("checkbox", name="Select all on this page")
    await head.check()
    await expect(bar).to_contain_text("6 selected")
    await bar.get_by_role("button", name="Tag").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading")).to_have_text("Tag 6 customers")
    await dialog.get_by_label("Tags").fill("vip")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".toast")).to_contain_text("6 customers tagged")
    await expect(dialog).to_be_hidden()


async def test_app_bulk_1_all_that_match_are_changed_but_for_those_skipped_and_those_that_came_later(
    live: Live, page: Page
) -> None:
    full = [f"t{number}" for number in range(50)]
    await many(
        live,
        [
            {
                "name": f"Customer {number:04}",
                "domain": "chosen.com",
                **({"tags": full} if number < FULL else {}),
            }
            for number in range(MATCHING)
        ],
    )
    await many(live, [{"name": "Another", "domain": "other.com"}])
    await live.open(page, "/customers?q=domain:chosen")
    await expect(page.get_by_text(f"{MATCHING:,} customers")).to_be_visible()
    later = await live.created("/customers", {"name": "Came later", "domain": "chosen.com"})
    await page.get_by_role("checkbox", name="Select all on this page").check()
    bar = page.get_by_role("toolbar", name="Selected customers")
    await expect(bar).to_contain_text("50 selected")
    await bar.get_by_label(f"All {MATCHING:,} that match").check()
    await expect(bar).to_contain_text("All selected")
    await bar.get_by_text("More").click()
    await bar.get_by_role("button", name="Set plan…").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading")).to_have_text(f"Set the plan of {MATCHING:,} customers")
    await dialog.get_by_label("Plan").fill("Scale")
    await dialog.get_by_role("button", name="Set plan").click()
    await page.wait_for_url("**/bulk/*")
    await expect(page.get_by_text(f"{MATCHING:,} of {MATCHING:,} rows")).to_be_visible(timeout=60_000)
    planned = (await live.curl("GET", "/customers?plan=Scale&limit=1&include_total=true")).json
    assert (await live.curl("GET", f"/customers/{later['id']}")).json["plan"] is None
    assert planned["total"] == MATCHING

    # Those that can take no further tag are skipped, and named in a file.
    await page.goto(f"{live.url}/customers?q=plan:scale")
    await page.get_by_role("checkbox", name="Select all on this page").check()
    await bar.get_by_label(f"All {MATCHING:,} that match").check()
    await bar.get_by_role("button", name="Tag").click()
    await dialog.get_by_label("Tags").fill("vip")
    await dialog.get_by_role("button", name="Add tags").click()
    await page.wait_for_url("**/bulk/*")
    await expect(page.get_by_text(f"{MATCHING:,} of {MATCHING:,} rows")).to_be_visible(timeout=60_000)
    await expect(page.locator(".import-counts")).to_contain_text(
        re.compile(rf"Changed\s*{MATCHING - FULL:,}")
    )
    await expect(page.locator(".import-counts")).to_contain_text(re.compile(rf"Skipped\s*{FULL}"))
    await expect(page.get_by_role("link", name="customers-skipped.csv")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
async def test_axe_is_silent_while_rows_are_selected(
    live: Live, new_page: NewPage, scheme: str, width: int
) -> None:
    page = await new_page(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 900}
    )
    await many(live, [{"name": f"Customer {number}"} for number in range(3)])
    await live.open(page, "/customers")
    await page.get_by_role("checkbox", name="Select Customer 1").check()
    assert await axe_violations(page) == []
    await page.get_by_role("toolbar").get_by_role("button", name="Status").click()
    await page.get_by_role("dialog").get_by_label("Status").wait_for()
    assert await axe_violations(page) == []


async def test_app_exp_1_the_list_and_what_is_selected_are_exported(live: Live, page: Page) -> None:
    await many(live, [{"name": f"Customer {number}", "mrr": number} for number in range(3)])
    await live.open(page, "/customers?columns=mrr&sort=-mrr")
    await page.get_by_role("link", name="Export").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading")).to_have_text("Export 3 customers")
    assert await axe_violations(page) == []
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Export").click()
    text = (await (await download.value).path()).read_text("utf-8-sig")
    assert text == "display_id,name,mrr\n3,Customer 2,2\n2,Customer 1,1\n1,Customer 0,0\n"
    await expect(dialog).to_be_hidden()
    await page.get_by_role("checkbox", name="Select Customer 1").check()
    await page.get_by_role("toolbar").get_by_role("button", name="Export").click()
    await expect(dialog.get_by_role("heading")).to_have_text("Export 1 customer")
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Export").click()
    assert "Customer 1" in (await (await download.value).path()).read_text("utf-8-sig")
