"""Servers and workers killed under load: every committed event arrives, and nothing else does.

`KILLS=200 ./run test tests/faults/test_webhook_kills.py` kills at two hundred moments.
"""

import asyncio
import os
import random
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select

from pivotal_server.api_keys.ring import KeyRing
from pivotal_server.api_keys.service import KeyRequest, create_key
from pivotal_server.auth.actor import command_line
from pivotal_server.auth.addresses import AddressList
from pivotal_server.config import load
from pivotal_server.db.engine import Database, connect
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import events
from pivotal_server.kit import clock
from pivotal_server.kit.crypto import SecretBox
from pivotal_server.request_log.recorder import Recorder
from pivotal_server.services import Services
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.webhooks.dispatcher import LEASE, Dispatcher
from pivotal_server.webhooks.schemas import WebhookEndpointCreate
from pivotal_server.webhooks.service import create_endpoint
from pivotal_server.workspaces.service import create_workspace
from tests.faults.test_kills import Load, Server
from tests.support.forked import Run, forking
from tests.support.receiver import Receiver, receiving

KILLS = int(os.environ.get("KILLS", "6"))
CLIENTS = 2
COMMITTED = Statement.scalar(
    select(events.c.id).where(events.c.org_id == bindparam("org_id"), events.c.source == "change"), str
)

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240 + 10 * KILLS)]


def services_of(db: Database, server: Server, folder: Path, database_url: str) -> Services:
    """The services of the server's own settings, in this process."""
    env = server._env
    settings = {name: value for name, value in env.items() if name.startswith("PIVOTAL_")}
    config = load({**settings, "PIVOTAL_DATA": str(folder), "PIVOTAL_DATABASE_URL": database_url})
    box = SecretBox(env["PIVOTAL_SECRET_KEY"])
    return Services(config, db, KeyRing(db), box, AddressList(), Recorder(db))


async def prepare(services: Services, receivers: list[Receiver]) -> tuple[str, str]:
    """A workspace with a key, and an endpoint at each receiver."""
    workspace, _ = await create_workspace(
        services.db, name="VML", owner_email="dana@vml.example", owner_name="Dana"
    )
    async with unit_of_work(services.db, command_line(workspace.id)) as uow:
        _, key = await create_key(uow, KeyRequest(name="load", rate_limit=0))
        for receiver in receivers:
            wanted = WebhookEndpointCreate(url=receiver.url(), event_types=["*"])
            await create_endpoint(uow, services.box, services.policy, wanted)
    return workspace.id, key


async def test_kills_lose_no_event_and_invent_none(database_url: str, tmp_path: Path) -> None:
    server = Server(tmp_path, database_url)
    server._env["PIVOTAL_WEBHOOK_ALLOW_PRIVATE_TARGETS"] = "true"
    async with AsyncExitStack() as stack:
        receivers = [await stack.enter_async_context(receiving()) for _ in range(2)]
        db = connect(database_url)
        await db.open()
        org_id, key = await prepare(services_of(db, server, tmp_path, database_url), receivers)
        await db.close()

        forks = await stack.enter_async_context(forking(server._env, tmp_path / "errors.txt"))
        victims = [Run(forks, "serve", "--port", str(server.port), port=server.port)]
        # Only PostgreSQL lets several processes share the work.
        if database_url.startswith("postgres"):
            victims.append(Run(forks, "worker"))
        for victim in victims:
            await victim.start()
        chance = random.Random(11)
        work = Load(server.port, key)
        clients = [asyncio.create_task(work.client(number)) for number in range(CLIENTS)]
        try:
            for number in range(KILLS):
                await asyncio.sleep(chance.uniform(0.05, 0.6))
                victim = victims[number % len(victims)]
                await victim.kill()
                await victim.start()
            work.stopping = True
            await asyncio.gather(*clients)
        finally:
            for client in clients:
                client.cancel()
            for victim in victims:
                await victim.kill()

        # The servers themselves have delivered, on the event loop that they run on.
        assert all(receiver.got for receiver in receivers)
        db = connect(database_url)
        await db.open()
        dispatcher = Dispatcher(services_of(db, server, tmp_path, database_url))
        try:
            # What the dead ones held is taken back once their leases have ended.
            with clock.travel(LEASE + timedelta(seconds=1)):
                await dispatcher.sweep()
                await dispatcher.run_due()
            committed = set(await db.fetch_all(COMMITTED, {"org_id": org_id}))
        finally:
            dispatcher.transport.close()
            await db.close()
        assert len(committed) >= KILLS
        for receiver in receivers:
            arrived = {got.event["id"] for got in receiver.got if got.event["type"] != "webhook.ping"}
            assert arrived == committed
        assert sum(len(receiver.got) for receiver in receivers) >= 2 * len(committed)
