"""SQL of comments."""

from datetime import datetime
from typing import TypeVar

import msgspec
from sqlalchemy import ColumnElement, Table, bindparam, exists, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.lists import PagedList
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import comment_versions, comments, onboardings, tasks


class CommentRow(msgspec.Struct, frozen=True):
    """A comment as stored."""

    id: str
    display_id: int
    customer_id: str
    onboarding_id: str | None
    task_id: str | None
    body: str
    visibility: str
    mentions: msgspec.Raw
    attachments: msgspec.Raw
    created_by: str
    edited_at: datetime | None
    livemode: bool
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


_C = comments.c
_LIVE = _C.deleted_at.is_(None)


def _gone(table: Table, of: ColumnElement[str]) -> ColumnElement[bool]:
    found = table.c.org_id == _C.org_id, table.c.id == of, table.c.deleted_at.is_not(None)
    return exists().where(*found)


# Comments of a deleted task or onboarding are hidden with it.
_SHOWN = select(*columns_of(CommentRow, comments)).where(
    _C.org_id == bindparam("org_id"),
    ~_gone(tasks, _C.task_id),
    ~_gone(onboardings, _C.onboarding_id),
)
_FOUND = _SHOWN.with_for_update(of=comments)
BY_NUMBER = Statement(_SHOWN.where(_C.display_id == bindparam("number")), into=CommentRow)
BY_ID_LOCKED = Statement(_FOUND.where(_C.id == bindparam("id")), into=CommentRow)
BY_NUMBER_LOCKED = Statement(_FOUND.where(_C.display_id == bindparam("number")), into=CommentRow)
INSERT = Statement.write(insert_of(comments))
_CHANGEABLE = ("body", "visibility", "mentions", "attachments", "edited_at", "updated_at", "deleted_at")
UPDATE = Statement.write(
    update(comments)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=_C[name].type) for name in _CHANGEABLE})
)
INSERT_VERSION = Statement.write(insert_of(comment_versions))
W = TypeVar("W", bound=msgspec.Struct)


def wire_customer_list(kind: type[W]) -> PagedList[W]:
    """The thread of a customer itself (bound: ``customer_id``), as wire objects of ``kind``."""
    own = [_LIVE, _C.customer_id == bindparam("customer_id"), _C.onboarding_id.is_(None)]
    return PagedList(kind, comments, own, {}, wire=True)


def wire_onboarding_list(kind: type[W]) -> PagedList[W]:
    """The thread of an onboarding itself (bound: ``onboarding_id``), as wire objects of ``kind``."""
    own = [_LIVE, _C.onboarding_id == bindparam("onboarding_id"), _C.task_id.is_(None)]
    return PagedList(kind, comments, own, {}, wire=True)


def wire_task_list(kind: type[W]) -> PagedList[W]:
    """The thread of a task (bound: ``task_id``), as wire objects of ``kind``."""
    return PagedList(kind, comments, [_LIVE, _C.task_id == bindparam("task_id")], {}, wire=True)


async def find(db: Executor, org_id: str, number: int) -> CommentRow | None:
    """The comment with this number, deleted or not. Those of deleted tasks and onboardings are not found."""
    return await db.fetch_one(BY_NUMBER, {"org_id": org_id, "number": number})


async def find_locked(
    tx: Transaction, org_id: str, *, id: str | None = None, number: int | None = None
) -> CommentRow | None:
    """The comment with this id or number, deleted or not, kept from changing by others.

    Those of deleted tasks and onboardings are not found.
    """
    if number is not None:
        return await tx.fetch_one(BY_NUMBER_LOCKED, {"org_id": org_id, "number": number})
    return await tx.fetch_one(BY_ID_LOCKED, {"org_id": org_id, "id": id})


async def insert(tx: Transaction, org_id: str, row: CommentRow) -> None:
    """Insert a comment."""
    await tx.execute(INSERT, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def save(tx: Transaction, org_id: str, row: CommentRow) -> None:
    """Write the changed fields of a comment."""
    values = {name: getattr(row, name) for name in _CHANGEABLE}
    await tx.execute(UPDATE, {"in_org": org_id, "of_id": row.id, **values})


async def keep_version(tx: Transaction, org_id: str, row: CommentRow, at: datetime) -> None:
    """Keep what a comment says before it is edited."""
    values = {"org_id": org_id, "comment_id": row.id, "replaced_at": at, "body": row.body}
    await tx.execute(INSERT_VERSION, values)
