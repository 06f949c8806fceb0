"""Pictures of customers and their contacts."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page

from pivotal_server.kit import clock

Act = Callable[[Any, Page], Awaitable[None]]


async def customer_drawer(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/customers")
    await page.keyboard.press("c")
    await page.locator("dialog[open] form").wait_for()


async def customers_selected(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/customers")
    boxes = page.get_by_role("checkbox", name=re.compile("^Select "))
    await boxes.nth(2).check()
    await boxes.nth(4).check()


async def customers_bulk_status(studio: Any, page: Page) -> None:
    await customers_selected(studio, page)
    await page.get_by_role("toolbar").get_by_role("button", name="Status").click()
    await page.locator("dialog[open] form").wait_for()


async def customers_bulk_more(studio: Any, page: Page) -> None:
    await customers_selected(studio, page)
    await page.get_by_role("toolbar").get_by_text("More").click()


async def customer_drawer_refused(studio: Any, page: Page) -> None:
    await customer_drawer(studio, page)
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("Primary contact and slug").click()
    await dialog.get_by_label("Domain").fill("not a domain")
    await dialog.get_by_label("Contact name").fill("Mira Chen")
    await dialog.get_by_label("Start an onboarding").check()
    await page.keyboard.press("Control+Enter")
    await dialog.get_by_role("alert").first.wait_for()


async def aurora_page(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/customers/aurora")


async def aurora_activity(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/customers/aurora/activity")


async def contact_dialog(studio: Any, page: Page) -> None:
    await aurora_page(studio, page)
    await page.get_by_role("link", name="Add contact").click()
    await page.locator("dialog[open] form").wait_for()


async def onboarding_dialog(studio: Any, page: Page) -> None:
    await aurora_page(studio, page)
    await page.keyboard.press("n")
    await page.locator("dialog[open] form").wait_for()


async def aurora_details(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/customers/aurora/details")


async def aurora_contacts(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/customers/aurora/contacts")


async def contacts_selecting(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/customers/aurora/contacts?select=1")
    await page.get_by_role("checkbox", name="Select").first.check()


async def contacts_pasted(studio: Any, page: Page) -> None:
    await aurora_contacts(studio, page)
    await page.get_by_role("link", name="Paste list").click()
    box = page.get_by_role("dialog").get_by_label("Contacts", exact=True)
    await box.fill(
        "Noor Haddad, noor@aurora.com, CFO, +49 30 556\nNo address\nAda, ada@\n"
        "Noor H, noor@aurora.com\n" + "A very long name of a person " * 4 + ", x@"
    )
    await page.get_by_role("dialog").get_by_role("button", name="Check").click()
    await page.get_by_role("button", name="Add 1").wait_for()


async def aurora_onboardings(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/customers/aurora/onboardings")


async def aurora_churns(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/customers/aurora")
    await page.get_by_label("Status: Onboarding. Change").click()
    await page.locator("[data-fragment=header]").get_by_role("button", name="Churned").click()
    await page.locator("dialog[open] form").wait_for()


async def bare_customer(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/customers/c-0")


async def toast(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/customers/c-5")
    await page.get_by_role("link", name="Add contact").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Mira Chen")
    await dialog.get_by_label("E-mail").fill(f"mira{int(clock.unix() * 1000)}@example.com")
    await page.keyboard.press("Enter")
    await page.locator(".toast").wait_for()


async def limits(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/admin/limits")


async def fields(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/admin/custom-fields")


async def tags(studio: Any, page: Page) -> None:
    await studio.full.open(page, "/admin/custom-fields/tags")


async def field_dialog(studio: Any, page: Page) -> None:
    await fields(studio, page)
    await page.keyboard.press("n")
    await page.locator("dialog[open] form").wait_for()


CUSTOMER_PAGES: dict[str, Act] = {
    "customers-selected": customers_selected,
    "customers-bulk-status": customers_bulk_status,
    "customers-bulk-more": customers_bulk_more,
    "limits": limits,
    "custom-fields": fields,
    "custom-fields-tags": tags,
    "custom-fields-dialog": field_dialog,
    "customer": aurora_page,
    "customer-activity": aurora_activity,
    "customer-details": aurora_details,
    "customer-contacts": aurora_contacts,
    "contacts-selecting": contacts_selecting,
    "contacts-pasted": contacts_pasted,
    "customer-onboardings": aurora_onboardings,
    "customer-churns": aurora_churns,
    "customer-bare": bare_customer,
    "customer-toast": toast,
    "customer-drawer": customer_drawer,
    "customer-drawer-refused": customer_drawer_refused,
    "contact-dialog": contact_dialog,
    "onboarding-dialog": onboarding_dialog,
}
