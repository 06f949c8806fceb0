import asyncio
import logging
from contextlib import aclosing, suppress

import pytest
from sqlalchemy import bindparam, delete, select, update

from pivotal_server.db.engine import MAX_PAYLOAD, Database, Transaction
from pivotal_server.db.errors import (
    AppendOnly,
    CheckViolation,
    ForeignKeyViolation,
    TransactionFailed,
    Unavailable,
    UniqueViolation,
)
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import activity, people, workspaces
from tests.db.samples import (
    COUNT_PEOPLE,
    INSERT_ACTIVITY,
    INSERT_CONTACT,
    INSERT_CUSTOMER,
    INSERT_PERSON,
    INSERT_WORKSPACE,
    PEOPLE,
    PERSON_NAME,
    contact,
    customer,
    entry,
    person,
    workspace,
)


async def test_a_block_commits_at_its_end(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(INSERT_PERSON, person(1))
        assert await tx.fetch_all(PEOPLE) == ["p1"]
        assert await database.fetch_all(PEOPLE) == []
    assert await database.fetch_all(PEOPLE) == ["p1"]


async def test_an_exception_undoes_the_block(database: Database) -> None:
    async def work() -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work()
    assert await database.fetch_all(PEOPLE) == []


async def test_writes_tell_how_many_rows_they_touched(database: Database) -> None:
    await database.execute_many(INSERT_PERSON, [person(n) for n in range(3)])
    assert await database.execute(Statement.write(update(people).values(name="X"))) == 3
    assert (
        await database.execute(
            Statement.write(delete(people).where(people.c.id == bindparam("id"))), {"id": "p9"}
        )
        == 0
    )


async def test_many_rows_are_all_or_none(database: Database) -> None:
    with pytest.raises(UniqueViolation):
        await database.execute_many(INSERT_PERSON, [person(1), person(2), person(1)])
    assert await database.fetch_all(PEOPLE) == []


async def test_a_failed_statement_ends_the_transaction(database: Database) -> None:
    async def work() -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(1))
            with suppress(UniqueViolation):
                await tx.execute(INSERT_PERSON, person(1))
            with pytest.raises(TransactionFailed):
                await tx.execute(INSERT_PERSON, person(2))

    with pytest.raises(UniqueViolation):
        await work()
    assert await database.fetch_all(PEOPLE) == []


async def test_a_savepoint_fails_alone(database: Database) -> None:
    called: list[str] = []

    async def fail(tx: Transaction) -> None:
        async with tx.savepoint():
            tx.after_commit(lambda: called.append("undone"))
            await tx.execute(INSERT_PERSON, person(2))
            async with tx.savepoint():
                await tx.execute(INSERT_PERSON, person(3))
            await tx.execute(INSERT_PERSON, person(1))

    async def fail_and_go_on(tx: Transaction) -> None:
        async with tx.savepoint():
            with suppress(UniqueViolation):
                await tx.execute(INSERT_PERSON, person(1))

    async with database.transaction() as tx:
        await tx.execute(INSERT_PERSON, person(1))
        for work in (fail, fail_and_go_on):
            with pytest.raises(UniqueViolation):
                await work(tx)
        async with tx.savepoint():
            tx.after_commit(lambda: called.append("kept"))
            await tx.execute(INSERT_PERSON, person(4))
    assert await database.fetch_all(PEOPLE) == ["p1", "p4"]
    assert called == ["kept"]


