"""View models of signing in and of the list of sessions."""

from datetime import datetime

import msgspec

from pivotal_server.auth.browsers import described
from pivotal_server.auth.session_store import Session, SessionRow
from pivotal_server.web.view import Form


class LoginPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``auth/login.html`` and ``auth/gone.html``. Field of ``form``: ``email``.

    ``next_path``: where to go after signing in; empty for the start page.
    """

    form: Form
    next_path: str


class SentPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``auth/sent.html``. Field of ``form``: ``code``.

    ``email``: the address that was typed, to send a new link to.
    """

    form: Form
    email: str
    next_path: str


class ConfirmPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``auth/confirm.html``. Field of ``form``: ``code``, asked for if ``needs_code``."""

    form: Form
    email: str
    token: str
    needs_code: bool
    next_path: str


class SessionView(msgspec.Struct, frozen=True):
    """One session of the list; ``current`` is the one that asks."""

    id: str
    browser: str
    address: str
    created_at: datetime
    last_used_at: datetime
    current: bool


class SessionList(msgspec.Struct, frozen=True):
    """Context ``page`` of ``auth/sessions.html``: the one that asks on top."""

    sessions: tuple[SessionView, ...]

    @property
    def others(self) -> int:
        """How many sessions there are besides this one."""
        return sum(not session.current for session in self.sessions)


def session_list(rows: list[SessionRow], session: Session) -> SessionList:
    """The sessions of a person, for the one whose session asks."""
    views = [
        SessionView(
            row.id,
            described(row.user_agent),
            row.address or "Unknown address",
            row.created_at,
            row.last_used_at,
            row.token_hash == session.token_hash,
        )
        for row in rows
    ]
    return SessionList(tuple(sorted(views, key=lambda view: not view.current)))
