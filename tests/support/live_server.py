"""The real server as a process of its own, for tests that go the whole way from browser to database.

`live` is a workspace of this test alone on a server that the tests of one worker process share;
`start_server` starts further ones, also on PostgreSQL. What the shared server logs as an error fails the test
that provoked it, unless the test has announced it.
"""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest
from playwright.async_api import BrowserContext, Page

from pivotal_server.auth import session_store, signing_in
from pivotal_server.auth.session_store import Client
from pivotal_server.auth.sessions import SESSION_COOKIE
from pivotal_server.config import load
from pivotal_server.kit import clock
from pivotal_server.kit.crypto import SecretBox, new_secret_key, secret_keys
from pivotal_server.members.service import MemberRow
from pivotal_server.server import running
from pivotal_server.services import Services
from tests.support.app import World, new_world
from tests.support.databases import PostgresServer

_READY = "Press Ctrl+C to stop."
_LINK = re.compile(r"http://\S+/login/confirm\?token=\S+")
_STOP_SECONDS = 15.0
_OWNER = ("--owner-email", "dana@vml.example", "--owner-name", "Dana Okafor", "--workspace-name", "VML")
_numbers = count(1)


class Answer(NamedTuple):
    """What `curl` received."""

    status: int
    json: dict[str, Any]


async def run(*command: str, **environment: str) -> str:
    """The standard output of a program that must succeed; `environment` stands above that of the tests."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return output.decode()


async def curl(*arguments: str) -> Answer:
    """Run `curl` with these arguments: the status and the JSON body of the answer."""
    text = await run("curl", "--silent", "--show-error", "--write-out", "\n%{http_code}", *arguments)
    body, _, status = text.rpartition("\n")
    return Answer(int(status), json.loads(body) if body else {})


class LiveServer:
    """A server that answers. `printed` is its standard output up to then."""

    def __init__(self, process: asyncio.subprocess.Process, printed: str, services: Services) -> None:
        self.printed = printed
        self.services = services
        self.url = services.config.public_url
        self._process = process
        self._log = services.config.data / "stderr.log"
        self._read = 0

    @property
    def sign_in_link(self) -> str:
        """The one-time link that a first start prints."""
        found = _LINK.search(self.printed)
        assert found is not None, self.printed
        return found[0]

    def new_errors(self) -> list[str]:
        """What it has logged as an error since the last look, one line each."""
        text = self._log.read_text("utf-8")
        fresh, self._read = text[self._read :], len(text)
        return [line for line in fresh.splitlines() if '"level": "error"' in line or not line.startswith("{")]

    async def stop(self) -> int:
        """End it as an operator does, by SIGTERM; its exit code."""
        if self._process.returncode is not None:
            return self._process.returncode
        self._process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise AssertionError(f"the server still ran {_STOP_SECONDS:.0f} s after SIGTERM") from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@asynccontextmanager
async def running_server(folder: Path, database_url: str = "", **further: str) -> AsyncIterator[LiveServer]:
    """A server on a free port with its data in the existing `folder`; SIGTERM ends it, with exit code 0.

    Its first start makes the workspace `VML`, whose owner is Dana Okafor. `database_url` is that of a
    PostgreSQL database; without it the server makes its SQLite file. `services` of the server are those of
    this process beside it, as a command of the operator has them. `further` are settings of its own, such as
    `PIVOTAL_WEBHOOK_SLOTS="5"`.
    """
    settings = {"PIVOTAL_DATA": str(folder), "PIVOTAL_PORT": str(_free_port()), **further}
    if database_url:
        settings |= {"PIVOTAL_DATABASE_URL": database_url, "PIVOTAL_SECRET_KEY": new_secret_key()}
    others = {name: value for name, value in os.environ.items() if not name.startswith("PIVOTAL_")}
    with (folder / "stderr.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pivotal_server", "serve", "--port", settings["PIVOTAL_PORT"], *_OWNER),
            env={**others, **settings},
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    try:
        printed = await asyncio.wait_for(_until_ready(process, folder), 30)
        config = load(settings)
        box = SecretBox(secret_keys(config.secret_key, config.data))
        async with running(config, box) as services:
            server = LiveServer(process, printed, services)
            yield server
        assert await server.stop() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _until_ready(process: asyncio.subprocess.Process, folder: Path) -> str:
    assert process.stdout is not None
    printed = ""
    while _READY not in printed:
        line = await process.stdout.readline()
        assert line, f"the server ended: {printed}{(folder / 'stderr.log').read_text()}"
        printed += line.decode()
    return printed


class Live:
    """A workspace of a running server; `world` makes its records from within the test process.

    Pages hear at once only of what the server itself has written: see :meth:`curl`.
    """

    def __init__(self, server: LiveServer, world: World) -> None:
        self.server = server
        self.world = world
        self.url = server.url
        self.key = ""
        self._announced: list[str] = []

    def expect_error(self, pattern: str) -> None:
        """Announce that the server will log an error that matches the regular expression."""
        self._announced.append(pattern)

    def check_log(self) -> None:
        """Hold what the server has logged as errors against what was announced."""
        logged = self.server.new_errors()
        surprises = [line for line in logged if not any(re.search(p, line) for p in self._announced)]
        in_vain = [p for p in self._announced if not any(re.search(p, line) for line in logged)]
        assert (surprises, in_vain) == ([], []), "errors that the server logged, or should have logged"

    async def link(self, member: MemberRow | None = None) -> str:
        """A one-time sign-in link for a member, the owner by default."""
        world = self.world
        return await signing_in.server_link(world.services, world.workspace.id, member or world.owner)

    async def sign_in(self, context: BrowserContext, member: MemberRow | None = None) -> None:
        """Give a browser a session of a member, the owner by default, without walking through the pages."""
        person = (member or self.world.owner).person_id
        async with self.world.db.transaction() as tx:
            token = await session_store.start(
                tx, person, self.world.workspace.id, Client("127.0.0.1", "Chromium"), clock.now()
            )
        await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.url}])

    async def open(self, page: Page, path: str, member: MemberRow | None = None) -> None:
        """Sign in and go to a page."""
        await self.sign_in(page.context, member)
        await page.goto(self.url + path)

    async def curl(self, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """Send a request to the REST API of the running server with a live key `local-dev`."""
        if not self.key:
            _, self.key = await self.world.new_key("local-dev")
        arguments = ["--request", method, "--header", f"Authorization: Bearer {self.key}"]
        if body is not None:
            arguments += ["--header", "Content-Type: application/json", "--data", json.dumps(body)]
        return await curl(*arguments, f"{self.url}/api/v1{path}")

    async def created(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The object that a POST makes."""
        answer = await self.curl("POST", path, body)
        assert answer.status == 201, answer.json
        return answer.json


