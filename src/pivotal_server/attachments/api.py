"""REST operations of attachments."""

from msgspec.structs import replace

from pivotal_server.attachments import service
from pivotal_server.attachments.schemas import (
    Attachment,
    AttachmentDeleted,
    CommentAttachmentCreate,
    TaskAttachmentCreate,
)
from pivotal_server.comments import service as comments
from pivotal_server.errors_catalogue import ATTACHMENT_NOT_FOUND, COMMENT_NOT_FOUND, TASK_NOT_FOUND
from pivotal_server.kit.http import OperationTable, Upload, UploadedFile
from pivotal_server.limits.catalogue import ATTACHMENT_BYTES
from pivotal_server.rest.context import Context
from pivotal_server.tasks import service as tasks

table = OperationTable("Attachments")


@table.operation(
    "POST",
    "/comments/{id}/attachments",
    id="create-comment-attachment",
    sdk="attachments.create_for_comment",
    summary="Attach a file to a comment",
    scope="write:comments",
    upload=Upload.of(CommentAttachmentCreate, ATTACHMENT_BYTES.default),
    answers=(201, Attachment),
    errors=[COMMENT_NOT_FOUND],
)
async def create_comment_attachment(
    context: Context, _fields: CommentAttachmentCreate, file: UploadedFile
) -> Attachment:
    """Puts a file of any type, up to 25 MB, on a comment. Whoever sees the comment sees its files."""
    comment = await comments.get_comment_for_change(context.uow, context.id)
    return await service.attach_to_comment(context.uow, comment, file)


@table.operation(
    "POST",
    "/tasks/{id}/attachments",
    id="create-task-attachment",
    sdk="attachments.create_for_task",
    summary="Attach a file to a task",
    scope="write:comments",
    upload=Upload.of(TaskAttachmentCreate, ATTACHMENT_BYTES.default),
    answers=(201, Attachment),
    errors=[TASK_NOT_FOUND],
)
async def create_task_attachment(
    context: Context, fields: TaskAttachmentCreate, file: UploadedFile
) -> Attachment:
    """Puts a file of any type, up to 25 MB, on a task or subtask. It is internal unless `visibility` says
    otherwise.
    """
    _, task = await tasks.get_task_for_change(context.uow, context.id)
    return await service.attach_to_task(context.uow, task, file, fields.visibility)


@table.operation(
    "GET",
    "/attachments/{id}",
    id="get-attachment",
    sdk="attachments.get",
    summary="Get an attachment",
    scope="read:comments",
    answers=(200, Attachment),
    errors=[ATTACHMENT_NOT_FOUND],
)
async def get_attachment(context: Context) -> Attachment:
    """One attachment, with a link at which its file can be fetched without a key for 5 minutes."""
    found = await service.read_attachment(context.db, context.org_id, context.id)
    return replace(found, url=context.files.link(context.org_id, found.id))


@table.operation(
    "DELETE",
    "/attachments/{id}",
    id="delete-attachment",
    sdk="attachments.delete",
    summary="Remove an attachment",
    scope="write:comments",
    answers=(200, AttachmentDeleted),
    errors=[ATTACHMENT_NOT_FOUND],
)
async def delete_attachment(context: Context) -> AttachmentDeleted:
    """Removes a file from its comment or task, whoever has put it there. Links to it stop working."""
    row, comment = await service.get_attachment_for_change(context.uow, context.id)
    await service.delete_attachment(context.uow, row, comment)
    return AttachmentDeleted(id=row.id)
