"""What the request log and the rate limits add to a request: ``python -m bench.request_cost``.

Processor time a request, in microseconds, of a workspace that is busy at 5,000 requests a second: deciding
on it and its headers, taking the note of it, and writing the notes into SQLite. ``loop`` is the part of the
event loop, ``all`` counts the thread that writes too. Encoding one customer is measured in turn with them, so
that runs on different machines can be compared.
"""

import asyncio
import json
import tempfile
import time
from pathlib import Path
from statistics import median

import msgspec

from pivotal_server.db.engine import connect
from pivotal_server.db.migrate import migrate
from pivotal_server.limits.window import Window, headers
from pivotal_server.request_log.recorder import Note, Recorder

ROUNDS = 9
REQUESTS = 20_000
_CUSTOMER = {f"field_{number}": "value" for number in range(25)}


def _note(at: float) -> Note:
    return Note(
        "org_bench",
        at,
        "req_9wq2b7k1m4x8",
        "cmb5zkbnz7fnoy5p4x6vpl1hv",
        "GET",
        "/customers/{id}",
        "/api/v1/customers/245",
        200,
        None,
        310,
        "127.0.0.1",
        None,
        None,
    )


def _limits(window: Window, at: float) -> float:
    began = time.process_time()
    for number in range(REQUESTS):
        headers(window.hit(at + number / 5_000))
    return time.process_time() - began


def _encode() -> float:
    encoder = msgspec.json.Encoder()
    began = time.process_time()
    for _ in range(REQUESTS):
        encoder.encode(_CUSTOMER)
    return time.process_time() - began


async def _log(recorder: Recorder, at: float) -> tuple[float, float]:
    loop, whole = time.thread_time(), time.process_time()
    for number in range(REQUESTS):
        recorder.add(_note(at + number / 5_000))
        if number % 5_000 == 4_999:
            await recorder.flush()
    return time.thread_time() - loop, time.process_time() - whole


async def measure() -> dict[str, float]:
    """Microseconds a request by part, and ``ratio``: limits and log of the loop to encoding a customer."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pivotal.sqlite"
        await asyncio.to_thread(migrate, path)
        db = connect(path)
        await db.open()
        try:
            recorder, window = Recorder(db), Window(1_000_000)
            found: dict[str, list[float]] = {"limits": [], "log, loop": [], "log, all": [], "encode": []}
            for number in range(ROUNDS):
                at = 1_780_000_000.0 + number * REQUESTS / 5_000
                loop, whole = await _log(recorder, at)
                for name, took in (
                    ("limits", _limits(window, at)),
                    ("log, loop", loop),
                    ("log, all", whole),
                    ("encode", _encode()),
                ):
                    found[name].append(took / REQUESTS * 1e6)
        finally:
            await db.close()
    figures = {name: median(values) for name, values in found.items()}
    figures["ratio"] = (figures["limits"] + figures["log, loop"]) / figures["encode"]
    return figures


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure()), indent=2))
