"""Comments in the app: writing, editing, who sees them, deleting (ONB-COM-1 … 7)."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import Facts, refusal
from pivotal_server.comments import service
from pivotal_server.comments.mentions import ids_in
from pivotal_server.comments.reading import body_of, names_at, read_thread
from pivotal_server.comments.schemas import CommentCreate, CommentUpdate
from pivotal_server.comments.service import CommentRow, Place
from pivotal_server.comments.views import Thread
from pivotal_server.comments.views_ask import CommentAsk
from pivotal_server.errors_catalogue import COMMENT_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.references import digits_in
from pivotal_server.kit.validation import Body
from pivotal_server.members import service as members
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.frame import Read, read_record
from pivotal_server.onboardings.resolve import Opened, opened, opened_to_work, sees_customer
from pivotal_server.onboardings.views_record import FRAGMENTS
from pivotal_server.rest.idempotency import once
from pivotal_server.tasks import service as tasks
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.answers import status_of
from pivotal_server.web.forms import check, sentence
from pivotal_server.web.htmx import is_htmx, saved
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

REFRESH = ("thread", "files", "panel")
WORDS = {
    ("body", "missing_field"): "Write something first.",
    ("body", "too_small"): "Write something first.",
    ("body", "too_big"): "Use at most 10,000 characters.",
}
_CREATE = Body(CommentCreate)
_UPDATE = Body(CommentUpdate)


# ── The tab of an onboarding ─────────────────────────────────────────────────────────────────────
async def thread_of(
    visit: Visit, found: Opened, read: Read, errors: Mapping[str, str] | None = None
) -> Thread:
    """The thread of an onboarding itself."""
    team = {member.id: member for member in read.team}
    before = moment_in(visit.request.query_params.get("before"))
    return await read_thread(
        visit,
        Place(customer_id=found.customer.id, onboarding_id=found.row.id),
        await names_at(visit, found.customer.id, team),
        f"{found.url}/comments",
        may_write=found.may_work,
        may_share=True,
        audience=f"{found.customer.name} can read it",
        errors=errors,
        before=before,
    )


async def _tab(
    visit: Visit, found: Opened, errors: Mapping[str, str] | None = None, *, status: int = 200
) -> Response:
    read = await read_record(visit, found, "comments")
    view = {"record": read.record, "thread": await thread_of(visit, found, read, errors)}
    if status >= 400 and is_htmx(visit.request):
        return visit.render("comments/composer.html", view, status=status)
    return visit.render("comments/tab.html", view, status=status, fragments=(*FRAGMENTS, "thread"))


@page("onboardings")
async def tab(visit: Visit) -> Response:
    """The comments on an onboarding."""
    return await _tab(visit, await opened(visit))


@page("onboardings", capability="work_on_onboardings")
async def on_onboarding(visit: Visit) -> Response:
    """Write a comment on an onboarding."""
    found = await opened_to_work(visit)
    data, errors = check(_CREATE, visit.fields.texts("body", "visibility"), WORDS)
    if errors:
        return await _tab(visit, found, errors, status=422)

    async def place(uow: UnitOfWork) -> Place:
        row = await onboardings.get_onboarding(uow.tx, uow.org_id, found.row.id, lock=True)
        return Place(customer_id=row.customer_id, onboarding_id=row.id, livemode=row.livemode)

    try:
        number = await _write(visit, data, place, f"{found.url}/comments")
    except ApiError as fault:
        if fault.field != "body":
            raise
        errors = {"body": sentence("body", fault, WORDS)}
        return await _tab(visit, found, errors, status=status_of(fault))
    return _written(visit, f"{found.url}/comments", number)


@page("onboardings", capability="work_on_onboardings")
async def on_task(visit: Visit) -> Response:
    """Write a comment on a task."""
    found = await opened_to_work(visit)
    base = f"{found.url}/tasks/{visit.request.path_params['task']}"
    data, errors = check(_CREATE, visit.fields.texts("body", "visibility"), WORDS)

    async def place(uow: UnitOfWork) -> Place:
        _, row = await tasks.get_task_for_change(uow, visit.request.path_params["task"])
        if row.onboarding_id != found.row.id:
            raise COMMENT_NOT_FOUND()
        return Place(
            customer_id=row.customer_id,
            onboarding_id=row.onboarding_id,
            task_id=row.id,
            livemode=row.livemode,
        )

    if not errors:
        try:
            number = await _write(visit, data, place, f"{base}/comments")
        except ApiError as fault:
            if fault.field != "body":
                raise
            errors = {"body": sentence("body", fault, WORDS)}
        else:
            return _written(visit, base, number)
    team = {member.id: member for member in await members.all_members(visit.db, visit.org_id)}
    task = await tasks.get_task(visit.db, visit.org_id, visit.request.path_params["task"])
    thread = await read_thread(
        visit,
        Place(customer_id=task.customer_id, onboarding_id=task.onboarding_id, task_id=task.id),
        await names_at(visit, task.customer_id, team),
        f"{base}/comments",
        may_write=True,
        may_share=task.customer_facing,
        audience=f"{found.customer.name} can read it",
        errors=errors,
    )
    view = {"thread": thread, "title": task.title, "name": found.row.name, "url": found.url}
    name = "comments/composer.html" if is_htmx(visit.request) else "comments/refused.html"
    return visit.render(name, view, status=422)


async def _write(visit: Visit, data: CommentCreate, place: object, path: str) -> str:
    async def work(uow: UnitOfWork) -> str:
        row = await service.create_comment(uow, await place(uow), data)  # type: ignore[operator]
        return str(row.display_id)

    async with visit.work() as uow:
        return await once(uow, path, visit.fields.submission, work)


def _written(visit: Visit, back_to: str, number: str) -> Response:
    files = f"/comments/{number}/files"
    return saved(visit.request, back_to, toast="", refresh=REFRESH, more={"files": files})


# ── One comment ──────────────────────────────────────────────────────────────────────────────────
async def _comment(visit: Visit) -> tuple[CommentRow, str]:
    """The comment that the address names, and where it stands. Raises ``comment_not_found``."""
    number = digits_in(visit.request.path_params["comment"])
    row = None if number is None else await service.find_comment(visit.db, visit.org_id, number)
    if row is None or not await sees_customer(visit, row.customer_id):
        raise COMMENT_NOT_FOUND()
    visit.require("work_on_onboardings", Facts(visible=True))
    return row, await place_of(visit, row)


async def place_of(visit: Visit, row: CommentRow) -> str:
    """The address of what a comment stands on."""
    if row.onboarding_id is None:
        return "/customers"
    home = await onboardings.get_onboarding(visit.db, visit.org_id, row.onboarding_id)
    if row.task_id is None:
        return f"/onboardings/{home.display_id}/comments"
    task = await tasks.get_task(visit.db, visit.org_id, row.task_id)
    return f"/onboardings/{home.display_id}/tasks/{task.display_id}"


async def _ask(
    visit: Visit,
    row: CommentRow,
    back: str,
    act: str,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    team = {member.id: member for member in await members.all_members(visit.db, visit.org_id)}
    names = await names_at(visit, row.customer_id, team)
    opens = row.visibility == "internal"
    titles = {
        "edit": ("Edit comment", "Save", ""),
        "visibility": (
            "Show this to the customer?" if opens else "Make this internal?",
            "Show to the customer" if opens else "Make internal",
            "They can read it from now on." if opens else "It disappears from the portal at once.",
        ),
        "delete": (
            "Delete this comment?",
            "Delete",
            "Its text and files go. That it was here stays in the log.",
        ),
    }
    title, submit, lead = titles[act]
    typed = visit.request.method == "POST"
    view = CommentAsk(
        act=act,
        title=title,
        name=back.rpartition("/comments")[0] or back,
        url=back,
        submit=submit,
        lead=lead,
        danger=act == "delete",
        form=Form(
            id=act,
            action=f"/comments/{row.display_id}/{act}",
            cancel=back,
            values={"body": visit.fields.text("body") if typed else row.body},
            errors=errors or {},
        ),
        preview=body_of(row.body, names, {}),
        people=tuple((one.id, one.name) for one in team.values() if one.active),
        contacts=tuple(names.contacts.items()) if row.visibility == "customer" else (),
        mentions=tuple((id, names.all[id]) for id in ids_in(row.body) if id in names.all),
    )
    return visit.render_form("comments/ask.html", view, status=status)


@page("onboardings", capability="work_on_onboardings")
async def ask(visit: Visit) -> Response:
    """The question of editing, showing or deleting a comment."""
    row, back = await _comment(visit)
    act = visit.request.path_params["act"]
    if act not in ("edit", "visibility", "delete"):
        raise COMMENT_NOT_FOUND()
    _check(visit, row, act)
    return await _ask(visit, row, back, act)


def _check(visit: Visit, row: CommentRow, act: str) -> None:
    own = row.created_by == visit.actor.string
    capability = "delete_comments_and_files" if act == "delete" else "edit_comments"
    if not visit.allows(capability, Facts(visible=True, own=own)):
        raise refusal(capability, visit.access)


@page("onboardings", capability="work_on_onboardings")
async def do(visit: Visit) -> Response:
    """Edit, show or delete a comment."""
    row, back = await _comment(visit)
    act = visit.request.path_params["act"]
    if act not in ("edit", "visibility", "delete"):
        raise COMMENT_NOT_FOUND()
    _check(visit, row, act)
    words = {"edit": "Comment saved", "visibility": "Visibility changed", "delete": "Comment deleted"}
    try:
        async with visit.work() as uow:
            locked = await service.get_comment_for_change(uow, row.id)
            if act == "delete":
                await service.delete_comment(uow, locked)
            elif act == "visibility":
                other = "customer" if row.visibility == "internal" else "internal"
                await service.update_comment(uow, locked, CommentUpdate(visibility=other))  # type: ignore[arg-type]
            else:
                data, errors = check(_UPDATE, visit.fields.texts("body"), WORDS)
                if errors or not visit.fields.text("body").strip():
                    errors = errors or {"body": WORDS["body", "missing_field"]}
                    return await _ask(visit, row, back, act, errors=errors, status=422)
                await service.update_comment(uow, locked, data)
    except ApiError as fault:
        if fault.field != "body":
            raise
        errors = {"body": sentence("body", fault, WORDS)}
        return await _ask(visit, row, back, act, errors=errors, status=status_of(fault))
    return saved(visit.request, back, toast=words[act], refresh=REFRESH)


routes = [
    Route("/onboardings/{number}/comments", tab, methods=["GET"]),
    Route("/onboardings/{number}/comments", on_onboarding, methods=["POST"]),
    Route("/onboardings/{number}/tasks/{task}/comments", on_task, methods=["POST"]),
    Route("/comments/{comment}/{act}", ask, methods=["GET"]),
    Route("/comments/{comment}/{act}", do, methods=["POST"]),
]
