import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from pivotal_server.db import sqlite_writer
from pivotal_server.db.engine import connect
from pivotal_server.db.errors import Unavailable, UniqueViolation
from pivotal_server.db.sqlite import SqliteDatabase
from pivotal_server.db.statements import Statement
from tests.db.samples import (
    COUNT_PEOPLE,
    INSERT_CONTACT,
    INSERT_CUSTOMER,
    INSERT_PERSON,
    PEOPLE,
    contact,
    customer,
    person,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[SqliteDatabase]:
    opened = connect(sqlite_url)
    assert isinstance(opened, SqliteDatabase)
    await opened.open()
    yield opened
    await opened.close()


async def write(database: SqliteDatabase, number: int) -> None:
    async with database.transaction() as tx:
        await tx.execute(INSERT_PERSON, person(f"{number:03}"))


async def test_transactions_that_arrive_together_share_a_commit(database: SqliteDatabase) -> None:
    before = database.commits
    await asyncio.gather(*(write(database, n) for n in range(100)))
    assert database.commits - before <= 10
    assert await database.fetch_one(COUNT_PEOPLE) == 100


async def test_a_group_is_bounded(database: SqliteDatabase) -> None:
    before = database.commits
    tasks = 3 * sqlite_writer.GROUP_SIZE
    await asyncio.gather(*(write(database, n) for n in range(tasks)))
    assert database.commits - before >= 3
    assert await database.fetch_one(COUNT_PEOPLE) == tasks


async def test_a_failure_undoes_its_own_work_only(database: SqliteDatabase) -> None:
    async def work(number: int) -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(f"{number:03}"))
            if number % 3 == 1:
                await tx.execute(INSERT_PERSON, person(f"{number:03}"))
            if number % 3 == 2:
                raise ZeroDivisionError

    results = await asyncio.gather(*(work(n) for n in range(30)), return_exceptions=True)
    kinds = [type(result) for result in results]
    assert kinds == [type(None), UniqueViolation, ZeroDivisionError] * 10
    assert await database.fetch_all(PEOPLE) == [f"p{n:03}" for n in range(0, 30, 3)]


async def test_answers_wait_for_the_commit(database: SqliteDatabase) -> None:
    """Whatever has been answered is visible to a program that reads the file."""

    async def work(number: int) -> None:
        await write(database, number)
        with closing(sqlite3.connect(database.path)) as other:
            assert other.execute("SELECT 1 FROM people WHERE id = ?", (f"p{number:03}",)).fetchone() == (1,)

    await asyncio.gather(*(work(n) for n in range(20)))


async def test_transactions_have_their_turn_in_order(database: SqliteDatabase) -> None:
    order: list[int] = []

    async def work(number: int) -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(f"{number:03}"))
            order.append(number)

    await asyncio.gather(*(work(n) for n in range(50)))
    assert order == list(range(50))


async def test_a_task_cancelled_while_it_waits_for_its_turn(database: SqliteDatabase) -> None:
    release = asyncio.Event()

    async def hold() -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person("000"))
            await release.wait()

    holder = asyncio.create_task(hold())
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(write(database, n)) for n in range(1, 6)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    waiting[2].cancel()
    release.set()
    results = await asyncio.gather(holder, *waiting, return_exceptions=True)
    assert [isinstance(r, asyncio.CancelledError) for r in results] == [
        False,
        True,
        False,
        True,
        False,
        False,
    ]
    assert await database.fetch_all(PEOPLE) == ["p000", "p002", "p004", "p005"]


async def test_a_task_cancelled_as_it_gets_its_turn(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def first() -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person("000"))
            await asyncio.sleep(0)

    holder = asyncio.create_task(first())
    await asyncio.sleep(0)
    tasks = [asyncio.create_task(write(database, n)) for n in (1, 2)]
    await asyncio.sleep(0)
    writer = database._writing()
    give = writer._next_turn
    cancelled: list[bool] = []

    def give_and_cancel() -> bool:
        given = give()
        cancelled.append(tasks[0].cancel())
        return given

    monkeypatch.setattr(writer, "_next_turn", give_and_cancel)
    results = await asyncio.gather(holder, *tasks, return_exceptions=True)
    assert cancelled[0]
    assert [type(r) for r in results] == [type(None), asyncio.CancelledError, type(None)]
    assert await database.fetch_all(PEOPLE) == ["p000", "p002"]


async def test_a_task_cancelled_inside_its_block(database: SqliteDatabase) -> None:
    async def work(number: int) -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(f"{number:03}"))
            if number == 1:
                await asyncio.sleep(60)

    tasks = [asyncio.create_task(work(n)) for n in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks[1].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[1], asyncio.CancelledError)
    assert await database.fetch_all(PEOPLE) == ["p000", "p002"]


