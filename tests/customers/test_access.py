"""Access to single customers: giving, taking, who sees one and why, and what is lost with it."""

from typing import Any

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.deleted.service import restore
from pivotal_server.members.service import MemberRow
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import change_member, entries_of, new_member, set_settings
from tests.support.records import Json, answered, new_customer, new_onboarding, new_task, patched, path_of
from tests.support.visits import Enter, faults_of, text_of

TAB = "/customers/1-aurora/access"


@pytest.fixture
async def customer(api: httpx.AsyncClient) -> Json:
    """Customer 1, with one onboarding and one task."""
    record = await new_customer(api, name="Aurora", slug="aurora")
    onboarding = await new_onboarding(api, record, name="Loyalty launch")
    await new_task(api, onboarding, title="Call Aurora")
    return record


async def gives(browser: Browser, member: MemberRow, tab: str = TAB) -> httpx.Response:
    """Give access by the form."""
    await browser.get(f"{tab}/new")
    return await browser.post(f"{tab}/new", {"member": str(member.display_id)})


async def takes(browser: Browser, member: MemberRow) -> httpx.Response:
    """Take it away from the tab."""
    await browser.get(TAB)
    return await browser.post(f"{TAB}/{member.display_id}/remove")


PLACES = (
    *("/customers", "/customers/total", "/search?q=aurora", "/search?recent=1"),
    *("/onboardings", "/onboardings/board", "/onboardings/timeline", "/notifications"),
)
INSIDE = (
    *("/customers/1-aurora", "/customers/1-aurora/contacts", "/customers/1-aurora/activity"),
    *("/customers/1-aurora/details", "/onboardings/1", "/onboardings/1/tasks/1"),
)


@pytest.mark.parametrize("role", ["member", "viewer"])
async def test_app_acc_4_with_the_grant_every_sight_is_lost_on_the_next_click(
    world: World, owner: Browser, enter: Enter, customer: Json, role: str
) -> None:
    ana = await new_member(world, "Ana Ruiz", role)
    hers = await enter(ana)
    missing = (await hers.get("/customers/999")).text
    assert (await hers.get("/customers/1-aurora")).status_code == 404
    assert (await gives(owner, ana)).status_code == 303
    for place in INSIDE:
        assert (await hers.get(place)).status_code == 200, place
    for place in ("/customers", "/search?q=aurora", "/onboardings"):
        assert "Aurora" in (await hers.get(place, htmx="search" in place)).text, place

    assert (await takes(owner, ana)).status_code == 303
    for place in INSIDE:
        assert (await hers.get(place)).status_code == 404, place
        assert (await hers.get(place, htmx=True)).status_code == 404, place
    assert text_of((await hers.get("/customers/1-aurora")).text) == text_of(missing).replace(
        "/customers/999", "/customers/1-aurora"
    )
    for place in PLACES:
        assert "Aurora" not in (await hers.get(place)).text, place


async def test_a_grant_adds_sight_and_nothing_else(
    world: World, owner: Browser, enter: Enter, customer: Json
) -> None:
    vera = await new_member(world, "Vera Holm", "viewer")
    await gives(owner, vera)
    hers = await enter(vera)
    html = (await hers.get("/customers/1-aurora")).text
    assert "Edit details" not in html
    assert f'href="{TAB}"' not in html
    for path in (TAB, f"{TAB}/new"):
        assert (await hers.get(path)).status_code == 403
    assert (await hers.post(f"{TAB}/new", {"member": "1"})).status_code == 403


