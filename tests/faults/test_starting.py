"""Starts that cannot succeed: one line, a failing exit, and everything as it was before."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from pivotal_server.db.revisions import head_revision
from pivotal_server.kit.crypto import new_secret_key
from tests.support.live_server import running_server

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]


class Ended(NamedTuple):
    """A program that has ended: its exit code and what it printed."""

    code: int | None
    out: str
    err: str

    def refusal(self) -> str:
        """Its one line on standard error; it failed and printed nothing else."""
        assert self.code == 1
        assert self.out == ""
        assert self.err.startswith("pivotal: ")
        assert self.err.count("\n") == 1
        return self.err


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


async def serve(
    data: Path, *arguments: str, port: int | None = None, full_disk: bool = False, secret_key: str = ""
) -> Ended:
    """Run `pivotal serve`, which must end by itself; with `full_disk` no file grows beyond 100 or 200 KB."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PIVOTAL_")}
    env["PIVOTAL_SECRET_KEY"] = secret_key
    limited = ("sh", "-c", 'ulimit -f 200 && exec "$@"', "sh") if full_disk else ()
    # The superuser may read and write everything, unless it gives that up.
    humble = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    process = await asyncio.create_subprocess_exec(
        *humble,
        *limited,
        *(sys.executable, "-m", "pivotal_server", "serve", "--data", str(data)),
        *("--port", str(port or free_port()), *arguments),
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Ended(process.returncode, out.decode(), err.decode())


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def sqlite_file(path: Path, revision: str) -> None:
    """A database that says of itself that it has this schema, and has nothing of it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
        database.commit()


async def test_a_second_server_on_the_same_data_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith("PIVOTAL_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pivotal_server", "serve", "--data", str(data), "--port", str(free_port())),
        env=env,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        while b"Ctrl+C" not in (line := await process.stdout.readline()):
            assert line
        address = (data / "public_url").read_text()
        refusal = (await serve(data)).refusal()
        assert f"process {process.pid}" in refusal
        assert str(data) in refusal
        assert (data / "public_url").read_text() == address
        assert process.returncode is None
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
    # The kernel gave the lock back; nobody had to clean up.
    async with running_server(data) as server:
        assert "Ctrl+C" in server.printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--owner-email", "nope"), "--owner-email: Invalid email"),
        (("--owner-name", ""), "--owner-name: "),
        (("--workspace-slug", "Two Words"), "--workspace-slug: slug may hold"),
        (("--workspace-name", " "), "--workspace-name: "),
        (("--host", "no.such.host.invalid"), "(--host)"),
    ],
    ids=["email", "owner", "slug", "name", "host"],
)
async def test_a_first_start_with_a_bad_option_leaves_nothing(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    data = tmp_path / "data"
    refusal = (await serve(data, *arguments)).refusal()
    assert message in refusal
    assert not data.exists()


async def test_a_first_start_with_a_bad_key_leaves_nothing(tmp_path: Path) -> None:
    refusal = (await serve(tmp_path / "data", secret_key="short")).refusal()
    assert "PIVOTAL_SECRET_KEY: secret key 1 has fewer than 32" in refusal
    assert not (tmp_path / "data").exists()


async def test_a_port_in_use_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refusal = (await serve(tmp_path / "data", port=port)).refusal()
    assert refusal == f"pivotal: 127.0.0.1:{port} is in use; choose another with --port\n"
    assert not (tmp_path / "data").exists()


async def test_a_first_start_on_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    refusal = (await serve(tmp_path / "data", full_disk=True)).refusal()
    assert "pivotal.db" in refusal
    assert not (tmp_path / "data").exists()


async def test_a_data_folder_without_a_parent_is_refused(tmp_path: Path) -> None:
    refusal = (await serve(tmp_path / "not-mounted" / "data")).refusal()
    assert f"{tmp_path / 'not-mounted'} does not exist" in refusal
    assert not (tmp_path / "not-mounted").exists()


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("damaged", "is not an SQLite database, or is damaged"),
        ("newer", "has schema 9999, newer than this program; install the newer release"),
        ("foreign", "is the database of another program"),
        ("without-key", "secret.key is missing"),
    ],
)
async def test_a_database_that_cannot_be_used_stays_as_it_is(
    tmp_path: Path, database: str, message: str
) -> None:
    file = tmp_path / "pivotal.db"
    if database == "damaged":
        file.write_bytes(b"precious, but no database" * 100)
    elif database == "foreign":
        with closing(sqlite3.connect(file)) as other:
            other.execute("CREATE TABLE recipes (name TEXT)")
    else:
        sqlite_file(file, "9999" if database == "newer" else "0001")
    before = contents(tmp_path)
    assert message in (await serve(tmp_path)).refusal()
    assert contents(tmp_path) == before


@pytest.mark.parametrize("mode", [0o000, 0o400], ids=["unreadable", "read-only"])
@pytest.mark.parametrize("what", ["folder", "database"])
async def test_what_may_not_be_written_is_told(tmp_path: Path, what: str, mode: int) -> None:
    data = tmp_path / "data"
    data.mkdir()
    sqlite_file(data / "pivotal.db", head_revision())
    before = contents(data)
    path = data if what == "folder" else data / "pivotal.db"
    allowed = path.stat().st_mode
    path.chmod(mode)
    try:
        refusal = (await serve(data, secret_key=new_secret_key())).refusal()
    finally:
        path.chmod(allowed)
    assert str(data) in refusal
    assert contents(data) == before


async def test_a_migration_that_fails_leaves_everything_and_no_copy(tmp_path: Path) -> None:
    sqlite_file(tmp_path / "pivotal.db", "0001")
    with closing(sqlite3.connect(tmp_path / "pivotal.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
    before = contents(tmp_path)
    refusal = (await serve(tmp_path, secret_key=new_secret_key())).refusal()
    assert "the schema could not be changed from 0001 to" in refusal
    assert contents(tmp_path) == before
