"""What the scripts of the app do in a browser, over pages made of the app's own templates."""

import msgspec
import pytest
from playwright.async_api import Page, expect

from pivotal_server.contacts.views import ContactsCard, ContactView
from pivotal_server.web.view import Frame, Toast
from tests.support.chromium import NewPage, Watch, axe_violations
from tests.support.pages import BEN, MIRA, customer_page, frame
from tests.support.site import Site, fault, html

CUSTOMER = "/customers/245-aurora"
DRAWER = "dialog[open] #customer-form"


@pytest.fixture
def site() -> Site:
    return Site()


async def focused(page: Page) -> str:
    """The name, id or text of the element in focus."""
    found = await page.evaluate(
        "() => { const at = document.activeElement; return at.name || at.id || at.textContent.trim() }"
    )
    return str(found)


async def open_drawer(site: Site, page: Page) -> None:
    await site.open(page, "/customers")
    await page.keyboard.press("c")
    await expect(page.locator(DRAWER)).to_be_visible()


async def submit(page: Page) -> None:
    await page.locator(f"{DRAWER} button[type=submit]").click()


# ------------------------------------------------------------------------------------------------ dialogs


async def test_app_add_c_opens_the_drawer_and_esc_returns_focus(site: Site, page: Page) -> None:
    await open_drawer(site, page)
    assert await focused(page) == "name"
    assert await axe_violations(page) == []
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    assert await page.evaluate("document.activeElement.dataset.key") == "c"


