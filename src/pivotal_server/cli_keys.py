"""``pivotal keys``: create, list and revoke API keys."""

from datetime import timedelta
from typing import Annotated, Any, Literal

import cyclopts
from cyclopts import Parameter

from pivotal_server.api_keys import service as api_keys
from pivotal_server.api_keys.service import ApiKeyRow, KeyRequest
from pivotal_server.auth.actor import command_line
from pivotal_server.auth.keys import shown_prefix
from pivotal_server.cli_common import (
    DEFAULT,
    JsonOption,
    Where,
    WorkspaceOption,
    fail,
    out,
    print_json,
    show,
    with_services,
)
from pivotal_server.kit import clock
from pivotal_server.services import Services
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.workspaces import service as workspaces

keys_app = cyclopts.App(name="keys", help="Create, list and revoke API keys.")


def _facts(row: ApiKeyRow) -> dict[str, Any]:
    """A key as it is printed; never its secret."""
    return {
        "id": row.id,
        "name": row.name,
        "mode": row.mode,
        "prefix": shown_prefix("live" if row.mode == "live" else "test", row.public_id),
        "read_only": row.read_only,
        "scopes": row.scopes,
        "allowed_addresses": row.allowed_addresses,
        "rate_limit": row.rate_limit,
        "created_at": clock.wire(row.created_at),
        "expires_at": clock.wire_or_none(row.expires_at),
        "last_used_at": clock.wire_or_none(row.last_used_at),
        "request_count": row.request_count,
        "revoked_at": clock.wire_or_none(row.revoked_at),
    }


@keys_app.command(name="create")
def create_key(
    *,
    name: str,
    mode: Annotated[
        Literal["live", "test"], Parameter(help="What a test key makes is marked Test.")
    ] = "live",
    read_only: Annotated[bool, Parameter(negative=())] = False,
    scope: Annotated[tuple[str, ...], Parameter(help="Narrow the key; repeat for several.")] = (),
    expires_in_days: int | None = None,
    allow: Annotated[tuple[str, ...], Parameter(help="Address or network it may be used from; repeat.")] = (),
    rate_limit: Annotated[int | None, Parameter(help="Requests a minute of its own; 0 = no limit.")] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
    where: Where = DEFAULT,
) -> None:
    """Create an API key and print it. It cannot be shown again."""

    async def work(services: Services) -> None:
        found = await workspaces.only_workspace(services.db, workspace)
        expires_at = None if expires_in_days is None else clock.now() + timedelta(days=expires_in_days)
        wanted = KeyRequest(
            name=name,
            mode=mode,
            read_only=read_only,
            scopes=scope,
            expires_at=expires_at,
            allowed_addresses=allow,
            rate_limit=rate_limit,
        )
        async with unit_of_work(services.db, command_line(found.id)) as uow:
            row, text = await api_keys.create_key(uow, wanted)
        if json:
            print_json({"key": text, **_facts(row)})
        else:
            out.print(text)

    with_services(where, work)


@keys_app.command(name="list")
def list_keys(*, workspace: WorkspaceOption = None, json: JsonOption = False, where: Where = DEFAULT) -> None:
    """List the API keys of a workspace."""

    async def work(services: Services) -> None:
        found = await workspaces.only_workspace(services.db, workspace)
        rows = [_facts(row) for row in await api_keys.all_keys(services.db, found.id)]
        columns = {"id": "Id", "name": "Name", "prefix": "Key", "last_used_at": "Last used"}
        columns |= {"request_count": "Requests", "revoked_at": "Revoked"}
        show(rows, columns, as_json=json)

    with_services(where, work)


@keys_app.command(name="revoke")
def revoke_key(
    key: Annotated[str, Parameter(help="Id or name of an active key.")],
    *,
    workspace: WorkspaceOption = None,
    where: Where = DEFAULT,
) -> None:
    """Revoke an API key; the next request with it is refused."""

    async def work(services: Services) -> None:
        found = await workspaces.only_workspace(services.db, workspace)
        rows = await api_keys.all_keys(services.db, found.id)
        wanted = [row for row in rows if row.revoked_at is None and key in (row.id, row.name)]
        if not wanted:
            fail(f"{found.slug} has no active API key '{key}'")
        async with unit_of_work(services.db, command_line(found.id)) as uow:
            await api_keys.revoke_key(uow, wanted[0].id)
        await services.db.bump_epoch_everywhere()
        out.print(f"Revoked {wanted[0].name}")

    with_services(where, work)
