"""Changing the settings of a workspace (Admin > General)."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.auth.permissions import DefaultAccess
from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE, WORKSPACE_NOT_FOUND
from pivotal_server.kit.text import line
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.workspaces import repository
from pivotal_server.workspaces.repository import WorkspaceRow
from pivotal_server.workspaces.service import access_settings, check_time_zone, has_mcp_writes

RIGHTS = ("members_create_customers", "members_export", "viewers_export")
SETTINGS = ("default_access", *RIGHTS, "mcp_writes")


def settings_of(row: WorkspaceRow) -> dict[str, Any]:
    """What pages of Admin show of a workspace and let one change, by name."""
    access = access_settings(row)
    return {
        "name": row.name,
        "time_zone": row.time_zone,
        "default_access": str(access.default_access),
        **{name: getattr(access, name) for name in RIGHTS},
        "mcp_writes": has_mcp_writes(row),
    }


async def locked_workspace(uow: UnitOfWork) -> WorkspaceRow:
    """The workspace of a unit of work, kept from changing by others. Raises ``workspace_not_found``."""
    row = await repository.locked(uow.tx, uow.org_id)
    if row is None:
        raise WORKSPACE_NOT_FOUND()
    return row


async def save_settings(
    uow: UnitOfWork, row: WorkspaceRow, settings: Mapping[str, Any], diff: Sequence[Change]
) -> WorkspaceRow:
    """Write ``settings`` over those of a locked workspace; one entry with ``diff`` says so."""
    after = replace(row, settings={**row.settings, **settings}, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, after)
    uow.record("workspace.updated", target=("workspace", row.id, None), diff=diff)
    return after


async def update_workspace(uow: UnitOfWork, row: WorkspaceRow, values: Mapping[str, Any]) -> WorkspaceRow:
    """Change what ``values`` name of a locked workspace: ``name``, ``time_zone``, settings of access,
    and ``mcp_writes``.

    It acts on the next request of everybody; one entry names what changed, and none is written when nothing
    did. Raises ``too_small``, ``too_big``, ``invalid_string`` or ``invalid_enum_value`` with the field.
    """
    before = settings_of(row)
    wanted = dict(values)
    if "name" in wanted:
        wanted["name"] = line(wanted["name"], "name", 1, 80)
    if "time_zone" in wanted:
        wanted["time_zone"] = check_time_zone(wanted["time_zone"].strip())
    if "default_access" in wanted and wanted["default_access"] not in set(DefaultAccess):
        expected = " | ".join(DefaultAccess)
        raise INVALID_ENUM_VALUE(
            field="default_access", expected=expected, received=str(wanted["default_access"])[:100]
        )
    changed = {name: value for name, value in wanted.items() if value != before[name]}
    if not changed:
        return row
    after = replace(
        row,
        name=changed.get("name", row.name),
        time_zone=changed.get("time_zone", row.time_zone),
        settings={**row.settings, **{name: changed[name] for name in SETTINGS if name in changed}},
        updated_at=uow.touched(row.updated_at),
    )
    await repository.save(uow.tx, after)
    uow.record(
        "workspace.updated",
        target=("workspace", row.id, None),
        diff=[Change(name, before[name], value) for name, value in changed.items()],
    )
    return after
