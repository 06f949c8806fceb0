"""Outgoing mail: keeping, listing and opening it.

No mail server can be set up yet, so every mail is kept and shown at Admin > Mail.
"""

import msgspec

from pivotal_server.auth.actor import Actor
from pivotal_server.auth.permissions import MANAGERS, Role
from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.errors_catalogue import MAIL_NOT_FOUND
from pivotal_server.kit.crypto import SecretBox
from pivotal_server.kit.ids import cuid
from pivotal_server.members import service as members
from pivotal_server.notifications import repository
from pivotal_server.notifications.repository import MailHead, MailRow
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "INVITE",
    "KEPT",
    "NOBODY",
    "SIGN_IN",
    "MailHead",
    "MailPart",
    "OpenMail",
    "keep_mail",
    "list_mails",
    "open_mail",
    "purge_unaddressed",
]

KEPT = "kept"
"""State of a mail that waits for a mail server."""
SIGN_IN = "sign_in"
"""Kind of a mail that holds a sign-in link."""
INVITE = "invite"
"""Kind of a mail that holds an invite link."""
NOBODY = ""
"""Stands for the workspace of mail to strangers: it costs the same work as real mail and is never sent."""

_WHO_MAY_READ = {SIGN_IN: frozenset({Role.OWNER}), INVITE: MANAGERS}


class MailPart(msgspec.Struct, frozen=True):
    """A page of the list, newest first, and whether there are mails beyond either end."""

    mails: list[MailHead]
    has_newer: bool
    has_older: bool


class OpenMail(msgspec.Struct, frozen=True):
    """A mail that was opened. ``body`` is ``None`` when the reader may not see it."""

    head: MailHead
    body: str | None


def _context(org_id: str, id: str) -> str:
    return f"mail {org_id} {id}"


async def keep_mail(
    uow: UnitOfWork, box: SecretBox, *, kind: str, recipient: str, subject: str, body: str
) -> int:
    """Write a mail, its body sealed with ``box``; returns its number."""
    number, created_at = await uow.allocate("mail")
    id = cuid()
    row = MailRow(
        org_id=uow.org_id,
        id=id,
        display_id=number,
        kind=kind,
        recipient=recipient,
        subject=subject,
        body_encrypted=box.seal(body, _context(uow.org_id, id)),
        state=KEPT,
        created_at=created_at,
    )
    await repository.insert(uow.tx, row)
    return number


async def list_mails(
    db: Executor, org_id: str, *, before: int | None = None, after: int | None = None, limit: int = 50
) -> MailPart:
    """A page of the mails of a workspace: the newest, or those next to a number."""
    if after is not None:
        found = await repository.newer(db, org_id, after, limit + 1)
        return MailPart(found[:limit][::-1], len(found) > limit, has_older=True)
    if before is not None:
        found = await repository.older(db, org_id, before, limit + 1)
    else:
        found = await repository.newest(db, org_id, limit + 1)
    return MailPart(found[:limit], before is not None, len(found) > limit)


async def open_mail(db: Executor, box: SecretBox, actor: Actor, email: str, number: int) -> OpenMail:
    """The mail with this number, for a member whose address is ``email``. Raises ``mail_not_found``.

    Whoever reads a sign-in mail can sign in as its recipient. So only the recipient and the owner of the
    workspace see the body, and the owner only while the recipient belongs to no other workspace. So it
    is with an invite, except that all managers see it: whoever belongs nowhere else is theirs to invite.
    """
    row = await repository.by_number(db, actor.org_id, number)
    if row is None:
        raise MAIL_NOT_FOUND()
    head = MailHead(row.display_id, row.kind, row.recipient, row.subject, row.state, row.created_at)
    if row.kind in _WHO_MAY_READ and row.recipient != email:
        may_read = actor.role in _WHO_MAY_READ[row.kind]
        if not may_read or await members.belongs_elsewhere(db, actor.org_id, row.recipient):
            return OpenMail(head, None)
    return OpenMail(head, box.open(row.body_encrypted, _context(row.org_id, row.id)))


async def purge_unaddressed(tx: Transaction) -> None:
    """Remove the mail that was written to strangers."""
    await repository.delete_all(tx, NOBODY)
