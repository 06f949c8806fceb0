"""Admin > Webhooks: the list of endpoints, adding one, and what is done to one as a whole."""

from typing import Any

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.errors_catalogue_webhooks import ENDPOINT_DISABLED, RECOVERY_IN_PROGRESS
from pivotal_server.kit.clock import wire
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.pagination import Slice
from pivotal_server.limits.catalogue import WEBHOOK_ENDPOINTS
from pivotal_server.web.forms import Overtaken, refuse_overtaken
from pivotal_server.web.htmx import go_to, is_htmx, saved
from pivotal_server.web.live import LiveHub, stream
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form
from pivotal_server.webhooks import service, service_recovery, service_shown
from pivotal_server.webhooks.forms import (
    SETTINGS,
    TEXTS,
    errors_of,
    headers_in,
    only,
    read_changed,
    read_new,
    texts_of,
    ticked_in,
)
from pivotal_server.webhooks.opening import (
    NAV,
    endpoint_view_path,
    head,
    last_ping,
    opened,
    reference,
    sentence_of,
    shown,
    status_of,
)
from pivotal_server.webhooks.pages_log import log_tab
from pivotal_server.webhooks.pages_overview import overview_tab
from pivotal_server.webhooks.schemas import SecretRotation, WebhookEndpointUpdate
from pivotal_server.webhooks.service import EndpointRow
from pivotal_server.webhooks.views import (
    OVERLAPS,
    PATH,
    AskPage,
    CreatedPage,
    EndpointForm,
    EndpointList,
    PingView,
    SettingsPage,
    address,
    endpoint_form,
    endpoint_view,
    headers_of,
    secret_page,
    values_of,
)

LOOK_SECONDS = 2.0
"""How often an open page looks whether its endpoint's deliveries have moved on."""


@page(NAV, capability="administer")
async def list_endpoints(visit: Visit) -> Response:
    """The live endpoints, or those in test mode, with the figures of 24 hours."""
    test_mode = visit.request.query_params.get("tab") == "test"
    found, _ = await service.read_endpoints(
        visit.db,
        visit.services.box,
        visit.actor,
        Slice(WEBHOOK_ENDPOINTS.most),
        {"test_mode": test_mode},
    )
    figures = await service_shown.day_figures(visit.db, visit.org_id, [one.id for one in found])
    endpoints = tuple(endpoint_view(one, figures.get(one.id)) for one in found)
    view = EndpointList(endpoints, test_mode)
    return visit.render("webhooks/list.html", view, fragments=("endpoints",))


# ── Adding ─────────────────────────────────────────────────────────────────────────────────────
def _new_form(
    visit: Visit, *, test_mode: bool, errors: dict[str, str] | None = None, fault: str | None = None
) -> EndpointForm:
    fields = visit.fields
    typed = errors is not None or fault is not None
    values = fields.texts(*TEXTS) if typed else {"max_concurrency": "10"}
    mode = "test" if test_mode else "live"
    form = Form("hook", f"{PATH}?tab={mode}", f"{PATH}?tab={mode}", "", values, errors or {}, fault)
    ticked = ticked_in(fields) if typed else []
    return endpoint_form(form, ticked, headers_in(fields), test_mode=test_mode)


@page(NAV, capability="administer")
async def new_endpoint(visit: Visit) -> Response:
    """The form of a new endpoint."""
    test_mode = visit.request.query_params.get("tab") == "test"
    return visit.render_form("webhooks/new.html", _new_form(visit, test_mode=test_mode))


