"""REST operations of custom fields."""

from pivotal_server.custom_fields import service
from pivotal_server.custom_fields.schemas import CustomFieldPage
from pivotal_server.kit.http import OperationTable
from pivotal_server.rest.context import Context

table = OperationTable("Workspace")


@table.operation(
    "GET",
    "/custom_fields",
    id="list-custom-fields",
    sdk="custom_fields.list",
    summary="List custom fields",
    scope="read:workspace",
    answers=(200, CustomFieldPage),
)
async def list_custom_fields(context: Context) -> CustomFieldPage:
    """The custom fields of customers in their order, on one page. Archived ones are left out."""
    found = await service.read_fields(context.db, context.org_id)
    return CustomFieldPage(data=found, has_more=False, next_cursor=None)