async def test_a_task_cancelled_while_it_waits_for_the_commit(database: SqliteDatabase) -> None:
    called: list[int] = []

    async def work(number: int) -> None:
        async with database.transaction() as tx:
            tx.after_commit(lambda: called.append(number))
            await tx.execute(INSERT_PERSON, person(f"{number:03}"))
            ran[number].set()

    ran = [asyncio.Event() for _ in range(3)]
    tasks = [asyncio.create_task(work(n)) for n in range(3)]
    await ran[2].wait()
    tasks[1].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(r) for r in results] == [type(None), asyncio.CancelledError, type(None)]
    assert await database.fetch_all(PEOPLE) == ["p000", "p001", "p002"]
    assert called == [0, 1, 2]


async def test_a_failed_commit_fails_everyone_in_it(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pivotal_server.db.sqlite_writer.GROUP_SECONDS", 60.0
    )  # one group on a slow machine too
    connection = database._writing().connection
    orphan = contact(1, 1)

    async def work(number: int) -> None:
        async with database.transaction() as tx:
            # Puts the check of the reference off to the COMMIT, which then refuses.
            connection.execute("PRAGMA defer_foreign_keys = ON")
            if number == 0:
                await tx.execute(INSERT_CONTACT, orphan)
            await tx.execute(INSERT_PERSON, person(number))

    results = await asyncio.gather(*(work(n) for n in range(4)), return_exceptions=True)
    assert [type(result) for result in results] == [Unavailable] * 4
    assert await database.fetch_all(PEOPLE) == []
    await database.execute(INSERT_CUSTOMER, customer(1))
    await database.execute(INSERT_CONTACT, orphan)


async def test_a_full_disk_undoes_the_group_and_leaves_the_writer_usable(database: SqliteDatabase) -> None:
    connection = database._writing().connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 30}")

    async def work(number: int) -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(number))
            if number == 3:
                with suppress(Unavailable):
                    await tx.execute(INSERT_PERSON, person("big", name="x" * 500_000))
                # Whatever follows must not be written outside of the transaction that was lost.
                await tx.execute(INSERT_PERSON, person("after"))

    results = await asyncio.gather(*(work(n) for n in range(4)), return_exceptions=True)
    assert all(result is None or isinstance(result, Exception) for result in results)
    assert isinstance(results[3], Exception)
    stored = await database.fetch_all(PEOPLE)
    assert stored == [f"p{n}" for n in range(4) if results[n] is None]
    connection.execute("PRAGMA max_page_count = 1000000")
    await database.execute(INSERT_PERSON, person(9, name="x" * 500_000))


async def test_a_transaction_inside_another_of_the_same_task_is_refused(database: SqliteDatabase) -> None:
    async with database.transaction() as tx:
        await tx.execute(INSERT_PERSON, person(1))
        with pytest.raises(RuntimeError, match="wait for itself"):
            await database.execute(INSERT_PERSON, person(2))
    assert await database.fetch_all(PEOPLE) == ["p1"]


async def test_a_write_is_no_read(database: SqliteDatabase) -> None:
    with pytest.raises(RuntimeError, match="in a transaction"):
        await database.fetch_one(INSERT_PERSON, person(1))
    with pytest.raises(RuntimeError, match="in a transaction"):
        await database.fetch_all(INSERT_PERSON, person(1))


async def test_closing_waits_for_what_is_under_way(database: SqliteDatabase) -> None:
    tasks = [asyncio.create_task(write(database, n)) for n in range(5)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*tasks)
    with closing(sqlite3.connect(database.path)) as other:
        assert other.execute("SELECT count(*) FROM people").fetchone() == (5,)
    assert [path.suffix for path in database.path.parent.glob("pivotal.db*")] == [".db"]


async def test_transactions_without_changes_cost_no_disk(database: SqliteDatabase) -> None:
    async with database.transaction() as tx:
        assert await tx.fetch_all(PEOPLE) == []
    with suppress(ZeroDivisionError):
        async with database.transaction() as tx:
            await tx.execute(INSERT_PERSON, person(1))
            raise ZeroDivisionError
    assert await database.fetch_all(PEOPLE) == []


# ── Other programs on the same file ────────────────────────────────────────────────────────────
async def test_a_short_lock_of_another_program_is_waited_for(database: SqliteDatabase) -> None:
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        task = asyncio.create_task(write(database, 1))
        await asyncio.sleep(0.05)
        assert not task.done()
        assert await database.fetch_all(PEOPLE) == []
        other.execute("COMMIT")
        await task
    assert await database.fetch_all(PEOPLE) == ["p001"]


