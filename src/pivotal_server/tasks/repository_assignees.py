"""SQL of who has which open tasks."""

from sqlalchemy import bindparam, exists, func, select

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of
from pivotal_server.db.tables import contacts, members, tasks
from pivotal_server.tasks.repository import TaskRow

_C = tasks.c
_OPEN = (
    _C.org_id == bindparam("org_id"),
    _C.deleted_at.is_(None),
    _C.assignee_id == bindparam("assignee_id"),
    ~_C.done,
)
COUNT = Statement.scalar(select(func.count()).select_from(tasks).where(*_OPEN), int)
HOMES = Statement.scalar(select(_C.onboarding_id).where(*_OPEN).distinct(), str)
OPEN = Statement(select(*columns_of(TaskRow, tasks)).where(*_OPEN).order_by(_C.display_id), into=TaskRow)
UNFIT = Statement(
    select(*columns_of(TaskRow, tasks))
    .where(
        _C.org_id == bindparam("org_id"),
        _C.onboarding_id == bindparam("onboarding_id"),
        _C.deleted_at.is_(None),
        _C.assignee_id.is_not(None),
        ~_C.done,
        ~exists().where(
            members.c.org_id == _C.org_id,
            members.c.id == _C.assignee_id,
            members.c.active,
            members.c.role != "viewer",
        ),
        ~exists().where(
            contacts.c.org_id == _C.org_id,
            contacts.c.id == _C.assignee_id,
            contacts.c.customer_id == _C.customer_id,
            contacts.c.deleted_at.is_(None),
            ~contacts.c.archived,
        ),
    )
    .order_by(_C.display_id),
    into=TaskRow,
)


async def count(db: Executor, org_id: str, assignee_id: str) -> int:
    """How many open tasks somebody has."""
    return await db.fetch_one(COUNT, {"org_id": org_id, "assignee_id": assignee_id}) or 0


async def homes(tx: Transaction, org_id: str, assignee_id: str) -> list[str]:
    """The onboardings in which somebody has open tasks."""
    return await tx.fetch_all(HOMES, {"org_id": org_id, "assignee_id": assignee_id})


async def open_tasks(tx: Transaction, org_id: str, assignee_id: str) -> list[TaskRow]:
    """The open tasks of somebody, by number."""
    return await tx.fetch_all(OPEN, {"org_id": org_id, "assignee_id": assignee_id})


async def unfit(tx: Transaction, org_id: str, onboarding_id: str) -> list[TaskRow]:
    """The open tasks of an onboarding whose assignee could not be given them now, by number."""
    return await tx.fetch_all(UNFIT, {"org_id": org_id, "onboarding_id": onboarding_id})
