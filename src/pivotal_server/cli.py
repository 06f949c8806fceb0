"""The program ``pivotal``: serve, migrate, and the operator's commands."""

import asyncio
import os
import sys
from typing import Annotated, Literal

import cyclopts
import uvloop
from cyclopts import Parameter

from pivotal_server import (
    STARTED,
    __version__,
    cli_docs,
    cli_keys,
    cli_openapi,
    cli_sample,
    config,
    logs,
    server,
)
from pivotal_server.auth import signing_in
from pivotal_server.auth.actor import command_line
from pivotal_server.cli_common import (
    DEFAULT,
    JsonOption,
    Where,
    WorkspaceOption,
    fail,
    guarded,
    out,
    print_json,
    show,
    with_services,
)
from pivotal_server.config import Config
from pivotal_server.db.engine import sqlite_path
from pivotal_server.db.migrate import current_revision, migrate
from pivotal_server.members import service as members
from pivotal_server.search.rebuilding import rebuild
from pivotal_server.server import FirstWorkspace
from pivotal_server.services import Services
from pivotal_server.starting import Start, check_port, naming_options, open_existing, open_or_make
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces import service as workspaces

app = cyclopts.App(
    name="pivotal", help="Customer onboarding and customer success, self-hosted.", version=__version__
)
workspace_app = cyclopts.App(name="workspace", help="Create and list workspaces.")
member_app = cyclopts.App(name="member", help="Add and list members of a workspace.")
GROUPS = (
    cli_keys.keys_app,
    workspace_app,
    member_app,
    cli_sample.sample_app,
    cli_openapi.openapi_app,
    cli_docs.docs_app,
)
for group in GROUPS:
    app.command(group)


@app.command
def serve(
    *,
    port: Annotated[int | None, Parameter(help="Port to listen on (PIVOTAL_PORT, 8000).")] = None,
    host: Annotated[str | None, Parameter(help="Address to listen on (PIVOTAL_HOST, 127.0.0.1).")] = None,
    workspace_name: Annotated[str, Parameter(help="Name of the workspace that a first start creates.")] = (
        FirstWorkspace().name
    ),
    workspace_slug: Annotated[str, Parameter(help="Its slug.")] = FirstWorkspace().slug,
    owner_email: Annotated[str, Parameter(help="Address of its owner.")] = FirstWorkspace().owner_email,
    owner_name: Annotated[str, Parameter(help="Name of its owner.")] = FirstWorkspace().owner_name,
    jobs: Annotated[bool, Parameter(name="--worker", help="Run background jobs in this process too.")] = True,
    where: Where = DEFAULT,
) -> None:
    """Run the server. The first start creates the database, a workspace and a sign-in link."""
    first = FirstWorkspace(workspace_name, workspace_slug, owner_email, owner_name)

    def run() -> None:
        settings = config.load(where.environ(), port=port, host=host)
        logs.configure(settings.log_level)
        with Start(settings) as start:
            check_port(settings)
            start.check(first.check)
            answer(settings, start)

    def answer(settings: Config, start: Start) -> None:
        box = start.prepare()

        def announce(link: str | None, seconds: float) -> None:
            start.keep()
            out.print(f"Pivotal {__version__} is ready at {settings.public_url} ({seconds:.1f} s)")
            out.print(f"Database: {sqlite_path(settings.database_url) or 'PostgreSQL'}")
            if link is not None:
                out.print("\nSign in with this one-time link (valid for 15 minutes):")
                out.print(f"  {link}\n")
            else:
                out.print("To sign in: pivotal login-link, or ask for a link on the sign-in page.")
            out.print("Press Ctrl+C to stop.")

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(settings, box, announce, first=first, started=STARTED, with_worker=jobs))

    guarded(run)


@app.command
def worker(*, where: Where = DEFAULT) -> None:
    """Run background jobs apart from the server, as many processes as you like over PostgreSQL."""

    def run() -> None:
        settings = where.settings()
        logs.configure(settings.log_level)
        box = open_existing(settings)
        if not settings.embedded:
            migrate(settings.database_url)

        def announce() -> None:
            out.print(f"Pivotal {__version__} works on background jobs")
            out.print("Press Ctrl+C to stop.")

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.work(settings, box, announce))

    guarded(run)


@app.command(name="migrate")
def migrate_database(*, where: Where = DEFAULT) -> None:
    """Bring the database to the schema of this program; an SQLite file is copied first."""

    def run() -> None:
        settings = where.settings()
        open_or_make(settings)
        migrate(settings.database_url)
        out.print(f"The database has schema {current_revision(settings.database_url)}")

    guarded(run)


