"""REST operations of members."""

from functools import partial

from pivotal_server.errors_catalogue import MEMBER_NOT_FOUND
from pivotal_server.kit.http import OperationTable
from pivotal_server.members import service
from pivotal_server.members.schemas import Member, MemberPage, MemberQuery
from pivotal_server.members.wire import to_wire
from pivotal_server.rest.context import Context
from pivotal_server.rest.lists import filters_of, page

table = OperationTable("Workspace")


@table.operation(
    "GET",
    "/members",
    id="list-members",
    sdk="members.list",
    summary="List members",
    scope="read:workspace",
    query=MemberQuery,
    answers=(200, MemberPage),
)
async def list_members(context: Context) -> MemberPage:
    """The people of the workspace, those who joined last first. Deactivated ones are among them."""
    return await page(
        MemberPage,
        context.query,
        filters_of(context.query),
        partial(service.read_members, context.db, context.org_id),
        partial(service.count_members, context.db, context.org_id),
    )


@table.operation(
    "GET",
    "/members/{id}",
    id="get-member",
    sdk="members.get",
    summary="Get a member",
    scope="read:workspace",
    answers=(200, Member),
    errors=[MEMBER_NOT_FOUND],
    single=True,
)
async def get_member(context: Context) -> Member:
    """One member, by `id` or `display_id`, also when it was deactivated."""
    found = await service.find(context.db, context.org_id, context.id)
    if found is None:
        raise MEMBER_NOT_FOUND()
    return to_wire(found)
