"""Who asks for a page: the wrappers that every page handler wears.

    @page(nav="api-keys", capability="administer")
    async def list_keys(visit: Visit) -> Response:
        return visit.render("api_keys/list.html", view)

``@page`` is for people who are signed in, ``@open_page`` for everybody. Both check the form token of every
unsafe method before the handler runs, and hand over the form's fields.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache, wraps
from typing import Any, cast
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pivotal_server.auth import session_store
from pivotal_server.auth.actor import Actor
from pivotal_server.auth.addresses import client_address
from pivotal_server.auth.permissions import (
    CAPABILITIES,
    ROLES,
    AccessSettings,
    Facts,
    Role,
    allows,
    may_offer,
    refusal,
)
from pivotal_server.auth.session_store import Client, Holder, Session
from pivotal_server.auth.sessions import browser_cookie, csrf_token, is_csrf_token, session_cookie
from pivotal_server.auth.tokens import new_token
from pivotal_server.db.engine import Database
from pivotal_server.errors_catalogue import ROUTE_NOT_FOUND
from pivotal_server.kit import clock
from pivotal_server.limits import service as limits
from pivotal_server.services import Services
from pivotal_server.unit_of_work import UnitOfWork, unit_of_work
from pivotal_server.web.faults import FRAME, WORK, error_handlers, out_of_date, request_id_of, signed_out
from pivotal_server.web.fields import CSRF_FIELD, Fields, read_fields
from pivotal_server.web.formats import Style, write_as
from pivotal_server.web.htmx import go_to, is_htmx
from pivotal_server.web.middleware import page_middleware
from pivotal_server.web.places import HOME, came_from, here
from pivotal_server.web.templating import render
from pivotal_server.web.view import Frame, KeptForm, Me, Short, Theme
from pivotal_server.workspaces import deleting, slugs
from pivotal_server.workspaces.service import is_sample
from pivotal_server.workspaces.settings import setting

__all__ = [
    "Guest",
    "Visit",
    "error_handlers",
    "holder_page",
    "open_page",
    "page",
    "page_middleware",
    "to_login",
]

LOGIN = "/login"
WORKSPACES = "/workspaces"
CSRF_HEADER = "x-csrf-token"
_SAFE = frozenset({"GET", "HEAD"})

Endpoint = Callable[[Request], Awaitable[Response]]


class Guest:
    """One request of anybody.

    ``browser`` is the token by which this browser is known again, ``csrf`` that of its forms; ``session``
    the session it has, if any.
    """

    __slots__ = ("browser", "client", "csrf", "fields", "request", "services", "session", "session_token")

    def __init__(self, request: Request) -> None:
        self.request = request
        services: Services = request.app.state.services
        self.services = services.reached_by(request.scope)
        self.fields = Fields()
        self.session: Session | None = None
        cookies = request.headers.get("cookie")
        url = self.services.config.public_url
        self.session_token = session_cookie(url).read(cookies)
        known = browser_cookie(url).read(cookies)
        self.browser = known or new_token()
        peer = request.scope.get("client")
        address = client_address(
            peer[0] if peer else None, request.scope["headers"], self.services.trusted_proxies
        )
        self.client = Client(address, request.headers.get("user-agent", ""))
        self.csrf = csrf_token(self.browser)

    @property
    def db(self) -> Database:
        """The database, for reading."""
        return self.services.db

    @property
    def request_id(self) -> str:
        """The id of this request."""
        return request_id_of(self.request)

    async def find_session(self) -> Session | None:
        """Read the session of the browser's cookie: one statement, none without a cookie."""
        if self.session_token is not None:
            self.session = await session_store.load(self.db, self.session_token)
        return self.session

    async def read_form(self, whose: str = "") -> None:
        """Read the fields of an unsafe request and check their form token; 419 when it is not right."""
        if self.request.method in _SAFE:
            return
        self.fields = await read_fields(self.request)
        given = self.request.headers.get(CSRF_HEADER) or self.fields.text(CSRF_FIELD)
        if not is_csrf_token(given, self.browser, whose):
            raise out_of_date()

    def render(
        self, name: str, page: Any, *, status: int = 200, block: str | Sequence[str] | None = None
    ) -> Response:
        """Answer with a template outside the frame; its context is ``page`` and ``csrf``."""
        context = {"frame": None, "page": page, "csrf": self.csrf}
        return render(self.request, name, context, block=block, status=status)

    def sign_in(self, response: Response, token: str) -> Response:
        """Give the browser the cookie of a session that has just begun."""
        response.raw_headers.append(session_cookie(self.services.config.public_url).set(token))
        return response

    def remember(self, response: Response) -> Response:
        """Give the browser the cookie by which it is known again."""
        response.raw_headers.append(browser_cookie(self.services.config.public_url).set(self.browser))
        return response


