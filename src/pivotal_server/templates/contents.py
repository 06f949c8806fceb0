"""The tasks of a template as a whole: keys, references, circles, people (ONB-TPL-4, -10)."""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from pivotal_server.errors_catalogue import (
    DEPENDENCY_CYCLE,
    INVALID_ENUM_VALUE,
    INVALID_REFERENCE,
    INVALID_STRING,
    MISSING_FIELD,
)
from pivotal_server.kit.errors import ApiError
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import PREDECESSORS_PER_TASK, SUBTASKS_PER_TASK, TASKS_PER_TEMPLATE
from pivotal_server.members import service as members
from pivotal_server.tasks.dates import anchor_task
from pivotal_server.tasks.graph import any_circle
from pivotal_server.templates.schemas import MEMBER, TemplateSubtask, TemplateTask
from pivotal_server.unit_of_work import UnitOfWork

_CONTACT = "customer_primary_contact"


async def checked_tasks(uow: UnitOfWork, tasks: Sequence[TemplateTask]) -> list[TemplateTask]:
    """``tasks`` as they are stored: each with a key, members named by their id.

    Raises ``limit_reached``, ``invalid_string`` for a key used twice, ``invalid_reference``,
    ``invalid_enum_value``, ``missing_field``, ``dependency_cycle``, each with the place of the fault.
    """
    await _check_limits(uow, tasks)
    keyed = _with_keys(tasks)
    titles = {task.key: task.title for task in keyed}
    for at, task in enumerate(keyed):
        _check_one(task, titles, f"tasks.{at}")
    _refuse_circles(keyed, titles)
    return [await _with_members(uow, task, f"tasks.{at}") for at, task in enumerate(keyed)]


async def _check_limits(uow: UnitOfWork, tasks: Sequence[TemplateTask]) -> None:
    used = len(tasks) + sum(len(task.subtasks) for task in tasks)
    for limit, count, field in (
        (TASKS_PER_TEMPLATE, used, "tasks"),
        *((SUBTASKS_PER_TASK, len(task.subtasks), f"tasks.{at}.subtasks") for at, task in enumerate(tasks)),
        *(
            (PREDECESSORS_PER_TASK, len(task.depends_on), f"tasks.{at}.depends_on")
            for at, task in enumerate(tasks)
        ),
    ):
        await limits.check_room(uow, limit, 0, count, field=field)


def _places(tasks: Sequence[TemplateTask]) -> Iterator[tuple[str, TemplateTask | TemplateSubtask]]:
    for at, task in enumerate(tasks):
        yield f"tasks.{at}", task
        for below, subtask in enumerate(task.subtasks):
            yield f"tasks.{at}.subtasks.{below}", subtask


def _with_keys(tasks: Sequence[TemplateTask]) -> list[TemplateTask]:
    used: set[str] = set()
    for place, task in _places(tasks):
        if task.key in used:
            raise INVALID_STRING(field=f"{place}.key", message=f"The key '{task.key}' is used twice")
        used |= {task.key} - {""}

    def keyed(task: TemplateTask | TemplateSubtask) -> str:
        if task.key:
            return task.key
        base = re.sub(r"[^a-z0-9]+", "-", task.title.lower())[:40].strip("-") or "task"
        key, number = base, 2
        while key in used:
            key, number = f"{base}-{number}", number + 1
        used.add(key)
        return key

    return [
        replace(task, key=keyed(task), subtasks=[replace(below, key=keyed(below)) for below in task.subtasks])
        for task in tasks
    ]


def _check_one(task: TemplateTask, titles: dict[str, str], place: str) -> None:
    for at, key in enumerate(task.depends_on):
        if key not in titles:
            field = f"{place}.depends_on.{at}"
            raise INVALID_REFERENCE(field=field, name=field, kind="task of this template")
    before = anchor_task(task.due_anchor)
    if before is not None and before not in titles:
        field = f"{place}.due_anchor"
        raise INVALID_REFERENCE(field=field, name=field, kind="task of this template")
    offsets = [task.due_offset, *(below.due_offset for below in task.subtasks)]
    if task.due_anchor is None and any(offset is not None for offset in offsets):
        raise MISSING_FIELD(field=f"{place}.due_anchor", name=f"{place}.due_anchor")
    for name, one in ((place, task), *_places_of(task, place)):
        if one.assignee_rule == _CONTACT and not task.customer_facing:
            raise INVALID_ENUM_VALUE(
                field=f"{name}.assignee_rule", message="A task of a contact must be customer-facing"
            )


def _places_of(task: TemplateTask, place: str) -> Iterator[tuple[str, TemplateTask | TemplateSubtask]]:
    for below, subtask in enumerate(task.subtasks):
        yield f"{place}.subtasks.{below}", subtask


def _refuse_circles(tasks: Sequence[TemplateTask], titles: dict[str, str]) -> None:
    waits = {task.key: list(task.depends_on) for task in tasks}
    hangs = {task.key: [before] for task in tasks if (before := anchor_task(task.due_anchor)) is not None}
    for edges, name in ((waits, "depends_on"), (hangs, "due_anchor")):
        found = any_circle(edges)
        if found is not None:
            at = next(at for at, task in enumerate(tasks) if task.key == found[0])
            path = " → ".join(titles[key] for key in found)
            raise DEPENDENCY_CYCLE(field=f"tasks.{at}.{name}", path=path)


async def _with_members(uow: UnitOfWork, task: TemplateTask, place: str) -> TemplateTask:
    return replace(
        task,
        assignee_rule=await _rule(uow, task.assignee_rule, place),
        depends_on=list(dict.fromkeys(task.depends_on)),
        subtasks=[
            replace(below, assignee_rule=await _rule(uow, below.assignee_rule, f"{place}.subtasks.{at}"))
            for at, below in enumerate(task.subtasks)
        ],
    )


async def _rule(uow: UnitOfWork, rule: str, place: str) -> str:
    """A rule whose member is named by the id. Raises ``invalid_reference``."""
    if not rule.startswith(MEMBER):
        return rule
    field = f"{place}.assignee_rule"
    try:
        return f"{MEMBER}{await members.staff_id(uow.tx, uow.org_id, rule[len(MEMBER) :], field)}"
    except ApiError:
        raise INVALID_REFERENCE(field=field, name=field, kind="member") from None
