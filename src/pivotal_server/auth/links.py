"""Sign-in links and their six-digit codes: making them, hashing them, and the rule for using one.

A link asked for on the sign-in page is bound to the browser that asked, by a cookie. In that browser the link
alone, or the code alone, signs in; in any other the link needs the code too. Invites and links printed by the
server are bound to no browser and have no code.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from pivotal_server.auth.tokens import hash_token, new_token

SIGN_IN_LIFETIME = timedelta(minutes=15)
INVITE_LIFETIME = timedelta(days=7)
CODE_DIGITS = 6
MAX_TRIES = 5
"""Wrong codes after which a link is dead."""

_BETWEEN_DIGITS = re.compile(r"[\s-]+")


class LinkState(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it is stored. ``tries``: wrong codes so far; both hashes of an unbound link are ``None``."""

    token_hash: str
    code_hash: str | None
    browser_hash: str | None
    tries: int
    expires_at: datetime
    used_at: datetime | None


class NewLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link just made. ``token`` and ``code`` go into the mail and are never stored; ``state`` is."""

    token: str
    code: str | None
    state: LinkState

    def __repr__(self) -> str:
        return f"NewLink({self.state!r})"


class Verdict(StrEnum):
    """What becomes of an attempt to sign in."""

    OK = "ok"
    """Sign in, and mark the link as used in the same transaction."""
    NEEDS_CODE = "needs_code"
    """Ask for the code: the link was opened in another browser than the one that asked."""
    WRONG_CODE = "wrong_code"
    """The attempt has been counted; say how many are left."""
    GONE = "gone"
    """Used, expired, replaced, or tried too often. One answer for all of them."""


def new_link(now: datetime, *, browser: str | None = None, lifetime: timedelta = SIGN_IN_LIFETIME) -> NewLink:
    """A link that lives from ``now`` for ``lifetime``. A ``browser`` token binds it and gives it a code."""
    token = new_token()
    token_hash = hash_token(token)
    code = None if browser is None else f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    state = LinkState(
        token_hash=token_hash,
        code_hash=None if code is None else hash_code(code, token_hash),
        browser_hash=None if browser is None else hash_token(browser),
        tries=0,
        expires_at=now + lifetime,
        used_at=None,
    )
    return NewLink(token=token, code=code, state=state)


def hash_code(code: str, token_hash: str) -> str:
    """What is stored of a code: HMAC-SHA256 in hex under the hash of its link's token.

    A million codes are soon tried against a stolen hash, so no code is worth anything alone: signing in also
    takes the token or the browser's cookie, of which the database holds only hashes. The key keeps equal
    codes of two links from looking equal.
    """
    return hmac.new(
        token_hash.encode(), _digits(code).encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()


def judge_link(link: LinkState, now: datetime, *, browser: str | None, code: str | None = None) -> Verdict:
    """The verdict on somebody who holds the link's token, from the ``browser`` with this cookie (if any)."""
    if _gone(link, now):
        return Verdict.GONE
    if link.browser_hash is None or _same_browser(link, browser):
        return Verdict.OK
    if code is None:
        return Verdict.NEEDS_CODE
    return _judge_code(link, code)


def judge_code(link: LinkState, now: datetime, *, browser: str | None, code: str) -> Verdict:
    """The verdict on somebody who types the ``code`` in the ``browser`` that asked, without the link."""
    if _gone(link, now) or not _same_browser(link, browser):
        return Verdict.GONE
    return _judge_code(link, code)


def tries_left(tries: int) -> int:
    """How many more wrong codes a link bears after ``tries`` of them."""
    return max(MAX_TRIES - tries, 0)


def _gone(link: LinkState, now: datetime) -> bool:
    return link.used_at is not None or now >= link.expires_at or link.tries >= MAX_TRIES


def _same_browser(link: LinkState, browser: str | None) -> bool:
    if link.browser_hash is None or not browser:
        return False
    return hmac.compare_digest(link.browser_hash, hash_token(browser))


def _judge_code(link: LinkState, code: str) -> Verdict:
    if link.code_hash is None:
        return Verdict.GONE
    right = hmac.compare_digest(link.code_hash, hash_code(code, link.token_hash))
    return Verdict.OK if right else Verdict.WRONG_CODE


def _digits(code: str) -> str:
    """A code as typed, without the spaces and hyphens that people put into it."""
    return _BETWEEN_DIGITS.sub("", code)