async def test_a_long_lock_of_another_program_is_unavailable(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_writer, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        results = await asyncio.gather(*(write(database, n) for n in range(3)), return_exceptions=True)
        assert [type(result) for result in results] == [Unavailable] * 3
        task = asyncio.create_task(write(database, 3))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await write(database, 4)
    assert await database.fetch_all(PEOPLE) == ["p004"]


CHILD = """
import asyncio, sys
from pivotal_server.db.engine import connect
from tests.db.samples import INSERT_PERSON, person

async def main(url, name, transactions):
    database = connect(url)
    await database.open()

    async def work(task):
        for number in range(transactions):
            key = f"{name}-{task}-{number}"
            async with database.transaction() as tx:
                for part in "abc":
                    await tx.execute(INSERT_PERSON, person(f"{key}-{part}"))
            print(key, flush=True)

    await asyncio.gather(*(work(task) for task in range(8)))
    await database.close()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


async def start_child(url: str, name: str, transactions: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", CHILD, url, name, str(transactions)),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=asyncio.subprocess.PIPE,
    )


async def test_two_processes_share_a_file(sqlite_url: str) -> None:
    children = [await start_child(sqlite_url, name, 15) for name in ("x", "y")]
    outputs = [await child.communicate() for child in children]
    assert [child.returncode for child in children] == [0, 0]
    assert [len(out.split()) for out, _ in outputs] == [120, 120]
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as file:
        assert file.execute("SELECT count(*) FROM people").fetchone() == (720,)


@pytest.mark.faults
@pytest.mark.parametrize("answers", [1, 40, 120])
async def test_a_killed_process_loses_nothing_it_answered(sqlite_url: str, answers: int) -> None:
    child = await start_child(sqlite_url, "z", 100_000)
    assert child.stdout is not None
    answered = {(await child.stdout.readline()).decode().strip() for _ in range(answers)}
    child.send_signal(signal.SIGKILL)
    rest, _ = await child.communicate()
    answered |= {line for line in rest.decode().split("\n")[:-1] if line}
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as file:
        stored = [row[0] for row in file.execute("SELECT id FROM people")]
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    parts: dict[str, set[str]] = {}
    for key in stored:
        transaction, _, part = key.removeprefix("p").rpartition("-")
        parts.setdefault(transaction, set()).add(part)
    assert all(found == {"a", "b", "c"} for found in parts.values())
    assert answered <= parts.keys()


# ── The epoch ──────────────────────────────────────────────────────────────────────────────────
async def test_the_epoch_changes_when_another_program_writes(database: SqliteDatabase) -> None:
    await write(database, 1)
    first = database.epoch()
    assert first is not None
    await asyncio.gather(*(write(database, n) for n in range(2, 12)))
    await database.fetch_all(PEOPLE)
    assert database.epoch() == first
    with closing(sqlite3.connect(database.path)) as other:
        other.execute("UPDATE people SET name = 'x'")
        other.commit()
        await asyncio.sleep(0)  # what is asked in one round of the loop is answered by one look
        second = database.epoch()
        assert second not in {None, first}
        other.execute("UPDATE people SET name = 'y'")
        other.commit()
        async with database.transaction() as tx:
            third = database.epoch()
            assert third not in {None, first, second}
            await tx.execute(INSERT_PERSON, person("inside"))
            assert database.epoch() == third
    assert database.epoch() == third
    await database.bump_epoch_everywhere()
    assert database.epoch() not in {None, first, second, third}


async def test_the_epoch_is_never_wrong_while_a_commit_is_under_way(database: SqliteDatabase) -> None:
    """Whenever another connection has committed, the next look tells, whatever our own writer is doing."""
    statement = Statement.scalar(text("SELECT name FROM people WHERE id = 'pshared'"), str)
    await database.execute(INSERT_PERSON, person("shared", name="0"))
    stop = asyncio.Event()

    async def keep_writing(task: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            async with database.transaction() as tx:
                await tx.execute(INSERT_PERSON, person(f"{task}-{number}"))

    writers = [asyncio.create_task(keep_writing(task)) for task in range(4)]
    remembered: dict[int, str | None] = {}

    def change(number: int) -> None:
        with closing(sqlite3.connect(database.path, timeout=20)) as other:
            other.execute("UPDATE people SET name = ? WHERE id = 'pshared'", (str(number),))
            other.commit()

    known = None
    for number in range(1, 25):
        await asyncio.to_thread(change, number)
        epoch = database.epoch()
        if epoch is None or epoch not in remembered:
            known = await database.fetch_one(statement)
            if epoch is not None:
                remembered[epoch] = known
        else:
            known = remembered[epoch]
        assert known == str(number)
    stop.set()
    await asyncio.gather(*writers)
