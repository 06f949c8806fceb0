"""Changing the settings of a workspace (Admin > General)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.auth.permissions import DefaultAccess
from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE, INVALID_STRING, TOO_SMALL, WORKSPACE_NOT_FOUND
from pivotal_server.kit.text import line
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.workspaces import repository
from pivotal_server.workspaces.repository import WorkspaceRow
from pivotal_server.workspaces.service import access_settings, check_time_zone, has_mcp_writes
from pivotal_server.workspaces.settings import (
    CURRENCIES,
    DATE_FORMATS,
    DAYS,
    DEFAULTS,
    FOLLOW,
    WEEK_STARTS,
    setting,
)

RIGHTS = ("members_create_customers", "members_export", "viewers_export")
SETTINGS = ("default_access", *RIGHTS, "mcp_writes", *DEFAULTS)
_CHOICES: Mapping[str, Collection[str]] = {
    "default_access": tuple(DefaultAccess),
    "week_start": tuple(WEEK_STARTS),
    "date_format": DATE_FORMATS,
    "dates_follow": FOLLOW,
}


def settings_of(row: WorkspaceRow) -> dict[str, Any]:
    """What pages of Admin show of a workspace and let one change, by name."""
    access = access_settings(row)
    return {
        "name": row.name,
        "time_zone": row.time_zone,
        "default_access": str(access.default_access),
        **{name: getattr(access, name) for name in RIGHTS},
        "mcp_writes": has_mcp_writes(row),
        **{name: setting(row.settings, name) for name in DEFAULTS},
    }


async def locked_workspace(uow: UnitOfWork) -> WorkspaceRow:
    """The workspace of a unit of work, kept from changing by others. Raises ``workspace_not_found``."""
    row = await repository.locked(uow.tx, uow.org_id)
    if row is None:
        raise WORKSPACE_NOT_FOUND()
    return row


def _checked(name: str, value: Any) -> Any:
    if name == "name":
        return line(value, "name", 1, 80)
    if name == "time_zone":
        return check_time_zone(value.strip())
    if name == "currency":
        code = value.strip().upper()
        if code not in CURRENCIES:
            raise INVALID_STRING(field="currency", message=f"'{value[:20]}' is no currency")
        return code
    if name == "working_days":
        days = sorted(set(value) & set(DAYS))
        if not days:
            raise TOO_SMALL(field="working_days", message="At least one day is a working day")
        return days
    choices = _CHOICES.get(name)
    if choices is not None and value not in choices:
        raise INVALID_ENUM_VALUE(field=name, expected=" | ".join(choices), received=str(value)[:100])
    return value


async def save_settings(
    uow: UnitOfWork, row: WorkspaceRow, settings: Mapping[str, Any], diff: Sequence[Change]
) -> WorkspaceRow:
    """Write ``settings`` over those of a locked workspace; one entry with ``diff`` says so."""
    after = replace(row, settings={**row.settings, **settings}, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, after)
    uow.record("workspace.updated", target=("workspace", row.id, None), diff=diff)
    return after


async def update_workspace(uow: UnitOfWork, row: WorkspaceRow, values: Mapping[str, Any]) -> WorkspaceRow:
    """Change what ``values`` name of a locked workspace: ``name``, ``time_zone``, and any of its settings.

    It acts on the next request of everybody; one entry names what changed, and none is written when nothing
    did. Raises ``too_small``, ``too_big``, ``invalid_string`` or ``invalid_enum_value`` with the field.
    """
    before = settings_of(row)
    wanted = {name: _checked(name, value) for name, value in values.items()}
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
