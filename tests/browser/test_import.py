"""Importing a file on the real server: from the list to the rows, with 137 faulty ones among many."""

from playwright.async_api import FilePayload, Page, expect

from tests.support.chromium import Watch, axe_violations, screenshot
from tests.support.live_server import Live

ROWS, FAULTY = 1_500, 137


def _file() -> bytes:
    lines = ["Company,Website,Region"]
    for number in range(ROWS):
        name = "" if number % 10 == 3 and number < FAULTY * 10 else f"Customer {number}"
        lines.append(f"{name},c{number}.example.com,EMEA")
    return "\n".join(lines).encode()


async def _is_fine(page: Page) -> None:
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await axe_violations(page) == []
        await screenshot(page, f"import/{await page.title()}-{scheme}")
    await page.emulate_media(color_scheme="light")


async def test_a_file_is_imported_step_by_step(live: Live, page: Page, page_watch: Watch) -> None:
    page_watch.expect("status of 422")
    await live.open(page, "/customers")
    await page.get_by_role("link", name="Import", exact=True).click()
    await expect(page.get_by_role("heading", name="Choose a file")).to_be_visible()
    await _is_fine(page)
    # Without a file the step stays and says so.
    await page.get_by_role("button", name="Upload").click()
    await expect(page.get_by_role("alert")).to_have_text("Choose a file.")
    chosen = FilePayload(name="crm.csv", mimeType="text/csv", buffer=_file())
    await page.get_by_label("File", exact=True).set_input_files(chosen)
    await page.get_by_role("button", name="Upload").click()

    await expect(page.get_by_role("heading", name="Match columns")).to_be_visible()
    await expect(page.get_by_label("Company", exact=True)).to_have_value("name")
    await page.get_by_label("Region", exact=True).select_option(label="New field: text")
    await _is_fine(page)
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await screenshot(page, "import/match-390")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.get_by_role("button", name="Check", exact=True).last.click()

    # The figures come while the page is open.
    run = page.get_by_role("button", name=f"Import {ROWS - FAULTY:,} rows")
    await expect(run).to_be_visible(timeout=60_000)
    await expect(page.get_by_text("Row 5", exact=True)).to_be_visible()
    await _is_fine(page)
    await run.click()
    await expect(page.get_by_role("heading", name="Import completed")).to_be_visible(timeout=60_000)
    await _is_fine(page)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Rows not taken").click()
    path = await (await download.value).path()
    assert len(path.read_text("utf-8-sig").splitlines()) == FAULTY + 1
    await page.locator("main").get_by_role("link", name="Customers", exact=True).last.click()
    await expect(page.get_by_text(f"{ROWS - FAULTY:,} customers")).to_be_visible()
