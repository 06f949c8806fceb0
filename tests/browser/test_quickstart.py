"""The quickstart of the docs by copy and paste alone, in each language, on a server that nobody has used."""

import re
import shlex
import sys
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from sdk.build import NODE
from tests.browser.test_walk import CLIPBOARD, create_key, sign_in
from tests.sdk.packages import typescript  # noqa: F401 – a fixture
from tests.support.chromium import NewPage, Watch
from tests.support.live_server import StartServer, run

QUICKSTART = "/docs/api/welcome/quickstart"
SWITCH = {"curl": "cURL", "python": "Python", "typescript": "TypeScript"}


async def copied(page: Page, place: str) -> str:
    """What the copy button of a block copies."""
    await page.locator(place).get_by_role("button", name="Copy code").click()
    return str(await page.evaluate("navigator.clipboard.readText()"))


async def pasted(language: str, code: str, folder: Path) -> str:
    """What is printed when code is pasted where a reader of its language would paste it."""
    command = {
        "curl": ("bash", "-euo", "pipefail", "-c", code),
        "python": (sys.executable, "-c", code),
        "typescript": (
            NODE,
            "--experimental-strip-types",
            "--no-warnings",
            "--input-type=module",
            "--eval",
            code,
        ),
    }[language]
    return await run("env", "-C", str(folder), *command, PYTHONPATH=str(folder / "installed"))


async def install_python(page: Page, url: str, folder: Path) -> None:
    """Run the line of the docs; where it says `pip`, uv fetches the package from the server alone."""
    await page.goto(f"{url}/docs/api/sdks/python")
    line = await copied(page, "#code-1-box")
    assert line.startswith(f"pip install {url}/sdk/python/")
    instead = (
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--no-index",
        "--no-cache",
        "--no-deps",
        "--target",
    )
    program = f'pip() {{ {shlex.join(instead)} {shlex.quote(str(folder / "installed"))} "pivotal @ $2"; }}\n'
    await run("bash", "-euc", program + line)


@pytest.mark.parametrize("language", SWITCH)
async def test_the_quickstart_by_copy_and_paste(
    language: str,
    start_server: StartServer,
    new_page: NewPage,
    page_watch: Watch,
    tmp_path: Path,
    typescript: Path,  # noqa: F811
) -> None:
    server = await start_server()
    page = await new_page(permissions=CLIPBOARD, viewport={"width": 1440, "height": 900})
    await sign_in(page, server.sign_in_link)
    key = await create_key(page, "local-dev")
    folder = typescript if language == "typescript" else tmp_path
    if language == "python":
        await install_python(page, server.url, folder)

    await page.goto(server.url + QUICKSTART)
    await page.get_by_label("API key").fill(key)
    await (
        page.get_by_role("navigation", name="Language")
        .first.get_by_role("link", name=SWITCH[language])
        .click()
    )
    boxes = page.locator(".code-tabs")
    await expect(boxes.locator("[aria-current]")).to_have_text([SWITCH[language]] * 4)
    groups = [await box.locator("xpath=../..").get_attribute("id") for box in await boxes.all()]
    for number, place in enumerate(groups):
        code = await copied(page, f"#{place}")
        assert key in code
        told = await pasted(language, code, folder)
        if number == 0:
            assert "local-dev" in told
        if number == 1:
            found = re.search(r'"display_id":(\d+)|^(\d+)$', told, re.MULTILINE)
            assert found is not None, told
            await page.get_by_label("Customer", exact=True).fill(found[1] or found[2])

    await page.goto(f"{server.url}/customers/aurora")
    await expect(page.get_by_role("article", name="Primary contact, Mira Chen")).to_contain_text(
        "Head of Ops"
    )
    sidebar = page.get_by_role("complementary", name="Onboardings and details")
    await expect(sidebar).to_contain_text("Loyalty launch")
    await expect(sidebar).to_contain_text("Jul 15, 2026")
    assert server.new_errors() == []
