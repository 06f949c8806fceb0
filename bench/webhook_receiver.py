"""A receiver of webhooks that costs little: it answers 200 after about a millisecond, under ``/hang`` never.

Run as ``python -m bench.webhook_receiver PORT``. ``GET /got`` tells what has come in as a JSON array of
``[seconds, path, event id]``: when the first byte of each request was there, on the clock of the machine.
"""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

ANSWER_AFTER = 0.001
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Receiver(asyncio.Protocol):
    """One connection."""

    def __init__(self, got: list[tuple[float, str, str]]) -> None:
        self.got = got
        self.transport: Any = None
        self.buffer = b""
        self.at = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if not self.buffer:
            self.at = time.time()
        self.buffer += data
        while self.buffer:
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            length = _header(head, b"content-length") or b"0"
            if not separator or len(rest) < int(length):
                return
            self.buffer = rest[int(length) :]
            self.take(head)

    def take(self, head: bytes) -> None:
        method, path, _ = head.split(b" ", 2)
        if method == b"GET":
            body = json.dumps(self.got).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
            return
        if _header(head, b"pivotal-event-type") != b"webhook.ping":
            self.got.append((self.at, path.decode(), (_header(head, b"pivotal-event-id") or b"").decode()))
        if path != b"/hang":
            asyncio.get_running_loop().call_later(ANSWER_AFTER, self.answer)

    def answer(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(OK)


def _header(head: bytes, name: bytes) -> bytes | None:
    at = head.lower().find(b"\r\n" + name + b": ")
    if at < 0:
        return None
    begin = at + len(name) + 4
    end = head.find(b"\r", begin)
    return head[begin : None if end < 0 else end]


def main() -> None:
    """Serve until ended."""

    async def run() -> None:
        got: list[tuple[float, str, str]] = []
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Receiver(got), "127.0.0.1", int(sys.argv[1]))
        await server.serve_forever()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


if __name__ == "__main__":
    main()
