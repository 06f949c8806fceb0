"""One HTTP/1.1 connection as a client: a request is written whole, the answer parsed as it comes in."""

import asyncio
from typing import Any, cast

import httptools

MOST_HEAD = 65_536
"""Bytes that the head of an answer may have."""


class Lost(Exception):
    """The connection ended before the head of an answer was there.

    ``answered``: some bytes of it had come. ``reset``: by a reset, and not by an orderly end.
    """

    def __init__(self, *, answered: bool, reset: bool) -> None:
        super().__init__("the connection ended")
        self.answered = answered
        self.reset = reset


class BrokenAnswer(Exception):
    """What came is no HTTP answer; the text says what is wrong with it."""


class Answer:
    """An answer as it grows. ``body`` holds at most what was asked for; ``cut`` says that there was more."""

    __slots__ = ("body", "cut", "headers", "status")

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()
        self.cut = False


class Connection(asyncio.Protocol):
    """A connection to one address. It serves one request at a time; ``usable`` says whether a further one."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._parser: Any = None
        self._answer = Answer()
        self._head: asyncio.Future[Answer] | None = None
        self._body: asyncio.Future[None] | None = None
        self._head_bytes = 0
        self._most_body = 0
        self._complete = False
        self._framed = False
        self.remote_ip = ""
        self.idle_since = 0.0
        self.usable = False

    # ── What the event loop calls ──────────────────────────────────────────────────────────────
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        # Not checked: the transports of uvloop are no subclasses of those of asyncio.
        self._transport = cast(asyncio.Transport, transport)
        self.usable = True

    def data_received(self, data: bytes) -> None:
        """Bytes of the answer, or what nobody asked for."""
        if self._head is None or self._complete:
            self.close()
            return
        if not self._head.done():
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as fault:
            self._fail(BrokenAnswer(f"The answer is not HTTP/1.1: {fault}"))
        except httptools.HttpParserUpgrade:
            self._fail(BrokenAnswer("The answer leaves HTTP/1.1"))
        else:
            if self._head_bytes > MOST_HEAD and not self._head.done():
                self._fail(BrokenAnswer(f"The head of the answer has more than {MOST_HEAD} bytes"))

    def connection_lost(self, exc: Exception | None) -> None:
        """The other end, or the network, ended the connection."""
        self.usable = False
        if self._head is None:
            return
        if not self._head.done():
            lost = Lost(answered=self._head_bytes > 0, reset=exc is not None)
            self._head.set_exception(lost)
        elif not self._complete:
            # Without a length the end of the connection is the end of the body.
            self._answer.cut = self._answer.cut or self._framed
            self._end_body()

    # ── What the parser calls ──────────────────────────────────────────────────────────────────
    def on_message_begin(self) -> None:
        """An answer begins; a second one that nobody has asked for spoils the connection."""
        if self._complete:
            self.usable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header of the answer."""
        if self._complete:
            return
        self._answer.headers.append((name, value))
        self._framed = self._framed or name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        """The head is there; of an interim answer nothing is kept."""
        if self._complete:
            return
        status = self._parser.get_status_code()
        if 100 <= status < 200:
            self._answer.headers.clear()
            self._framed = False
            return
        self._answer.status = status
        if self._head is not None and not self._head.done():
            self._head.set_result(self._answer)

    def on_body(self, data: bytes) -> None:
        """A part of the body. What goes beyond the limit is not waited for."""
        if self._complete:
            return
        room = self._most_body - len(self._answer.body)
        self._answer.body += data[:room]
        if len(data) > room:
            self._answer.cut = True
            self._end_body()
            self.close()

    def on_message_complete(self) -> None:
        """The answer is whole, unless it was an interim one."""
        if self._answer.status and not self._complete:
            self._complete = True
            self.usable = self.usable and self._parser.should_keep_alive()
            self._end_body()

    # ── What the client calls ──────────────────────────────────────────────────────────────────
    def send(self, request: bytes, most_body: int) -> asyncio.Future[Answer]:
        """Write a request; the future is done with the head of its answer, or fails with :class:`Lost` or
        :class:`BrokenAnswer`.
        """
        assert self._transport is not None
        self._parser = httptools.HttpResponseParser(self)
        self._answer = Answer()
        self._most_body = most_body
        self._head_bytes = 0
        self._complete = self._framed = False
        self._head = self._loop.create_future()
        self._body = self._loop.create_future()
        self._transport.write(request)
        return self._head

    async def body(self) -> None:
        """Wait until the body has come as far as it is wanted."""
        assert self._body is not None
        await self._body

    def release(self) -> bool:
        """Whether the connection can serve a further request; if not, it is closed."""
        whole = self._complete and self.usable
        if not whole:
            self.close()
        self._head = None
        return whole

    def close(self) -> None:
        """End the connection without waiting for what is still to be sent."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, fault: Exception) -> None:
        if self._head is not None and not self._head.done():
            self._head.set_exception(fault)
        else:
            self._answer.cut = True
            self._end_body()
        self.close()

    def _end_body(self) -> None:
        if self._body is not None and not self._body.done():
            self._body.set_result(None)
