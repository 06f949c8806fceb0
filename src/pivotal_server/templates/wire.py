"""A stored template as the API shows it."""

from typing import Any

from pivotal_server.kit.clock import wire
from pivotal_server.templates.repository import TemplateRow
from pivotal_server.templates.schemas import Template


def to_wire(row: TemplateRow) -> Template:
    """The REST object of a row. Stored JSON passes through without being decoded."""
    applies_when: Any = row.applies_when
    tasks: Any = row.tasks
    return Template(
        id=row.id,
        display_id=row.display_id,
        name=row.name,
        description=row.description,
        phase=row.phase,
        default_for_phase=row.default_for_phase,
        applies_when=applies_when,
        tasks=tasks,
        version=row.version,
        livemode=row.livemode,
        created_at=wire(row.created_at),
        updated_at=wire(row.updated_at),
    )
