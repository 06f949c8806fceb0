"""The addresses of both servers: who may come in is decided here, before the library is loaded."""

import asyncio
from collections.abc import MutableMapping, Sequence
from functools import cache, cached_property
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import structlog

from pivotal_server.api_keys.ring import KnownKey
from pivotal_server.auth.addresses import client_address
from pivotal_server.auth.scopes import allows
from pivotal_server.db.errors import Unavailable
from pivotal_server.docs.library import NotBuilt, library
from pivotal_server.errors_catalogue import (
    INTERNAL_ERROR,
    METHOD_NOT_ALLOWED,
    ROUTE_NOT_FOUND,
    UNAVAILABLE,
)
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.http import Operation, Request, respond
from pivotal_server.kit.http.operations import ANY_SCOPE
from pivotal_server.kit.http.request import Headers, Receive, Scope, Send
from pivotal_server.mcp.tools import Tool, tools_of
from pivotal_server.rest.context import id_of, refused
from pivotal_server.rest.document import PREFIX, Documents
from pivotal_server.rest.pipeline import RestApi
from pivotal_server.services import Services
from pivotal_server.workspaces import service as workspaces

DATA = "/mcp"
DOCS = "/docs/_mcp/server"
PATHS = (DATA, DOCS)

_log = structlog.get_logger(__name__)


@cache
def is_installed() -> bool:
    """Whether the library of the protocol is there; looking does not load it."""
    return find_spec("mcp") is not None


class Doors:
    """The ASGI application at both addresses."""

    def __init__(
        self, services: Services, rest: RestApi, operations: Sequence[Operation], documents: Documents
    ) -> None:
        self._services = services
        self._rest = rest
        self._operations = operations
        self._documents = documents

    @cached_property
    def tools(self) -> dict[str, Tool]:
        """Every tool there is, whoever may use it."""
        return tools_of(self._operations, self._documents.document, PREFIX)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        known_as = id_of(request)
        more: Headers = []
        began = False

        async def answering(message: MutableMapping[str, Any]) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                headers = [*message["headers"], (b"x-request-id", known_as.encode("ascii")), *more]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._answer(request, known_as, more, receive, answering)
            return
        except ApiError as fault:
            refusal = fault
        except NotBuilt as fault:
            refusal = UNAVAILABLE(message=str(fault))
        except Unavailable as fault:
            _log.error("database unavailable", request_id=known_as, reason=str(fault))
            refusal = UNAVAILABLE()
        except Exception:
            _log.exception("request failed", request_id=known_as, method=request.method, path=request.path)
            if began:
                raise
            refusal = INTERNAL_ERROR()
        headers: Headers = [(b"x-request-id", known_as.encode("ascii"))]
        status, body = refused(refusal, known_as, headers)
        await respond(send, status, headers, body, bodiless=request.method == "HEAD")

    async def _answer(
        self, request: Request, known_as: str, more: Headers, receive: Receive, send: Send
    ) -> None:
        services = self._services.reached_by(request.scope)
        if not (services.config.mcp and is_installed()):
            raise ROUTE_NOT_FOUND()
        for_data = request.path == DATA
        key = None
        if for_data or not services.config.docs_public:
            key = await self._admit(request)
        if request.method != "POST":
            # A stream that the server opens, and a session that ends: there is neither here.
            raise METHOD_NOT_ALLOWED(method=request.method[:20], allowed="POST", headers={"allow": "POST"})
        url = services.config.public_url
        if for_data:
            assert key is not None
            tools = await self._tools_for(key)
            module = await _loaded("pivotal_server.mcp.data")
            server = module.server_for(self._rest, tools, known_as, request.scope, more)
        else:
            books = library()
            module = await _loaded("pivotal_server.docs.mcp")
            server = module.server_for(books, url, known_as)
        protocol = await _loaded("pivotal_server.mcp.protocol")
        await protocol.answer(server, url, request.scope, receive, send)

    async def _admit(self, request: Request) -> KnownKey:
        """The key of the caller. Raises the errors of authentication."""
        address = client_address(request.peer, request.scope["headers"], self._services.trusted_proxies)
        known = await self._services.ring.recognise(request.headers.get(b"authorization"), address)
        known.check(ANY_SCOPE, address, writes=False)
        return known

    async def _tools_for(self, key: KnownKey) -> dict[str, Tool]:
        """The tools that a key may use: none that writes until an admin has switched them on."""
        workspace = await workspaces.get_workspace(self._services.db, key.actor.org_id)
        writes = workspaces.has_mcp_writes(workspace) and not key.row.read_only
        found = {}
        for name, tool in self.tools.items():
            ways = tuple(way for way in tool.ways if _may(key, way.operation))
            if ways and (writes or not tool.writes):
                found[name] = tool
        return found


def _may(key: KnownKey, operation: Operation) -> bool:
    scope = operation.scope
    return scope is None or scope == ANY_SCOPE or not key.granted or allows(key.granted, scope)


_modules: dict[str, ModuleType] = {}


async def _loaded(name: str) -> ModuleType:
    """A module that needs the library; loading takes half a second, so that it happens beside the loop."""
    if name not in _modules:
        _modules[name] = await asyncio.to_thread(import_module, name)
    return _modules[name]
