import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from pivotal_server.db.engine import connect
from pivotal_server.db.errors import CannotOpen
from pivotal_server.db.migrate import current_revision, migrate
from pivotal_server.db.postgres import PostgresDatabase
from pivotal_server.db.revisions import head_revision
from pivotal_server.db.sqlite import SqliteDatabase
from pivotal_server.db.statements import Statement
from tests.support.databases import PostgresServer


async def refusal(target: str | Path) -> str:
    """Why a database cannot be opened."""
    with pytest.raises(CannotOpen) as caught:
        await connect(target).open()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def execute(path: Path, *statements: str) -> None:
    """Change a file behind the server's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_the_address_chooses_the_database(tmp_path: Path) -> None:
    for target in (tmp_path / "a.db", str(tmp_path / "a.db"), f"sqlite:///{tmp_path}/a.db"):
        database = connect(target)
        assert isinstance(database, SqliteDatabase)
        assert database.path == tmp_path / "a.db"
    relative = connect("sqlite:///data/a.db")
    assert isinstance(relative, SqliteDatabase)
    assert relative.path == Path("data/a.db")
    for scheme in ("postgresql", "postgres"):
        assert isinstance(connect(f"{scheme}://localhost/pivotal"), PostgresDatabase)
    for wrong in ("mysql://localhost/pivotal", "sqlite://", "sqlite:///", "sqlite://host/path"):
        with pytest.raises(CannotOpen, match="starts with sqlite:/// or postgresql://"):
            connect(wrong)


async def test_places_where_no_file_can_be(tmp_path: Path) -> None:
    assert "does not exist" in await refusal(tmp_path / "missing" / "pivotal.db")
    assert "cannot be opened" in await refusal(tmp_path)
    (tmp_path / "file").write_text("")
    assert "does not exist" in await refusal(tmp_path / "file" / "pivotal.db")


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "pivotal.db"
    path.write_text("Dear diary, " * 1_000)
    assert "is not an SQLite database" in await refusal(path)
    with pytest.raises(CannotOpen, match="is not an SQLite database"):
        migrate(path)
    with pytest.raises(CannotOpen, match="is not an SQLite database"):
        current_revision(path)
    assert path.read_text().startswith("Dear diary")


async def test_a_locked_file(tmp_path: Path) -> None:
    path = tmp_path / "pivotal.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (a)")
        other.execute("BEGIN EXCLUSIVE")
        assert "locked by another program" in await refusal(path)


async def test_schemas_that_do_not_fit(sqlite_url: str, tmp_path: Path) -> None:
    assert "run `pivotal migrate`" in await refusal(tmp_path / "new.db")
    path = tmp_path / "pivotal.db"
    execute(path, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer than this program" in await refusal(sqlite_url)
    with pytest.raises(CannotOpen, match="newer than this program"):
        migrate(sqlite_url)
    execute(path, "UPDATE alembic_version SET version_num = '0000'")
    assert "newer than this program" in await refusal(sqlite_url)


async def test_postgres_schemas(postgres_server: PostgresServer, postgres_url: str) -> None:
    """A newer one will do there: while a release rolls out, the one before it still runs."""

    async def set_revision(revision: str) -> None:
        database = PostgresDatabase(postgres_url)
        await database.open(check_schema=False)
        await database.execute(
            Statement.write(text("UPDATE alembic_version SET version_num = :to")), {"to": revision}
        )
        await database.close()

    await set_revision("9999")
    database = PostgresDatabase(postgres_url)
    await database.open()
    await database.close()
    with pytest.raises(CannotOpen, match="newer than this program"):
        migrate(postgres_url)
    await set_revision("0000")
    assert "0000" in await refusal(postgres_url)
    assert "no schema" in await refusal(postgres_server.url())


def test_revisions(database_url: str, tmp_path: Path, postgres_server: PostgresServer) -> None:
    assert current_revision(database_url) == head_revision()
    assert current_revision(tmp_path / "missing.db") is None
    assert not (tmp_path / "missing.db").exists()
    assert current_revision(postgres_server.url()) is None
    with pytest.raises(CannotOpen, match="cannot be reached"):
        current_revision("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(CannotOpen, match="cannot be reached"):
        migrate("postgresql://nobody@127.0.0.1:1/none")
