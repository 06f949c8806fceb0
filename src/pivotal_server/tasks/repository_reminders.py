"""SQL of reminders: tasks near their due date, and which were reminded of already."""

from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import and_, bindparam, delete, func, select

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, insert_of
from pivotal_server.db.tables import onboardings, reminders, tasks

_DAY_ITSELF = ""
"""Stands for a task in the row that says that the reminders of a day went out."""


class DueRow(msgspec.Struct, frozen=True):
    """An open task near or past its due date, with its assignee and its onboarding."""

    id: str
    display_id: int
    title: str
    assignee_id: str
    due_date: date
    phase: str
    customer_facing: bool
    onboarding_number: int
    onboarding_name: str
    present_phase: str
    every_days: int


_T, _O, _R = tasks.c, onboardings.c, reminders.c
_DAY = bindparam("day", type_=_R.day.type)
DUE = Statement(
    select(
        _T.id,
        _T.display_id,
        _T.title,
        _T.assignee_id,
        _T.due_date,
        _T.phase,
        _T.customer_facing,
        _O.display_id.label("onboarding_number"),
        _O.name.label("onboarding_name"),
        _O.phase.label("present_phase"),
        _O.reminder_frequency_days.label("every_days"),
    )
    .select_from(tasks.join(onboardings, and_(_O.org_id == _T.org_id, _O.id == _T.onboarding_id)))
    .where(
        _T.org_id == bindparam("org_id"),
        _T.due_date >= bindparam("first", type_=_T.due_date.type),
        _T.due_date <= bindparam("last", type_=_T.due_date.type),
        _T.due_date.is_not(None),
        ~_T.customer_hidden,
        _T.deleted_at.is_(None),
        ~_T.done,
        ~_T.orphaned,
        _T.assignee_id.is_not(None),
        _O.deleted_at.is_(None),
        _O.state.in_(("active", "waiting", "at_risk")),
        _O.reminders_enabled,
    )
    .order_by(_T.due_date, _T.display_id),
    into=DueRow,
)
SENT = Statement.rows(
    select(_R.task_id, _R.due_date, func.count(), func.max(_R.day))
    .where(_R.org_id == bindparam("org_id"), any_of(_R.task_id, "ids"))
    .group_by(_R.task_id, _R.due_date)
)
IS_SENT = Statement.scalar(
    select(_R.day).where(
        _R.org_id == bindparam("org_id"), _R.task_id == bindparam("task_id"), _R.day == _DAY
    ),
    date,
)
INSERT = Statement.write(insert_of(reminders))
FORGET = Statement.write(delete(reminders).where(_R.org_id == bindparam("org_id"), _R.day < _DAY))


async def due(db: Executor, org_id: str, first: date, last: date) -> list[DueRow]:
    """Open tasks with an assignee in running onboardings that remind, by due date."""
    return await db.fetch_all(DUE, {"org_id": org_id, "first": first, "last": last})


async def sent(db: Executor, org_id: str, ids: Sequence[str]) -> dict[tuple[str, date], tuple[int, date]]:
    """How often these tasks were reminded of for a due date, and on which day last."""
    found = await db.fetch_all(SENT, {"org_id": org_id, "ids": ids}) if ids else []
    return {(id, due_date): (count, last) for id, due_date, count, last in found}


async def is_sent(db: Executor, org_id: str, day: date) -> bool:
    """Whether the reminders of a day went out."""
    params = {"org_id": org_id, "task_id": _DAY_ITSELF, "day": day}
    return await db.fetch_one(IS_SENT, params) is not None


async def mark_day(tx: Transaction, org_id: str, day: date) -> None:
    """Say that the reminders of a day go out. Raises ``UniqueViolation`` when another worker has said so."""
    await tx.execute(INSERT, {"org_id": org_id, "task_id": _DAY_ITSELF, "day": day, "due_date": day})


async def mark(tx: Transaction, org_id: str, day: date, rows: Sequence[DueRow]) -> None:
    """Say that these tasks were reminded of on a day."""
    values = [{"org_id": org_id, "task_id": row.id, "day": day, "due_date": row.due_date} for row in rows]
    if values:
        await tx.execute_many(INSERT, values)


async def forget(tx: Transaction, org_id: str, before: date) -> None:
    """Remove what was noted before a day."""
    await tx.execute(FORGET, {"org_id": org_id, "day": before})
