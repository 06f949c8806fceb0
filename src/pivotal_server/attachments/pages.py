"""Files in the app: the Files tab, attaching, fetching and removing them (ONB-FILE-1 … 4)."""

from typing import Any

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.attachments import service, service_lists
from pivotal_server.attachments.schemas import TaskAttachmentCreate
from pivotal_server.attachments.views import FileForm, FileRow, FilesPage
from pivotal_server.auth.permissions import Facts, refusal
from pivotal_server.auth.sessions import is_csrf_token
from pivotal_server.comments import service as comments
from pivotal_server.comments.reading import author_of, names_at, size_words
from pivotal_server.errors_catalogue import ATTACHMENT_NOT_FOUND, COMMENT_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.http.multipart import Upload, received
from pivotal_server.kit.http.request import Request as RawRequest
from pivotal_server.kit.references import digits_in
from pivotal_server.limits.catalogue import ATTACHMENT_BYTES
from pivotal_server.onboardings.frame import read_record
from pivotal_server.onboardings.resolve import opened, sees_customer
from pivotal_server.onboardings.views_record import FRAGMENTS
from pivotal_server.web.answers import status_of
from pivotal_server.web.faults import out_of_date
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

REFRESH = ("files", "thread", "panel")
_SHOWN = 200


class _Fields(TaskAttachmentCreate, kw_only=True):
    """The fields of the form beside the file."""

    csrf_token: str = ""


_UPLOAD = Upload.of(_Fields, ATTACHMENT_BYTES.default)


@page("onboardings")
async def tab(visit: Visit) -> Response:
    """All files of an onboarding: on its comments, its tasks and their comments."""
    found = await opened(visit)
    read = await read_record(visit, found, "files")
    rows = await service_lists.of_onboarding(visit.db, visit.org_id, found.row.id, _SHOWN)
    names = await names_at(visit, found.customer.id, {member.id: member for member in read.team})
    shown = tuple(
        FileRow(
            id=row.id,
            name=row.name,
            size=size_words(row.size),
            url=f"/attachments/{row.id}",
            place=row.task_title or ("A comment" if row.comment_number else "This onboarding"),
            place_url=f"{found.url}/tasks/{row.task_number}" if row.task_number else f"{found.url}/comments",
            by=author_of(row.created_by, names)[0].name,
            at=row.created_at,
            internal=(row.visibility or row.comment_visibility) != "customer",
            may_remove=visit.allows(
                "delete_comments_and_files", Facts(visible=True, own=row.created_by == visit.actor.string)
            ),
        )
        for row in rows
    )
    view = FilesPage(record=read.record, files=shown)
    return visit.render("attachments/tab.html", view, fragments=(*FRAGMENTS, "files"))


# ── Attaching ────────────────────────────────────────────────────────────────────────────────────
async def _comment(visit: Visit) -> comments.CommentRow:
    number = digits_in(visit.request.path_params["comment"])
    row = None if number is None else await comments.find_comment(visit.db, visit.org_id, number)
    if row is None or not await sees_customer(visit, row.customer_id):
        raise COMMENT_NOT_FOUND()
    visit.require("work_on_onboardings", Facts(visible=True))
    if row.created_by != visit.actor.string:
        raise refusal("edit_comments", visit.access)
    return row


def _form(visit: Visit, row: comments.CommentRow, fault: str = "", status: int = 200) -> Response:
    view = FileForm(
        title="Attach a file",
        name="Comment",
        url="/onboardings",
        form=Form(
            id="file",
            action=f"/comments/{row.display_id}/files",
            cancel="/onboardings",
            errors={"file": fault} if fault else {},
        ),
    )
    return visit.render_form("attachments/new.html", view, status=status)


@page("onboardings", capability="work_on_onboardings")
async def ask(visit: Visit) -> Response:
    """The form that attaches a file to a comment of one's own."""
    return _form(visit, await _comment(visit))


@page("onboardings", capability="work_on_onboardings", reads_form=False)
async def attach(visit: Visit) -> Response:
    """Attach one file to a comment; it is on disk before anything is written."""
    row = await _comment(visit)
    raw = RawRequest(visit.request.scope, visit.request.receive)
    try:
        async with received(raw, _UPLOAD, visit.services.files.new_path) as form:
            if not is_csrf_token(form.fields.csrf_token, visit.browser, visit.session.forms):
                raise out_of_date()
            async with visit.work() as uow:
                locked = await comments.get_comment_for_change(uow, row.id)
                await service.attach_to_comment(uow, locked, form.file)
    except ApiError as fault:
        if fault.field != "file":
            raise
        return _form(visit, row, _words(fault), status_of(fault))
    return saved(visit.request, "/onboardings", toast="", refresh=REFRESH)


def _words(fault: ApiError) -> str:
    match fault.code.code:
        case "missing_field" | "invalid_type":
            return "Choose a file."
        case "body_too_large":
            return "The file is too large; the limit is 25 MB."
        case _:
            return f"{fault.message}."


# ── Fetching and removing ────────────────────────────────────────────────────────────────────────
async def _attachment(visit: Visit) -> Any:
    row = await service_lists.find(visit.db, visit.org_id, visit.request.path_params["id"])
    if row is None or not await sees_customer(visit, row.customer_id):
        raise ATTACHMENT_NOT_FOUND()
    return row


@page("onboardings")
async def fetch(visit: Visit) -> Response:
    """Lead to the file, by a link that works for five minutes."""
    row = await _attachment(visit)
    link = visit.services.files.link(visit.org_id, row.id)
    return RedirectResponse(link, status_code=302)


@page("onboardings", capability="work_on_onboardings")
async def remove(visit: Visit) -> Response:
    """Remove a file from its comment or task."""
    row = await _attachment(visit)
    own = row.created_by == visit.actor.string
    if not visit.allows("delete_comments_and_files", Facts(visible=True, own=own)):
        raise refusal("delete_comments_and_files", visit.access)
    async with visit.work() as uow:
        locked, comment = await service.get_attachment_for_change(uow, row.id)
        await service.delete_attachment(uow, locked, comment)
    return saved(visit.request, "/onboardings", toast="File removed", refresh=REFRESH)


routes = [
    Route("/onboardings/{number}/files", tab, methods=["GET"]),
    Route("/comments/{comment}/files", ask, methods=["GET"]),
    Route("/comments/{comment}/files", attach, methods=["POST"]),
    Route("/attachments/{id}", fetch, methods=["GET"]),
    Route("/attachments/{id}/remove", remove, methods=["POST"]),
]
