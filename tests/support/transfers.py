"""Imports and exports as a client starts them, and what comes of them."""

from typing import Any
from urllib.parse import urlsplit

import httpx

from pivotal_server.app import create_app
from pivotal_server.jobs.worker import Worker
from pivotal_server.server_jobs import KINDS
from tests.support.app import World
from tests.support.records import Json, answered


async def started(
    api: httpx.AsyncClient, content: bytes | str, *, name: str = "rows.csv", **fields: Any
) -> Json:
    """The job of an import."""
    data = content.encode() if isinstance(content, str) else content
    answer = await api.post("/imports", data=fields, files={"file": (name, data, "text/csv")})
    return answered(answer, 202)


async def imported(api: httpx.AsyncClient, world: World, queued: Json) -> Json:
    """The job after a worker has run all that is due."""
    await Worker(world.services, KINDS).run_due()
    return answered(await api.get(f"/jobs/{queued['id']}"))


async def fetched(world: World, file: Json) -> bytes:
    """What lies behind the link of a file, fetched without a key."""
    parts = urlsplit(file["url"])
    transport = httpx.ASGITransport(create_app(world.services, strict=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as stranger:
        answer = await stranger.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 200, answer.text
    assert len(answer.content) == file["size"]
    assert "attachment" in answer.headers["content-disposition"]
    return answer.content
