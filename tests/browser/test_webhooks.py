"""Webhooks by keyboard alone, with a receiver on this machine (acceptance 41)."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.app import new_world
from tests.support.chromium import NewPage, Watch, axe_violations
from tests.support.live_server import Live, LiveServer, running_server
from tests.support.people import new_member
from tests.support.receiver import OK, Receiver, quit_early, receiving, status

PATH = "/admin/developer/webhooks"
EVENTS = "/admin/developer/events"
LONG = "/hooks/" + "a-path-of-many-words-without-an-end" * 6
MOST_TABS = 150
_numbers = iter(range(1, 1_000))


@pytest.fixture(scope="session")
async def hook_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveServer]:
    """A server whose webhooks may go to loopback."""
    folder = tmp_path_factory.mktemp("hooks")
    async with running_server(folder, PIVOTAL_WEBHOOK_ALLOW_PRIVATE_TARGETS="true") as server:
        yield server


@pytest.fixture
async def hooks(hook_server: LiveServer) -> AsyncIterator[Live]:
    """A workspace of this test alone on it. Take it before `page`."""
    hook_server.new_errors()
    live = Live(hook_server, await new_world(hook_server.services, slug=f"hooks-{next(_numbers)}"))
    yield live
    live.check_log()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


async def endpoint(hooks: Live, receiver: Receiver, **fields: Any) -> dict[str, Any]:
    """An endpoint whose ping has come in and is forgotten."""
    before = len(receiver.got)
    made = await hooks.created(
        "/webhook_endpoints", {"url": receiver.url(), "event_types": ["customer.*"], **fields}
    )
    await receiver.wait_for(before + 1)
    receiver.got.clear()
    return made


async def reach(page: Page, target: Locator) -> None:
    """Press Tab, or Shift+Tab where it stands before, until something is in focus."""
    await expect(target).to_be_visible()
    before = await target.evaluate(
        "node => !!(document.activeElement.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING)"
    )
    for _ in range(MOST_TABS):
        if await target.evaluate("node => node === document.activeElement"):
            return
        await page.keyboard.press("Shift+Tab" if before else "Tab")
    raise AssertionError(f"{target} cannot be reached by Tab")


async def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Reach something by Tab and press a key on it."""
    await reach(page, target)
    await page.keyboard.press(key)


