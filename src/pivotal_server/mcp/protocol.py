"""The library of the protocol: nothing imports this module but the first request that needs it."""

import json
from typing import Any
from urllib.parse import urlsplit

import structlog
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, ReadResourceResult, TextContent, TextResourceContents
from msgspec import to_builtins

from pivotal_server import __version__
from pivotal_server.errors_catalogue import INTERNAL_ERROR
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.http.request import Receive, Scope, Send
from pivotal_server.limits.catalogue import BODY_BYTES
from pivotal_server.rest.context import error_body

_log = structlog.get_logger(__name__)
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def hosts_of(public_url: str) -> list[str]:
    """The ``Host`` headers of a server with this address; a loopback address has several names."""
    parts = urlsplit(public_url)
    own = parts.netloc.lower()
    name = own.removesuffix(f":{parts.port}")
    if name not in _LOOPBACK:
        return [own]
    return [other + own.removeprefix(name) for other in _LOOPBACK]


async def answer(server: Server[Any], public_url: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request, keeping nothing for the next.

    A ``Host`` or ``Origin`` other than that of ``public_url`` is refused, so that no web page can reach the
    server by a name of its own.
    """
    hosts = hosts_of(public_url)
    scheme = urlsplit(public_url).scheme
    manager = StreamableHTTPSessionManager(
        server,
        json_response=True,
        stateless=True,
        security_settings=TransportSecuritySettings(
            allowed_hosts=hosts, allowed_origins=[f"{scheme}://{host}" for host in hosts]
        ),
        max_request_body_size=BODY_BYTES.default,
    )
    async with manager.run():
        await manager.handle_request(scope, receive, send)


def server(name: str, title: str, instructions: str, **handlers: Any) -> Server[Any]:
    """A server of this release; ``handlers`` as the library takes them. The tools check their arguments."""
    return Server(
        name,
        title=title,
        version=__version__,
        instructions=instructions,
        get_tool_input_schema=lambda _name: None,
        **handlers,
    )


def text_of(uri: str, mime_type: str, text: str) -> ReadResourceResult:
    """One text as what a resource holds."""
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=mime_type, text=text)])


def refused(fault: Exception, known_as: str) -> dict[str, Any]:
    """Why a tool has no result, in the envelope of the API. A fault of ours is logged, its text kept back."""
    if not isinstance(fault, ApiError):
        _log.error("a tool failed", request_id=known_as, exc_info=fault)
        fault = INTERNAL_ERROR()
    envelope: dict[str, Any] = to_builtins(error_body(fault, known_as))
    return envelope


def result(value: dict[str, Any], *, failed: bool = False) -> CallToolResult:
    """An object as the result of a tool, for programs and as text for models that read nothing else."""
    text = TextContent(type="text", text=json.dumps(value, ensure_ascii=False))
    return CallToolResult(content=[text], structured_content=value, is_error=failed)
