"""Workers killed in the middle of an import: every row comes once, and the file of errors is whole."""

import asyncio
import csv
import io
import random
from pathlib import Path

import httpx
import pytest
from sqlalchemy import bindparam, func, select, update

from pivotal_server.api_keys.service import KeyRequest, create_key
from pivotal_server.auth.actor import command_line
from pivotal_server.db.engine import Database, connect
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import activity, customers, events, jobs
from pivotal_server.db.types import Timestamp
from pivotal_server.kit import clock
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces.service import create_workspace
from tests.faults.test_kills import Server
from tests.support.queue import until

ROWS = 6_000
KILLS = 6

NAMES = Statement.rows(
    select(customers.c.name, customers.c.display_id)
    .where(customers.c.org_id == bindparam("org_id"))
    .order_by(customers.c.display_id)
)
ENTRIES = Statement.scalar(
    select(func.count())
    .select_from(activity)
    .where(activity.c.org_id == bindparam("org_id"), activity.c.event == "customer.created"),
    int,
)
EVENTS = Statement.scalar(
    select(func.count())
    .select_from(events)
    .where(events.c.org_id == bindparam("org_id"), events.c.type == "customer.created"),
    int,
)
STATUS = Statement.rows(
    select(jobs.c.status, jobs.c.counts, jobs.c.attempts).where(
        jobs.c.org_id == bindparam("org_id"), jobs.c.kind == "import"
    )
)
# As if the minute had passed after which a dead worker's job is taken over.
EXPIRE = Statement.write(
    update(jobs)
    .where(jobs.c.org_id == bindparam("in_org"), jobs.c.status == "running")
    .values(lease_until=bindparam("past", type_=Timestamp()))
)

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]


def file_of_rows() -> bytes:
    """Every fifth row is faulty."""
    lines = [f"Company {n},x{n}" if n % 5 else f",x{n}" for n in range(ROWS)]
    return "\n".join(["name,external_id", *lines]).encode()


async def test_kills_lose_no_row_and_double_none(database_url: str, tmp_path: Path) -> None:
    db = connect(database_url)
    await db.open()
    workspace, _ = await create_workspace(db, name="VML", owner_email="dana@vml.example", owner_name="Dana")
    async with unit_of_work(db, command_line(workspace.id)) as uow:
        _, key = await create_key(uow, KeyRequest(name="load", rate_limit=0))
    server = Server(tmp_path, database_url)
    await server.start()
    chance = random.Random(3)
    api = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{server.port}/api/v1",
        headers={"Authorization": f"Bearer {key}"},
        timeout=60,
    )
    interrupted = 0
    try:
        sent = await api.post(
            "/imports", data={"resource": "customer"}, files={"file": ("rows.csv", file_of_rows())}
        )
        assert sent.status_code == 202
        for _ in range(KILLS):
            await until_under_way(db, workspace.id)
            await asyncio.sleep(chance.uniform(0.0, 0.15))
            await server.kill()
            ((status, _, _),) = await db.fetch_all(STATUS, {"org_id": workspace.id})
            interrupted += status == "running"
            past = clock.now().replace(year=2020)
            await db.execute(EXPIRE, {"in_org": workspace.id, "past": past})
            await server.start()
        await until_done(db, workspace.id)
        done = (await api.get(f"/jobs/{sent.json()['id']}")).json()
        file = await api.get(done["files"][0]["url"])
    finally:
        await server.kill()
        await api.aclose()

    wanted = [f"Company {n}" for n in range(ROWS) if n % 5]
    rows = await db.fetch_all(NAMES, {"org_id": workspace.id})
    entries = await db.fetch_one(ENTRIES, {"org_id": workspace.id})
    fired = await db.fetch_one(EVENTS, {"org_id": workspace.id})
    await db.close()
    assert interrupted >= 2, "the import was over before it could be killed"
    assert done["status"] == "completed"
    assert done["counts"] == {
        "total": ROWS,
        "processed": ROWS,
        "created": len(wanted),
        "updated": 0,
        "unchanged": 0,
        "failed": ROWS - len(wanted),
    }
    assert rows == [(name, number) for number, name in enumerate(wanted, 1)]
    assert (entries, fired) == (len(wanted), len(wanted))
    told = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
    assert [row["external_id"] for row in told] == [f"x{n}" for n in range(0, ROWS, 5)]


async def until_under_way(db: Database, org_id: str) -> None:
    """Wait until some more rows have been imported, or all."""
    ((_, before, _),) = await db.fetch_all(STATUS, {"org_id": org_id})
    start = (before or {}).get("processed", 0)

    async def further() -> bool:
        ((status, counts, _),) = await db.fetch_all(STATUS, {"org_id": org_id})
        return bool(status == "completed" or (counts or {}).get("processed", 0) > start)

    await until(further)


async def until_done(db: Database, org_id: str) -> None:
    async def done() -> bool:
        ((status, _, _),) = await db.fetch_all(STATUS, {"org_id": org_id})
        return status not in ("queued", "running")

    await until(done)
