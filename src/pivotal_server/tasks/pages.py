"""Working on tasks in the app: adding, editing, completing, reopening, deleting, bringing back."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET
from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import INVALID_STRING
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.validation import Body
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.resolve import Opened, opened_to_work
from pivotal_server.onboardings.views_ask import Ask, AskField, offer_views
from pivotal_server.rest.idempotency import once
from pivotal_server.tasks import changes, completion, offering, service, service_page
from pivotal_server.tasks.home import Home
from pivotal_server.tasks.noting import complete_with_note
from pivotal_server.tasks.offers import Answer, Offer, Unasked
from pivotal_server.tasks.pages_panel import (
    FIXED,
    TEXTS,
    OpenTask,
    opened_task,
    show_panel,
    stored_texts,
)
from pivotal_server.tasks.schemas import SubtaskCreate, TaskCreate, TaskUpdate
from pivotal_server.tasks.service import refuse_done
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.answers import answer_in, said_in, status_of
from pivotal_server.web.forms import Overtaken, check, refuse_overtaken, sentence
from pivotal_server.web.htmx import go_to, saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

REFRESH = ("plan", "header", "banner", "acts", "panel", "timeline")
WORDS = {
    ("title", "missing_field"): "Enter what is to be done.",
    ("title", "too_big"): "Use at most 200 characters.",
    ("title", "too_small"): "Enter what is to be done.",
    ("description", "too_big"): "Use at most 10,000 characters.",
    ("due_date", "invalid_string"): "Enter a date.",
    ("due_offset", "too_big"): "Enter a number from -365 to 365.",
    ("due_offset", "too_small"): "Enter a number from -365 to 365.",
    ("due_offset", "invalid_type"): "Enter a number from -365 to 365.",
    ("assignee_id", "invalid_reference"): "This person cannot be given this task.",
    ("phase", "unknown_phase"): "This phase is gone. Choose another.",
    ("customer_facing", "invalid_enum_value"): "The task of a contact is customer-facing.",
}
_CREATE = Body(TaskCreate)
_SUBTASK = Body(SubtaskCreate)
_UPDATE = Body(TaskUpdate)


# ── Adding ───────────────────────────────────────────────────────────────────────────────────────
def _ask_new(visit: Visit, found: Opened, errors: Mapping[str, str], fault: str | None = None) -> Response:
    view = Ask(
        title="New task",
        name=found.row.name,
        url=found.url,
        submit="Add task",
        form=Form(
            id="task",
            action=f"{found.url}/tasks",
            cancel=found.url,
            submission=visit.fields.text("submission"),
            values=visit.fields.texts("title"),
            errors=errors,
            fault=fault,
        ),
        hidden=tuple((name, visit.fields.text(name)) for name in ("phase", "assignee_id")),
        fields=(AskField(name="title", label="Title", required=True, focus=True),),
    )
    return visit.render_form("onboardings/ask.html", view, status=422)


@page("onboardings", capability="work_on_onboardings")
async def create(visit: Visit) -> Response:
    """Add a task to a phase."""
    found = await opened_to_work(visit)
    data, errors = check(_CREATE, visit.fields.texts("title", "phase", "assignee_id"), WORDS)
    if errors:
        return _ask_new(visit, found, errors)

    async def work(uow: UnitOfWork) -> str:
        home = await onboardings.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
        return (await service.create_task(uow, home, data)).id

    try:
        async with visit.work() as uow:
            await once(uow, f"{found.url}/tasks", visit.fields.submission, work)
    except ApiError as fault:
        known = {fault.field: sentence(fault.field, fault, WORDS)} if fault.field == "title" else {}
        return _ask_new(visit, found, known, None if known else sentence("", fault, WORDS))
    return saved(visit.request, found.url, toast="", refresh=REFRESH)


@page("onboardings", capability="work_on_onboardings")
async def create_subtask(visit: Visit) -> Response:
    """Add a subtask to a task."""
    task = await _opened(visit)
    data, errors = check(_SUBTASK, visit.fields.texts("title", "assignee_id"), WORDS)
    if errors:
        return await show_panel(visit, task, fault=next(iter(errors.values())), status=422)

    async def work(uow: UnitOfWork) -> str:
        home, row = await service.get_task_for_change(uow, task.row.id)
        return (await service.create_subtask(uow, home, row, data)).id

    async with visit.work() as uow:
        await once(uow, f"{task.base}/subtasks", visit.fields.submission, work)
    return saved(visit.request, task.base, toast="", refresh=REFRESH)


async def _opened(visit: Visit, *, deleted: bool = False) -> OpenTask:
    await opened_to_work(visit)
    return await opened_task(visit, deleted=deleted)


# ── Editing ──────────────────────────────────────────────────────────────────────────────────────
def _links(text: str) -> list[dict[str, str]]:
    """Links as they are typed: one a line, the address last. Raises ``invalid_string``."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        label, _, url = line.strip().rpartition(" ")
        if not url.startswith(("http://", "https://", "mailto:")):
            raise INVALID_STRING(field="links", message="End each line with a web address")
        found.append({"label": label.strip() or url, "url": url})
    return found


