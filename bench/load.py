"""A load generator that costs little itself: raw HTTP/1.1 over keep-alive connections, one process.

Run as ``python -m bench.load`` with a JSON job on standard input; it prints a JSON result. The requests
are built before the clock starts, and answers are only searched for their end.
"""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop


class Connection(asyncio.Protocol):
    """One client: sends the next request as soon as an answer has come."""

    def __init__(self, run: "Run") -> None:
        self.run = run
        self.transport: Any = None
        self.buffer = b""
        self.sent = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        request = self.run.next()
        if request is None:
            self.transport.close()
            self.run.finished()
            return
        self.sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        data = self.buffer + data if self.buffer else data
        head, separator, rest = data.partition(b"\r\n\r\n")
        if not separator:
            self.buffer = data
            return
        at = head.lower().find(b"content-length: ")
        end = head.find(b"\r", at)
        length = int(head[at + 16 : end if end > 0 else None])
        if len(rest) < length:
            self.buffer = data
            return
        self.buffer = b""
        self.run.took.append(time.perf_counter() - self.sent)
        if not head.startswith(self.run.good):
            self.run.bad += 1
            self.run.example = data[:300].decode("latin-1")
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self.run.bad += 1
            self.run.finished()


class Run:
    """One measurement: ``clients`` connections for ``seconds``, cycling through ``requests``."""

    def __init__(self, requests: list[bytes], clients: int, seconds: float, status: int) -> None:
        self.requests = requests
        self.clients = clients
        self.seconds = seconds
        self.good = f"HTTP/1.1 {status}".encode()
        self.took: list[float] = []
        self.bad = 0
        self.example = ""
        self.at = 0
        self.open = clients
        self.ends = 0.0
        self.done = asyncio.Event()

    def next(self) -> bytes | None:
        if time.perf_counter() >= self.ends or (self.seconds == 0 and self.at >= len(self.requests)):
            return None
        request = self.requests[self.at % len(self.requests)]
        self.at += 1
        return request

    def finished(self) -> None:
        self.open -= 1
        if self.open == 0:
            self.done.set()

    async def go(self, port: int) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        self.ends = started + (self.seconds or 600)
        for _ in range(self.clients):
            await loop.create_connection(lambda: Connection(self), "127.0.0.1", port)
        await self.done.wait()
        wall = time.perf_counter() - started
        took = sorted(self.took)
        return {
            "rate": len(took) / wall,
            "count": len(took),
            "median_ms": took[len(took) // 2] * 1000 if took else 0,
            "p99_ms": took[int(len(took) * 0.99)] * 1000 if took else 0,
            "bad": self.bad,
            "example": self.example,
        }


def build(job: dict[str, Any]) -> list[bytes]:
    """The requests of a job as bytes. ``{n}`` in path and body becomes a number, from ``first`` on."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in job["headers"].items())
    built = []
    for number in range(job["first"], job["first"] + job["variants"]):
        path = job["path"].replace("{n}", str(number))
        body = job.get("body", "").replace("{n}", str(number)).encode()
        extra = f"content-length: {len(body)}\r\ncontent-type: application/json\r\n" if body else ""
        if job.get("idempotent"):
            extra += f"idempotency-key: bench-{job['run']}-{number}\r\n"
        head = f"{job['method']} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}{extra}\r\n"
        built.append(head.encode() + body)
    return built


def main() -> None:
    """Run the job on standard input."""
    job = json.load(sys.stdin)

    async def run() -> dict[str, Any]:
        return await Run(build(job), job["clients"], job["seconds"], job["status"]).go(job["port"])

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run())))


if __name__ == "__main__":
    main()
