"""Addresses within the app: where a request stands, and where a visitor may be sent."""

import re
from urllib.parse import quote, urlsplit

from starlette.requests import Request

HOME = "/"
_LONGEST = 2_000
_PLAIN = re.compile(r"[!-\[\]-~]+")
"""Visible ASCII but the backslash."""


def local_path(text: str | None, default: str = HOME) -> str:
    """``text`` when it is a path of this server (query and fragment included), else ``default``.

    Nothing that a browser could read as another host passes: no ``//``, no backslash, which browsers take for
    a slash, and no white space or control character, which they drop.
    """
    if not text or len(text) > _LONGEST or not text.startswith("/") or text.startswith("//"):
        return default
    return text if _PLAIN.fullmatch(text) else default


def here(request: Request) -> str:
    """Path and query of a request, as they were sent."""
    raw: bytes | None = request.scope.get("raw_path")
    path = quote(request.scope["path"]) if raw is None else raw.partition(b"?")[0].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    return local_path(f"{path}?{query}" if query else path)


def came_from(request: Request) -> str:
    """The page of this server that a form was sent from, by its ``Referer``; else the start page."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return HOME
    if parts.netloc != request.headers.get("host", ""):
        return HOME
    return local_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)
