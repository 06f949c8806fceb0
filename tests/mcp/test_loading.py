"""The library of the protocol is loaded by who needs it, and by nobody else."""

import sys

from tests.support.live_server import run

_HEAVY = ("mcp", "uvicorn", "mcp_types", "pydantic", "httpx2", "opentelemetry")
_SCRIPT = f"""
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from pivotal_server import app, server
from pivotal_server.config import load
from pivotal_server.db.migrate import migrate
from pivotal_server.kit.crypto import SecretBox, new_secret_key
from pivotal_server.mcp.doors import DATA, DOCS

def loaded():
    return sorted(name for name in {_HEAVY!r} if name in sys.modules)

async def status(application, method, path):
    told = []
    async def receive():
        return {{"type": "http.request", "body": b"{{}}", "more_body": False}}
    async def send(message):
        told.append(message)
    headers = [(b"host", b"localhost:8000"), (b"content-type", b"application/json"), (b"accept", b"*/*")]
    await application(
        {{"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
          "headers": headers, "client": ("127.0.0.1", 1), "http_version": "1.1", "scheme": "http"}},
        receive, send,
    )
    return told[0]["status"]

async def main():
    config = load({{"PIVOTAL_DATA": sys.argv[1]}})
    await asyncio.to_thread(migrate, config.database_url)
    async with server.running(config, SecretBox(new_secret_key())) as services:
        application = app.create_app(services)
        print(await status(application, "GET", "/docs/api/guides/agents"), loaded())
        print(await status(application, "POST", DATA), loaded())
        print(await status(application, "GET", DOCS), loaded())
        print(await status(application, "POST", DOCS), "mcp" in loaded())

asyncio.run(main())
"""


async def test_only_a_request_that_may_come_in_loads_it(tmp_path: object) -> None:
    told = await run(sys.executable, "-c", _SCRIPT, str(tmp_path))
    assert told.splitlines() == ["200 []", "401 []", "405 []", "400 True"]
