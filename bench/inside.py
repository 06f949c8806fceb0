"""The application in this process, over a filled database, for what is measured without a network."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from bench.data import Made
from pivotal_server.api_keys.ring import KeyRing
from pivotal_server.app import App, create_app
from pivotal_server.auth.addresses import AddressList
from pivotal_server.config import load
from pivotal_server.db.engine import connect
from pivotal_server.kit.crypto import SecretBox, new_secret_key
from pivotal_server.request_log.recorder import Recorder
from pivotal_server.services import Services


@asynccontextmanager
async def application(made: Made) -> AsyncIterator[tuple[App, httpx.AsyncClient]]:
    """The application, and a client of its API with the key of the set."""
    db = connect(made.target)
    await db.open()
    try:
        with tempfile.TemporaryDirectory() as folder:
            config = load({"PIVOTAL_DATA": folder})
            box = SecretBox(new_secret_key())
            app = create_app(Services(config, db, KeyRing(db), box, AddressList(), Recorder(db)))
            transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
            headers = {"Authorization": f"Bearer {made.key}"}
            base = "http://bench/api/v1"
            async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as api:
                yield app, api
    finally:
        await db.close()
