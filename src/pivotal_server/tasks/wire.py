"""A stored task as the API shows it."""

from typing import Any

from pivotal_server.kit.clock import wire, wire_or_none
from pivotal_server.tasks.repository import TaskRow
from pivotal_server.tasks.schemas import Task


def to_wire(row: TaskRow, assignee_email: str | None) -> Task:
    """The REST object of a row. Stored JSON passes through without being decoded."""
    links: Any = row.links
    depends_on: Any = row.depends_on
    metadata: Any = row.metadata
    return Task(
        id=row.id,
        display_id=row.display_id,
        onboarding_id=row.onboarding_id,
        customer_id=row.customer_id,
        parent_task_id=row.parent_task_id,
        phase=row.phase,
        title=row.title,
        description=row.description,
        assignee_id=row.assignee_id,
        assignee_email=assignee_email,
        due_date=None if row.due_date is None else row.due_date.isoformat(),
        done=row.done,
        customer_facing=row.customer_facing,
        completed_at=wire_or_none(row.completed_at),
        completed_by=row.completed_by,
        auto=row.auto,
        links=links,
        depends_on=depends_on,
        due_anchor=row.due_anchor,
        due_offset=row.due_offset,
        position=row.position,
        metadata=metadata,
        external_id=row.external_id,
        livemode=row.livemode,
        created_at=wire(row.created_at),
        updated_at=wire(row.updated_at),
    )
