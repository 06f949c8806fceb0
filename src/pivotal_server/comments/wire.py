"""A stored comment as the API shows it."""

from typing import Any

from pivotal_server.comments.repository import CommentRow
from pivotal_server.comments.schemas import Comment
from pivotal_server.kit.clock import wire, wire_or_none


def to_wire(row: CommentRow) -> Comment:
    """The REST object of a row. Stored JSON passes through without being decoded.

    A deleted comment, as its event shows it, has neither text nor files.
    """
    gone = row.deleted_at is not None
    body: Any = None if gone else row.body
    visibility: Any = row.visibility
    mentions: Any = row.mentions
    attachments: Any = [] if gone else row.attachments
    return Comment(
        id=row.id,
        display_id=row.display_id,
        customer_id=row.customer_id,
        onboarding_id=row.onboarding_id,
        task_id=row.task_id,
        body=body,
        visibility=visibility,
        mentions=mentions,
        attachments=attachments,
        created_by=row.created_by,
        edited_at=wire_or_none(row.edited_at),
        livemode=row.livemode,
        created_at=wire(row.created_at),
        updated_at=wire(row.updated_at),
    )
