"""Calling an operation of the REST API within the process, with the key of whoever calls a tool.

The request goes the whole way of every request: key, limit, scopes, checks, idempotency, log.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlencode

import msgspec

from pivotal_server.errors_catalogue import MISSING_FIELD, UNRECOGNIZED_KEYS
from pivotal_server.kit.http.request import Headers, Scope
from pivotal_server.kit.validation import wrong_type
from pivotal_server.mcp.tools import IDEMPOTENCY_KEY, Tool, Way
from pivotal_server.rest.document import PREFIX
from pivotal_server.rest.pipeline import TOOL, RestApi

_SAME = ("type", "asgi", "http_version", "scheme", "client", "server")
# What is about the outer body and the outer answer. The rest tells who asks, and from where.
_DROPPED = frozenset(
    {
        *(b"content-type", b"content-length", b"content-encoding", b"transfer-encoding", b"accept"),
        *(b"idempotency-key", b"if-match", b"if-none-match", b"x-request-id"),
    }
)
_TOLD = (b"x-ratelimit-", b"ratelimit", b"retry-after", b"idempotent-replayed")


class Outcome(NamedTuple):
    """What the API answered: the status, the headers worth telling, and the object."""

    status: int
    headers: Headers
    value: dict[str, Any]


def way_of(tool: Tool, arguments: Mapping[str, Any]) -> Way:
    """The operation that a call means. Raises ``missing_field`` or ``unrecognized_keys``."""
    if len(tool.ways) == 1:
        return tool.ways[0]
    named = [way for way in tool.ways if way.path[0] in arguments]
    if not named:
        choice = " or ".join(way.path[0] for way in tool.ways)
        raise MISSING_FIELD(field=tool.ways[0].path[0], name=choice)
    if len(named) > 1:
        key = named[1].path[0]
        raise UNRECOGNIZED_KEYS(field=key, key=key)
    return named[0]


def request_of(tool: Tool, arguments: Mapping[str, Any], outer: Scope, known_as: str) -> tuple[Scope, bytes]:
    """The request that a call of a tool stands for: its ASGI scope, and its body.

    Raises ``missing_field``, ``unrecognized_keys`` or ``invalid_type`` for arguments that no request can
    carry; whatever else is wrong with them is for the API to say.
    """
    way = way_of(tool, arguments)
    rest = dict(arguments)
    address = way.operation.path
    for name, part in zip(way.path, way.operation.path_parameters, strict=True):
        address = address.replace(f"{{{part}}}", _segment(name, rest), 1)
    headers = [(name, value) for name, value in outer["headers"] if name not in _DROPPED]
    headers.append((b"x-request-id", known_as.encode("ascii")))
    if tool.needs_key:
        headers.append((b"idempotency-key", _text(IDEMPOTENCY_KEY, rest).encode()))
    query = [
        (name, _in_query(name, value))
        for name, value in rest.items()
        if name in way.query and value is not None
    ]
    body = {name: value for name, value in rest.items() if name in way.body}
    for name in rest:
        if name not in way.query and name not in way.body:
            raise UNRECOGNIZED_KEYS(field=name[:200], key=name[:200])
    raw = b""
    if way.operation.body is not None:
        raw = msgspec.json.encode(body)
        headers.append((b"content-type", b"application/json"))
    path = PREFIX + address
    scope = {
        **{name: outer[name] for name in _SAME if name in outer},
        "method": way.operation.method,
        "raw_path": path.encode("ascii"),
        "path": unquote(path),
        "query_string": urlencode(query).encode("ascii"),
        "headers": headers,
        TOOL: tool.name,
    }
    return scope, raw


def _taken(name: str, rest: dict[str, Any]) -> Any:
    value = rest.pop(name, None)
    if value is None or value == "":
        raise MISSING_FIELD(field=name, name=name)
    return value


def _segment(name: str, rest: dict[str, Any]) -> str:
    value = _taken(name, rest)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise wrong_type("string", value, name)
    return quote(str(value), safe="")


def _text(name: str, rest: dict[str, Any]) -> str:
    value = _taken(name, rest)
    if not isinstance(value, str):
        raise wrong_type("string", value, name)
    return value


def _in_query(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ",".join(_in_query(name, one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise wrong_type("string", value, name)
    return str(value)


async def call(
    rest: RestApi, tool: Tool, arguments: Mapping[str, Any], outer: Scope, known_as: str
) -> Outcome:
    """Call the operation behind ``tool`` for the caller of the ASGI request ``outer``, known by the same id.

    Raises ``missing_field``, ``unrecognized_keys`` or ``invalid_type``; every refusal of the API itself comes
    back as an outcome.
    """
    scope, raw = request_of(tool, arguments, outer, known_as)
    return await answered(rest, scope, raw)


async def answered(rest: RestApi, scope: Scope, raw: bytes = b"") -> Outcome:
    """What the API answers to a request."""
    status, told, parts = 0, Headers(), list[bytes]()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            told.extend(header for header in message["headers"] if header[0].startswith(_TOLD))
        else:
            parts.append(message["body"])

    await rest(scope, receive, send)
    return Outcome(status, told, msgspec.json.decode(b"".join(parts)))
