"""Comments: listing, writing, editing, deleting (ONB-COM-1 … 7)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from pivotal_server.activity.entries import Change
from pivotal_server.attachments.schemas import Attachment
from pivotal_server.comments import repository
from pivotal_server.comments.mentions import mentioned
from pivotal_server.comments.repository import CommentRow
from pivotal_server.comments.schemas import Comment, CommentCreate, CommentUpdate
from pivotal_server.comments.telling import tell_of_comment
from pivotal_server.comments.wire import to_wire
from pivotal_server.db.engine import Executor
from pivotal_server.db.lists import PagedList
from pivotal_server.errors_catalogue import COMMENT_NOT_FOUND, NOT_AUTHOR
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.references import number_in
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "CommentRow",
    "Place",
    "count_comments",
    "create_comment",
    "delete_comment",
    "find_comment",
    "get_comment_for_change",
    "read_comments",
    "set_attachments",
    "update_comment",
]

_CUSTOMER_LIST = repository.wire_customer_list(Comment)
_ONBOARDING_LIST = repository.wire_onboarding_list(Comment)
_TASK_LIST = repository.wire_task_list(Comment)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What comments stand on: a customer, one of its onboardings, or a task of one."""

    customer_id: str
    onboarding_id: str | None = None
    task_id: str | None = None
    livemode: bool = True


def _thread(place: Place) -> tuple[PagedList[Comment], dict[str, str]]:
    if place.task_id is not None:
        return _TASK_LIST, {"task_id": place.task_id}
    if place.onboarding_id is not None:
        return _ONBOARDING_LIST, {"onboarding_id": place.onboarding_id}
    return _CUSTOMER_LIST, {"customer_id": place.customer_id}


async def read_comments(
    db: Executor, org_id: str, place: Place, part: Slice
) -> tuple[list[Comment], datetime | None]:
    """One page of the thread of a place as wire objects, and the cursor of the next page."""
    thread, bound = _thread(place)
    return await thread.page(db, org_id, part, {}, bound)


async def count_comments(db: Executor, org_id: str, place: Place, part: Slice) -> int:
    """How many comments the thread of a place has."""
    thread, bound = _thread(place)
    return await thread.count(db, org_id, part, {}, bound)


async def find_comment(db: Executor, org_id: str, number: int) -> CommentRow | None:
    """The live comment with this number; those of deleted tasks and onboardings are not found."""
    row = await repository.find(db, org_id, number)
    return None if row is None or row.deleted_at is not None else row


async def get_comment_for_change(uow: UnitOfWork, reference: str, *, deleted: bool = False) -> CommentRow:
    """The comment that ``reference`` (id or display_id) names, kept from changing by others.

    Raises ``comment_not_found``, also when its task or onboarding was deleted.
    """
    row = await repository.find_locked(uow.tx, uow.org_id, id=reference, number=number_in(reference))
    if row is None or (row.deleted_at is not None and not deleted):
        raise COMMENT_NOT_FOUND()
    return row


async def create_comment(
    uow: UnitOfWork, place: Place, data: CommentCreate, *, strict: bool = True
) -> CommentRow:
    """Write a comment in a place that the caller has locked.

    Raises ``invalid_reference`` for a mention of somebody who cannot be mentioned there; when not ``strict``
    that is passed over.
    """
    mentions = await mentioned(uow, place.customer_id, data.body, data.visibility, strict=strict)
    display_id, created_at = await uow.allocate("comment")
    row = CommentRow(
        id=cuid(),
        display_id=display_id,
        customer_id=place.customer_id,
        onboarding_id=place.onboarding_id,
        task_id=place.task_id,
        body=data.body,
        visibility=data.visibility,
        mentions=msgspec.Raw(msgspec.json.encode(mentions)),
        attachments=msgspec.Raw(b"[]"),
        created_by=uow.actor.string,
        edited_at=None,
        livemode=uow.actor.livemode and place.livemode,
        created_at=created_at,
        updated_at=created_at,
        deleted_at=None,
    )
    await repository.insert(uow.tx, uow.org_id, row)
    _changed(uow, None, row)
    _record(uow, row, "comment.added")
    await tell_of_comment(uow, row, mentions, new=True)
    return row


async def update_comment(uow: UnitOfWork, row: CommentRow, data: CommentUpdate) -> CommentRow:
    """Edit a locked comment, or change who sees it; when nothing differs nothing is written.

    The earlier text is kept. Raises ``not_author`` for anybody but its author, ``invalid_reference`` for a
    new mention.
    """
    if row.created_by != uow.actor.string:
        raise NOT_AUTHOR()
    body = row.body if data.body is UNSET else data.body
    visibility = row.visibility if data.visibility is UNSET else data.visibility
    if (body, visibility) == (row.body, row.visibility):
        return row
    edited = body != row.body
    known = msgspec.json.decode(row.mentions, type=list[str])
    mentions = await mentioned(uow, row.customer_id, body, visibility, known=known, strict=edited)
    at = uow.touched(row.updated_at)
    after = replace(
        row,
        body=body,
        visibility=visibility,
        mentions=msgspec.Raw(msgspec.json.encode(mentions)),
        edited_at=at if edited else row.edited_at,
        updated_at=at,
    )
    if edited:
        await repository.keep_version(uow.tx, uow.org_id, row, at)
    await repository.save(uow.tx, uow.org_id, after)
    _changed(uow, row, after)
    if edited:
        _record(uow, row, "comment.edited")
        await tell_of_comment(uow, after, [id for id in mentions if id not in known], new=False)
    if visibility != row.visibility:
        _record(uow, row, "comment.visibility_changed", Change("visibility", row.visibility, visibility))
    return after


async def set_attachments(uow: UnitOfWork, row: CommentRow, files: Sequence[Attachment]) -> CommentRow:
    """Say which files a locked comment has now."""
    after = replace(
        row,
        attachments=msgspec.Raw(msgspec.json.encode(files)),
        updated_at=uow.touched(row.updated_at),
    )
    await repository.save(uow.tx, uow.org_id, after)
    _changed(uow, row, after)
    return after


async def delete_comment(uow: UnitOfWork, row: CommentRow) -> CommentRow:
    """Delete a locked comment softly; a deleted one stays as it is. Text and files are kept (ONB-COM-5)."""
    if row.deleted_at is not None:
        return row
    gone = replace(row, deleted_at=uow.now, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, uow.org_id, gone)
    _changed(uow, gone, None)
    _record(uow, row, "comment.deleted")
    return gone


def _changed(uow: UnitOfWork, before: CommentRow | None, after: CommentRow | None) -> None:
    row = after or before
    assert row is not None
    uow.changed(
        "comment",
        id=row.id,
        display_id=row.display_id,
        customer_id=row.customer_id,
        livemode=row.livemode,
        before=None if before is None else to_wire(before),
        after=None if after is None else to_wire(after),
    )


def _record(uow: UnitOfWork, row: CommentRow, event: str, *diff: Change) -> None:
    # The stream is read by people who may not read a deleted comment, so its text is not copied there.
    uow.record(
        event,
        target=("comment", row.id, row.display_id),
        customer_id=row.customer_id,
        onboarding_id=row.onboarding_id,
        task_id=row.task_id,
        diff=diff,
        livemode=row.livemode,
    )
