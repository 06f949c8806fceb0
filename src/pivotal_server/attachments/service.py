"""Attachments: putting files on comments and tasks, reading and removing them (ONB-FILE-1 … 4)."""

import msgspec

from pivotal_server.activity.entries import Change
from pivotal_server.attachments import repository
from pivotal_server.attachments.repository import AttachmentRow
from pivotal_server.attachments.schemas import Attachment
from pivotal_server.comments import service as comments
from pivotal_server.comments.service import CommentRow
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import ATTACHMENT_NOT_FOUND
from pivotal_server.files.service import keep_file
from pivotal_server.kit.http import UploadedFile
from pivotal_server.tasks.service import TaskRow
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "AttachmentRow",
    "attach_to_comment",
    "attach_to_task",
    "delete_attachment",
    "get_attachment_for_change",
    "is_shown",
    "read_attachment",
]

PURPOSE = "attachment"
"""What files of this room are registered as."""


async def read_attachment(db: Executor, org_id: str, id: str) -> Attachment:
    """The wire object of an attachment, without a link. Raises ``attachment_not_found``."""
    found = await repository.read(db, org_id, id)
    if found is None:
        raise ATTACHMENT_NOT_FOUND()
    return Attachment(found.id, found.name, found.size, found.content_type)


async def is_shown(db: Executor, org_id: str, id: str) -> bool:
    """Whether a file may still be fetched: it was not removed, nor what it was put on."""
    return await repository.read(db, org_id, id) is not None


async def attach_to_comment(uow: UnitOfWork, comment: CommentRow, upload: UploadedFile) -> Attachment:
    """Put a file on a locked comment; whoever sees the comment sees the file."""
    row = AttachmentRow(
        id=upload.path.name,
        customer_id=comment.customer_id,
        onboarding_id=comment.onboarding_id,
        task_id=comment.task_id,
        comment_id=comment.id,
        visibility=None,
        created_by=uow.actor.string,
        livemode=uow.actor.livemode and comment.livemode,
        created_at=uow.now,
        deleted_at=None,
    )
    attached = await _attach(uow, row, upload)
    await comments.set_attachments(uow, comment, [*_files_of(comment), attached])
    return attached


async def attach_to_task(uow: UnitOfWork, task: TaskRow, upload: UploadedFile, visibility: str) -> Attachment:
    """Put a file on a task of a locked onboarding, in whatever state that is."""
    row = AttachmentRow(
        id=upload.path.name,
        customer_id=task.customer_id,
        onboarding_id=task.onboarding_id,
        task_id=task.id,
        comment_id=None,
        visibility=visibility,
        created_by=uow.actor.string,
        livemode=uow.actor.livemode and task.livemode,
        created_at=uow.now,
        deleted_at=None,
    )
    return await _attach(uow, row, upload)


async def _attach(uow: UnitOfWork, row: AttachmentRow, upload: UploadedFile) -> Attachment:
    file = await keep_file(uow, upload, PURPOSE)
    await repository.insert(uow.tx, uow.org_id, row)
    _record(uow, row, "attachment.added", Change("file", None, file.name))
    return Attachment(file.id, file.name, file.size, file.content_type)


async def get_attachment_for_change(uow: UnitOfWork, id: str) -> tuple[AttachmentRow, CommentRow | None]:
    """An attachment, removed or not, and the comment it is on, if it is on one; both locked, the comment
    first. Raises ``attachment_not_found``.
    """
    row = await repository.find(uow.tx, uow.org_id, id)
    if row is None:
        raise ATTACHMENT_NOT_FOUND()
    comment = None
    if row.comment_id is not None:
        comment = await comments.get_comment_for_change(uow, row.comment_id, deleted=True)
    row = await repository.find(uow.tx, uow.org_id, id, lock=True)
    if row is None:
        raise ATTACHMENT_NOT_FOUND()
    return row, comment


async def delete_attachment(uow: UnitOfWork, row: AttachmentRow, comment: CommentRow | None) -> None:
    """Remove a locked attachment from where it is; a removed one stays as it is. The file is kept."""
    if row.deleted_at is not None:
        return
    shown = await read_attachment(uow.tx, uow.org_id, row.id)
    await repository.delete(uow.tx, uow.org_id, row.id, uow.now)
    if comment is not None:
        left = [file for file in _files_of(comment) if file.id != row.id]
        await comments.set_attachments(uow, comment, left)
    _record(uow, row, "attachment.removed", Change("file", shown.name, None))


def _files_of(comment: CommentRow) -> list[Attachment]:
    return msgspec.json.decode(comment.attachments, type=list[Attachment])


def _record(uow: UnitOfWork, row: AttachmentRow, event: str, change: Change) -> None:
    uow.record(
        event,
        target=("attachment", row.id, None),
        customer_id=row.customer_id,
        onboarding_id=row.onboarding_id,
        task_id=row.task_id,
        diff=[change],
        livemode=row.livemode,
    )
