"""``GET /api/health/deep``: each thing that the server needs, looked at now; 503 when one of them fails.

Open to the machine itself and to signed-in administrators. Nobody else can tell that it exists.
"""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import structlog

from pivotal_server import __version__
from pivotal_server.auth import session_store
from pivotal_server.auth.addresses import is_loopback_only
from pivotal_server.auth.permissions import AccessSettings, may_offer
from pivotal_server.auth.sessions import session_cookie
from pivotal_server.db.errors import DatabaseError
from pivotal_server.jobs import service as jobs
from pivotal_server.kit import clock
from pivotal_server.kit.http import respond
from pivotal_server.kit.http.request import Scope, Send
from pivotal_server.kit.ids import request_id
from pivotal_server.services import Services
from pivotal_server.webhooks import service_figures as webhooks

PATH = "/api/health/deep"

LATEST_SECONDS = 300.0
"""A job that could have run for so long shows that no worker is at work, or too few."""
LEAST_FREE = 256 * 1024 * 1024
"""Bytes that must be free where the data lies."""

Finding = tuple[bool, Mapping[str, Any]]

_log = structlog.get_logger(__name__)


async def database(services: Services) -> Finding:
    """One round trip."""
    began = time.perf_counter()
    await services.db.ping()
    return True, {"milliseconds": round((time.perf_counter() - began) * 1_000, 1)}


async def queue(services: Services) -> Finding:
    """How long the job that has waited longest could have run."""
    oldest = await jobs.oldest_due(services.db)
    lag = 0.0 if oldest is None else max(0.0, (clock.now() - oldest).total_seconds())
    return lag < LATEST_SECONDS, {"lag_seconds": round(lag, 1)}


async def disk(services: Services) -> Finding:
    """Room in the file system of the data folder."""
    folder = services.config.data
    free = await asyncio.to_thread(lambda: shutil.disk_usage(_existing(folder)).free)
    return free >= LEAST_FREE, {"free_bytes": free}


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


async def deliveries(services: Services) -> Finding:
    """How long the webhook that has waited longest has been due."""
    lag = await webhooks.oldest_due_seconds(services.db)
    return lag < LATEST_SECONDS, {"oldest_due_seconds": round(lag, 1)}


CHECKS: dict[str, Callable[[Services], Awaitable[Finding]]] = {
    "database": database,
    "queue": queue,
    "webhooks": deliveries,
    "disk": disk,
}
"""What is looked at, by name."""


class DeepHealth:
    """The ASGI application of this one address."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def is_open_to(self, scope: Scope) -> bool:
        """Whether the request comes from this machine, or from an administrator who is signed in."""
        if scope["method"] != "GET":
            return False
        peer = scope.get("client")
        if is_loopback_only(peer[0] if peer else None, scope["headers"]):
            return True
        cookies = dict(scope["headers"]).get(b"cookie")
        token = session_cookie(self._services.reached_by(scope).config.public_url).read(
            None if cookies is None else cookies.decode("latin-1")
        )
        if token is None:
            return False
        try:
            session = await session_store.load(self._services.db, token)
        except DatabaseError:
            return False
        return session is not None and may_offer(session.role, "administer", AccessSettings())

    async def answer(self, send: Send) -> None:
        """Look at everything and tell."""
        found = {name: await self._look(name) for name in CHECKS}
        well = all(finding["status"] == "ok" for finding in found.values())
        body = {
            "status": "ok" if well else "failing",
            "timestamp": clock.wire(clock.now()),
            "version": __version__,
            "checks": found,
        }
        headers = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-store"),
            (b"x-request-id", request_id().encode("ascii")),
        ]
        await respond(send, 200 if well else 503, headers, msgspec.json.encode(body))

    async def _look(self, name: str) -> dict[str, Any]:
        try:
            well, facts = await CHECKS[name](self._services)
        except (DatabaseError, OSError) as fault:
            _log.warning("a health check failed", check=name, reason=str(fault))
            return {"status": "failing", "reason": "It cannot be looked at; the log says why"}
        return {"status": "ok" if well else "failing", **facts}