class Visit:
    """One request of somebody who is signed in."""

    __slots__ = ("access", "actor", "browser", "client", "fields", "frame", "request", "services", "session")

    def __init__(self, guest: Guest, session: Session, nav: str) -> None:
        self.request = guest.request
        self.services = guest.services
        self.session = session
        self.client = guest.client
        self.browser = guest.browser
        self.fields = guest.fields
        self.actor: Actor = session_store.actor_of(session)
        self.access = _access(session)
        self.frame = Frame(
            workspace_name=session.workspace_name,
            workspace_slug=session.workspace_slug,
            time_zone=session.workspace_time_zone,
            me=Me(session.member_id, session.name, session.email, ROLES[Role(session.role)].title),
            theme=cast(Theme, session.theme),
            csrf=csrf_token(guest.browser, session.forms),
            nav=nav,
            can=_offered(session.role, self.access),
            now=clock.now(),
            path=here(self.request),
            unread=session.unread,
            development=guest.services.config.webhook_allow_private_targets,
            date_format=setting(session.workspace_settings, "date_format"),
            sample=is_sample(session.workspace_settings),
            compact=(session.preferences or {}).get("density") == "compact",
            shortcuts=(session.preferences or {}).get("shortcuts") is not False,
        )
        write_as(Style(self.frame.date_format, setting(session.workspace_settings, "currency")))

    @property
    def db(self) -> Database:
        """The database, for reading."""
        return self.services.db

    @property
    def org_id(self) -> str:
        """The workspace that is open."""
        return self.actor.org_id

    @property
    def request_id(self) -> str:
        """The id of this request."""
        return request_id_of(self.request)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work of the member; it commits at the end of the block.

        How far it came stands in the scope, for the page of a fault.
        """
        scope = self.request.scope
        async with unit_of_work(self.services.db, self.actor, self.request_id) as uow:
            yield uow
            scope.setdefault(WORK, "commits")
        scope[WORK] = "saved"

    def sign_in(self, response: Response, token: str) -> Response:
        """Give the browser the cookie of another session of the same person."""
        response.raw_headers.append(session_cookie(self.services.config.public_url).set(token))
        return response

    def sign_out(self, response: Response) -> Response:
        """Take the session's cookie away from the browser."""
        response.raw_headers.append(session_cookie(self.services.config.public_url).clear())
        return response

    def allows(self, capability: str, facts: Facts | None = None) -> bool:
        """Whether the member may do this to the record that ``facts`` describe."""
        return allows(self.actor.role, capability, self.access, facts)

    def require(self, capability: str, facts: Facts | None = None) -> None:
        """Raises ``insufficient_role`` when the member may not do this."""
        if not self.allows(capability, facts):
            raise refusal(capability, self.access)

    def render(
        self,
        name: str,
        page: Any,
        *,
        status: int = 200,
        block: str | Sequence[str] | None = None,
        fragments: Collection[str] = (),
    ) -> Response:
        """Answer with a template, or parts of it; its context is ``frame`` and ``page``."""
        context = {"frame": self.frame, "page": page}
        return render(self.request, name, context, block=block, fragments=fragments, status=status)

    def render_with(self, name: str, context: Mapping[str, Any]) -> Response:
        """Answer with a small template of its own context."""
        return render(self.request, name, {"frame": self.frame, **context})

    def render_form(self, name: str, page: Any, *, status: int = 200) -> Response:
        """Answer with a form: whole page, or its block ``form`` for a dialog."""
        block = "form" if is_htmx(self.request) else None
        return self.render(name, page, status=status, block=block)


def page(
    nav: str = "", *, capability: str | None = None, reads_form: bool = True
) -> Callable[[Callable[[Visit], Awaitable[Response]]], Endpoint]:
    """A page for people who are signed in.

    ``nav``: key of the navigation entry that is current. ``capability``: what the role must be able to do
    somewhere; others get 403. ``reads_form`` is false for a handler that reads an upload itself, and then
    checks its form token too. Whoever is not signed in is sent to the sign-in page and back, or gets 401 when
    a script asks.
    """

    def wrap(handler: Callable[[Visit], Awaitable[Response]]) -> Endpoint:
        @wraps(handler)
        async def endpoint(request: Request) -> Response:
            guest = Guest(request)
            session = await guest.find_session()
            if session is None and await _is_closing(guest):
                return go_to(request, WORKSPACES)
            if session is None:
                if reads_form and request.method not in _SAFE and not is_htmx(request):
                    return await _keep_form(guest)
                return to_login(request)
            named = request.query_params.get("w", "") if request.method in _SAFE else ""
            if named and named != session.workspace_slug:
                return await _open_other(guest, session, named)
            visit = Visit(guest, session, nav)
            request.scope[FRAME] = visit.frame
            if reads_form:
                await guest.read_form(session.forms)
            visit.fields = guest.fields
            if capability is not None and capability not in visit.frame.can:
                raise refusal(capability, visit.access)
            await session_store.touch(guest.db, session, guest.client)
            if _shows_admin(visit):
                await _with_bar(visit)
            return _known_again(guest, await handler(visit))

        return endpoint

    return wrap


