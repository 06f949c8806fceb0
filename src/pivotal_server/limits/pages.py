"""Admin > Limits: every limit, how much of it is in use, and changing those that can be changed."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import ROUTE_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.references import digits_in
from pivotal_server.limits import changing, service
from pivotal_server.limits.catalogue import LIMITS, Limit, changed_in
from pivotal_server.limits.service import PATH
from pivotal_server.limits.views import LimitForm, keys_page, limits_page
from pivotal_server.web.answers import status_of
from pivotal_server.web.formats import number
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

NAV = "limits"
LONGEST = 10


@page(NAV, capability="administer")
async def show(visit: Visit) -> Response:
    """The declared limits."""
    view = limits_page(await service.uses(visit.db, visit.org_id))
    return visit.render("limits/list.html", view, fragments=("limits",))


@page(NAV, capability="administer")
async def keys(visit: Visit) -> Response:
    """What each API key has asked for."""
    changed = changed_in(visit.session.workspace_settings)
    view = keys_page(await service.key_uses(visit.db, visit.org_id), changed)
    return visit.render("limits/keys.html", view)


def _limit(visit: Visit) -> Limit:
    limit = LIMITS.get(visit.request.path_params["name"])
    if limit is None or limit.setting is None:
        raise ROUTE_NOT_FOUND()
    return limit


def _form(visit: Visit, limit: Limit, typed: str, error: str = "", status: int = 200) -> Response:
    errors = {"value": error} if error else {}
    form = Form("limit", f"{PATH}/{limit.name}", PATH, values={"value": typed}, errors=errors)
    return visit.render_form("limits/change.html", LimitForm(form, limit), status=status)


@page(NAV, capability="administer")
async def ask(visit: Visit) -> Response:
    """The form of one limit."""
    limit = _limit(visit)
    own = changed_in(visit.session.workspace_settings).get(limit.name)
    return _form(visit, limit, "" if own is None else str(own))


@page(NAV, capability="administer")
async def save(visit: Visit) -> Response:
    """Give a limit the value of the form, or its default when the field is empty."""
    limit = _limit(visit)
    typed = visit.fields.text("value").strip()
    value = digits_in(typed) if typed else None
    words = f"Enter a whole number from {number(limit.least)} to {number(limit.most)}."
    if typed and (value is None or len(typed) > LONGEST):
        return _form(visit, limit, typed, words, 422)
    try:
        async with visit.work() as uow:
            await changing.set_limit(uow, limit, value)
    except ApiError as fault:
        if fault.field != "value":
            raise
        return _form(visit, limit, typed, words, status_of(fault))
    # The rate of keys is held by every process; the other limits are read where they are asked.
    await visit.services.db.bump_epoch_everywhere()
    return saved(visit.request, PATH, toast=f"{limit.title}: saved", refresh=("limits",))


routes = [
    Route(PATH, show, methods=["GET"]),
    Route(f"{PATH}/keys", keys, methods=["GET"]),
    Route(f"{PATH}/{{name}}", ask, methods=["GET"]),
    Route(f"{PATH}/{{name}}", save, methods=["POST"]),
]
