"""Step 5 of the quickstart: the onboarding is on every open page without a reload."""

from playwright.async_api import expect

from tests.support.chromium import NewPage
from tests.support.live_server import Live

NAME = "Aurora Outfitters onboarding"


async def test_a_new_onboarding_appears_on_list_board_timeline_and_customer_page(
    live: Live, new_page: NewPage
) -> None:
    customer = await live.created("/customers", {"name": "Aurora Outfitters", "status": "onboarding"})
    address = f"/customers/{customer['display_id']}-{customer['slug']}"
    # Something is there before, so that each page has the place where it will stand.
    await live.created("/onboardings", {"customer_id": customer["id"], "name": "Earlier"})
    pages = {}
    for path in ("/onboardings", "/onboardings/board", "/onboardings/timeline", address):
        pages[path] = await new_page()
        await live.open(pages[path], path)
    body = {"customer_id": customer["id"], "target_launch_date": "2026-07-15T00:00:00Z"}
    made = await live.created("/onboardings", body)
    assert (made["name"], made["phase"]) == (NAME, "before_getting_started")
    assert made["target_launch_date"] == "2026-07-15T00:00:00.000Z"
    for page in pages.values():
        await expect(page.get_by_text(NAME).first).to_be_visible()
    column = pages["/onboardings/board"].get_by_role("region", name="Before getting started", exact=True)
    await expect(column).to_contain_text(NAME)
    await expect(column).to_contain_text("Jul 15")
