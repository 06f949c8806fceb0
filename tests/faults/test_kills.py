"""A server killed again and again under load: every idempotent request takes effect exactly once."""

import asyncio
import os
import random
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import bindparam, select

from pivotal_server.api_keys.service import KeyRequest, create_key
from pivotal_server.auth.actor import command_line
from pivotal_server.db.engine import Database, connect
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import activity, customers, events
from pivotal_server.kit.crypto import new_secret_key
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces.service import create_workspace
from tests.support.sizes import many

KILLS = many(20, 50)
CLIENTS = 8
NAMES = Statement.rows(
    select(customers.c.id, customers.c.name, customers.c.display_id).where(
        customers.c.org_id == bindparam("org_id")
    )
)
ENTRIES = Statement.scalar(
    select(activity.c.target_id).where(
        activity.c.org_id == bindparam("org_id"), activity.c.event == "customer.created"
    ),
    str,
)
EVENTS = Statement.scalar(
    select(events.c.object_id).where(
        events.c.org_id == bindparam("org_id"), events.c.type == "customer.created"
    ),
    str,
)

pytestmark = [pytest.mark.faults, pytest.mark.timeout(many(240, 900))]


class Server:
    """A server process that is killed without warning and started anew on the same port."""

    def __init__(self, folder: Path, database_url: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        env = {name: value for name, value in os.environ.items() if not name.startswith("PIVOTAL_")}
        env |= {"PIVOTAL_DATA": str(folder), "PIVOTAL_SECRET_KEY": new_secret_key()}
        env |= {"PIVOTAL_DATABASE_URL": database_url, "PIVOTAL_LOG_LEVEL": "error"}
        self._env = env
        self._errors = folder / "errors.txt"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it; returns when it listens."""
        command = (sys.executable, "-m", "pivotal_server", "serve", "--port", str(self.port))
        with self._errors.open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *command, env=self._env, stdout=asyncio.subprocess.PIPE, stderr=errors
            )
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            if b"Ctrl+C" in line:
                return
        raise AssertionError(f"the server ended before it listened: {self._errors.read_text()[-2_000:]}")

    async def kill(self) -> None:
        """SIGKILL: no goodbye, nothing flushed."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        await self._process.wait()


class Load:
    """Clients that create customers, each request repeated with its key until it is answered."""

    def __init__(self, port: int, key: str) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v1/customers"
        self._headers = {"Authorization": f"Bearer {key}"}
        self.stopping = False
        self.answered: dict[str, str] = {}
        self.retries = 0

    async def client(self, number: int) -> None:
        """Create one customer after another until told to stop; the last one is finished too."""
        made = 0
        async with httpx.AsyncClient(timeout=5) as http:
            while not self.stopping:
                name = f"c{number}-{made}"
                self.answered[name] = await self._until_answered(http, name)
                made += 1

    async def _until_answered(self, http: httpx.AsyncClient, name: str) -> str:
        headers = {**self._headers, "Idempotency-Key": name}
        while True:
            try:
                answer = await http.post(self._url, json={"name": name}, headers=headers)
            except httpx.TransportError:
                self.retries += 1
                await asyncio.sleep(0.02)
                continue
            if answer.status_code == 201:
                body: str = answer.json()["id"]
                return body
            assert answer.status_code in (409, 503), answer.text
            await asyncio.sleep(0.02)


async def _prepare(db: Database) -> tuple[str, str]:
    workspace, _ = await create_workspace(db, name="VML", owner_email="dana@vml.example", owner_name="Dana")
    async with unit_of_work(db, command_line(workspace.id)) as uow:
        _, key = await create_key(uow, KeyRequest(name="load", rate_limit=0))
    return workspace.id, key


async def test_kills_leave_one_customer_entry_and_event_per_key(database_url: str, tmp_path: Path) -> None:
    db = connect(database_url)
    await db.open()
    org_id, key = await _prepare(db)
    await db.close()

    chance = random.Random(7)
    server = Server(tmp_path, database_url)
    await server.start()
    load = Load(server.port, key)
    clients = [asyncio.create_task(load.client(number)) for number in range(CLIENTS)]
    try:
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.02, 0.4))
            await server.kill()
            await server.start()
        load.stopping = True
        await asyncio.gather(*clients)
    finally:
        for client in clients:
            client.cancel()
        await server.kill()

    db = connect(database_url)
    await db.open()
    try:
        stored = await db.fetch_all(NAMES, {"org_id": org_id})
        entries = await db.fetch_all(ENTRIES, {"org_id": org_id})
        written = await db.fetch_all(EVENTS, {"org_id": org_id})
    finally:
        await db.close()
    ids = {name: id for id, name, _ in stored}
    assert load.retries > 0, "no request was ever interrupted"
    assert len(stored) > KILLS
    # What was answered is there, under the id that was answered; and nothing is there twice.
    assert ids == load.answered
    assert len(stored) == len(ids)
    assert sorted(number for _, _, number in stored) == list(range(1, len(stored) + 1))
    assert sorted(entries) == sorted(ids.values())
    assert sorted(written) == sorted(ids.values())
