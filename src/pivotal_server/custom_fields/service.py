"""Custom fields: defining them, and checking the values that customers get."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from pivotal_server.activity.entries import Change, differences
from pivotal_server.custom_fields import repository
from pivotal_server.custom_fields.repository import FieldRow
from pivotal_server.custom_fields.schemas import (
    CustomField,
    CustomFieldCreate,
    CustomFieldUpdate,
    check_slug,
)
from pivotal_server.custom_fields.values import merged
from pivotal_server.db.engine import Executor
from pivotal_server.db.errors import UniqueViolation
from pivotal_server.errors_catalogue import (
    CUSTOM_FIELD_NOT_FOUND,
    FIELD_SLUG_TAKEN,
    IMMUTABLE_FIELD,
    MISSING_FIELD,
)
from pivotal_server.kit.clock import wire
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.references import number_in
from pivotal_server.kit.validation import given
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import CUSTOM_FIELDS
from pivotal_server.unit_of_work import UnitOfWork

__all__ = [
    "FieldRow",
    "all_fields",
    "archive_field",
    "create_field",
    "get_field",
    "read_fields",
    "restore_field",
    "update_field",
    "with_values",
]

_NOT_FIELDS = frozenset({"updated_at", "archived"})


def to_wire(row: FieldRow) -> CustomField:
    """A field as the API shows it."""
    kind: Any = row.type
    return CustomField(
        id=row.id,
        display_id=row.display_id,
        slug=row.slug,
        label=row.label,
        type=kind,
        group=row.group,
        help=row.help,
        options=row.options,
        ask_when_adding=row.ask_when_adding,
        archived=row.archived_at is not None,
        created_at=wire(row.created_at),
        updated_at=wire(row.updated_at),
    )


async def all_fields(db: Executor, org_id: str) -> list[FieldRow]:
    """Every field of the workspace in order, archived ones too."""
    return await repository.all_fields(db, org_id)


async def read_fields(db: Executor, org_id: str) -> list[CustomField]:
    """The fields that are not archived, in order, as wire objects."""
    return [to_wire(row) for row in await all_fields(db, org_id) if row.archived_at is None]


async def with_values(
    db: Executor, org_id: str, stored: Mapping[str, Any], sent: Mapping[str, Any]
) -> dict[str, Any]:
    """The values of a customer after those ``sent``; see :func:`~.values.merged` for what is refused."""
    if not sent:
        return dict(stored)
    return merged(stored, sent, await all_fields(db, org_id))


async def get_field(uow: UnitOfWork, reference: str) -> FieldRow:
    """The field that ``reference`` (id or display_id) names, locked. Raises ``custom_field_not_found``."""
    row = await repository.find_locked(uow.tx, uow.org_id, reference, number_in(reference))
    if row is None:
        raise CUSTOM_FIELD_NOT_FOUND()
    return row


def _slug_of(label: str) -> str:
    words = "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in label.lower()).split())
    return check_slug(words[:40].rstrip("_"), "slug")


async def create_field(uow: UnitOfWork, data: CustomFieldCreate) -> FieldRow:
    """Define a field, behind all others. Without a slug one is made from the label.

    Raises ``slug_taken`` also for the slug of an archived field, ``missing_field`` for a select field without
    options, ``limit_reached``, and ``invalid_string`` where no slug can be made.
    """
    options = [] if data.options is UNSET else data.options
    if data.type == "select" and not options:
        raise MISSING_FIELD(field="options", name="options")
    used = len(await repository.all_fields(uow.tx, uow.org_id))
    await limits.check_room(uow, CUSTOM_FIELDS, used)
    number, created_at = await uow.allocate("custom_field")
    row = FieldRow(
        id=cuid(),
        display_id=number,
        slug=_slug_of(data.label) if data.slug is UNSET else data.slug,
        label=data.label,
        type=data.type,
        group=data.group,
        help=data.help,
        options=options if data.type == "select" else [],
        ask_when_adding=data.ask_when_adding,
        position=await repository.next_position(uow.tx, uow.org_id),
        archived_at=None,
        created_at=created_at,
        updated_at=created_at,
    )
    try:
        await repository.insert(uow.tx, uow.org_id, row)
    except UniqueViolation:
        raise FIELD_SLUG_TAKEN(field="slug", slug=row.slug) from None
    uow.record(
        "custom_field.created", target=("custom_field", row.id, number), diff=[Change("slug", None, row.slug)]
    )
    return row


async def update_field(uow: UnitOfWork, row: FieldRow, data: CustomFieldUpdate) -> FieldRow:
    """Change a locked field; its type and slug stay. When nothing differs nothing is written.

    Raises ``missing_field`` when a select field would have no options left, ``immutable_field`` for options
    of another type.
    """
    values = dict(given(data))
    if "options" in values:
        if row.type != "select":
            raise IMMUTABLE_FIELD(field="options", name="options")
        if not values["options"]:
            raise MISSING_FIELD(field="options", name="options")
    after = replace(row, **values)
    if after == row:
        return row
    after = replace(after, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, uow.org_id, after)
    uow.record(
        "custom_field.updated",
        target=("custom_field", row.id, row.display_id),
        diff=differences(to_wire(row), to_wire(after), without=_NOT_FIELDS),
    )
    return after


async def archive_field(uow: UnitOfWork, row: FieldRow) -> FieldRow:
    """Hide a locked field: its values are kept, new ones refused. An archived one stays as it is."""
    if row.archived_at is not None:
        return row
    after = replace(row, archived_at=uow.now, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, uow.org_id, after)
    uow.record("custom_field.archived", target=("custom_field", row.id, row.display_id))
    return after


async def restore_field(uow: UnitOfWork, row: FieldRow) -> FieldRow:
    """Bring an archived locked field back, with the values it had. Another one stays as it is."""
    if row.archived_at is None:
        return row
    after = replace(row, archived_at=None, updated_at=uow.touched(row.updated_at))
    await repository.save(uow.tx, uow.org_id, after)
    diff = [Change("archived", True, False)]
    uow.record("custom_field.updated", target=("custom_field", row.id, row.display_id), diff=diff)
    return after
