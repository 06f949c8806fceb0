"""Creating and finding workspaces."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pivotal_server.auth.actor import server
from pivotal_server.auth.permissions import AccessSettings
from pivotal_server.contacts.checks import check_email
from pivotal_server.customers.checks import slug_of
from pivotal_server.db.engine import Database, Executor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import (
    INVALID_ENUM_VALUE,
    INVALID_STRING,
    WORKSPACE_NOT_FOUND,
    WORKSPACE_SLUG_TAKEN,
)
from pivotal_server.kit import clock
from pivotal_server.kit.ids import org_id
from pivotal_server.kit.text import line, passage
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.phases import service as phases
from pivotal_server.phases.presets import PRESETS
from pivotal_server.unit_of_work import UnitOfWork, unit_of_work
from pivotal_server.workspaces import repository
from pivotal_server.workspaces import repository_slugs as slugs
from pivotal_server.workspaces.repository import WorkspaceRow

__all__ = [
    "WorkspaceRow",
    "access_settings",
    "add_workspace",
    "all_workspaces",
    "check_new",
    "create_workspace",
    "get_workspace",
    "has_mcp_writes",
    "is_sample",
    "new_workspace",
    "oldest_id",
    "only_workspace",
]

RESERVED_SLUGS = frozenset(
    {
        *("admin", "api", "app", "assets", "auth", "calendar", "docs", "files", "health", "hooks"),
        *("integrations", "login", "mcp", "metrics", "portal", "start", "static", "www"),
    }
)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def check_slug(slug: str) -> str:
    """A workspace slug: 3 to 40 characters, lower-case words and digits joined by hyphens, not reserved.

    Raises ``too_small``, ``too_big`` or ``invalid_string`` for the field ``slug``.
    """
    slug = passage(slug, "slug", 3, 40)
    if _SLUG.fullmatch(slug) is None:
        raise INVALID_STRING(
            field="slug", message="slug may hold lower-case letters, digits and single hyphens"
        )
    if slug in RESERVED_SLUGS:
        raise INVALID_STRING(field="slug", message=f"slug must not be '{slug}', which is reserved")
    return slug


def offered_slug(name: str) -> str:
    """A slug made from the name of a workspace, always valid."""
    slug = slug_of(name)[:40].strip("-")
    if len(slug) < 3 or slug in RESERVED_SLUGS:
        slug = f"{slug}-workspace".strip("-")
    return slug


def check_time_zone(name: str) -> str:
    """An IANA name such as ``Europe/Berlin``. Raises ``invalid_string`` for the field ``time_zone``."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise INVALID_STRING(field="time_zone", message=f"'{name[:100]}' is no time zone") from None
    return name


def check_new(
    name: str,
    slug: str | None,
    owner_email: str,
    owner_name: str,
    time_zone: str = "UTC",
    phase_preset: str = "delivery",
) -> tuple[str, str]:
    """The cleaned name and slug of a workspace to be made; without a ``slug``, one made from the name.

    Raises the declared errors with the field at fault: ``name``, ``slug``, ``owner_email``, ``owner_name``,
    ``time_zone`` or ``phases``.
    """
    name = line(name, "name", 1, 80)
    slug = check_slug(offered_slug(name) if slug is None else slug)
    check_email(owner_email, "owner_email")
    line(owner_name, "owner_name", 1, 80)
    check_time_zone(time_zone)
    if phase_preset not in PRESETS:
        raise INVALID_ENUM_VALUE(field="phases", expected=" | ".join(PRESETS), received=phase_preset)
    return name, slug


