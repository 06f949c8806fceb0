"""Admin > Onboarding phases: adding, changing, ordering, archiving, presets."""

from collections.abc import Mapping
from typing import Literal

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import UNKNOWN_PHASE
from pivotal_server.kit.errors import ApiError
from pivotal_server.onboardings import of_phase
from pivotal_server.onboardings.views import phase_chip
from pivotal_server.phases import editing, service
from pivotal_server.phases.service import PhaseRow
from pivotal_server.phases.views import PhaseForm, PhaseLine, PhasesPage
from pivotal_server.templates.names import default_names
from pivotal_server.web.answers import status_of
from pivotal_server.web.formats import count
from pivotal_server.web.forms import sentence
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

HOME = "/admin/phases"
CAPABILITY = "edit_phases_and_fields"
KINDS = (
    ("normal", "Normal"),
    ("launch", "Launch: entering it launches"),
    ("terminal", "Terminal: entering it ends"),
)
WORDS = {
    ("name", "too_small"): "Enter a name.",
    ("name", "too_big"): "Use at most 60 characters.",
    ("target_days", "too_small"): "Enter a number from 0 to 365, or nothing.",
    ("target_days", "too_big"): "Enter a number from 0 to 365, or nothing.",
}


@page("phases", capability=CAPABILITY)
async def list_page(visit: Visit) -> Response:
    """The phases in order, with what uses them."""
    rows = await service.all_phases(visit.db, visit.org_id)
    used = await of_phase.open_counts(visit.db, visit.org_id)
    names = await default_names(visit.db, visit.org_id)
    shown = [row for row in rows if row.archived_at is None]
    last = len([row for row in shown if row.kind != "terminal"]) - 1
    view = PhasesPage(
        phases=tuple(
            PhaseLine(
                key=row.key,
                name=row.name,
                ring=phase_chip(shown, row.key).ring,
                target_days=row.target_days,
                kind=row.kind,
                used=used.get(row.key, 0),
                template=names.get(row.key, ""),
                is_first=at == 0 or row.kind == "terminal",
                is_last=at >= last,
            )
            for at, row in enumerate(shown)
        ),
        archived=tuple((row.key, row.name) for row in rows if row.archived_at is not None),
        may_use_preset=not used,
    )
    return visit.render("phases/list.html", view, fragments=("phases",))


async def _phase(visit: Visit) -> PhaseRow:
    key = visit.request.path_params["key"]
    rows = await service.all_phases(visit.db, visit.org_id)
    row = next((one for one in rows if one.key == key and one.archived_at is None), None)
    if row is None:
        raise UNKNOWN_PHASE(
            phase=key[:100], valid=", ".join(one.key for one in rows if one.archived_at is None)
        )
    return row


def _ask(
    visit: Visit,
    act: Literal["edit", "archive", "preset"],
    action: str,
    words: tuple[str, str, str],
    values: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    targets: tuple[tuple[str, str], ...] = (),
    status: int = 200,
) -> Response:
    title, submit, lead = words
    form = Form(id="phase", action=action, cancel=HOME, values=values, errors=errors or {})
    view = PhaseForm(act, title, submit, lead, form, targets)
    return visit.render_form("phases/form.html", view, status=status)


# ── Adding and changing ──────────────────────────────────────────────────────────────────────────
_NEW = (
    "New phase",
    "Add phase",
    "It stands at the end, before the terminal phase. Its key is made from the name.",
)
_TEXTS = ("name", "target_days", "kind")


def _days(visit: Visit) -> int | None:
    """The number in the field. Raises ``too_big`` for what is none."""
    text = visit.fields.text("target_days").strip()
    if not text:
        return None
    return int(text) if text.removeprefix("-").isdecimal() and text.isascii() else editing.LONGEST_TARGET + 1


@page("phases", capability=CAPABILITY)
async def new(visit: Visit) -> Response:
    """The empty form."""
    return _ask(visit, "edit", f"{HOME}/new", _NEW, {"kind": "normal"})


@page("phases", capability=CAPABILITY)
async def create(visit: Visit) -> Response:
    """Add the phase of the form."""
    fields = visit.fields
    try:
        async with visit.work() as uow:
            row = await editing.create_phase(
                uow, fields.text("name"), _days(visit), fields.text("kind") or "normal"
            )
    except ApiError as fault:
        return _refused(visit, f"{HOME}/new", _NEW, fault)
    return saved(visit.request, HOME, toast=f"Added {row.name}", refresh=("phases",))


def _refused(visit: Visit, action: str, words: tuple[str, str, str], fault: ApiError) -> Response:
    field = fault.field if fault.field in _TEXTS else "name"
    errors = {field: sentence(field, fault, WORDS)}
    return _ask(
        visit, "edit", action, words, visit.fields.texts(*_TEXTS), errors=errors, status=status_of(fault)
    )


@page("phases", capability=CAPABILITY)
async def edit(visit: Visit) -> Response:
    """The form of one phase."""
    row = await _phase(visit)
    values = {
        "name": row.name,
        "kind": row.kind,
        "target_days": "" if row.target_days is None else str(row.target_days),
    }
    return _ask(visit, "edit", f"{HOME}/{row.key}/edit", _edit_words(row), values)


