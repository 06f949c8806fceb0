"""Runs of the program as processes that a test kills, forked from one that has loaded it.

A start then costs no imports, so that hundreds of them fit into a test. What is killed is a process like any
other: it opened its files, connections and threads by itself.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from pivotal_server import cli

ROOT = Path(__file__).parents[2]


class Forks:
    """The process that forks; ask it one thing at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, *request: str | int) -> int:
        """A number for ``run`` with arguments of the program (its id), or for ``kill`` with an id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        return int(await self._process.stdout.readline())


@asynccontextmanager
async def forking(env: Mapping[str, str], errors: Path) -> AsyncIterator[Forks]:
    """A process that forks runs with these settings, whose complaints go to a file."""
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    with errors.open("ab") as complaints:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.forked"),
            env={**env, "PYTHONPATH": paths},
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=complaints,
        )
    try:
        yield Forks(process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class Run:
    """One run after the other of the program with the same arguments; with a port it answers there."""

    def __init__(self, forks: Forks, *arguments: str, port: int | None = None) -> None:
        self._forks = forks
        self._arguments = arguments
        self._port = port
        self._id: int | None = None

    async def start(self) -> None:
        """Start it; returns when it answers. TimeoutError if it does not do so in a minute."""
        self._id = await self._forks.ask("run", *self._arguments)
        if self._port is None:
            return
        async with asyncio.timeout(60):
            while True:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                    # Its port takes connections before it works.
                    writer.write(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
                    answer = await reader.read(1)
                    writer.close()
                except OSError:
                    answer = b""
                if answer:
                    return
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """SIGKILL, if it was started; returns when it is gone. It must not have ended by itself."""
        if self._id is not None:
            how = await self._forks.ask("kill", self._id)
            self._id = None
            assert how == signal.SIGKILL, f"it had ended by itself: {how}"


def _run(arguments: list[str]) -> int:
    id = os.fork()
    if id:
        return id
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    sys.argv = ["pivotal", *arguments]
    try:
        cli.main()
    finally:
        os._exit(3)


def _kill(id: int) -> int:
    os.kill(id, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(id, 0)[1]) * -1


if __name__ == "__main__":
    for line in sys.stdin:
        word, *rest = json.loads(line)
        sys.stdout.write(f"{_run(rest) if word == 'run' else _kill(rest[0])}\n")
        sys.stdout.flush()
