"""The server database: PostgreSQL through a pool of asyncpg connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import asyncpg

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
from pivotal_server.db.errors import CannotOpen, TransactionFailed, Unavailable, first_line, raise_known
from pivotal_server.db.postgres_errors import DRIVER_ERRORS, translate
from pivotal_server.db.postgres_link import Link
from pivotal_server.db.postgres_pool import Pool
from pivotal_server.db.revisions import check_revision
from pivotal_server.db.statements import Params, Statement

T = TypeVar("T")

POOL_SIZE: Final = 10
_CONNECT_SECONDS: Final = 5.0
_ACQUIRE_SECONDS: Final = 10.0
# Beyond the limit that the server itself keeps: for a server that does not answer at all.
_STATEMENT_SECONDS: Final = 35.0
_CACHED_STATEMENTS: Final = 1_024

_SESSION: Final = {
    "application_name": "pivotal",
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    # Our statements are short; compiling them to machine code costs more than it gains.
    "jit": "off",
}
_UNLIMITED: Final = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
# A lost heartbeat costs nothing, waiting for the disk twice a second does.
_LINK: Final = {"synchronous_commit": "off", "statement_timeout": "5s"}


class PostgresTransaction(Transaction):
    """A transaction at READ COMMITTED on a connection of its own."""

    def __init__(self, pool: Pool, send: Callable[[str, str], None]) -> None:
        self._pool = pool
        self._send = send
        self._connection: Any = None
        self._failure: Exception | None = None
        self._depth = 0
        self._after = []
        self._notes = []

    async def __aenter__(self) -> Self:
        connection = await self._pool.acquire()
        try:
            await connection.execute("BEGIN")
        except BaseException as error:
            connection.terminate()
            self._pool.release(connection)
            if isinstance(error, DRIVER_ERRORS):
                raise_known(translate(error), error)
            raise
        self._connection = connection
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection, self._connection = self._connection, None
        commit = error is None and self._failure is None
        # To its end even when the task is cancelled: the connection goes back, the callbacks run.
        await asyncio.shield(asyncio.ensure_future(self._end(connection, commit)))
        if error is None and self._failure is not None:
            raise self._failure

    async def _end(self, connection: Any, commit: bool) -> None:
        try:
            await connection.execute("COMMIT" if commit else "ROLLBACK")
        except DRIVER_ERRORS as error:
            connection.terminate()
            if commit:
                raise_known(translate(error), error)
        finally:
            self._pool.release(connection)
        if commit:
            for callback in self._after:
                run_quietly(callback)
            for channel, payload in self._notes:
                self._send(channel, payload)

    def _ready(self) -> Any:
        if COUNTING.active:
            count_statement()
        if self._failure is not None:
            raise TransactionFailed(f"an earlier statement failed: {self._failure}") from self._failure
        if self._connection is None:
            raise Unavailable("the transaction is not open")
        return self._connection

    async def _run(self, method: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> Any:
        try:
            return await method(*arguments)
        except DRIVER_ERRORS as error:
            _drop_if_late(self._connection, error)
            self._failure = translate(error)
            raise_known(self._failure, error)

    async def fetch_one(self, stmt: Statement[T], params: Params = NO_PARAMS) -> T | None:
        """The first row, or None."""
        plan = stmt.postgresql_plan or stmt.compile("postgresql")
        row = await self._run(self._ready().fetchrow, plan.sql, *plan.bind(params))
        return None if row is None else plan.decode(row)

    async def fetch_all(self, stmt: Statement[T], params: Params = NO_PARAMS) -> list[T]:
        """All rows."""
        plan = stmt.postgresql_plan or stmt.compile("postgresql")
        rows = await self._run(self._ready().fetch, plan.sql, *plan.bind(params))
        return list(map(plan.decode, rows))

    async def execute(self, stmt: Statement[Any], params: Params = NO_PARAMS) -> int:
        """Run a write; how many rows it touched."""
        plan = stmt.postgresql_plan or stmt.compile("postgresql")
        return _touched(await self._run(self._ready().execute, plan.sql, *plan.bind(params)))

    async def execute_many(self, stmt: Statement[Any], params: Sequence[Params]) -> None:
        """Run a write once for each set of values, sent together."""
        plan = stmt.postgresql_plan or stmt.compile("postgresql")
        await self._run(self._ready().executemany, plan.sql, list(map(plan.bind, params)))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A block inside the transaction that can fail alone."""
        connection = self._ready()
        name = f"s{self._depth}"
        marks = len(self._after), len(self._notes)
        await self._run(connection.execute, f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
            if self._failure is None:
                await self._run(connection.execute, f"RELEASE {name}")
        except BaseException:
            await self._undo(name, marks)
            raise
        finally:
            self._depth -= 1
        if self._failure is not None:
            failure = self._failure
            await self._undo(name, marks)
            raise failure

    async def _undo(self, name: str, marks: tuple[int, int]) -> None:
        del self._after[marks[0] :], self._notes[marks[1] :]
        if self._connection is None or isinstance(self._failure, Unavailable):
            return
        self._failure = None
        await self._run(self._connection.execute, f"ROLLBACK TO {name}; RELEASE {name}")


class _PostgresSnapshot(Snapshot):
    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self._connection = connection

    async def stream(
        self, stmt: Statement[T], params: Params = NO_PARAMS, *, batch: int = 1_000
    ) -> AsyncGenerator[list[T], None]:
        """The rows in batches, by a cursor."""
        plan = stmt.compile("postgresql")
        if COUNTING.active:
            count_statement()
        try:
            cursor = await self._connection.cursor(plan.sql, *plan.bind(params))
            while rows := await cursor.fetch(batch):
                yield list(map(plan.decode, rows))
        except DRIVER_ERRORS as error:
            raise_known(translate(error), error)


class PostgresDatabase(Database):
    """One PostgreSQL database."""

    dialect = "postgresql"

    def __init__(self, url: str, *, pool_size: int = POOL_SIZE) -> None:
        self.url = url
        self._pool_size = pool_size
        self._pool: Pool | None = None
        self._link: Link | None = None
        self._listeners = Listeners()

    # ── Opening ────────────────────────────────────────────────────────────────────────────────
    async def open(self, *, check_schema: bool = True) -> None:
        """Fill the pool and start listening. CannotOpen says in one line why not."""
        try:
            self._pool = Pool(
                lambda: self._connect({}, _STATEMENT_SECONDS),
                size=self._pool_size,
                wait_seconds=_ACQUIRE_SECONDS,
            )
            await self.ping()
            if check_schema:
                check_revision(await self.revision(), "the database", newer=True)
            self._link = Link(lambda: self._connect(_LINK), self._listeners)
            await self._link.start()
        except CannotOpen:
            await self.close()
            raise
        except (*DRIVER_ERRORS, Unavailable, ValueError) as error:
            await self.close()
            raise CannotOpen(f"PostgreSQL cannot be used: {first_line(error)}") from error

    async def close(self) -> None:
        """Wait for the statements under way and disconnect."""
        if self._link is not None:
            await self._link.stop()
        if self._pool is not None:
            await self._pool.close()
        self._pool = self._link = None

    async def revision(self) -> str | None:
        """The revision of the schema, None when there is none."""
        try:
            row = await self._call("fetchrow", "SELECT version_num FROM alembic_version")
        except asyncpg.UndefinedTableError:
            return None
        return None if row is None else str(row[0])

    async def _connect(
        self, settings: dict[str, str], statement_seconds: float | None = None
    ) -> asyncpg.Connection[Any]:
        return await asyncpg.connect(
            self.url,
            server_settings={**_SESSION, **settings},
            statement_cache_size=_CACHED_STATEMENTS,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,
            timeout=_CONNECT_SECONDS,
            command_timeout=statement_seconds,
        )

    def _opened(self) -> Pool:
        if self._pool is None:
            raise Unavailable("the database is not open")
        return self._pool

    # ── Statements ─────────────────────────────────────────────────────────────────────────────
    async def _call(self, method: str, sql: str, *values: Any) -> Any:
        """Run one statement on a connection of the pool."""
        pool = self._opened()
        connection = await pool.acquire()
        try:
            return await getattr(connection, method)(sql, *values)
        except DRIVER_ERRORS as error:
            _drop_if_late(connection, error)
            raise_known(translate(error), error)
        except BaseException:
            # Cancelled: the answer may still be on its way.
            connection.terminate()
            raise
        finally:
            pool.release(connection)

    async def fetch_one(self, stmt: Statement[T], params: Params = NO_PARAMS) -> T | None:
        """The first row, or None."""
        plan = stmt.postgresql_plan or stmt.compile("postgresql")
        if COUNTING.active:
            count_statement()
        row = await self._call("fetchrow", plan.sql, *plan.bind(params))
        return None if row is None else plan.decode(row)

    async def fetch_all(self, stmt: Statement[T], params: Params = NO_PARAMS) -> list[T]:
        """All rows."""
        plan = stmt.postgresql_plan or stmt.compile("postgresql")
        if COUNTING.active:
            count_statement()
        rows = await self._call("fetch", plan.sql, *plan.bind(params))
        return list(map(plan.decode, rows))

    async def execute(self, stmt: Statement[Any], params: Params = NO_PARAMS) -> int:
        """Run a write; how many rows it touched."""
        plan = stmt.postgresql_plan or stmt.compile("postgresql")
        if COUNTING.active:
            count_statement()
        return _touched(await self._call("execute", plan.sql, *plan.bind(params)))

    async def execute_many(self, stmt: Statement[Any], params: Sequence[Params]) -> None:
        """Run a write once for each set of values, all or none."""
        async with self.transaction() as tx:
            await tx.execute_many(stmt, params)

    def transaction(self) -> PostgresTransaction:
        """A transaction, committed at the end of the block."""
        return PostgresTransaction(self._opened(), self.send)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """A transaction at REPEATABLE READ on a connection of its own without a time limit."""
        self._opened()
        try:
            connection = await self._connect(_UNLIMITED)
            try:
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    # The first read is what settles the state that all others see.
                    await connection.execute("SELECT 1")
                    yield _PostgresSnapshot(connection)
            finally:
                connection.terminate()
        except DRIVER_ERRORS as error:
            raise_known(translate(error), error)

    async def ping(self) -> None:
        """One round trip; Unavailable when there is no answer."""
        await self._call("execute", "SELECT 1")

    # ── Other processes ────────────────────────────────────────────────────────────────────────
    def send(self, channel: str, payload: str) -> None:
        """Send a notification to every process, this one included."""
        if self._link is not None:
            self._link.send(channel, payload)

    def listen(self, channel: str, callback: Listener) -> Callable[[], None]:
        """Call `callback` for every notification on `channel`, from any process."""
        return self._listeners.add(channel, callback)

    def epoch(self) -> int | None:
        """Changes at every bump by any process and whenever one may have been missed."""
        return None if self._link is None else self._link.epoch()

    async def bump_epoch_everywhere(self) -> None:
        """Change the epoch of every process; returns when each has confirmed or is bound to see None."""
        if self._link is None:
            raise Unavailable("the database is not open")
        await self._link.bump()


def _drop_if_late(connection: Any, error: Exception) -> None:
    """Close a connection that has not answered in time: the answer may still come, to the next statement."""
    if isinstance(error, TimeoutError):
        connection.terminate()


def _touched(status: str) -> int:
    """The count in a command tag such as `UPDATE 3` or `INSERT 0 1`; 0 where it has none."""
    last = status.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0
