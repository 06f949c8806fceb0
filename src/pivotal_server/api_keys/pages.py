"""Admin > API keys."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.api_keys import service as api_keys
from pivotal_server.api_keys.service import MAX_RATE_LIMIT, ApiKeyRow, KeyRequest
from pivotal_server.api_keys.views import KeyForm, RevokeForm, key_list, key_view, scope_rows
from pivotal_server.errors_catalogue import API_KEY_NOT_FOUND
from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import is_cuid
from pivotal_server.kit.text import parse_day
from pivotal_server.limits.catalogue import changed_in
from pivotal_server.members import service as members
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.faults import STATUS_OF_CODE
from pivotal_server.web.fields import Fields
from pivotal_server.web.htmx import go_to, is_htmx, saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

NAV = "api-keys"
PATH = "/admin/api-keys"
_TEXTS = ("name", "mode", "read_only", "expires_on", "allowed_addresses", "rate_limit")
_FIELDS = {"expires_at": "expires_on"}
"""Fields of the form that the service calls otherwise."""


@page(NAV, capability="administer")
async def list_keys(visit: Visit) -> Response:
    """The keys of the workspace."""
    return await _list(visit)


async def _list(
    visit: Visit, uow: UnitOfWork | None = None, created: tuple[ApiKeyRow, str] | None = None
) -> Response:
    db = visit.db if uow is None else uow.tx
    rows = await api_keys.all_keys(db, visit.org_id)
    names = await members.names(db, visit.org_id, (row.created_by for row in rows))
    shown = key_list(rows, names, visit.frame, _changed(visit), created)
    if created is None or not is_htmx(visit.request):
        return visit.render("api_keys/list.html", shown, fragments=("keys",))
    response = visit.render("api_keys/list.html", shown, block="area")
    response.headers.update(
        {
            "HX-Retarget": "#keys-area",
            "HX-Reswap": "outerHTML",
            "HX-Trigger": '{"saved": {"toast": "", "detail": "", "refresh": []}}',
        }
    )
    return response


def _changed(visit: Visit) -> Mapping[str, int]:
    return changed_in(visit.session.workspace_settings)


@page(NAV, capability="administer")
async def new_key(visit: Visit) -> Response:
    """The form of a new key; a link may say its ``name`` and ``mode``."""
    asked = visit.request.query_params
    mode = "test" if asked.get("mode") == "test" else "live"
    values = {"mode": mode, "name": asked.get("name", "")[:60]}
    form = Form("key", PATH, PATH, values=values)
    return visit.render_form("api_keys/new.html", KeyForm(form, frozenset(), scope_rows(), _changed(visit)))


@page(NAV, capability="administer")
async def create_key(visit: Visit) -> Response:
    """Create a key and show it, in this answer and never again (APP-KEY-2)."""
    fields = visit.fields
    wanted, errors = _read(visit)
    for fault in api_keys.faults_of(wanted, clock.now()):
        name = (fault.field or "").partition(".")[0]
        errors.setdefault(_FIELDS.get(name, name), _words(fault))
    if errors:
        return _refused(visit, errors, status=422)
    try:
        async with visit.work() as uow:
            created = await api_keys.create_key(uow, wanted)
            # Before the commit: a key that nobody could be shown is not made.
            return await _list(visit, uow, created)
    except ApiError as fault:
        errors = {fault.field: fault.message} if fault.field in fields.texts(*_TEXTS) else {}
        status = STATUS_OF_CODE.get(fault.code.status, fault.code.status)
        return _refused(visit, errors, status=status, fault=None if errors else fault.message)


def _refused(visit: Visit, errors: dict[str, str], *, status: int, fault: str | None = None) -> Response:
    values = visit.fields.texts(*_TEXTS)
    form = Form("key", PATH, PATH, values=values, errors=errors, fault=fault)
    ticked = frozenset(visit.fields.all("scopes"))
    return visit.render_form(
        "api_keys/new.html", KeyForm(form, ticked, scope_rows(), _changed(visit)), status=status
    )


def _read(visit: Visit) -> tuple[KeyRequest, dict[str, str]]:
    """What the form asks for, and what is wrong with the fields that are no text."""
    fields, errors = visit.fields, {}
    expires_at = None
    try:
        expires_at = _end_of_day(fields.text("expires_on"), visit)
    except (ApiError, OverflowError):
        errors["expires_on"] = "Enter a day, such as 2027-01-31."
    rate_limit = None
    try:
        rate_limit = _whole_number(fields, "rate_limit")
    except ValueError:
        errors["rate_limit"] = f"Enter a whole number from 0 to {MAX_RATE_LIMIT:,}."
    if not fields.text("name").strip():
        errors["name"] = "Enter a name."
    wanted = KeyRequest(
        name=fields.text("name"),
        mode=fields.text("mode"),
        read_only=fields.ticked("read_only"),
        scopes=fields.all("scopes"),
        expires_at=expires_at,
        allowed_addresses=fields.text("allowed_addresses"),
        rate_limit=rate_limit,
    )
    return wanted, errors


def _end_of_day(text: str, visit: Visit) -> datetime | None:
    """The moment at which a day ends in the workspace's zone; ``None`` for an empty field."""
    if not text.strip():
        return None
    after = parse_day(text.strip(), "expires_on") + timedelta(days=1)
    return datetime.combine(after, time.min, visit.frame.zone).astimezone(UTC)


def _whole_number(fields: Fields, name: str) -> int | None:
    text = fields.text(name).strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(name)
    return int(text)


def _words(fault: ApiError) -> str:
    match fault.field:
        case "mode":
            return "Choose an environment."
        case "expires_at":
            return "Choose a day that has not passed."
        case "name" if fault.code.code == "too_big":
            return "Enter at most 60 characters."
        case "rate_limit":
            return f"Enter a whole number from 0 to {MAX_RATE_LIMIT:,}."
        case field if field is not None and field.startswith("scopes"):
            return "Choose among the scopes shown here."
        case _:
            return f"{fault.message[:1].upper()}{fault.message[1:]}."


@page(NAV, capability="administer")
async def ask_revoke(visit: Visit) -> Response:
    """The question before a key is revoked: which one, and when it was used last."""
    row = await api_keys.get_key(visit.db, visit.org_id, _id(visit))
    if row.revoked_at is not None:
        return go_to(visit.request, PATH)
    form = Form("revoke", f"{PATH}/{row.id}/revoke", PATH)
    return visit.render_form(
        "api_keys/revoke.html", RevokeForm(form, key_view(row, {}, visit.frame, _changed(visit)))
    )


@page(NAV, capability="administer")
async def revoke_key(visit: Visit) -> Response:
    """Revoke a key; every process refuses it from its next request on (APP-KEY-3)."""
    async with visit.work() as uow:
        row = await api_keys.revoke_key(uow, _id(visit))
    await visit.services.db.bump_epoch_everywhere()
    return saved(visit.request, PATH, toast="Key revoked", detail=row.name, refresh=["keys"])


def _id(visit: Visit) -> str:
    """The key that the path names; text that is no id never reaches the database."""
    id: str = visit.request.path_params["id"]
    if not is_cuid(id):
        raise API_KEY_NOT_FOUND()
    return id


routes = [
    Route(PATH, list_keys, methods=["GET"]),
    Route(PATH, create_key, methods=["POST"]),
    Route(f"{PATH}/new", new_key, methods=["GET"]),
    Route(f"{PATH}/{{id}}/revoke", ask_revoke, methods=["GET"]),
    Route(f"{PATH}/{{id}}/revoke", revoke_key, methods=["POST"]),
]
