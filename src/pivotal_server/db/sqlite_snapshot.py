"""One consistent state of an SQLite file, read in threads."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pivotal_server.db.engine import COUNTING, NO_PARAMS, Snapshot, count_statement
from pivotal_server.db.errors import raise_known
from pivotal_server.db.sqlite_errors import translate
from pivotal_server.db.statements import Params, Statement

T = TypeVar("T")


class SqliteSnapshot(Snapshot):
    """The reads of one connection, which is in a transaction; whoever opened it closes it."""

    def __init__(self, connection: sqlite3.Connection, threads: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._threads = threads

    async def stream(
        self, stmt: Statement[T], params: Params = NO_PARAMS, *, batch: int = 1_000
    ) -> AsyncGenerator[list[T], None]:
        """The rows in batches, read and decoded in a thread."""
        plan = stmt.compile("sqlite")
        if COUNTING.active:
            count_statement()
        values = plan.bind(params)
        loop = asyncio.get_running_loop()

        def read(cursor: sqlite3.Cursor) -> list[T]:
            return list(map(plan.decode, cursor.fetchmany(batch)))

        try:
            cursor = await loop.run_in_executor(self._threads, self._connection.execute, plan.sql, values)
            while rows := await loop.run_in_executor(self._threads, read, cursor):
                yield rows
        except sqlite3.Error as error:
            raise_known(translate(error), error)
