"""Adding customers, contacts and onboardings in the app, by hand and by keyboard, on the real server."""

import re

from playwright.async_api import Locator, Page, expect

from tests.support.chromium import NewPage, Watch
from tests.support.live_server import Live
from tests.support.records import new_contact, new_customer


def drawer(page: Page, title: str = "New customer") -> Locator:
    return page.get_by_role("dialog", name=title)


async def test_app_add_4_a_customer_by_keyboard_alone(live: Live, page: Page) -> None:
    await live.open(page, "/customers")
    await expect(page.get_by_role("heading", level=2).first).to_have_text("No customers yet")
    await page.keyboard.press("c")
    form = drawer(page)
    await expect(form.get_by_label("Name", exact=True)).to_be_focused()
    await page.keyboard.type("Aurora Outfitters")
    await page.keyboard.press("Tab")
    await page.keyboard.type("https://www.Aurora.com/about")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Onb")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Scale")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(form.get_by_label("Contact name")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.type("Mira Chen")
    await page.keyboard.press("Tab")
    await page.keyboard.type("mira@aurora.com")
    await page.keyboard.press("Tab")
    await page.keyboard.type("aurora")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(form.get_by_label("Phase")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.type("Rev")
    await page.keyboard.press("Tab")
    await page.keyboard.type("01312027")
    await page.keyboard.press("Control+Enter")
    await expect(page).to_have_url(f"{live.url}/customers/1-aurora")
    head = page.locator(".record-head")
    for words in ("Aurora Outfitters", "aurora.com", "Onboarding", "Dana Okafor", "Scale"):
        await expect(head).to_contain_text(words)
    await expect(page.get_by_role("article", name="Primary contact, Mira Chen")).to_be_visible()
    await expect(page.locator("[aria-current=step]")).to_contain_text("Review")
    await expect(page.locator("[data-fragment=onboardings]")).to_contain_text("Jan 31, 2027")
    await expect(page.locator(".entry")).to_have_count(3)

    # Back in the list the row is reached by keyboard too.
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await expect(page.get_by_text("1 customer", exact=True)).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{live.url}/customers/1-aurora")


async def test_app_ui_2_each_fault_stands_under_its_field_and_nothing_typed_is_lost(
    live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 422")
    page_watch.expect("status of 409")
    _, key = await live.world.new_key()
    async with live.world.client(key) as api:
        await new_customer(api, name="Aurora", slug="aurora")
    await live.open(page, "/customers")
    await page.get_by_role("main").get_by_role("link", name="New customer").click()
    form = drawer(page)
    await form.get_by_text("Primary contact and slug").click()
    await form.get_by_label("Domain").fill("not a domain")
    await form.get_by_label("Plan").fill("Scale")
    await form.get_by_label("Contact e-mail").fill("mira at aurora")
    await form.get_by_label("Slug").fill("aurora")
    await form.get_by_label("Start an onboarding").check()
    await form.get_by_label("Phase").select_option("review")
    await form.get_by_role("button", name="Create customer").click()
    for label, message in {
        "Name": "Enter the name of the customer.",
        "Domain": "Enter a domain such as acme.com.",
        "Contact name": "Enter the name of the contact.",
        "Contact e-mail": "Enter an e-mail address such as mira@aurora.com.",
    }.items():
        field = form.get_by_label(label, exact=label in ("Name", "Slug"))
        await expect(field).to_have_accessible_description(message)
        await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(form.get_by_label("Name", exact=True)).to_be_focused()
    for label, value in {
        "Domain": "not a domain",
        "Plan": "Scale",
        "Contact e-mail": "mira at aurora",
        "Slug": "aurora",
        "Phase": "review",
    }.items():
        await expect(form.get_by_label(label)).to_have_value(value)

    # Half a date is refused before it is sent: the browser would send nothing for it.
    await form.get_by_label("Name", exact=True).fill("Aurora Nord")
    await form.get_by_label("Domain").fill("")
    await form.get_by_label("Contact e-mail").fill("")
    await form.get_by_label("Target launch").focus()
    await page.keyboard.type("0231")
    await form.get_by_role("button", name="Create customer").click()
    date = form.get_by_label("Target launch")
    await expect(date).to_have_accessible_description("Enter a date.")
    await expect(date).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.type("02282027")

    # The slug is taken; the one that is offered is free.
    await page.keyboard.press("Control+Enter")
    slug = form.get_by_label("Slug")
    await expect(slug).to_have_accessible_description("The slug aurora is taken. aurora-2 is free.")
    await expect(slug).to_be_focused()
    await expect(date).to_have_value("2027-02-28")
    await slug.fill("aurora-2")
    await page.keyboard.press("Control+Enter")
    await expect(page).to_have_url(f"{live.url}/customers/2-aurora-2")
    await expect(page.locator("[data-fragment=onboardings]")).to_contain_text("Feb 28, 2027")


async def test_contacts_and_onboardings_are_added_where_they_stand(
    live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 409")
    _, key = await live.world.new_key()
    async with live.world.client(key) as api:
        customer = await new_customer(api, name="Aurora", slug="aurora")
        await new_contact(api, customer, name="Mira Chen", email="mira@aurora.com")
    await live.open(page, "/customers/1-aurora")
    opener = page.get_by_role("link", name="Add contact")
    await opener.click()
    form = drawer(page, "Add contact")
    await form.get_by_label("Name").fill("Mira again")
    await form.get_by_label("E-mail").fill("mira@aurora.com")
    await form.get_by_role("button", name="Add contact").click()
    email = form.get_by_label("E-mail")
    await expect(email).to_have_accessible_description("mira@aurora.com is already a contact here.")
    await expect(email).to_be_focused()
    await email.fill("ben@aurora.com")
    await form.get_by_label("Primary contact").check()
    await page.keyboard.press("Enter")
    await expect(form).to_have_count(0)
    await expect(page.locator(".toast")).to_contain_text("Added Mira again")
    await expect(page.get_by_role("article", name="Primary contact, Mira again")).to_be_visible()
    await expect(page.locator(".contact-rows")).to_contain_text("Mira Chen")
    await expect(opener).to_be_focused()

    await page.keyboard.press("n")
    form = drawer(page, "New onboarding")
    await expect(form.get_by_label("Name")).to_be_focused()
    await form.get_by_label("CSM").select_option("Dana Okafor")
    await form.get_by_label("Phase").select_option("Program design")
    await page.keyboard.press("Control+Enter")
    await expect(form).to_have_count(0)
    aside = page.locator("[data-fragment=onboardings]")
    await expect(aside).to_contain_text("Aurora onboarding")
    await expect(aside.locator("[aria-current=step]")).to_contain_text("Program design")
    await expect(page.locator(".entry .what").first).to_have_text(
        re.compile("Dana Okafor opened onboarding Aurora onboarding")
    )


async def test_app_add_4_a_double_click_makes_one_customer(live: Live, new_page: NewPage) -> None:
    page = await new_page()
    await live.open(page, "/customers/new")
    await page.get_by_label("Name", exact=True).fill("Aurora")
    await page.get_by_role("button", name="Create customer").dblclick()
    await expect(page).to_have_url(f"{live.url}/customers/1-aurora")
    await page.goto(f"{live.url}/customers")
    await expect(page.locator("[data-row]")).to_have_count(1)


async def test_a_name_of_any_length_leaves_what_one_can_do_in_sight(live: Live, page: Page) -> None:
    async with live.world.client((await live.world.new_key())[1]) as api:
        await new_customer(api, name="W" * 200, slug="wide")
        await new_customer(api, name="Long customer name " * 10, slug="long")
    for width in (390, 768, 1440):
        await page.set_viewport_size({"width": width, "height": 900})
        for slug in ("wide", "long"):
            await live.open(page, f"/customers/{slug}")
            await expect(page.get_by_role("link", name="New onboarding").first).to_be_in_viewport(ratio=1)
