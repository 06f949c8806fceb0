"""REST operations of imports and exports."""

from pivotal_server.bulk.resources import RESOURCES
from pivotal_server.errors_catalogue import LIMIT_REACHED
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.schemas import Job
from pivotal_server.jobs.wire import to_wire
from pivotal_server.kit.http import OperationTable, Upload, UploadedFile
from pivotal_server.limits.catalogue import IMPORT_BYTES
from pivotal_server.rest.context import Context
from pivotal_server.transfer import service
from pivotal_server.transfer.schemas import ImportCreate

table = OperationTable("Data")


@table.operation(
    "POST",
    "/imports",
    id="create-import",
    sdk="imports.create",
    summary="Import a file",
    scope="write:data",
    upload=Upload.of(ImportCreate, IMPORT_BYTES.default),
    answers=(202, Job),
    errors=[LIMIT_REACHED],
)
async def create_import(context: Context, fields: ImportCreate, file: UploadedFile) -> Job:
    """Imports a CSV file with a header row, or JSON Lines, of up to 500 MB and 1,000,000 rows. Valid rows are
    imported, the others listed in a file of errors that can be corrected and imported again. One import of a
    workspace runs at a time. The key needs the write scope of the resource too.
    """
    context.check_scope(f"write:{RESOURCES[fields.resource].scope}")
    row = await service.start_import(context.uow, fields, file)
    return to_wire(row, await jobs.files_of(context.db, context.org_id, row.id), context.files)
