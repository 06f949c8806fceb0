"""Endpoints made through the API, and what the tables of webhooks hold."""

from typing import Any

import httpx
from sqlalchemy import select

from pivotal_server.db.engine import Database
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import metadata
from tests.support.records import Json, created

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