def _wanted(typed: Mapping[str, str], stored: Mapping[str, str], seen: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the API that the form changes: those that differ from what it showed."""
    changed = {name for name in typed if typed[name] != seen[name]}
    values: dict[str, Any] = {
        name: typed[name] or None for name in ("description", "assignee_id") if name in changed
    }
    values |= {name: typed[name] for name in ("title", "phase") if name in changed}
    if "links" in changed:
        values["links"] = _links(typed["links"])
    if "customer_facing" in changed:
        values["customer_facing"] = bool(typed["customer_facing"])
    if typed["due_mode"] == FIXED:
        if changed & {"due_mode", "due_date"}:
            values["due_date"] = typed["due_date"] or None
            if stored["due_mode"] != FIXED and typed["due_date"] == stored["due_date"]:
                values = {**values, "due_anchor": None}
                del values["due_date"]
    elif changed & {"due_mode", "due_offset"}:
        offset = typed["due_offset"].strip() or "0"
        if not offset.removeprefix("-").isdecimal() or not offset.isascii():
            raise INVALID_STRING(field="due_offset", message="Enter a number from -365 to 365")
        values |= {"due_anchor": typed["due_mode"], "due_offset": int(offset)}
    return values


@page("onboardings", capability="work_on_onboardings")
async def edit(visit: Visit) -> Response:
    """Save the form of a task: what differs from what it showed, so that two people's fields do not meet."""
    task = await _opened(visit)
    typed = {name: visit.fields.text(name).replace("\r\n", "\n") for name in TEXTS}
    seen = {name: visit.fields.text(f"was_{name}").replace("\r\n", "\n") for name in TEXTS}
    changed = [name for name in TEXTS if typed[name] != seen[name]]
    data = TaskUpdate()
    try:
        # Before anything is asked; once more under the lock, so that nobody slips in between.
        refuse_overtaken(changed, typed, seen, stored_texts(task.row))
        values = _wanted(typed, stored_texts(task.row), seen)
        data, errors = checked(values)
        if errors:
            return await show_panel(visit, task, values=typed, errors=errors, status=422)
        async with visit.work() as uow:
            home, row = await service.get_task_for_change(uow, task.row.id)
            refuse_overtaken(changed, typed, seen, stored_texts(row))
            await check_followers(uow, home, row, data.due_date, answer_in(visit))
            await changes.update_task(uow, home, row, data, answer_in(visit))
    except Unasked:
        task = await opened_task(visit)
        return ask_follow(visit, task, typed, seen, await offers_of(visit, task, data.due_date))
    except Overtaken as overtaken:
        task = await opened_task(visit)
        return await show_panel(visit, task, values=typed, errors=overtaken.errors, status=409)
    except ApiError as fault:
        if fault.field not in (*TEXTS, "due_anchor"):
            return await show_panel(
                visit, task, values=typed, fault=sentence("", fault, WORDS), status=status_of(fault)
            )
        field = "due_mode" if fault.field == "due_anchor" else fault.field
        errors = {field: sentence(field, fault, WORDS)}
        return await show_panel(visit, task, values=typed, errors=errors, status=status_of(fault))
    return saved(visit.request, task.base, toast="", refresh=REFRESH)


def checked(values: Mapping[str, Any]) -> tuple[TaskUpdate, dict[str, str]]:
    """The update that ``values`` make. Unlike in other forms, an emptied field clears."""
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, value in values.items():
        try:
            found[name] = _UPDATE.fields[name](value, name)
        except ApiError as fault:
            field = name if name in TEXTS else "due_mode"
            errors[field] = sentence(field, fault, WORDS)
    return TaskUpdate(**({} if errors else found)), errors


async def offers_of(visit: Visit, task: OpenTask, day: Any) -> list[Offer]:
    """The due dates that would follow a typed day."""
    return await offering.would_follow(visit.db, visit.org_id, task.found.row, days={task.row.id: day})


async def check_followers(
    uow: UnitOfWork, home: Home, row: service.TaskRow, day: Any, answer: Answer | None
) -> None:
    """Raises ``Unasked`` when a typed day of a locked task would move others that ``answer`` leaves out."""
    if day is not UNSET and day != row.due_date:
        await offering.check_asked(uow.tx, uow.org_id, home, answer, days={row.id: day})


def ask_follow(
    visit: Visit, task: OpenTask, typed: Mapping[str, str], seen: Mapping[str, str], offers: Sequence[Offer]
) -> Response:
    """The question whether other due dates follow; its answer comes with the form of the task."""
    hidden = [(name, text) for name, text in typed.items()]
    hidden += [(f"was_{name}", text) for name, text in seen.items()]
    view = Ask(
        title=task.row.title,
        name=task.found.row.name,
        url=task.found.url,
        submit="Save",
        lead="Its new due date moves others.",
        form=Form(id="follow", action=task.base, cancel=task.base),
        hidden=tuple(hidden),
        offers=offer_views(offers, None),
    )
    return visit.render_form("onboardings/ask.html", view)


@page("onboardings", capability="work_on_onboardings")
async def follow_plan(visit: Visit) -> Response:
    """Make a typed date planned again (ONB-DATE-4)."""
    task = await _opened(visit)
    async with visit.work() as uow:
        home, row = await service.get_task_for_change(uow, task.row.id)
        await changes.follow_plan(uow, home, row)
    return saved(visit.request, task.base, toast="Follows the plan again", refresh=REFRESH)


@page("onboardings", capability="work_on_onboardings")
async def depend(visit: Visit) -> Response:
    """Add or take away a task that this one waits for."""
    task = await _opened(visit)
    gone, added = (
        visit.fields.text("drop"),
        visit.fields.text("add").strip().removeprefix("#").partition(" ")[0],
    )
    try:
        async with visit.work() as uow:
            home, row = await service.get_task_for_change(uow, task.row.id)
            # Read under the lock: two who add one each both have theirs in the end.
            before, _ = await service_page.neighbours(uow.tx, uow.org_id, row.id)
            wanted = [str(line.display_id) for line in before if str(line.display_id) != gone]
            wanted += [added] if added and added not in wanted else []
            ids = [_UPDATE.fields["depends_on"]([one], "depends_on")[0] for one in wanted]
            await changes.update_task(uow, home, row, TaskUpdate(depends_on=ids))
    except ApiError as fault:
        return await show_panel(visit, task, fault=sentence("", fault, WORDS), status=status_of(fault))
    return saved(visit.request, task.base, toast="", refresh=REFRESH)


# ── Completing and reopening ─────────────────────────────────────────────────────────────────────
@page("onboardings", capability="work_on_onboardings")
async def ask_complete(visit: Visit) -> Response:
    """The question of completing a task with a note."""
    task = await _opened(visit)
    return await _ask_complete(visit, task, note=True)


async def _ask_complete(
    visit: Visit, task: OpenTask, *, note: bool, errors: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    blocked = await service_page.open_before(visit.db, visit.org_id, [task.row.id])
    waits = await service_page.lines_of(visit.db, visit.org_id, blocked.get(task.row.id, []))
    found = await service_page.lines_around(visit.db, visit.org_id, task.row.id, [])
    below = [line for line in found if not line.done]
    notice = f"Blocked by {', '.join(line.title for line in waits)}. Complete anyway?" if waits else ""
    fields = []
    if below:
        open_ones = "1 subtask is open" if len(below) == 1 else f"{len(below)} subtasks are open"
        options = (("yes", "Complete them too"), ("no", "Leave them open"))
        fields.append(AskField(name="below", label=open_ones, kind="select", required=True, options=options))
    if note:
        help_text = "Becomes an internal comment on the task."
        fields.append(
            AskField(name="note", label="Note", kind="area", help=help_text, rows=3, longest=10_000)
        )
    view = Ask(
        title=f"Complete {task.row.title}",
        name=task.found.row.name,
        url=task.found.url,
        submit="Complete",
        notice=notice,
        form=Form(
            id="complete",
            action=f"{task.base}/complete",
            cancel=task.base,
            values=visit.fields.texts("below", "note"),
            errors=errors or {},
        ),
        hidden=(("anyway", "yes"), ("with_note", "yes" if note else "")),
        fields=tuple(fields),
    )
    return visit.render_form("onboardings/ask.html", view, status=status)


@page("onboardings", capability="work_on_onboardings")
async def complete(visit: Visit) -> Response:
    """Complete a task; a locked one, or one with open subtasks, after a question (ONB-DEP-4, ONB-DONE-3)."""
    task = await _opened(visit)
    refuse_done(task.found.row)
    if not visit.fields.ticked("anyway") and not task.row.done:
        blocked = await service_page.open_before(visit.db, visit.org_id, [task.row.id])
        counts = await service_page.subtask_counts(visit.db, visit.org_id, [task.row.id])
        total, done = counts.get(task.row.id, (0, 0))
        if blocked or done < total:
            return await _ask_complete(visit, task, note=False)
    try:
        note = said_in(visit, "note", 10_000)
    except ApiError as fault:
        errors = {"note": sentence("note", fault, WORDS)}
        return await _ask_complete(visit, task, note=True, errors=errors, status=422)
    async with visit.work() as uow:
        home, row = await service.get_task_for_change(uow, task.row.id)
        refuse_done(home)
        too = visit.fields.text("below") == "yes"
        await complete_with_note(uow, home, row, complete_subtasks=too, note=note)
    return saved(
        visit.request,
        task.found.url,
        toast=f"Completed {task.row.title}",
        act=("Undo", f"{task.base}/reopen"),
        undo=True,
        refresh=REFRESH,
    )


@page("onboardings", capability="work_on_onboardings")
async def reopen(visit: Visit) -> Response:
    """Open a done task again."""
    task = await _opened(visit)
    async with visit.work() as uow:
        home, row = await service.get_task_for_change(uow, task.row.id)
        refuse_done(home)
        await completion.reopen_task(uow, home, row)
    return saved(visit.request, task.found.url, toast=f"Reopened {task.row.title}", refresh=REFRESH)


# ── Deleting ─────────────────────────────────────────────────────────────────────────────────────
@page("onboardings", capability="work_on_onboardings")
async def delete(visit: Visit) -> Response:
    """Delete a task with its subtasks; a toast can bring it back."""
    task = await _opened(visit)
    async with visit.work() as uow:
        home, row = await service.get_task_for_change(uow, task.row.id)
        await service.delete_task(uow, home, row)
    return saved(
        visit.request,
        task.found.url,
        toast=f"Deleted {task.row.title}",
        act=("Undo", f"{task.base}/restore"),
        undo=True,
        refresh=REFRESH,
    )


@page("onboardings", capability="work_on_onboardings")
async def restore(visit: Visit) -> Response:
    """Bring a deleted task back."""
    task = await _opened(visit, deleted=True)
    async with visit.work() as uow:
        home, row = await service.get_task_for_change(uow, task.row.id, deleted=True)
        await service.restore_task(uow, home, row)
    if visit.fields.ticked("open"):
        return go_to(visit.request, task.base)
    return saved(visit.request, task.base, toast=f"{task.row.title} is back", refresh=REFRESH)


_TASK = "/onboardings/{number}/tasks/{task}"
routes = [
    Route("/onboardings/{number}/tasks", create, methods=["POST"]),
    Route(_TASK, edit, methods=["POST"]),
    Route(f"{_TASK}/subtasks", create_subtask, methods=["POST"]),
    Route(f"{_TASK}/plan", follow_plan, methods=["POST"]),
    Route(f"{_TASK}/depends", depend, methods=["POST"]),
    Route(f"{_TASK}/complete", ask_complete, methods=["GET"]),
    Route(f"{_TASK}/complete", complete, methods=["POST"]),
    Route(f"{_TASK}/reopen", reopen, methods=["POST"]),
    Route(f"{_TASK}/delete", delete, methods=["POST"]),
    Route(f"{_TASK}/restore", restore, methods=["POST"]),
]
