"""The embedded database: one SQLite file.

Reads run inline on the event loop: they take microseconds, and a thread would cost more than it saves. Writes
go through the one `Writer`, which commits in groups. Long reads have connections of their own in threads.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from pivotal_server.db.engine import (
    COUNTING,
    NO_PARAMS,
    Database,
    Listener,
    Listeners,
    Snapshot,
    Transaction,
    count_statement,
    run_quietly,
)
from pivotal_server.db.errors import CannotOpen, TransactionFailed, Unavailable, raise_known
from pivotal_server.db.revisions import check_revision
from pivotal_server.db.sqlite_errors import is_busy, primary_code, translate
from pivotal_server.db.sqlite_snapshot import SqliteSnapshot
from pivotal_server.db.sqlite_writer import Writer
from pivotal_server.db.statements import Params, Statement

T = TypeVar("T")

_CACHED_STATEMENTS: Final = 1_024
_READER_CACHE_KIB: Final = 16_384
_WRITER_CACHE_KIB: Final = 8_192
_STREAM_CACHE_KIB: Final = 2_048
# Readers of a WAL file wait only while it is recovered or its last writer leaves.
_READER_BUSY_MS: Final = 1_000
_STREAM_THREADS: Final = 4


def open_connection(
    path: Path, *, cache_kib: int, read_only: bool, busy_ms: int = 0, foreign_keys: bool = True
) -> sqlite3.Connection:
    """A connection set up as the server needs it; sqlite3.Error if that fails."""
    connection = sqlite3.connect(
        path,
        timeout=busy_ms / 1_000,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_CACHED_STATEMENTS,
    )
    try:
        if not read_only:
            # SQLite opens such a file for reading, without a word, and fails at the first write.
            if not os.access(path, os.W_OK):
                raise sqlite3.OperationalError("attempt to write a readonly database")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA foreign_keys = {foreign_keys:d}")
        # In memory, each end of a savepoint walks through what all savepoints of the transaction have kept.
        connection.execute(f"PRAGMA temp_store = {'MEMORY' if read_only else 'FILE'}")
        connection.execute(f"PRAGMA cache_size = -{cache_kib}")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def cannot_open(path: Path, error: sqlite3.Error) -> CannotOpen:
    """One line on why the file cannot be opened."""
    if primary_code(error) in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return CannotOpen(f"{path} is not an SQLite database, or is damaged")
    if is_busy(error):
        return CannotOpen(f"{path} is locked by another program")
    if not path.parent.is_dir():
        return CannotOpen(f"the folder {path.parent} does not exist")
    return CannotOpen(f"{path} cannot be opened for writing ({error})")


def _closed(*_: Any) -> Any:
    raise Unavailable("the database is not open")


class SqliteTransaction(Transaction):
    """A transaction: a savepoint in the group that the writer has open."""

    def __init__(self, writer: Writer, listeners: Listeners) -> None:
        self._writer = writer
        self._listeners = listeners
        self._execute: Callable[[str, Any], sqlite3.Cursor] = _closed
        self._failure: Exception | None = None
        self._depth = 0
        self._after = []
        self._notes = []

    async def __aenter__(self) -> Self:
        await self._writer.begin()
        self._execute = self._writer.connection.execute
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._execute = _closed
        if error is None and self._failure is None:
            await self._writer.commit(self._announce if self._after or self._notes else None)
            return
        self._writer.rollback()
        if error is None:
            self._raise_failure()

    def _announce(self) -> None:
        for callback in self._after:
            run_quietly(callback)
        for channel, payload in self._notes:
            self._listeners.deliver(channel, payload)

    def _fail(self, error: sqlite3.Error) -> Exception:
        if not self._writer.connection.in_transaction:
            self._writer.lose_group(error)
        self._failure = translate(error)
        return self._failure

    def _control(self, sql: str) -> None:
        try:
            self._execute(sql, ())
        except sqlite3.Error as error:
            raise_known(self._fail(error), error)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _check(self) -> None:
        if COUNTING.active:
            count_statement()
        if self._failure is not None:
            raise TransactionFailed(f"an earlier statement failed: {self._failure}") from self._failure

    async def fetch_one(self, stmt: Statement[T], params: Params = NO_PARAMS) -> T | None:
        """The first row, or None."""
        plan = stmt.sqlite_plan or stmt.compile("sqlite")
        self._check()
        values = plan.bind(params)
        try:
            row = self._execute(plan.sql, values).fetchone()
        except sqlite3.Error as error:
            raise_known(self._fail(error), error)
        return None if row is None else plan.decode(row)

    async def fetch_all(self, stmt: Statement[T], params: Params = NO_PARAMS) -> list[T]:
        """All rows."""
        plan = stmt.sqlite_plan or stmt.compile("sqlite")
        self._check()
        values = plan.bind(params)
        try:
            rows = self._execute(plan.sql, values).fetchall()
        except sqlite3.Error as error:
            raise_known(self._fail(error), error)
        return list(map(plan.decode, rows))

    async def execute(self, stmt: Statement[Any], params: Params = NO_PARAMS) -> int:
        """Run a write; how many rows it touched."""
        plan = stmt.sqlite_plan or stmt.compile("sqlite")
        self._check()
        values = plan.bind(params)
        try:
            return self._execute(plan.sql, values).rowcount
        except sqlite3.Error as error:
            raise_known(self._fail(error), error)

    async def execute_aside(self, stmt: Statement[Any], params: Params = NO_PARAMS) -> int:
        """Run one long write in a thread; readers go on, other writers wait for the turn as ever."""
        plan = stmt.sqlite_plan or stmt.compile("sqlite")
        self._check()
        values = plan.bind(params)
        running = asyncio.get_running_loop().run_in_executor(None, self._execute, plan.sql, values)
        try:
            return (await asyncio.shield(running)).rowcount
        except sqlite3.Error as error:
            raise_known(self._fail(error), error)
        except asyncio.CancelledError:
            # The connection is in use until the thread is done; only then may anybody roll back.
            with suppress(sqlite3.Error):
                await running
            raise

    async def execute_many(self, stmt: Statement[Any], params: Sequence[Params]) -> None:
        """Run a write once for each set of values."""
        plan = stmt.sqlite_plan or stmt.compile("sqlite")
        self._check()
        rows = list(map(plan.bind, params))
        if self._execute is _closed:
            _closed()
        try:
            self._writer.connection.executemany(plan.sql, rows)
        except sqlite3.Error as error:
            raise_known(self._fail(error), error)

    def savepoint(self) -> _Savepoint:
        """A block inside the transaction that can fail alone."""
        return _Savepoint(self._enter, self._leave)

    def _enter(self) -> tuple[int, int]:
        self._check()
        self._control(f"SAVEPOINT s{self._depth}")
        self._depth += 1
        return len(self._after), len(self._notes)

    def _leave(self, marks: tuple[int, int], error: BaseException | None) -> None:
        self._depth -= 1
        try:
            if error is None:
                self._raise_failure()
                self._control(f"RELEASE s{self._depth}")
        except BaseException:
            self._undo(marks)
            raise
        if error is not None:
            self._undo(marks)

    def _undo(self, marks: tuple[int, int]) -> None:
        del self._after[marks[0] :], self._notes[marks[1] :]
        if self._writer.connection.in_transaction and not isinstance(self._failure, Unavailable):
            self._control(f"ROLLBACK TO s{self._depth}")
            self._control(f"RELEASE s{self._depth}")
            self._failure = None


class _Savepoint:
    """What `savepoint()` gives: bulk calls enter a thousand, where a generator costs more than its SQL."""

    __slots__ = ("_enter", "_leave", "_marks")

    def __init__(
        self,
        enter: Callable[[], tuple[int, int]],
        leave: Callable[[tuple[int, int], BaseException | None], None],
    ) -> None:
        self._enter, self._leave = enter, leave
        self._marks = 0, 0

    async def __aenter__(self) -> None:
        self._marks = self._enter()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(self._marks, error)


class SqliteDatabase(Database):
    """One SQLite file in WAL mode."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reader: sqlite3.Connection | None = None
        self._writer: Writer | None = None
        self._read: Callable[[str, Any], sqlite3.Cursor] = _closed
        self._listeners = Listeners()
        self._bumps = 0
        self._threads: ThreadPoolExecutor | None = None

    # ── Opening ────────────────────────────────────────────────────────────────────────────────
    async def open(self, *, check_schema: bool = True) -> None:
        """Open the file, made when it is missing. CannotOpen says in one line why not."""
        writing = reader = None
        # Where SQLite keeps what a long transaction may have to undo: a place that can be written to.
        os.environ.setdefault("SQLITE_TMPDIR", str(self.path.parent))
        try:
            writing = open_connection(self.path, cache_kib=_WRITER_CACHE_KIB, read_only=False)
            reader = open_connection(
                self.path, cache_kib=_READER_CACHE_KIB, read_only=True, busy_ms=_READER_BUSY_MS
            )
            if check_schema:
                check_revision(revision_of(reader), str(self.path))
        except sqlite3.Error as error:
            _close(writing, reader)
            raise cannot_open(self.path, error) from error
        except CannotOpen:
            _close(writing, reader)
            raise
        self._writer = Writer(writing, reader)
        self._reader = reader
        self._read = reader.execute

    async def close(self) -> None:
        """Finish the commits under way, fold the log into the file, close it."""
        if self._writer is None or self._reader is None:
            return
        await self._writer.close()
        self._read = _closed
        if self._threads is not None:
            self._threads.shutdown()
        self._reader.close()
        with suppress(sqlite3.Error):  # another program may be reading; the log is kept for later then
            self._writer.connection.execute("PRAGMA optimize")
            self._writer.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._writer.connection.close()
        self._writer = self._reader = None

    def _writing(self) -> Writer:
        if self._writer is None:
            raise Unavailable("the database is not open")
        return self._writer

    @property
    def commits(self) -> int:
        """How many groups have been committed since the start."""
        return self._writing().commits

    # ── Statements ─────────────────────────────────────────────────────────────────────────────
    async def fetch_one(self, stmt: Statement[T], params: Params = NO_PARAMS) -> T | None:
        """The first row, or None."""
        plan = stmt.sqlite_plan or stmt.compile("sqlite")
        if COUNTING.active:
            count_statement()
        values = plan.bind(params)
        try:
            row = self._read(plan.sql, values).fetchone()
        except sqlite3.Error as error:
            raise_known(_reading_failed(error), error)
        return None if row is None else plan.decode(row)

    async def fetch_all(self, stmt: Statement[T], params: Params = NO_PARAMS) -> list[T]:
        """All rows."""
        plan = stmt.sqlite_plan or stmt.compile("sqlite")
        if COUNTING.active:
            count_statement()
        values = plan.bind(params)
        try:
            rows = self._read(plan.sql, values).fetchall()
        except sqlite3.Error as error:
            raise_known(_reading_failed(error), error)
        return list(map(plan.decode, rows))

    async def execute(self, stmt: Statement[Any], params: Params = NO_PARAMS) -> int:
        """Run a write in a transaction of its own; how many rows it touched."""
        async with self.transaction() as tx:
            return await tx.execute(stmt, params)

    async def execute_many(self, stmt: Statement[Any], params: Sequence[Params]) -> None:
        """Run a write once for each set of values, in a transaction of its own."""
        async with self.transaction() as tx:
            await tx.execute_many(stmt, params)

    def transaction(self) -> SqliteTransaction:
        """A transaction, committed at the end of the block."""
        return SqliteTransaction(self._writing(), self._listeners)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """A read transaction on a connection of its own, used in threads."""
        self._writing()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_STREAM_THREADS, thread_name_prefix="sqlite-read")
        threads = self._threads

        def begin() -> sqlite3.Connection:
            connection = open_connection(
                self.path, cache_kib=_STREAM_CACHE_KIB, read_only=True, busy_ms=_READER_BUSY_MS
            )
            try:
                connection.execute("BEGIN")
                # The first read is what settles the state that all others see.
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            except BaseException:
                connection.close()
                raise
            return connection

        try:
            connection = await asyncio.get_running_loop().run_in_executor(threads, begin)
        except sqlite3.Error as error:
            raise_known(translate(error), error)
        try:
            yield SqliteSnapshot(connection, threads)
        finally:
            threads.submit(connection.close)

    async def ping(self) -> None:
        """Read something; Unavailable when that fails."""
        try:
            self._read("SELECT count(*) FROM sqlite_schema", ()).fetchone()
        except sqlite3.Error as error:
            raise_known(translate(error), error)

    # ── Other listeners, other programs ────────────────────────────────────────────────────────
    def listen(self, channel: str, callback: Listener) -> Callable[[], None]:
        """Call `callback` for every notification on `channel` sent in this process."""
        return self._listeners.add(channel, callback)

    def epoch(self) -> int | None:
        """Changes when another program has written to the file, and at `bump_epoch_everywhere()`.

        None for the moment between the end of one of our commits and our hearing of it.
        """
        version = self._writing().version()
        return None if version is None else version + (self._bumps << 40)

    async def bump_epoch_everywhere(self) -> None:
        """Change the epoch here; other programs have seen the write itself."""
        self._writing()
        self._bumps += 1


def _reading_failed(error: sqlite3.Error) -> Exception:
    if primary_code(error) == sqlite3.SQLITE_READONLY:
        return RuntimeError("a statement that writes runs in a transaction, or by execute()")
    return translate(error)


def _close(*connections: sqlite3.Connection | None) -> None:
    for connection in connections:
        if connection is not None:
            connection.close()


def revision_of(connection: sqlite3.Connection) -> str | None:
    """The revision of the schema, None when there is none."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    return None if row is None else str(row[0])