@page(NAV, capability="administer")
async def create_endpoint(visit: Visit) -> Response:
    """Register an endpoint; this answer alone shows its secret."""
    test_mode = visit.request.query_params.get("tab") == "test"
    data, errors = read_new(visit.fields, test_mode=test_mode)
    if data is None:
        return _refused_new(visit, errors, test_mode=test_mode)
    services = visit.services
    try:
        async with visit.work() as uow:
            made = await service.create_endpoint(uow, services.box, services.policy, data)
    except ApiError as fault:
        errors = errors_of(fault)
        whole = None if errors else sentence_of(fault)
        return _refused_new(visit, errors, test_mode=test_mode, fault=whole, status=status_of(fault))
    row = await service.get_endpoint(visit.db, visit.actor, made.id)
    secret = made.secret if isinstance(made.secret, str) else ""
    view = CreatedPage(endpoint_view(made), secret, await last_ping(visit, row))
    if not is_htmx(visit.request):
        return visit.render("webhooks/created.html", view)
    response = visit.render("webhooks/created.html", view, block="content")
    response.headers.update(
        {
            "HX-Retarget": "#webhook-area",
            "HX-Reswap": "outerHTML show:window:top",
            "HX-Replace-Url": endpoint_view_path(row),
        }
    )
    return response


def _refused_new(
    visit: Visit, errors: dict[str, str], *, test_mode: bool, fault: str | None = None, status: int = 422
) -> Response:
    view = _new_form(visit, test_mode=test_mode, errors=errors, fault=fault)
    return visit.render_form("webhooks/new.html", view, status=status)


# ── One endpoint ───────────────────────────────────────────────────────────────────────────────
@page(NAV, capability="administer")
async def endpoint(visit: Visit) -> Response:
    """One endpoint: the tab that the address names."""
    row = await opened(visit)
    match visit.request.query_params.get("tab", ""):
        case "logs":
            return await log_tab(visit, row)
        case "settings":
            return await _settings(visit, row)
        case "secret":
            return await _secret(visit, row)
        case _:
            return await overview_tab(visit, row)


@page(NAV, capability="administer")
async def ping(visit: Visit) -> Response:
    """How the last ping of an endpoint went."""
    row = await opened(visit)
    view: PingView = await last_ping(visit, row)
    if is_htmx(visit.request):
        return visit.render_with("webhooks/ping.html", {"ping": view})
    return RedirectResponse(address(row.display_id, tab="settings"), status_code=303)


async def _settings(
    visit: Visit,
    row: EndpointRow,
    errors: dict[str, str] | None = None,
    *,
    fault: str | None = None,
    status: int = 200,
) -> Response:
    """The form: what is stored, or what was typed with what is wrong with it."""
    endpoint = await shown(visit, row)
    fields = visit.fields
    typed = errors is not None or fault is not None
    # Once somebody knows what others have changed, what was typed may take its place.
    was = texts_of(endpoint) if not typed or status == 409 else _seen(visit)
    values = fields.texts(*TEXTS) if typed else values_of(endpoint)
    here = address(row.display_id, tab="settings")
    form = Form("hook", address(row.display_id, "settings"), here, "", values, errors or {}, fault)
    ticked = ticked_in(fields) if typed else endpoint.event_types
    headers = headers_in(fields) if typed else headers_of(endpoint)
    view = SettingsPage(
        await head(visit, row, endpoint, "settings"),
        endpoint_form(form, ticked, headers, test_mode=row.test_mode),
        await last_ping(visit, row),
        was,
    )
    return visit.render_form("webhooks/settings.html", view, status=status)


def _seen(visit: Visit) -> dict[str, str]:
    """The settings as the form showed them."""
    return {name: visit.fields.text(f"was_{name}") for name in SETTINGS}


