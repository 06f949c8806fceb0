"""Admin > Templates: the list, the editor, preview on a customer, JSON out and in (ONB-TPL-1 … 10)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace
from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.customers import service as customers
from pivotal_server.customers.resolve import visible_customer
from pivotal_server.errors_catalogue import INVALID_REFERENCE, TEMPLATE_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.references import digits_in
from pivotal_server.kit.validation import Body
from pivotal_server.members import service as members
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.frame import staff_of
from pivotal_server.onboardings.schemas import OnboardingCreate
from pivotal_server.onboardings.views_ask import Listing
from pivotal_server.phases import service as phases
from pivotal_server.templates import service, typing_in
from pivotal_server.templates.applying import Applied, apply_template
from pivotal_server.templates.conditions import CUSTOM, FIELDS, OPERATORS, custom_slugs
from pivotal_server.templates.schemas import (
    Template,
    TemplateCreate,
    TemplateUpdate,
)
from pivotal_server.templates.typing_in import Known
from pivotal_server.templates.views import (
    EditorPage,
    TaskRow,
    TemplateAsk,
    TemplateGroup,
    TemplateLine,
    TemplatesPage,
    When,
)
from pivotal_server.templates.views_preview import preview_of
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.answers import status_of
from pivotal_server.web.forms import check, sentence
from pivotal_server.web.htmx import go_to
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

HOME = "/admin/templates"
CAPABILITY = "edit_templates"
BLANK_ROWS = 2
_TEXTS = ("name", "phase", "description", "default_for_phase", "customer")
_RULES = (
    ("none", "Nobody"),
    ("csm", "CSM"),
    ("se", "Engineer"),
    ("designer", "Designer"),
    ("product_ops", "Product ops"),
    ("account_owner", "Owner of the customer"),
    ("customer_primary_contact", "Primary contact"),
)
WORDS = {
    ("name", "missing_field"): "Enter a name.",
    ("name", "too_big"): "Use at most 120 characters.",
    ("description", "too_big"): "Use at most 2,000 characters.",
    ("phase", "missing_field"): "Choose a phase.",
}
_FIELD_NAMES = {
    "owner_id": "owner",
    "mrr": "MRR",
    "monthly_orders": "monthly orders",
}
_CREATE = Body(TemplateCreate)


class _Undo(Exception):
    """Ends a preview, which leaves no trace."""


async def _all(visit: Visit) -> list[Template]:
    rows: list[Template] = []
    part: Slice | None = Slice(100)
    while part is not None:
        more, following = await service.read_templates(visit.db, visit.org_id, part, {})
        rows += more
        part = None if following is None else Slice(100, following)
    return rows


@page("templates", capability=CAPABILITY)
async def list_page(visit: Visit) -> Response:
    """The templates by phase."""
    known = await phases.all_phases(visit.db, visit.org_id)
    rows = await _all(visit)
    groups = []
    for phase in known:
        own = sorted((row for row in rows if row.phase == phase.key), key=lambda row: row.name.casefold())
        if own:
            groups.append(TemplateGroup(phase.name, tuple(map(_line, own))))
    return visit.render("templates/list.html", TemplatesPage(tuple(groups)), fragments=("templates",))


def _line(row: Template) -> TemplateLine:
    tasks = msgspec.json.decode(msgspec.json.encode(row.tasks), type=list[dict[str, Any]])
    return TemplateLine(
        row.display_id, row.name, len(tasks), row.version, row.default_for_phase, row.livemode
    )


# ── The editor ───────────────────────────────────────────────────────────────────────────────────
async def _template(visit: Visit) -> Template:
    number = digits_in(visit.request.path_params["number"])
    if number is None:
        raise TEMPLATE_NOT_FOUND()
    return await service.read_template(visit.db, visit.org_id, str(number))


async def _editor(
    visit: Visit,
    template: Template | None,
    rows: Sequence[TaskRow],
    when: When,
    values: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    fault: str | None = None,
    preview: tuple[Listing, ...] = (),
    status: int = 200,
) -> Response:
    custom = {one.slug: one.label for one in await custom_fields.read_fields(visit.db, visit.org_id)}
    used = {
        line.field.removeprefix(CUSTOM)
        for one in (when, *(row.when for row in rows))
        for line in one.lines
        if line.field.startswith(CUSTOM)
    }
    known = [one for one in await phases.all_phases(visit.db, visit.org_id) if one.archived_at is None]
    team = await members.all_members(visit.db, visit.org_id)
    url = HOME if template is None else f"{HOME}/{template.display_id}"
    view = EditorPage(
        title="New template" if template is None else template.name,
        number=0 if template is None else template.display_id,
        version=0 if template is None else template.version,
        form=Form(
            id="template",
            action=f"{HOME}/new" if template is None else url,
            cancel=HOME,
            values=values,
            errors=errors or {},
            fault=fault,
        ),
        rows=(*typing_in.shown(rows), *(TaskRow(),) * BLANK_ROWS),
        when=when,
        phases=tuple((one.key, one.name) for one in known),
        rules=(*_RULES, *((f"member:{id}", name) for id, name in staff_of(team))),
        fields=(
            *((name, _FIELD_NAMES.get(name, name)) for name in FIELDS),
            *((f"{CUSTOM}{slug}", custom.get(slug, slug)) for slug in sorted({*custom, *used})),
        ),
        operators=tuple((name, name.replace("_", " ")) for name in OPERATORS),
        preview=preview,
    )
    return visit.render_form("templates/editor.html", view, status=status)


@page("templates", capability=CAPABILITY)
async def new(visit: Visit) -> Response:
    """An empty editor."""
    return await _editor(visit, None, [], When(), {"phase": visit.request.query_params.get("phase", "")})


@page("templates", capability=CAPABILITY)
async def edit(visit: Visit) -> Response:
    """The editor of a template."""
    template = await _template(visit)
    values = {
        "name": template.name,
        "phase": template.phase,
        "description": template.description or "",
        "default_for_phase": "yes" if template.default_for_phase else "",
    }
    condition = msgspec.json.decode(msgspec.json.encode(template.applies_when))
    known = await _known(visit)
    rows = typing_in.rows_of(template, known)
    return await _editor(visit, template, rows, typing_in.when_of(condition, known), values)


@page("templates", capability=CAPABILITY)
async def create(visit: Visit) -> Response:
    """Save a new template, or do what a button of the editor says."""
    return await _submitted(visit, None)


@page("templates", capability=CAPABILITY)
async def save(visit: Visit) -> Response:
    """Save a template as a whole, as a new version (ONB-TPL-9, -10)."""
    return await _submitted(visit, await _template(visit))


async def _submitted(visit: Visit, template: Template | None) -> Response:
    fields = visit.fields
    rows, when = typing_in.rows_in(fields), typing_in.when_in(fields, "")
    values = fields.texts(*_TEXTS)
    act = fields.text("do")
    if act == "when:0":
        when = typing_in.longer(when, typing_in.ANOTHER)
    if act and act != "preview":
        return await _editor(visit, template, typing_in.moved(rows, act), when, values)
    try:
        data = _data(rows, when, values, await _known(visit))
        if act == "preview":
            preview = await _preview(visit, template, data, values["customer"])
            return await _editor(visit, template, rows, when, values, preview=preview)
        async with visit.work() as uow:
            await _write(uow, template, data)
    except ApiError as fault:
        return await _refused(visit, template, rows, when, values, fault)
    return go_to(visit.request, HOME)


async def _known(visit: Visit) -> Known:
    fields = await custom_fields.all_fields(visit.db, visit.org_id)
    team = await members.all_members(visit.db, visit.org_id)
    return Known({one.slug: one.type for one in fields}, {one.id: one.name for one in team})


def _data(rows: Sequence[TaskRow], when: When, values: Mapping[str, str], known: Known) -> TemplateCreate:
    """What the form says. Raises what the checks of the API raise."""
    given: dict[str, Any] = {
        "name": values["name"],
        "phase": values["phase"],
        "description": values["description"],
        "default_for_phase": bool(values["default_for_phase"]),
        "applies_when": typing_in.condition_of(when, known),
        "tasks": typing_in.tasks_of(rows, known),
    }
    found = {name: _CREATE.fields[name](value, name) for name, value in given.items()}
    return TemplateCreate(**found)


async def _write(uow: UnitOfWork, template: Template | None, data: TemplateCreate) -> service.TemplateRow:
    if template is None:
        return await service.create_template(uow, data)
    row = await service.get_template(uow.tx, uow.org_id, template.id, lock=True)
    return await service.update_template(uow, row, TemplateUpdate(**msgspec.structs.asdict(data)))


async def _refused(
    visit: Visit,
    template: Template | None,
    rows: Sequence[TaskRow],
    when: When,
    values: Mapping[str, str],
    fault: ApiError,
) -> Response:
    """The editor with the message at its task, or under its field."""
    path = (fault.field or "").split(".")
    text = sentence("", fault, {})
    errors: dict[str, str] = {}
    marked = list(rows)
    general = None
    if path[0] == "tasks" and len(path) > 1 and path[1].isdecimal() and int(path[1]) < len(marked):
        at = int(path[1])
        if path[-1] == "due_offset":
            text = "Days: enter a number from -365 to 365."
        marked[at] = replace(marked[at], error=text)
    elif path[0] in _TEXTS:
        errors[path[0]] = sentence(path[0], fault, WORDS)
    else:
        general = text
    return await _editor(
        visit, template, marked, when, values, errors=errors, fault=general, status=status_of(fault)
    )


async def _preview(
    visit: Visit, template: Template | None, data: TemplateCreate, customer_text: str
) -> tuple[Listing, ...]:
    """What the template, as it is typed, would add for a customer: it is done, looked at, and taken back."""
    text = customer_text.strip()
    try:
        customer = await visible_customer(visit, text[1:].partition(" ")[0] if text.startswith("#") else text)
    except ApiError:
        raise INVALID_REFERENCE(field="customer", message="Name a customer by its number or slug") from None
    applied: list[Applied] = []
    try:
        async with visit.work() as uow:
            row = await _write(uow, template, data)
            locked = await customers.get_customer(uow.tx, uow.org_id, customer.id, lock=True)
            home = await onboardings.create_onboarding(
                uow, locked, OnboardingCreate(customer_id=locked.id, phase=row.phase, csm_id=visit.actor.id)
            )
            applied.append(await apply_template(uow, home, row, add_copies=True))
            raise _Undo
    except _Undo:
        pass
    return await preview_of(visit, applied, f"for {customer.name}, started today")


# ── Copies, archiving, JSON ──────────────────────────────────────────────────────────────────────
def _ask(visit: Visit, view: TemplateAsk, status: int = 200) -> Response:
    return visit.render_form("templates/ask.html", view, status=status)


@page("templates", capability=CAPABILITY)
async def duplicate(visit: Visit) -> Response:
    """Make a copy under a free name, and open it."""
    template = await _template(visit)
    names = {row.name.casefold() for row in await _all(visit) if row.phase == template.phase}
    name, number = f"{template.name[:110]} copy", 2
    while name.casefold() in names:
        name, number = f"{template.name[:110]} copy {number}", number + 1
    data, _ = check(_CREATE, {**_plain(template), "name": name, "default_for_phase": False}, WORDS)
    async with visit.work() as uow:
        row = await service.create_template(uow, data)
    return go_to(visit.request, f"{HOME}/{row.display_id}")


def _plain(template: Template) -> dict[str, Any]:
    """A template as JSON that can be read again."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(template))
    names = ("name", "description", "phase", "default_for_phase", "applies_when", "tasks")
    return {name: found[name] for name in names}


