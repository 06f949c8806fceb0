"""REST operations of phases."""

from pivotal_server.kit.http import OperationTable
from pivotal_server.phases import service
from pivotal_server.phases.schemas import PhasePage
from pivotal_server.rest.context import Context

table = OperationTable("Phases and templates")


@table.operation(
    "GET",
    "/phases",
    id="list-phases",
    sdk="phases.list",
    summary="List phases",
    scope="read:workspace",
    answers=(200, PhasePage),
)
async def list_phases(context: Context) -> PhasePage:
    """The phases of the workspace in their order, on one page. Archived ones are left out."""
    found = await service.read_phases(context.db, context.org_id)
    return PhasePage(data=found, has_more=False, next_cursor=None)