@page(NAV, capability="administer")
async def change_endpoint(visit: Visit) -> Response:
    """Save what the settings say other than they said when they were shown; a new URL is pinged."""
    row = await opened(visit)
    data, errors = read_changed(visit.fields)
    if data is None:
        return await _settings(visit, row, errors, status=422)
    services, seen, typed = visit.services, _seen(visit), texts_of(data)
    changed = [name for name in SETTINGS if typed[name] != seen[name]]
    try:
        async with visit.work() as uow:
            row = await service.get_endpoint(uow.tx, visit.actor, reference(visit), lock=True)
            [stored] = await service.shown(uow.tx, services.box, visit.org_id, [row])
            refuse_overtaken(changed, typed, seen, texts_of(stored))
            await service.update_endpoint(
                uow, services.box, services.policy, row, only(data, changed, stored)
            )
    except Overtaken as overtaken:
        # The keys of all types share one message.
        errors = {
            "field_filters" if name.startswith("filter_") else name: text
            for name, text in overtaken.errors.items()
        }
        return await _settings(visit, row, errors, status=409)
    except ApiError as fault:
        errors = errors_of(fault)
        whole = None if errors else sentence_of(fault)
        return await _settings(visit, row, errors, fault=whole, status=status_of(fault))
    return go_to(visit.request, address(row.display_id, tab="settings", saved="yes"))


async def _changed(visit: Visit, data: WebhookEndpointUpdate) -> EndpointRow:
    services = visit.services
    async with visit.work() as uow:
        row = await service.get_endpoint(uow.tx, visit.actor, reference(visit), lock=True)
        return await service.update_endpoint(uow, services.box, services.policy, row, data)


@page(NAV, capability="administer")
async def enable(visit: Visit) -> Response:
    """Enable an endpoint; with ``missed`` what it missed meanwhile is sent too."""
    services = visit.services
    async with visit.work() as uow:
        row = await service.get_endpoint(uow.tx, visit.actor, reference(visit), lock=True)
        since = service_shown.missed_from(row, uow.now, services.retention_days)
        await service.update_endpoint(
            uow, services.box, services.policy, row, WebhookEndpointUpdate(status="enabled")
        )
    if since is not None and visit.fields.ticked("missed"):
        # On its own: an endpoint stays enabled although a recovery is still at work.
        try:
            async with visit.work() as uow:
                row = await service.get_endpoint(uow.tx, visit.actor, reference(visit), lock=True)
                window = service_recovery.Window(since, uow.now, "all")
                job = await service_recovery.start(uow, row, window, "all")
        except ApiError as fault:
            if fault.code not in (RECOVERY_IN_PROGRESS, ENDPOINT_DISABLED):
                raise
        else:
            return go_to(visit.request, address(row.display_id, "recoveries", job.id))
    missed = wire(since) if since is not None else ""
    return go_to(visit.request, address(row.display_id, missed_since=missed))


def _ask(visit: Visit, row: EndpointRow, view: Any, act: str, waiting: int = 0) -> Response:
    path = address(row.display_id, act)
    page_ = AskPage(Form(act, path, address(row.display_id)), view, waiting)
    return visit.render_form(f"webhooks/{act}.html", page_)


@page(NAV, capability="administer")
async def ask_disable(visit: Visit) -> Response:
    """The question before an endpoint is disabled: how much is canceled by it."""
    row = await opened(visit)
    waiting, _ = await service_shown.backlog(visit.db, visit.org_id, row.id)
    return _ask(visit, row, endpoint_view(await shown(visit, row)), "disable", waiting)


@page(NAV, capability="administer")
async def disable(visit: Visit) -> Response:
    """Disable an endpoint; what waits is canceled."""
    row = await _changed(visit, WebhookEndpointUpdate(status="disabled"))
    return go_to(visit.request, address(row.display_id))


@page(NAV, capability="administer")
async def ask_delete(visit: Visit) -> Response:
    """The question before an endpoint is deleted."""
    row = await opened(visit)
    waiting, _ = await service_shown.backlog(visit.db, visit.org_id, row.id)
    return _ask(visit, row, endpoint_view(await shown(visit, row)), "delete", waiting)


@page(NAV, capability="administer")
async def delete(visit: Visit) -> Response:
    """Delete an endpoint."""
    async with visit.work() as uow:
        row = await service.get_endpoint(uow.tx, visit.actor, reference(visit), lock=True, deleted=True)
        await service.delete_endpoint(uow, row)
    return go_to(visit.request, f"{PATH}?tab={'test' if row.test_mode else 'live'}")


