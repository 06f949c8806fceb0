"""Signing in and out, the theme, and the list of one's sessions."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.auth import session_store, signing_in
from pivotal_server.auth.links import Verdict
from pivotal_server.auth.signing_in import Refusal, SignedIn
from pivotal_server.auth.views import ConfirmPage, LoginPage, SentPage, session_list
from pivotal_server.kit.errors import ApiError
from pivotal_server.members import service as members
from pivotal_server.web.htmx import go_to
from pivotal_server.web.places import HOME, local_path
from pivotal_server.web.session import Guest, Visit, open_page, page
from pivotal_server.web.theme import theme_cookie
from pivotal_server.web.view import Form

WRONG_CODE = "Wrong code. {left} left."
_NO_REFERRER = {"Referrer-Policy": "no-referrer"}


# ── Signing in ─────────────────────────────────────────────────────────────────────────────────
@open_page
async def login(guest: Guest) -> Response:
    """The form that asks for an address; whoever is signed in goes on."""
    next_path = local_path(guest.request.query_params.get("next"), "")
    if await guest.find_session() is not None:
        return go_to(guest.request, next_path or HOME)
    return guest.render("auth/login.html", LoginPage(_login_form(), next_path))


@open_page
async def ask(guest: Guest) -> Response:
    """Send a link, if a member has the address, and say the same to everybody (APP-AUTH-1)."""
    typed = guest.fields.text("email")
    next_path = local_path(guest.fields.text("next"), "")
    try:
        email = signing_in.check_address(typed)
    except ApiError:
        error = (
            "Enter an e-mail address, such as ana@example.com." if typed.strip() else "Enter your address."
        )
        form = _login_form(typed, error)
        return guest.render("auth/login.html", LoginPage(form, next_path), status=422)
    await signing_in.request_link(
        guest.services, email, client=guest.client, browser=guest.browser, next_path=next_path
    )
    return guest.render("auth/sent.html", SentPage(_code_form(), email, next_path))


@open_page
async def by_code(guest: Guest) -> Response:
    """Sign in by the code alone, in the browser that asked."""
    outcome = await signing_in.consume_code(
        guest.services,
        guest.fields.text("code"),
        browser=guest.browser,
        client=guest.client,
        replaces=guest.session_token,
        request_id=guest.request_id,
    )
    if isinstance(outcome, SignedIn):
        return _enter(guest, outcome)
    email, next_path = guest.fields.text("email"), local_path(guest.fields.text("next"), "")
    if outcome.verdict is Verdict.WRONG_CODE and outcome.left:
        form = _code_form(guest.fields.text("code"), outcome)
        return guest.render("auth/sent.html", SentPage(form, email, next_path), status=422)
    return _gone(guest, email, next_path)


@open_page
async def confirm(guest: Guest) -> Response:
    """What a link shows when it is opened: who would sign in. Nothing is used up by looking."""
    token = guest.request.query_params.get("token", "")
    next_path = local_path(guest.request.query_params.get("next"), "")
    sight = await signing_in.peek_link(guest.db, token, browser=guest.browser)
    if sight.verdict is Verdict.GONE:
        return _gone(guest, sight.email, next_path)
    needs_code = sight.verdict is Verdict.NEEDS_CODE
    return _confirm(guest, ConfirmPage(_code_form(), sight.email, token, needs_code, next_path))


@open_page
async def by_link(guest: Guest) -> Response:
    """Sign in by a link."""
    token = guest.fields.text("token")
    code = guest.fields.text("code").strip()
    next_path = local_path(guest.fields.text("next"), "")
    outcome = await signing_in.consume_link(
        guest.services,
        token,
        browser=guest.browser,
        code=code or None,
        client=guest.client,
        replaces=guest.session_token,
        request_id=guest.request_id,
    )
    if isinstance(outcome, SignedIn):
        return _enter(guest, outcome)
    if outcome.verdict is Verdict.GONE or not outcome.left:
        return _gone(guest, outcome.email, next_path)
    form = _code_form(code, outcome)
    return _confirm(guest, ConfirmPage(form, outcome.email, token, True, next_path), status=422)


def _confirm(guest: Guest, shown: ConfirmPage, status: int = 200) -> Response:
    response = guest.render("auth/confirm.html", shown, status=status)
    response.headers.update(_NO_REFERRER)
    return response


def _gone(guest: Guest, email: str, next_path: str) -> Response:
    response = guest.render("auth/gone.html", LoginPage(_login_form(email), next_path), status=410)
    response.headers.update(_NO_REFERRER)
    return response


def _enter(guest: Guest, outcome: SignedIn) -> Response:
    response = RedirectResponse(local_path(guest.fields.text("next")), status_code=303)
    return guest.remember(guest.sign_in(response, outcome.token))


def _login_form(email: str = "", error: str | None = None) -> Form:
    errors = {} if error is None else {"email": error}
    return Form("login", "/login", "/login", values={"email": email}, errors=errors)


def _code_form(code: str = "", refusal: Refusal | None = None) -> Form:
    errors = {}
    if refusal is not None and refusal.verdict is Verdict.NEEDS_CODE:
        errors["code"] = "Enter the code from the mail."
    elif refusal is not None:
        errors["code"] = WRONG_CODE.format(left=f"{refusal.left} {'try' if refusal.left == 1 else 'tries'}")
    return Form("code", "/login/code", "/login", values={"code": code}, errors=errors)


# ── Signed in ──────────────────────────────────────────────────────────────────────────────────
@page()
async def logout(visit: Visit) -> Response:
    """End this session."""
    async with visit.work() as uow:
        await session_store.end(uow, visit.session, visit.session.id, visit.client)
    return visit.sign_out(go_to(visit.request, "/login"))


@page()
async def set_theme(visit: Visit) -> Response:
    """Change how the app looks for this person."""
    async with visit.work() as uow:
        target = ("member", visit.session.member_id, visit.session.member_number)
        await members.set_theme(
            uow, visit.session.person_id, target, visit.session.theme, visit.fields.text("theme")
        )
    response = go_to(visit.request, local_path(visit.fields.text("next")))
    response.raw_headers.append(theme_cookie(visit.fields.text("theme"), visit.services.config.public_url))
    return response


@page("sessions")
async def sessions(visit: Visit) -> Response:
    """Where this person is signed in."""
    rows = await session_store.list_sessions(visit.db, visit.session.person_id)
    return visit.render("auth/sessions.html", session_list(rows, visit.session))


@page("sessions")
async def end_session(visit: Visit) -> Response:
    """End one session; ending the one that asks is signing out."""
    id = visit.request.path_params["id"]
    async with visit.work() as uow:
        await session_store.end(uow, visit.session, id, visit.client)
    if id == visit.session.id:
        return visit.sign_out(go_to(visit.request, "/login"))
    return go_to(visit.request, "/profile/sessions")


@page("sessions")
async def end_other_sessions(visit: Visit) -> Response:
    """End every session of this person but the one that asks."""
    async with visit.work() as uow:
        await session_store.end_others(uow, visit.session, visit.client)
    return go_to(visit.request, "/profile/sessions")


routes = [
    Route("/login", login, methods=["GET"]),
    Route("/login", ask, methods=["POST"]),
    Route("/login/code", by_code, methods=["POST"]),
    Route("/login/confirm", confirm, methods=["GET"]),
    Route("/login/confirm", by_link, methods=["POST"]),
    Route("/logout", logout, methods=["POST"]),
    Route("/profile/theme", set_theme, methods=["POST"]),
    Route("/profile/sessions", sessions, methods=["GET"]),
    Route("/profile/sessions/end-others", end_other_sessions, methods=["POST"]),
    Route("/profile/sessions/{id}/end", end_session, methods=["POST"]),
]
