"""The request as ASGI hands it over, read lazily, and the answer written back."""

from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from pivotal_server.kit.codes import BODY_TOO_LARGE, INVALID_CONTENT_TYPE, INVALID_STRING

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Disconnected(Exception):
    """The client went away before its whole request had arrived."""


class Request:
    """One HTTP request. ``headers`` maps lower-case names to values; of doubles the last one stays.

    ``path`` is decoded, but for escaped slashes: they are part of a segment and separate none.
    Filled in on its way: ``raw``, its body, once that has been read; ``principal``, who makes it;
    ``operation``, what it asks for.
    """

    __slots__ = ("_receive", "headers", "method", "operation", "path", "principal", "raw", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self._receive = receive
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        raw_path = scope.get("raw_path")
        if raw_path is not None and (b"%2F" in raw_path or b"%2f" in raw_path):
            self.path = _without_escaped_slashes(raw_path)
        self.raw = b""
        self.principal: Any = None
        self.operation: Any = None
        self.headers: dict[bytes, bytes] = dict(scope["headers"])

    def text_header(self, name: bytes) -> str | None:
        """The value of a header as text (Latin-1, as HTTP has it), or ``None``."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def peer(self) -> str:
        """The address of the other end of the connection, empty when there is none (a Unix socket)."""
        client = self.scope.get("client")
        return client[0] if client else ""

    def query_pairs(self) -> list[tuple[str, str]]:
        """The decoded query string. Raises ``invalid_string`` when it is not UTF-8 or has too many parts."""
        raw = self.scope["query_string"]
        if not raw:
            return []
        try:
            return parse_qsl(
                raw.decode("ascii", "strict"), keep_blank_values=True, errors="strict", max_num_fields=100
            )
        except ValueError:
            raise INVALID_STRING(message="The query string is not well formed") from None

    def require_json(self) -> None:
        """Raises ``invalid_content_type`` unless the body is declared as plain JSON in UTF-8."""
        packed = (self.text_header(b"content-encoding") or "identity").strip().lower()
        if packed != "identity":
            received = f"packed by Content-Encoding: {packed[:40]}"
            raise INVALID_CONTENT_TYPE(expected="plain application/json", received=received)
        declared = self.text_header(b"content-type") or ""
        media_type, _, parameters = declared.partition(";")
        charset = parameters.strip().lower().replace('"', "")
        if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
            received = declared[:100] or "a request without Content-Type"
            raise INVALID_CONTENT_TYPE(expected="application/json", received=received)

    def announces_more_than(self, limit: int) -> bool:
        """Whether its headers say that the body has more than ``limit`` bytes."""
        declared = self.headers.get(b"content-length")
        return declared is not None and declared.isdigit() and (len(declared) > 18 or int(declared) > limit)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes in. Raises :class:`Disconnected` when the client breaks off."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            yield message.get("body", b"")
            more = message.get("more_body", False)

    async def body(self, limit: int) -> bytes:
        """The whole body, at most ``limit`` bytes.

        Raises ``body_too_large``, or :class:`Disconnected` when the client breaks off.
        """
        if self.announces_more_than(limit):
            raise BODY_TOO_LARGE(limit=limit)
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            part = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise BODY_TOO_LARGE(limit=limit)
            parts.append(part)
            if not message.get("more_body", False):
                break
        self.raw = parts[0] if len(parts) == 1 else b"".join(parts)
        return self.raw


def _without_escaped_slashes(raw_path: bytes) -> str:
    kept = raw_path.replace(b"%2F", b"%252F").replace(b"%2f", b"%252f")
    return unquote_to_bytes(kept).decode("utf-8", "replace")


async def respond(send: Send, status: int, headers: Headers, body: bytes, *, bodiless: bool = False) -> None:
    """Send one complete answer; ``content-length`` is added. ``bodiless``: to HEAD, the headers only."""
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless else body})
