"""Saved views of the list of onboardings (APP-VIEW-1 … 4)."""

import asyncio
import re
from html import unescape

import httpx
import pytest
from msgspec.structs import replace

from pivotal_server.auth import actor
from pivotal_server.db.engine import counting
from pivotal_server.limits.catalogue import PRIVATE_VIEWS
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.views import service
from pivotal_server.views.listings import LISTINGS
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member
from tests.support.records import new_customer, new_onboarding
from tests.support.visits import Enter, faults_of, is_whole_page, text_of, value_of

LIST = "/onboardings"
LINKS = re.compile(r'<a href="([^"]*)".*?<span class="truncate">([^<]*)')
RISKY = {"list": "onboardings", "path": LIST, "query": "state=at_risk"}


async def save(browser: Browser, name: str, *, status: int = 303, **fields: str) -> str:
    """Save a view of what is at risk; the address that it is opened with."""
    await browser.get("/views/new?list=onboardings")
    answer = await browser.post("/views/new", {**RISKY, "name": name, **fields})
    assert answer.status_code == status, answer.text
    return str(answer.headers.get("location", ""))


def id_in(address: str) -> str:
    found = re.search(r"saved=([a-z0-9]+)", address)
    assert found is not None
    return found[1]


def menu_in(html: str) -> str:
    """The menu of views, as text."""
    return text_of(html.partition('class="menu saved-views"')[2].partition("</details>")[0])


