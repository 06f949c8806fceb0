"""Receivers of webhooks on loopback, which answer as a test says, and remember what they got."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

Answering = Callable[["Got", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bool]]
"""Answers one request; false ends the connection."""


def status(code: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer. `retry_after` stands for `retry-after`."""
    lines = [f"HTTP/1.1 {code} X", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Got:
    """One request as it came in."""

    line: str
    headers: dict[str, str]
    names: list[str]
    body: bytes
    connection: int
    at: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    @property
    def event(self) -> dict[str, Any]:
        """The envelope in its body."""
        found: dict[str, Any] = msgspec.json.decode(self.body)
        return found

    @property
    def id(self) -> str:
        """Id of the delivery."""
        return self.headers["webhook-id"]


class Receiver:
    """A server for one test. `answers` are used up first, one a request; then every request gets `usual`."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answers: list[bytes | Answering] = []
        self.usual: bytes | Answering = OK
        self.connections = 0
        self.open: dict[str, int] = {}
        self.overlaps: list[str] = []
        self.port = 0
        self._changed = asyncio.Event()

    def url(self, path: str = "/hooks", *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Where it listens."""
        return f"{scheme}://{host}:{self.port}{path}"

    @property
    def types(self) -> list[str]:
        """Types of the events that came in, in order."""
        return [one.headers["pivotal-event-type"] for one in self.got]

    async def wait_for(self, count: int, seconds: float = 20) -> None:
        """Wait until so many requests have come in."""
        async with asyncio.timeout(seconds):
            while len(self.got) < count:
                self._changed.clear()
                await self._changed.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while (got := await _read(reader, number)) is not None:
                self.got.append(got)
                self._changed.set()
                delivery = got.headers.get("webhook-id", "")
                self.open[delivery] = self.open.get(delivery, 0) + 1
                if self.open[delivery] > 1:
                    self.overlaps.append(delivery)
                try:
                    answer = self.answers.pop(0) if self.answers else self.usual
                    if isinstance(answer, bytes):
                        writer.write(answer)
                        await writer.drain()
                    elif not await answer(got, reader, writer):
                        break
                finally:
                    self.open[delivery] -= 1
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader, connection: int) -> Got | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    line, *rest = head.decode("latin-1").split("\r\n")[:-2]
    pairs = [entry.split(": ", 1) for entry in rest]
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers["content-length"]))
    return Got(line, headers, [name for name, _ in pairs], body, connection)


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a free port of 127.0.0.1."""
    receiver = Receiver()
    tasks: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(receiver._serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def hang(_got: Got, _reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> bool:
    """Never answer."""
    await asyncio.Event().wait()
    return False


async def reset(_got: Got, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """End the connection by a reset."""
    writer.transport.abort()
    return False


async def quit_early(_got: Got, _reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> bool:
    """End the connection in an orderly way, without an answer."""
    return False


def trickle(pause: float) -> Answering:
    """Send the head of a 200 at once, then its body byte by byte."""

    async def answer(_got: Got, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(pause)
        return True

    return answer


def slow(seconds: float, answer: bytes) -> Answering:
    """Give an answer after a while."""

    async def answer_late(_got: Got, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(seconds)
        writer.write(answer)
        await writer.drain()
        return True

    return answer_late


def then_close(answer: bytes) -> Answering:
    """Send something and end the connection."""

    async def send(_got: Got, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(answer)
        await writer.drain()
        return False

    return send
