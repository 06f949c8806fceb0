import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
from sqlalchemy import bindparam, text, update

from pivotal_server.db import postgres
from pivotal_server.db.errors import CannotOpen, Unavailable
from pivotal_server.db.postgres import PostgresDatabase
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import people
from tests.db.samples import INSERT_PERSON, PEOPLE, person

END_SESSIONS = Statement.rows(
    text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
)
RENAME = Statement.write(update(people).where(people.c.id == bindparam("id")).values(name=bindparam("name")))


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    for _ in range(1_000):
        if condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail("waited in vain")


@pytest.fixture
async def pair(postgres_url: str) -> AsyncIterator[tuple[PostgresDatabase, PostgresDatabase]]:
    """Two processes on one database, as far as the database can tell."""
    databases = PostgresDatabase(postgres_url), PostgresDatabase(postgres_url)
    for database in databases:
        await database.open()
    yield databases
    for database in databases:
        await database.close()


async def test_a_bump_reaches_every_process_before_it_returns(
    pair: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    one, two = pair
    for _ in range(5):
        before = one.epoch(), two.epoch()
        assert None not in before
        await one.bump_epoch_everywhere()
        after = one.epoch(), two.epoch()
        assert None not in after
        assert after[0] != before[0]
        assert after[1] != before[1]
    alone = two.epoch()
    await one.execute(INSERT_PERSON, person(1))
    assert two.epoch() == alone


async def test_a_silent_process_knows_that_it_is(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    one, two = pair
    assert two._link is not None
    assert two._link._task is not None
    # Its loop has stopped: no heartbeats, no confirmations.
    two._link._task.cancel()
    await one.bump_epoch_everywhere()
    assert two.epoch() is None
    assert one.epoch() is not None
    two._link._task = None


async def test_a_dead_process_is_not_waited_for(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    one, two = pair
    assert two._link is not None
    await two._link.stop()
    await one.bump_epoch_everywhere()
    # Had it waited for the other one, the silence would have made this None.
    assert two._link.epoch() is not None


async def test_a_broken_listener_comes_back_with_a_new_epoch(
    pair: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    one, two = pair
    before = two.epoch()
    heard: list[str] = []
    two.listen("jobs", heard.append)
    with suppress(Unavailable):
        await one.fetch_all(END_SESSIONS)
    await until(lambda: two.epoch() not in {before, None})
    await until(lambda: one.epoch() is not None)

    async def notify() -> None:
        with suppress(Unavailable):
            async with one.transaction() as tx:
                tx.notify("jobs", "after")

    while not heard:
        await notify()
        await asyncio.sleep(0.05)
    assert set(heard) == {"after"}


async def test_notifications_reach_other_processes(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    one, two = pair
    heard: list[str] = []
    two.listen("jobs", heard.append)
    for number in range(3):
        async with one.transaction() as tx:
            tx.notify("jobs", str(number))
    await until(lambda: len(heard) == 3)
    assert heard == ["0", "1", "2"]


async def test_a_lost_connection_is_unavailable_and_then_made_again(postgres_url: str) -> None:
    database, other = PostgresDatabase(postgres_url, pool_size=2), PostgresDatabase(postgres_url)
    await database.open()
    await other.open()

    async def lose_connection(number: int, *, then_write: bool) -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(number))
            await other.fetch_all(END_SESSIONS)
            if then_write:
                await tx.execute(INSERT_PERSON, person(number + 1))

    with pytest.raises(Unavailable):
        await lose_connection(1, then_write=True)
    with pytest.raises(Unavailable):
        await lose_connection(3, then_write=False)
    for _ in range(3):
        with suppress(Unavailable):
            await database.ping()
    await database.execute(INSERT_PERSON, person(4))
    assert await database.fetch_all(PEOPLE) == ["p4"]
    await database.close()
    await other.close()


async def test_a_pool_in_use_is_unavailable(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_ACQUIRE_SECONDS", 0.05)
    database = PostgresDatabase(postgres_url, pool_size=1)
    await database.open()
    async with database.transaction():
        with pytest.raises(Unavailable):
            await database.ping()
    await database.ping()
    await database.close()


async def test_those_who_wait_for_a_connection_can_be_cancelled(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url, pool_size=1)
    await database.open()
    async with database.transaction():
        tasks = [asyncio.create_task(database.ping()) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
    tasks[1].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(r) for r in results] == [asyncio.CancelledError, asyncio.CancelledError, type(None)]
    await database.ping()
    await database.close()


async def test_a_statement_can_be_cancelled(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url, pool_size=1)
    await database.open()
    sleep = Statement.rows(text("SELECT 1 FROM pg_sleep(20)"))

    async def in_transaction() -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(1))
            await tx.fetch_one(sleep)

    async def alone() -> None:
        await database.fetch_one(sleep)

    for work in (in_transaction, alone):
        task = asyncio.create_task(work())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await database.fetch_all(PEOPLE) == []
    await database.close()


async def test_a_server_that_does_not_answer(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_STATEMENT_SECONDS", 0.2)
    database = PostgresDatabase(postgres_url, pool_size=1)
    await database.open()
    sleep = Statement.rows(text("SELECT 1 FROM pg_sleep(20)"))

    async def in_transaction() -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(1))
            await tx.fetch_one(sleep)

    with pytest.raises(Unavailable):
        await in_transaction()
    with pytest.raises(Unavailable):
        await database.fetch_one(sleep)
    assert await database.fetch_all(PEOPLE) == []
    await database.close()


async def test_a_statement_has_a_time_limit(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres._SESSION, "statement_timeout", "50ms")
    monkeypatch.setitem(postgres._SESSION, "lock_timeout", "20ms")
    database = PostgresDatabase(postgres_url)
    await database.open()
    with pytest.raises(Unavailable, match="statement timeout"):
        await database.fetch_one(Statement.rows(text("SELECT 1 FROM pg_sleep(5)")))
    await database.execute(INSERT_PERSON, person(1))
    async with database.transaction() as tx:
        await tx.execute(RENAME, {"id": "p1", "name": "One"})
        with pytest.raises(Unavailable, match="lock timeout"):
            await database.execute(RENAME, {"id": "p1", "name": "Two"})
    await database.close()


async def test_a_deadlock_is_unavailable_for_one(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url)
    await database.open()
    await database.execute_many(INSERT_PERSON, [person(1), person(2)])
    both = asyncio.Barrier(2)

    async def work(first: str, second: str) -> None:
        async with database.transaction() as tx:
            await tx.execute(RENAME, {"id": first, "name": "x"})
            await both.wait()
            await tx.execute(RENAME, {"id": second, "name": "x"})

    results = await asyncio.gather(work("p1", "p2"), work("p2", "p1"), return_exceptions=True)
    assert {type(result) for result in results} == {type(None), Unavailable}
    await database.close()


async def test_what_cannot_be_opened(postgres_url: str) -> None:
    for url, reason in (
        ("postgresql://nobody@127.0.0.1:1/none", "PostgreSQL cannot be used"),
        (postgres_url.replace("test_", "missing_"), "does not exist"),
        ("postgresql://127.0.0.1:port/none", "PostgreSQL cannot be used"),
    ):
        database = PostgresDatabase(url)
        with pytest.raises(CannotOpen, match=reason) as caught:
            await database.open()
        assert "\n" not in str(caught.value)
