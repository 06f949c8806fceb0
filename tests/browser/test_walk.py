"""The quickstart as a new user walks it: the real server, a browser, and `curl`."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.chromium import NewPage, Watch, axe_violations
from tests.support.live_server import StartServer, curl, run

README = Path(__file__).parents[2] / "README.md"
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def requests_of_the_readme() -> list[str]:
    """The five `curl` commands of the README's quickstart, as they stand there."""
    blocks = re.findall(r"^```sh\n(curl .*?)^```$", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) == 5
    return blocks


async def sign_in(page: Page, link: str) -> None:
    await page.goto(link)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in as dana@vml.example")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Customers")


async def create_key(page: Page, name: str) -> str:
    """From wherever the page stands, through the navigation; returns what the Copy button copied."""
    await page.get_by_role("link", name="Admin").click()
    await page.get_by_role("link", name="API keys").click()
    await page.get_by_role("link", name="Create key").first.click()
    dialog = page.get_by_role("dialog", name="Create API key")
    await dialog.get_by_label("Name").fill(name)
    await expect(dialog.get_by_role("radio", name="Live")).to_be_checked()
    await dialog.get_by_role("button", name="Create key").click()
    banner = page.get_by_role("region", name=f"Key {name} is ready")
    await banner.get_by_role("button", name="Copy key").click()
    await expect(banner.get_by_role("button", name="Copied")).to_be_visible()
    copied = str(await page.evaluate("navigator.clipboard.readText()"))
    assert copied == await banner.locator("code").text_content()
    return copied


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_the_quickstart_from_the_printed_link_to_a_revoked_key(
    database: str, start_server: StartServer, new_page: NewPage, page_watch: Watch
) -> None:
    server = await start_server(database)
    page = await new_page(permissions=CLIPBOARD, viewport={"width": 1440, "height": 900})
    await sign_in(page, server.sign_in_link)
    key = await create_key(page, "local-dev")
    assert re.fullmatch(r"pivotal_[0-9A-Za-z]{20,}", key)

    for command in requests_of_the_readme():
        here = command.replace("http://localhost:8000", server.url).replace("curl ", "curl -sSf ", 1)
        await run("bash", "-c", here, PIVOTAL_API_KEY=key)

    # The address of the quickstart leads to the canonical one, and everything stands there.
    await page.goto(f"{server.url}/customers/aurora")
    await expect(page).to_have_url(f"{server.url}/customers/1-aurora")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Aurora Outfitters")
    primary = page.get_by_role("article", name="Primary contact, Mira Chen")
    await expect(primary).to_contain_text("Head of Ops")
    await expect(primary.get_by_role("link", name="mira@aurora.com")).to_be_visible()
    sidebar = page.get_by_role("complementary", name="Onboardings and details")
    await expect(sidebar).to_contain_text("Aurora Outfitters onboarding")
    await expect(sidebar.locator("[aria-current=step]")).to_contain_text("Before getting started")
    await expect(sidebar).to_contain_text("Jul 15, 2026")
    entries = page.locator(".entry .what")
    await expect(entries).to_have_text(
        [
            re.compile("API: local-dev opened onboarding Aurora Outfitters onboarding"),
            re.compile("API: local-dev added contact Mira Chen"),
            re.compile("API: local-dev created this customer"),
        ]
    )
    assert await axe_violations(page) == []

    # What others write arrives by itself and disturbs nobody who types.
    await page.get_by_role("link", name="Add contact").click()
    dialog = page.get_by_role("dialog", name="Add contact")
    await dialog.get_by_label("Name").fill("Ben Har")
    headers = ["--header", f"Authorization: Bearer {key}", "--header", "Content-Type: application/json"]
    customer = f"{server.url}/api/v1/customers/1"
    assert (await curl(*headers, "--request", "PATCH", "--data", '{"mrr": 4200}', customer)).status == 200
    await expect(page.locator(".props")).to_contain_text("$4,200")
    aisha = '{"name": "Aisha Noor", "email": "aisha@aurora.com"}'
    assert (await curl(*headers, "--data", aisha, f"{customer}/contacts")).status == 201
    await expect(page.locator(".contact-rows")).to_contain_text("Aisha Noor")
    await expect(entries.first).to_contain_text("added contact Aisha Noor")
    await expect(entries).to_have_count(5)
    await expect(dialog.get_by_label("Name")).to_have_value("Ben Har")
    await expect(dialog.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("tley")
    await dialog.get_by_label("E-mail").fill("ben@aurora.com")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(page.locator(".contact-rows li")).to_have_count(2)
    await expect(entries.first).to_have_text(re.compile("Dana Okafor added contact Ben Hartley"))

    # The key is never shown again, and ends when it is revoked.
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text("API keys")
    assert key not in await page.content()
    await page.reload()
    row = page.get_by_role("row", name="local-dev")
    await expect(row).to_contain_text("Just now")
    assert key not in await page.content()
    await row.get_by_role("link", name="Revoke local-dev").click()
    question = page.get_by_role("dialog", name="Revoke “local-dev”?")
    await expect(question).to_contain_text("This cannot be undone.")
    await question.get_by_role("button", name="Revoke key").click()
    await expect(page.get_by_role("row", name="local-dev")).to_contain_text("Revoked")
    refused = await curl(*headers, f"{server.url}/api/v1/me")
    assert (refused.status, refused.json["error"]["code"]) == (401, "api_key_revoked")
    assert server.new_errors() == []