async def test_the_tab_says_why_everybody_sees_it(
    api: httpx.AsyncClient, world: World, owner: Browser, customer: Json
) -> None:
    ana, ben, vera = [
        await new_member(world, name, role)
        for name, role in (("Ana Ruiz", "member"), ("Ben Hartley", "member"), ("Vera Holm", "viewer"))
    ]
    gone = await new_member(world, "Gil Gone", "member")
    await gives(owner, gone)
    await change_member(world, gone, active=False)
    await patched(api, customer, owner_id=ana.id)
    await new_onboarding(api, customer, csm_id=ben.id)
    await gives(owner, ben)
    seen = text_of((await owner.get(TAB)).text)
    assert "Ana Ruiz Member Owns this customer" in seen
    assert "Ben Hartley Member CSM of an onboarding · Given by Dana Okafor" in seen
    assert "Dana Okafor Owner Sees all customers" in seen
    assert "Vera" not in seen
    assert "Gil" not in seen.replace("gave Gil Gone access", "")
    await set_settings(world, default_access="all_members_and_viewers")
    assert "Vera Holm Viewer Default access" in text_of((await owner.get(TAB)).text)
    assert vera.role == "viewer"


async def test_p6_the_customers_owner_gives_access_and_other_members_do_not(
    api: httpx.AsyncClient, world: World, enter: Enter, owner: Browser, customer: Json
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    ben = await new_member(world, "Ben Hartley", "member")
    await gives(owner, ana)
    hers = await enter(ana)
    refused = await hers.get(TAB)
    assert refused.status_code == 403
    assert "the customer&#39;s owner" in refused.text or "the customer's owner" in refused.text
    await patched(api, customer, owner_id=ana.id)
    assert (await gives(hers, ben)).status_code == 303
    assert (await (await enter(ben)).get("/customers/1-aurora")).status_code == 200


async def test_giving_twice_writes_one_entry_and_a_wrong_choice_is_said_beside_the_field(
    world: World, owner: Browser, customer: Json
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    boss = await new_member(world, "Max Admin", "admin")
    for _ in range(2):
        await gives(owner, ana)
    for _ in range(2):
        await takes(owner, ana)
    written: Any = await entries_of(world, "access.")
    assert [entry.event for entry in written] == ["access.granted", "access.revoked"]
    assert "took the access of Ana Ruiz away" in text_of((await owner.get("/customers/1-aurora")).text)
    for wrong in (str(boss.display_id), "999", ""):
        await owner.get(f"{TAB}/new")
        answer = await owner.post(f"{TAB}/new", {"member": wrong})
        assert answer.status_code == 422
        assert faults_of(answer.text) == {"member": "Choose an active member or viewer."}
    assert len(await entries_of(world, "access.")) == 2


async def test_the_tab_costs_the_same_with_more_people(world: World, owner: Browser, customer: Json) -> None:
    await owner.get(TAB)
    with counting() as few:
        await owner.get(TAB)
    for number in range(5):
        member = await new_member(world, f"Person{number} X", "member")
        await gives(owner, member)
    with counting() as many:
        await owner.get(TAB)
    assert many.value == few.value <= 15


async def test_app_perm_5_the_team_page_counts_grants_and_removes_them_all(
    api: httpx.AsyncClient, world: World, owner: Browser, enter: Enter, customer: Json
) -> None:
    boreal = await new_customer(api, name="Boreal", slug="boreal")
    ana = await new_member(world, "Ana Ruiz", "member")
    await gives(owner, ana)
    await gives(owner, ana, "/customers/2-boreal/access")
    # A deleted customer may be restored, and its access with it: it counts, and is taken away too.
    answered(await api.delete(path_of(boreal)))
    await change_member(world, ana, role="viewer")
    assert "Viewer 2 grants" in text_of((await owner.get("/admin/team")).text)
    asked = await owner.get(f"/admin/team/{ana.display_id}/grants")
    assert "was given access to 2 customers" in text_of(asked.text)
    await owner.post(f"/admin/team/{ana.display_id}/grants")
    assert "grant" not in text_of((await owner.get("/admin/team")).text)
    async with unit_of_work(world.db, world.operator) as uow:
        await restore(uow, "customer", boreal["id"])
    hers = await enter(ana)
    for path in ("/customers/1-aurora", "/customers/2-boreal"):
        assert (await hers.get(path)).status_code == 404
    assert len(await entries_of(world, "access.revoked")) == 2
    for path in ("grants", "role"):
        assert (await hers.get(f"/admin/team/{ana.display_id}/{path}")).status_code == 403
