"""Admin > General, what cannot simply be undone: the slug, another owner, deleting the workspace."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import Role
from pivotal_server.kit.errors import ApiError
from pivotal_server.members import changes as team
from pivotal_server.members import service as members
from pivotal_server.web.answers import status_of
from pivotal_server.web.forms import sentence
from pivotal_server.web.htmx import go_to, saved
from pivotal_server.web.session import WORKSPACES, Visit, page
from pivotal_server.web.view import Form
from pivotal_server.workspaces import changes, deleting, slugs
from pivotal_server.workspaces.pages import NAV, PATH
from pivotal_server.workspaces.views import DangerPage

WORDS = {
    ("slug", "too_small"): "Use at least 3 characters.",
    ("slug", "too_big"): "Use at most 40 characters.",
    ("slug", "invalid_string"): "Use lower-case letters, digits and single hyphens, and no reserved name.",
    ("keep", "invalid_enum_value"): "Choose one of them.",
    ("member", "invalid_reference"): "Choose an active admin.",
}


async def _form(
    visit: Visit, act: str, values: dict[str, str], errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    form = Form(act, f"{PATH}/{act}", PATH, values=values, errors=errors or {})
    admins: tuple[tuple[str, str], ...] = ()
    if act == "transfer":
        rows = await members.all_members(visit.db, visit.org_id)
        admins = tuple(
            (str(row.display_id), row.name) for row in rows if row.active and row.role == Role.ADMIN
        )
    view = DangerPage(act, form, visit.session.workspace_slug, visit.session.workspace_name, admins)
    return visit.render_form("workspaces/danger.html", view, status=status)


def _typed_slug(visit: Visit) -> dict[str, str]:
    """What is wrong with the slug that confirms an act, if anything."""
    right = visit.fields.text("typed").strip() == visit.session.workspace_slug
    return {} if right else {"typed": f"Type {visit.session.workspace_slug} to confirm."}


@page(NAV, capability="administer")
async def ask_slug(visit: Visit) -> Response:
    """The form of another slug."""
    return await _form(visit, "slug", {"slug": visit.session.workspace_slug, "keep": "24h"})


@page(NAV, capability="administer")
async def change_slug(visit: Visit) -> Response:
    """Give the workspace another slug."""
    values = visit.fields.texts("slug", "keep")
    try:
        async with visit.work() as uow:
            row = await changes.locked_workspace(uow)
            after = await slugs.change_slug(uow, row, values["slug"].strip(), values["keep"])
    except ApiError as fault:
        if fault.field not in values:
            raise
        return await _form(
            visit, "slug", values, {fault.field: sentence(fault.field, fault, WORDS)}, status_of(fault)
        )
    return saved(visit.request, PATH, toast="Slug changed", detail=after.slug, refresh=("settings",))


@page(NAV, capability="own_workspace")
async def ask_transfer(visit: Visit) -> Response:
    """The form of another owner."""
    return await _form(visit, "transfer", {})


@page(NAV, capability="own_workspace")
async def transfer(visit: Visit) -> Response:
    """Make an admin the owner."""
    values = visit.fields.texts("member", "typed")
    errors = _typed_slug(visit)
    if errors:
        return await _form(visit, "transfer", values, errors, 422)
    try:
        async with visit.work() as uow:
            row = await team.transfer_ownership(uow, visit.services, values["member"])
    except ApiError as fault:
        if fault.field != "member":
            raise
        return await _form(
            visit, "transfer", values, {"member": sentence("member", fault, WORDS)}, status_of(fault)
        )
    return saved(visit.request, PATH, toast=f"{row.name} is the owner now", refresh=("settings",))


@page(NAV, capability="own_workspace")
async def ask_delete(visit: Visit) -> Response:
    """The question before a workspace is deleted."""
    return await _form(visit, "delete", {})


@page(NAV, capability="own_workspace")
async def delete(visit: Visit) -> Response:
    """Close the workspace at once, and have it removed in a week."""
    errors = _typed_slug(visit)
    if errors:
        return await _form(visit, "delete", visit.fields.texts("typed"), errors, 422)
    async with visit.work() as uow:
        await deleting.schedule_deletion(uow, visit.services, await changes.locked_workspace(uow))
    await visit.services.db.bump_epoch_everywhere()
    return go_to(visit.request, WORKSPACES)


# Before the groups of settings, whose addresses begin alike.
routes = [
    Route(f"{PATH}/slug", ask_slug, methods=["GET"]),
    Route(f"{PATH}/slug", change_slug, methods=["POST"]),
    Route(f"{PATH}/transfer", ask_transfer, methods=["GET"]),
    Route(f"{PATH}/transfer", transfer, methods=["POST"]),
    Route(f"{PATH}/delete", ask_delete, methods=["GET"]),
    Route(f"{PATH}/delete", delete, methods=["POST"]),
]
