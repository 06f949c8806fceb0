"""The panel of a task in the app: everything about it, and its one form."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.activity import service_audit as audit
from pivotal_server.activity.wording import Names as EntryNames
from pivotal_server.activity.wording import actor_of, feed
from pivotal_server.comments.reading import author_of, names_at, read_thread
from pivotal_server.comments.service import Place
from pivotal_server.errors_catalogue import TASK_NOT_FOUND
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.references import digits_in
from pivotal_server.members import service as members
from pivotal_server.onboardings.resolve import Opened, opened
from pivotal_server.onboardings.service_page import reached
from pivotal_server.tasks import service, service_page
from pivotal_server.tasks.completion import may_reopen
from pivotal_server.tasks.date_words import note_words
from pivotal_server.tasks.dates import anchor_task
from pivotal_server.tasks.schemas import PHASE_START, TARGET_LAUNCH
from pivotal_server.tasks.service import TaskRow
from pivotal_server.tasks.service_page import TaskLine
from pivotal_server.tasks.views import Context, LineView, line_view, plan_words
from pivotal_server.tasks.views_panel import PanelPage
from pivotal_server.web.htmx import is_htmx
from pivotal_server.web.markdown import to_html
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form, Person

FIXED = "fixed"
TEXTS = (
    *("title", "description", "assignee_id", "phase", "due_mode", "due_date", "due_offset", "links"),
    "customer_facing",
)
_ENTRIES = 20


class OpenTask(Struct, frozen=True):
    """A task as its panel opens it."""

    found: Opened
    row: TaskRow

    @property
    def base(self) -> str:
        """Its address."""
        return f"{self.found.url}/tasks/{self.row.display_id}"


async def opened_task(visit: Visit, *, deleted: bool = False) -> OpenTask:
    """The task that the address names. Raises ``task_not_found``, also when its onboarding is not visible."""
    found = await opened(visit)
    number = digits_in(visit.request.path_params["task"])
    if number is None:
        raise TASK_NOT_FOUND()
    row = await service.get_task(visit.db, visit.org_id, str(number), deleted=deleted)
    if row.onboarding_id != found.row.id:
        raise TASK_NOT_FOUND()
    return OpenTask(found, row)


def stored_texts(row: TaskRow) -> dict[str, str]:
    """The fields of a task as its form shows them."""
    links = msgspec.json.decode(row.links, type=list[dict[str, str]])
    return {
        "title": row.title,
        "description": row.description or "",
        "assignee_id": row.assignee_id or "",
        "phase": row.phase,
        "due_mode": row.due_anchor or FIXED,
        "due_date": row.due_date.isoformat() if row.due_date is not None else "",
        "due_offset": "" if row.due_offset is None else str(row.due_offset),
        "links": "\n".join(f"{link['label']} {link['url']}" for link in links),
        "customer_facing": "yes" if row.customer_facing else "",
    }


async def panel_page(
    visit: Visit,
    task: OpenTask,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    fault: str | None = None,
) -> PanelPage:
    """Everything that the panel shows; ``values`` and ``errors`` of a refused form."""
    found, row = task.found, task.row
    db, org_id = visit.db, visit.org_id
    team = {member.id: member for member in await members.all_members(db, org_id)}
    names = await names_at(visit, row.customer_id, team)
    before_ids, after_ids = await service_page.around(db, org_id, row.id)
    notes = await service_page.notes_of_task(db, org_id, row.id)
    wanted = {id for id in (row.id, row.parent_task_id, *before_ids, *after_ids) if id is not None}
    lines = {line.id: line for line in await service_page.lines_around(db, org_id, row.id, sorted(wanted))}
    before = [line for line in lines.values() if line.id in before_ids]
    after = [line for line in lines.values() if line.id in after_ids]
    below = [line for line in lines.values() if line.parent_task_id == row.id]
    views = await _views(visit, found, lines, {id: Person(id, one.name) for id, one in team.items()})
    titles = {line.id: line.title for line in lines.values()}
    actors = {note.actor: author_of(note.actor, names)[0].name for note in notes}
    phase = found.phases.all[row.phase].name
    entries = await audit.onboarding_feed(db, org_id, found.row.id, {"task_id": row.id}, _ENTRIES)
    place = Place(customer_id=row.customer_id, onboarding_id=found.row.id, task_id=row.id)
    thread = await read_thread(
        visit,
        place,
        names,
        f"{task.base}/comments",
        may_write=found.may_work,
        may_share=row.customer_facing,
        audience=f"{found.customer.name} can read it",
    )
    parent = lines.get(row.parent_task_id or "")
    done = found.row.state == "done"
    line = lines[row.id]
    stored = stored_texts(row)
    newest = wire_micros(entries[0].created_at) if entries else ""
    return PanelPage(
        number=row.display_id,
        title=row.title,
        name=found.row.name,
        url=found.url,
        base=task.base,
        customer_name=found.customer.name,
        line=views[row.id],
        parent=None if parent is None else (parent.display_id, parent.title),
        form=Form(
            id="task",
            action=task.base,
            cancel=found.url,
            values={**stored, **(values or {})},
            errors=errors or {},
            fault=fault,
        ),
        description_html=to_html(row.description or ""),
        links=tuple(
            (link["label"], link["url"]) for link in msgspec.json.decode(row.links, type=list[dict[str, str]])
        ),
        people=_assignable(found, row, names.contacts, team),
        phases=tuple((one.key, one.name) for one in found.phases.open if one.kind != "terminal"),
        anchors=_anchors(line, titles),
        plan=plan_words(line, {one.key: one.name for one in found.phases.all.values()}),
        can_follow_plan=row.plan_anchor is not None and row.due_anchor is None and not row.done,
        notes=tuple(note_words(note, actors, visit.frame, phase) for note in notes),
        before=tuple(views[one.id] for one in before),
        after=tuple(views[one.id] for one in after),
        others=await _others(visit, found, row, [one.id for one in [*before, *below]]),
        subtasks=tuple(views[one.id] for one in below),
        may_work=found.may_work and not done,
        locked=done,
        may_reopen=found.may_work and not done and may_reopen(visit.actor, row.completed_at, visit.frame.now),
        completed="" if row.completed_by is None else author_of(row.completed_by, names)[0].name,
        completed_at=row.completed_at,
        thread=thread,
        feed=feed(
            entries, EntryNames({id: one.name for id, one in team.items()}, _phase_names(found)), visit.frame
        ),
        live_url=f"{found.url}/live?seen={newest}",
        stored=stored,
    )


def _phase_names(found: Opened) -> dict[str, str]:
    return {one.key: one.name for one in found.phases.all.values()}


def _assignable(
    found: Opened, row: TaskRow, contacts: Mapping[str, str], team: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    staff = [(one.id, one.name) for one in team.values() if one.active and one.role != "viewer"]
    people = [*staff, *((id, f"{name} ({found.customer.name})") for id, name in contacts.items())]
    if row.parent_task_id is not None and not row.customer_facing:
        people = staff
    if row.assignee_id is not None and row.assignee_id not in dict(people):
        member = team.get(row.assignee_id)
        people.append((row.assignee_id, member.name if member else "Somebody who left"))
    return tuple(people)


def _anchors(line: TaskLine, titles: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    choices = [
        (FIXED, "A fixed day"),
        (PHASE_START, "Days after its phase starts"),
        (TARGET_LAUNCH, "Days after the target launch"),
    ]
    before = anchor_task(line.due_anchor)
    if before is not None and line.due_anchor is not None:
        choices.append((line.due_anchor, f"Days after {titles.get(before, 'another task')}"))
    return tuple(choices)


async def _others(
    visit: Visit, found: Opened, row: TaskRow, without: list[str]
) -> tuple[tuple[int, str], ...]:
    """Tasks that could be waited for: open ones of the onboarding, the nearest phases first."""
    known = {row.id, row.parent_task_id, *without}
    candidates = await service_page.titles_of(visit.db, visit.org_id, found.row.id)
    return tuple((number, title) for id, number, title in candidates if id not in known)


async def _views(
    visit: Visit, found: Opened, lines: Mapping[str, TaskLine], people: Mapping[str, Person]
) -> dict[str, LineView]:
    ids = list(lines)
    context = Context(
        base=found.url,
        frame=visit.frame,
        people=people,
        phase_names=_phase_names(found),
        reached=frozenset(reached(found.phases, found.row.phase)),
        blocked=await service_page.open_before(visit.db, visit.org_id, ids),
        below=await service_page.subtask_counts(visit.db, visit.org_id, ids),
        moved={},
        may_work=found.may_work and found.row.state != "done",
    )
    return {id: line_view(line, context) for id, line in lines.items()}


@page("onboardings")
async def panel(visit: Visit) -> Response:
    """The panel of a task: a page of its own, or a fragment for a dialog."""
    try:
        task = await opened_task(visit)
    except ApiError:
        gone = await opened_task(visit, deleted=True)
        return await _gone(visit, gone)
    return await show_panel(visit, task)


async def show_panel(
    visit: Visit,
    task: OpenTask,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    fault: str | None = None,
    status: int = 200,
) -> Response:
    """Answer with the panel, or, after a refusal, with its form alone."""
    view = await panel_page(visit, task, values=values, errors=errors, fault=fault)
    block = None
    if is_htmx(visit.request):
        block = "form" if status >= 400 else "panel"
    return visit.render("tasks/panel.html", view, status=status, block=block)


async def _gone(visit: Visit, task: OpenTask) -> Response:
    """A deleted task, with the way to bring it back."""
    filters = {"task_id": task.row.id, "events": ["task.deleted"]}
    entries = await audit.onboarding_feed(visit.db, visit.org_id, task.found.row.id, filters, 1)
    context = {
        "page": {
            "task": task,
            "title": task.row.title,
            "name": task.found.row.name,
            "url": task.found.url,
            "by": actor_of(entries[0]).name if entries else "",
        }
    }
    block = "panel" if is_htmx(visit.request) else None
    return visit.render("tasks/gone.html", context["page"], block=block)


routes = [Route("/onboardings/{number}/tasks/{task}", panel, methods=["GET"])]
