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
from pivotal_server.workspaces.views import DAY_NAMES, GeneralPage

PATH = "/admin/general"
NAV = "general"
GROUPS: dict[str, tuple[str, ...]] = {
    "general": ("name", "time_zone", "week_start", "working_days", "date_format", "currency"),
    "access": ("default_access",),
    "rights": changes.RIGHTS,
    "agents": ("mcp_writes",),
    "dates": ("due_dates_on_working_days", "dates_follow"),
}
BOXES = (*changes.RIGHTS, "mcp_writes", "due_dates_on_working_days")
WORDS = {
    ("name", "too_small"): "Enter a name.",
    ("name", "too_big"): "Use at most 80 characters.",
    ("time_zone", "invalid_string"): "Choose a time zone of the list, such as Europe/Berlin.",
    ("week_start", "invalid_enum_value"): "Choose the first day of the week.",
    ("working_days", "too_small"): "Choose at least one day.",
    ("date_format", "invalid_enum_value"): "Choose how dates are written.",
    ("currency", "invalid_string"): "Enter the code of a currency, such as EUR.",
    ("dates_follow", "invalid_enum_value"): "Choose whether dates follow.",
    ("default_access", "invalid_enum_value"): "Choose who sees all customers.",
}


def _texts(values: dict[str, Any]) -> dict[str, str]:
    """Settings as a form shows them: a ticked box holds "yes", days are joined by commas."""
    found = {}
    for name, value in values.items():
        if isinstance(value, bool):
            found[name] = "yes" if value else ""
        elif isinstance(value, list):
            found[name] = ",".join(str(one) for one in value)
        else:
            found[name] = str(value)
    return found


def _typed(visit: Visit, names: tuple[str, ...]) -> dict[str, str]:
    found = visit.fields.texts(*names)
    if "working_days" in found:
        found["working_days"] = ",".join(sorted(visit.fields.all("working_days")))
    return found


def _value(name: str, text: str) -> Any:
    if name in BOXES:
        return bool(text)
    if name == "working_days":
        return [int(one) for one in text.split(",") if one in DAY_NAMES]
    return text


async def _show(
    visit: Visit, group: str = "", errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    row = await service.get_workspace(visit.db, visit.org_id)
    stored = _texts(changes.settings_of(row))

    def form(name: str) -> Form:
        refused = name == group
        values = _typed(visit, GROUPS[name]) if refused else stored
        return Form(name, f"{PATH}/{name}", PATH, values=values, errors=(errors or {}) if refused else {})

    view = GeneralPage(
        form("general"),
        form("access"),
        form("rights"),
        form("agents"),
        form("dates"),
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
    typed = _typed(visit, names)
    seen = {name: visit.fields.text(f"was_{name}") for name in names}
    changed = [name for name in names if typed[name] != seen[name]]
    values = {name: _value(name, typed[name]) for name in changed}
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
