"""Sessions of people in the app: lifetimes, cookies, and the token that guards forms.

The cookie carries a random token of which the database keeps the hash (``auth/tokens.py``). Times are aware.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

import msgspec

from pivotal_server.auth.tokens import is_token
from pivotal_server.kit import base62

IDLE_LIFETIME = timedelta(days=30)
LONGEST_LIFETIME = timedelta(days=90)
TOUCH_EVERY = timedelta(minutes=5)
"""How old a stored time of last use may grow before it is written again."""

SESSION_COOKIE = "pivotal_session"
BROWSER_COOKIE = "pivotal_browser"
_BROWSER_LIFETIME = timedelta(days=400)
"""Browsers keep no cookie longer."""


def ends_at(created_at: datetime, last_used_at: datetime) -> datetime:
    """When a session ends if it is not used again: 30 days after its last use, at most 90 after its start."""
    return min(last_used_at + IDLE_LIFETIME, created_at + LONGEST_LIFETIME)


def is_alive(created_at: datetime, last_used_at: datetime, now: datetime) -> bool:
    """Whether a session still counts at ``now``."""
    return now < ends_at(created_at, last_used_at)


def needs_touch(last_used_at: datetime, now: datetime) -> bool:
    """Whether the time of last use is due to be written."""
    return now - last_used_at >= TOUCH_EVERY


class Cookie(msgspec.Struct, frozen=True):
    """A cookie of the app: host-only, for every path, out of reach of scripts, ``SameSite=Lax``.

    ``max_age`` is in seconds.
    """

    name: str
    secure: bool
    max_age: int

    def set(self, token: str) -> tuple[bytes, bytes]:
        """The header that stores ``token`` in the browser."""
        return self._header(token, self.max_age)

    def clear(self) -> tuple[bytes, bytes]:
        """The header that removes the cookie."""
        return self._header("", 0)

    def read(self, header: str | None) -> str | None:
        """The token in a ``Cookie`` request header; ``None`` when none of a token's form is there."""
        for part in (header or "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == self.name and is_token(value):
                return value
        return None

    def _header(self, value: str, max_age: int) -> tuple[bytes, bytes]:
        secure = "; Secure" if self.secure else ""
        text = f"{self.name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}"
        return b"set-cookie", text.encode("ascii")


def session_cookie(public_url: str) -> Cookie:
    """The cookie that carries a session, for a server that visitors reach at ``public_url``.

    It outlives the idle lifetime on purpose: the server decides when a session has ended.
    """
    return _cookie(SESSION_COOKIE, public_url, LONGEST_LIFETIME)


def browser_cookie(public_url: str) -> Cookie:
    """The cookie that knows a browser again: between asking for a sign-in link and opening it, and by the
    forms that it sends (:func:`csrf_token`).
    """
    return _cookie(BROWSER_COOKIE, public_url, _BROWSER_LIFETIME)


def _cookie(name: str, public_url: str, lifetime: timedelta) -> Cookie:
    # A `__Host-` cookie must be Secure, and browsers drop Secure cookies that come over plain HTTP.
    secure = public_url.startswith("https://")
    return Cookie(f"__Host-{name}" if secure else name, secure, int(lifetime.total_seconds()))


def csrf_token(browser: str, whose: str = "") -> str:
    """What the forms of somebody in the browser with this cookie must carry: 43 base62 characters.

    HMAC-SHA256 under the browser's token, which no other site can read, so that nothing need be stored. It
    outlives the session on purpose: a form that was open when the session ended can be sent after signing in
    again, though not by another person. ``whose`` names the person, and the workspace of the page; before
    signing in there is none.
    """
    mac = hmac.digest(browser.encode(), f"pivotal form token 2 {whose}".encode(), hashlib.sha256)
    return base62.encode(int.from_bytes(mac), 43)


def is_csrf_token(given: str | None, browser: str, whose: str = "") -> bool:
    """Whether ``given`` is the form token of this browser and person, compared in constant time."""
    return given is not None and hmac.compare_digest(
        csrf_token(browser, whose).encode(), given.encode("utf-8", "replace")
    )
