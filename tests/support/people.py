"""People of a test's workspace, their mail, and what the tables hold of them."""

from typing import Any

from sqlalchemy import bindparam, func, select, update

from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import mails, members, metadata, workspaces
from pivotal_server.members.service import MemberRow, join
from pivotal_server.notifications import service as notifications
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.journal import Entry, Journal

_SIGNING_IN = ("sessions", "sign_in_links", "sign_in_requests", "mails")
_ROWS = {name: Statement.rows(select(metadata.tables[name])) for name in _SIGNING_IN}
_COUNTS = {
    name: Statement.scalar(select(func.count()).select_from(metadata.tables[name]), int)
    for name in _SIGNING_IN
}
_NEWEST = Statement.rows(
    select(mails.c.org_id, mails.c.id, mails.c.body_encrypted)
    .where(mails.c.recipient == bindparam("recipient"), mails.c.org_id == bindparam("org_id"))
    .order_by(mails.c.display_id.desc())
    .limit(1)
)
_CHANGE = Statement.write(
    update(members)
    .where(members.c.org_id == bindparam("in_org"), members.c.id == bindparam("of_id"))
    .values(role=bindparam("to_role"), active=bindparam("to_active", type_=members.c.active.type))
)

_SET_ZONE = Statement.write(
    update(workspaces).where(workspaces.c.id == bindparam("of_id")).values(time_zone=bindparam("to_zone"))
)
_SET_SETTINGS = Statement.write(
    update(workspaces)
    .where(workspaces.c.id == bindparam("of_id"))
    .values(settings=bindparam("to_settings", type_=workspaces.c.settings.type))
)


async def set_settings(world: World, **settings: Any) -> None:
    """Give the workspace these settings in place of those it has."""
    await world.db.execute(_SET_SETTINGS, {"of_id": world.workspace.id, "to_settings": settings})


async def set_time_zone(world: World, zone: str) -> None:
    """Give the workspace another time zone."""
    await world.db.execute(_SET_ZONE, {"of_id": world.workspace.id, "to_zone": zone})


async def new_member(world: World, name: str, role: str, *, email: str = "") -> MemberRow:
    """Another member of the workspace: ``Ana Ruiz`` has the address ``ana@vml.example`` if none is given."""
    address = email or f"{name.partition(' ')[0].lower()}@{world.workspace.slug}.example"
    async with unit_of_work(world.db, world.operator) as uow:
        return await join(uow, address, name, role)


async def change_member(
    world: World, member: MemberRow, *, role: str | None = None, active: bool = True
) -> None:
    """Give a member another role, or deactivate them."""
    values = {"in_org": world.workspace.id, "of_id": member.id}
    await world.db.execute(_CHANGE, {**values, "to_role": role or member.role, "to_active": active})


async def newest_mail(world: World, recipient: str) -> str:
    """The body of the newest mail of the workspace to somebody."""
    row = await world.db.fetch_one(_NEWEST, {"org_id": world.workspace.id, "recipient": recipient})
    assert row is not None, f"no mail to {recipient}"
    org_id, id, sealed = row
    return world.services.box.open(sealed, f"mail {org_id} {id}")


async def mail_count(world: World) -> int:
    """How many mails the workspace has, at most 50."""
    return len((await notifications.list_mails(world.db, world.workspace.id)).mails)


async def rows_of_signing_in(world: World) -> str:
    """Everything that the tables of signing in hold, as text."""
    found: list[tuple[Any, ...]] = []
    for statement in _ROWS.values():
        found += await world.db.fetch_all(statement)
    return repr(found)


async def count_rows(world: World, *tables: str) -> list[int]:
    """How many rows these tables of signing in hold."""
    return [await world.db.fetch_one(_COUNTS[table]) or 0 for table in tables]


async def entries_of(world: World, event: str) -> list[Entry]:
    """The activity entries whose event begins so, oldest first."""
    written = await Journal(world.db, world.workspace.id).look()
    return [entry for entry in written.entries if entry.event.startswith(event)]
