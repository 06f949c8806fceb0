"""Admin > General: the settings of the workspace, saved group by group."""

from typing import Any
from zoneinfo import available_timezones

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.kit.errors import ApiError
from pivotal_server.web.answers import status_of
from pivotal_server.web.forms import Overtaken, refuse_overtaken, sentence
from pivotal_server.web.htmx import go_to, is_htmx, saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form
from pivotal_server.workspaces import changes, service
from pivotal_server.workspaces.views import GeneralPage

PATH = "/admin/general"
NAV = "general"
GROUPS: dict[str, tuple[str, ...]] = {
    "general": ("name", "time_zone"),
    "access": ("default_access",),
    "rights": changes.RIGHTS,
    "agents": ("mcp_writes",),
}
_FLAGS = (*changes.RIGHTS, "mcp_writes")
WORDS = {
    ("name", "too_small"): "Enter a name.",
    ("name", "too_big"): "Use at most 80 characters.",
    ("time_zone", "invalid_string"): "Choose a time zone of the list, such as Europe/Berlin.",
    ("default_access", "invalid_enum_value"): "Choose who sees all customers.",
}


def _texts(values: dict[str, Any]) -> dict[str, str]:
    """Settings as a form shows them: a ticked box holds "yes"."""
    return {
        name: ("yes" if value else "") if isinstance(value, bool) else str(value)
        for name, value in values.items()
    }


async def _show(
    visit: Visit, group: str = "", errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    row = await service.get_workspace(visit.db, visit.org_id)
    stored = _texts(changes.settings_of(row))

    def form(name: str) -> Form:
        refused = name == group
        values = visit.fields.texts(*GROUPS[name]) if refused else stored
        return Form(name, f"{PATH}/{name}", PATH, values=values, errors=(errors or {}) if refused else {})

    view = GeneralPage(
        form("general"),
        form("access"),
        form("rights"),
        form("agents"),
        row.slug,
        tuple(sorted(available_timezones())),
        stored,
    )
    block = f"{group}_form" if group and is_htmx(visit.request) else None
    return visit.render("workspaces/general.html", view, block=block, fragments=("settings",), status=status)


@page(NAV, capability="administer")
async def admin(_visit: Visit) -> Response:
    """Admin leads to its first page."""
    return RedirectResponse(PATH, status_code=303)


@page(NAV, capability="administer")
async def general(visit: Visit) -> Response:
    """The settings."""
    return await _show(visit)


@page(NAV, capability="administer")
async def save(visit: Visit) -> Response:
    """Save what one group of settings changes of what its form showed."""
    group = visit.request.path_params["group"]
    if group not in GROUPS:
        return go_to(visit.request, PATH)
    names = GROUPS[group]
    typed = visit.fields.texts(*names)
    seen = {name: visit.fields.text(f"was_{name}") for name in names}
    changed = [name for name in names if typed[name] != seen[name]]
    values = {name: bool(typed[name]) if name in _FLAGS else typed[name] for name in changed}
    try:
        async with visit.work() as uow:
            row = await changes.locked_workspace(uow)
            refuse_overtaken(changed, typed, seen, _texts(changes.settings_of(row)))
            await changes.update_workspace(uow, row, values)
    except Overtaken as overtaken:
        return await _show(visit, group, dict(overtaken.errors), 409)
    except ApiError as fault:
        if fault.field not in names:
            raise
        return await _show(visit, group, {fault.field: sentence(fault.field, fault, WORDS)}, status_of(fault))
    return saved(visit.request, PATH, toast="Settings saved", refresh=("settings",))


routes = [
    Route("/admin", admin, methods=["GET"]),
    Route(PATH, general, methods=["GET"]),
    Route(f"{PATH}/{{group}}", save, methods=["POST"]),
]
