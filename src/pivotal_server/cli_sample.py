"""``pivotal sample``: a workspace with invented customers and months of history, to try everything on."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import cyclopts
from cyclopts import Parameter

from pivotal_server.auth import signing_in
from pivotal_server.cli_common import DEFAULT, Where, fail, out, with_services
from pivotal_server.kit import clock
from pivotal_server.members import service as members
from pivotal_server.sample import service as sample
from pivotal_server.server import FirstWorkspace
from pivotal_server.services import Services
from pivotal_server.starting import naming_options
from pivotal_server.workspaces import service as workspaces

sample_app = cyclopts.App(name="sample", help="Create and delete a workspace with invented data.")


@sample_app.command(name="create")
def create_sample(
    *,
    owner_email: Annotated[
        str | None, Parameter(help="Who owns it; the owner of the only workspace when left out.")
    ] = None,
    until: Annotated[
        str | None,
        Parameter(name="--clock", help="When its history ends, such as 2026-06-01T09:00:00Z; now."),
    ] = None,
    seed: Annotated[int, Parameter(help="Another number makes other hours and words.")] = 1,
    phases: Annotated[Literal["classic", "delivery"], Parameter(help="Its phases.")] = "classic",
    reset: Annotated[bool, Parameter(negative=(), help="Make it anew when it is there.")] = False,
    where: Where = DEFAULT,
) -> None:
    """Create the sample workspace and print a sign-in link. Nothing of it is sent anywhere."""
    now = None if until is None else _moment(until)

    def check_first() -> None:
        first = FirstWorkspace()
        with naming_options():
            workspaces.check_new(
                first.name,
                first.slug,
                first.owner_email if owner_email is None else owner_email,
                first.owner_name,
            )

    async def work(services: Services) -> None:
        email, name = owner_email, ""
        if email is None:
            email, name = await _owner(services)
        made = await sample.create_sample(
            services.db,
            services.files,
            owner_email=email,
            owner_name=name or email.partition("@")[0],
            now=now,
            seed=seed,
            phases=phases,
            reset=reset,
        )
        done = "Created" if made.created else "There is already"
        out.print(f"{done} {made.workspace.slug} at {services.config.public_url}. Sign in to it:")
        owner = await members.owner(services.db, made.workspace.id)
        assert owner is not None
        out.print(f"  {await signing_in.server_link(services, made.workspace.id, owner)}")
        if not made.created:
            out.print("pivotal sample create --reset makes it anew.")

    with_services(where, work, check_first=check_first)


@sample_app.command(name="delete")
def delete_sample(*, where: Where = DEFAULT) -> None:
    """Delete the sample workspace with everything in it."""

    async def work(services: Services) -> None:
        gone = await sample.delete_sample(services.db, services.files)
        if gone is None:
            fail("There is no sample workspace")
        out.print(f"Deleted {gone.slug}")

    with_services(where, work)


async def _owner(services: Services) -> tuple[str, str]:
    """Address and name of the owner of the first workspace, or of whom a first start would create."""
    for workspace in await workspaces.all_workspaces(services.db):
        owner = await members.owner(services.db, workspace.id)
        if owner is not None:
            return owner.email, owner.name
    return FirstWorkspace().owner_email, FirstWorkspace().owner_name


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--clock: '{text}' is no moment such as 2026-06-01T09:00:00Z")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > clock.now():
        fail("--clock must not be in the future")
    return moment.astimezone(UTC)
