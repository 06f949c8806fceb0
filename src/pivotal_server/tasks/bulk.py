"""One act on many tasks, each by the ordinary call and in its own savepoint (ONB-BULK-1, -2, APP-BULK-4)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pivotal_server.bulk.rows import Asked, Outcome, Rows, Sight, for_each
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import INVALID_REFERENCE, ONBOARDING_NOT_FOUND, TASK_NOT_FOUND
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings import service_board as boards
from pivotal_server.tasks import changes, completion, repository, repository_page, service
from pivotal_server.tasks.home import Home
from pivotal_server.tasks.repository import TaskRow
from pivotal_server.tasks.schemas import TaskUpdate
from pivotal_server.unit_of_work import UnitOfWork

Act = Callable[[UnitOfWork, Home, TaskRow], Awaitable[Any]]


def act_of(name: str, values: Mapping[str, Any]) -> Act:
    """The act with this name. Raises ``invalid_reference`` for one that there is not.

    ``values``: what it takes of ``assignee_id``, ``due`` (an ISO day), ``days`` and ``phase``.
    """

    def edit(**fields: Any) -> Act:
        async def change(uow: UnitOfWork, home: Home, row: TaskRow) -> TaskRow:
            return await changes.update_task(uow, home, row, TaskUpdate(**fields))

        return change

    async def complete(uow: UnitOfWork, home: Home, row: TaskRow) -> TaskRow:
        service.refuse_done(home)
        return await completion.complete_task(uow, home, row, complete_subtasks=True)

    async def reopen(uow: UnitOfWork, home: Home, row: TaskRow) -> TaskRow:
        service.refuse_done(home)
        return await completion.reopen_task(uow, home, row)

    async def shift(uow: UnitOfWork, home: Home, row: TaskRow) -> TaskRow:
        if row.due_date is None or row.done:
            return row
        moved: Any = row.due_date + timedelta(days=values["days"])
        return await changes.update_task(uow, home, row, TaskUpdate(due_date=moved))

    due = values.get("due")
    new_due: Any = None if due is None else date.fromisoformat(due)
    acts: dict[str, Act] = {
        "complete": complete,
        "reopen": reopen,
        "assign": edit(assignee_id=values.get("assignee_id")),
        "due": edit(due_date=new_due),
        "shift": shift,
        "move": edit(phase=values.get("phase", "")),
        "facing": edit(customer_facing=True),
        "internal": edit(customer_facing=False),
        "delete": service.delete_task,
    }
    if name not in acts:
        raise INVALID_REFERENCE(field="act", message="There is no such act")
    return acts[name]


async def _count(db: Executor, org_id: str, asked: Asked, _sight: Sight) -> int:
    found = await repository_page.count_filtered(db, org_id, asked.place, asked.filters, asked.until)
    return found - len(asked.without)


async def _ids_after(
    db: Executor, org_id: str, asked: Asked, _sight: Sight, after: str, limit: int
) -> list[str]:
    return await repository_page.ids_filtered(
        db, org_id, asked.place, asked.filters, asked.until, after=after, limit=limit
    )


async def _do(uow: UnitOfWork, asked: Asked, ids: Sequence[str], sight: Sight) -> Outcome:
    act = act_of(asked.act, asked.values)
    home = await onboardings.get_onboarding(uow.tx, uow.org_id, asked.place, lock=True)
    if sight and not await boards.listed(uow.tx, uow.org_id, {**sight, "ids": [home.id]}, 1):
        raise ONBOARDING_NOT_FOUND()
    lines = {line.id: line for line in await repository_page.lines_of(uow.tx, uow.org_id, ids)}

    def work(id: str) -> Callable[[], Awaitable[bool]]:
        async def change() -> bool:
            # One after the other, each as it is by then: a parent may have taken its subtasks along.
            rows = await repository.by_ids(uow.tx, uow.org_id, [id])
            if not rows:
                return False
            if rows[0].onboarding_id != home.id:
                raise TASK_NOT_FOUND()
            return bool(await act(uow, home, rows[0]) != rows[0])

        return change

    known = (lines[id] for id in dict.fromkeys(ids) if id in lines)
    return await for_each(uow, ((line.title, line.display_id, work(line.id)) for line in known))


ROWS = Rows("tasks.bulk", "task", "work_on_onboardings", _count, _ids_after, _do)
