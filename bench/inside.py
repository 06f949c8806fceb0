"""The application in this process, over a filled database, for what is measured without a network."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from sqlalchemy import bindparam, select

from bench.data import Made
from pivotal_server.api_keys.ring import KeyRing
from pivotal_server.app import App, create_app
from pivotal_server.auth import session_store
from pivotal_server.auth.addresses import AddressList
from pivotal_server.auth.session_store import Client
from pivotal_server.auth.sessions import session_cookie
from pivotal_server.config import load
from pivotal_server.db.engine import connect
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import members
from pivotal_server.kit import clock
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


_PERSON = Statement.scalar(select(members.c.person_id).where(members.c.id == bindparam("id")), str)
_OWNER = Statement.scalar(select(members.c.person_id).where(members.c.role == bindparam("role")), str)


@asynccontextmanager
async def visitor(made: Made, member_id: str | None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of the app in which this member is signed in; ``None``: the owner."""
    async with application(made) as (app, _):
        db = app.services.db
        statement, params = (_OWNER, {"role": "owner"}) if member_id is None else (_PERSON, {"id": member_id})
        person = await db.fetch_one(statement, params)
        assert person is not None
        async with db.transaction() as tx:
            token = await session_store.start(tx, person, made.org_id, Client("127.0.0.1"), clock.now())
        cookie = session_cookie(app.services.config.public_url)
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
        headers = {"Cookie": f"{cookie.name}={token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://bench", headers=headers
        ) as browser:
            yield browser
