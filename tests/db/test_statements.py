from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from pivotal_server.db import statements
from pivotal_server.db.engine import Database, counting
from pivotal_server.db.statements import (
    Statement,
    StatementCache,
    StatementError,
    any_of,
    columns_of,
    insert_of,
)
from pivotal_server.db.tables import customers, people
from tests.db.samples import INSERT_CUSTOMER, INSERT_PERSON, NOW, PEOPLE, customer, person


class PersonRow(msgspec.Struct):
    id: str
    email: str
    time_zone: str | None


PERSON = Statement(
    select(*columns_of(PersonRow, people)).where(people.c.id == bindparam("id")), into=PersonRow
)


async def test_rows_become_structs(database: Database) -> None:
    await database.execute(INSERT_PERSON, person(1, time_zone="Europe/Berlin"))
    assert await database.fetch_one(PERSON, {"id": "p1"}) == PersonRow(
        id="p1", email="p1@example.com", time_zone="Europe/Berlin"
    )
    assert await database.fetch_one(PERSON, {"id": "p2"}) is None
    assert await database.fetch_all(PERSON, {"id": "p2"}) == []


async def test_a_statement_is_compiled_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    statement = Statement.scalar(select(people.c.name), str)
    await database.fetch_one(statement)
    monkeypatch.setattr(statements, "_plan", None)
    await database.fetch_one(statement)
    await database.fetch_all(statement)
    async with database.transaction() as tx:
        await tx.fetch_one(statement)
        await tx.fetch_all(statement)


def test_the_names_of_a_struct_are_checked() -> None:
    wrong = Statement(select(people.c.id, people.c.name, people.c.time_zone), into=PersonRow)
    with pytest.raises(StatementError, match=r"test_statements:\d+: PersonRow does not fit .*'name'"):
        wrong.compile("sqlite")


def test_a_missing_value_is_named() -> None:
    with pytest.raises(KeyError, match="id"):
        PERSON.compile("postgresql").bind({"ID": 1})


def test_a_list_needs_any_of() -> None:
    with pytest.raises(StatementError, match="any_of"):
        Statement.rows(select(people).where(people.c.id.in_(bindparam("ids")))).compile("sqlite")


async def test_any_of_takes_lists_of_any_length(database: Database) -> None:
    chosen = Statement.scalar(
        select(people.c.id).where(any_of(people.c.id, "ids")).order_by(people.c.id), str
    )
    others = Statement.scalar(
        select(people.c.id).where(~any_of(people.c.created_at, "moments")).order_by(people.c.id), str
    )
    later = [NOW + timedelta(microseconds=n) for n in range(5)]
    await database.execute_many(INSERT_PERSON, [person(n, created_at=later[n]) for n in range(5)])
    for ids in ([], ["p1"], ["p3", "p1", 'p"0'], [f"p{n}" for n in range(1_000)]):
        expected = [f"p{n}" for n in range(5) if f"p{n}" in ids]
        assert await database.fetch_all(chosen, {"ids": ids}) == expected
    assert await database.fetch_all(chosen, {"ids": {"p4"}}) == ["p4"]
    assert await database.fetch_all(others, {"moments": later[:3]}) == ["p3", "p4"]


async def test_any_of_uses_an_index(sqlite_database: Database) -> None:
    statement = Statement.rows(
        select(customers.c.name).where(
            customers.c.org_id == bindparam("org_id"), any_of(customers.c.id, "ids")
        )
    )
    steps = await _query_plan(sqlite_database, statement, {"org_id": "o1", "ids": ["c1"]})
    assert any("SEARCH customers USING INDEX" in step and "id=?" in step for step in steps)


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        (~customers.c.livemode, "customers_test"),
        (customers.c.external_id == bindparam("external_id"), "customers_external_id"),
    ],
)
async def test_constants_meet_the_condition_of_a_partial_index(
    sqlite_database: Database, condition: Any, index: str
) -> None:
    statement = Statement.rows(
        select(customers.c.name)
        .where(customers.c.org_id == bindparam("org_id"), customers.c.deleted_at.is_(None), condition)
        .order_by(customers.c.created_at.desc())
    )
    steps = await _query_plan(sqlite_database, statement, {"org_id": "o1", "external_id": "e"})
    assert any(index in step for step in steps)


