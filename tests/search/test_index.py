"""What search looks in stays true, whatever happens to records; and it can be written anew."""

import random
from typing import Any

import httpx
import pytest
from sqlalchemy import bindparam, select, text

from pivotal_server.db.engine import Database
from pivotal_server.db.search_conditions import CONDITIONS, CUSTOMER_FILTERS
from pivotal_server.db.statements import Plan, Statement
from pivotal_server.db.tables import search_rows
from pivotal_server.search import repository, repository_lists, repository_statements
from pivotal_server.search.rebuilding import rebuild
from pivotal_server.tasks import service as tasks
from pivotal_server.unit_of_work import unit_of_work
from tests.db.test_tenancy_lint import faults
from tests.support.app import World
from tests.support.plans import analyze, plan_of
from tests.support.records import (
    Json,
    answered,
    new_contact,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    patched,
    path_of,
)

_ROWS = Statement.rows(
    select(*[c for c in search_rows.c if c.name not in ("org_id", "seq")])
    .where(search_rows.c.org_id == bindparam("org_id"))
    .order_by(search_rows.c.object_id)
)


async def rows(world: World) -> dict[str, tuple[Any, ...]]:
    """The rows by record; the words of each as a set, since their order says nothing."""
    found = await world.db.fetch_all(_ROWS, {"org_id": world.workspace.id})
    return {row[0]: (*row[1:-1], frozenset(row[-1].split())) for row in found}


async def check_true(world: World) -> None:
    """The rows are those that writing them anew gives."""
    kept = {id: [_words(one) for one in row] for id, row in (await rows(world)).items()}
    assert await rebuild(world.db, world.workspace.id) == len(kept)
    assert {id: [_words(one) for one in row] for id, row in (await rows(world)).items()} == kept


def _words(text: Any) -> Any:
    return text if isinstance(text, frozenset) else " ".join(text.split())


NAMES = ["Acme", "Borealis", "Łódź Żółw", "Cobalt & Sons", "東京", "Dune"]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_rows_stay_true_whatever_happens(world: World, api: httpx.AsyncClient, seed: int) -> None:
    chance = random.Random(seed)
    records: list[Json] = []

    def some(kind: str) -> Json | None:
        found = [one for one in records if one["object"] == kind]
        return chance.choice(found) if found else None

    async def add() -> None:
        home, plan, task = some("customer"), some("onboarding"), some("task")
        name = chance.choice(NAMES)
        what = chance.randrange(5)
        if home is None or what == 0:
            records.append(await new_customer(api, name=name, external_id=f"e{len(records)}"))
        elif what == 1:
            records.append(await new_contact(api, home, name=name))
        elif what == 2 or plan is None:
            records.append(await new_onboarding(api, home, name=name))
        elif what == 3 or task is None or task["parent_task_id"]:
            records.append(await new_task(api, plan, title=name))
        else:
            records.append(await new_subtask(api, task, title=name))

    for _ in range(45):
        act = chance.random()
        if act < 0.6 or not records:
            await add()
            continue
        record = chance.choice(records)
        if act < 0.85:
            field = "title" if record["object"] == "task" else "name"
            await patched(api, record, **{field: f"{chance.choice(NAMES)} {chance.randrange(9)}"})
            continue
        answered(await api.delete(path_of(record)))
        id = record["id"]
        kept = []
        for one in records:
            # With a customer goes all that is its, with an onboarding its tasks, with a task its subtasks.
            above = (one["id"], one.get("customer_id"), one.get("onboarding_id"), one.get("parent_task_id"))
            if id not in above:
                kept.append(one)
        records = kept
    assert set(await rows(world)) == {record["id"] for record in records}
    await check_true(world)


async def test_many_contacts_cost_the_same_and_the_first_hundred_find_their_customer(
    world: World, api: httpx.AsyncClient
) -> None:
    customer = await new_customer(api, name="Big")
    for number in range(3):
        await new_contact(api, customer, name=f"Person{number} Ann")
    first = await new_contact(api, customer, name="Solo Zed")
    await patched(api, first, name="Solo Yak")
    await check_true(world)
    for q, expected in (("yak", 1), ("zed", 0), ("person2 solo", 1)):
        assert len(answered(await api.get("/customers", params={"q": q}))["data"]) == expected


