"""Inviting people to the team: sending, sending again, changing the role, revoking (APP-INV-1 … 5).

An invite link signs in whoever holds it, once, within seven days. Only its hash is stored; it stands in the
mail, which is written in the same transaction.
"""

from collections.abc import Sequence

import msgspec
import structlog

from pivotal_server.activity.entries import Change
from pivotal_server.auth.links import INVITE_LIFETIME
from pivotal_server.auth.permissions import ROLES, Role
from pivotal_server.auth.tokens import hash_token, new_token
from pivotal_server.contacts.checks import check_email
from pivotal_server.db.engine import Executor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE, LIMIT_REACHED
from pivotal_server.errors_catalogue_team import ALREADY_INVITED, ALREADY_MEMBER, INVITE_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.text import passage
from pivotal_server.limits.catalogue import INVITES_PER_BATCH
from pivotal_server.members import repository, repository_invites
from pivotal_server.members.repository_invites import InviteRow
from pivotal_server.notifications import service as notifications
from pivotal_server.notifications.service import INVITE
from pivotal_server.services import Services
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["InviteRow", "change_role", "given_roles", "invite", "invite_many", "pending", "resend", "revoke"]

LONGEST_NOTE = 500

_log = structlog.get_logger(__name__)


def given_roles() -> tuple[Role, ...]:
    """The roles that an invite or a change of role can give; ownership moves only by transfer."""
    return tuple(role for role, facts in ROLES.items() if facts.can_be_given)


def check_role(role: str) -> str:
    """A role that can be given. Raises ``invalid_enum_value``."""
    if role not in given_roles():
        raise INVALID_ENUM_VALUE(field="role", expected=" | ".join(given_roles()), received=role)
    return role


async def pending(db: Executor, org_id: str) -> list[InviteRow]:
    """The invites that wait for an answer, expired ones too, the newest on top."""
    return await repository_invites.pending(db, org_id)


async def invite(
    uow: UnitOfWork, services: Services, *, email: str, role: str, note: str | None = None
) -> InviteRow:
    """Invite somebody, with the mail. ``note`` is printed above the link, at most 500 characters.

    Raises the declared errors for a malformed address, a role that cannot be given and a long note,
    ``already_member`` for an active member and ``already_invited`` for an address whose invite is pending.
    """
    address = check_email(email, "email")
    note = None if note is None else passage(note, "note", None, LONGEST_NOTE) or None
    check_role(role)
    person = await repository.person_by_email(uow.tx, address)
    known = None if person is None else await repository.by_person(uow.tx, uow.org_id, person.id)
    if known is not None and known.active:
        raise ALREADY_MEMBER(field="email", email=address)
    token = new_token()
    row = InviteRow(
        id=cuid(),
        email=address,
        role=role,
        note=note,
        token_hash=hash_token(token),
        invited_by=uow.actor.id if uow.actor.type == "member" else None,
        sent_at=uow.now,
        expires_at=uow.now + INVITE_LIFETIME,
        ended_at=None,
        ended_by=None,
    )
    try:
        await repository_invites.insert(uow.tx, uow.org_id, row)
    except UniqueViolation as fault:
        if fault.constraint == "invites_pending":
            raise ALREADY_INVITED(field="email", email=address) from None
        raise
    await _send(uow, services, row, token)
    return row


async def invite_many(uow: UnitOfWork, services: Services, emails: Sequence[str], role: str) -> int:
    """Invite up to 50 people with one role, in one transaction; how many.

    Addresses of active members, and those invited already, are passed over. Raises ``limit_reached`` and
    what :func:`invite` raises.
    """
    limit = INVITES_PER_BATCH
    if len(emails) > limit.default:
        raise LIMIT_REACHED(field="emails", name=limit.title, limit=limit.default, used=len(emails))
    sent = 0
    for email in emails:
        try:
            async with uow.tx.savepoint():
                await invite(uow, services, email=email, role=role)
        except ApiError as fault:
            if fault.code not in (ALREADY_MEMBER, ALREADY_INVITED):
                raise
        else:
            sent += 1
    return sent


async def resend(uow: UnitOfWork, services: Services, id: str) -> InviteRow:
    """Send a new link that lives for seven days; the old one is dead. Raises ``invite_not_found``."""
    row = await _pending(uow, id)
    token = new_token()
    row = msgspec.structs.replace(
        row, token_hash=hash_token(token), sent_at=uow.now, expires_at=uow.now + INVITE_LIFETIME
    )
    await repository_invites.save(uow.tx, uow.org_id, row)
    await _send(uow, services, row, token)
    return row


async def change_role(uow: UnitOfWork, id: str, role: str) -> InviteRow:
    """Change the role that a pending invite gives; no new mail.

    Raises ``invite_not_found`` and ``invalid_enum_value``.
    """
    check_role(role)
    row = await _pending(uow, id)
    if row.role == role:
        return row
    after = msgspec.structs.replace(row, role=role)
    await repository_invites.save(uow.tx, uow.org_id, after)
    change = Change("role", row.role, role)
    uow.record("member.invited", target=("invite", row.id, None), diff=[change], reason=row.email)
    return after


async def revoke(uow: UnitOfWork, id: str) -> InviteRow:
    """End a pending invite: its link is as if it had never been. Raises ``invite_not_found``."""
    row = await _pending(uow, id)
    gone = msgspec.structs.replace(row, ended_at=uow.now, ended_by="revoked")
    await repository_invites.save(uow.tx, uow.org_id, gone)
    uow.record("member.invite_revoked", target=("invite", row.id, None), reason=row.email)
    return gone


async def _pending(uow: UnitOfWork, id: str) -> InviteRow:
    row = await repository_invites.by_id_locked(uow.tx, uow.org_id, id)
    if row is None or row.ended_at is not None:
        raise INVITE_NOT_FOUND()
    return row


async def _send(uow: UnitOfWork, services: Services, row: InviteRow, token: str) -> None:
    workspace = await repository_invites.workspace_name(uow.tx, uow.org_id)
    url = f"{services.config.public_url}/invite/{token}"
    await notifications.keep_mail(
        uow,
        services.box,
        kind=INVITE,
        recipient=row.email,
        subject=f"{uow.actor.label} invites you to {workspace}",
        body=_body(uow.actor.label, workspace, row, url),
    )
    uow.record("member.invited", target=("invite", row.id, None), reason=row.email)
    uow.tx.after_commit(lambda: _log.info("invite link", to=row.email, url=url))


def _body(sender: str, workspace: str, row: InviteRow, url: str) -> str:
    note = "" if row.note is None else f"{row.note}\n\n"
    return (
        f"{sender} invites you to work with the team of {workspace} in Pivotal.\n\n{note}"
        f"Join with this link:\n\n{url}\n\n"
        "It works once, within 7 days. If you did not expect it, you need not do anything.\n"
    )
