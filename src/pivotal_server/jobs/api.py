"""REST operations of jobs."""

from pivotal_server.errors_catalogue import JOB_NOT_FOUND
from pivotal_server.jobs import service, sight
from pivotal_server.jobs.schemas import Job
from pivotal_server.jobs.wire import to_wire
from pivotal_server.kit.http import OperationTable
from pivotal_server.rest.context import Context

table = OperationTable("Data")


@table.operation(
    "GET",
    "/jobs/{id}",
    id="get-job",
    sdk="jobs.get",
    summary="Get a job",
    scope="read:data",
    answers=(200, Job),
    errors=[JOB_NOT_FOUND],
)
async def get_job(context: Context) -> Job:
    """An import, export or other long work: how it stands, how far it is, and the files it has made. The key
    needs the read scope of the records too.
    """
    row = await service.get_job(context.db, context.org_id, context.id)
    sight.check(row, context.check_scope)
    made = await service.files_of(context.db, context.org_id, row.id)
    return to_wire(row, made, context.files, context.caller.string)


@table.operation(
    "DELETE",
    "/jobs/{id}",
    id="cancel-job",
    sdk="jobs.cancel",
    summary="Cancel a job",
    scope="write:data",
    answers=(200, Job),
    errors=[JOB_NOT_FOUND],
)
async def cancel_job(context: Context) -> Job:
    """Ends a waiting job at once and a running one before its next step; what is done stays. A finished job
    stays as it is. The key needs the read scope of the records too.
    """
    row = await service.get_job(context.uow.tx, context.org_id, context.id)
    sight.check(row, context.check_scope)
    row = await service.cancel_job(context.uow, context.id)
    made = await service.files_of(context.db, context.org_id, row.id)
    return to_wire(row, made, context.files, context.caller.string)
