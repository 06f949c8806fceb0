"""What goes wrong while somebody works, on the real server: nothing typed is lost, and there is a way on."""

import asyncio
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.chromium import NewPage, Watch, axe_violations
from tests.support.databases import PostgresServer
from tests.support.live_server import Live, StartServer
from tests.support.people import change_member, new_member
from tests.support.records import new_customer


async def opened_drawer(page: Page) -> Locator:
    """The drawer of a new customer, with something typed."""
    await page.keyboard.press("c")
    form = page.get_by_role("dialog", name="New customer")
    await form.get_by_label("Name", exact=True).fill("Zoë & Sons <b>")
    await form.get_by_label("Start an onboarding").check()
    await form.get_by_label("Phase").select_option("review")
    return form


async def expect_kept(form: Locator) -> None:
    """What was typed is still there."""
    await expect(form.get_by_label("Name", exact=True)).to_have_value("Zoë & Sons <b>")
    await expect(form.get_by_label("Start an onboarding")).to_be_checked()
    await expect(form.get_by_label("Phase")).to_have_value("review")


async def expect_created(live: Live, page: Page) -> None:
    """The customer was made, once."""
    await expect(page).to_have_url(f"{live.url}/customers/1-zoe-sons-b")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Zoë & Sons <b>")
    await expect(page.locator("[aria-current=step]")).to_contain_text("Review")


# ----------------------------------------------------------------------------------------- the session


