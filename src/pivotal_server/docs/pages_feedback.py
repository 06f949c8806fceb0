"""The vote at the foot of a docs page, and Admin > Developer > Docs feedback."""

import csv
import io
from collections.abc import Callable
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server import __version__
from pivotal_server.auth.actor import server
from pivotal_server.docs import service, views
from pivotal_server.docs.library import library
from pivotal_server.docs.service import VoteRow
from pivotal_server.docs.views_feedback import (
    PATH,
    VOTE_PATH,
    FeedbackPage,
    VotePage,
    bars,
    comment,
    page_scores,
)
from pivotal_server.errors_catalogue import ROUTE_NOT_FOUND
from pivotal_server.kit import clock
from pivotal_server.kit.cells import guarded
from pivotal_server.kit.codes import RATE_LIMITED
from pivotal_server.kit.errors import ApiError
from pivotal_server.members import service as members
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.web.htmx import is_htmx, saved
from pivotal_server.web.queries import place_in
from pivotal_server.web.session import Guest, Visit, open_page, page, to_login
from pivotal_server.web.templating import render_text
from pivotal_server.web.theme import theme_of
from pivotal_server.web.view import Form
from pivotal_server.workspaces import service as workspaces

NAV = "docs-feedback"
ROWS = 50
_CSV_ROWS = 1_000
_ANSWERS = {"yes": True, "no": False}
_STATES = ("open", "done", "all")
_MARKS = ("done", "open")
_COLUMNS = ("timestamp", "page", "helpful", "comment", "by", "release", "done")


# ── The reader ─────────────────────────────────────────────────────────────────────────────────
def _asked(text: Callable[[str], str]) -> tuple[str, bool]:
    """The page and the answer that a request names. Raises ``route_not_found`` for any that is none."""
    path, answer = text("page"), text("helpful")
    if path not in library().links or answer not in _ANSWERS:
        raise ROUTE_NOT_FOUND()
    return path, _ANSWERS[answer]


def _vote_page(
    guest: Guest, path: str, helpful: bool, form: Form, *, said: bool, status: int = 200
) -> Response:
    books = library()
    shown = VotePage(books.links[path], helpful, form, said)
    frame = views.frame(books, path, theme_of(guest.request), __version__)
    block = "part" if is_htmx(guest.request) else None
    context = {"frame": frame, "page": shown, "csrf": guest.csrf}
    text = render_text("docs/vote.html", context, block=block)
    return Response(text, status, media_type="text/html", headers={"Cache-Control": "no-store"})


@open_page
async def ask(guest: Guest) -> Response:
    """The form for a vote, with a comment if the reader likes. Nothing is stored by looking."""
    if not guest.services.config.docs_public and await guest.find_session() is None:
        return to_login(guest.request)
    path, helpful = _asked(lambda name: guest.request.query_params.get(name, ""))
    return _vote_page(guest, path, helpful, Form("vote", VOTE_PATH, path), said=False)


@open_page
async def vote(guest: Guest) -> Response:
    """Keep a vote, in the reader's workspace or, of somebody who is not signed in, in the oldest one."""
    session = await guest.find_session()
    if session is None and not guest.services.config.docs_public:
        return to_login(guest.request)
    path, helpful = _asked(guest.fields.text)
    typed = guest.fields.texts("comment")
    form = Form("vote", VOTE_PATH, path, values=typed)
    try:
        service.check_rate(guest.services.docs_votes, guest.client.address)
        text = service.check_comment(typed["comment"])
    except ApiError as fault:
        late = fault.code is RATE_LIMITED
        form = Form(
            "vote",
            VOTE_PATH,
            path,
            values=typed,
            errors={} if late else {"comment": fault.message},
            fault="Too many votes came from your address. Try again in a minute." if late else None,
        )
        return _vote_page(guest, path, helpful, form, said=False, status=429 if late else 422)
    org_id = await workspaces.oldest_id(guest.db) if session is None else session.org_id
    async with unit_of_work(guest.db, server(org_id), guest.request_id) as uow:
        await service.vote(
            uow,
            path,
            browser=guest.browser,
            helpful=helpful,
            comment=text,
            release=__version__,
            member_id=None if session is None else session.member_id,
        )
    return _vote_page(guest, path, helpful, form, said=True)


# ── Admin ──────────────────────────────────────────────────────────────────────────────────────
async def _names(visit: Visit) -> dict[str, str]:
    return {one.id: one.name for one in await members.all_members(visit.db, visit.org_id)}


@page(NAV, capability="administer")
async def list_page(visit: Visit) -> Response:
    """Scores of the pages, their trend, and what readers wrote."""
    query = visit.request.query_params
    state = query.get("state", "open")
    if state not in _STATES:
        state = "open"
    titles = library().links
    older = place_in(query.get("before", ""))
    rows = await service.comments(visit.db, visit.org_id, _stored(state), ROWS + 1, older)
    names = await _names(visit)
    last = rows[ROWS - 1] if len(rows) > ROWS else None
    shown = FeedbackPage(
        scores=page_scores(await service.scores(visit.db, visit.org_id), titles),
        bars=bars(await service.days(visit.db, visit.org_id), clock.now().date()),
        comments=[comment(row, titles, names) for row in rows[:ROWS]],
        state=state,
        older="" if last is None else f"{PATH}?{urlencode({'state': state, 'before': _place(last)})}",
    )
    return visit.render("docs/feedback.html", shown)


def _stored(state: str) -> str:
    return "" if state == "all" else state


def _place(row: VoteRow) -> str:
    return f"{clock.wire_micros(row.created_at)} {row.id}"


@page(NAV, capability="administer")
async def mark(visit: Visit) -> Response:
    """Put a comment away, or take it back."""
    act = visit.request.path_params["act"]
    if act not in _MARKS:
        raise ROUTE_NOT_FOUND()
    done = act == "done"
    async with visit.work() as uow:
        if not await service.mark(uow, visit.request.path_params["id"], done=done):
            raise ROUTE_NOT_FOUND()
    return saved(visit.request, PATH, toast="Marked as done" if done else "Open again", refresh=["comments"])


@page(NAV, capability="administer")
async def export(visit: Visit) -> Response:
    """Every comment as CSV, newest first."""
    names = await _names(visit)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    older = None
    while True:
        rows = await service.comments(visit.db, visit.org_id, "", _CSV_ROWS, older)
        for row in rows:
            one = comment(row, {}, names)
            answer = "yes" if one.helpful else "no"
            cells = (clock.wire(one.at), one.url, answer, one.text, one.by, one.release, _yes(one.done))
            writer.writerow([guarded(cell) for cell in cells])
        if len(rows) < _CSV_ROWS:
            break
        older = (rows[-1].created_at, rows[-1].id)
    headers = {"Content-Disposition": 'attachment; filename="docs-feedback.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _yes(value: bool) -> str:
    return "yes" if value else ""


routes = [
    Route(VOTE_PATH, ask, methods=["GET"]),
    Route(VOTE_PATH, vote, methods=["POST"]),
    Route(PATH, list_page, methods=["GET"]),
    Route(f"{PATH}.csv", export, methods=["GET"]),
    Route(f"{PATH}/{{id}}/{{act}}", mark, methods=["POST"]),
]
