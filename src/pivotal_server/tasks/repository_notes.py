"""SQL of why dates moved: notes on due dates and targets, with what they followed (ONB-DATE-8, -9)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Select, and_, bindparam, func, or_, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement, any_of
from pivotal_server.db.tables import api_keys, date_notes, tasks

_OF_KEY = "api_key:"


class NoteRow(msgspec.Struct, frozen=True):
    """Why a date is what it is. Without a task it is the target launch.

    ``key``: the name of the API key that was the actor. ``followed_*``: the change of the target or task that
    it followed. ``cause_*``: the task that it followed, as that is now.
    """

    task_id: str | None
    at: datetime
    old_date: date | None
    new_date: date | None
    cause: str
    cause_id: str | None
    actor: str
    reason: str | None
    key: str | None
    followed_old: date | None
    followed_new: date | None
    followed_reason: str | None
    cause_title: str | None
    cause_due: date | None
    cause_done_at: datetime | None


_N, _K = date_notes.c, api_keys.c
_FOLLOWED, _CAUSE = date_notes.alias("followed"), tasks.alias("cause")
_F, _T = _FOLLOWED.c, _CAUSE.c
# One act writes what a date followed and the date itself at one moment, and a task at most once.
_SAME_ACT = and_(
    _F.org_id == _N.org_id,
    _F.onboarding_id == _N.onboarding_id,
    _F.at == _N.at,
    or_(
        and_(_N.cause == "target_shifted", _F.task_id.is_(None)),
        and_(_N.cause == "dependency_moved", _F.task_id == _N.cause_id),
    ),
)
_OWN = [name for name in NoteRow.__struct_fields__ if name in _N]
_NOTES: Select[Any] = (
    select(
        *[_N[name] for name in _OWN],
        _K.name.label("key"),
        _F.old_date.label("followed_old"),
        _F.new_date.label("followed_new"),
        _F.reason.label("followed_reason"),
        _T.title.label("cause_title"),
        _T.due_date.label("cause_due"),
        _T.completed_at.label("cause_done_at"),
    )
    .select_from(
        date_notes.outerjoin(
            api_keys,
            and_(_K.org_id == _N.org_id, _K.id == func.substr(_N.actor, len(_OF_KEY) + 1)),
        )
        .outerjoin(_FOLLOWED, _SAME_ACT)
        .outerjoin(_CAUSE, and_(_T.org_id == _N.org_id, _T.id == _N.cause_id))
    )
    .where(_N.org_id == bindparam("org_id"))
)
OF_TASK = Statement(
    _NOTES.where(_N.task_id == bindparam("task_id")).order_by(_N.at.desc(), _N.id.desc()).limit(50),
    into=NoteRow,
)
OF_TARGET = Statement(
    _NOTES.where(_N.onboarding_id == bindparam("onboarding_id"), _N.task_id.is_(None))
    .order_by(_N.at.desc(), _N.id.desc())
    .limit(bindparam("limit")),
    into=NoteRow,
)
# A first day is no move.
SINCE = Statement(
    _NOTES.where(any_of(_N.task_id, "ids"), _N.at >= bindparam("since"), _N.old_date.is_not(None)).order_by(
        _N.at, _N.id
    ),
    into=NoteRow,
)


async def of_task(db: Executor, org_id: str, task_id: str) -> list[NoteRow]:
    """The newest 50 notes on the date of a task, newest first."""
    return await db.fetch_all(OF_TASK, {"org_id": org_id, "task_id": task_id})


async def of_target(db: Executor, org_id: str, onboarding_id: str, limit: int) -> list[NoteRow]:
    """The newest notes on the target launch of an onboarding, newest first."""
    return await db.fetch_all(OF_TARGET, {"org_id": org_id, "onboarding_id": onboarding_id, "limit": limit})


async def since(db: Executor, org_id: str, ids: Sequence[str], moment: datetime) -> dict[str, NoteRow]:
    """The newest note on the date of each of these tasks that moved since a moment."""
    if not ids:
        return {}
    found = await db.fetch_all(SINCE, {"org_id": org_id, "ids": ids, "since": moment})
    return {note.task_id: note for note in found if note.task_id is not None}
