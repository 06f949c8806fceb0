"""Templates: finding, listing, creating, changing, deleting. Applying one is in ``applying``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from pivotal_server.activity.entries import Change, differences
from pivotal_server.db.engine import Executor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import (
    INVALID_REFERENCE,
    TEMPLATE_NAME_TAKEN,
    TEMPLATE_NOT_FOUND,
    UNKNOWN_PHASE,
)
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.json import kept_or_new
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.references import number_in
from pivotal_server.kit.validation import given
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import TEMPLATES
from pivotal_server.phases import service as phases
from pivotal_server.templates import repository
from pivotal_server.templates.contents import checked_tasks
from pivotal_server.templates.repository import TemplateRow
from pivotal_server.templates.schemas import Template, TemplateCreate, TemplateTask, TemplateUpdate
from pivotal_server.templates.wire import to_wire
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "TemplateRow",
    "count_templates",
    "create_template",
    "delete_template",
    "get_template",
    "named_template",
    "read_template",
    "read_templates",
    "update_template",
]

_READ = repository.wire_read(Template)
_WIRE_LIST = repository.wire_list(Template)
_NOT_FIELDS = frozenset({"updated_at", "version", "tasks"})
_TASKS = msgspec.json.Decoder(list[TemplateTask])


async def get_template(
    db: Executor, org_id: str, reference: str, *, lock: bool = False, deleted: bool = False
) -> TemplateRow:
    """The template that ``reference`` (id or display_id) names. Raises ``template_not_found``."""
    row = await repository.find(db, org_id, id=reference, number=number_in(reference), lock=lock)
    if row is None or (row.deleted_at is not None and not deleted):
        raise TEMPLATE_NOT_FOUND()
    return row


async def named_template(db: Executor, org_id: str, reference: str, field: str) -> TemplateRow:
    """The template that a key of a body names. Raises ``invalid_reference``."""
    row = await repository.find(db, org_id, id=reference, number=number_in(reference))
    if row is None or row.deleted_at is not None:
        raise INVALID_REFERENCE(field=field, name=field, kind="template")
    return row


async def read_template(db: Executor, org_id: str, reference: str) -> Template:
    """The wire object of the live template that ``reference`` names. Raises ``template_not_found``."""
    found = await _READ.get(db, org_id, reference)
    if found is None:
        raise TEMPLATE_NOT_FOUND()
    return found


async def read_templates(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]
) -> tuple[list[Template], datetime | None]:
    """One page of live templates as wire objects, and the cursor of the next page."""
    return await _WIRE_LIST.page(db, org_id, part, filters)


async def count_templates(db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]) -> int:
    """How many live templates match."""
    return await _WIRE_LIST.count(db, org_id, part, filters)


async def create_template(uow: UnitOfWork, data: TemplateCreate) -> TemplateRow:
    """Create a template, with its entry; as default of its phase it takes the place of the one before.

    Raises ``unknown_phase``, ``template_name_taken``, ``limit_reached``, ``invalid_reference``,
    ``invalid_enum_value``, ``invalid_string``, ``missing_field``, ``dependency_cycle``.
    """
    await _check_phase(uow, data.phase)
    tasks = await checked_tasks(uow, data.tasks)
    display_id, created_at = await uow.allocate("template")
    # Counted under the lock of the counter, so that two at once cannot both take the last place.
    used = await repository.count(uow.tx, uow.org_id)
    await limits.check_room(uow, TEMPLATES, used)
    row = TemplateRow(
        id=cuid(),
        display_id=display_id,
        name=data.name,
        name_key=data.name.casefold(),
        description=data.description,
        phase=data.phase,
        default_for_phase=data.default_for_phase,
        applies_when=None if data.applies_when is None else _encoded(data.applies_when),
        tasks=_encoded(tasks),
        version=1,
        livemode=uow.actor.livemode,
        created_at=created_at,
        updated_at=created_at,
        deleted_at=None,
    )
    await _clear_default(uow, row)
    try:
        await repository.insert(uow.tx, uow.org_id, row)
    except UniqueViolation as fault:
        raise _conflict(fault, row) from None
    _record(uow, row, "template.created", [Change("name", None, row.name), Change("phase", None, row.phase)])
    return row


async def update_template(uow: UnitOfWork, row: TemplateRow, data: TemplateUpdate) -> TemplateRow:
    """Change a locked template by what ``data`` gives; a change makes a new version (ONB-TPL-9).

    Tasks that were made from it stay as they are. Values equal to the stored ones count as not given; when
    nothing differs nothing is written. Raises what creating raises.
    """
    values = dict(given(data))
    if values.get("phase", row.phase) != row.phase:
        await _check_phase(uow, values["phase"])
    if "tasks" in values:
        tasks = msgspec.to_builtins(await checked_tasks(uow, values["tasks"]))
        values["tasks"] = kept_or_new(row.tasks, tasks)
    if values.get("applies_when") is not None:
        stored = msgspec.Raw(b"null") if row.applies_when is None else row.applies_when
        values["applies_when"] = kept_or_new(stored, values["applies_when"])
    after = replace(row, **values)
    if after == row:
        return row
    after = replace(
        after,
        name_key=after.name.casefold(),
        version=row.version + 1,
        updated_at=uow.touched(row.updated_at),
    )
    await _clear_default(uow, after)
    await _save(uow, after)
    _record(uow, after, "template.updated", _diff(row, after))
    return after


async def delete_template(uow: UnitOfWork, row: TemplateRow) -> TemplateRow:
    """Put a template away, no longer default of its phase; one that is deleted stays as it is."""
    if row.deleted_at is not None:
        return row
    gone = replace(row, default_for_phase=False, deleted_at=uow.now, updated_at=uow.touched(row.updated_at))
    await _save(uow, gone)
    _record(uow, gone, "template.archived", [])
    return gone


async def _check_phase(uow: UnitOfWork, key: str) -> None:
    usable = [phase.key for phase in await phases.all_phases(uow.tx, uow.org_id) if phase.archived_at is None]
    if key not in usable:
        raise UNKNOWN_PHASE(field="phase", phase=key[:100], valid=", ".join(usable))


async def _clear_default(uow: UnitOfWork, row: TemplateRow) -> None:
    """Take the place of the default template of the phase, when ``row`` is to have it."""
    if not row.default_for_phase:
        return
    before = await repository.default_of(uow.tx, uow.org_id, row.phase)
    if before is None or before.id == row.id:
        return
    cleared = replace(
        before,
        default_for_phase=False,
        version=before.version + 1,
        updated_at=uow.touched(before.updated_at),
    )
    await _save(uow, cleared)
    _record(uow, cleared, "template.updated", [Change("default_for_phase", True, False)])


async def _save(uow: UnitOfWork, row: TemplateRow) -> None:
    try:
        await repository.save(uow.tx, uow.org_id, row)
    except UniqueViolation as fault:
        raise _conflict(fault, row) from None


def _conflict(fault: UniqueViolation, row: TemplateRow) -> Exception:
    """The declared error for a name that another template of the phase has."""
    if fault.constraint == "templates_name":
        return TEMPLATE_NAME_TAKEN(field="name", name=row.name)
    return fault


def _encoded(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _titles(row: TemplateRow) -> list[str]:
    return [task.title for task in _TASKS.decode(row.tasks)]


def _diff(row: TemplateRow, after: TemplateRow) -> list[Change]:
    """The fields that differ; of the tasks their titles."""
    diff = differences(to_wire(row), to_wire(after), without=_NOT_FIELDS)
    if row.tasks != after.tasks:
        diff.append(Change("tasks", _titles(row), _titles(after)))
    return diff


def _record(uow: UnitOfWork, row: TemplateRow, event: str, diff: Sequence[Change]) -> None:
    uow.record(event, target=("template", row.id, row.display_id), diff=diff, livemode=row.livemode)