def _edit_words(row: PhaseRow) -> tuple[str, str, str]:
    return (
        f"Change {row.name}",
        "Save",
        f"Its key stays {row.key}. A change acts at once on every onboarding.",
    )


@page("phases", capability=CAPABILITY)
async def save(visit: Visit) -> Response:
    """Save the form of one phase."""
    row = await _phase(visit)
    fields = visit.fields
    try:
        async with visit.work() as uow:
            kind = fields.text("kind") or row.kind
            await editing.update_phase(uow, row.key, fields.text("name"), _days(visit), kind)
    except ApiError as fault:
        return _refused(visit, f"{HOME}/{row.key}/edit", _edit_words(row), fault)
    return saved(visit.request, HOME, toast="Phase saved", refresh=("phases",))


@page("phases", capability=CAPABILITY)
async def step(visit: Visit) -> Response:
    """Move a phase up or down by one place."""
    row = await _phase(visit)
    async with visit.work() as uow:
        await editing.move_phase(uow, row.key, -1 if visit.fields.text("to") == "up" else 1)
    return saved(visit.request, HOME, toast="", refresh=("phases",))


# ── Archiving and presets ────────────────────────────────────────────────────────────────────────
async def _ask_archive(
    visit: Visit, row: PhaseRow, errors: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    rows = await service.all_phases(visit.db, visit.org_id)
    used = (await of_phase.open_counts(visit.db, visit.org_id)).get(row.key, 0)
    targets = tuple(
        (one.key, one.name)
        for one in rows
        if one.archived_at is None and one.key != row.key and one.kind != "terminal"
    )
    lead = "Past moves keep its name. It can be brought back."
    if used:
        verb = "moves" if used == 1 else "move"
        lead = f"{count(used, 'open onboarding')} in it {verb} to another phase. {lead}"
    words = (f"Archive {row.name}?", "Archive", lead)
    return _ask(
        visit,
        "archive",
        f"{HOME}/{row.key}/archive",
        words,
        visit.fields.texts("to"),
        errors=errors,
        targets=targets if used else (),
        status=status,
    )


@page("phases", capability=CAPABILITY)
async def archive(visit: Visit) -> Response:
    """Ask where the onboardings of a phase go before it is archived."""
    return await _ask_archive(visit, await _phase(visit))


@page("phases", capability=CAPABILITY)
async def do_archive(visit: Visit) -> Response:
    """Archive a phase."""
    row = await _phase(visit)
    try:
        async with visit.work() as uow:
            moved = await editing.archive_phase(uow, row.key, visit.fields.text("to") or None)
    except ApiError as fault:
        return await _ask_archive(visit, row, {"to": sentence("to", fault, WORDS)}, status_of(fault))
    detail = f"{count(moved, 'onboarding')} moved" if moved else ""
    return saved(visit.request, HOME, toast=f"Archived {row.name}", detail=detail, refresh=("phases",))


@page("phases", capability=CAPABILITY)
async def restore(visit: Visit) -> Response:
    """Bring an archived phase back."""
    async with visit.work() as uow:
        await editing.restore_phase(uow, visit.request.path_params["key"])
    return saved(visit.request, HOME, toast="Phase restored", refresh=("phases",))


_PRESET = ("Use a preset", "Use it", "Its phases take the place of those you have, which are archived.")


@page("phases", capability=CAPABILITY)
async def preset(visit: Visit) -> Response:
    """Ask which preset to take."""
    return _ask(visit, "preset", f"{HOME}/preset", _PRESET, {"preset": "delivery"})


@page("phases", capability=CAPABILITY)
async def use_preset(visit: Visit) -> Response:
    """Take the phases of a preset."""
    try:
        async with visit.work() as uow:
            await editing.use_preset(uow, visit.fields.text("preset"))
    except ApiError as fault:
        errors = {"preset": sentence("preset", fault, WORDS)}
        return _ask(
            visit,
            "preset",
            f"{HOME}/preset",
            _PRESET,
            visit.fields.texts("preset"),
            errors=errors,
            status=status_of(fault),
        )
    return saved(visit.request, HOME, toast="Phases replaced", refresh=("phases",))


routes = [
    Route(HOME, list_page),
    Route(f"{HOME}/new", new, methods=["GET"]),
    Route(f"{HOME}/new", create, methods=["POST"]),
    Route(f"{HOME}/preset", preset, methods=["GET"]),
    Route(f"{HOME}/preset", use_preset, methods=["POST"]),
    Route(f"{HOME}/{{key}}/edit", edit, methods=["GET"]),
    Route(f"{HOME}/{{key}}/edit", save, methods=["POST"]),
    Route(f"{HOME}/{{key}}/step", step, methods=["POST"]),
    Route(f"{HOME}/{{key}}/archive", archive, methods=["GET"]),
    Route(f"{HOME}/{{key}}/archive", do_archive, methods=["POST"]),
    Route(f"{HOME}/{{key}}/restore", restore, methods=["POST"]),
]