async def _is_closing(guest: Guest) -> bool:
    """Whether the browser's session is in a workspace that is to be deleted."""
    if guest.session_token is None:
        return False
    holder = await session_store.holder(guest.db, guest.session_token)
    return holder is not None and holder.closing


async def _open_other(guest: Guest, session: Session, slug: str) -> Response:
    """Open the workspace that a link of mail names, for whoever belongs to it (APP-WS-2, -3)."""
    found = await slugs.find_workspace(guest.db, slug)
    if found is None:
        raise ROUTE_NOT_FOUND()
    url = guest.request.url
    if found.id != session.org_id:
        own = await deleting.own_workspaces(guest.db, session.person_id)
        if not any(one.id == found.id and one.deletion_at is None for one in own):
            raise ROUTE_NOT_FOUND()
    if found.slug != slug:
        there = url.include_query_params(w=found.slug)
        # Some day another workspace may have the old name.
        headers = {"Cache-Control": "no-store"}
        return RedirectResponse(f"{there.path}?{there.query}", status_code=301, headers=headers)
    if found.id != session.org_id:
        await session_store.switch_workspace(guest.db, session.token_hash, session.person_id, found.id)
    there = url.remove_query_params("w")
    return RedirectResponse(f"{there.path}?{there.query}" if there.query else there.path, status_code=303)


def _shows_admin(visit: Visit) -> bool:
    request = visit.request
    return (
        request.method == "GET"
        and request.url.path.startswith("/admin/")
        and "administer" in visit.frame.can
        and not is_htmx(request)
    )


async def _with_bar(visit: Visit) -> None:
    """Name the limits that are nearly used up across Admin (APP-LIM-2); one statement."""
    found = tuple(
        Short(use.limit.name, use.limit.title, use.share, "bad" if use.share >= limits.FULL else "warn")
        for use in await limits.short(visit.db, visit.org_id)
    )
    visit.frame = msgspec.structs.replace(visit.frame, short=found)
    visit.request.scope[FRAME] = visit.frame


def open_page(handler: Callable[[Guest], Awaitable[Response]]) -> Endpoint:
    """A page for everybody, signed in or not."""

    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        guest = Guest(request)
        await guest.read_form()
        return _known_again(guest, await handler(guest))

    return endpoint


def holder_page(handler: Callable[[Guest, Holder], Awaitable[Response]]) -> Endpoint:
    """A page outside every workspace for whoever is signed in, also while their workspace lets nobody in."""

    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        guest = Guest(request)
        token = guest.session_token
        holder = None if token is None else await session_store.holder(guest.db, token)
        if holder is None:
            return to_login(request)
        guest.csrf = csrf_token(guest.browser, holder.person_id)
        await guest.read_form(holder.person_id)
        return _known_again(guest, await handler(guest, holder))

    return endpoint


def _known_again(guest: Guest, response: Response) -> Response:
    """Set the browser's cookie where it has none, since the forms of the page depend on it."""
    known = browser_cookie(guest.services.config.public_url).read(guest.request.headers.get("cookie"))
    return response if known else guest.remember(response)


async def _keep_form(guest: Guest) -> Response:
    """The page that holds a form sent without scripts after its session had ended (APP-UI-4).

    It gets no new form token: the one it came with is checked when it is sent again. Nor does the browser
    get a cookie: a form of another site comes without it, and another one would void all that are open.
    """
    guest.fields = await read_fields(guest.request)
    token = guest.fields.text(CSRF_FIELD)
    if not token:
        return to_login(guest.request)
    fields = [pair for pair in guest.fields.pairs() if pair[0] != CSRF_FIELD]
    form = KeptForm(here(guest.request), token, fields, LOGIN)
    return guest.render("signed_out.html", form, status=401)


def to_login(request: Request) -> Response:
    """Send a browser to the sign-in page and back. Raises 401 where a script or a live stream asks."""
    # Neither a script nor a live stream can show the page to sign in.
    if is_htmx(request) or request.headers.get("Accept") == "text/event-stream":
        raise signed_out()
    back_to = here(request) if request.method in _SAFE else came_from(request)
    after = "" if back_to == HOME else f"?next={quote(back_to, safe='/')}"
    return RedirectResponse(f"{LOGIN}{after}", status_code=303)


def _access(session: Session) -> AccessSettings:
    known = AccessSettings.__struct_fields__
    stored = {name: value for name, value in session.workspace_settings.items() if name in known}
    return msgspec.convert(stored, AccessSettings)


@lru_cache(maxsize=256)
def _offered(role: str, access: AccessSettings) -> frozenset[str]:
    """The capabilities for which there can be a record on which this role may act."""
    return frozenset(name for name in CAPABILITIES if may_offer(role, name, access))
