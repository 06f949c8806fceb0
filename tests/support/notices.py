"""What members of a test's workspace were told in the app."""

from collections.abc import Mapping

from pivotal_server.auth.actor import member as acting
from pivotal_server.members.service import MemberRow
from pivotal_server.notifications import service_notices as notices
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World

People = dict[str, MemberRow]


async def told(world: World, team: Mapping[str, MemberRow]) -> dict[str, list[tuple[str, str, str]]]:
    """Kind, title and place of the unread notices of each; they are read by that."""
    found = {}
    for key, one in team.items():
        rows = await notices.list_for_member(world.db, world.workspace.id, one.id, unread=True)
        if rows:
            found[key] = [(row.kind, row.title, row.url) for row in rows]
            async with unit_of_work(world.db, acting(world.workspace.id, one.id, one.name, one.role)) as uow:
                await notices.mark_read(uow, one.id)
    return found
