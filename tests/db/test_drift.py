"""What the migrations make is what `tables.py` says."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Index, Integer, MetaData, Table, create_engine, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from pivotal_server.db.tables import metadata


def on_connection(url: str, work: Callable[[Connection], Any]) -> Any:
    """Run `work` on a plain SQLAlchemy connection."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(path), poolclass=NullPool)
        with engine.connect() as connection:
            return work(connection)

    async def run() -> Any:
        engine = create_async_engine(
            "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), poolclass=NullPool
        )
        async with engine.connect() as connection:
            return await connection.run_sync(work)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


# The full-text index of search, which each database has in its own way; tests/search holds it to its work.
OWN_WAY = {("index", "search_rows_words")}


def is_declared(name: str | None, kind: str) -> bool:
    """Whether something in the database has to stand in `tables.py`."""
    if name is not None and name.startswith("search_index"):
        return False
    return (kind, name) not in {("table", "alembic_version"), *OWN_WAY}


def differences(connection: Connection, tables: MetaData) -> list[Any]:
    """What Alembic would change, apart from its own table."""
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, kind, parents: is_declared(name, kind),
        },
    )
    return list(compare_metadata(context, tables))


def normal(condition: object) -> str:
    """A condition without the brackets, casts and quotes that databases add to it."""
    return re.sub(r'[()"`\s]|::\w+', "", str(condition)).lower()


def stored_conditions(connection: Connection) -> dict[str, str]:
    """The conditions of partial indexes, by the name of the index."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'"
        return {name: normal(sql.split(" WHERE ")[1]) for name, sql in connection.exec_driver_sql(query)}
    query = (
        "SELECT c.relname, pg_get_expr(i.indpred, i.indrelid) FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indpred IS NOT NULL"
        " AND c.relnamespace = 'public'::regnamespace"
    )
    return {name: normal(condition) for name, condition in connection.exec_driver_sql(query)}


def test_the_schema_is_that_of_the_tables(database_url: str) -> None:
    assert on_connection(database_url, lambda connection: differences(connection, metadata)) == []


def test_partial_indexes_have_their_conditions(database_url: str) -> None:
    dialect = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    declared = {
        str(index.name): normal(index.dialect_options[dialect]["where"])
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options[dialect]["where"] is not None
    }
    assert declared
    assert on_connection(database_url, stored_conditions) == declared


def test_columns_allow_null_alike(database_url: str) -> None:
    def nullable(connection: Connection) -> dict[tuple[str, str], bool]:
        inspector = inspect(connection)
        return {
            (table, column["name"]): column["nullable"]
            for table in metadata.tables
            for column in inspector.get_columns(table)
        }

    assert on_connection(database_url, nullable) == {
        (table.name, column.name): column.nullable for table in metadata.tables.values() for column in table.c
    }


def test_keys_have_the_collation_of_bytes(postgres_url: str) -> None:
    query = (
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND collation_name = 'C'"
    )
    found = on_connection(
        postgres_url, lambda connection: {tuple(row) for row in connection.exec_driver_sql(query)}
    )
    assert found == {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.c
        if type(column.type).__name__ == "Key"
    }


def test_a_difference_is_seen(database_url: str) -> None:
    """The comparison is worth something: an index, a column and a table that nobody migrated are found."""
    other = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(other)
    Table("forgotten", other, Column("id", Integer, primary_key=True))
    other.tables["people"].append_column(Column("nickname", Integer))
    Index("people_name", other.tables["people"].c.name)
    found = on_connection(database_url, lambda connection: differences(connection, other))
    assert {change[0] for change in found} == {"add_table", "add_column", "add_index"}


def test_unique_indexes_can_be_told_apart_by_their_columns() -> None:
    """SQLite reports a violation by columns, so two unique indexes on the same ones would be confused."""
    for table in metadata.tables.values():
        keys = [tuple(column.name for column in table.primary_key.columns)]
        keys += [tuple(column.name for column in index.columns) for index in table.indexes if index.unique]
        assert len(keys) == len(set(keys)), table.name


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_references_are_checked_at_once(table: Table) -> None:
    """A check put off to the COMMIT would fail every transaction of an SQLite group."""
    for constraint in table.foreign_key_constraints:
        assert not constraint.deferrable
        assert constraint.initially is None