async def test_a_transaction_is_of_no_use_after_its_block(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(INSERT_PERSON, person(1))
    with pytest.raises(Unavailable):
        await tx.execute(INSERT_PERSON, person(2))
    with pytest.raises(Unavailable):
        await tx.execute_many(INSERT_PERSON, [person(2)])


async def test_callbacks_run_after_a_commit_only(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    called: list[str] = []

    def broken() -> None:
        raise ValueError("callback")

    with suppress(ZeroDivisionError):
        async with database.transaction() as tx:
            tx.after_commit(lambda: called.append("rolled back"))
            raise ZeroDivisionError
    with caplog.at_level(logging.CRITICAL, logger="pivotal_server.db.engine"):
        async with database.transaction() as tx:
            tx.after_commit(broken)
            tx.after_commit(lambda: called.append("committed"))
            await tx.execute(INSERT_PERSON, person(1))
            assert called == []
    assert called == ["committed"]
    assert await database.fetch_all(PEOPLE) == ["p1"]


async def test_notifications_follow_the_commit(database: Database) -> None:
    heard: list[str] = []
    arrived = asyncio.Event()

    def hear(payload: str) -> None:
        heard.append(payload)
        arrived.set()

    stop = database.listen("jobs", hear)
    with suppress(ZeroDivisionError):
        async with database.transaction() as tx:
            tx.notify("jobs", "rolled back")
            raise ZeroDivisionError
    async with database.transaction() as tx:
        tx.notify("jobs", "é" * (MAX_PAYLOAD // 2))
        tx.notify("mail", "elsewhere")
        with pytest.raises(ValueError, match="7000 bytes"):
            tx.notify("jobs", "é" * (MAX_PAYLOAD // 2 + 1))
        assert heard == []
    await asyncio.wait_for(arrived.wait(), 10)
    assert heard == ["é" * (MAX_PAYLOAD // 2)]
    stop()
    stop()
    arrived.clear()
    database.listen("last", lambda _: arrived.set())
    async with database.transaction() as tx:
        tx.notify("jobs", "nobody")
        tx.notify("last", "")
    await asyncio.wait_for(arrived.wait(), 10)
    assert len(heard) == 1


@pytest.mark.parametrize(
    ("number", "changes", "constraint"),
    [
        (1, {"display_id": 2, "slug": "other"}, "customers_pkey"),
        (2, {"display_id": 1}, "customers_display_id"),
        (2, {"slug": "customer-1"}, "customers_slug"),
        (2, {"external_id": "e1"}, "customers_external_id"),
    ],
)
async def test_a_unique_violation_names_its_constraint(
    database: Database, number: int, changes: dict[str, object], constraint: str
) -> None:
    await database.execute(INSERT_CUSTOMER, customer(1, external_id="e1"))
    with pytest.raises(UniqueViolation) as caught:
        await database.execute(INSERT_CUSTOMER, customer(number, **changes))
    assert caught.value.constraint == constraint


async def test_other_constraints(database: Database) -> None:
    with pytest.raises(ForeignKeyViolation):
        await database.execute(INSERT_CONTACT, contact(1, 1))
    with pytest.raises(CheckViolation):
        await database.execute(INSERT_PERSON, person(1, name=None))
    await database.execute(INSERT_CUSTOMER, customer(1))
    await database.execute(INSERT_CONTACT, contact(1, 1, is_primary=True))
    with pytest.raises(UniqueViolation) as caught:
        await database.execute(INSERT_CONTACT, contact(2, 1, is_primary=True))
    assert caught.value.constraint == "contacts_primary"


async def test_activity_takes_additions_only(database: Database) -> None:
    of_workspace = activity.c.org_id == bindparam("org_id")
    change = Statement.write(update(activity).where(of_workspace).values(reason="x"))
    remove = Statement.write(delete(activity).where(of_workspace))
    drop_workspace = Statement.write(delete(workspaces).where(workspaces.c.id == bindparam("org_id")))
    entries = Statement.scalar(select(activity.c.id).where(of_workspace), str)
    of = {"org_id": "o1"}
    await database.execute(INSERT_WORKSPACE, workspace())
    await database.execute(INSERT_ACTIVITY, entry(1))
    for statement in (change, remove):
        with pytest.raises(AppendOnly):
            await database.execute(statement, of)
    assert len(await database.fetch_all(entries, of)) == 1
    await database.execute(drop_workspace, of)
    with pytest.raises(AppendOnly):
        await database.execute(change, of)
    assert await database.execute(remove, of) == 1


async def test_long_reads_come_in_batches_of_one_state(database: Database) -> None:
    await database.execute_many(INSERT_PERSON, [person(f"{n:03}") for n in range(25)])
    sizes = []
    async with aclosing(database.stream(PEOPLE, batch=10)) as batches:
        async for batch in batches:
            sizes.append(len(batch))
            await database.execute(INSERT_PERSON, person(f"{900 + len(sizes):03}"))
    assert sizes == [10, 10, 5]
    async with aclosing(database.stream(PEOPLE, batch=10)) as batches:
        async for batch in batches:
            assert batch[0] == "p000"
            break


async def test_a_cancelled_block_is_undone(database: Database) -> None:
    started = asyncio.Event()

    async def work() -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(1))
            started.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await database.execute(INSERT_PERSON, person(2))
    assert await database.fetch_all(PEOPLE) == ["p2"]


async def test_writes_at_the_same_time_all_count(database: Database) -> None:
    rename = Statement.write(
        update(people).where(people.c.id == bindparam("id")).values(name=people.c.name + bindparam("suffix"))
    )
    await database.execute(INSERT_PERSON, person(1, name=""))

    async def work() -> None:
        async with database.transaction() as tx:
            await tx.execute(rename, {"id": "p1", "suffix": "."})

    await asyncio.gather(*(work() for _ in range(50)))
    assert await database.fetch_one(PERSON_NAME, {"id": "p1"}) == "." * 50


async def test_a_closed_database_is_unavailable(database: Database) -> None:
    await database.ping()
    await database.close()
    for work in (
        database.ping(),
        database.fetch_one(COUNT_PEOPLE),
        database.fetch_all(PEOPLE),
        database.execute(INSERT_PERSON, person(1)),
        anext(aiter(database.stream(PEOPLE))),
        database.bump_epoch_everywhere(),
    ):
        with pytest.raises(Unavailable):
            await work
    with pytest.raises(Unavailable):
        async with database.transaction():
            pass
    await database.close()
