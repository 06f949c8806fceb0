"""The program ``pivotal``: serve, and the operator's commands."""

import asyncio
import getpass
import sys
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import cyclopts
import uvloop
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from pivotal_server import __version__, config, logs, server
from pivotal_server.api_keys import service as api_keys
from pivotal_server.auth import signing_in
from pivotal_server.auth.actor import command_line
from pivotal_server.auth.keys import shown_prefix
from pivotal_server.db.errors import CannotOpen, MigrationFailed, Unavailable
from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.members import service as members
from pivotal_server.operations import OPERATIONS
from pivotal_server.rest.document import Documents
from pivotal_server.rest.pipeline import ACCESS_ERRORS
from pivotal_server.server import CannotStart
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces import service as workspaces

app = cyclopts.App(
    name="pivotal", help="Customer onboarding and customer success, self-hosted.", version=__version__
)
api_key_app = cyclopts.App(name="api-key", help="Create, list and revoke API keys.")
workspace_app = cyclopts.App(name="workspace", help="Create and list workspaces.")
member_app = cyclopts.App(name="member", help="Add and list members of a workspace.")
openapi_app = cyclopts.App(name="openapi", help="The OpenAPI document.")
for group in (api_key_app, workspace_app, member_app, openapi_app):
    app.command(group)

out = Console(highlight=False, soft_wrap=True)

WorkspaceOption = Annotated[
    str | None, Parameter(help="Slug of the workspace; needed when there are several.")
]


def _fail(message: str) -> None:
    print(f"pivotal: {message}", file=sys.stderr)
    raise SystemExit(1)


def _guarded(run: Callable[[], Any]) -> Any:
    """Run a command; every foreseen fault becomes one line on standard error and exit code 1."""
    try:
        return run()
    except (config.BadSetting, CannotStart, CannotOpen, MigrationFailed, Unavailable, ApiError) as fault:
        _fail(str(fault))


def _with_services(work: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    """Run ``work(services)`` on the migrated database of the settings."""

    def run() -> None:

        settings = config.load()
        logs.configure("warning")
        box = server.prepare(settings)

        async def inside() -> None:
            async with server.running(settings, box) as services:
                await work(services)

        asyncio.run(inside())

    _guarded(run)


@app.command
def serve(
    *,
    port: Annotated[int | None, Parameter(help="Port to listen on (PIVOTAL_PORT, 8000).")] = None,
    host: Annotated[str | None, Parameter(help="Address to listen on (PIVOTAL_HOST, 127.0.0.1).")] = None,
    owner_email: Annotated[
        str | None, Parameter(help="Address of the owner that a first start creates.")
    ] = None,
    owner_name: Annotated[str | None, Parameter(help="Name of that owner.")] = None,
    workspace_name: Annotated[str, Parameter(help="Name of the workspace that a first start creates.")] = (
        "My workspace"
    ),
) -> None:
    """Run the server. The first start creates the database, a workspace and a sign-in link."""
    started = time.monotonic()

    def run() -> None:

        settings = config.load(port=port, host=host)
        logs.configure(settings.log_level)
        server.check_port(settings)
        box = server.prepare(settings)

        def announce(link: str | None, seconds: float) -> None:
            out.print(f"Pivotal {__version__} is ready at {settings.public_url} ({seconds:.1f} s)")
            where = settings.data / "pivotal.db" if settings.embedded else "PostgreSQL"
            out.print(f"Database: {where}")
            if link is not None:
                out.print("\nSign in with this one-time link (valid for 15 minutes):")
                out.print(f"  {link}\n")
            else:
                out.print("To sign in: pivotal login-link, or ask for a link on the sign-in page.")
            out.print("Press Ctrl+C to stop.")

        user = owner_name or getpass.getuser().capitalize()
        owner = (owner_email or f"{getpass.getuser()}@localhost.localdomain", user, workspace_name)

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(settings, box, announce, owner=owner, started=started))

    _guarded(run)