class StartServer(Protocol):
    """Starts a server of the test's own; it is ended after the test."""

    def __call__(self, database: str = "sqlite") -> Awaitable[LiveServer]:
        """``database``: ``sqlite`` or ``postgresql``, new and empty either way."""


@pytest.fixture
async def start_server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[StartServer]:
    """A function that starts a server on an empty database."""
    async with AsyncExitStack() as stack:

        async def start(database: str = "sqlite") -> LiveServer:
            number = next(_numbers)
            url = ""
            if database == "postgresql":
                postgres: PostgresServer = request.getfixturevalue("postgres_server")
                name = f"live_{request.getfixturevalue('worker_id')}_{number}"
                postgres.sql(f'CREATE DATABASE "{name}"')
                stack.callback(postgres.sql, f'DROP DATABASE "{name}" WITH (FORCE)')
                url = postgres.url(name)
            folder = tmp_path / f"server-{number}"
            folder.mkdir()
            return await stack.enter_async_context(running_server(folder, url))

        yield start


@pytest.fixture(scope="session")
async def shared_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveServer]:
    """One server on SQLite for all tests of this worker process."""
    async with running_server(tmp_path_factory.mktemp("live")) as server:
        yield server


@pytest.fixture
async def live(shared_server: LiveServer) -> AsyncIterator[Live]:
    """A workspace `VML` of this test alone, on the shared server. Take it before `page`."""
    shared_server.new_errors()
    live = Live(shared_server, await new_world(shared_server.services, slug=f"vml-{next(_numbers)}"))
    yield live
    live.check_log()