async def test_app_add_4_closing_with_typed_text_asks_first(site: Site, page: Page) -> None:
    await open_drawer(site, page)
    await page.locator(f"{DRAWER} [name=name]").fill("Acme")
    await page.keyboard.press("Escape")
    question = page.locator("#discard")
    await expect(question.get_by_role("heading")).to_be_visible()
    assert await axe_violations(page) == []
    await question.get_by_text("Keep editing").click()
    await expect(page.locator(f"{DRAWER} [name=name]")).to_have_value("Acme")
    # Esc closes the top layer alone.
    await page.keyboard.press("Escape")
    await expect(question.get_by_role("heading")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(question.get_by_role("heading")).to_be_hidden()
    await expect(page.locator(f"{DRAWER} [name=name]")).to_have_value("Acme")
    await page.locator(f"{DRAWER} [data-close]").click()
    await question.get_by_text("Discard", exact=True).click()
    await expect(page.locator("dialog[open]")).to_have_count(0)


async def test_app_add_4_ctrl_enter_creates_and_the_page_of_the_customer_opens(
    site: Site, page: Page
) -> None:
    await open_drawer(site, page)
    await page.locator(f"{DRAWER} [name=name]").fill("Acme")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(f"**{CUSTOMER}")
    (sent,) = site.of("/customers/new", "POST")
    assert sent.is_htmx
    assert sent.form["name"] == "Acme"
    assert sent.form["csrf_token"] == "the-token"
    assert sent.form["submission"] == "sub_1"


async def test_app_ui_9_a_new_tab_gets_the_form_as_a_page(site: Site, page: Page) -> None:
    await site.open(page, "/customers/new")
    await expect(page.get_by_role("heading", level=1)).to_have_text("New customer")
    assert await focused(page) == "name"


async def test_what_is_no_fragment_opens_as_a_page(site: Site, page: Page) -> None:
    await site.open(page, "/customers")
    site.handlers["/customers/new"] = lambda asked: html(
        '<!doctype html><html lang="en"><title>Sign in</title><h1>Sign in</h1></html>'
    )
    await page.keyboard.press("c")
    await page.wait_for_url("**/customers/new")
    await expect(page.get_by_role("heading")).to_have_text("Sign in")


# -------------------------------------------------------------------------------------------------- forms


async def test_app_ui_2_a_refused_form_keeps_its_text_and_focuses_the_first_fault(
    site: Site, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 422")
    await open_drawer(site, page)
    await page.locator(f"{DRAWER} [name=domain]").fill("acme.com")
    await submit(page)
    await expect(page.locator(f"{DRAWER} [role=alert]")).to_have_text("Enter the name of the company.")
    await expect(page.locator(f"{DRAWER} [name=domain]")).to_have_value("acme.com")
    await expect(page.locator(f"{DRAWER} [name=name]")).to_be_focused()
    assert await axe_violations(page) == []
    await page.keyboard.press("Escape")
    await expect(page.locator("#discard h2")).to_be_visible()


async def test_app_ui_4_an_ended_session_leaves_the_form(site: Site, page: Page, page_watch: Watch) -> None:
    page_watch.expect("status of 401")
    await open_drawer(site, page)
    await page.locator(f"{DRAWER} [name=name]").fill("Acme")
    answer, site.handlers["/customers/new"] = site.handlers["/customers/new"], lambda asked: (401, {}, "")
    await submit(page)
    dialog = page.locator("#session-ended")
    await expect(dialog.get_by_text("Sign in again", exact=True)).to_have_attribute("href", "/login")
    assert await axe_violations(page) == []
    await dialog.get_by_text("Close").click()
    await expect(page.locator(f"{DRAWER} [name=name]")).to_have_value("Acme")
    site.handlers["/customers/new"] = answer
    await submit(page)
    await page.wait_for_url(f"**{CUSTOMER}")


async def test_app_ui_4_reloading_an_outdated_page_keeps_typed_text(
    site: Site, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 419")
    await open_drawer(site, page)
    await page.locator(f"{DRAWER} [name=name]").fill("Zoë & Co")
    await page.locator(f"{DRAWER} [name=start_onboarding]").check()
    await page.locator(f"{DRAWER} [name=phase]").select_option("review")
    answer, site.handlers["/customers/new"] = (
        site.handlers["/customers/new"],
        lambda asked: fault(419, "reload"),
    )
    await submit(page)
    await expect(page.locator(f"{DRAWER} .fault")).to_contain_text("This did not work.")
    site.handlers["/customers/new"] = answer
    await page.locator(f"{DRAWER} [data-reload]").click()
    await expect(page.locator(f"{DRAWER} [name=name]")).to_have_value("Zoë & Co")
    await expect(page.locator(f"{DRAWER} [name=start_onboarding]")).to_be_checked()
    await expect(page.locator(f"{DRAWER} [name=phase]")).to_have_value("review")
    assert len(site.of("/customers")) == 2


async def test_app_ui_6_a_server_fault_shows_the_request_id_and_the_form_stays(
    site: Site, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 500")
    await open_drawer(site, page)
    await page.locator(f"{DRAWER} [name=name]").fill("Acme")
    answer = site.handlers["/customers/new"]
    site.handlers["/customers/new"] = lambda asked: fault(500, "retry", "req_8fK2m")
    await submit(page)
    await expect(page.locator(f"{DRAWER} .fault")).to_contain_text("req_8fK2m")
    assert await axe_violations(page) == []
    site.handlers["/customers/new"] = answer
    await page.locator(f"{DRAWER} [data-retry]").click()
    await page.wait_for_url(f"**{CUSTOMER}")


async def test_app_ui_6_a_lost_network_offers_to_send_again(
    site: Site, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("CONNECTION_FAILED")
    page_watch.expect("htmx:sendError")
    page_watch.expect("htmx:afterRequest")
    await open_drawer(site, page)
    await page.locator(f"{DRAWER} [name=name]").fill("Acme")
    answer, site.handlers["/customers/new"] = site.handlers["/customers/new"], lambda asked: None
    await submit(page)
    await expect(page.locator(f"{DRAWER} .fault")).to_contain_text("Not saved.")
    await expect(page.locator(f"{DRAWER} [name=name]")).to_have_value("Acme")
    site.handlers["/customers/new"] = answer
    await page.locator(f"{DRAWER} [data-retry]").click()
    await page.wait_for_url(f"**{CUSTOMER}")


async def test_app_ui_6_leaving_with_unsent_text_asks(site: Site, page: Page) -> None:
    await site.open(page, "/customers/new")
    await page.locator("[name=name]").fill("Acme")
    asked: list[str] = []

    async def refuse(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        await dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", refuse)
    await page.close(run_before_unload=True)
    await expect(page.locator("[name=name]")).to_have_value("Acme")
    assert asked == ["beforeunload"]


async def test_a_saved_dialog_closes_and_its_fragment_is_fresh(site: Site, page: Page) -> None:
    await site.open(page, CUSTOMER)
    await page.get_by_text("Add contact").click()
    form = page.locator("dialog[open] #contact-form")
    await form.locator("[name=name]").fill("Zoë")
    await form.locator("[name=email]").fill("zoe@aurora.com")
    zoe = ContactView("con_zoe", 3, "Zoë", "zoe@aurora.com", None, None, livemode=True)
    site.page = customer_page(contacts=ContactsCard(MIRA, (BEN, zoe), 3))
    await form.locator("[name=email]").press("Enter")
    await expect(page.locator("#contact-con_zoe")).to_contain_text("zoe@aurora.com")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(page.locator(".toast")).to_contain_text("Added Zoë")
    assert site.of(CUSTOMER)[-1].query == {"fragment": ["contacts"]}


# ----------------------------------------------------------------------------------------------- keyboard


async def test_app_frame_3_shortcuts_do_nothing_while_typing(site: Site, page: Page) -> None:
    await site.open(page, "/customers")
    await page.keyboard.press("/")
    assert await focused(page) == "add"
    await page.keyboard.type("cj?[")
    assert await page.locator("#filter").input_value() == "cj?["
    await expect(page.locator("dialog[open]")).to_have_count(0)


async def test_j_and_k_move_a_row_and_enter_opens_it(site: Site, page: Page) -> None:
    site.handlers["/customers/2-borealis"] = site.handlers["/customers/245-aurora"]
    await site.open(page, "/customers")
    for key in "jjjk":
        await page.keyboard.press(key)
    assert await focused(page) == "row-cus_2"
    await expect(page.locator("tr[data-focus]")).to_have_count(1)
    assert await axe_violations(page) == []
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/customers/2-borealis")


async def test_g_then_a_letter_goes(site: Site, page: Page) -> None:
    await site.open(page, CUSTOMER)
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await page.wait_for_url("**/customers")
    await page.keyboard.press("n")
    await expect(page.locator(DRAWER)).to_be_visible()


async def test_app_frame_3_the_list_of_shortcuts_is_that_of_the_page(site: Site, page: Page) -> None:
    await site.open(page, CUSTOMER)
    await page.keyboard.press("?")
    help_dialog = page.locator("#keys-help")
    await expect(help_dialog.get_by_text("New here")).to_be_visible()
    await expect(help_dialog.get_by_text("Next, previous row")).to_be_hidden()
    await expect(help_dialog.get_by_text("Ctrl Enter").last).to_be_visible()
    assert await axe_violations(page) == []
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await page.wait_for_url("**/customers")
    await page.keyboard.press("?")
    await expect(page.locator("#keys-help").get_by_text("Next, previous row")).to_be_visible()


# -------------------------------------------------------------------------------------------------- frame


async def test_the_sidebar_folds_and_that_is_remembered(site: Site, page: Page) -> None:
    await site.open(page, "/customers")
    await page.keyboard.press("[")
    await expect(page.locator("#sidebar")).to_be_hidden()
    await page.reload()
    await expect(page.locator("#sidebar")).to_be_hidden()
    await page.locator("[data-toggle-sidebar]").click()
    await expect(page.locator("#sidebar")).to_be_visible()


async def test_on_a_phone_the_sidebar_is_a_drawer(site: Site, new_page: NewPage) -> None:
    page = await new_page(viewport={"width": 390, "height": 844})
    await site.open(page, "/customers")
    await expect(page.locator("#sidebar")).to_be_hidden()
    await page.locator("[data-toggle-sidebar]").click()
    await expect(page.locator("#sidebar")).to_be_visible()
    assert await page.evaluate("document.activeElement.closest('#sidebar') !== null")
    await page.keyboard.press("Escape")
    await expect(page.locator("#sidebar")).to_be_hidden()
    assert await page.evaluate("'toggleSidebar' in document.activeElement.dataset")


async def test_app_ui_9_without_scripts_the_drawer_and_the_menu_still_open(
    site: Site, new_page: NewPage
) -> None:
    page = await new_page(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    await site.open(page, "/customers")
    await page.locator("[data-toggle-sidebar]").click()
    await page.locator("details.menu > summary").click()
    await expect(page.get_by_text("Sign out")).to_be_visible()
    await expect(page.get_by_text("Keyboard shortcuts").first).to_be_hidden()


@pytest.mark.parametrize(("scheme", "dark"), [("dark", True), ("light", False)])
async def test_the_system_theme_is_followed(site: Site, new_page: NewPage, scheme: str, dark: bool) -> None:
    site.frame = frame(theme="system")
    page = await new_page(color_scheme=scheme)
    await site.open(page, "/customers")
    is_dark = "document.documentElement.classList.contains('dark')"
    assert await page.evaluate(is_dark) is dark
    await page.emulate_media(color_scheme="light" if dark else "dark")
    await expect(page.locator("html.dark")).to_have_count(0 if dark else 1)


async def test_the_menu_closes_on_esc_and_from_outside(site: Site, page: Page) -> None:
    await site.open(page, CUSTOMER)
    menu_of_me = page.get_by_role("navigation", name="Main").locator("details.menu")
    summary, menu = menu_of_me.locator("summary"), menu_of_me.locator(".menu-pop")
    await summary.click()
    await expect(menu).to_be_visible()
    assert await axe_violations(page) == []
    await page.keyboard.press("ArrowDown")
    assert await focused(page) == "theme"
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    assert await focused(page) == "DODana Okafor"
    await summary.click()
    await page.locator(".record-head").click()
    await expect(menu).to_be_hidden()


async def test_toasts_leave_after_six_seconds_but_faults_stay(site: Site, page: Page) -> None:
    await page.clock.install()
    site.frame = frame(toasts=(Toast("Saved"), Toast("Not sent", "req_1", "bad")))
    await site.open(page, CUSTOMER)
    await expect(page.locator(".toast")).to_have_count(2)
    await page.clock.run_for(6_500)
    await expect(page.locator(".toast")).to_have_count(1)
    await page.clock.run_for(600_000)
    await page.get_by_label("Dismiss").click()
    await page.clock.run_for(500)
    await expect(page.locator(".toast")).to_have_count(0)


async def test_copying_a_link_says_so(site: Site, new_page: NewPage) -> None:
    page = await new_page(permissions=["clipboard-read", "clipboard-write"])
    await site.open(page, CUSTOMER)
    await page.locator("[data-copy-link]").click()
    await expect(page.locator("#announcer")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == f"http://localhost{CUSTOMER}"


async def test_app_ui_7_times_are_shown_in_the_readers_zone(site: Site, new_page: NewPage) -> None:
    page = await new_page(timezone_id="Pacific/Auckland")
    await site.open(page, CUSTOMER)
    created = page.locator("[data-fragment=details] time")
    # 09:41 UTC on the 9th is still the 9th in Auckland; in the feed 14 days earlier is the 27th there.
    await expect(created).to_have_text("Jun 9, 2026")
    await expect(created).to_have_attribute("title", "Jun 9, 2026, 09:41:00 UTC, 11:41:00 in Europe/Berlin")
    day = page.locator("[data-fragment=onboardings] dd time").first
    await expect(day).to_have_text("Jul 15, 2026")


async def test_relative_times_stay_true(site: Site, page: Page) -> None:
    await page.clock.install(time="2026-06-09T09:41:00Z")
    await site.open(page, CUSTOMER)
    newest = page.locator(".entry time").first
    await expect(newest).to_have_text("12 min ago")
    await page.clock.run_for(120_000)
    await expect(newest).to_have_text("14 min ago")
    await page.clock.run_for(50 * 60_000)
    await expect(newest).to_have_text("1 h ago")


# ------------------------------------------------------------------------------------------ accessibility


@pytest.mark.parametrize("path", ["/customers", CUSTOMER, "/customers/new", f"{CUSTOMER}/contacts/new"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
async def test_app_ui_10_axe_finds_nothing(
    site: Site, new_page: NewPage, path: str, theme: str, width: int
) -> None:
    site.frame = themed(frame(), theme)
    page = await new_page(viewport={"width": width, "height": 900})
    await site.open(page, path)
    assert await axe_violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def themed(plain: Frame, theme: str) -> Frame:
    return msgspec.structs.replace(plain, theme=theme)
