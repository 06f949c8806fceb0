"""The surface that both databases share, and the choice between them.

    async with db.transaction() as tx:
        await tx.execute(INSERT_CUSTOMER, values)
        tx.notify("jobs", "webhooks")
    row = await db.fetch_one(CUSTOMER_BY_ID, {"org_id": org_id, "id": id})

Reads on the `Database` see what is committed. Writes, and reads that must see them, run on a `Transaction`.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final, TypeVar

from pivotal_server.db.errors import CannotOpen
from pivotal_server.db.statements import DialectName, Params, Statement

T = TypeVar("T")

NO_PARAMS: Final[Params] = MappingProxyType({})
MAX_PAYLOAD: Final = 7_000
"""Bytes of one notification; PostgreSQL carries less than 8,000."""

Listener = Callable[[str], None]
"""Gets the payload of a notification, on the event loop."""

_log = logging.getLogger(__name__)


# ── Counting statements ────────────────────────────────────────────────────────────────────────
class StatementCount:
    """How many statements ran inside one `counting()` block."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0


class _Counting:
    """Holds the number of open `counting()` blocks, so that a statement outside of any pays one look."""

    __slots__ = ("active",)

    def __init__(self) -> None:
        self.active = 0


COUNTING: Final = _Counting()
_count: ContextVar[StatementCount | None] = ContextVar("statement_count", default=None)


@contextmanager
def counting() -> Iterator[StatementCount]:
    """Count the statements that this task, and tasks it starts, run inside the block."""
    mine = StatementCount()
    token = _count.set(mine)
    COUNTING.active += 1
    try:
        yield mine
    finally:
        COUNTING.active -= 1
        _count.reset(token)


def count_statement() -> None:
    """Add one statement to the innermost `counting()` block of the running task, if there is one."""
    mine = _count.get()
    if mine is not None:
        mine.value += 1


# ── The surface ────────────────────────────────────────────────────────────────────────────────
class Executor(ABC):
    """Runs statements. Every method raises the errors of `db.errors`."""

    @abstractmethod
    async def fetch_one(self, stmt: Statement[T], params: Params = NO_PARAMS) -> T | None:
        """The first row, or None."""

    @abstractmethod
    async def fetch_all(self, stmt: Statement[T], params: Params = NO_PARAMS) -> list[T]:
        """All rows."""

    @abstractmethod
    async def execute(self, stmt: Statement[Any], params: Params = NO_PARAMS) -> int:
        """Run a write; how many rows it touched."""

    @abstractmethod
    async def execute_many(self, stmt: Statement[Any], params: Sequence[Params]) -> None:
        """Run a write once for each set of values, all or none."""


