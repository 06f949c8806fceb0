"""Straight into the tables: many rows an insert, with the indexes made afterwards."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Table

from pivotal_server.db.engine import sqlite_path
from pivotal_server.db.statements import DialectName, Statement, insert_of

CHUNK = 20_000
Row = dict[str, Any]


class Loader(ABC):
    """Fills the tables of one database."""

    dialect: DialectName

    @abstractmethod
    async def begin(self, tables: Sequence[Table]) -> None:
        """Take away the indexes of these tables, except those of their keys."""

    async def put(self, table: Table, rows: Iterable[Row]) -> int:
        """Insert rows; how many there were. What a row may be without is empty unless it is given."""
        plan = Statement.write(insert_of(table)).compile(self.dialect)
        empty = {column.name: None for column in table.c if column.nullable}
        rest, count = iter(rows), 0
        while chunk := [plan.bind(empty | row) for row in islice(rest, CHUNK)]:
            await self._insert(table, plan.sql, chunk)
            count += len(chunk)
        return count

    @abstractmethod
    async def _insert(self, table: Table, sql: str, rows: list[tuple[Any, ...]]) -> None: ...

    @abstractmethod
    async def remove_counters(self, org_id: str, names: list[str]) -> None:
        """Make room for counters of these objects."""

    @abstractmethod
    async def end(self) -> None:
        """Make the indexes again and let the database count its rows."""

    @abstractmethod
    async def close(self) -> None:
        """Disconnect."""


class SqliteLoader(Loader):
    """One file, without a log and without waiting for the disk."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in (
            "synchronous = OFF",
            "cache_size = -200000",
            "temp_store = MEMORY",
            "foreign_keys = OFF",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        self._again: list[str] = []

    async def begin(self, tables: Sequence[Table]) -> None:
        """Take away indexes and the triggers that keep the full-text index."""
        for table in tables:
            found = self._connection.execute(
                "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL"
                " AND type IN ('index', 'trigger')",
                (table.name,),
            ).fetchall()
            for kind, name, sql in found:
                self._connection.execute(f"DROP {kind} {name}")
                self._again.append(sql)

    async def _insert(self, table: Table, sql: str, rows: list[tuple[Any, ...]]) -> None:  # noqa: ARG002
        self._connection.execute("BEGIN")
        self._connection.executemany(sql, rows)
        self._connection.execute("COMMIT")

    async def remove_counters(self, org_id: str, names: list[str]) -> None:
        """Make room for counters of these objects."""
        for name in names:
            self._connection.execute("DELETE FROM counters WHERE org_id = ? AND object = ?", (org_id, name))

    async def end(self) -> None:
        """Indexes, the full-text index, statistics."""
        for sql in sorted(self._again, key=lambda sql: "TRIGGER" in sql):
            self._connection.execute(sql)
        self._connection.execute("INSERT INTO search_index(search_index) VALUES ('rebuild')")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.execute("ANALYZE")

    async def close(self) -> None:
        """Close the file."""
        self._connection.close()


class PostgresLoader(Loader):
    """COPY over one connection."""

    dialect = "postgresql"

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._again: list[str] = []

    async def begin(self, tables: Sequence[Table]) -> None:
        """Take away indexes that no key and no foreign key needs."""
        await self._connection.execute("SET synchronous_commit = off")
        await self._connection.execute("SET session_replication_role = replica")
        await self._connection.execute("SET maintenance_work_mem = '256MB'")
        found = await self._connection.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY ($1) AND indexname NOT IN"
            " (SELECT conname FROM pg_constraint)",
            [table.name for table in tables],
        )
        for name, definition in found:
            await self._connection.execute(f'DROP INDEX "{name}"')
            self._again.append(definition)

    async def _insert(self, table: Table, sql: str, rows: list[tuple[Any, ...]]) -> None:  # noqa: ARG002
        columns = [column.name for column in table.c]
        await self._connection.copy_records_to_table(table.name, records=rows, columns=columns)

    async def remove_counters(self, org_id: str, names: list[str]) -> None:
        """Make room for counters of these objects."""
        await self._connection.execute(
            "DELETE FROM counters WHERE org_id = $1 AND object = ANY ($2)", org_id, names
        )

    async def end(self) -> None:
        """Indexes and statistics."""
        for definition in self._again:
            await self._connection.execute(definition)
        await self._connection.execute("VACUUM ANALYZE")

    async def close(self) -> None:
        """Disconnect."""
        await self._connection.close()


async def loader_of(target: str | Path) -> Loader:
    """The loader of a database that is migrated already."""
    path = sqlite_path(target)
    if path is not None:
        return SqliteLoader(path)
    return PostgresLoader(await asyncpg.connect(str(target)))
