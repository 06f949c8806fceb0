"""Finding what few records have among more of them than are looked at first, the newest ones."""

import httpx
import pytest

from pivotal_server.db.engine import Database
from pivotal_server.search.repository_statements import CANDIDATES, FIND, LOOKED_AT
from tests.support.plans import plan_of
from tests.support.records import Json, answered, new_contact, new_customer, new_onboarding, new_task, patched

MANY = LOOKED_AT + 60


async def crowd(api: httpx.AsyncClient, name: str = "Perpetual") -> None:
    """Very many customers that begin with the same letters, all newer than what was there."""
    rows = [
        {"action": "create", "resource": "customer", "data": {"name": f"{name} {number}"}}
        for number in range(MANY)
    ]
    assert answered(await api.post("/bulk", json={"operations": rows}))["failed"] == 0


async def found(api: httpx.AsyncClient, q: str, limit: int = 8) -> list[tuple[str, str]]:
    page = answered(await api.get("/search", params={"q": q, "limit": limit}))
    return [(one["type"], one["name"]) for one in page["data"]]


@pytest.fixture
async def rare(api: httpx.AsyncClient) -> Json:
    """A customer with a contact, an onboarding and a task, behind very many newer ones."""
    member = answered(await api.get("/members"))["data"][0]["id"]
    home = await new_customer(api, name="Personal Aid", tags=["pilot"], owner_id=member, plan="Legacy")
    await new_contact(api, home, name="Perseus Jackson")
    plan = await new_onboarding(api, home, name="Persistence", csm_id=member)
    task = await new_task(api, plan, title="Persuade them", assignee_id=member)
    await patched(api, task, due_date="2020-02-03")
    await crowd(api)
    return home


async def test_a_word_is_found_behind_many_that_begin_alike(api: httpx.AsyncClient, rare: Json) -> None:
    assert await found(api, "persona") == [("customer", "Personal Aid"), ("onboarding", "Persistence")]
    assert await found(api, "perseus") == [("contact", "Perseus Jackson"), ("customer", "Personal Aid")]
    assert await found(api, "persuade") == [("task", "Persuade them")]
    assert await found(api, "perso aid type:customer") == [("customer", "Personal Aid")]
    # So many hold it that the newest changed of them answer.
    newest = await found(api, "perpe", limit=CANDIDATES)
    assert len(set(newest)) == CANDIDATES
    assert {kind for kind, _ in newest} == {"customer"}


async def test_what_few_customers_have_is_found_with_all_that_belongs_to_them(
    api: httpx.AsyncClient, rare: Json
) -> None:
    email = answered(await api.get("/members"))["data"][0]["email"]
    owned = f"owner:{email}"
    for q in (
        "tag:pilot",
        owned,
        "plan:legacy",
        f"tag:pilot {owned} plan:legacy",
        "tag:pilot created:2020-01-01..",
    ):
        kinds = {kind for kind, _ in await found(api, q)}
        assert kinds == {"customer", "contact", "onboarding", "task"}, q


async def test_what_few_records_have_is_found(api: httpx.AsyncClient, rare: Json) -> None:
    email = answered(await api.get("/members"))["data"][0]["email"]
    assert await found(api, f"csm:{email}") == [
        ("task", "Persuade them"),
        ("onboarding", "Persistence"),
        ("customer", "Personal Aid"),
    ]
    assert await found(api, f"assignee:{email}") == [("task", "Persuade them")]
    assert await found(api, f"assignee:{email},none") == [("task", "Persuade them")]
    assert await found(api, "is:overdue") == [("task", "Persuade them")]
    assert await found(api, "has:comments") == []
    assert ("customer", "Personal Aid") not in await found(api, "owner:none", limit=100)


async def test_pages_hold_each_record_once_however_many_changed_in_one_moment(
    api: httpx.AsyncClient, rare: Json
) -> None:
    names: list[str] = []
    query = {"q": "status:active type:customer", "limit": "100"}
    while True:
        page = answered(await api.get("/search", params=query))
        names += [one["name"] for one in page["data"]]
        if not page["has_more"]:
            break
        query["cursor"] = page["next_cursor"]
    assert sorted(names) == sorted(["Personal Aid", *(f"Perpetual {number}" for number in range(MANY))])


async def test_no_search_sorts_or_walks_what_an_index_gives_in_order(database: Database) -> None:
    params = {"org_id": "o1", "limit": 9, "q_status": ["active"]}
    for kind in ("contact", "onboarding", "task", "customer"):
        plan = await plan_of(database, FIND[kind].get(frozenset({"q_status", "q_not_archived"})), params)
        if database.dialect == "sqlite":
            assert f"{kind}s_updated" in plan
