"""The database ends under a delivering worker and comes back: the worker goes on by itself."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import bindparam, func, select

from pivotal_server.auth.actor import command_line
from pivotal_server.customers.schemas import CustomerCreate
from pivotal_server.customers.service import create_customer
from pivotal_server.db.engine import Database, connect
from pivotal_server.db.errors import DatabaseError
from pivotal_server.db.migrate import migrate
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import webhook_attempts, webhook_deliveries
from pivotal_server.services import Services
from pivotal_server.unit_of_work import unit_of_work
from tests.faults.test_kills import Server
from tests.faults.test_webhook_kills import prepare, services_of
from tests.support.databases import PostgresServer
from tests.support.forked import Run, forking
from tests.support.receiver import OK, Receiver, receiving, slow

STATES = Statement.rows(
    select(webhook_deliveries.c.status, func.count())
    .where(webhook_deliveries.c.org_id == bindparam("org_id"), webhook_deliveries.c.source == "change")
    .group_by(webhook_deliveries.c.status)
)
INTERRUPTED = Statement.scalar(
    select(func.count())
    .select_from(webhook_attempts)
    .where(webhook_attempts.c.org_id == bindparam("org_id"), webhook_attempts.c.outcome == "interrupted"),
    int,
)

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that no other test uses."""
    with tempfile.TemporaryDirectory(prefix="pivotal-restarts-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder) / "postgresql")
        try:
            yield server
        finally:
            server.stop()


async def _create(services: Services, org_id: str, count: int) -> None:
    for number in range(count):
        async with unit_of_work(services.db, command_line(org_id)) as uow:
            await create_customer(uow, CustomerCreate(name=f"Company {number}"))


async def _states(db: Database, org_id: str) -> dict[str, int]:
    """How many deliveries stand how; nothing while the database is not back."""
    try:
        return dict(await db.fetch_all(STATES, {"org_id": org_id}))
    except DatabaseError:
        return {}


def _arrived(receiver: Receiver) -> list[str]:
    return [got.event["id"] for got in receiver.got if got.event["type"] != "webhook.ping"]


async def test_a_worker_goes_on_after_its_database_was_restarted(
    own_server: PostgresServer, tmp_path: Path
) -> None:
    url = own_server.url()
    migrate(url)
    server = Server(tmp_path, url)
    server._env["PIVOTAL_WEBHOOK_ALLOW_PRIVATE_TARGETS"] = "true"
    db = connect(url)
    await db.open()
    async with receiving() as receiver, forking(server._env, tmp_path / "errors.txt") as forks:
        worker = Run(forks, "worker")
        try:
            services = services_of(db, server, tmp_path, url)
            org_id, _ = await prepare(services, [receiver])
            await worker.start()
            await _create(services, org_id, 5)
            await receiver.wait_for(6, 60)

            # Requests are under way while the database goes, and are answered while it is away.
            receiver.usual = slow(2, OK)
            await _create(services, org_id, 5)
            await receiver.wait_for(11, 60)
            await asyncio.to_thread(own_server.halt)
            await asyncio.sleep(3)
            receiver.usual = OK
            await asyncio.to_thread(own_server.go_on)

            async with asyncio.timeout(90):
                while await _states(db, org_id) != {"delivered": 10}:  # noqa: ASYNC110 - another process works
                    await asyncio.sleep(0.2)
            # What was done before the database came back is stored, and nothing of it was sent again.
            assert await db.fetch_one(INTERRUPTED, {"org_id": org_id}) == 0
            assert len(_arrived(receiver)) == len(set(_arrived(receiver))) == 10

            await _create(services, org_id, 5)
            await receiver.wait_for(16, 60)
        finally:
            # It is the same process still.
            await worker.kill()
            await db.close()
