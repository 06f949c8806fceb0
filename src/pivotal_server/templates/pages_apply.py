"""Applying a template to an onboarding in the app, after a preview of exactly what it does (ONB-TPL-6)."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import ONBOARDING_DONE
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.pagination import Slice
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.resolve import Opened, opened_to_work
from pivotal_server.onboardings.service_page import history
from pivotal_server.onboardings.views_ask import Ask, AskField, Listing
from pivotal_server.templates import service
from pivotal_server.templates.applying import Applied, apply_template, check_again
from pivotal_server.templates.schemas import Template
from pivotal_server.templates.views_preview import preview_of
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.answers import status_of
from pivotal_server.web.formats import count
from pivotal_server.web.forms import sentence
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

_MOST = 100
_REFRESH = ("plan", "header", "banner", "acts", "facts")


class _Undo(Exception):
    """Ends a preview, which leaves no trace."""


async def _choices(visit: Visit, found: Opened) -> tuple[tuple[str, str], ...]:
    """The templates to choose from: those of the present phase first, then of later ones, then the rest."""
    rows: list[Template] = []
    part: Slice | None = Slice(_MOST)
    while part is not None and len(rows) < 5 * _MOST:
        more, following = await service.read_templates(visit.db, visit.org_id, part, {})
        rows += more
        part = None if following is None else Slice(_MOST, following)
    here = found.phases.all[found.row.phase].position

    def place(row: Template) -> tuple[bool, bool, int, str]:
        phase = found.phases.all.get(row.phase)
        at = 0 if phase is None else phase.position
        return at != here, at < here, at, row.name.casefold()

    names = {phase.key: phase.name for phase in found.phases.all.values()}
    return tuple(
        (row.id, f"{row.name} ({names.get(row.phase, row.phase)})") for row in sorted(rows, key=place)
    )


async def _preview(visit: Visit, found: Opened, template_id: str, *, copies: bool) -> tuple[Listing, ...]:
    """What applying would do: it is done, looked at, and taken back."""
    applied: list[Applied] = []
    try:
        async with visit.work() as uow:
            home = await onboardings.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
            template = await service.named_template(uow.tx, uow.org_id, template_id, "template")
            applied.append(await apply_template(uow, home, template, add_copies=copies))
            raise _Undo
    except _Undo:
        pass
    return await preview_of(visit, applied)


async def _ask(
    visit: Visit,
    found: Opened,
    *,
    errors: dict[str, str] | None = None,
    lists: tuple[Listing, ...] = (),
    status: int = 200,
) -> Response:
    choices = await _choices(visit, found)
    facing = "Customer-facing tasks appear in the portal at once." if lists else ""
    notice = facing if choices else "There is no template yet. Managers make them at Admin > Templates."
    view = Ask(
        title="Apply a template",
        name=found.row.name,
        url=found.url,
        submit="Apply" if lists else "Preview",
        form=Form(
            id="apply",
            action=f"{found.url}/apply",
            cancel=found.url,
            values=visit.fields.texts("template", "copies"),
            errors=errors or {},
        ),
        notice=notice,
        hidden=(("previewed", visit.fields.text("template")),) if lists else (),
        fields=(
            AskField(name="template", label="Template", kind="select", required=True, options=choices),
            AskField(name="copies", label="Add copies of tasks that it has already", kind="box"),
        )
        if choices
        else (),
        lists=lists,
    )
    return visit.render_form("onboardings/ask.html", view, status=status)


@page("onboardings", capability="work_on_onboardings")
async def ask(visit: Visit) -> Response:
    """Ask which template to apply."""
    found = await opened_to_work(visit)
    if found.row.state == "done":
        raise ONBOARDING_DONE()
    return await _ask(visit, found)


@page("onboardings", capability="work_on_onboardings")
async def apply(visit: Visit) -> Response:
    """Show what a template would add; the second time for the same template, add it."""
    found = await opened_to_work(visit)
    template_id, copies = visit.fields.text("template"), visit.fields.ticked("copies")
    try:
        if visit.fields.text("previewed") != template_id or not template_id:
            return await _ask(visit, found, lists=await _preview(visit, found, template_id, copies=copies))
        async with visit.work() as uow:
            home = await onboardings.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
            template = await service.named_template(uow.tx, uow.org_id, template_id, "template")
            applied = await apply_template(uow, home, template, add_copies=copies)
    except ApiError as fault:
        errors = {
            "template": sentence("template", fault, {("template", "invalid_reference"): "Choose a template."})
        }
        return await _ask(visit, found, errors=errors, status=status_of(fault))
    return saved(
        visit.request,
        found.url,
        toast=f"Added {count(len(applied.created), 'task')} of {template.name}",
        detail=f"{len(applied.skipped)} skipped" if applied.skipped else "",
        refresh=_REFRESH,
    )


# ── Check conditions again ───────────────────────────────────────────────────────────────────────
async def _check_again(found: Opened, uow: UnitOfWork) -> list[Applied]:
    home = await onboardings.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
    moves = (await history(uow.tx, uow.org_id, home, found.phases)).moves
    entered = dict.fromkeys([*(move.from_phase or "" for move in moves), home.phase])
    return await check_again(uow, home, list(entered), home.template_id)


@page("onboardings", capability="work_on_onboardings")
async def ask_check(visit: Visit) -> Response:
    """Show what would be added now that conditions hold which did not before (ONB-TPL-3)."""
    found = await opened_to_work(visit)
    applied: list[Applied] = []
    try:
        async with visit.work() as uow:
            applied += await _check_again(found, uow)
            raise _Undo
    except _Undo:
        pass
    view = Ask(
        title="Check conditions again",
        name=found.row.name,
        url=found.url,
        submit="Add",
        form=Form(id="check", action=f"{found.url}/check", cancel=found.url),
        notice="Nothing is ever removed. Customer-facing tasks appear in the portal at once."
        if applied
        else "Every task whose condition holds is there already.",
        lists=await preview_of(visit, applied) if applied else (),
    )
    return visit.render_form("onboardings/ask.html", view)


@page("onboardings", capability="work_on_onboardings")
async def do_check(visit: Visit) -> Response:
    """Add what the preview showed."""
    found = await opened_to_work(visit)
    async with visit.work() as uow:
        applied = await _check_again(found, uow)
    added = sum(len(one.created) for one in applied)
    toast = f"Added {count(added, 'task')}" if added else "Nothing to add"
    return saved(visit.request, found.url, toast=toast, refresh=_REFRESH)


routes = [
    Route("/onboardings/{number}/check", ask_check, methods=["GET"]),
    Route("/onboardings/{number}/check", do_check, methods=["POST"]),
    Route("/onboardings/{number}/apply", ask, methods=["GET"]),
    Route("/onboardings/{number}/apply", apply, methods=["POST"]),
]
