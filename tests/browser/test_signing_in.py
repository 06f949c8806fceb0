"""Signing in, sessions and mail in a browser, on the real server."""

import re
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.support.chromium import NewPage, Watch, axe_violations
from tests.support.live_server import Live
from tests.support.people import new_member, newest_mail

THEMES: list[Literal["light", "dark"]] = ["light", "dark"]


async def sound(page: Page) -> None:
    """Nothing for axe-core, and nothing wider than the screen, once nothing moves."""
    await page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
    assert await axe_violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def mailed(live: Live, recipient: str) -> tuple[str, str]:
    """The link and the code that somebody was sent last."""
    found = re.search(r"(http\S+).*code: (\d{6})", await newest_mail(live.world, recipient), re.DOTALL)
    assert found
    return found[1].replace(live.world.services.config.public_url, live.url), found[2]


@pytest.mark.parametrize("theme", THEMES)
async def test_app_auth_3_from_the_address_to_the_code_on_a_phone(
    theme: Literal["light", "dark"], live: Live, new_page: NewPage, page_watch: Watch
) -> None:
    page_watch.expect("status of 422")
    email = live.world.owner.email
    page = await new_page(viewport={"width": 390, "height": 800}, color_scheme=theme)
    await page.goto(f"{live.url}/profile/sessions")
    await expect(page).to_have_url(f"{live.url}/login?next=/profile/sessions")
    await expect(page.get_by_label("E-mail address")).to_be_focused()
    await sound(page)
    await page.keyboard.type("ana")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Enter an e-mail address, such as ana@example.com.")
    await expect(page.get_by_label("E-mail address")).to_be_focused()
    await sound(page)
    await page.get_by_label("E-mail address").fill(email)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
    await expect(page.get_by_label("Code")).to_be_focused()
    await sound(page)
    _, code = await mailed(live, email)
    await page.keyboard.type(f"{(int(code) + 1) % 1_000_000:06d}")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Wrong code. 4 tries left.")
    await sound(page)
    await page.get_by_label("Code").fill(code)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{live.url}/profile/sessions")
    await sound(page)


async def test_app_auth_3_a_link_opened_in_another_browser(
    live: Live, new_page: NewPage, page_watch: Watch
) -> None:
    page_watch.expect("status of 410")
    email = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example"
    await new_member(live.world, "Ana Ruiz", "member", email=email)
    asking = await new_page()
    await asking.goto(f"{live.url}/login")
    await asking.get_by_label("E-mail address").fill(email)
    await asking.get_by_role("button", name="Send link").click()
    await expect(asking.get_by_role("heading", level=1)).to_have_text("Check your mail")
    link, code = await mailed(live, email)

    other = await new_page(viewport={"width": 390, "height": 800})
    await other.goto(link)
    await expect(other.get_by_role("heading", level=1)).to_have_text(f"Sign in as {email}")
    await sound(other)
    await other.get_by_label("Code").fill(code)
    await other.get_by_role("button", name="Sign in").click()
    await expect(other).to_have_url(f"{live.url}/customers")

    await asking.goto(link)
    await expect(asking.get_by_role("heading", level=1)).to_have_text(
        "This link has been used or is too old."
    )
    await expect(asking.get_by_label("E-mail address")).to_have_value(email)
    await sound(asking)


async def test_app_auth_6_ending_the_other_session(live: Live, new_page: NewPage, page_watch: Watch) -> None:
    mine, theirs = await new_page(), await new_page()
    await live.open(theirs, "/profile/sessions")
    await mine.goto(await live.link())
    await mine.get_by_role("button", name="Sign in").click()
    await mine.locator("#sidebar summary").click()
    await mine.get_by_role("link", name="Sessions").click()
    await expect(mine.get_by_role("row")).to_have_count(3)
    await expect(mine.get_by_role("row", name="This session")).to_contain_text("Chrom")
    await mine.get_by_role("button", name="End all others").click()
    await expect(mine.get_by_role("row")).to_have_count(2)
    await theirs.reload()
    await expect(theirs).to_have_url(f"{live.url}/login?next=/profile/sessions")


