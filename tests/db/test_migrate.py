import shutil
import sqlite3
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Column, Index, MetaData, Table, Text, text

from pivotal_server.db import revisions
from pivotal_server.db.engine import Database, connect
from pivotal_server.db.errors import MigrationFailed
from pivotal_server.db.migrate import current_revision, migrate
from pivotal_server.db.migrations.draft import draft
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import metadata
from pivotal_server.db.types import Flag, Key, Timestamp
from tests.db.samples import COUNT_PEOPLE, FIRST_COLUMNS, INSERT_FIRST_PERSON, person
from tests.support.databases import PostgresServer

SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

def upgrade() -> None:
    op.create_table("additions", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("people", sa.Column("nickname", sa.Text))
    op.execute("UPDATE people SET nickname = name")
"""
FAILURES = {
    "a wrong statement": 'op.execute("INSERT INTO missing VALUES (1)")',
    "a wrong step": "raise KeyError('no such thing')",
    "a broken reference": """op.execute("UPDATE contacts SET customer_id = 'nobody'")""",
}


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the migrations, to which a test adds steps."""
    copy = tmp_path / "migrations"
    shutil.copytree(revisions.MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for later in sorted((copy / "versions").glob("[0-9]*.py"))[1:]:
        later.unlink()
    monkeypatch.setattr(revisions, "MIGRATIONS", copy)
    revisions.known_revisions.cache_clear()
    yield copy / "versions"
    revisions.known_revisions.cache_clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[str]:
    """A database without any schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/pivotal.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    server.sql(f"CREATE DATABASE empty_{worker_id}")
    yield server.url(f"empty_{worker_id}")
    server.sql(f"DROP DATABASE empty_{worker_id} WITH (FORCE)")


async def opened(url: str) -> Database:
    """The database, open."""
    database = connect(url)
    await database.open()
    return database


def test_an_empty_database_gets_everything(empty_url: str) -> None:
    assert current_revision(empty_url) is None
    done = migrate(empty_url)
    assert (done.before, done.after, done.backup) == (None, revisions.head_revision(), None)
    assert current_revision(empty_url) == revisions.head_revision()
    again = migrate(empty_url)
    assert (again.before, again.after, again.backup) == (again.after, done.after, None)


def test_servers_that_start_together(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(migrate, [empty_url] * 4))
    assert sorted(one.before or "" for one in done) == ["", *[revisions.head_revision()] * 3]


async def test_a_step_changes_schema_and_rows(steps: Path, empty_url: str) -> None:
    migrate(empty_url)
    database = await opened(empty_url)
    await database.execute(INSERT_FIRST_PERSON, person(1, name="Ada"))
    (steps / "0002_additions.py").write_text(SECOND)
    revisions.known_revisions.cache_clear()
    done = migrate(empty_url)
    assert (done.before, done.after) == ("0001", "0002")
    assert await database.fetch_all(Statement.rows(text("SELECT name, nickname FROM people"))) == [
        ("Ada", "Ada")
    ]
    await database.close()


@pytest.mark.parametrize("reason", FAILURES)
async def test_a_failing_step_leaves_everything_as_it_was(steps: Path, empty_url: str, reason: str) -> None:
    migrate(empty_url)
    database = await opened(empty_url)
    await database.execute(INSERT_FIRST_PERSON, person(1))
    await database.execute(Statement.write(text(CUSTOMER)))
    await database.execute(Statement.write(text(CONTACT)))
    (steps / "0002_additions.py").write_text(SECOND + textwrap.indent(FAILURES[reason], "    ") + "\n")
    revisions.known_revisions.cache_clear()
    with pytest.raises(MigrationFailed) as caught:
        migrate(empty_url)
    assert "\n" not in str(caught.value)
    assert current_revision(empty_url) == "0001"
    row = await database.fetch_one(Statement.rows(text("SELECT * FROM people")))
    assert row is not None
    assert len(row) == len(FIRST_COLUMNS)
    await database.close()
    (steps / "0002_additions.py").write_text(SECOND)
    migrate(empty_url)


CUSTOMER = (
    "INSERT INTO customers (org_id, id, display_id, name, slug, status, tags, custom_fields, metadata,"
    " livemode, created_at, updated_at) SELECT 'o1', 'c1', 1, 'A', 'a', 'active', '[]', '{}', '{}', 1=1,"
    " created_at, created_at FROM people"
)
CONTACT = (
    "INSERT INTO contacts (org_id, id, display_id, customer_id, name, email, is_primary, labels, archived,"
    " portal_access, metadata, livemode, created_at, updated_at) SELECT 'o1', 'k1', 1, 'c1', 'A', 'a@b', 1=1,"
    " '[]', 1=0, 1=1, '{}', 1=1, created_at, created_at FROM people"
)


async def test_an_sqlite_file_is_copied_first(steps: Path, tmp_path: Path) -> None:
    path = tmp_path / "pivotal.db"
    migrate(path)
    database = await opened(str(path))
    await database.execute(INSERT_FIRST_PERSON, person(1))
    (steps / "0002_additions.py").write_text(SECOND)
    revisions.known_revisions.cache_clear()
    # The server is running: what it has just written is still in the log beside the file.
    done = migrate(path)
    assert done.backup is not None
    assert done.backup.parent == path.parent
    assert done.backup.name.startswith("pivotal-0001-")
    assert done.backup.suffix == ".db"
    assert await database.fetch_one(COUNT_PEOPLE) == 1
    await database.close()
    with closing(sqlite3.connect(done.backup)) as copy:
        assert copy.execute("SELECT id FROM people").fetchall() == [("p1",)]
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_next_step_is_drafted_from_the_tables(
    steps: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tables = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(tables)
    live = text("deleted_at IS NULL")
    Table(
        "endpoints",
        tables,
        Column("org_id", Key, primary_key=True),
        Column("active", Flag, nullable=False),
        Column("deleted_at", Timestamp),
        Index("endpoints_active", "org_id", sqlite_where=live, postgresql_where=live),
    )
    tables.tables["people"].append_column(Column("nickname", Text))
    monkeypatch.setattr("pivotal_server.db.tables.metadata", tables)
    step = draft("Webhook endpoints")
    assert step == steps / "0002_webhook_endpoints.py"
    migrate(tmp_path / "pivotal.db")
    with closing(sqlite3.connect(tmp_path / "pivotal.db")) as connection:
        connection.execute("SELECT org_id, active, deleted_at FROM endpoints")
        connection.execute("SELECT nickname FROM people")
        sql = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'endpoints_active'").fetchone()[
            0
        ]
    assert "WHERE deleted_at IS NULL" in sql
    source = step.read_text()
    assert source.startswith('"""Webhook endpoints."""')
    assert "postgresql_where=" in source
    assert "Key()" in source


def test_revisions_follow_one_another() -> None:
    known = revisions.known_revisions()
    assert known == tuple(f"{number:04}" for number in range(1, len(known) + 1))
    for revision in known:
        (file,) = (revisions.MIGRATIONS / "versions").glob(f"{revision}_*.py")
        source = file.read_text()
        assert f'revision = "{revision}"' in source
        assert "def downgrade" not in source
