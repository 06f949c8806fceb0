"""REST operations of tasks."""

from functools import partial
from typing import Any

from pivotal_server.customers import service as customers
from pivotal_server.errors_catalogue import (
    DEPENDENCY_CYCLE,
    EXTERNAL_ID_TAKEN,
    IMMUTABLE_FIELD,
    INVALID_ENUM_VALUE,
    INVALID_REFERENCE,
    LIMIT_REACHED,
    MISSING_FIELD,
    ONBOARDING_DONE,
    ONBOARDING_NOT_FOUND,
    SUBTASK_DEPTH,
    TASK_NOT_FOUND,
    UNKNOWN_PHASE,
)
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.http import OperationTable
from pivotal_server.kit.references import number_in
from pivotal_server.kit.wire import Deleted
from pivotal_server.members import service as members
from pivotal_server.onboardings import service as onboardings
from pivotal_server.rest.context import Context
from pivotal_server.rest.expansions import CUSTOMER, ONBOARDING
from pivotal_server.rest.lists import filters_of, page
from pivotal_server.tasks import changes, completion, service
from pivotal_server.tasks.noting import complete_with_note
from pivotal_server.tasks.schemas import (
    OnboardingTaskQuery,
    SubtaskCreate,
    Task,
    TaskComplete,
    TaskCreate,
    TaskPage,
    TaskQuery,
    TaskUpdate,
)

table = OperationTable("Tasks")

_CREATE_ERRORS = [
    *(ONBOARDING_DONE, INVALID_REFERENCE, LIMIT_REACHED, EXTERNAL_ID_TAKEN),
    # What contradicts each other: a day that is typed and planned, a task of a contact that is internal.
    *(MISSING_FIELD, INVALID_ENUM_VALUE),
]


async def _filters(context: Context) -> dict[str, Any] | None:
    """The filters as the repository takes them; ``None`` when they name nothing that exists."""
    filters = filters_of(context.query)
    assignee = filters.get("assignee_id")
    if assignee is not None and number_in(assignee) is not None:
        member = await members.find(context.db, context.org_id, assignee)
        if member is None:
            return None
        filters["assignee_id"] = member.id
    try:
        if "customer_id" in filters:
            customer = await customers.get_customer(context.db, context.org_id, filters["customer_id"])
            filters["customer_id"] = customer.id
        if "onboarding_id" in filters:
            home = await onboardings.get_onboarding(context.db, context.org_id, filters["onboarding_id"])
            filters["onboarding_id"] = home.id
    except ApiError:
        return None
    return filters


async def _page(context: Context, onboarding_id: str | None) -> TaskPage:
    return await page(
        TaskPage,
        context.query,
        await _filters(context),
        partial(service.read_tasks, context.db, context.org_id, onboarding_id=onboarding_id),
        partial(service.count_tasks, context.db, context.org_id, onboarding_id=onboarding_id),
    )


@table.operation(
    "GET",
    "/tasks",
    id="list-tasks",
    sdk="tasks.list",
    tools=["list_tasks"],
    summary="List tasks",
    scope="read:tasks",
    query=TaskQuery,
    answers=(200, TaskPage),
    expand=[CUSTOMER, ONBOARDING],
)
async def list_tasks(context: Context) -> TaskPage:
    """Tasks and subtasks, newest first. Those of archived and deleted customers are left out."""
    return await _page(context, None)


@table.operation(
    "GET",
    "/onboardings/{id}/tasks",
    id="list-onboarding-tasks",
    sdk="onboardings.tasks.list",
    summary="List the tasks of an onboarding",
    scope="read:tasks",
    query=OnboardingTaskQuery,
    answers=(200, TaskPage),
    errors=[ONBOARDING_NOT_FOUND],
    expand=[CUSTOMER, ONBOARDING],
)
async def list_onboarding_tasks(context: Context) -> TaskPage:
    """The tasks and subtasks of one onboarding, newest first, also while its customer is archived."""
    home = await onboardings.get_onboarding(context.db, context.org_id, context.id)
    return await _page(context, home.id)


@table.operation(
    "POST",
    "/onboardings/{id}/tasks",
    id="create-onboarding-task",
    sdk="tasks.create",
    tools=["create_task"],
    summary="Create a task",
    scope="write:tasks",
    body=TaskCreate,
    resource=Task,
    answers=(201, Task),
    errors=[ONBOARDING_NOT_FOUND, UNKNOWN_PHASE, *_CREATE_ERRORS],
    single=True,
)
async def create_onboarding_task(context: Context, body: TaskCreate) -> Task:
    """Adds a task to an onboarding, in its present phase when `phase` is left out. A task of a contact is
    customer-facing. Send `due_date` for a fixed day, or `due_anchor` and `due_offset` for a planned one.
    """
    home = await onboardings.get_onboarding(context.db, context.org_id, context.id, lock=True)
    return await service.shown(context.uow, await service.create_task(context.uow, home, body))


