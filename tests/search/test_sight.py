"""A member who does not see all customers finds theirs, by whatever role, and nothing of the others."""

import httpx
import pytest

from pivotal_server.customers import service as customers
from pivotal_server.customers.access import grant_access
from pivotal_server.db.engine import counting
from pivotal_server.search import repository_find, repository_sight, service
from pivotal_server.search.service import Seeker
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.people import new_member
from tests.support.records import answered, new_contact, new_customer, new_onboarding, new_task, path_of

ROLES = ("csm_id", "se_id", "designer_id", "product_ops_id")


async def _filled(api: httpx.AsyncClient, me: int) -> None:
    """Customers that the member sees each for one reason, archived ones among them, and others."""
    await new_customer(api, name="Acme owner", owner_id=me)
    for status in ("active", "archived"):
        for role in (*ROLES, "assignee", "stranger"):
            customer = await new_customer(api, name=f"Acme {role} {status}", status=status)
            await new_contact(api, customer, name=f"Acme person {role} {status}")
            plan = await new_onboarding(api, customer, **({role: me} if role in ROLES else {}))
            who = {"assignee_id": me} if role == "assignee" else {}
            await new_task(api, plan, title=f"Acme task {role} {status}", **who)
    gone = await new_customer(api, name="Acme gone", owner_id=me)
    answered(await api.delete(path_of(gone)))


@pytest.mark.parametrize("way", ["few lead", "some narrow", "very many"])
async def test_what_a_member_sees_is_found_however_many_customers_these_are(
    world: World, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    await _filled(api, ana.display_id)
    given = await new_customer(api, name="Acme given")
    async with unit_of_work(world.db, world.operator) as uow:
        row = await customers.get_customer(world.db, world.workspace.id, given["id"])
        await grant_access(uow, row, ana.id)
    if way != "few lead":
        monkeypatch.setattr(repository_find, "FEW_SEEN", 0)
    if way == "very many":
        monkeypatch.setattr(repository_sight, "MOST", 0)
    seeker = Seeker(org_id=world.workspace.id, me=ana.id, visible_to=ana.id)

    async def found(q: str) -> set[str]:
        wanted = await service.understand(world.db, seeker, q)
        return {hit.record.name for hit in await service.search(world.db, seeker, wanted, limit=100)}

    roles = (*ROLES, "assignee")
    assert await found("acme type:customer") == {
        "Acme owner",
        "Acme given",
        *(f"Acme {role} active" for role in roles),
    }
    assert await found("acme is:archived type:customer") == {f"Acme {role} archived" for role in roles}
    assert await found("acme type:contact") == {f"Acme person {role} active" for role in roles}
    assert await found("task type:task") == {f"Acme task {role} active" for role in roles}
    assert await found("acme csm") == {
        "Acme csm_id active",
        "Acme person csm_id active",
        "Acme task csm_id active",
        *(await found("acme csm type:onboarding")),
    }
    assert await found("stranger") == set()
    assert await found("gone") == set()
    wanted = await service.understand(world.db, seeker, "acme")
    with counting() as count:
        await service.search_groups(world.db, seeker, wanted, limit=9)
    assert count.value == 5


async def test_who_sees_nobody_finds_nothing(world: World, api: httpx.AsyncClient) -> None:
    await new_customer(api, name="Acme")
    ana = await new_member(world, "Ana Ruiz", "member")
    seeker = Seeker(org_id=world.workspace.id, me=ana.id, visible_to=ana.id)
    wanted = await service.understand(world.db, seeker, "acme")
    assert await service.search(world.db, seeker, wanted, limit=10) == []
