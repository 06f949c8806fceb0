"""Worker processes: they start, work beside a server or alone, and stop when they are told to."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select

from pivotal_server.db.engine import connect
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import jobs
from pivotal_server.kit.crypto import new_secret_key
from pivotal_server.server_jobs import PERIODIC
from tests.faults.test_kills import Server
from tests.support.queue import until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

OF_SERVER = Statement.rows(
    select(jobs.c.kind, jobs.c.status).where(jobs.c.org_id == bindparam("org_id")).order_by(jobs.c.kind)
)
DONE = [(kind, "completed") for kind in sorted(each.name for each in PERIODIC)]


@asynccontextmanager
async def worker_process(folder: Path, database_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A `pivotal worker` that says it is at work; killed at the end if it still runs."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PIVOTAL_")}
    env |= {"PIVOTAL_DATA": str(folder), "PIVOTAL_SECRET_KEY": new_secret_key()}
    env |= {"PIVOTAL_DATABASE_URL": database_url}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pivotal_server", "worker"),
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = b""
    while b"Ctrl+C" not in said:
        line = await process.stdout.readline()
        assert line, said.decode()
        said += line
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def periodic_work_is_done(database_url: str) -> None:
    """Wait until everything periodic was run, and see that it was run once."""
    db = connect(database_url)
    await db.open()

    async def done() -> bool:
        rows = await db.fetch_all(OF_SERVER, {"org_id": ""})
        return len(rows) == len(DONE) and all(status == "completed" for _, status in rows)

    try:
        await until(done)
        assert await db.fetch_all(OF_SERVER, {"org_id": ""}) == DONE
    finally:
        await db.close()


async def test_two_workers_do_the_periodic_work_once_and_stop_at_once(
    database_url: str, tmp_path: Path
) -> None:
    async with worker_process(tmp_path, database_url) as one, worker_process(tmp_path, database_url) as two:
        await periodic_work_is_done(database_url)
        for process in (one, two):
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 15) == 0


async def test_a_server_works_too(database_url: str, tmp_path: Path) -> None:
    server = Server(tmp_path, database_url)
    await server.start()
    try:
        await periodic_work_is_done(database_url)
    finally:
        await server.kill()