async def _query_plan(database: Database, statement: Statement[Any], params: dict[str, Any]) -> list[str]:
    plan = statement.compile("sqlite")
    literal = plan.sql
    for value in plan.bind(params):
        literal = literal.replace("?", f"'{value}'", 1)
    rows = await database.fetch_all(Statement.rows(text(f"EXPLAIN QUERY PLAN {literal}")))
    return [row[3] for row in rows]


async def test_constants_keep_their_meaning(database: Database) -> None:
    awkward = 'it\'s 100 % "true" \\ :id ? $1'
    await database.execute(INSERT_CUSTOMER, customer(1, name=awkward, mrr=-2.5))
    found = Statement.scalar(
        select(customers.c.id).where(
            customers.c.name == awkward,
            customers.c.name.like("%100 %"),
            customers.c.mrr == -2.5,
            customers.c.display_id.in_([1, 2]),
            customers.c.livemode == True,  # noqa: E712 - SQL
            customers.c.created_at > NOW,
        ),
        str,
    )
    assert await database.fetch_one(found) == customer(1)["id"]


async def test_updates_bind_what_varies(database: Database) -> None:
    change = Statement.write(
        update(customers)
        .where(customers.c.org_id == bindparam("org_id"), any_of(customers.c.id, "ids"))
        .values(name=bindparam("name"), livemode=False, domain=None)
    )
    await database.execute_many(INSERT_CUSTOMER, [customer(n) for n in range(1, 4)])
    ids = [customer(1)["id"], customer(2)["id"]]
    assert await database.execute(change, {"org_id": "o1", "ids": ids, "name": "New"}) == 2
    rows = await database.fetch_all(
        Statement.rows(select(customers.c.name, customers.c.livemode).order_by(customers.c.display_id))
    )
    assert rows == [("New", False), ("New", False), ("Customer 3", True)]


async def test_a_dialect_can_have_its_own_construct(database: Database) -> None:
    values = {column.name: bindparam(column.name, type_=column.type) for column in people.c}
    lite, server = sqlite.insert(people).values(values), postgresql.insert(people).values(values)
    upsert = Statement.scalar(
        insert_of(people),
        str,
        sqlite=lite.on_conflict_do_update(index_elements=["id"], set_={"name": lite.excluded.name}).returning(
            people.c.name
        ),
        postgresql=server.on_conflict_do_update(
            index_elements=["id"], set_={"name": server.excluded.name}
        ).returning(people.c.name),
    )
    for name in ("One", "Two"):
        async with database.transaction() as tx:
            assert await tx.fetch_one(upsert, person(1, name=name)) == name
    assert await database.fetch_all(PEOPLE) == ["p1"]


async def test_a_list_keeps_one_statement_per_combination(database: Database) -> None:
    built: list[frozenset[str]] = []

    def build(given: frozenset[str]) -> Statement[str]:
        built.append(given)
        query = select(people.c.id).order_by(people.c.id)
        if "email" in given:
            query = query.where(people.c.email == bindparam("email"))
        if "theme" in given:
            query = query.where(people.c.theme == bindparam("theme"))
        return Statement.scalar(query, str)

    cache = StatementCache(build, ("email", "theme"))
    await database.execute_many(INSERT_PERSON, [person(1), person(2, theme="dark")])
    for params, expected in (
        ({}, ["p1", "p2"]),
        ({"theme": "dark"}, ["p2"]),
        ({"theme": "system", "email": "p1@example.com"}, ["p1"]),
        ({"theme": "dark", "limit": 3}, ["p2"]),
    ):
        assert await database.fetch_all(cache.pick(params), params) == expected
    assert built == [frozenset(), frozenset({"theme"}), frozenset({"theme", "email"})]
    with pytest.raises(KeyError, match="age"):
        cache.get(frozenset({"age"}))


async def test_statements_of_a_task_are_counted(database: Database) -> None:
    await database.fetch_all(PEOPLE)
    with counting() as count:
        await database.fetch_one(PERSON, {"id": "p1"})
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(1))
            await tx.fetch_all(PEOPLE)
        with counting() as inner:
            await database.fetch_all(PEOPLE)
    await database.fetch_all(PEOPLE)
    assert (count.value, inner.value) == (3, 1)
