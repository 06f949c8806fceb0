"""Around every page: the request id, and the headers that tell browsers what pages may do."""

import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pivotal_server.kit.ids import request_id
from pivotal_server.services import Services
from pivotal_server.web.faults import REPORTED, REQUEST_ID

CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_OWN_ID = re.compile(rb"[A-Za-z0-9_.-]{1,128}")
_HEADERS: Final = (
    (b"content-security-policy", CONTENT_POLICY.encode("ascii")),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (b"cache-control", b"no-store"),
)
_STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")


class PageMiddleware:
    """Gives every request its id and every answer its headers; one that an answer carries already stays."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        own = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        known_as = own.decode("ascii") if _OWN_ID.fullmatch(own) else request_id()
        scope[REQUEST_ID] = known_as
        secure = self._services.reached_by(scope).config.secure
        own_headers = (*_HEADERS, _STRICT_TRANSPORT) if secure else _HEADERS

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                headers.extend(header for header in own_headers if header[0] not in present)
                headers.append((b"x-request-id", known_as.encode("ascii")))
                message["headers"] = headers
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            # The framework raises a fault again after it was answered, for servers that log it.
            if REPORTED not in scope:
                raise


def page_middleware(app: ASGIApp, services: Services) -> PageMiddleware:
    """``app``, the pages, with what surrounds each of them."""
    return PageMiddleware(app, services)
