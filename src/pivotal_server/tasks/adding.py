"""Adding many tasks at once, as templates do."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pivotal_server.kit.ids import cuid
from pivotal_server.tasks import following, repository, repository_links
from pivotal_server.tasks.dates import anchor_task, settle
from pivotal_server.tasks.home import Home
from pivotal_server.tasks.repository import TaskRow
from pivotal_server.tasks.schemas import AFTER_TASK, Task
from pivotal_server.tasks.wire import to_wire
from pivotal_server.tasks.writing import Cause, encoded, insert_tasks, note_date
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["NewTask", "TaskRow", "add_tasks", "count", "deleted", "present", "shown", "templates_of"]

_MICROSECOND = timedelta(microseconds=1)
_EMPTY = msgspec.Raw(b"{}")


class NewTask(Struct, frozen=True):
    """A task to add. ``parent``, ``depends_on`` and ``anchor`` name others by their key here, or by id."""

    key: str
    parent: str | None
    title: str
    description: str | None
    assignee_id: str | None
    customer_facing: bool
    links: Sequence[Any]
    depends_on: Sequence[str]
    anchor: str | None
    offset: int | None


async def present(uow: UnitOfWork, home: Home, template_id: str) -> dict[str, str]:
    """The tasks that an onboarding has from a template: key → id."""
    return await repository.from_template(uow.tx, uow.org_id, home.id, template_id)


async def deleted(uow: UnitOfWork, home: Home, template_id: str) -> list[str]:
    """The keys of the tasks that an onboarding had from a template and that were deleted."""
    return await repository.deleted_from_template(uow.tx, uow.org_id, home.id, template_id)


async def templates_of(uow: UnitOfWork, home: Home) -> list[str]:
    """The templates that an onboarding has tasks from."""
    return await repository.templates_of(uow.tx, uow.org_id, home.id)


async def count(uow: UnitOfWork, home: Home) -> int:
    """How many tasks and subtasks an onboarding has."""
    return await repository.count(uow.tx, uow.org_id, home.id)


async def add_tasks(
    uow: UnitOfWork, home: Home, phase: str, template_id: str, new: Sequence[NewTask]
) -> list[TaskRow]:
    """Add the tasks of a template to the end of a phase of a locked onboarding.

    Each gets its entry and event, and its planned day as far as that is known. A parent stands before its
    subtasks.
    """
    if not new:
        return []
    ids = {one.key: cuid() for one in new}
    number, moment = await uow.allocate("task", len(new))
    last: dict[str | None, int] = {None: await repository.last_position(uow.tx, uow.org_id, home.id, phase)}
    rows = []
    for offset, one in enumerate(new):
        parent = None if one.parent is None else ids.get(one.parent, one.parent)
        last[parent] = last.get(parent, 0) + 1
        before = anchor_task(one.anchor)
        anchor = one.anchor if before is None else AFTER_TASK + ids.get(before, before)
        at = moment + offset * _MICROSECOND
        rows.append(
            TaskRow(
                id=ids[one.key],
                display_id=number + offset,
                onboarding_id=home.id,
                customer_id=home.customer_id,
                parent_task_id=parent,
                phase=phase,
                title=one.title,
                description=one.description,
                assignee_id=one.assignee_id,
                due_date=None,
                done=False,
                customer_facing=one.customer_facing,
                completed_at=None,
                completed_by=None,
                auto=False,
                links=encoded(one.links),
                depends_on=encoded([ids.get(key, key) for key in one.depends_on]),
                due_anchor=anchor,
                due_offset=one.offset,
                plan_anchor=anchor,
                plan_offset=one.offset,
                position=last[parent],
                template_id=template_id,
                template_task=one.key,
                carried_over_at=None,
                orphaned=False,
                metadata=_EMPTY,
                external_id=None,
                customer_hidden=home.customer_hidden,
                livemode=uow.actor.livemode and home.livemode,
                created_at=at,
                updated_at=at,
                deleted_at=None,
            )
        )
    rows = await _with_days(uow, home, rows)
    await insert_tasks(uow, rows)
    edges = {ids[one.key]: [ids.get(key, key) for key in one.depends_on] for one in new if one.depends_on}
    await repository_links.insert(uow.tx, uow.org_id, edges)
    noted = [(row.id, None, row.due_date, Cause("template", template_id)) for row in rows if row.due_date]
    if noted:
        await note_date(uow, home.id, noted)
    return rows


async def _with_days(uow: UnitOfWork, home: Home, rows: list[TaskRow]) -> list[TaskRow]:
    if all(row.due_anchor is None for row in rows):
        return rows
    rules = await following.date_rules(uow)
    new = {row.id for row in rows}
    others = sorted({before for row in rows if (before := anchor_task(row.due_anchor))} - new)
    tasks = [
        following.planned(row, rules) for row in [*await repository.by_ids(uow.tx, uow.org_id, others), *rows]
    ]
    days = settle(tasks, await following.anchors_of(uow, home, rules), rules, move=False)
    return [replace(row, due_date=days.get(row.id)) for row in rows]


async def shown(uow: UnitOfWork, rows: Sequence[TaskRow]) -> list[Task]:
    """The wire objects of rows of the running transaction."""
    ids = sorted({row.assignee_id for row in rows if row.assignee_id is not None})
    emails: Mapping[str, str] = await repository.emails(uow.tx, uow.org_id, ids)
    return [to_wire(row, emails.get(row.assignee_id or "")) for row in rows]
