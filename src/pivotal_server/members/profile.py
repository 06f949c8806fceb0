"""What people say of themselves: name, zone, how the app looks and acts, the address they sign in with."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.auth.actor import member as as_member
from pivotal_server.auth.tokens import hash_token, is_token, new_token
from pivotal_server.contacts.checks import check_email
from pivotal_server.db.engine import Database, Executor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE, MEMBER_NOT_FOUND
from pivotal_server.errors_catalogue_team import ADDRESS_TAKEN, LINK_SPENT, TOO_MANY_MAILS
from pivotal_server.kit import clock
from pivotal_server.kit.text import line
from pivotal_server.members import repository
from pivotal_server.members import repository_people as people
from pivotal_server.members.repository_people import AddressChange, ProfileRow
from pivotal_server.members.service import THEMES
from pivotal_server.notifications import service as notifications
from pivotal_server.services import Services
from pivotal_server.unit_of_work import UnitOfWork, unit_of_work
from pivotal_server.workspaces.service import check_time_zone

__all__ = ["DENSITIES", "ask_for_address", "confirm_address", "get_profile", "peek_address", "update_profile"]

DENSITIES = ("comfortable", "compact")
MAIL = "address"
LIFETIME = timedelta(hours=24)
WINDOW, MOST = timedelta(minutes=15), 5
_DEFAULTS: Mapping[str, Any] = {"density": "comfortable", "shortcuts": True}
_log = structlog.get_logger(__name__)
Target = tuple[str, str, int | None]


async def get_profile(uow: UnitOfWork, person_id: str) -> ProfileRow:
    """A person, locked."""
    row = await people.profile(uow.tx, person_id)
    if row is None:
        raise MEMBER_NOT_FOUND()
    return row


def texts_of(row: ProfileRow) -> dict[str, Any]:
    """What a profile says, by name."""
    kept = {**_DEFAULTS, **(row.preferences or {})}
    found = {"name": row.name, "time_zone": row.time_zone or "", "theme": row.theme}
    return {**found, **{name: kept[name] for name in _DEFAULTS}}


async def update_profile(
    uow: UnitOfWork, row: ProfileRow, target: Target, values: Mapping[str, Any]
) -> ProfileRow:
    """Change a profile: ``name``, ``time_zone`` (empty: none), ``theme``, ``density``, ``shortcuts``.

    ``target`` is the person's membership, for the entry. Raises the declared errors with the field.
    """
    before = texts_of(row)
    wanted = dict(values)
    if "name" in wanted:
        wanted["name"] = line(wanted["name"], "name", 1, 80)
    if wanted.get("time_zone"):
        wanted["time_zone"] = check_time_zone(wanted["time_zone"].strip())
    for name, known in (("theme", THEMES), ("density", DENSITIES)):
        if name in wanted and wanted[name] not in known:
            raise INVALID_ENUM_VALUE(field=name, expected=" | ".join(known), received=str(wanted[name])[:100])
    changed = {name: value for name, value in wanted.items() if value != before[name]}
    if not changed:
        return row
    kept = {name: changed[name] for name in _DEFAULTS if name in changed}
    after = replace(
        row,
        name=changed.get("name", row.name),
        time_zone=changed.get("time_zone", row.time_zone) or None,
        theme=changed.get("theme", row.theme),
        preferences={**(row.preferences or {}), **kept},
    )
    await people.save(uow.tx, after)
    diff = [Change(name, before[name], value) for name, value in changed.items()]
    uow.record("member.updated", target=target, diff=diff)
    return after


async def ask_for_address(uow: UnitOfWork, services: Services, person_id: str, email: str) -> str:
    """Send a link to a new address, which becomes the person's once it is opened; the address as written.

    A newer link voids the older ones. Raises ``invalid_string`` and ``address_taken`` (field ``email``), and
    ``too_many_mails``.
    """
    address = check_email(email, "email")
    row = await get_profile(uow, person_id)
    if await people.is_taken(uow.tx, address):
        raise ADDRESS_TAKEN(field="email")
    asked = await people.changes(uow.tx, person_id)
    if sum(one.created_at > uow.now - WINDOW for one in asked) >= MOST:
        raise TOO_MANY_MAILS(field="email")
    token = new_token()
    change = AddressChange(hash_token(token), person_id, uow.org_id, address, uow.now, uow.now + LIFETIME)
    await people.insert_change(uow.tx, change)
    url = f"{services.config.public_url}/profile/address/{token}"
    await notifications.keep_mail(
        uow,
        services.box,
        kind=MAIL,
        recipient=address,
        subject="Confirm your new address",
        body=(
            f"{row.name} wants to sign in to Pivotal with this address instead of {row.email}.\n\n"
            f"Confirm it with this link:\n\n{url}\n\nIt works once, within 24 hours. If you did not expect"
            " it, you need not do anything.\n"
        ),
    )
    uow.tx.after_commit(lambda: _log.info("address link", to=address, url=url))
    return address


async def peek_address(db: Executor, token: str) -> str:
    """The address that a link confirms. Raises ``link_spent``."""
    change = await people.by_token(db, hash_token(token)) if is_token(token) else None
    if change is None or change.expires_at <= clock.now():
        raise LINK_SPENT()
    return change.email


async def confirm_address(db: Database, services: Services, token: str, request_id: str) -> str:
    """Give the person of a link the address that it was sent to; it works once.

    The old address gets mail about it. Raises ``link_spent``, and ``address_taken`` when somebody else has
    the address by now.
    """
    await peek_address(db, token)
    found = await people.by_token(db, hash_token(token))
    if found is None:
        raise LINK_SPENT()
    member = await repository.by_person(db, found.org_id, found.person_id)
    if member is None or not member.active:
        raise LINK_SPENT()
    try:
        actor = as_member(found.org_id, member.id, member.name, member.role)
        async with unit_of_work(db, actor, request_id) as uow:
            row = await get_profile(uow, found.person_id)
            asked = await people.changes(uow.tx, found.person_id)
            if not asked or asked[0].token_hash != found.token_hash:
                raise LINK_SPENT()
            await people.set_email(uow.tx, row.id, found.email)
            await people.forget_changes(uow.tx, row.id)
            diff = [Change("email", row.email, found.email)]
            uow.record("member.updated", target=("member", member.id, member.display_id), diff=diff)
            await notifications.keep_mail(
                uow,
                services.box,
                kind=MAIL,
                recipient=row.email,
                subject="Your address was changed",
                body=f"{row.name} now signs in to Pivotal with {found.email}.\n\nIf that was not you, tell"
                " the owner of your workspace at once.\n",
            )
    except UniqueViolation:
        raise ADDRESS_TAKEN(field="email") from None
    return found.email
