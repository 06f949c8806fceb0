"""Slug, owner and end of a workspace: what is asked first, what happens at once, what can be undone."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import bindparam, func, select

from pivotal_server.db.engine import Transaction
from pivotal_server.db.statements import Statement, insert_of
from pivotal_server.db.tables import counters, metadata, people
from pivotal_server.kit import clock
from pivotal_server.members import service as members
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces import changes, deleting, repository_removal, slugs
from pivotal_server.workspaces import service as workspaces
from tests.support.app import World, new_world
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member, newest_mail
from tests.support.records import error_of, new_contact, new_customer, new_onboarding
from tests.support.visits import Enter, faults_of, text_of, value_of

PATH = "/admin/general"
_LEFT = {
    table.name: Statement.scalar(
        select(func.count()).select_from(table).where(table.c.org_id == bindparam("org_id")), int
    )
    for table in metadata.sorted_tables
    if "org_id" in table.c
}
_LATE = Statement.write(insert_of(counters))
_PEOPLE = Statement.scalar(select(people.c.email).order_by(people.c.email), str)


async def post(browser: Browser, act: str, **values: str) -> httpx.Response:
    """Send the form of an act."""
    await browser.get(f"{PATH}/{act}")
    return await browser.post(f"{PATH}/{act}", values)


async def left(world: World, org_id: str) -> dict[str, int]:
    """How many rows each table still holds of a workspace."""
    counts = {name: await world.db.fetch_one(one, {"org_id": org_id}) or 0 for name, one in _LEFT.items()}
    return {name: count for name, count in counts.items() if count}


# ── Slug ─────────────────────────────────────────────────────────────────────────────────────────
async def test_app_ws_3_a_former_slug_leads_to_the_present_one_and_is_kept(
    world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await post(owner, "slug", slug="vml-group", keep="7d")).status_code == 303
    assert "vml-group" in (await owner.get(PATH)).text
    answer = await owner.get("/customers?q=tag%3Avip&w=vml")
    assert answer.status_code == 301
    assert re.fullmatch(r"/customers\?q=tag(:|%3A)vip&w=vml-group", answer.headers["location"])
    for taker in ("vml", "vml-group"):
        with pytest.raises(Exception, match=f'slug "{taker}" already exists'):
            await new_world(world.services, "Other", taker)
    later = clock.now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await slugs.find_workspace(world.db, "vml") is None
    other = await new_world(world.services, "Other", "vml")
    assert other.workspace.slug == "vml"
    [entry] = await entries_of(world, "workspace.updated")
    assert dict(entry.diff) == {"slug": ("vml", "vml-group")}


async def test_a_workspace_takes_its_own_slug_back_and_nobody_elses(world: World, owner: Browser) -> None:
    other = await new_world(world.services, "Other", "other")
    for wanted in ("vml-group", "vml"):
        assert (await post(owner, "slug", slug=wanted, keep="24h")).status_code == 303
    answer = await post(owner, "slug", slug="other", keep="24h")
    assert answer.status_code == 409
    assert list(faults_of(answer.text)) == ["slug"]
    assert value_of(answer.text, "slug") == "other"
    assert (await workspaces.get_workspace(world.db, world.workspace.id)).slug == "vml"
    found = await slugs.find_workspace(world.db, "other")
    assert found is not None
    assert found.id == other.workspace.id


@pytest.mark.parametrize(
    ("slug", "message"),
    [
        ("ab", "Use at least 3 characters."),
        ("Upper", "Use lower-case letters, digits and single hyphens, and no reserved name."),
        ("admin", "Use lower-case letters, digits and single hyphens, and no reserved name."),
        ("x" * 41, "Use at most 40 characters."),
    ],
)
async def test_a_bad_slug_is_refused_with_what_was_typed(owner: Browser, slug: str, message: str) -> None:
    answer = await post(owner, "slug", slug=slug, keep="24h")
    assert answer.status_code == 422
    assert faults_of(answer.text) == {"slug": message}
    assert value_of(answer.text, "slug") == slug


async def test_app_ws_2_a_link_opens_the_workspace_that_it_names(
    world: World, owner: Browser, enter: Enter
) -> None:
    other = await new_world(world.services, "Other", "other")
    await new_member(other, "Dana Okafor", "viewer", email=world.owner.email)
    answer = await owner.get("/customers?w=other")
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers")
    assert "Other" in text_of((await owner.get("/customers")).text)
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    for slug in ("other", "nobody"):
        assert (await ana.get(f"/customers?w={slug}")).status_code == 404
    assert (await ana.get("/customers?w=vml")).status_code == 200


async def test_a_page_of_one_workspace_writes_into_no_other(
    world: World, owner: Browser, api: httpx.AsyncClient
) -> None:
    other = await new_world(world.services, "Other", "other")
    await new_member(other, "Dana Okafor", "admin", email=world.owner.email)
    await owner.get(PATH)
    stale = owner.csrf
    await owner.get("/customers?w=other")
    name = {"name": "Written by a page of another workspace"}
    assert (await owner.post("/customers/new", name, csrf=stale)).status_code == 419
    await owner.get("/customers/new")
    assert owner.csrf != stale
    assert (await owner.post("/customers/new", name)).status_code == 303


async def test_who_does_not_belong_to_a_workspace_learns_no_new_name_of_it(
    world: World, owner: Browser, enter: Enter
) -> None:
    other = await new_world(world.services, "Other", "other")
    stranger = await enter(await new_member(world, "Ana Ruiz", "member"))
    async with unit_of_work(other.db, other.operator) as uow:
        await slugs.change_slug(uow, await changes.locked_workspace(uow), "renamed", "24h")
    assert (await stranger.get("/customers?w=other")).status_code == 404


# ── Owner ────────────────────────────────────────────────────────────────────────────────────────
async def test_app_perm_2_ownership_moves_to_an_admin_by_typing_the_slug(
    world: World, owner: Browser, enter: Enter
) -> None:
    ada = await new_member(world, "Ada Admin", "admin")
    ana = await new_member(world, "Ana Ruiz", "member")
    refused = await post(owner, "transfer", member=str(ada.display_id), typed="vm")
    assert faults_of(refused.text) == {"typed": "Type vml to confirm."}
    for nobody in (str(ana.display_id), "99", ""):
        answer = await post(owner, "transfer", member=nobody, typed="vml")
        assert faults_of(answer.text) == {"member": "Choose an active admin."}
    assert (await post(owner, "transfer", member=str(ada.display_id), typed="vml")).status_code == 303
    now = await members.owner(world.db, world.workspace.id)
    assert now is not None
    assert now.id == ada.id
    before = await members.find(world.db, world.workspace.id, world.owner.id)
    assert before is not None
    assert before.role == "admin"
    assert "has made you the owner" in await newest_mail(world, ada.email)
    assert "Ada Admin now owns" in await newest_mail(world, world.owner.email)
    assert (await owner.get(f"{PATH}/transfer")).status_code == 403
    assert (await (await enter(ada)).get(f"{PATH}/transfer")).status_code == 200
    [entry] = await entries_of(world, "workspace.ownership_transferred")
    assert dict(entry.diff) == {"owner_id": (world.owner.id, ada.id)}


async def test_p26_admins_neither_transfer_nor_delete(world: World, enter: Enter) -> None:
    ada = await enter(await new_member(world, "Ada Admin", "admin"))
    await ada.get(PATH)
    for act in ("transfer", "delete"):
        assert f"{PATH}/{act}" not in (await ada.get(PATH)).text
        assert (await ada.get(f"{PATH}/{act}")).status_code == 403
        assert (await ada.post(f"{PATH}/{act}", {"typed": "vml"})).status_code == 403


# ── End ──────────────────────────────────────────────────────────────────────────────────────────
async def test_app_ws_4_access_stops_at_once_and_the_owner_can_undo_it(
    api: httpx.AsyncClient, world: World, owner: Browser, enter: Enter
) -> None:
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    await ana.get("/workspaces")
    assert (await api.get("/me")).status_code == 200
    assert faults_of((await post(owner, "delete", typed="x")).text) == {"typed": "Type vml to confirm."}
    answer = await post(owner, "delete", typed="vml")
    assert (answer.status_code, answer.headers["location"]) == (303, "/workspaces")
    assert error_of(await api.get("/me"))[:2] == (401, "invalid_api_key")
    for browser in (ana, owner):
        assert (await browser.get("/customers")).headers["location"] == "/workspaces"
    assert "/workspaces" in await newest_mail(world, world.owner.email)
    assert "Undo" not in text_of((await ana.get("/workspaces")).text)
    refused = await ana.post(f"/workspaces/{world.workspace.id}/restore")
    assert refused.status_code == 404
    await ana.post(f"/workspaces/{world.workspace.id}/open")
    assert (await ana.get("/customers")).headers["location"] == "/workspaces"
    assert await deleting.remove_due(world.db, world.services.files) == 0
    assert "Undo" in text_of((await owner.get("/workspaces")).text)
    assert (await owner.post(f"/workspaces/{world.workspace.id}/restore")).status_code == 303
    assert (await owner.get("/customers")).status_code == 200
    assert (await ana.get("/customers")).status_code == 200
    assert (await api.get("/me")).status_code == 200


async def test_after_a_week_no_row_file_or_person_is_left(
    api: httpx.AsyncClient, world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await new_world(world.services, "Other", "other")
    await new_member(other, "Dana Okafor", "admin", email=world.owner.email)
    await new_member(world, "Only Here", "member")
    customer = await new_customer(api, name="Aurora", tags=["vip"])
    await new_contact(api, customer)
    onboarding = await new_onboarding(api, customer)
    created: Any = await api.post(f"/onboardings/{onboarding['id']}/comments", json={"body": "See the file."})
    comment = created.json()
    stored = await api.post(
        f"/comments/{comment['id']}/attachments", files={"file": ("plan.txt", b"plan", "text/plain")}
    )
    assert stored.status_code == 201, stored.text
    paths = [path for path in world.services.files.folder.rglob("*") if path.is_file()]
    assert paths
    await post(owner, "delete", typed="vml")
    before = await left(world, other.workspace.id)
    later = clock.now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr("pivotal_server.workspaces.repository_removal.BATCH", 2)
    assert await deleting.remove_due(world.db, world.services.files) == 1
    assert await left(world, world.workspace.id) == {}
    assert not any(path.exists() for path in paths)
    assert await left(world, other.workspace.id) == before
    emails = await world.db.fetch_all(_PEOPLE)
    assert world.owner.email in emails
    assert "only@vml.example" not in emails
    assert await deleting.remove_due(world.db, world.services.files) == 0


async def test_a_removal_that_was_stopped_goes_on(
    api: httpx.AsyncClient, world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await new_customer(api)
    await post(owner, "delete", typed="vml")
    later = clock.now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    async def stops(*_: Any) -> int:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr("pivotal_server.workspaces.repository_removal.delete_some", stops)
        with pytest.raises(ConnectionError):
            await deleting.remove_due(world.db, world.services.files)
    assert await left(world, world.workspace.id)
    assert await deleting.remove_due(world.db, world.services.files) == 1
    assert await left(world, world.workspace.id) == {}


async def test_what_is_written_during_a_removal_goes_too(
    api: httpx.AsyncClient, world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await new_customer(api)
    await post(owner, "delete", typed="vml")
    later = clock.now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    real, late = repository_removal.delete_some, [True]

    async def written_behind(tx: Transaction, org_id: str, place: int) -> int:
        gone = await real(tx, org_id, place)
        if place == len(repository_removal.DELETE_SOME) - 1 and late:
            late.clear()
            await tx.execute(_LATE, {"org_id": org_id, "object": "late", "last_number": 1, "last_at": later})
        return gone

    monkeypatch.setattr(repository_removal, "delete_some", written_behind)
    assert await deleting.remove_due(world.db, world.services.files) == 1
    assert not late
    assert await left(world, world.workspace.id) == {}


async def test_the_list_of_workspaces_opens_them(world: World, owner: Browser, enter: Enter) -> None:
    other = await new_world(world.services, "Other", "other")
    await new_member(other, "Dana Okafor", "viewer", email=world.owner.email)
    words = text_of((await owner.get("/workspaces")).text)
    assert "Other Viewer" in words
    assert "VML Owner" in words
    answer = await owner.post(f"/workspaces/{other.workspace.id}/open")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Other" in text_of((await owner.get("/customers")).text)
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    await ana.get("/workspaces")
    assert (await ana.post(f"/workspaces/{other.workspace.id}/open")).status_code == 404
    ana.client.cookies.clear()
    assert (await ana.get("/workspaces")).headers["location"] == "/login?next=/workspaces"
