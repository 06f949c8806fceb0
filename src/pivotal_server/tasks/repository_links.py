"""SQL of dependencies between tasks."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, delete, literal, or_, select, union_all

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, insert_of
from pivotal_server.db.tables import task_dependencies, tasks

_D = task_dependencies.c
INSERT = Statement.write(insert_of(task_dependencies))
DELETE_OF = Statement.write(
    delete(task_dependencies).where(_D.org_id == bindparam("org_id"), any_of(_D.task_id, "ids"))
)
DELETE_ALL_OF = Statement.write(
    delete(task_dependencies).where(
        _D.org_id == bindparam("org_id"), or_(any_of(_D.task_id, "ids"), any_of(_D.depends_on_id, "ids"))
    )
)
AROUND = Statement.rows(
    union_all(
        select(literal("before").label("side"), _D.depends_on_id.label("id")).where(
            _D.org_id == bindparam("org_id"), _D.task_id == bindparam("task_id")
        ),
        select(literal("after"), _D.task_id).where(
            _D.org_id == bindparam("org_id"), _D.depends_on_id == bindparam("task_id")
        ),
    )
)
EDGES = Statement.rows(
    select(_D.task_id, _D.depends_on_id).where(_D.org_id == bindparam("org_id"), any_of(_D.task_id, "ids"))
)
DEPENDENTS = Statement.scalar(
    select(_D.task_id).distinct().where(_D.org_id == bindparam("org_id"), any_of(_D.depends_on_id, "ids")),
    str,
)
# The open predecessors of tasks: a task that has none is free.
OPEN_BEFORE = Statement.rows(
    select(_D.task_id, _D.depends_on_id)
    .select_from(
        task_dependencies.join(tasks, and_(tasks.c.org_id == _D.org_id, tasks.c.id == _D.depends_on_id))
    )
    .where(
        _D.org_id == bindparam("org_id"),
        any_of(_D.task_id, "ids"),
        ~tasks.c.done,
        tasks.c.deleted_at.is_(None),
    )
)


async def insert(tx: Transaction, org_id: str, edges: Mapping[str, Sequence[str]]) -> None:
    """Insert what each task depends on."""
    rows = [
        {"org_id": org_id, "task_id": task, "depends_on_id": before}
        for task, found in edges.items()
        for before in found
    ]
    if rows:
        await tx.execute_many(INSERT, rows)


async def around(db: Executor, org_id: str, task_id: str) -> tuple[list[str], list[str]]:
    """The ids of what a task waits for, and of what waits for it."""
    found = await db.fetch_all(AROUND, {"org_id": org_id, "task_id": task_id})
    return [id for side, id in found if side == "before"], [id for side, id in found if side == "after"]


async def replace(tx: Transaction, org_id: str, edges: Mapping[str, Sequence[str]]) -> None:
    """Make ``edges`` all that these tasks depend on."""
    await tx.execute(DELETE_OF, {"org_id": org_id, "ids": list(edges)})
    await insert(tx, org_id, edges)


async def drop(tx: Transaction, org_id: str, ids: Sequence[str]) -> None:
    """Drop every dependency of and on these tasks."""
    await tx.execute(DELETE_ALL_OF, {"org_id": org_id, "ids": ids})


async def dependents(db: Executor, org_id: str, ids: Sequence[str]) -> list[str]:
    """The tasks that depend on one of these."""
    return await db.fetch_all(DEPENDENTS, {"org_id": org_id, "ids": ids})


async def open_before(db: Executor, org_id: str, ids: Sequence[str]) -> dict[str, list[str]]:
    """The open predecessors of each of these tasks; a task without one is left out."""
    found: dict[str, list[str]] = {}
    params: dict[str, Any] = {"org_id": org_id, "ids": ids}
    for task, before in await db.fetch_all(OPEN_BEFORE, params):
        found.setdefault(task, []).append(before)
    return found


async def predecessors(db: Executor, org_id: str, ids: Sequence[str]) -> dict[str, list[str]]:
    """What each of these tasks depends on; a task that depends on nothing is left out."""
    found: dict[str, list[str]] = {}
    if ids:
        for task, before in await db.fetch_all(EDGES, {"org_id": org_id, "ids": ids}):
            found.setdefault(task, []).append(before)
    return found
