"""Brings a database to the schema of this program: forward only, whole or not at all.

One transaction holds all steps on both databases. Servers that start together wait for one another: on
PostgreSQL by an advisory lock, on SQLite by its write lock. An SQLite file with data is copied
beside itself first.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from pivotal_server.db import revisions
from pivotal_server.db.engine import sqlite_path
from pivotal_server.db.errors import CannotOpen, MigrationFailed, first_line
from pivotal_server.db.revisions import check_revision, head_revision, known_revisions
from pivotal_server.db.sqlite import cannot_open, open_connection, revision_of

T = TypeVar("T")

_WAIT_SECONDS: Final = 60
"""How long one server waits for another that is migrating."""
_LOCK_SECONDS: Final = 5
"""How long a step may wait for a table that others use, and so hold up those behind it."""
# Any fixed number; all servers of a database take the same lock.
_ADVISORY_LOCK: Final = 7_205_001
_CACHE_KIB: Final = 16_384


class Migrated(msgspec.Struct, frozen=True):
    """What `migrate` did: the revisions before and after, and the copy it made of an SQLite file."""

    before: str | None
    after: str
    backup: Path | None = None


def migrate(target: str | Path) -> Migrated:
    """Bring the database of a URL or SQLite path to the newest schema of this program.

    CannotOpen if it cannot be reached or is newer than the program; MigrationFailed, with the database as it
    was, if a step fails. Safe beside running servers and from several at once. Blocks.
    """
    path = sqlite_path(target)
    if path is not None:
        return _migrate_sqlite(path)
    return _run(_migrate_postgres(str(target)))


def current_revision(target: str | Path) -> str | None:
    """The revision of the schema in the database, None for an empty or absent one. Blocks."""
    path = sqlite_path(target)
    if path is None:
        return _run(_postgres_revision(str(target)))
    if not path.exists():
        return None
    try:
        with closing(open_connection(path, cache_kib=_CACHE_KIB, read_only=True)) as connection:
            return revision_of(connection)
    except sqlite3.Error as error:
        raise cannot_open(path, error) from error


def usable_revision(target: str | Path) -> str | None:
    """`current_revision` of a database that `migrate` can bring to this program's schema; changes nothing.

    CannotOpen if the schema is newer than the program, or the tables are those of another program.
    """
    found = current_revision(target)
    path = sqlite_path(target)
    if found is not None:
        _needed(found, "the database" if path is None else str(path))
    elif path is not None and path.exists():
        with closing(open_connection(path, cache_kib=_CACHE_KIB, read_only=True)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is not None:
                raise CannotOpen(f"{path} is the database of another program")
    return found


def alembic_config(connection: Connection) -> Config:
    """The settings for Alembic's own commands on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(revisions.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, before: str | None) -> None:
    try:
        command.upgrade(alembic_config(connection), "head")
    except Exception as error:  # a step may fail in any way
        reason = first_line(getattr(error, "orig", None) or error)
        raise MigrationFailed(
            f"the schema could not be changed from {before or 'none'} to {head_revision()}: {reason}"
        ) from error


def _needed(before: str | None, where: str) -> bool:
    if before is not None and before not in known_revisions():
        check_revision(before, where)
    return before != head_revision()


# ── SQLite ─────────────────────────────────────────────────────────────────────────────────────
def _migrate_sqlite(path: Path) -> Migrated:
    def connected() -> sqlite3.Connection:
        return open_connection(
            path, cache_kib=_CACHE_KIB, read_only=False, busy_ms=_WAIT_SECONDS * 1_000, foreign_keys=False
        )

    engine = create_engine("sqlite://", creator=connected, poolclass=NullPool)

    # The driver would begin only before a write and leave DDL outside.
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    backup = None
    try:
        with engine.connect() as connection, connection.begin():
            before = MigrationContext.configure(connection).get_current_revision()
            if not _needed(before, str(path)):
                return Migrated(before, head_revision())
            if before is not None:
                backup = _copy(path, before)
            _upgrade(connection, before)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
            if broken is not None:
                raise MigrationFailed(f"a row of {broken[0]} would refer to none in {broken[2]}")
        return Migrated(before, head_revision(), backup)
    except (sqlite3.Error, SQLAlchemyError) as error:
        _discard(backup)
        cause = getattr(error, "orig", error)
        raise (cannot_open(path, cause) if isinstance(cause, sqlite3.Error) else error) from error
    except BaseException:
        _discard(backup)
        raise


def _discard(backup: Path | None) -> None:
    # The database is as it was; a service that tries again and again would fill the disk with copies.
    if backup is not None:
        backup.unlink(missing_ok=True)


def _copy(path: Path, revision: str) -> Path:
    """A copy of the file as it is committed, beside it; our own open transaction has written nothing yet."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = path.with_name(f"{path.stem}-{revision}-{stamp}.db")
    try:
        with (
            closing(open_connection(path, cache_kib=_CACHE_KIB, read_only=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except BaseException:
        _discard(copy)
        raise
    return copy


# ── PostgreSQL ─────────────────────────────────────────────────────────────────────────────────
async def _migrate_postgres(url: str) -> Migrated:
    # asyncpg and SQLAlchemy's async half are needed on this database only.
    import asyncpg  # noqa: PLC0415
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), poolclass=NullPool
    )

    def run(connection: Connection) -> Migrated:
        with connection.begin():
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT_SECONDS}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'")
            before = MigrationContext.configure(connection).get_current_revision()
            if _needed(before, "the database"):
                _upgrade(connection, before)
            return Migrated(before, head_revision())

    try:
        async with engine.connect() as connection:
            return await connection.run_sync(run)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
        raise _unreachable(error) from error
    except SQLAlchemyError as error:
        raise MigrationFailed(first_line(getattr(error, "orig", None) or error)) from error
    finally:
        await engine.dispose()


async def _postgres_revision(url: str) -> str | None:
    import asyncpg  # noqa: PLC0415 - only the driver in use

    try:
        connection = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
        raise _unreachable(error) from error
    try:
        found = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return None if found is None else str(found)


def _unreachable(error: Exception) -> CannotOpen:
    return CannotOpen(f"PostgreSQL cannot be reached: {first_line(error)}")


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, whether or not an event loop runs in this thread already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