@app.command(name="login-link")
def login_link(
    *,
    email: Annotated[str | None, Parameter(help="Whose link; the owner's when left out.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Print a one-time sign-in link, valid for 15 minutes, bound to no browser."""

    async def work(services: Any) -> None:

        found = await workspaces.only_workspace(services.db, workspace)
        people = await members.all_members(services.db, found.id)
        wanted = [
            person
            for person in people
            if person.active and (person.email == email.lower() if email else person.role == "owner")
        ]
        if not wanted:
            _fail(f"{email} is no active member of {found.slug}" if email else f"{found.slug} has no owner")
        out.print(await signing_in.server_link(services, found.id, wanted[0]))

    _with_services(work)


@workspace_app.command(name="create")
def create_workspace(
    name: str,
    *,
    owner_email: str,
    owner_name: str,
    slug: Annotated[str | None, Parameter(help="Made from the name when left out.")] = None,
    time_zone: Annotated[str, Parameter(help="IANA name.")] = "UTC",
    phases: Annotated[
        Literal["delivery", "classic"], Parameter(help="List of phases to start with.")
    ] = "delivery",
) -> None:
    """Create a workspace with its owner, and print a sign-in link."""

    async def work(services: Any) -> None:

        made, owner = await workspaces.create_workspace(
            services.db,
            name=name,
            slug=slug,
            time_zone=time_zone,
            phase_preset=phases,
            owner_email=owner_email,
            owner_name=owner_name,
        )
        out.print(f"Created {made.slug}. Sign in as {owner.email}:")
        out.print(f"  {await signing_in.server_link(services, made.id, owner)}")

    _with_services(work)


@workspace_app.command(name="list")
def list_workspaces() -> None:
    """List the workspaces of this server."""

    async def work(services: Any) -> None:

        table = Table("Slug", "Name", "Id")
        for row in await workspaces.all_workspaces(services.db):
            table.add_row(row.slug, row.name, row.id)
        out.print(table)

    _with_services(work)


@member_app.command(name="add")
def add_member(
    email: str,
    *,
    name: str,
    role: Annotated[Literal["admin", "member", "viewer"], Parameter(help="What they may do.")] = "member",
    workspace: WorkspaceOption = None,
) -> None:
    """Add a person to a workspace."""

    async def work(services: Any) -> None:

        found = await workspaces.only_workspace(services.db, workspace)
        async with unit_of_work(services.db, command_line(found.id)) as uow:
            added = await members.join(uow, email, name, role)
        out.print(f"{added.name} <{added.email}> is {added.role} of {found.slug}")

    _with_services(work)


@member_app.command(name="list")
def list_members(*, workspace: WorkspaceOption = None) -> None:
    """List the members of a workspace."""

    async def work(services: Any) -> None:

        found = await workspaces.only_workspace(services.db, workspace)
        table = Table("#", "Name", "Email", "Role", "Active")
        for row in await members.all_members(services.db, found.id):
            table.add_row(str(row.display_id), row.name, row.email, row.role, "yes" if row.active else "no")
        out.print(table)

    _with_services(work)


@api_key_app.command(name="create")
def create_api_key(
    name: str,
    *,
    test: Annotated[
        bool, Parameter(help="A test key: what it makes is marked, nothing is sent out.")
    ] = False,
    read_only: bool = False,
    scope: Annotated[tuple[str, ...], Parameter(help="Narrow the key; repeat for several.")] = (),
    expires_in_days: int | None = None,
    allow: Annotated[tuple[str, ...], Parameter(help="Address or network it may be used from; repeat.")] = (),
    rate_limit: Annotated[int | None, Parameter(help="Requests a minute of its own; 0 = no limit.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Create an API key and print it. It cannot be shown again."""

    async def work(services: Any) -> None:

        found = await workspaces.only_workspace(services.db, workspace)
        expires_at = None if expires_in_days is None else clock.now() + timedelta(days=expires_in_days)
        wanted = api_keys.KeyRequest(
            name=name,
            mode="test" if test else "live",
            read_only=read_only,
            scopes=scope,
            expires_at=expires_at,
            allowed_addresses=allow,
            rate_limit=rate_limit,
        )
        async with unit_of_work(services.db, command_line(found.id)) as uow:
            _, text = await api_keys.create_key(uow, wanted)
        out.print(text)

    _with_services(work)


@api_key_app.command(name="list")
def list_api_keys(*, workspace: WorkspaceOption = None) -> None:
    """List the API keys of a workspace."""

    async def work(services: Any) -> None:

        found = await workspaces.only_workspace(services.db, workspace)
        table = Table("Id", "Name", "Key", "Last used", "Requests", "State")
        for row in await api_keys.all_keys(services.db, found.id):
            used = "never" if row.last_used_at is None else f"{row.last_used_at:%Y-%m-%d %H:%M} UTC"
            state = "active" if row.revoked_at is None else "revoked"
            prefix = shown_prefix("live" if row.mode == "live" else "test", row.public_id)
            table.add_row(row.id, row.name, f"{prefix}…", used, str(row.request_count), state)
        out.print(table)

    _with_services(work)


@api_key_app.command(name="revoke")
def revoke_api_key(name: str, *, workspace: WorkspaceOption = None) -> None:
    """Revoke the active API key with this name or id; the next request with it is refused."""

    async def work(services: Any) -> None:

        found = await workspaces.only_workspace(services.db, workspace)
        keys = await api_keys.all_keys(services.db, found.id)
        wanted = [row for row in keys if row.revoked_at is None and name in (row.name, row.id)]
        if not wanted:
            _fail(f"{found.slug} has no active API key '{name}'")
        async with unit_of_work(services.db, command_line(found.id)) as uow:
            await api_keys.revoke_key(uow, wanted[0].id)
        await services.db.bump_epoch_everywhere()
        out.print(f"Revoked {wanted[0].name}")

    _with_services(work)


@openapi_app.command(name="write")
def write_openapi(path: str) -> None:
    """Write the OpenAPI document to a file."""

    def run() -> None:

        Path(path).write_bytes(Documents(OPERATIONS, ACCESS_ERRORS, "/").as_json)

    _guarded(run)


def main() -> None:
    """Run the program."""
    app()
