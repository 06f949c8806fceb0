"""A server killed while files come in: every row has its file, and what has no row is swept."""

import asyncio
import hashlib
import os
import random
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import bindparam, select

from pivotal_server.api_keys.service import KeyRequest, create_key
from pivotal_server.auth.actor import command_line
from pivotal_server.db.engine import connect
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import attachments, comments, files
from pivotal_server.files.service import YOUNG_SECONDS, Sweeper
from pivotal_server.files.store import Files
from pivotal_server.kit.crypto import SecretBox, new_secret_key
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces.service import create_workspace
from tests.faults.test_kills import Server
from tests.support.uploads import stored

KILLS = 8
CLIENTS = 4
FILES = Statement.rows(select(files.c.id, files.c.sha256).where(files.c.org_id == bindparam("org_id")))
PLACED = Statement.scalar(select(attachments.c.id).where(attachments.c.org_id == bindparam("org_id")), str)
SHOWN = Statement.scalar(select(comments.c.attachments).where(comments.c.org_id == bindparam("org_id")))

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]


class Uploads:
    """Clients that put files on one comment, each sent again with its key until it is answered."""

    def __init__(self, port: int, key: str) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v1"
        self._headers = {"Authorization": f"Bearer {key}"}
        self.stopping = False
        self.sent: dict[str, str] = {}
        self.broken_off = 0

    async def prepare(self) -> None:
        """The comment."""
        async with httpx.AsyncClient(base_url=self._url, headers=self._headers) as http:
            customer = (await http.post("/customers", json={"name": "Aurora"})).json()
            made = await http.post(f"/customers/{customer['id']}/comments", json={"body": "Files"})
            self._path = f"{self._url}/comments/{made.json()['id']}/attachments"

    async def client(self, number: int) -> None:
        """Send one file after another until told to stop; the last one is finished too."""
        made = 0
        async with httpx.AsyncClient(timeout=10) as http:
            while not self.stopping:
                name = f"{number}-{made}"
                content = name.encode() * (100_000 if made % 2 else 10)
                self.sent[await self._until_answered(http, name, content)] = hashlib.sha256(
                    content
                ).hexdigest()
                made += 1

    async def _until_answered(self, http: httpx.AsyncClient, name: str, content: bytes) -> str:
        headers = {**self._headers, "Idempotency-Key": name}
        while True:
            try:
                answer = await http.post(self._path, files={"file": (name, content)}, headers=headers)
            except httpx.TransportError:
                self.broken_off += 1
                await asyncio.sleep(0.02)
                continue
            if answer.status_code == 201:
                body: str = answer.json()["id"]
                return body
            assert answer.status_code in (409, 503), answer.text
            await asyncio.sleep(0.02)


async def test_kills_leave_no_row_without_its_file_and_no_file_without_its_row(
    database_url: str, tmp_path: Path
) -> None:
    db = connect(database_url)
    await db.open()
    workspace, _ = await create_workspace(db, name="VML", owner_email="dana@vml.example", owner_name="Dana")
    async with unit_of_work(db, command_line(workspace.id)) as uow:
        _, key = await create_key(uow, KeyRequest(name="load", rate_limit=0))
    await db.close()

    chance = random.Random(11)
    server = Server(tmp_path, database_url)
    await server.start()
    load = Uploads(server.port, key)
    await load.prepare()
    clients = [asyncio.create_task(load.client(number)) for number in range(CLIENTS)]
    try:
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.05, 0.4))
            await server.kill()
            await server.start()
        load.stopping = True
        await asyncio.gather(*clients)
    finally:
        for client in clients:
            client.cancel()
        await server.kill()

    await db.open()
    try:
        here = Files(tmp_path / "files", SecretBox(new_secret_key()), "http://localhost")
        registered = dict(await db.fetch_all(FILES, {"org_id": workspace.id}))
        assert registered == load.sent
        assert load.broken_off > 0
        assert sorted(await db.fetch_all(PLACED, {"org_id": workspace.id})) == sorted(registered)
        (shown,) = await db.fetch_all(SHOWN, {"org_id": workspace.id})
        assert all(id.encode() in bytes(shown) for id in registered)
        for id, sha256 in registered.items():
            assert hashlib.sha256(here.path_of(id).read_bytes()).hexdigest() == sha256
        lost = [path for path in stored(here) if path.name not in registered]
        before = time.time() - YOUNG_SECONDS - 10
        for path in stored(here):
            os.utime(path, (before, before))
        assert await Sweeper(db, here).sweep() == len(lost)
        left = [path for path in stored(here) if path.parent.name != "aside"]
        assert sorted(path.name for path in left) == sorted(registered)
    finally:
        await db.close()