async def test_an_endpoint_is_added_and_a_test_event_edited_and_sent(
    hooks: Live, receiver: Receiver, page: Page
) -> None:
    await hooks.open(page, PATH)
    await expect(page.get_by_role("heading", name="No endpoints.")).to_be_visible()
    await page.keyboard.press("n")
    await expect(page.get_by_label("URL", exact=True)).to_be_focused()
    await page.keyboard.type(receiver.url())
    await reach(page, page.get_by_label("Search types"))
    await page.keyboard.type("by whomever")
    boxes = page.locator(".type-groups input")
    await expect(page.locator(".type-groups label:visible")).to_have_count(1)
    await press(page, boxes.and_(page.locator("[value='task.completed']")), "Space")
    await press(page, page.get_by_role("button", name="Add endpoint"))
    secret = page.locator("#new-secret")
    await expect(secret).to_have_text(re.compile(r"^whsec_"))
    await expect(page.get_by_text("Delivered")).to_be_visible()
    assert receiver.types == ["webhook.ping"]
    assert await axe_violations(page) == []
    shown = await secret.text_content()
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text(receiver.url().removeprefix("http://"))
    assert shown is not None
    assert shown not in await page.content()

    await press(page, page.get_by_role("link", name="Send test event"))
    dialog = page.get_by_role("dialog", name="Send test event")
    await expect(dialog.get_by_label("Type")).to_be_focused()
    await page.keyboard.type("task.completed")
    data = dialog.get_by_label("Data")
    await expect(data).to_have_value(re.compile("ctesttask0"))
    await reach(page, data)
    send = dialog.get_by_role("button", name="Send")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type('{"object": {"title": "Mine"')
    await expect(send).to_be_disabled()
    await expect(dialog.get_by_role("alert").filter(has_text="This is no JSON")).to_be_visible()
    assert await axe_violations(page) == []
    await page.keyboard.type("}}")
    await expect(send).to_be_enabled()
    receiver.answers = [status(202, b'{"thanks":true}')]
    await page.keyboard.press("Control+Enter")
    await expect(dialog.get_by_text("202")).to_be_visible()
    await expect(dialog.get_by_label("Answer")).to_contain_text('"thanks": true')
    assert await axe_violations(page) == []
    assert receiver.got[-1].event["data"]["object"] == {"title": "Mine"}
    await expect(data).to_have_value('{"object": {"title": "Mine"}}')
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_the_log_is_filtered_and_replayed_one_and_many(
    hooks: Live, receiver: Receiver, page: Page
) -> None:
    made = await endpoint(hooks, receiver)
    receiver.usual = status(500)
    for number in range(3):
        await hooks.created("/customers", {"name": f"Customer {number}"})
    # The second attempt follows after seconds, the third after minutes.
    await receiver.wait_for(6)
    receiver.usual = OK
    await hooks.open(page, f"{PATH}/{made['display_id']}")
    await press(page, page.get_by_role("link", name="Logs").last)
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(4)

    # What comes meanwhile says so; the list stays where it is, and so do the ticks.
    first = page.get_by_role("checkbox", name="Select customer.created").first
    await press(page, first, "Space")
    await hooks.created("/customers", {"name": "News"})
    news = page.get_by_role("link", name="1 new delivery")
    await expect(news).to_be_visible()
    await expect(rows).to_have_count(4)
    await expect(first).to_be_checked()
    assert await axe_violations(page) == []
    await press(page, news)
    await expect(rows).to_have_count(5)

    await reach(page, page.get_by_label("Response"))
    await page.keyboard.type("5xx")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("response=5xx"))
    await expect(rows).to_have_count(3)
    receiver.got.clear()
    await press(page, page.get_by_role("button", name="Replay customer.created").first)
    await expect(page.locator(".toast")).to_contain_text("Replaying 1 delivery")
    await receiver.wait_for(1)
    # It was answered with a 200 and so fits the filter no more.
    await expect(rows).to_have_count(2)

    await press(page, page.get_by_role("link", name="Clear filter").first)
    await expect(rows).to_have_count(5)
    receiver.got.clear()
    boxes = page.get_by_role("checkbox", name="Select customer.created")
    for number in range(3):
        await press(page, boxes.nth(number), "Space")
    await expect(page.locator("[data-selected]")).to_have_text("3 selected")
    await press(page, page.get_by_role("button", name="Replay selected"))
    await expect(page.locator(".toast").last).to_contain_text("Replaying 3 deliveries")
    await receiver.wait_for(3)
    assert len({got.id for got in receiver.got}) == 3
    await expect(page.get_by_text("Replayed").first).to_be_visible()

    await press(page, page.locator("tbody a[data-opens]").first)
    await expect(page.get_by_role("heading", name="Response")).to_be_visible()
    assert await axe_violations(page) == []
    await press(page, page.get_by_role("link", name="Raw"))
    await expect(page.get_by_label("Request body")).to_contain_text('{"id":"evt_')


async def test_the_secret_is_rotated_and_a_disabled_endpoint_enabled(
    hooks: Live, receiver: Receiver, page: Page
) -> None:
    made = await endpoint(hooks, receiver)
    await hooks.open(page, f"{PATH}/{made['display_id']}")
    await press(page, page.get_by_role("link", name="Secret"))
    await press(page, page.get_by_role("link", name="Rotate"))
    dialog = page.get_by_role("dialog", name="Rotate the signing secret")
    await reach(page, dialog.get_by_label("The old one signs"))
    await page.keyboard.type("1 hour")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#new-secret")).to_have_text(re.compile(r"^whsec_"))
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("signs beside it until")).to_be_visible()
    assert await axe_violations(page) == []

    await press(page, page.get_by_role("switch", name="Enabled"), "Space")
    await press(page, page.get_by_role("button", name="Disable endpoint"))
    await expect(page.get_by_text("This endpoint is disabled")).to_be_visible()
    assert await axe_violations(page) == []
    await hooks.created("/customers", {"name": "Missed"})
    receiver.got.clear()
    await press(page, page.get_by_role("button", name="Enable", exact=True))
    await expect(page.get_by_text("Nothing that happened meanwhile")).to_be_visible()
    await receiver.wait_for(1)
    assert receiver.types == ["webhook.ping"]
    await press(page, page.get_by_role("link", name="Send what was missed"))
    dialog = page.get_by_role("dialog", name="Replay missing")
    await expect(dialog.get_by_text("Re-sends 1 event")).to_be_visible()
    assert await axe_violations(page) == []
    await press(page, dialog.get_by_role("button", name="Replay"))
    await expect(page.get_by_text("1 event is on the way.")).to_be_visible()
    await receiver.wait_for(2)
    assert receiver.got[-1].event["data"]["object"]["name"] == "Missed"
    assert await axe_violations(page) == []


