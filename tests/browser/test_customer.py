"""A customer worked on in a browser: fields saved as they are left, status, contacts; by keyboard too."""

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.support.chromium import NewPage, Watch, axe_violations
from tests.support.live_server import Live
from tests.support.people import new_member
from tests.support.records import Json, new_contact, new_customer, read


@pytest.fixture
async def api(live: Live) -> httpx.AsyncClient:
    """The API of the shared server's workspace."""
    _, key = await live.world.new_key("set-up")
    return live.world.client(key)


@pytest.fixture
async def customer(api: httpx.AsyncClient) -> Json:
    """Customer 1."""
    made = await new_customer(api, name="Aurora", slug="aurora", plan="Scale", status="onboarding")
    await new_contact(api, made, name="Mira Chen", email="mira@aurora.com")
    await new_contact(api, made, name="Ben Hartley", email="ben@aurora.com")
    return made


async def test_app_edit_1_a_field_is_saved_when_it_is_left_and_can_go_back(
    live: Live, api: httpx.AsyncClient, customer: Json, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 422")
    await live.open(page, "/customers/aurora/details")
    plan, head = page.get_by_label("Plan"), page.locator("[data-fragment=header]")
    await plan.fill("Enterprise")
    await plan.press("Tab")
    await expect(head).to_contain_text("Enterprise")
    # The focus is still in the form; the former text is a change again.
    await plan.fill("Scale")
    await plan.press("Tab")
    await expect(head).to_contain_text("Scale")
    assert (await read(api, customer))["plan"] == "Scale"

    domain = page.get_by_label("Domain")
    await domain.fill("no domain")
    await domain.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Enter a domain such as acme.com.")
    await expect(domain).to_have_value("no domain")
    await expect(domain).to_be_focused()
    await domain.fill("https://www.aurora.example/shop")
    await domain.press("Enter")
    await expect(head).to_contain_text("aurora.example")
    assert await axe_violations(page) == []


async def test_a_change_by_somebody_else_leaves_what_is_typed_here(
    live: Live, customer: Json, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 409")
    await live.open(page, "/customers/aurora/details")
    plan = page.get_by_label("Plan")
    await plan.fill("Enterprise")
    await live.curl("PATCH", "/customers/1", {"plan": "Growth", "name": "Aurora Outfitters"})
    await expect(page.locator("[data-fragment=header]")).to_contain_text("Growth")
    await expect(plan).to_have_value("Enterprise")
    await plan.press("Tab")
    await expect(page.get_by_role("alert")).to_contain_text("Somebody changed this meanwhile to “Growth”")
    await expect(plan).to_have_value("Enterprise")
    await plan.press("Enter")
    await expect(page.locator("[data-fragment=header]")).to_contain_text("Enterprise")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Aurora Outfitters")


async def test_the_status_is_changed_from_the_menu_and_churning_asks_why(
    live: Live, customer: Json, page: Page
) -> None:
    await live.open(page, "/customers/aurora")
    head = page.locator("[data-fragment=header]")
    await head.get_by_label("Status: Onboarding. Change").click()
    await head.get_by_role("button", name="At risk").click()
    await expect(head.get_by_label("Status: At risk. Change")).to_be_visible()
    await head.get_by_label("Status: At risk. Change").press("Enter")
    await head.get_by_role("button", name="Churned").press("Enter")
    dialog = page.get_by_role("dialog", name="Aurora has churned")
    assert await axe_violations(page) == []
    await dialog.get_by_text("Missing feature").click()
    await dialog.get_by_role("button", name="Set to Churned").click()
    await expect(page.locator("[data-fragment=banner]")).to_contain_text("Churned.")
    await expect(page.locator("[data-fragment=activity]")).to_contain_text("Missing feature")


async def test_contacts_are_edited_made_primary_and_archived(live: Live, customer: Json, page: Page) -> None:
    await live.open(page, "/customers/aurora/contacts")
    people = page.locator("[data-fragment=people]")
    await people.get_by_label("More about Ben Hartley").click()
    await people.get_by_role("button", name="Make primary").click()
    ben = people.locator("li", has_text="Ben Hartley")
    await expect(ben).to_contain_text("Primary")
    await ben.get_by_role("link", name="Ben Hartley").click()
    dialog = page.get_by_role("dialog", name="Edit contact")
    await dialog.get_by_label("Title").fill("VP Marketing")
    await dialog.get_by_label("Title").press("Control+Enter")
    await expect(ben).to_contain_text("VP Marketing")
    await people.get_by_label("More about Mira Chen").press("Enter")
    await people.get_by_role("link", name="Archive…").press("Enter")
    await page.get_by_role("button", name="Archive").click()
    await expect(people.locator("li")).to_have_count(1)
    assert await axe_violations(page) == []
    await people.get_by_role("link", name="Archived").click()
    await expect(people.locator("li")).to_contain_text("Mira Chen")


async def test_without_scripts_everything_is_a_form(live: Live, customer: Json, new_page: NewPage) -> None:
    page = await new_page(java_script_enabled=False)
    await live.open(page, "/customers/aurora/details")
    await page.get_by_label("Plan").fill("Growth")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".record-head")).to_contain_text("Growth")
    await page.goto(f"{live.url}/customers/aurora/contacts")
    await page.get_by_role("link", name="Ben Hartley").click()
    await page.get_by_label("Phone").fill("+49 30 1")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".people")).to_contain_text("+49 30 1")


async def test_access_is_given_taken_and_given_again(live: Live, customer: Json, page: Page) -> None:
    await new_member(live.world, "Vera Holm", "viewer")
    await live.open(page, "/customers/aurora/access")
    await page.get_by_role("link", name="Give access").click()
    dialog = page.get_by_role("dialog", name="Give access to Aurora")
    await dialog.get_by_label("Member or viewer").select_option("Vera Holm, Viewer")
    assert await axe_violations(page) == []
    await dialog.get_by_role("button", name="Give access").click()
    vera = page.locator("[data-fragment=access] li", has_text="Vera Holm")
    await expect(vera).to_contain_text("Given by")
    assert await axe_violations(page) == []
    await vera.get_by_role("button", name="Remove the access of Vera Holm").click()
    await expect(vera).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(vera).to_contain_text("Given by")