# ── The secret ─────────────────────────────────────────────────────────────────────────────────
async def _secret(visit: Visit, row: EndpointRow) -> Response:
    endpoint = await shown(visit, row)
    view = secret_page(endpoint, await head(visit, row, endpoint, "secret"))
    return visit.render("webhooks/secret.html", view)


@page(NAV, capability="administer")
async def ask_rotate(visit: Visit) -> Response:
    """The question how long the present secret shall go on signing."""
    row = await opened(visit)
    form = _rotate_form(row, "86400")
    return visit.render_form("webhooks/rotate.html", AskPage(form, endpoint_view(await shown(visit, row))))


def _rotate_form(row: EndpointRow, overlap: str, fault: str | None = None) -> Form:
    path, back = address(row.display_id, "rotate"), address(row.display_id, tab="secret")
    return Form("rotate", path, back, values={"overlap": overlap}, fault=fault)


@page(NAV, capability="administer")
async def rotate(visit: Visit) -> Response:
    """Make a new secret; this answer alone shows it."""
    row = await opened(visit)
    overlap = visit.fields.text("overlap")
    known = {value for value, _ in OVERLAPS}
    rotation = SecretRotation(overlap_seconds=int(overlap) if overlap in known else 86_400)
    try:
        async with visit.work() as uow:
            locked = await service.get_endpoint(uow.tx, visit.actor, reference(visit), lock=True)
            rotated = await service.rotate_secret(uow, visit.services.box, locked, rotation)
    except ApiError as fault:
        view = AskPage(_rotate_form(row, overlap, sentence_of(fault)), endpoint_view(await shown(visit, row)))
        return visit.render_form("webhooks/rotate.html", view, status=status_of(fault))
    secret = rotated.secret if isinstance(rotated.secret, str) else ""
    view_ = secret_page(rotated, await head(visit, row, rotated, "secret"), secret)
    if not is_htmx(visit.request):
        return visit.render("webhooks/secret.html", view_)
    response = visit.render("webhooks/secret.html", view_, block="tab")
    event = saved(visit.request, "", toast="").headers["HX-Trigger"]
    response.headers.update(
        {"HX-Retarget": "#webhook-tab", "HX-Reswap": "outerHTML", "HX-Trigger-After-Settle": event}
    )
    return response


@page(NAV, capability="administer")
async def live(visit: Visit) -> Response:
    """The stream of an endpoint's page: it tells that deliveries were made or attempts have ended."""
    row = await opened(visit)
    hub: LiveHub = visit.request.app.state.live

    async def look() -> str:
        return await service_shown.standing_of(visit.db, visit.org_id, row.id)

    return stream(hub, visit.org_id, f"webhook {row.id}", look, every=LOOK_SECONDS)


_ONE = f"{PATH}/{{number}}"
routes = [
    Route(PATH, list_endpoints, methods=["GET"]),
    Route(PATH, create_endpoint, methods=["POST"]),
    Route(f"{PATH}/new", new_endpoint, methods=["GET"]),
    Route(_ONE, endpoint, methods=["GET"]),
    Route(f"{_ONE}/live", live, methods=["GET"]),
    Route(f"{_ONE}/ping", ping, methods=["GET"]),
    Route(f"{_ONE}/settings", change_endpoint, methods=["POST"]),
    Route(f"{_ONE}/enable", enable, methods=["POST"]),
    Route(f"{_ONE}/disable", ask_disable, methods=["GET"]),
    Route(f"{_ONE}/disable", disable, methods=["POST"]),
    Route(f"{_ONE}/delete", ask_delete, methods=["GET"]),
    Route(f"{_ONE}/delete", delete, methods=["POST"]),
    Route(f"{_ONE}/rotate", ask_rotate, methods=["GET"]),
    Route(f"{_ONE}/rotate", rotate, methods=["POST"]),
]
