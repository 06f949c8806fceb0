"""What people and keys write and upload is shown, and never runs (ONB-MD-1, -2, ONB-FILE-3, -4)."""

import httpx
import pytest
from playwright.async_api import Dialog, Page, expect

from tests.support.attacks import ATTACKS, FILE_NAMES, HTML, SVG
from tests.support.live_server import Live
from tests.support.records import (
    Json,
    created,
    new_contact,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    new_template,
)
from tests.support.uploads import attach

NAME = "<img src=x onerror=alert(1)>"
TITLE = '"><script>alert(1)</script>'
# What no text can become: an element that runs, loads, embeds or sends, or an address that runs.
FOREIGN = """() => [...document.querySelectorAll(
  ".prose :is(script, style, iframe, object, embed, form, input, button, base, meta, svg script, math)"
)].map((one) => one.outerHTML).concat(
  [...document.querySelectorAll("*")].flatMap((one) => [...one.attributes]
    .filter((it) => /^on/i.test(it.name)
      || (/href|src|action/i.test(it.name) && /^\\s*(javascript|vbscript|data:text)/i.test(it.value)))
    .map((it) => `${one.tagName} ${it.name}=${it.value}`)),
  [...document.querySelectorAll("img")].filter((one) => new URL(one.src).origin !== location.origin)
    .map((one) => one.src),
)"""


@pytest.fixture
async def api(live: Live) -> httpx.AsyncClient:
    """The API of the shared server's workspace."""
    _, key = await live.world.new_key("set-up")
    return live.world.client(key)


@pytest.fixture
async def onboarding(api: httpx.AsyncClient) -> Json:
    """Onboarding 1, whose every text tries to run."""
    customer = await new_customer(api, name=NAME, slug="hostile")
    await new_contact(api, customer, name=TITLE)
    made = await new_onboarding(api, customer, name=TITLE, notes="\n\n".join(ATTACKS))
    task = await new_task(api, made, title=TITLE, description="\n\n".join(ATTACKS))
    await new_subtask(api, task, title=NAME)
    for body in ATTACKS:
        await created(api, f"/onboardings/{made['id']}/comments", {"body": body, "visibility": "customer"})
    await created(api, f"/tasks/{task['id']}/comments", {"body": "\n\n".join(ATTACKS)})
    await new_template(api, {"title": TITLE, "description": ATTACKS[0]}, name=NAME)
    return made


def nothing_asks(page: Page) -> list[str]:
    """What alerts say, as long as the test runs."""
    found: list[str] = []

    async def note(dialog: Dialog) -> None:
        found.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", note)
    return found


async def test_onb_md_1_what_is_written_never_runs_on_any_page(
    live: Live, onboarding: Json, page: Page
) -> None:
    asked = nothing_asks(page)
    for path in (
        *("/onboardings", "/onboardings/board", "/onboardings/timeline", "/onboardings/1", "/customers"),
        *(f"/onboardings/1/{tab}" for tab in ("comments", "files", "audit", "timeline", "tasks/1", "apply")),
        *("/customers/1-hostile", "/admin/templates", "/admin/templates/1", "/onboardings/1/move?to=launch"),
        *("/onboardings/1/rename", "/onboardings/1/notes", "/onboardings/1/state?to=paused"),
    ):
        await live.open(page, path)
        assert await page.evaluate(FOREIGN) == [], path
    await live.open(page, "/onboardings/1/comments")
    # Each is there, as text.
    await expect(page.locator(".comment")).to_have_count(len(ATTACKS))
    await expect(page.locator(".comment", has_text="<svg><script>alert(1)</script></svg>")).to_have_count(1)
    assert asked == []


async def test_onb_file_3_hostile_files_are_named_and_only_downloaded(
    live: Live, api: httpx.AsyncClient, onboarding: Json, page: Page
) -> None:
    asked = nothing_asks(page)
    place = await created(api, f"/onboardings/{onboarding['id']}/comments", {"body": "See the files"})
    kept = [(await attach(api, place, name, HTML))["name"] for name in FILE_NAMES]
    for name, content in (("drawing.svg", SVG), ("page.html", HTML), ("picture.png", SVG), ("no-type", HTML)):
        kept.append((await attach(api, place, name, content))["name"])
    for path in ("/onboardings/1/files", "/onboardings/1/comments"):
        await live.open(page, path)
        for name in kept:
            link = page.get_by_role("link", name=name, exact=True)
            await expect(link).to_be_visible()
            async with page.expect_download() as download:
                await link.click()
            assert "/" not in (await download.value).suggested_filename
        assert await page.evaluate(FOREIGN) == [], path
        assert await page.evaluate("window.ran") is None
    assert asked == []


async def test_onb_com_6_a_comment_made_internal_or_deleted_changes_on_open_pages(
    live: Live, onboarding: Json, page: Page
) -> None:
    places = f"/onboardings/{onboarding['id']}/comments"
    comment = await live.created(places, {"body": "For all of us", "visibility": "customer"})
    await live.open(page, "/onboardings/1/comments")
    shown = page.locator(".comment", has_text="For all of us")
    await expect(shown.locator(".badge")).to_have_text("Customer")
    await live.curl("PATCH", f"/comments/{comment['id']}", {"visibility": "internal"})
    # What the reader sees of it turns without a reload, within the time of the default patience.
    await expect(shown.locator(".badge")).to_have_count(0)
    await expect(shown).to_have_attribute("data-internal", "")
    assert (await live.curl("DELETE", f"/comments/{comment['id']}")).status == 200
    await expect(shown).to_have_count(0)
