"""The bar of the sample workspace, and what its owner does there (WB-SAMPLE-4)."""

import asyncio
from typing import Any

import httpx

from pivotal_server.auth import session_store
from pivotal_server.auth.session_store import Client
from pivotal_server.auth.sessions import SESSION_COOKIE
from pivotal_server.kit import clock
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.sample import service as sample
from pivotal_server.workspaces import service as workspaces
from pivotal_server.workspaces.service import WorkspaceRow
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.visits import Enter, is_whole_page, text_of

BAR = "Sample workspace: try anything."


async def made(world: World, email: str = "", **options: Any) -> WorkspaceRow:
    """The sample of a world, which belongs to its owner or to somebody else."""
    found = await sample.create_sample(
        world.db,
        world.services.files,
        owner_email=email or world.owner.email,
        owner_name=world.owner.name,
        **options,
    )
    return found.workspace


async def entered(world: World, browser: Browser, workspace: WorkspaceRow, member: MemberRow) -> Browser:
    """A browser in which a member of another workspace of the server is signed in."""
    async with world.db.transaction() as tx:
        client = Client("127.0.0.1", "Tests")
        token = await session_store.start(tx, member.person_id, workspace.id, client, clock.now())
    browser.client.cookies.set(SESSION_COOKIE, token, domain="localhost.local")
    return browser


async def owner_in(world: World, browser: Browser, workspace: WorkspaceRow) -> Browser:
    """A browser in which the owner of the sample is signed in to it."""
    owner = await members.owner(world.db, workspace.id)
    assert owner is not None
    return await entered(world, browser, workspace, owner)


def go_on(browser: Browser, answer: httpx.Response) -> str:
    """Where an answer leads, with the cookie that it sets."""
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_a_bar_stands_on_every_page_of_the_sample_and_on_no_other(world: World, owner: Browser) -> None:
    pages = ("/customers", "/onboardings", "/onboardings/board", "/admin/general", "/notifications")
    for path in pages:
        assert BAR not in text_of((await owner.get(path)).text)
    for path in ("/sample/reset", "/sample/delete"):
        assert (await owner.get(path)).status_code == 404
        assert (await owner.post(path)).status_code == 404
    await owner_in(world, owner, await made(world))
    for path in (*pages, "/onboardings/1", "/onboardings/1/tasks/1", "/profile/sessions", "/sample/reset"):
        html = (await owner.get(path)).text
        assert is_whole_page(owner.last or httpx.Response(500))
        assert BAR in text_of(html), path
        assert html.count('href="/sample/reset"') == 1, path
        assert html.count('href="/sample/delete"') == 1, path


async def test_colleagues_see_the_bar_and_cannot_reset_or_delete(world: World, owner: Browser) -> None:
    workspace = await made(world)
    [priya] = [one for one in await members.all_members(world.db, workspace.id) if one.name == "Priya Raman"]
    browser = await entered(world, owner, workspace, priya)
    html = (await browser.get("/customers")).text
    assert BAR in text_of(html)
    assert "/sample/" not in html
    for path in ("/sample/reset", "/sample/delete"):
        assert (await browser.get(path)).status_code == 403
        assert (await browser.post(path)).status_code == 403
    assert await sample.find_sample(world.db) is not None


async def test_resetting_makes_it_anew_and_the_owner_goes_on_in_it(world: World, owner: Browser) -> None:
    before = await made(world, seed=7, phases="delivery")
    browser = await owner_in(world, owner, before)
    assert "with its history up to now" in text_of((await browser.get("/sample/reset")).text)
    await browser.post("/onboardings/1/delete")
    assert go_on(browser, await browser.post("/sample/reset")) == "/"
    now = await sample.find_sample(world.db)
    assert now is not None
    assert now.id != before.id
    kept = now.settings["sample"]
    assert (kept["seed"], kept["phases"]) == (7, "delivery")
    assert kept["clock"] > before.settings["sample"]["clock"]
    page = await browser.get("/onboardings/1")
    assert page.status_code == 200, "what was deleted is there again, and the owner is signed in"
    assert BAR in text_of(page.text)


async def test_two_clicks_on_reset_make_it_anew_once(world: World, owner: Browser) -> None:
    browser = await owner_in(world, owner, await made(world))
    await browser.get("/sample/reset")
    answers = await asyncio.gather(*(browser.post("/sample/reset") for _ in range(2)))
    # Whoever comes second waits for the first, and on a busy PostgreSQL is told to try again.
    assert {303} <= {answer.status_code for answer in answers} <= {303, 503}
    assert BAR in text_of((await browser.get("/customers")).text)
    assert len(await workspaces.all_workspaces(world.db)) == 2


async def test_deleting_leads_to_another_workspace_of_the_owner(world: World, owner: Browser) -> None:
    browser = await owner_in(world, owner, await made(world))
    assert "Your other workspaces stay" in text_of((await browser.get("/sample/delete")).text)
    assert go_on(browser, await browser.post("/sample/delete")) == "/"
    assert await sample.find_sample(world.db) is None
    page = await browser.get("/customers")
    assert page.status_code == 200
    assert BAR not in text_of(page.text)


async def test_whoever_has_no_other_workspace_signs_in_again(world: World, enter: Enter) -> None:
    workspace = await made(world, "eva@elsewhere.example")
    browser = await owner_in(world, await enter(), workspace)
    await browser.get("/sample/delete")
    assert go_on(browser, await browser.post("/sample/delete")) == "/login"
    assert (await browser.get("/customers")).headers["location"].startswith("/login")
