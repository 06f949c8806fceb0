"""View models of Admin > Mail."""

from datetime import datetime

import msgspec

from pivotal_server.notifications.service import KEPT, MailHead, MailPart, OpenMail

STATES = {KEPT: "Kept: no mail server is configured"}
PATH = "/admin/mail"


class MailView(msgspec.Struct, frozen=True):
    """One mail of the list."""

    number: int
    url: str
    recipient: str
    subject: str
    state: str
    at: datetime


class MailList(msgspec.Struct, frozen=True):
    """Context ``page`` of ``notifications/list.html``; ``newer`` and ``older`` lead to its neighbours."""

    mails: tuple[MailView, ...]
    newer: str
    older: str


class Line(msgspec.Struct, frozen=True):
    """A line of a body; ``url`` is set when the line is an address of this server."""

    text: str
    url: str = ""


class MailPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``notifications/mail.html``; ``lines`` is ``None`` when the body is not shown."""

    mail: MailView
    lines: tuple[Line, ...] | None


def mail_view(head: MailHead) -> MailView:
    """A mail without its body."""
    return MailView(
        head.display_id,
        f"{PATH}/{head.display_id}",
        head.recipient,
        head.subject,
        STATES.get(head.state, head.state),
        head.created_at,
    )


def mail_list(part: MailPart) -> MailList:
    """A page of the list."""
    mails = tuple(mail_view(head) for head in part.mails)
    newer = f"{PATH}?after={mails[0].number}" if mails and part.has_newer else ""
    older = f"{PATH}?before={mails[-1].number}" if mails and part.has_older else ""
    return MailList(mails, newer, older)


def mail_page(opened: OpenMail, public_url: str) -> MailPage:
    """A mail that was opened. Only links to this server can be followed."""
    if opened.body is None:
        return MailPage(mail_view(opened.head), None)
    lines = (
        Line(text, text if text.startswith(f"{public_url}/") else "") for text in opened.body.splitlines()
    )
    return MailPage(mail_view(opened.head), tuple(lines))