async def create_workspace(
    db: Database,
    *,
    name: str,
    slug: str | None = None,
    time_zone: str = "UTC",
    phase_preset: str = "delivery",
    owner_email: str,
    owner_name: str,
) -> tuple[WorkspaceRow, MemberRow]:
    """Create a workspace with its phases and its owner, in one transaction.

    ``time_zone`` is an IANA name; ``phase_preset`` is ``delivery`` or ``classic``. Raises the declared errors
    with the field at fault, and ``slug_taken`` for a slug in use on this server.
    """
    name, slug = check_new(name, slug, owner_email, owner_name, time_zone, phase_preset)
    row = new_workspace(name, slug, time_zone)
    try:
        async with unit_of_work(db, server(row.id)) as uow:
            owner = await add_workspace(
                uow, row, phase_preset=phase_preset, owner_email=owner_email, owner_name=owner_name
            )
            # Asked after the insert, which waits for whoever gives up the same slug at this moment.
            if await slugs.holder(uow.tx, slug, uow.now) is not None:
                raise WORKSPACE_SLUG_TAKEN(field="slug", slug=slug)
    except UniqueViolation as fault:
        if fault.constraint == "workspaces_slug":
            raise WORKSPACE_SLUG_TAKEN(field="slug", slug=slug) from None
        raise
    return row, owner


def new_workspace(
    name: str, slug: str, time_zone: str, settings: dict[str, Any] | None = None
) -> WorkspaceRow:
    """The row of a workspace that begins now, of values that were checked."""
    now = clock.now()
    return WorkspaceRow(org_id(now), slug, name, time_zone, settings or {}, now, now)


async def add_workspace(
    uow: UnitOfWork, row: WorkspaceRow, *, phase_preset: str, owner_email: str, owner_name: str
) -> MemberRow:
    """Insert a workspace with the phases of a preset and its owner, whom it returns.

    Raises ``UniqueViolation`` for a slug in use, and the declared errors for a bad address or name.
    """
    await repository.insert(uow.tx, row)
    await phases.create_preset(uow, PRESETS[phase_preset])
    return await members.join(uow, owner_email, owner_name, "owner")


def is_sample(settings: Mapping[str, Any]) -> bool:
    """Whether a workspace with these settings holds invented data."""
    return "sample" in settings


async def all_workspaces(db: Executor) -> list[WorkspaceRow]:
    """Every workspace of the server, oldest first."""
    return await repository.all_workspaces(db)


async def oldest_id(db: Executor) -> str:
    """The workspace that was there first: the first start of a server creates one."""
    found = await repository.oldest_id(db)
    if found is None:
        raise WORKSPACE_NOT_FOUND()
    return found


async def get_workspace(db: Executor, id: str) -> WorkspaceRow:
    """The workspace with this id. Raises ``workspace_not_found``."""
    row = await repository.by_id(db, id)
    if row is None:
        raise WORKSPACE_NOT_FOUND()
    return row


async def only_workspace(db: Executor, slug: str | None) -> WorkspaceRow:
    """The workspace with this slug, or the only one of the server when none is named.

    The sample workspace counts only where there is no other.

    Raises ``workspace_not_found``.
    """
    if slug is not None:
        row = await repository.by_slug(db, slug)
        if row is None:
            raise WORKSPACE_NOT_FOUND(message=f"There is no workspace '{slug}'")
        return row
    everything = await all_workspaces(db)
    rows = [row for row in everything if not is_sample(row.settings)] or everything
    if len(rows) == 1:
        return rows[0]
    if not rows:
        raise WORKSPACE_NOT_FOUND(
            message="There is no workspace yet; the first start of the server creates one"
        )
    slugs = ", ".join(row.slug for row in rows)
    raise WORKSPACE_NOT_FOUND(message=f"Say which workspace with --workspace: {slugs}")


def has_mcp_writes(row: WorkspaceRow) -> bool:
    """Whether the tools of the MCP server may change anything in a workspace."""
    return row.settings.get("mcp_writes") is True


def access_settings(workspace: WorkspaceRow) -> AccessSettings:
    """What the permission table reads of the settings of a workspace."""
    known = {
        name: value for name, value in workspace.settings.items() if name in AccessSettings.__struct_fields__
    }
    return AccessSettings(**known)
