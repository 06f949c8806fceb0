"""What the commands of ``pivotal`` share: where the data is, running inside services, one-line faults."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, NoReturn

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from pivotal_server import config, logs, server
from pivotal_server.config import Config
from pivotal_server.db.errors import CannotOpen, MigrationFailed, Unavailable
from pivotal_server.kit.errors import ApiError
from pivotal_server.services import Services
from pivotal_server.starting import CannotStart, open_existing, open_or_make

out = Console(highlight=False, soft_wrap=True)

WorkspaceOption = Annotated[
    str | None, Parameter(help="Slug of the workspace; needed when there are several.")
]
JsonOption = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Where:
    """Which server's data a command works on; without options, that of the settings."""

    data: Annotated[str | None, Parameter(help="Data folder (PIVOTAL_DATA, ./data).")] = None
    database: Annotated[str | None, Parameter(help="postgresql://… (PIVOTAL_DATABASE_URL).")] = None

    def environ(self) -> dict[str, str]:
        """The environment with these options above it. A data folder alone means the file in it."""
        env = dict(os.environ)
        if self.data is not None:
            env["PIVOTAL_DATA"] = self.data
            env.pop("PIVOTAL_DATABASE_URL", None)
        if self.database is not None:
            env["PIVOTAL_DATABASE_URL"] = self.database
        return env

    def settings(self) -> Config:
        """The settings, with the address at which a server on this data folder was last reached.

        So that links printed beside a running server lead to it, whatever port it was given.
        """
        settings = config.load(self.environ())
        known = server.last_public_url(settings)
        return settings if known is None else replace(settings, public_url=known)


DEFAULT = Where()


def fail(message: str) -> NoReturn:
    """End the program with one line on standard error."""
    print(f"pivotal: {message}", file=sys.stderr)
    raise SystemExit(1)


def guarded(run: Callable[[], Any]) -> Any:
    """Run a command; every foreseen fault becomes one line on standard error and exit code 1."""
    try:
        return run()
    except (config.BadSetting, CannotStart, CannotOpen, MigrationFailed, Unavailable, ApiError) as fault:
        fail(str(fault))


def with_services(
    where: Where,
    work: Callable[[Services], Awaitable[None]],
    *,
    check_first: Callable[[], None] | None = None,
) -> None:
    """Run ``work(services)`` on the database of ``where``, beside a running server or alone.

    One line and exit code 1 where there is none. With ``check_first`` it is made then, once that raises
    nothing.
    """

    def run() -> None:
        settings = where.settings()
        logs.configure("warning")
        box = open_existing(settings) if check_first is None else open_or_make(settings, check_first)

        async def inside() -> None:
            async with server.running(settings, box, background=False) as services:
                await work(services)

        asyncio.run(inside())

    guarded(run)


def show(rows: list[dict[str, Any]], columns: dict[str, str], *, as_json: bool) -> None:
    """Print ``rows`` as a table of ``columns`` (key → heading), or whole as a JSON array."""
    if as_json:
        print_json(rows)
        return
    table = Table(*columns.values())
    for row in rows:
        table.add_row(*("" if row[key] is None else str(row[key]) for key in columns))
    out.print(table)


def print_json(value: Any) -> None:
    """Print ``value`` as one JSON document."""
    print(msgspec.json.format(msgspec.json.encode(value)).decode())
