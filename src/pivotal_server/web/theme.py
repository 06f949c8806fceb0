"""The theme beside the session: a cookie, for pages that read no session (the docs)."""

from typing import cast

from starlette.requests import Request

from pivotal_server.web.view import Theme

COOKIE = "pivotal_theme"
THEMES = ("system", "light", "dark")
_YEAR = 31_536_000


def theme_of(request: Request) -> Theme:
    """The theme that this browser has chosen last."""
    wanted = request.cookies.get(COOKIE, "")
    return cast(Theme, wanted) if wanted in THEMES else "system"


def theme_cookie(theme: str, public_url: str) -> tuple[bytes, bytes]:
    """The header that keeps one of :data:`THEMES` for a year; anything else counts as ``system``."""
    kept = theme if theme in THEMES else "system"
    secure = "; Secure" if public_url.startswith("https://") else ""
    text = f"{COOKIE}={kept}; Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Lax{secure}"
    return b"set-cookie", text.encode("ascii")
