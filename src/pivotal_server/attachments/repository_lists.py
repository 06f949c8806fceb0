"""SQL of lists of attachments."""

from datetime import datetime

import msgspec
from sqlalchemy import and_, bindparam, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import attachments, comments, files, tasks


class PlacedFile(msgspec.Struct, frozen=True):
    """A file, and where it was put."""

    id: str
    name: str
    size: int
    content_type: str
    created_at: datetime
    created_by: str
    visibility: str | None
    comment_number: int | None
    comment_visibility: str | None
    task_number: int | None
    task_title: str | None


_C = attachments.c
OF_ONBOARDING = Statement(
    select(
        _C.id,
        files.c.name,
        files.c.size,
        files.c.content_type,
        _C.created_at,
        _C.created_by,
        _C.visibility,
        comments.c.display_id.label("comment_number"),
        comments.c.visibility.label("comment_visibility"),
        tasks.c.display_id.label("task_number"),
        tasks.c.title.label("task_title"),
    )
    .select_from(
        attachments.join(files, and_(files.c.org_id == _C.org_id, files.c.id == _C.id))
        .outerjoin(comments, and_(comments.c.org_id == _C.org_id, comments.c.id == _C.comment_id))
        .outerjoin(tasks, and_(tasks.c.org_id == _C.org_id, tasks.c.id == _C.task_id))
    )
    .where(
        _C.org_id == bindparam("org_id"),
        _C.onboarding_id == bindparam("onboarding_id"),
        _C.deleted_at.is_(None),
        # A file is hidden with the comment or task that it was put on.
        comments.c.deleted_at.is_(None),
        tasks.c.deleted_at.is_(None),
    )
    .order_by(_C.created_at.desc())
    .limit(bindparam("limit")),
    into=PlacedFile,
)


async def of_onboarding(db: Executor, org_id: str, onboarding_id: str, limit: int) -> list[PlacedFile]:
    """The newest files of an onboarding."""
    params = {"org_id": org_id, "onboarding_id": onboarding_id, "limit": limit}
    return await db.fetch_all(OF_ONBOARDING, params)
