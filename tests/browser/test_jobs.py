"""Admin > Jobs on the real server: work gets on before one's eyes, and is cancelled by hand."""

from playwright.async_api import Page, expect

from tests.support.chromium import axe_violations
from tests.support.live_server import Live
from tests.support.queue import enqueue


async def test_a_job_gets_on_while_the_page_is_open(live: Live, page: Page) -> None:
    await live.open(page, "/admin/jobs")
    await expect(page.get_by_role("heading", level=2)).to_have_text("No jobs yet")
    assert (await live.curl("POST", "/exports", {"type": "customers"})).status == 202
    row = page.get_by_role("row", name="Export of customers")
    await expect(row).to_contain_text("Completed")
    async with page.expect_download() as download:
        await row.get_by_role("link", name="Result:").click()
    assert (await download.value).suggested_filename.endswith(".csv")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await axe_violations(page) == []
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await expect(row).to_contain_text("Completed")


async def test_a_waiting_job_is_cancelled_in_a_dialog(live: Live, page: Page) -> None:
    # No worker knows this kind, so it waits.
    await enqueue(live.world, "no.such.kind", {"resource": "customer", "file_name": "a.csv"}, type="import")
    await live.open(page, "/admin/jobs")
    row = page.get_by_role("row", name="Import of customers")
    await expect(row).to_contain_text("Waiting")
    await row.get_by_role("link", name="Cancel Import of customers").click()
    dialog = page.get_by_role("alertdialog").or_(page.get_by_role("dialog"))
    await expect(dialog).to_contain_text("nothing of it is done")
    await dialog.get_by_role("button", name="Cancel job").click()
    await expect(row).to_contain_text("Canceled")
    await expect(row.get_by_role("link", name="Cancel Import of customers")).to_have_count(0)