@page("templates", capability=CAPABILITY)
async def export(visit: Visit) -> Response:
    """A template as a JSON file."""
    template = await _template(visit)
    body = msgspec.json.format(msgspec.json.encode(_plain(template)), indent=2)
    name = f"template-{template.display_id}.json"
    return Response(
        body,
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _import_form(visit: Visit, fault: str = "", status: int = 200, *, sure: bool = False) -> Response:
    form = Form(
        id="import",
        action=f"{HOME}/import",
        cancel=HOME,
        values=visit.fields.texts("json"),
        errors={"json": fault} if fault else {},
    )
    lead = "Paste what Export gave, here or in another workspace."
    submit = "Import anyway" if sure else "Import"
    return _ask(visit, TemplateAsk("import", "Import a template", submit, lead, form, sure=sure), status)


async def _undefined(visit: Visit, data: TemplateCreate) -> list[str]:
    """Custom fields that conditions of a template name and this workspace has not."""
    known = {one.slug for one in await custom_fields.all_fields(visit.db, visit.org_id)}
    conditions: list[Any] = [data.applies_when]
    for task in data.tasks:
        conditions += [task.condition, *(one.condition for one in task.subtasks)]
    named = [slug for one in conditions for slug in custom_slugs(one)]
    return [slug for slug in dict.fromkeys(named) if slug not in known]


@page("templates", capability=CAPABILITY)
async def ask_import(visit: Visit) -> Response:
    """The form that takes JSON."""
    return _import_form(visit)


@page("templates", capability=CAPABILITY)
async def do_import(visit: Visit) -> Response:
    """Make a template of pasted JSON, and open it."""
    try:
        given = msgspec.json.decode(visit.fields.text("json"))
    except msgspec.DecodeError:
        return _import_form(visit, "This is no JSON.", 422)
    if not isinstance(given, dict):
        return _import_form(visit, "This is no template.", 422)
    try:
        data = TemplateCreate(**{name: _CREATE.fields[name](value, name) for name, value in given.items()})
        unknown = await _undefined(visit, data)
        if unknown and not visit.fields.ticked("sure"):
            names = ", ".join(unknown)
            text = f"This workspace has no custom field {names}. To a condition it is empty."
            return _import_form(visit, text, 422, sure=True)
        async with visit.work() as uow:
            row = await service.create_template(uow, data)
    except (KeyError, TypeError) as fault:
        return _import_form(visit, f"This is no template: {fault}.", 422)
    except ApiError as fault:
        return _import_form(visit, sentence("", fault, {}), status_of(fault))
    return go_to(visit.request, f"{HOME}/{row.display_id}")


@page("templates", capability=CAPABILITY)
async def archive(visit: Visit) -> Response:
    """Ask before a template is archived."""
    template = await _template(visit)
    form = Form(id="archive", action=f"{HOME}/{template.display_id}/archive", cancel=HOME)
    lead = "It is offered no more. Tasks that were made from it stay."
    if template.default_for_phase:
        lead = f"It is the default of its phase, which will have none then. {lead}"
    return _ask(visit, TemplateAsk("archive", f"Archive {template.name}?", "Archive", lead, form))


@page("templates", capability=CAPABILITY)
async def do_archive(visit: Visit) -> Response:
    """Archive a template."""
    template = await _template(visit)
    async with visit.work() as uow:
        row = await service.get_template(uow.tx, uow.org_id, template.id, lock=True)
        await service.delete_template(uow, row)
    return go_to(visit.request, HOME)


routes = [
    Route(HOME, list_page),
    Route(f"{HOME}/new", new, methods=["GET"]),
    Route(f"{HOME}/new", create, methods=["POST"]),
    Route(f"{HOME}/import", ask_import, methods=["GET"]),
    Route(f"{HOME}/import", do_import, methods=["POST"]),
    Route(f"{HOME}/{{number}}", edit, methods=["GET"]),
    Route(f"{HOME}/{{number}}", save, methods=["POST"]),
    Route(f"{HOME}/{{number}}/export", export, methods=["GET"]),
    Route(f"{HOME}/{{number}}/duplicate", duplicate, methods=["POST"]),
    Route(f"{HOME}/{{number}}/archive", archive, methods=["GET"]),
    Route(f"{HOME}/{{number}}/archive", do_archive, methods=["POST"]),
]