async def test_app_ui_4_the_form_can_be_sent_after_signing_in_in_another_tab(
    live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 401")
    await live.open(page, "/admin/api-keys")
    await page.get_by_role("link", name="Create key").first.click()
    dialog = page.get_by_role("dialog", name="Create API key")
    await dialog.get_by_label("Name").fill("kept")
    # The session ends elsewhere, and the person signs in again in another tab of this browser.
    tab = await page.context.new_page()
    await tab.goto(f"{live.url}/profile/sessions")
    await tab.get_by_role("button", name="Sign out").first.click()
    await expect(tab).to_have_url(f"{live.url}/login")
    await dialog.get_by_role("button", name="Create key").click()
    ended = page.get_by_role("dialog", name="You were signed out")
    await expect(ended.get_by_role("heading")).to_be_visible()
    await tab.goto(await live.link())
    await tab.get_by_role("button", name="Sign in").click()
    await expect(tab).to_have_url(f"{live.url}/customers")
    await ended.get_by_role("button", name="Close").click()
    await expect(dialog.get_by_label("Name")).to_have_value("kept")
    await dialog.get_by_role("button", name="Create key").click()
    await expect(page.get_by_role("region", name="Key kept is ready")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
async def test_app_key_1_a_refused_key_keeps_what_was_typed(
    theme: Literal["light", "dark"], live: Live, new_page: NewPage, page_watch: Watch
) -> None:
    page_watch.expect("status of 409")
    await live.world.new_key("prod-server")
    page = await new_page(viewport={"width": 390, "height": 800}, color_scheme=theme)
    await live.open(page, "/admin/api-keys")
    await sound(page)
    await page.get_by_role("link", name="Create key").first.click()
    dialog = page.get_by_role("dialog", name="Create API key")
    await expect(dialog.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("prod-server")
    await dialog.get_by_text("Scopes, expiry and allowed addresses").click()
    await dialog.get_by_label("Read customers").check()
    await dialog.get_by_label("Allowed addresses").fill("203.0.113.0/24")
    await sound(page)
    await page.keyboard.press("Control+Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("A key named “prod-server” exists.")
    await expect(dialog.get_by_label("Name")).to_be_focused()
    await expect(dialog.get_by_label("Read customers")).to_be_checked()
    await expect(dialog.get_by_label("Allowed addresses")).to_have_value("203.0.113.0/24")
    await sound(page)
    name = "n" * 60
    await dialog.get_by_label("Name").fill(name)
    await page.keyboard.press("Control+Enter")
    banner = page.get_by_role("region", name=f"Key {name} is ready")
    await expect(banner.get_by_role("button", name="Copy key")).to_be_focused()
    await expect(dialog).to_have_count(0)
    await sound(page)
    await page.get_by_role("link", name=f"Revoke {name}").click()
    question = page.get_by_role("dialog", name=f"Revoke “{name}”?")
    await expect(question).to_contain_text("It has never been used.")
    await sound(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name=f"Revoke {name}")).to_be_focused()


async def test_forms_work_without_scripts(live: Live, new_page: NewPage) -> None:
    page = await new_page(java_script_enabled=False)
    await page.goto(await live.link())
    await page.get_by_role("button", name="Sign in").click()
    await page.goto(f"{live.url}/admin/api-keys/new")
    await page.get_by_label("Name").fill("without scripts")
    await page.get_by_role("button", name="Create key").click()
    key = await page.locator("#new-key").text_content()
    assert key is not None
    await page.goto(f"{live.url}/admin/api-keys")
    assert key not in await page.content()
    await page.get_by_role("link", name="Revoke without scripts").click()
    await page.get_by_role("button", name="Revoke key").click()
    await expect(page.get_by_role("row", name="without scripts")).to_contain_text("Revoked")