@table.operation(
    "POST",
    "/tasks/{id}/subtasks",
    id="create-task-subtask",
    sdk="tasks.create_subtask",
    summary="Create a subtask",
    scope="write:tasks",
    body=SubtaskCreate,
    resource=Task,
    answers=(201, Task),
    errors=[TASK_NOT_FOUND, SUBTASK_DEPTH, DEPENDENCY_CYCLE, *_CREATE_ERRORS],
    single=True,
)
async def create_task_subtask(context: Context, body: SubtaskCreate) -> Task:
    """Adds a subtask to a task. Phase and `customer_facing` are those of the task. There is one level."""
    home, parent = await service.get_task_for_change(context.uow, context.id)
    return await service.shown(context.uow, await service.create_subtask(context.uow, home, parent, body))


@table.operation(
    "GET",
    "/tasks/{id}",
    id="get-task",
    sdk="tasks.get",
    summary="Get a task",
    scope="read:tasks",
    answers=(200, Task),
    errors=[TASK_NOT_FOUND],
    single=True,
    expand=[CUSTOMER, ONBOARDING],
)
async def get_task(context: Context) -> Task:
    """One task or subtask, by `id` or `display_id`."""
    return await service.read_task(context.db, context.org_id, context.id)


@table.operation(
    "PATCH",
    "/tasks/{id}",
    id="update-task",
    sdk="tasks.update",
    summary="Update a task",
    scope="write:tasks",
    body=TaskUpdate,
    resource=Task,
    answers=(200, Task),
    errors=[TASK_NOT_FOUND, UNKNOWN_PHASE, SUBTASK_DEPTH, IMMUTABLE_FIELD, DEPENDENCY_CYCLE, *_CREATE_ERRORS],
    single=True,
)
async def update_task(context: Context, body: TaskUpdate) -> Task:
    """Changes the given keys. `done` completes or reopens. A `due_date` that is sent makes the date fixed,
    a `due_anchor` makes it planned again. Subtasks follow the phase and `customer_facing` of their parent.
    """
    home, row = await service.get_task_for_change(context.uow, context.id)
    context.check_match(await service.shown(context.uow, row))
    return await service.shown(context.uow, await changes.update_task(context.uow, home, row, body))


@table.operation(
    "DELETE",
    "/tasks/{id}",
    id="delete-task",
    sdk="tasks.delete",
    summary="Delete a task",
    scope="write:tasks",
    answers=(200, Deleted),
    errors=[TASK_NOT_FOUND, ONBOARDING_DONE],
    single=True,
)
async def delete_task(context: Context) -> Deleted:
    """Deletes a task softly, with its subtasks. Tasks that depend on it lose that dependency."""
    home, row = await service.get_task_for_change(context.uow, context.id, deleted=True)
    if row.deleted_at is None:
        context.check_match(await service.shown(context.uow, row))
    await service.delete_task(context.uow, home, row)
    return Deleted(id=row.id, display_id=row.display_id)


@table.operation(
    "POST",
    "/tasks/{id}/complete",
    id="complete-task",
    sdk="tasks.complete",
    tools=["complete_task"],
    summary="Complete a task",
    scope="write:tasks",
    body=TaskComplete,
    answers=(200, Task),
    errors=[TASK_NOT_FOUND, ONBOARDING_DONE],
    single=True,
)
async def complete_task(context: Context, body: TaskComplete) -> Task:
    """Completes a task, locked or not; a done one stays as it is. Open subtasks stay open unless
    `complete_subtasks` is true. The last open subtask completes its parent.
    """
    home, row = await service.get_task_for_change(context.uow, context.id)
    service.refuse_done(home)
    after = await complete_with_note(
        context.uow, home, row, complete_subtasks=body.complete_subtasks, note=body.note
    )
    return await service.shown(context.uow, after)


@table.operation(
    "POST",
    "/tasks/{id}/reopen",
    id="reopen-task",
    sdk="tasks.reopen",
    summary="Reopen a task",
    scope="write:tasks",
    answers=(200, Task),
    errors=[TASK_NOT_FOUND, ONBOARDING_DONE],
    single=True,
)
async def reopen_task(context: Context) -> Task:
    """Opens a done task again; an open one stays as it is. Reopening a subtask also reopens a parent that
    its subtasks had completed.
    """
    home, row = await service.get_task_for_change(context.uow, context.id)
    service.refuse_done(home)
    return await service.shown(context.uow, await completion.reopen_task(context.uow, home, row))