@app.command
def reindex(*, workspace: WorkspaceOption = None, where: Where = DEFAULT) -> None:
    """Write anew what search looks in; safe beside a running server."""

    async def work(services: Services) -> None:
        found = await workspaces.only_workspace(services.db, workspace)
        count = await rebuild(services.db, found.id)
        out.print(f"{count} records of {found.slug} can be found")

    with_services(where, work)


@app.command(name="login-link")
def login_link(
    *,
    email: Annotated[str | None, Parameter(help="Whose link; the owner's when left out.")] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
    where: Where = DEFAULT,
) -> None:
    """Print a one-time sign-in link, valid for 15 minutes, bound to no browser."""

    async def work(services: Services) -> None:
        found = await workspaces.only_workspace(services.db, workspace)
        people = await members.all_members(services.db, found.id)
        wanted = [
            person
            for person in people
            if person.active and (person.email == email.lower() if email else person.role == "owner")
        ]
        if not wanted:
            fail(f"{email} is no active member of {found.slug}" if email else f"{found.slug} has no owner")
        link = await signing_in.server_link(services, found.id, wanted[0])
        if json:
            print_json({"workspace": found.slug, "email": wanted[0].email, "sign_in_link": link})
        else:
            out.print(link)

    with_services(where, work)


@workspace_app.command(name="create")
def create_workspace(
    *,
    name: str,
    owner_email: str,
    owner_name: Annotated[str | None, Parameter(help="Taken from the address when left out.")] = None,
    slug: Annotated[str | None, Parameter(help="Made from the name when left out.")] = None,
    time_zone: Annotated[str, Parameter(help="IANA name.")] = "UTC",
    phases: Annotated[Literal["delivery", "classic"], Parameter(help="Phases to start with.")] = "delivery",
    json: JsonOption = False,
    where: Where = DEFAULT,
) -> None:
    """Create a workspace with its owner, and print a sign-in link. Makes the database where there is none."""
    person = owner_name or owner_email.partition("@")[0]

    def check_first() -> None:
        with naming_options():
            workspaces.check_new(name, slug, owner_email, person, time_zone, phases)

    async def work(services: Services) -> None:
        with naming_options():
            made, owner = await workspaces.create_workspace(
                services.db,
                name=name,
                slug=slug,
                time_zone=time_zone,
                phase_preset=phases,
                owner_email=owner_email,
                owner_name=person,
            )
        link = await signing_in.server_link(services, made.id, owner)
        if json:
            facts = {"id": made.id, "slug": made.slug, "name": made.name}
            print_json({**facts, "owner_email": owner.email, "sign_in_link": link})
        else:
            out.print(f"Created {made.slug}. Sign in as {owner.email}:")
            out.print(f"  {link}")

    with_services(where, work, check_first=check_first)


@workspace_app.command(name="list")
def list_workspaces(*, json: JsonOption = False, where: Where = DEFAULT) -> None:
    """List the workspaces of this server."""

    async def work(services: Services) -> None:
        rows = [
            {"slug": row.slug, "name": row.name, "id": row.id}
            for row in await workspaces.all_workspaces(services.db)
        ]
        show(rows, {"slug": "Slug", "name": "Name", "id": "Id"}, as_json=json)

    with_services(where, work)


@member_app.command(name="add")
def add_member(
    email: str,
    *,
    name: str,
    role: Annotated[Literal["admin", "member", "viewer"], Parameter(help="What they may do.")] = "member",
    workspace: WorkspaceOption = None,
    where: Where = DEFAULT,
) -> None:
    """Add a person to a workspace."""

    async def work(services: Services) -> None:
        found = await workspaces.only_workspace(services.db, workspace)
        async with unit_of_work(services.db, command_line(found.id)) as uow:
            added = await members.join(uow, email, name, role)
        out.print(f"{added.name} <{added.email}> is {added.role} of {found.slug}")

    with_services(where, work)


@member_app.command(name="list")
def list_members(
    *, workspace: WorkspaceOption = None, json: JsonOption = False, where: Where = DEFAULT
) -> None:
    """List the members of a workspace."""

    async def work(services: Services) -> None:
        found = await workspaces.only_workspace(services.db, workspace)
        rows = [
            {
                "display_id": row.display_id,
                "id": row.id,
                "name": row.name,
                "email": row.email,
                "role": row.role,
                "active": row.active,
            }
            for row in await members.all_members(services.db, found.id)
        ]
        columns = {"display_id": "#", "name": "Name", "email": "Email", "role": "Role", "active": "Active"}
        show(rows, columns, as_json=json)

    with_services(where, work)


def main() -> None:
    """Run the program. Whoever reads its output may stop reading: `pivotal keys list | head -1`."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # What the interpreter still holds would fail once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
