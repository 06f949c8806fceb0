"""An orderly end: a server stops soon, also while a page listens for changes."""

import asyncio
import re
import time
from pathlib import Path

import httpx
import pytest

from pivotal_server.auth.actor import command_line
from pivotal_server.customers.schemas import CustomerCreate
from pivotal_server.customers.service import create_customer
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces.service import all_workspaces
from tests.support.live_server import running_server

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]


async def test_an_open_stream_does_not_hold_a_stopping_server(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        (workspace,) = await all_workspaces(server.services.db)
        async with unit_of_work(server.services.db, command_line(workspace.id)) as uow:
            await create_customer(uow, CustomerCreate(name="Acme"))
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
            page = await http.get(server.sign_in_link)
            csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
            assert csrf is not None
            token = server.sign_in_link.partition("token=")[2]
            done = await http.post("/login/confirm", data={"csrf_token": csrf[1], "token": token})
            assert done.status_code == 303
            async with http.stream("GET", "/customers/1-acme/live") as stream:
                assert stream.headers["content-type"].startswith("text/event-stream")
                began = time.monotonic()
                stopping = asyncio.create_task(server.stop())
                async for _ in stream.aiter_lines():
                    pass
                assert await stopping == 0
        # Not the ten minutes after which a stream ends by itself, nor the wait before a kill.
        assert time.monotonic() - began < 15
