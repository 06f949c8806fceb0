"""Completing a task with a note (ONB-DONE-2). Apart from completing, since comments know the rooms below."""

from pivotal_server.comments.schemas import CommentCreate
from pivotal_server.comments.service import Place, create_comment
from pivotal_server.tasks.completion import complete_task
from pivotal_server.tasks.home import Home
from pivotal_server.tasks.repository import TaskRow
from pivotal_server.unit_of_work import UnitOfWork


async def complete_with_note(
    uow: UnitOfWork, home: Home, row: TaskRow, *, complete_subtasks: bool, note: str | None
) -> TaskRow:
    """Complete a task as ``complete_task`` does; ``note`` becomes an internal comment on it.

    A task that is done already stays as it is, and the note is dropped.
    """
    after = await complete_task(uow, home, row, complete_subtasks=complete_subtasks)
    if note is not None and not row.done:
        place = Place(
            customer_id=row.customer_id,
            onboarding_id=row.onboarding_id,
            task_id=row.id,
            livemode=row.livemode,
        )
        await create_comment(uow, place, CommentCreate(body=note), strict=False)
    return after
