"""REST operations of tags."""

from pivotal_server.kit.http import OperationTable
from pivotal_server.rest.context import Context
from pivotal_server.tags import service
from pivotal_server.tags.schemas import TagPage, TagQuery

table = OperationTable("Workspace")


@table.operation(
    "GET",
    "/tags",
    id="list-tags",
    sdk="tags.list",
    summary="List tags",
    scope="read:workspace",
    query=TagQuery,
    answers=(200, TagPage),
)
async def list_tags(context: Context) -> TagPage:
    """The tags of live customers in the order of their letters. The cursor is a string to be passed on."""
    query: TagQuery = context.query
    found, following = await service.read_tags(context.db, context.org_id, query.limit, query.cursor)
    return TagPage(data=found, has_more=following is not None, next_cursor=following)
