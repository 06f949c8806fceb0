"""The connection on which one process hears from the others: notifications, heartbeats, key epochs.

PostgreSQL delivers notifications to an idle session at once and to a busy one before it answers. So when a
heartbeat is answered, every notification sent before it is here, and the time it was *sent* is the time of
the last word from the database.

Notifications leave on this connection too, after the commit they belong to and several at a time: inside the
transactions they would make all commits of the server wait for one another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg

from pivotal_server.db.engine import Listeners
from pivotal_server.db.postgres_errors import DRIVER_ERRORS

HEARTBEAT_SECONDS: Final = 0.5
SILENT_SECONDS: Final = 2.0
"""Without word for so long a process trusts nothing it remembers."""
CONFIRM_SECONDS: Final = 2.5
"""A process that was alive but has not confirmed for so long is silent by then."""

_CHANNEL: Final = "pivotal"
_EPOCH: Final = "_epoch"
_CONFIRM: Final = "_confirm"
_COMMAND_SECONDS: Final = 5.0
_LONGEST_OUTBOX: Final = 10_000
_BATCH: Final = 500
_PAUSES: Final = (0.05, 0.1, 0.2, 0.5, 1.0)

_HEARTBEAT: Final = (
    "INSERT INTO processes (id, started_at, seen_at) VALUES ($1, clock_timestamp(), clock_timestamp()) "
    "ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()"
)
_FORGET_DEAD: Final = "DELETE FROM processes WHERE seen_at < clock_timestamp() - interval '1 hour'"
_FORGET_ME: Final = "DELETE FROM processes WHERE id = $1"
_ALIVE: Final = (
    "SELECT id FROM processes WHERE id <> $1 AND seen_at > clock_timestamp() - make_interval(secs => $2)"
)
_SEND: Final = "SELECT pg_notify($1, note) FROM unnest($2::text[]) AS note"

_log = logging.getLogger(__name__)


class Link:
    """Keeps the connection, made again by itself when it breaks."""

    def __init__(
        self, connect: Callable[[], Awaitable[asyncpg.Connection[Any]]], listeners: Listeners
    ) -> None:
        self.process_id = secrets.token_hex(12)
        self._connect = connect
        self._listeners = listeners
        self._epoch = 0
        self._heard = float("-inf")
        self._outbox: list[str] = []
        self._wake = asyncio.Event()
        self._missing: dict[str, tuple[set[str], asyncio.Future[None]]] = {}
        self._connection: asyncpg.Connection[Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Connect and send the first heartbeat; errors of the driver come through."""
        connection = await self._connected()
        await connection.execute(_FORGET_DEAD, timeout=_COMMAND_SECONDS)
        self._task = asyncio.create_task(self._keep(), name="postgres-link")

    async def stop(self) -> None:
        """Take this process off the list and disconnect."""
        self._stopping = True
        if self._task is not None:
            # A cancellation that arrives just as the driver's own time-out does can get lost, so ask again.
            while not self._task.done():
                self._task.cancel()
                await asyncio.wait([self._task], timeout=1)
        if self._connection is not None:
            with contextlib.suppress(*DRIVER_ERRORS):
                await self._flush(self._connection)
                await self._connection.execute(_FORGET_ME, self.process_id, timeout=_COMMAND_SECONDS)
                await self._connection.close(timeout=_COMMAND_SECONDS)
            self._connection.terminate()

    # ── The epoch ──────────────────────────────────────────────────────────────────────────────
    def epoch(self) -> int | None:
        """Changes at every bump by anyone and at every new connection; None after 2 s without word."""
        return self._epoch if time.monotonic() - self._heard <= SILENT_SECONDS else None

    async def bump(self) -> None:
        """Change the epoch of every process; returns when all have confirmed or are bound to be silent."""
        self._epoch += 1
        started = time.monotonic()
        name = secrets.token_hex(8)
        confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                connection = await self._connect()
                try:
                    alive = await connection.fetch(_ALIVE, self.process_id, CONFIRM_SECONDS)
                    if not alive:
                        return
                    self._missing[name] = {str(row[0]) for row in alive}, confirmed
                    await connection.execute(f"NOTIFY {_CHANNEL}, '{_EPOCH}\n{name}'")
                finally:
                    connection.terminate()
                await confirmed
        except DRIVER_ERRORS:
            await asyncio.sleep(max(0.0, started + CONFIRM_SECONDS - time.monotonic()))
        finally:
            self._missing.pop(name, None)

    # ── Notifications ──────────────────────────────────────────────────────────────────────────
    def send(self, channel: str, payload: str) -> None:
        """Queue a notification; it leaves within about a millisecond, or when the connection is back."""
        if len(self._outbox) >= _LONGEST_OUTBOX:
            del self._outbox[: _LONGEST_OUTBOX // 2]
            _log.warning("notifications were dropped: the database has been away for too long")
        self._outbox.append(f"{channel}\n{payload}")
        self._wake.set()

    def _received(self, *event: Any) -> None:
        channel, _, payload = str(event[-1]).partition("\n")
        if channel == _EPOCH:
            self._epoch += 1
            self.send(_CONFIRM, f"{payload} {self.process_id}")
        elif channel == _CONFIRM:
            name, _, process_id = payload.partition(" ")
            missing, confirmed = self._missing.get(name, (set(), None))
            missing.discard(process_id)
            if not missing and confirmed is not None and not confirmed.done():
                confirmed.set_result(None)
        else:
            self._listeners.deliver(channel, payload)

    # ── The connection ─────────────────────────────────────────────────────────────────────────
    async def _connected(self) -> asyncpg.Connection[Any]:
        connection = await self._connect()
        try:
            await connection.add_listener(_CHANNEL, self._received)
            # Whatever was sent before this moment may have been missed.
            self._epoch += 1
            await self._beat(connection)
        except BaseException:
            connection.terminate()
            raise
        connection.add_termination_listener(lambda *_: self._wake.set())
        self._connection = connection
        return connection

    async def _keep(self) -> None:
        failures = 0
        while not self._stopping:
            try:
                connection = self._connection or await self._connected()
                failures = 0
                await self._serve(connection)
            except DRIVER_ERRORS as error:
                if failures == 0:
                    _log.warning("the listening connection to the database broke: %s", error)
                if self._connection is not None:
                    self._connection.terminate()
                    self._connection = None
                await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1

    async def _serve(self, connection: asyncpg.Connection[Any]) -> None:
        next_beat = 0.0
        while not self._stopping:
            self._wake.clear()
            await self._flush(connection)
            left = next_beat - time.monotonic()
            if left <= 0 or connection.is_closed():
                await self._beat(connection)
                next_beat = time.monotonic() + HEARTBEAT_SECONDS
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._wake.wait()

    async def _flush(self, connection: asyncpg.Connection[Any]) -> None:
        while self._outbox:
            batch = self._outbox[:_BATCH]
            await connection.execute(_SEND, _CHANNEL, batch, timeout=_COMMAND_SECONDS)
            del self._outbox[: len(batch)]

    async def _beat(self, connection: asyncpg.Connection[Any]) -> None:
        sent = time.monotonic()
        await connection.execute(_HEARTBEAT, self.process_id, timeout=_COMMAND_SECONDS)
        self._heard = sent