async def test_app_ui_4_an_ended_session_says_so_and_the_form_waits(
    live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 401")
    await live.open(page, "/customers")
    form = await opened_drawer(page)
    await page.context.clear_cookies(name="pivotal_session")
    await page.keyboard.press("Control+Enter")
    ended = page.get_by_role("dialog", name="You were signed out")
    await expect(ended.get_by_role("heading")).to_be_visible()
    assert await axe_violations(page) == []
    async with page.context.expect_page() as opened:
        await ended.get_by_role("link", name="Sign in again").click()
    tab = await opened.value
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Sign in")
    await tab.goto(await live.link())
    await tab.get_by_role("button", name="Sign in").click()
    await expect(tab).to_have_url(f"{live.url}/customers")
    await tab.close()
    await page.keyboard.press("Escape")
    await expect_kept(form)
    await form.get_by_role("button", name="Create customer").click()
    await expect_created(live, page)


async def test_app_ui_4_an_open_page_learns_that_its_session_ended(
    live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 401")
    customer = await live.created("/customers", {"name": "Aurora"})
    await live.open(page, "/customers/1-aurora")
    await page.context.clear_cookies(name="pivotal_session")
    await live.curl("PATCH", f"/customers/{customer['id']}", {"mrr": 1})
    await expect(page.get_by_role("heading", name="You were signed out")).to_be_visible()
    await page.get_by_role("link", name="Customers").first.focus()
    await page.keyboard.press("Escape")
    await page.keyboard.press("c")
    await expect(page.get_by_role("heading", name="You were signed out")).to_be_visible()


async def test_app_ui_4_another_person_in_this_browser_finds_the_page_out_of_date(
    live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 419")
    ana = await new_member(live.world, "Ana Ruiz", "admin")
    await live.open(page, "/customers")
    form = await opened_drawer(page)
    await live.sign_in(page.context, ana)
    await page.keyboard.press("Control+Enter")
    await expect(form.get_by_role("alert")).to_contain_text("This page is out of date.")
    assert await axe_violations(page) == []
    await expect(form.get_by_role("button", name="Reload")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="New customer")).to_be_visible()
    await expect_kept(form)
    await form.get_by_role("button", name="Create customer").click()
    await expect_created(live, page)
    await expect(page.locator(".entry .what").last).to_contain_text("Ana Ruiz created this customer")


async def test_app_acc_4_losing_the_last_reason_closes_an_open_page(
    live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 404")
    ana = await new_member(live.world, "Ana Ruiz", "member")
    customer = await live.created("/customers", {"name": "Aurora", "owner_id": ana.id})
    await live.open(page, "/customers/1-aurora", ana)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Aurora")
    await live.curl("PATCH", f"/customers/{customer['id']}", {"owner_id": None})
    await expect(page.get_by_role("heading", level=1)).to_have_text("Not found")


async def test_app_auth_7_a_role_acts_on_the_next_click(live: Live, page: Page, page_watch: Watch) -> None:
    page_watch.expect("status of 403")
    ana = await new_member(live.world, "Ana Ruiz", "admin")
    await live.open(page, "/customers", ana)
    form = await opened_drawer(page)
    await change_member(live.world, ana, role="member")
    await page.keyboard.press("Control+Enter")
    await expect(form.get_by_role("alert")).to_contain_text("Only the owner and admins can create customers.")
    await expect_kept(form)


# ------------------------------------------------------------------------------------------ the network


async def test_app_ui_6_a_lost_network_is_told_and_the_form_can_be_sent_again(
    live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("ERR_INTERNET_DISCONNECTED")
    page_watch.expect("htmx:sendError")
    page_watch.expect("htmx:afterRequest")
    await live.open(page, "/customers")
    form = await opened_drawer(page)
    await page.context.set_offline(True)
    await page.keyboard.press("Control+Enter")
    await expect(form.get_by_role("alert")).to_contain_text("Not saved.")
    await expect(form.get_by_role("button", name="Retry")).to_be_focused()
    assert await axe_violations(page) == []
    await page.keyboard.press("Enter")
    await expect(form.get_by_role("button", name="Retry")).to_be_focused()
    await expect_kept(form)
    await page.context.set_offline(False)
    await page.keyboard.press("Enter")
    await expect_created(live, page)
    # A dialog that cannot be fetched says so, and stays out of the way.
    await page.context.set_offline(True)
    await page.keyboard.press("n")
    await expect(page.locator(".toast")).to_contain_text("The server cannot be reached")
    await page.context.set_offline(False)
    await page.keyboard.press("n")
    await expect(page.get_by_role("heading", name="New onboarding")).to_be_visible()


# ------------------------------------------------------------------------------------------- the server


def break_customer(live: Live, *, broken: bool) -> None:
    """Make the row of the workspace's customer unreadable, or readable again."""
    tags = "{" if broken else "[]"
    with closing(sqlite3.connect(live.world.services.config.data / "pivotal.db", timeout=20)) as db:
        db.execute("UPDATE customers SET tags = ? WHERE org_id = ?", (tags, live.world.workspace.id))
        db.commit()


async def test_app_ui_6_a_fault_of_the_server_names_its_request_and_can_be_tried_again(
    live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect("status of 500")
    live.expect_error('"event": "request failed"')
    _, key = await live.world.new_key()
    async with live.world.client(key) as api:
        await new_customer(api, name="Aurora", slug="aurora")
    await live.open(page, "/customers")
    await asyncio.to_thread(break_customer, live, broken=True)
    answer = await page.goto(f"{live.url}/customers/1-aurora")
    assert answer is not None
    await expect(page.get_by_role("heading", level=1)).to_have_text("Something went wrong on our side")
    request_id = answer.headers["x-request-id"]
    await expect(page.get_by_role("main")).to_contain_text(request_id)
    assert await axe_violations(page) == []
    await asyncio.to_thread(break_customer, live, broken=False)
    await page.get_by_role("link", name="Try again").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Aurora")


async def test_app_ui_6_a_database_that_is_away_comes_back(
    start_server: StartServer,
    postgres_server: PostgresServer,
    new_page: NewPage,
    page_watch: Watch,
) -> None:
    server = await start_server("postgresql")
    page = await new_page()
    await page.goto(server.sign_in_link)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{server.url}/customers")
    await page.keyboard.press("c")
    form = page.get_by_role("dialog", name="New customer")
    await form.get_by_label("Name", exact=True).fill("Aurora")
    name = urlsplit(server.services.config.database_url).path.removeprefix("/")
    page_watch.expect("status of 503")
    close = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    await asyncio.to_thread(postgres_server.sql, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false', close)
    await page.keyboard.press("Control+Enter")
    await expect(form.get_by_role("alert")).to_contain_text("The server cannot reach its database")
    tab = await page.context.new_page()
    await tab.goto(f"{server.url}/customers")
    await expect(tab.get_by_role("heading", level=1)).to_have_text("The server cannot reach its database")
    assert await axe_violations(tab) == []
    await asyncio.to_thread(postgres_server.sql, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    await tab.get_by_role("link", name="Try again").click()
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Customers")
    await form.get_by_role("button", name="Try again").click()
    await expect(page).to_have_url(f"{server.url}/customers/1-aurora")


# -------------------------------------------------------------------------------------------- the address


@pytest.mark.parametrize(
    ("path", "role", "status", "title", "way_out"),
    [
        ("/customers/nobody", "owner", 404, "Not found", "Go to customers"),
        ("/customers/1-aurora", "viewer", 404, "Not found", "Go to customers"),
        ("/no-such-page", "owner", 404, "Not found", "Go to the start"),
        ("/admin/api-keys", "member", 403, "Only the owner and admins can open Admin.", "Go to customers"),
        (
            "/customers/new",
            "viewer",
            403,
            "Only the owner and admins can create customers.",
            "Go to customers",
        ),
    ],
)
async def test_app_ui_5_a_page_that_is_not_there_or_not_for_one_shows_the_way_out(
    path: str, role: str, status: int, title: str, way_out: str, live: Live, page: Page, page_watch: Watch
) -> None:
    page_watch.expect(f"status of {status}")
    member = live.world.owner if role == "owner" else await new_member(live.world, "Ana Ruiz", role)
    _, key = await live.world.new_key()
    async with live.world.client(key) as api:
        await new_customer(api, name="Aurora", slug="aurora")
    await live.open(page, path, member)
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await expect(page.get_by_role("main")).to_contain_text(f"Status {status}")
    assert await axe_violations(page) == []
    await page.get_by_role("link", name=way_out).click()
    await expect(page).to_have_url(f"{live.url}/customers")
