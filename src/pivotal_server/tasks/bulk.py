"""One act on many tasks, each by the ordinary call and in its own savepoint (ONB-BULK-1, -2, APP-BULK-4)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.onboardings import service as onboardings
from pivotal_server.tasks import changes, completion, repository, service
from pivotal_server.tasks.home import Home
from pivotal_server.tasks.repository import TaskRow
from pivotal_server.tasks.schemas import TaskUpdate
from pivotal_server.unit_of_work import UnitOfWork

MOST = 2_000

Act = Callable[[UnitOfWork, Home, TaskRow], Awaitable[Any]]


class Skipped(Struct, frozen=True):
    """A task that was left as it is, and why."""

    title: str
    reason: str


class Outcome(Struct, frozen=True):
    """What a bulk act did."""

    changed: int
    skipped: tuple[Skipped, ...]


def act_of(name: str, *, assignee_id: str | None, due: date | None, days: int, phase: str) -> Act:
    """The act with this name. Raises ``invalid_reference`` for one that there is not."""

    def edit(**values: Any) -> Act:
        async def change(uow: UnitOfWork, home: Home, row: TaskRow) -> TaskRow:
            return await changes.update_task(uow, home, row, TaskUpdate(**values))

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
        moved: Any = row.due_date + timedelta(days=days)
        return await changes.update_task(uow, home, row, TaskUpdate(due_date=moved))

    new_due: Any = due
    acts: dict[str, Act] = {
        "complete": complete,
        "reopen": reopen,
        "assign": edit(assignee_id=assignee_id),
        "due": edit(due_date=new_due),
        "shift": shift,
        "move": edit(phase=phase),
        "facing": edit(customer_facing=True),
        "internal": edit(customer_facing=False),
        "delete": service.delete_task,
    }
    if name not in acts:
        raise INVALID_REFERENCE(field="act", message="There is no such act")
    return acts[name]


async def for_each(uow: UnitOfWork, onboarding_id: str, ids: Sequence[str], act: Act) -> Outcome:
    """Do ``act`` to each of the tasks of an onboarding, which is locked; what a rule forbids is skipped.

    All entries carry one ``bulk_id``. A task that is gone meanwhile is passed over.
    """
    uow.bulk_id = cuid()
    home = await onboardings.get_onboarding(uow.tx, uow.org_id, onboarding_id, lock=True)
    changed = 0
    skipped: list[Skipped] = []
    for id in ids[:MOST]:
        # One after the other, each as it is by then: a parent may have taken its subtasks along.
        found = await repository.by_ids(uow.tx, uow.org_id, [id])
        if not found or found[0].onboarding_id != onboarding_id:
            continue
        [row] = found
        try:
            async with uow.step():
                after = await act(uow, home, row)
        except ApiError as fault:
            skipped.append(Skipped(row.title, fault.message))
        else:
            changed += after != row
    return Outcome(changed, tuple(skipped))
