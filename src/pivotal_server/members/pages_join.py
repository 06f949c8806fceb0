"""What an invite link opens (APP-INV-6)."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.text import line
from pivotal_server.members import accepting
from pivotal_server.members.accepting import OpenInvite, Spent
from pivotal_server.members.views import JoinPage, SpentPage, title_of
from pivotal_server.web.places import HOME
from pivotal_server.web.session import Guest, open_page
from pivotal_server.web.view import Form

_NO_REFERRER = {"Referrer-Policy": "no-referrer"}


@open_page
async def look(guest: Guest) -> Response:
    """Workspace, role and sender of an invite. Nothing is used up by looking."""
    found = await accepting.look(guest.db, _token(guest))
    return _spent(guest, found) if isinstance(found, Spent) else _join(guest, found, {})


@open_page
async def join(guest: Guest) -> Response:
    """Join and sign in."""
    found = await accepting.look(guest.db, _token(guest))
    if isinstance(found, Spent):
        return _spent(guest, found)
    name = guest.fields.text("name")
    if found.person_name is None:
        try:
            name = line(name, "name", 1, 80)
        except ApiError as fault:
            error = "Enter your name." if fault.code.code == "too_small" else "Enter at most 80 characters."
            return _join(guest, found, {"name": error})
    outcome = await accepting.accept(
        guest.db,
        _token(guest),
        name=name,
        client=guest.client,
        replaces=guest.session_token,
        request_id=guest.request_id,
    )
    if isinstance(outcome, Spent):
        return _spent(guest, outcome)
    return guest.remember(guest.sign_in(RedirectResponse(HOME, status_code=303), outcome.token))


def _token(guest: Guest) -> str:
    token: str = guest.request.path_params["token"]
    return token


def _join(guest: Guest, found: OpenInvite, errors: dict[str, str]) -> Response:
    values = {"name": guest.fields.text("name")}
    form = Form("join", f"/invite/{_token(guest)}", HOME, values=values, errors=errors)
    shown = JoinPage(form, found, title_of(found.role), found.person_name is None)
    response = guest.render("members/join.html", shown, status=422 if errors else 200)
    response.headers.update(_NO_REFERRER)
    return response


def _spent(guest: Guest, found: Spent) -> Response:
    # To whoever holds an old link the workspace has no name.
    response = guest.render("members/spent.html", SpentPage(found is Spent.USED), status=410)
    response.headers.update(_NO_REFERRER)
    return response


routes = [
    Route("/invite/{token}", look, methods=["GET"]),
    Route("/invite/{token}", join, methods=["POST"]),
]