@pytest.mark.parametrize("role", ["member", "viewer"])
async def test_members_and_viewers_get_no_access(
    role: str, hooks: Live, receiver: Receiver, page: Page, page_watch: Watch
) -> None:
    made = await endpoint(hooks, receiver)
    page_watch.expect("status of 403")
    ana = await new_member(hooks.world, "Ana Ruiz", role)
    for path in (PATH, f"{PATH}/{made['display_id']}?tab=logs", EVENTS):
        await hooks.open(page, path, ana)
        await expect(page.get_by_role("heading", level=1)).to_have_text(
            "Only the owner and admins can open Admin."
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_is_sound_on_a_phone_with_long_names(
    scheme: str, hooks: Live, receiver: Receiver, new_page: NewPage
) -> None:
    made = await endpoint(hooks, receiver, url=receiver.url(LONG), description="Old CRM " * 60)
    receiver.answers = [status(500, b"x" * 3_000, x_long="y" * 2_000)]
    await hooks.created("/customers", {"name": "Aurora"})
    await receiver.wait_for(1)
    [event] = (await hooks.curl("GET", "/events")).json["data"]
    log = f"/webhook_endpoints/{made['id']}/deliveries?source=change"
    [delivery] = (await hooks.curl("GET", log)).json["data"]
    one = f"{PATH}/{made['display_id']}"
    page = await new_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    await hooks.open(page, PATH)
    for path in (
        *(PATH, f"{PATH}?tab=test", f"{PATH}/new", one, f"{one}?window=28d"),
        *(f"{one}?tab={tab}" for tab in ("logs", "settings", "secret")),
        *(f"{one}/{name}" for name in ("test", "recover", "disable", "delete", "rotate")),
        *(f"{one}/deliveries/{delivery['id']}", EVENTS, f"{EVENTS}/{event['id']}"),
    ):
        await page.goto(hooks.url + path)
        assert await axe_violations(page) == [], path
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, (path, wide)


@pytest.mark.parametrize("width", [390, 700, 1100, 1280, 1440])
async def test_tables_fit_their_box_whatever_is_in_them(
    width: int, hooks: Live, receiver: Receiver, new_page: NewPage
) -> None:
    made = await endpoint(hooks, receiver)
    receiver.usual = quit_early
    await hooks.created("/customers", {"name": "Aurora"})
    await receiver.wait_for(1)
    sent = {"type": "customer.health_bucket_changed"}
    await hooks.curl("POST", f"/webhook_endpoints/{made['id']}/test", sent)
    await receiver.wait_for(2)
    one = f"{PATH}/{made['display_id']}"
    page = await new_page(viewport={"width": width, "height": 900})
    await hooks.open(page, f"{one}?tab=logs")
    # One has no code and is tried again, the other has marks beside the longest type.
    await expect(page.locator("tbody tr").filter(has_text="reset")).to_have_count(2)
    for path in (f"{one}?tab=logs", one, PATH, EVENTS):
        await page.goto(hooks.url + path)
        [rows] = await page.locator(".table-container").all()
        assert await rows.evaluate("node => node.scrollWidth <= node.clientWidth"), path
        # On a phone a row is a card.
        assert (await rows.locator("tbody tr").first.evaluate("node => getComputedStyle(node).display")) == (
            "grid" if width == 390 and path != PATH else "table-row"
        )
        assert await axe_violations(page) == [], path
