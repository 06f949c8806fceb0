"""Letting a client finish its request before it is refused.

A server that answers and hangs up while the client still sends makes the connection break, and most clients
then tell of the break and not of the answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

MOST_BYTES = 64 * 1024 * 1024
"""How much of a body that nobody wants is read and thrown away."""
MOST_SECONDS = 5.0
"""How long a client may take over it."""


class Draining:
    """``app``, whose answers begin when the body of the request has arrived, as far as the bounds allow.

    Whoever asks first (``Expect: 100-continue``) or announces more than :data:`MOST_BYTES` is answered at
    once.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not _is_worth_reading(scope["headers"]):
            await self._app(scope, receive, send)
            return
        ended = False

        async def watched() -> Message:
            nonlocal ended
            message = await receive()
            ended = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        async def send_after(message: Message) -> None:
            if message["type"] == "http.response.start" and not ended:
                with suppress(TimeoutError):
                    async with asyncio.timeout(MOST_SECONDS):
                        await _drain()
            await send(message)

        async def _drain() -> None:
            left = MOST_BYTES
            while left > 0 and not ended:
                left -= len((await watched()).get("body", b""))

        await self._app(scope, watched, send_after)


def _is_worth_reading(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether a body comes of which the rest should be read."""
    found = False
    for name, value in headers:
        if name == b"expect":
            return False
        if name == b"transfer-encoding":
            found = True
        elif name == b"content-length":
            found = value.isdigit() and 0 < int(value[:19]) <= MOST_BYTES
    return found
