"""Faults as pages, or, where a script asked, as fragments that it shows inside the form."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from pivotal_server.db.errors import Unavailable
from pivotal_server.kit.errors import ApiError
from pivotal_server.web.htmx import is_htmx
from pivotal_server.web.places import came_from, here
from pivotal_server.web.templating import render
from pivotal_server.web.view import ErrorPage, Frame

FRAME = "pivotal.frame"
"""Key of the request's scope that holds its frame, once somebody is known to be signed in."""
REQUEST_ID = "pivotal.request_id"
"""Key of the scope that holds the request id."""
REPORTED = "pivotal.reported"
"""Key of the scope that says that a fault of the server has been logged and answered."""

WORK = "pivotal.work"
"""Key of the scope that says how far the changes of a page came: ``commits``, then ``saved``."""

ASK_THE_OWNER = "If you need this, ask the owner of your workspace."
NOT_FOUND = "There is nothing here, or you may not see it."
STATUS_OF_CODE: Mapping[int, int] = {400: 422, 412: 409}
"""What the app answers where the API answers otherwise (APP-UI-16)."""

_log = structlog.get_logger(__name__)


class Refused(Exception):
    """Ends a request with this fault; ``page.path`` and ``page.request_id`` are filled in."""

    def __init__(self, page: ErrorPage) -> None:
        super().__init__(page.title)
        self.page = page


def signed_out() -> Refused:
    """A script asked, but nobody is signed in (any more)."""
    return Refused(ErrorPage(401, "You are signed out.", "Sign in again, then send this once more."))


def out_of_date() -> Refused:
    """A form whose token does not belong to whoever is signed in in this browser."""
    return Refused(
        ErrorPage(419, "This page is out of date.", "Reload it, then send the form again.", act="reload")
    )


def request_id_of(request: Request) -> str:
    """The id of a request, as its ``X-Request-Id`` header says it."""
    known: str = request.scope.get(REQUEST_ID, "")
    return known


def answer(request: Request, page: ErrorPage, headers: Mapping[str, str] | None = None) -> Response:
    """The fault as a page or fragment."""
    frame: Frame | None = request.scope.get(FRAME)
    unsafe = request.method not in ("GET", "HEAD")
    shown = ErrorPage(
        page.status,
        page.title,
        page.text,
        page.act,
        request_id_of(request) if page.status >= 500 else "",
        came_from(request) if unsafe else here(request),
    )
    block = "fragment" if is_htmx(request) else None
    response = render(
        request, "error.html", {"frame": frame, "error": shown}, block=block, status=page.status
    )
    response.headers.update(headers or {})
    return response


def _what_became(request: Request, page: ErrorPage, *, away: bool = False) -> ErrorPage:
    """``page`` with what is known of the changes that were asked for; ``away``: the database went silent."""
    if request.method in ("GET", "HEAD"):
        return page
    work = request.scope.get(WORK)
    if work == "saved":
        text = "Your change was saved, but this answer could not be made. Reload to see it."
        if page.status < 500:
            text = "What came before this was saved. Reload to see it."
        return replace(page, text=text, act="reload")
    if work == "commits" and away:
        text = "It is not known whether your change was saved. Reload and look before you send it again."
        return replace(page, text=text, act="reload")
    if FRAME not in request.scope:
        # The few forms for everybody (signing in) work otherwise; asking for a new link always helps.
        return page
    return replace(page, text=f"Nothing was changed. {page.text}".rstrip())


async def _refused(request: Request, fault: Refused) -> Response:
    return answer(request, fault.page)


async def _api_error(request: Request, fault: ApiError) -> Response:
    status = STATUS_OF_CODE.get(fault.code.status, fault.code.status)
    if status == 404:
        return answer(request, ErrorPage(404, "Not found", NOT_FOUND, act="home"), fault.headers)
    if status == 403:
        return answer(request, ErrorPage(status, _sentence(fault.message), ASK_THE_OWNER), fault.headers)
    return answer(request, _what_became(request, ErrorPage(status, _sentence(fault.message))), fault.headers)


async def _http_error(request: Request, fault: HTTPException) -> Response:
    if fault.status_code == 404:
        return answer(request, ErrorPage(404, "Not found", NOT_FOUND, act="home"), fault.headers)
    title = HTTPStatus(fault.status_code).phrase
    return answer(request, _what_became(request, ErrorPage(fault.status_code, title)), fault.headers)


async def _unavailable(request: Request, fault: Unavailable) -> Response:
    _log.error("database unavailable", request_id=request_id_of(request), reason=str(fault))
    page = ErrorPage(503, "The server cannot reach its database", "Try again shortly.", act="retry")
    return answer(request, _what_became(request, page, away=True), {"Retry-After": "5"})


async def _server_fault(request: Request, fault: Exception) -> Response:
    request.scope[REPORTED] = True
    _log.error(
        "request failed",
        request_id=request_id_of(request),
        method=request.method,
        path=request.url.path,
        exc_info=fault,
    )
    page = ErrorPage(500, "Something went wrong on our side", act="retry")
    try:
        return answer(request, _what_became(request, page))
    except Exception:  # noqa: BLE001 - the plain answer below always works
        _log.exception("the page of a fault failed too", request_id=request_id_of(request))
        return PlainTextResponse(f"Something went wrong on our side. Request {request_id_of(request)}\n", 500)


async def _gone(_request: Request, _fault: ClientDisconnect) -> Response:
    return Response(status_code=400)


def _sentence(message: str) -> str:
    """A message with a capital at its beginning and a full stop at its end."""
    return f"{message[:1].upper()}{message[1:]}" + ("" if message.endswith((".", "?")) else ".")


def error_handlers() -> dict[Any, Callable[[Request, Any], Awaitable[Response]]]:
    """What Starlette calls for each kind of exception that leaves a page."""
    return {
        Refused: _refused,
        ApiError: _api_error,
        HTTPException: _http_error,
        Unavailable: _unavailable,
        ClientDisconnect: _gone,
        Exception: _server_fault,
    }