async def test_search_is_led_by_the_full_text_index(database: Database) -> None:
    words = [
        {
            "org_id": "o1",
            "at": 1,
            "object_id": f"c{number:05}",
            "kind": "customer",
            "customer_id": f"c{number:05}",
            "name": f"company {number}",
            **dict.fromkeys(("domain", "slug", "email", "contact", "title", "fields", "more"), ""),
            "words": f"company {number} {repository.scope_word('o1', 'customer')}",
        }
        for number in range(2_000)
    ]
    async with database.transaction() as tx:
        await tx.execute_many(repository.PUT, words)
    await analyze(database)
    scope = repository.scope_word("o1", "customer")
    params = {
        "org_id": "o1",
        "limit": 9,
        "text": "1999",
        "text_end": "1999\U0010ffff",
        "q_text_groups": '[["% 1999%"]]',
        "q_in_words": '[["% 1999%"]]',
        "match": f'("1999"*) AND "{scope}"',
        "match_cut": f'("199"*) AND "{scope}"',
        "tsquery": f"('1999':*) & '{scope}'",
        "ids": [],
    }
    given = frozenset({"words", "cut", "text", "q_in_words", "q_not_archived"})
    plan = await plan_of(database, repository_statements.FIND["customer"].get(given), params)
    few = await plan_of(database, repository_lists._FEW, params)
    if database.dialect == "sqlite":
        assert "search_index VIRTUAL TABLE" in plan
        assert "search_rows USING INDEX search_rows_seq" in plan
        assert "search_rows_name" in plan
        assert "SCAN search_rows" not in plan
        assert "search_index VIRTUAL TABLE" in few
    else:
        # So few rows would be read through.
        async with database.transaction() as tx:
            await tx.execute(Statement.write(text("SET LOCAL enable_seqscan = off")))
            plan_of_few = repository_lists._FEW.compile("postgresql")
            asked = Statement.rows(text("SELECT 1"))
            asked.postgresql_plan = Plan(f"EXPLAIN {plan_of_few.sql}", plan_of_few.bind, tuple)
            few = "\n".join(str(row[0]) for row in await tx.fetch_all(asked, params))
        assert "search_rows_words" in few
    assert await database.fetch_all(repository_lists._FEW, params) == ["c01999"]


def test_every_combination_names_its_workspace() -> None:
    for kind, cache in repository_statements.FIND.items():
        names = [*CONDITIONS[kind]]
        for given in (
            {"words", "cut", "text", "after", "visible_to", *names},
            {"after", "visible_to", *names},
            *({"words", "text", name} for name in names),
        ):
            statement = cache.get(frozenset(given))
            for dialect in ("sqlite", "postgresql"):
                assert faults(statement.construct(dialect)) == [], (kind, given)
                statement.compile(dialect)
    assert CUSTOMER_FILTERS.keys() > CONDITIONS["customer"].keys()


async def test_a_restored_task_is_found_again_with_its_subtasks(world: World, api: httpx.AsyncClient) -> None:
    plan = await new_onboarding(api, await new_customer(api))
    task = await new_task(api, plan, title="Call the bank")
    below = await new_subtask(api, task, title="Find the number")
    answered(await api.delete(path_of(task)))
    assert not {task["id"], below["id"]} & set(await rows(world))
    async with unit_of_work(world.db, world.operator) as uow:
        home, row = await tasks.get_task_for_change(uow, task["id"], deleted=True)
        await tasks.restore_task(uow, home, row)
    assert {task["id"], below["id"]} <= set(await rows(world))
    await check_true(world)


async def test_rows_stay_true_in_bulk_calls(world: World, api: httpx.AsyncClient) -> None:
    known, other = [await new_customer(api, name=name) for name in ("Acme", "Borealis")]
    await new_contact(api, known, name="First One")

    async def bulk(*operations: Json) -> None:
        answer = answered(await api.post("/bulk", json={"operations": list(operations)}))
        assert answer["failed"] == 0, answer

    def contact(customer: Json, name: str) -> Json:
        data = {"customer_id": customer["id"], "name": name, "email": f"{name.lower()}@example.com"}
        return {"action": "create", "resource": "contact", "data": data}

    def renamed(customer: Json, name: str) -> Json:
        return {"action": "update", "resource": "customer", "id": customer["id"], "data": {"name": name}}

    await bulk(contact(known, "Mira"), contact(other, "Noor"), contact(known, "Odile"))
    await check_true(world)
    await bulk(
        renamed(known, "Cobalt"),
        contact(known, "Pia"),
        contact(other, "Quentin"),
        {"action": "create", "resource": "customer", "data": {"name": "Dune"}},
        renamed(other, "Ember"),
    )
    await check_true(world)
    found = answered(await api.get("/search?q=odile type:customer"))["data"]
    assert [one["name"] for one in found] == ["Cobalt"]