class Transaction(Executor):
    """A unit of work: all of it is durable when its `async with` block has ended, or nothing is.

    A statement that fails ends the transaction on both databases: what follows it raises `TransactionFailed`
    until the block, or the `savepoint()` around the statement, is left. On SQLite the block holds the only
    writer of the file, so it must not wait for anything but the database.
    """

    _after: list[Callable[[], None]]
    _notes: list[tuple[str, str]]

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` on the event loop once the transaction is durable; not if it is rolled back."""
        self._after.append(callback)

    def notify(self, channel: str, payload: str) -> None:
        """Send `payload` (at most 7,000 bytes) to the listeners of `channel` once the transaction is durable.

        A notification wakes; it is lost when the process or the connection dies at that moment.
        """
        check_payload(payload)
        self._notes.append((channel, payload))

    async def execute_aside(self, stmt: Statement[Any], params: Params = NO_PARAMS) -> int:
        """`execute` for one long statement, without holding up the event loop on any database."""
        return await self.execute(stmt, params)

    @abstractmethod
    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """A block inside the transaction that can fail alone: leaving it by an exception undoes only it."""


class Snapshot(ABC):
    """One consistent state of the database, for reads too long for `fetch_all`, off the event loop."""

    @abstractmethod
    def stream(
        self, stmt: Statement[T], params: Params = NO_PARAMS, *, batch: int = 1_000
    ) -> AsyncGenerator[list[T], None]:
        """The rows in batches; one stream after the other.

        Wrap it in `contextlib.aclosing` when the loop may be left early.
        """


class Database(Executor):
    """A database, opened once per process and used from one event loop."""

    dialect: ClassVar[DialectName]

    @abstractmethod
    async def open(self, *, check_schema: bool = True) -> None:
        """Connect. CannotOpen says in one line why not; `check_schema` wants the program's own schema."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what is under way and disconnect."""

    @abstractmethod
    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction, committed at the end of the block, rolled back when an exception leaves it."""

    @abstractmethod
    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """The state of the database as it is now, for as many reads as the block makes."""

    async def stream(
        self, stmt: Statement[T], params: Params = NO_PARAMS, *, batch: int = 1_000
    ) -> AsyncGenerator[list[T], None]:
        """The rows in batches, of a snapshot of their own.

        Wrap it in `contextlib.aclosing` when the loop may be left early.
        """
        async with self.snapshot() as snapshot, aclosing(snapshot.stream(stmt, params, batch=batch)) as rows:
            async for some in rows:
                yield some

    @abstractmethod
    async def ping(self) -> None:
        """One round trip; Unavailable when there is no answer."""

    @abstractmethod
    def listen(self, channel: str, callback: Listener) -> Callable[[], None]:
        """Call `callback` for every notification on `channel`, also this process's; returns the way to stop.

        Notifications sent while the connection is down are lost, so a listener also looks from time to time.
        """

    @abstractmethod
    def epoch(self) -> int | None:
        """A number that changes when another process may have changed what this one remembers (keys).

        None: the database has not been heard of for 2 s, so the caller has to ask it.
        """

    @abstractmethod
    async def bump_epoch_everywhere(self) -> None:
        """Change the epoch of every process; returns when each has confirmed or is bound to see None."""


def check_payload(payload: str) -> None:
    """ValueError if a notification is too long."""
    if len(payload) > MAX_PAYLOAD or len(payload.encode()) > MAX_PAYLOAD:
        raise ValueError(f"a notification holds at most {MAX_PAYLOAD} bytes")


class Listeners:
    """Who listens in this process."""

    def __init__(self) -> None:
        self._of: dict[str, list[Listener]] = {}

    def add(self, channel: str, callback: Listener) -> Callable[[], None]:
        """Add a listener; the returned function takes it away again, once or more often."""
        self._of.setdefault(channel, []).append(callback)

        def stop() -> None:
            if callback in self._of.get(channel, ()):
                self._of[channel].remove(callback)

        return stop

    def deliver(self, channel: str, payload: str) -> None:
        """Call every listener of the channel; one that raises is logged and disturbs no other."""
        for callback in tuple(self._of.get(channel, ())):
            run_quietly(lambda callback=callback: callback(payload))  # type: ignore[misc]


def run_quietly(callback: Callable[[], None]) -> None:
    """Call what must not undo the commit that it follows; its error is logged."""
    try:
        callback()
    except Exception:  # noqa: BLE001 - whatever it is, the work is done and stays done
        _log.exception("a callback after a commit failed")


def connect(target: str | Path) -> Database:
    """The database of a URL (`sqlite:///path`, `postgresql://…`) or the path of an SQLite file; not yet open.

    CannotOpen for any other URL. Only the driver that is needed is imported.
    """
    path = sqlite_path(target)
    if path is not None:
        from pivotal_server.db.sqlite import SqliteDatabase  # noqa: PLC0415 - only the driver in use

        return SqliteDatabase(path)
    from pivotal_server.db.postgres import PostgresDatabase  # noqa: PLC0415 - only the driver in use

    return PostgresDatabase(str(target))


def sqlite_path(target: str | Path) -> Path | None:
    """The file of an SQLite URL or path, None for a PostgreSQL URL; CannotOpen for anything else."""
    if isinstance(target, Path) or "://" not in target:
        return Path(target)
    scheme, _, rest = target.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return Path(rest[1:])
    if scheme in {"postgresql", "postgres"}:
        return None
    raise CannotOpen(f"a database URL starts with sqlite:/// or postgresql://, not {scheme}://")
