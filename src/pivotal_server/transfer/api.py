"""REST operations of imports and exports."""

from pivotal_server.auth import scopes
from pivotal_server.bulk.resources import RESOURCES
from pivotal_server.errors_catalogue import INSUFFICIENT_SCOPE, LIMIT_REACHED
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.schemas import Job
from pivotal_server.jobs.wire import to_wire
from pivotal_server.kit.http import OperationTable, Upload, UploadedFile
from pivotal_server.limits.catalogue import IMPORT_BYTES
from pivotal_server.rest.context import Context
from pivotal_server.transfer import service
from pivotal_server.transfer.exporting import TYPES, WORKSPACE
from pivotal_server.transfer.schemas import ExportCreate, ImportCreate

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
    workspace runs at a time. The key needs the write scope of the resource too. Customers bring their primary
    contacts in the columns `contact_name`, `contact_email`, `contact_title` and `contact_phone` when the key
    may write contacts; otherwise these columns are passed over.
    """
    context.check_scope(f"write:{RESOURCES[fields.resource].scope}")
    row = await service.start_import(context.uow, fields, file, contacts=context.has_scope("write:contacts"))
    made = await jobs.files_of(context.db, context.org_id, row.id)
    return to_wire(row, made, context.files, context.caller.string)


@table.operation(
    "POST",
    "/exports",
    id="create-export",
    sdk="exports.create",
    summary="Export records",
    scope="write:data",
    body=ExportCreate,
    answers=(202, Job),
    errors=[LIMIT_REACHED],
)
async def create_export(context: Context, body: ExportCreate) -> Job:
    """Writes a CSV file of the customers, contacts, onboardings or tasks that lists show, or of the activity
    stream with one row for each changed field; all of them, or those that `q` finds. The type `workspace`
    gives a ZIP of every table, deleted and test rows included, and of the uploaded files, as they are at one
    moment; no secret is in it. The job has the link to the file, which is kept for 7 days. The key needs the
    read scope of what it exports too; a whole workspace takes a live key with every read scope.
    """
    if body.type == WORKSPACE:
        if not context.caller.livemode:
            raise INSUFFICIENT_SCOPE(message="A test key cannot export a whole workspace")
        for scope in scopes.SCOPES:
            if scope.startswith("read:"):
                context.check_scope(scope)
    else:
        context.check_scope(f"read:{TYPES[body.type].scope}")
    row = await service.start_export(context.uow, body)
    return to_wire(row, [], context.files, context.caller.string)
