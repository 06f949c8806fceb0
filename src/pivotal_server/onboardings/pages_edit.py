"""Editing an onboarding in the app: name, notes, staff; deleting it."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import refusal
from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.validation import Body
from pivotal_server.onboardings import changes, service
from pivotal_server.onboardings.frame import STAFF_LABELS
from pivotal_server.onboardings.resolve import Opened, opened_to_work
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.onboardings.views_ask import Ask, AskField
from pivotal_server.web.forms import Overtaken, check, refuse_overtaken, sentence
from pivotal_server.web.htmx import go_to, saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

WORDS = {
    ("name", "missing_field"): "Enter a name.",
    ("name", "too_big"): "Use at most 200 characters.",
    ("name", "too_small"): "Enter a name.",
    ("notes", "too_big"): "Use at most 10,000 characters.",
}
_BODY = Body(OnboardingUpdate)
_FIELDS = {
    "name": AskField(name="name", label="Name", required=True, focus=True),
    "notes": AskField(
        name="notes",
        label="Notes",
        kind="area",
        help="Markdown. They stay inside the team.",
        rows=10,
        longest=10_000,
    ),
}
_TITLES = {"name": "Rename onboarding", "notes": "Notes"}
_REFRESH = ("header", "facts", "strip")


def _ask(
    visit: Visit,
    found: Opened,
    name: str,
    errors: Mapping[str, str],
    *,
    status: int = 200,
) -> Response:
    stored = getattr(found.row, name) or ""
    typed = visit.request.method == "POST"
    form = Form(
        id=name,
        action=f"{found.url}/{'rename' if name == 'name' else name}",
        cancel=found.url,
        values={name: visit.fields.text(name) if typed else stored},
        errors=errors,
    )
    view = Ask(
        title=_TITLES[name],
        name=found.row.name,
        url=found.url,
        submit="Save",
        form=form,
        hidden=(("was", stored),),
        fields=(_FIELDS[name],),
    )
    return visit.render_form("onboardings/ask.html", view, status=status)


async def _save(visit: Visit, name: str) -> Response:
    found = await opened_to_work(visit)
    text = visit.fields.text(name).replace("\r\n", "\n")
    was = visit.fields.text("was").replace("\r\n", "\n")
    values: dict[str, Any] = {name: text}
    data, errors = check(_BODY, values, WORDS)
    if name == "name" and not text.strip():
        errors = {"name": WORDS["name", "missing_field"]}
    if errors:
        return _ask(visit, found, name, errors, status=422)
    if name == "notes" and not text.strip():
        data = OnboardingUpdate(notes=None)
    try:
        async with visit.work() as uow:
            row = await service.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
            if text != was:
                refuse_overtaken([name], {name: text}, {name: was}, {name: getattr(row, name) or ""})
                await changes.update_onboarding(uow, row, data)
    except Overtaken as overtaken:
        return _ask(visit, await opened_to_work(visit), name, overtaken.errors, status=409)
    return saved(visit.request, found.url, toast="Saved", refresh=_REFRESH)


@page("onboardings", capability="work_on_onboardings")
async def rename(visit: Visit) -> Response:
    """The form of the name."""
    return _ask(visit, await opened_to_work(visit), "name", {})


@page("onboardings", capability="work_on_onboardings")
async def do_rename(visit: Visit) -> Response:
    """Save the name."""
    return await _save(visit, "name")


@page("onboardings", capability="work_on_onboardings")
async def notes(visit: Visit) -> Response:
    """The form of the notes."""
    return _ask(visit, await opened_to_work(visit), "notes", {})


@page("onboardings", capability="work_on_onboardings")
async def save_notes(visit: Visit) -> Response:
    """Save the notes."""
    return await _save(visit, "notes")


@page("onboardings", capability="work_on_onboardings")
async def set_staff(visit: Visit) -> Response:
    """Give a staff role to somebody, or take it away."""
    found = await opened_to_work(visit)
    role, member = visit.fields.text("role"), visit.fields.text("member")
    labels = dict(STAFF_LABELS)
    if role not in labels:
        raise INVALID_REFERENCE(field="role", message="There is no such role")
    values: dict[str, Any] = {role: member or None}
    try:
        async with visit.work() as uow:
            row = await service.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
            after = await changes.update_onboarding(uow, row, OnboardingUpdate(**values))
    except ApiError as fault:
        raise INVALID_REFERENCE(message=sentence(role, fault, {}), field=role) from None
    toast = "" if after == row else f"{labels[role]} saved"
    return saved(visit.request, found.url, toast=toast, refresh=("facts", "header", "acts"))


@page("onboardings", capability="delete_onboardings")
async def delete(visit: Visit) -> Response:
    """Ask before an onboarding is deleted."""
    found = await opened_to_work(visit)
    if not found.rights.delete:
        raise refusal("delete_onboardings", visit.access)
    view = Ask(
        title=f"Delete {found.row.name}?",
        name=found.row.name,
        url=found.url,
        submit="Delete",
        lead="It leaves every list with its tasks. Managers can bring it back.",
        danger=True,
        form=Form(id="delete", action=f"{found.url}/delete", cancel=found.url),
    )
    return visit.render_form("onboardings/ask.html", view)


@page("onboardings", capability="delete_onboardings")
async def do_delete(visit: Visit) -> Response:
    """Delete the onboarding; the page of its customer follows."""
    found = await opened_to_work(visit)
    if not found.rights.delete:
        raise refusal("delete_onboardings", visit.access)
    async with visit.work() as uow:
        row = await service.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
        await service.delete_onboarding(uow, row)
    return go_to(visit.request, found.customer_url)


routes = [
    Route("/onboardings/{number}/rename", rename, methods=["GET"]),
    Route("/onboardings/{number}/rename", do_rename, methods=["POST"]),
    Route("/onboardings/{number}/notes", notes, methods=["GET"]),
    Route("/onboardings/{number}/notes", save_notes, methods=["POST"]),
    Route("/onboardings/{number}/staff", set_staff, methods=["POST"]),
    Route("/onboardings/{number}/delete", delete, methods=["GET"]),
    Route("/onboardings/{number}/delete", do_delete, methods=["POST"]),
]
