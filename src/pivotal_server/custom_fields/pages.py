"""Admin > Custom fields: defining, changing, archiving fields."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.custom_fields import service
from pivotal_server.custom_fields.schemas import CustomFieldCreate, CustomFieldUpdate
from pivotal_server.custom_fields.service import FieldRow
from pivotal_server.custom_fields.views import TYPE_NAMES, FieldForm, FieldLine, FieldsPage
from pivotal_server.errors_catalogue import CUSTOM_FIELD_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.references import digits_in
from pivotal_server.kit.validation import Body
from pivotal_server.rest.idempotency import once
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.answers import status_of
from pivotal_server.web.forms import Overtaken, refuse_overtaken, sentence
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

HOME = "/admin/custom-fields"
CAPABILITY = "edit_phases_and_fields"
TEXTS = ("label", "group", "help", "options")
WORDS = {
    ("label", "too_small"): "Enter a label.",
    ("label", "too_big"): "Use at most 80 characters.",
    ("group", "too_big"): "Use at most 80 characters.",
    ("help", "too_big"): "Use at most 500 characters.",
    ("slug", "invalid_string"): "Begin with a letter; then letters, digits and _, 40 at most, in lower case.",
    ("options", "missing_field"): "Enter the choices, one a line.",
    ("options", "too_big"): "Use at most 500 choices of 100 characters each.",
}
_CREATE, _UPDATE = Body(CustomFieldCreate), Body(CustomFieldUpdate)


def _line(row: FieldRow) -> FieldLine:
    return FieldLine(
        number=row.display_id,
        label=row.label,
        slug=row.slug,
        type=TYPE_NAMES[row.type],
        group=row.group or "",
        options=tuple(row.options),
    )


@page("custom-fields", capability=CAPABILITY)
async def list_page(visit: Visit) -> Response:
    """The fields in their order, and those that are archived."""
    rows = await service.all_fields(visit.db, visit.org_id)
    view = FieldsPage(
        fields=tuple(_line(row) for row in rows if row.archived_at is None),
        archived=tuple(_line(row) for row in rows if row.archived_at is not None),
    )
    return visit.render("custom_fields/list.html", view, fragments=("fields",))


# ── Adding ───────────────────────────────────────────────────────────────────────────────────────
def _ask_new(visit: Visit, errors: Mapping[str, str], status: int = 200) -> Response:
    values = visit.fields.texts(*TEXTS, "slug", "type")
    form = Form(
        id="field",
        action=f"{HOME}/new",
        cancel=HOME,
        submission=visit.fields.text("submission") or cuid(),
        values=values if visit.request.method == "POST" else {"type": "string"},
        errors=errors,
    )
    lead = "It stands in the Details of every customer, and over the API. Its type cannot change later."
    view = FieldForm("New field", "Add field", lead, form)
    return visit.render_form("custom_fields/form.html", view, status=status)


@page("custom-fields", capability=CAPABILITY)
async def new(visit: Visit) -> Response:
    """The empty form."""
    return _ask_new(visit, {})


def _typed(visit: Visit) -> dict[str, Any]:
    text = visit.fields.text
    return {
        "label": text("label"),
        "group": text("group").strip() or None,
        "help": text("help").strip() or None,
        "options": [line.strip() for line in text("options").splitlines() if line.strip()],
    }


def _checked(body: Body, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, value in values.items():
        try:
            found[name] = body.fields[name](value, name)
        except ApiError as fault:
            errors[name] = sentence(name, fault, WORDS)
    return found, errors


@page("custom-fields", capability=CAPABILITY)
async def create(visit: Visit) -> Response:
    """Define the field of the form."""
    values = {**_typed(visit), "type": visit.fields.text("type")}
    if visit.fields.text("slug").strip():
        values["slug"] = visit.fields.text("slug")
    found, errors = _checked(_CREATE, values)
    if errors:
        return _ask_new(visit, errors, 422)

    async def work(uow: UnitOfWork) -> str:
        return (await service.create_field(uow, CustomFieldCreate(**found))).label

    try:
        async with visit.work() as uow:
            label = await once(uow, f"{HOME}/new", visit.fields.submission, work)
    except ApiError as fault:
        field = fault.field if fault.field in (*TEXTS, "slug") else "label"
        return _ask_new(visit, {field: sentence(field, fault, WORDS)}, status_of(fault))
    return saved(visit.request, HOME, toast=f"Added {label}", refresh=("fields",))


# ── Changing ─────────────────────────────────────────────────────────────────────────────────────
async def _field(visit: Visit) -> FieldRow:
    number = digits_in(visit.request.path_params["number"])
    rows = await service.all_fields(visit.db, visit.org_id)
    row = next((one for one in rows if one.display_id == number), None)
    if row is None:
        raise CUSTOM_FIELD_NOT_FOUND()
    return row


def _texts(row: FieldRow) -> dict[str, str]:
    return {
        "label": row.label,
        "group": row.group or "",
        "help": row.help or "",
        "options": "\n".join(row.options),
    }


def _ask_edit(visit: Visit, row: FieldRow, errors: Mapping[str, str], status: int = 200) -> Response:
    stored = _texts(row)
    form = Form(
        id="field",
        action=f"{HOME}/{row.display_id}",
        cancel=HOME,
        values=visit.fields.texts(*TEXTS) if visit.request.method == "POST" else stored,
        errors=errors,
    )
    lead = f"Its slug stays {row.slug}, its type {TYPE_NAMES[row.type].lower()}."
    view = FieldForm(f"Change {row.label}", "Save", lead, form, row.type, tuple(stored.items()))
    return visit.render_form("custom_fields/form.html", view, status=status)


@page("custom-fields", capability=CAPABILITY)
async def edit(visit: Visit) -> Response:
    """The form of one field."""
    return _ask_edit(visit, await _field(visit), {})


@page("custom-fields", capability=CAPABILITY)
async def save(visit: Visit) -> Response:
    """Save what differs from what the form of a field showed."""
    row = await _field(visit)
    typed = {name: visit.fields.text(name).replace("\r\n", "\n") for name in TEXTS}
    seen = {name: visit.fields.text(f"was_{name}").replace("\r\n", "\n") for name in TEXTS}
    changed = [
        name for name in TEXTS if typed[name] != seen[name] and (name != "options" or row.type == "select")
    ]
    found, errors = _checked(_UPDATE, {name: one for name, one in _typed(visit).items() if name in changed})
    if errors:
        return _ask_edit(visit, row, errors, 422)
    try:
        async with visit.work() as uow:
            locked = await service.get_field(uow, row.id)
            refuse_overtaken(changed, typed, seen, _texts(locked))
            after = await service.update_field(uow, locked, CustomFieldUpdate(**found))
    except Overtaken as overtaken:
        return _ask_edit(visit, await _field(visit), overtaken.errors, 409)
    except ApiError as fault:
        field = fault.field if fault.field in TEXTS else "label"
        return _ask_edit(visit, row, {field: sentence(field, fault, WORDS)}, status_of(fault))
    return saved(visit.request, HOME, toast=f"Saved {after.label}", refresh=("fields",))


@page("custom-fields", capability=CAPABILITY)
async def archive(visit: Visit) -> Response:
    """Hide a field; a toast can bring it back."""
    row = await _field(visit)
    async with visit.work() as uow:
        await service.archive_field(uow, await service.get_field(uow, row.id))
    return saved(
        visit.request,
        HOME,
        toast=f"Archived {row.label}",
        detail="Customers keep their values.",
        act=("Undo", f"{HOME}/{row.display_id}/restore"),
        undo=True,
        refresh=("fields",),
    )


@page("custom-fields", capability=CAPABILITY)
async def restore(visit: Visit) -> Response:
    """Bring an archived field back."""
    row = await _field(visit)
    async with visit.work() as uow:
        await service.restore_field(uow, await service.get_field(uow, row.id))
    return saved(visit.request, HOME, toast=f"{row.label} is back", refresh=("fields",))


_ONE = f"{HOME}/{{number}}"
routes = [
    Route(HOME, list_page, methods=["GET"]),
    Route(f"{HOME}/new", new, methods=["GET"]),
    Route(f"{HOME}/new", create, methods=["POST"]),
    Route(_ONE, edit, methods=["GET"]),
    Route(_ONE, save, methods=["POST"]),
    Route(f"{_ONE}/archive", archive, methods=["POST"]),
    Route(f"{_ONE}/restore", restore, methods=["POST"]),
]
