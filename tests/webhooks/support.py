"""Endpoints made through the API, and what the tables of webhooks hold."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from pivotal_server.db.engine import Database
from pivotal_server.db.statements import Statement, columns_of
from pivotal_server.db.tables import metadata
from pivotal_server.kit.outbound.transport import Transport
from pivotal_server.webhooks.dispatcher import Dispatcher
from pivotal_server.webhooks.repository_deliveries import AttemptRow, DeliveryRow
from tests.support.app import World, new_services, new_world
from tests.support.receiver import Receiver
from tests.support.records import Json, answered, created

URL = "https://hooks.acme.example/pivotal"
TABLES = [name for name in metadata.tables if name.startswith("webhook_")]
_ROWS = {name: Statement.rows(select(metadata.tables[name])) for name in [*TABLES, "idempotency_keys"]}


async def new_endpoint(api: httpx.AsyncClient, **fields: Any) -> Json:
    """An endpoint for all types, unless `fields` say otherwise."""
    return await created(api, "/webhook_endpoints", {"url": URL, "event_types": ["*"], **fields})


def path_to(endpoint: Json, *parts: str) -> str:
    """The path of an endpoint, or below it."""
    return "/".join(["/webhook_endpoints", endpoint["id"], *parts])


async def rows_of(db: Database, *tables: str) -> str:
    """Everything that tables hold, as text."""
    found = []
    for name in tables or _ROWS:
        found += await db.fetch_all(_ROWS[name])
    return repr(found)


class Desk:
    """A workspace whose webhooks may go to loopback, a client, and a worker that works when told to."""

    def __init__(self, world: World, api: httpx.AsyncClient, receiver: Receiver) -> None:
        self.world = world
        self.api = api
        self.receiver = receiver
        self.dispatcher = new_dispatcher(world)

    async def endpoint(self, **fields: Any) -> Json:
        """An endpoint at the receiver, whose ping has been sent and forgotten."""
        made = await new_endpoint(self.api, **{"url": self.receiver.url(), **fields})
        await self.dispatcher.run_due()
        self.receiver.got.clear()
        return made

    async def deliveries(self) -> list[DeliveryRow]:
        """Every delivery but pings, in the order of their making."""
        return [row for row in await self.world.db.fetch_all(_DELIVERIES) if row.source != "ping"]

    async def attempts(self) -> list[AttemptRow]:
        """Every attempt but those of pings, in the order of their making."""
        return [row for row in await self.world.db.fetch_all(_ATTEMPTS) if row.trigger != "ping"]

    async def shown(self, endpoint: Json) -> Json:
        """The endpoint as the API shows it now."""
        return answered(await self.api.get(path_to(endpoint)))


_D, _A = metadata.tables["webhook_deliveries"], metadata.tables["webhook_attempts"]
_DELIVERIES = Statement(select(*columns_of(DeliveryRow, _D)).order_by(_D.c.created_at), into=DeliveryRow)
_ATTEMPTS = Statement(
    select(*columns_of(AttemptRow, _A)).order_by(_A.c.started_at, _A.c.number), into=AttemptRow
)


def new_dispatcher(world: World, **options: Any) -> Dispatcher:
    """A worker for a workspace's server; `timeout` is that of its requests."""
    transport = Transport(world.services.policy, timeout=options.pop("timeout", 0.5))
    return Dispatcher(world.services, transport=transport, **options)


async def on_loopback(database: Database, folder: Path, **settings: Any) -> World:
    """A workspace on a server whose webhooks may go to loopback."""
    services = new_services(database, folder)
    config = replace(services.config, webhook_allow_private_targets=True, **settings)
    return await new_world(replace(services, config=config))
