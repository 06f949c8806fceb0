"""The one writer of an SQLite file: transactions in turn, committed in groups.

A durable commit waits for the disk, far longer than the statements of a typical transaction take. So a
transaction runs as a savepoint inside a larger one, and while the COMMIT of a group waits for the disk in a
thread, the transactions that arrive queue up to form the next group. Nothing waits for company: a transaction
alone is committed at once.

`held`: a transaction has its turn or a COMMIT is under way. `open`: from BEGIN to the end of COMMIT.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

from pivotal_server.db.errors import Unavailable, raise_known
from pivotal_server.db.sqlite_errors import is_busy, translate

GROUP_SECONDS: Final = 0.010
GROUP_SIZE: Final = 200
BUSY_SECONDS: Final = 5.0
_FIRST_PAUSE: Final = 0.000_5
_LONGEST_PAUSE: Final = 0.02


class Member:
    """A transaction that has run and waits for its group to be durable."""

    __slots__ = ("after", "done")

    def __init__(self, after: Callable[[], None] | None, done: asyncio.Future[None]) -> None:
        self.after = after
        self.done = done


class Writer:
    """Hands out turns on the writing connection and commits."""

    def __init__(self, connection: sqlite3.Connection, reader: sqlite3.Connection) -> None:
        self.connection = connection
        self.commits = 0
        self._run = connection.cursor().execute
        self._look = reader.cursor().execute
        self._loop = asyncio.get_running_loop()
        self._turns: deque[asyncio.Future[None]] = deque()
        self._members: list[Member] = []
        self._held = False
        self._open = False
        self._closed = False
        self._holder: asyncio.Task[Any] | None = None
        self._began_at = 0.0
        self._changes_at_begin = 0
        self._version = _version_of(self._run)
        self._fresh = False
        self._committing = False
        self._visible_before: int | None = None
        self._jobs: SimpleQueue[bool] = SimpleQueue()
        self._thread = Thread(target=self._commit_when_asked, name="sqlite-commit", daemon=True)
        self._thread.start()

    # ── Turns ──────────────────────────────────────────────────────────────────────────────────
    async def begin(self) -> None:
        """Wait for the turn and open a savepoint. Unavailable when another program keeps the file busy."""
        arrived = self._loop.time()
        await self._turn()
        try:
            if not self._open:
                await self._begin_group(arrived + BUSY_SECONDS)
            self._run("SAVEPOINT t")
        except sqlite3.Error as error:
            if self._open and not self.connection.in_transaction:
                self.lose_group(error)
            self._give_up_turn()
            raise_known(translate(error), error)
        except BaseException:
            self._give_up_turn()
            raise

    def commit(self, after: Callable[[], None] | None) -> asyncio.Future[None]:
        """End the transaction that has the turn; the future is done when it is durable.

        `after` runs then, also when nobody waits for the future any more.
        """
        try:
            self._run("RELEASE t")
        except sqlite3.Error as error:
            self.rollback()
            raise_known(translate(error), error)
        done = self._loop.create_future()
        self._members.append(Member(after, done))
        self._give_up_turn()
        return done

    def rollback(self) -> None:
        """Undo the transaction that has the turn, and it alone."""
        try:
            if self._open:
                self._run("ROLLBACK TO t")
                self._run("RELEASE t")
        except sqlite3.Error as error:
            self.lose_group(error)
        self._give_up_turn()

    def lose_group(self, error: sqlite3.Error) -> None:
        """SQLite has undone the whole group (disk full, say), or has to: fail every transaction in it."""
        with suppress(sqlite3.Error):
            if self.connection.in_transaction:
                self._run("ROLLBACK")
        self._end_group(error)

    async def _turn(self) -> None:
        if self._closed:
            raise Unavailable("the database is closed")
        task = asyncio.current_task()
        if self._held:
            if task is self._holder:
                raise RuntimeError("this task has a transaction open already and would wait for itself")
            turn = self._loop.create_future()
            self._turns.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():
                    self._give_up_turn()
                raise
        self._held = True
        self._holder = task

    def _give_up_turn(self) -> None:
        self._holder = None
        if self._open and (
            len(self._members) >= GROUP_SIZE or self._loop.time() - self._began_at >= GROUP_SECONDS
        ):
            self._commit_group()
        elif not self._next_turn():
            if self._open:
                # Tasks that are ready to run in this round of the loop still join the group.
                self._loop.call_soon(self._commit_unless_joined)
            else:
                self._held = False

    def _commit_unless_joined(self) -> None:
        if not self._next_turn():
            self._commit_group()

    def _next_turn(self) -> bool:
        """Give the turn to whoever has waited longest; False when nobody waits."""
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_result(None)
                return True
        return False

    # ── Groups ─────────────────────────────────────────────────────────────────────────────────
    async def _begin_group(self, deadline: float) -> None:
        if self.connection.in_transaction:  # left by a COMMIT and a ROLLBACK that both failed
            self._run("ROLLBACK")
        pause = _FIRST_PAUSE
        while True:
            try:
                self._run("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise
                if self._loop.time() >= deadline:
                    raise Unavailable("another program keeps the database file locked") from error
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        self._open = True
        self._version = _version_of(self._run)
        self._began_at = self._loop.time()
        self._changes_at_begin = self.connection.total_changes

    def _commit_group(self) -> None:
        if self.connection.total_changes == self._changes_at_begin:
            self._committed(self._commit())
        else:
            self._visible_before = _version_of(self._look)
            self._committing = True
            self._jobs.put(True)

    def _commit(self) -> sqlite3.Error | None:
        try:
            self._run("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                if self.connection.in_transaction:
                    self._run("ROLLBACK")
            return error
        return None

    def _commit_when_asked(self) -> None:
        """Runs in the thread, which has the connection to itself from the request to the answer."""
        while self._jobs.get():
            self._loop.call_soon_threadsafe(self._committed, self._commit())

    def _committed(self, failure: sqlite3.Error | None) -> None:
        self._committing = False
        self.commits += 1
        self._end_group(failure)
        if not self._next_turn():
            self._held = False

    def _end_group(self, failure: sqlite3.Error | None) -> None:
        self._open = False
        members, self._members = self._members, []
        for member in members:
            if failure is None:
                if member.after is not None:
                    member.after()
                if not member.done.done():
                    member.done.set_result(None)
            elif not member.done.done():
                member.done.set_exception(Unavailable(f"the commit failed ({failure})"))

    def version(self) -> int | None:
        """A number that changes when another connection has written; None while that cannot be told.

        While our own transaction is open nobody else can write, so the number read at its BEGIN holds. The
        exception is the moment between the end of COMMIT in the thread and our hearing of it: readers see a
        change then, by us or already by somebody after us.

        A number holds until the loop has run all that waited when it was read: whoever asks in that round had
        begun by then, so what another program wrote since was written meanwhile.
        """
        if self._committing:
            visible = _version_of(self._look)
            return self._version if visible is not None and visible == self._visible_before else None
        if not self._open and not self._fresh:
            self._version = _version_of(self._run)
            self._fresh = True
            self._loop.call_soon(self._forget_version)
        return self._version

    def _forget_version(self) -> None:
        self._fresh = False

    async def close(self) -> None:
        """Wait for the group under way, refuse later turns, end the thread. The connection stays open."""
        await self._turn()
        self._closed = True
        if self._open:
            self._end_group(self._commit())
        for turn in self._turns:
            if not turn.done():
                turn.set_exception(Unavailable("the database is closed"))
        self._jobs.put(False)
        self._thread.join()


def _version_of(execute: Callable[[str], sqlite3.Cursor]) -> int | None:
    """SQLite's own count of the changes that a connection has seen others make; None if it cannot tell."""
    try:
        row: tuple[int] = execute("PRAGMA data_version").fetchone()
    except sqlite3.Error:
        return None
    return row[0]
