"""The request runner of the API reference, used as a reader would."""

import json
import re
import sys
from pathlib import Path

from playwright.async_api import Page, expect

from sdk.build import NODE, PYTHON
from tests.sdk.packages import typescript  # noqa: F401 – a fixture
from tests.support.chromium import NewPage, Watch, axe_violations
from tests.support.live_server import Live, run

REFERENCE = "/docs/api/reference"
CREATE = f"{REFERENCE}/customers/create-customer"


async def opened(live: Live, page: Page, path: str, key: str) -> None:
    await page.goto(live.url + path)
    await page.locator(".try").get_by_label("API key").fill(key)


async def test_a_customer_is_created_with_a_test_key_and_found_again(
    live: Live,
    new_page: NewPage,
    page_watch: Watch,
    typescript: Path,  # noqa: F811
) -> None:
    sdk = typescript / "node_modules/@pivotal/api/dist/esm/index.js"
    _, key = await live.world.new_key("docs-try-it", mode="test")
    page = await new_page()
    sent: list[dict[str, str]] = []
    page.on("request", lambda request: sent.append(request.headers | {"url": request.url}))
    await opened(live, page, CREATE, key)
    runner = page.locator(".try")
    assert await axe_violations(page, ".try") == []
    name = runner.get_by_label("name", exact=True).or_(runner.get_by_label("name optional", exact=True))
    await expect(name).to_have_value("Aurora Outfitters")
    await name.fill("")
    await runner.get_by_role("button", name="Send POST").click()
    await expect(runner.get_by_role("alert").first).to_have_text("Fill this in.")
    await expect(name).to_be_focused()
    await name.fill("Tried & Found <b>")
    await runner.get_by_label("slug optional").fill("tried")
    await runner.get_by_role("button", name="Edit as JSON").click()
    raw = runner.get_by_label("Body as JSON")
    await expect(raw).to_have_value(re.compile('"Tried & Found <b>"'))
    await raw.fill("{")
    await runner.get_by_role("button", name="Send POST").click()
    await expect(runner.get_by_role("alert").first).to_have_text("This is not a JSON object.")
    await raw.fill('{"name": "Tried & Found <b>", "slug": "tried"}')
    await runner.get_by_role("button", name="Send POST").click()
    await expect(runner.locator(".try-answer")).to_contain_text("201")
    await expect(runner.locator(".json").first).to_contain_text('"Tried & Found <b>"')
    await runner.get_by_text(re.compile(r"^Headers \(\d+\)$")).last.click()
    await expect(runner.locator(".try-headers")).to_contain_text("x-request-id")
    for language, told in (
        ("curl", f"curl -X POST '{live.url}/api/v1/customers'"),
        ("Python", "api.customers.create("),
        ("TypeScript", "pivotal.customers.create("),
    ):
        same = runner.locator("details", has_text=f"The same with {language}").last
        await same.locator("summary").click()
        await expect(same.locator("pre")).to_contain_text(told)
    assert key not in await runner.locator(".try-answer").inner_text()
    assert await axe_violations(page, ".try") == []

    call = next(one for one in sent if one["url"].endswith("/api/v1/customers"))
    assert call["x-pivotal-client"] == "docs"
    assert "cookie" not in call
    assert call["idempotency-key"]
    assert [one["url"] for one in sent if key in one["url"]] == []
    assert key not in await page.evaluate("document.cookie + JSON.stringify(localStorage)")

    await runner.get_by_role("button", name=re.compile("^Use .* as customer_id$")).click()
    await page.goto(f"{live.url}{REFERENCE}/customers/get-customer")
    await expect(page.locator(".try").get_by_label("API key")).to_have_value(key)
    await page.get_by_role("button", name="Send GET").click()
    await expect(page.locator(".try-answer")).to_contain_text('"Tried & Found <b>"')
    for language, command, environment in (
        ("Python", (sys.executable, "-c"), {"PYTHONPATH": str(PYTHON / "src")}),
        ("TypeScript", (NODE, "--input-type=module", "--eval"), {}),
    ):
        code = (
            await page.locator(".try-answer details", has_text=f"The same with {language}")
            .locator("pre")
            .text_content()
        )
        assert code is not None
        sent_again = code.replace("pivotal_…", key).replace('"@pivotal/api"', json.dumps(str(sdk)))
        assert "Tried & Found <b>" in await run(*command, sent_again, **environment)
    page_watch.expect("status of 401")
    await page.get_by_role("button", name="Forget").click()
    await page.get_by_role("button", name="Send GET").click()
    await expect(page.locator(".try-answer")).to_contain_text("missing_api_key")
    other = await new_page()
    await other.goto(live.url + CREATE)
    await expect(other.locator(".try").get_by_label("API key")).to_have_value("")


async def test_what_changes_live_data_or_deletes_asks_first(live: Live, new_page: NewPage) -> None:
    _, key = await live.world.new_key("live")
    page = await new_page()
    await opened(live, page, CREATE, key)
    await page.get_by_role("button", name="Send POST").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("changes live data")
    assert await axe_violations(page, "dialog") == []
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(page.locator(".try-answer")).to_be_empty()
    await page.get_by_role("button", name="Send POST").click()
    await dialog.get_by_role("button", name="Send POST").click()
    await expect(page.locator(".try-answer")).to_contain_text("201")
    await page.get_by_role("button", name=re.compile("^Use ")).click()

    _, test_key = await live.world.new_key("test", mode="test")
    await opened(live, page, f"{REFERENCE}/customers/delete-customer", test_key)
    await page.get_by_role("button", name="Send DELETE").click()
    await expect(dialog).to_contain_text("deletes a record")
    await dialog.get_by_role("button", name="Send DELETE").click()
    await expect(page.locator(".try-answer")).to_contain_text("deleted: true")


async def test_a_list_is_read_with_filters_on_a_phone(live: Live, new_page: NewPage) -> None:
    _, key = await live.world.new_key("reader", read_only=True)
    page = await new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    await opened(live, page, f"{REFERENCE}/customers/list-customers", key)
    runner = page.locator(".try")
    await runner.get_by_text(re.compile(r"^Query \(\d+\)$")).click()
    await runner.get_by_label("limit optional").fill("1000")
    await runner.get_by_role("button", name="Send GET").click()
    await expect(runner.get_by_role("alert").first).to_have_text("Enter at most 100.")
    await runner.get_by_label("limit optional").fill("5")
    await runner.get_by_label("status optional").select_option("active")
    await runner.get_by_role("button", name="Send GET").click()
    await expect(runner.locator(".try-answer")).to_contain_text("has_more")
    assert await axe_violations(page, ".try") == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def test_the_link_fills_in_a_test_key(live: Live, new_page: NewPage) -> None:
    page = await new_page()
    await live.open(page, CREATE)
    link = page.get_by_role("link", name="Create a test key")
    await live.open(page, (await link.get_attribute("href")) or "")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("docs-try-it")
    await expect(page.get_by_role("radio", name=re.compile("^Test"))).to_be_checked()
