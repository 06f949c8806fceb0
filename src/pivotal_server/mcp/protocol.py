"""The library of the protocol: nothing imports this module but the first request that needs it."""

import json
from typing import Any
from urllib.parse import urlsplit

from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, TextContent

from pivotal_server.kit.http.request import Receive, Scope, Send
from pivotal_server.limits.catalogue import BODY_BYTES

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


def result(value: dict[str, Any], *, failed: bool = False) -> CallToolResult:
    """An object as the result of a tool, for programs and as text for models that read nothing else."""
    text = TextContent(type="text", text=json.dumps(value, ensure_ascii=False))
    return CallToolResult(content=[text], structured_content=value, is_error=failed)
