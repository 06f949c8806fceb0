"""The connections of one process to PostgreSQL.

A pool of our own: asyncpg's wraps each use of a connection in a proxy, a timer and a task, which takes as
long as a small statement does. Our sessions change nothing beyond their transaction, so a connection goes
back as it is.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from pivotal_server.db.errors import Unavailable, first_line
from pivotal_server.db.postgres_errors import DRIVER_ERRORS


class Pool:
    """At most `size` connections, made when they are needed; the one used last is used next."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], *, size: int, wait_seconds: float) -> None:
        self._connect = connect
        self._size = size
        self._wait_seconds = wait_seconds
        self._count = 0
        self._idle: list[Any] = []
        # A waiter gets a connection, or None: the right to make one in place of one that was lost.
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._closed = False
        self._empty = asyncio.Event()

    async def acquire(self) -> Any:
        """A connection, to be given back by `release`. Unavailable if none is made or free in time."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._count -= 1
        if self._closed:
            raise Unavailable("the database is not open")
        if self._count >= self._size:
            connection = await self._wait()
            if connection is not None:
                return connection
        else:
            self._count += 1
        try:
            return await self._connect()
        except DRIVER_ERRORS as error:
            self._give(None)
            # Whatever the reason (it may also be that the server lets nobody in), there is no database.
            raise Unavailable(f"no connection to the database ({first_line(error)})") from error
        except BaseException:
            self._give(None)
            raise

    def release(self, connection: Any) -> None:
        """Take a connection back; a closed one leaves room for another."""
        self._give(None if connection.is_closed() else connection)

    async def _wait(self) -> Any:
        turn: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._wait_seconds):
                return await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._give(turn.result())
            if isinstance(error, TimeoutError):
                raise Unavailable("all connections to the database are in use") from error
            raise

    def _give(self, connection: Any) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        if connection is None:
            self._count -= 1
        elif self._closed:
            self._count -= 1
            connection.terminate()
        else:
            self._idle.append(connection)
        if self._count == 0:
            self._empty.set()

    async def close(self) -> None:
        """Let the connections in use come back for a while, then close all."""
        self._closed = True
        idle, self._idle = self._idle, []
        for connection in idle:
            with suppress(*DRIVER_ERRORS):
                await connection.close(timeout=self._wait_seconds)
            self._count -= 1
        if self._count > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._wait_seconds):
                    await self._empty.wait()