async def test_app_view_1_a_view_opens_the_list_as_it_was_saved(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    customer = await new_customer(api)
    await new_onboarding(api, customer, name="Calm")
    await new_onboarding(api, customer, name="Risky", state="at_risk")
    address = await save(owner, "  Fires   to put out ", query="state=at_risk&before=x&page=2")
    assert address == f"{LIST}?saved={id_in(address)}&state=at_risk"
    html = (await owner.get(address)).text
    assert "Risky" in html
    assert "Calm" not in html
    assert "Fires to put out" in menu_in(html)
    assert "Edited" not in menu_in(html)
    # The short address leads there too, and a layout keeps the view.
    assert (await owner.get(f"/views/{id_in(address)}")).headers["location"] == address
    board = re.search(r'href="(/onboardings/board\?[^"]*)"', html)
    assert board is not None
    html = (await owner.get(unescape(board[1]))).text
    assert "Calm" not in html
    assert "Edited" not in menu_in(html)


async def test_app_view_1_names_are_unique_per_owner_and_list(
    owner: Browser, enter: Enter, world: World
) -> None:
    await save(owner, "Fires")
    for name, fault in (
        ("FIRES", "A view of yours has this name already."),
        (" ", "Enter a name."),
        ("x" * 61, "Use at most 60 characters."),
    ):
        for htmx in (False, True):
            await owner.get("/views/new?list=onboardings")
            answer = await owner.post("/views/new", {**RISKY, "name": name, "shared": "yes"}, htmx=htmx)
            assert answer.status_code in (409, 422)
            assert is_whole_page(answer) is not htmx
            assert faults_of(answer.text) == {"name": fault}
            assert value_of(answer.text, "name") == name
            assert value_of(answer.text, "query") == "state=at_risk"
            assert re.search(r'name="shared"[^>]* checked', answer.text)
    # Another list, and another person, may use the name.
    other = replace(LISTINGS["onboardings"], key="others")
    async with unit_of_work(world.db, actor.member(world.workspace.id, world.owner.id, "", "owner")) as uow:
        await service.create_view(uow, other, "Fires", "state=at_risk", shared=False)
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    await save(ana, "Fires")
    assert (await owner.get("/views/new?list=nothing")).status_code == 404


async def test_app_view_1_a_double_click_saves_one(owner: Browser, world: World) -> None:
    form = (await owner.get("/views/new?list=onboardings")).text
    fields = {**RISKY, "name": "Fires", "submission": value_of(form, "submission")}
    answers = await asyncio.gather(*[owner.post("/views/new", fields) for _ in range(2)])
    assert len({answer.headers["location"] for answer in answers}) == 1
    rows = await service.views_of(world.db, world.workspace.id, world.owner.id, LISTINGS["onboardings"])
    assert [row.name for row in rows] == ["Fires"]


async def test_app_view_1_private_or_shared(owner: Browser, enter: Enter, world: World) -> None:
    private = await save(owner, "Private")
    shared = await save(owner, "For all", shared="yes")
    [entry] = await entries_of(world, "view.shared")
    assert (entry.target_id, entry.reason) == (id_in(shared), "For all")
    for role in ("viewer", "member", "admin"):
        other = await enter(await new_member(world, f"{role} person", role))
        menu = menu_in((await other.get(LIST)).text)
        assert "For all" in menu
        assert "Private" not in menu
        assert (await other.get(f"/views/{id_in(private)}")).status_code == 404
        html = (await other.get(shared)).text
        # Its author and managers change it; the others save one of their own.
        assert ("Delete view" in menu_in(html)) is (role == "admin")
        assert "Save as…" in menu_in(html)
        answer = await other.post(f"/views/{id_in(shared)}/edit", {"name": "Renamed", "shared": ""})
        assert answer.status_code == (303 if role == "admin" else 404)
        # Nobody but the author takes it back.
        name = "Renamed" if role == "admin" else "For all"
        assert name in menu_in((await other.get(LIST)).text)


async def test_app_view_1_viewers_keep_private_ones_and_share_none(enter: Enter, world: World) -> None:
    viewer = await enter(await new_member(world, "Vera Lind", "viewer"))
    form = (await viewer.get("/views/new?list=onboardings")).text
    assert 'name="shared"' not in form
    mine = await save(viewer, "Mine")
    assert "Mine" in menu_in((await viewer.get(mine)).text)
    await save(viewer, "Forced", status=403, shared="yes")
    answer = await viewer.post(f"/views/{id_in(mine)}/edit", {"name": "Mine", "shared": "yes"})
    assert answer.status_code == 403
    assert await entries_of(world, "view.shared") == []


async def test_app_view_1_one_view_opens_first(owner: Browser, enter: Enter, world: World) -> None:
    address = await save(owner, "Fires", shared="yes")
    assert (await owner.get(LIST)).status_code == 200
    await owner.post("/views/default", {"list": "onboardings", "view": id_in(address)})
    assert (await owner.get(LIST)).headers["location"] == address
    on_board = (await owner.get("/onboardings/board")).headers["location"]
    assert on_board == address.replace(LIST, "/onboardings/board")
    # A list that says what it shows is left alone; so are the parts of a page that a script asks for.
    assert (await owner.get(f"{LIST}?saved=open")).status_code == 200
    assert (await owner.get(LIST, htmx=True)).status_code == 200
    # Another one takes its place, a built-in one too; each person has their own.
    await owner.post("/views/default", {"list": "onboardings", "view": "mine"})
    assert (await owner.get(LIST)).headers["location"] == f"{LIST}?saved=mine&csm=me"
    ana = await enter(await new_member(world, "Ana Ruiz", "admin"))
    await ana.get(address)
    await ana.post("/views/default", {"list": "onboardings", "view": id_in(address)})
    form = (await owner.get(f"/views/{id_in(address)}/delete")).text
    assert "The list opens with it for 1 other person" in text_of(form)
    await owner.post(f"/views/{id_in(address)}/delete", {})
    assert (await ana.get(LIST)).status_code == 200
    await owner.post("/views/default", {"list": "onboardings", "view": ""})
    assert (await owner.get(LIST)).status_code == 200
    for view in (id_in(address), "nothing"):
        answer = await owner.post("/views/default", {"list": "onboardings", "view": view})
        assert answer.status_code == 404


async def test_app_view_3_a_changed_filter_is_edited_saved_or_reset(owner: Browser) -> None:
    address = await save(owner, "Fires")
    edited = f"{LIST}?saved={id_in(address)}&csm=me&state=at_risk"
    html = (await owner.get(edited)).text
    for words in ("Edited", "Save", "Save as…", "Reset"):
        assert words in menu_in(html)
    assert f'href="{address.replace("&", "&amp;")}"' in html
    # A filter form sends empty values too, and they change nothing.
    same = (await owner.get(f"{LIST}?saved={id_in(address)}&csm=&state=at_risk&phase=")).text
    assert "Edited" not in menu_in(same)
    seen = value_of(html, "seen")
    query = {"query": "csm=me&state=at_risk", "path": LIST}
    answer = await owner.post(f"/views/{id_in(address)}/query", {**query, "seen": seen})
    assert answer.headers["location"] == edited
    assert "Edited" not in menu_in((await owner.get(edited)).text)
    # Somebody else has saved it since that page was drawn.
    stale = await owner.post(
        f"/views/{id_in(address)}/query", {"query": "csm=me", "seen": seen, "path": LIST}
    )
    assert stale.status_code == 409
    assert "Edited" not in menu_in((await owner.get(edited)).text)


async def test_app_view_4_a_view_never_widens_sight(
    owner: Browser, enter: Enter, api: httpx.AsyncClient, world: World
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    hidden = await new_customer(api)
    await new_onboarding(api, hidden, name="Hidden", state="at_risk")
    hers = await new_customer(api, owner_id=ana.id)
    await new_onboarding(api, hers, name="Hers", state="at_risk")
    address = await save(owner, "Fires", shared="yes")
    html = (await (await enter(ana)).get(address)).text
    assert "Hers" in html
    assert "Hidden" not in html


async def test_app_view_4_a_condition_that_is_gone_is_a_red_chip(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    await new_onboarding(api, await new_customer(api), name="Risky", state="at_risk", phase="review")
    address = await save(owner, "Fires", query="state=at_risk&phase=review")
    await owner.post("/admin/phases/review/archive", {"to": "launch"})
    html = (await owner.get(address)).text
    assert re.search(r'data-tone-of="bad"[^>]*>Phase is gone<', html)
    assert "Risky" not in html or "Edited" not in menu_in(html)
    await owner.get(f"{LIST}?saved=open")
    nonsense = (await owner.get(f"{LIST}?csm=nobody&state=odd&phase=odd")).text
    for words in ("No such CSM", "No such state", "Phase is gone"):
        assert words in nonsense


async def test_limits_of_private_views(owner: Browser) -> None:
    await owner.get("/views/new?list=onboardings")
    for number in range(PRIVATE_VIEWS.default):
        answer = await owner.post("/views/new", {**RISKY, "name": f"View {number}"})
        assert answer.status_code == 303
    refused = await owner.post("/views/new", {**RISKY, "name": "One more"})
    assert "100" in faults_of(refused.text)["name"]
    await save(owner, "Shared ones count apart", shared="yes")


async def test_two_who_save_the_same_name_at_once(owner: Browser, world: World) -> None:
    await owner.get("/views/new?list=onboardings")
    answers = await asyncio.gather(*[owner.post("/views/new", {**RISKY, "name": "Fires"}) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    rows = await service.views_of(world.db, world.workspace.id, world.owner.id, LISTINGS["onboardings"])
    assert [row.name for row in rows] == ["Fires"]


async def test_statements_of_a_list_do_not_grow_with_its_views(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    await new_onboarding(api, await new_customer(api))
    counts = []
    for number in range(3):
        await owner.get(f"{LIST}?saved=open")
        with counting() as statements:
            await owner.get(f"{LIST}?saved=open")
        counts.append(statements.value)
        await save(owner, f"View {number}", shared="yes")
    assert len(set(counts)) == 1
    assert counts[0] <= 15


async def test_an_id_that_can_be_none_is_no_view(owner: Browser) -> None:
    for path in ("/views/%00", "/views/%00/edit", "/views/%00/delete", "/views/" + "x" * 300):
        assert (await owner.get(path)).status_code == 404, path
    await owner.get(LIST)
    answer = await owner.post("/views/default", {"list": "onboardings", "view": "\0"})
    assert answer.status_code == 404


async def test_app_view_2_a_view_taken_back_opens_nobody_elses_list(
    owner: Browser, enter: Enter, world: World
) -> None:
    address = await save(owner, "Fires", shared="yes")
    await owner.post("/views/default", {"list": "onboardings", "view": id_in(address)})
    ana = await enter(await new_member(world, "Ana Ruiz", "admin"))
    await ana.get(address)
    await ana.post("/views/default", {"list": "onboardings", "view": id_in(address)})
    for shared in ("", "yes"):
        await owner.post(f"/views/{id_in(address)}/edit", {"name": "Fires", "shared": shared})
        # Shared once more it is no choice of hers; the author keeps it.
        assert (await ana.get(LIST)).status_code == 200
        assert (await owner.get(LIST)).headers["location"] == address


@pytest.mark.parametrize("path", ["/onboardings", "/onboardings/board", "/onboardings/timeline"])
async def test_the_sidebar_leads_to_every_view_of_the_list(owner: Browser, path: str) -> None:
    await owner.get(path)
    fields = {"list": "onboardings", "path": path, "query": "state=waiting", "name": "On hold"}
    assert (await owner.post("/views/new", fields)).status_code == 303
    html = (await owner.get(f"{path}?state=waiting")).text
    side = html.partition('data-fragment="side_views">')[2].partition("</div>")[0]
    assert text_of(side) == "Views All open Mine Waiting on customer At risk Done On hold"
    links = {name: unescape(url) for url, name in LINKS.findall(side)}
    opened = await owner.get(links["On hold"])
    assert opened.status_code == 200
    side = opened.text.partition('data-fragment="side_views">')[2].partition("</div>")[0]
    assert text_of(side.partition('aria-current="page"')[2]).startswith("> On hold")
    part = await owner.get(f"{path}?fragment=side_views", htmx=True)
    assert text_of(part.text).startswith("Views All open")
