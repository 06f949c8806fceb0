"""Running the server: open, first workspace, serve, and an orderly end."""

import asyncio
import gc
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from pivotal_server.api_keys.ring import KeyRing
from pivotal_server.app import create_app
from pivotal_server.auth import signing_in
from pivotal_server.auth.addresses import AddressList
from pivotal_server.config import Config
from pivotal_server.db.engine import connect
from pivotal_server.jobs.worker import Worker
from pivotal_server.kit.crypto import SecretBox
from pivotal_server.kit.errors import ApiError
from pivotal_server.request_log.recorder import Recorder
from pivotal_server.server_jobs import KINDS, PERIODIC
from pivotal_server.services import Services
from pivotal_server.starting import CannotStart, check_port, naming_options
from pivotal_server.webhooks.dispatcher import Dispatcher
from pivotal_server.workspaces import service as workspaces

ADDRESS_FILE = "public_url"


@asynccontextmanager
async def running(config: Config, box: SecretBox, *, background: bool = True) -> AsyncIterator[Services]:
    """The services of one process from open to close; with ``background``, also a server's own work."""
    db = connect(config.database_url)
    await db.open()
    services = Services(config, db, KeyRing(db), box, AddressList(config.trusted_proxies), Recorder(db))
    try:
        if background:
            async with _background(services):
                yield services
        else:
            yield services
    finally:
        await db.close()


@asynccontextmanager
async def _background(services: Services) -> AsyncIterator[None]:
    services.ring.start()
    services.recorder.start()
    try:
        yield
    finally:
        try:
            await services.recorder.stop()
        finally:
            await services.ring.stop()


@dataclass(frozen=True, slots=True)
class FirstWorkspace:
    """What a first start creates."""

    name: str = "My workspace"
    slug: str = "workspace"
    owner_email: str = "owner@localhost"
    owner_name: str = "Owner"

    def check(self) -> None:
        """Raise :class:`CannotStart` when no workspace can be made of this, with the option at fault."""
        with naming_options(name="workspace_name", slug="workspace_slug"):
            workspaces.check_new(self.name, self.slug, self.owner_email, self.owner_name)


async def first_workspace(services: Services, first: FirstWorkspace) -> str | None:
    """On a server without a workspace, create one; returns a sign-in link for its owner.

    ``None`` when there is a workspace already.
    """
    if await workspaces.all_workspaces(services.db):
        return None
    try:
        workspace, owner = await workspaces.create_workspace(
            services.db,
            name=first.name,
            slug=first.slug,
            owner_email=first.owner_email,
            owner_name=first.owner_name,
        )
    except ApiError:
        # Another process that started at the same moment may have been first.
        if await workspaces.all_workspaces(services.db):
            return None
        raise
    return await signing_in.server_link(services, workspace.id, owner)


async def serve(
    config: Config,
    box: SecretBox,
    announce: Callable[[str | None, float], None],
    *,
    first: FirstWorkspace,
    started: float,
    with_worker: bool = True,
) -> None:
    """Serve until SIGINT or SIGTERM, then finish the requests that are under way.

    ``first`` says what a first start creates; ``with_worker`` whether background jobs run here too.
    ``announce`` is called once the server listens, with the sign-in link of a first start (or ``None``) and
    the seconds since ``started``.
    """
    async with running(config, box) as services:
        address = check_port(config)
        link = await first_workspace(services, first)
        app = create_app(services)
        server = Server(
            app,
            address=address,
            port=config.port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            websockets=False,
            log_enabled=False,
            backlog=1024,
        )
        worker = Worker(services, KINDS, PERIODIC)
        dispatcher = Dispatcher(services)

        asked_to_stop = asyncio.Event()

        def stop() -> None:
            asked_to_stop.set()
            worker.stop_claiming()
            dispatcher.stop_claiming()
            app.live.close()
            server.stop()  # type: ignore[no-untyped-call]

        _on_signal(stop)
        serving = asyncio.create_task(server.serve())
        if await _answering(address, config.port, serving):
            _remember_public_url(config)
            _settle_memory()
            announce(link, time.monotonic() - started)
            if with_worker:
                worker.start()
                dispatcher.start()
        elif not asked_to_stop.is_set():
            raise CannotStart("The server ended before it listened")
        await serving
        await asyncio.gather(worker.stop(), dispatcher.stop())


async def work(config: Config, box: SecretBox, announce: Callable[[], None]) -> None:
    """Run background jobs and deliver webhooks, and nothing else, until SIGINT or SIGTERM."""
    async with running(config, box) as services:
        worker = Worker(services, KINDS, PERIODIC)
        dispatcher = Dispatcher(services)
        stopped = asyncio.Event()
        _on_signal(stopped.set)
        worker.start()
        dispatcher.start()
        announce()
        await stopped.wait()
        await asyncio.gather(worker.stop(), dispatcher.stop())


def _on_signal(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)


def _settle_memory() -> None:
    # What start-up made stays for good; without this the collector walks all of it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _remember_public_url(config: Config) -> None:
    # Commands beside the server read it; without it they still work, only with the default port in links.
    with suppress(OSError):
        config.data.mkdir(parents=True, exist_ok=True)
        (config.data / ADDRESS_FILE).write_text(config.public_url + "\n", encoding="ascii")


def last_public_url(config: Config) -> str | None:
    """The address of the server that last used this data folder, unless a setting says it or none ran."""
    if os.environ.get("PIVOTAL_PUBLIC_URL") or os.environ.get("PIVOTAL_PORT"):
        return None
    try:
        return (config.data / ADDRESS_FILE).read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


async def _answering(address: str, port: int, serving: "asyncio.Task[None]") -> bool:
    """Wait until the server takes connections; false when it ended before that."""
    host = "127.0.0.1" if address == "0.0.0.0" else "::1" if address == "::" else address  # noqa: S104
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        return True
    await serving
    return False
