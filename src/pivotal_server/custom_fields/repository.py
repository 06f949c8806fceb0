"""SQL of custom fields."""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import custom_fields


class FieldRow(msgspec.Struct, frozen=True):
    """A field as stored."""

    id: str
    display_id: int
    slug: str
    label: str
    type: str
    group: str | None
    help: str | None
    options: list[str]
    ask_when_adding: bool
    position: int
    archived_at: datetime | None
    created_at: datetime
    updated_at: datetime


_F = custom_fields.c
_ORG = _F.org_id == bindparam("org_id")
_SELECT = select(*columns_of(FieldRow, custom_fields))
ALL = Statement(_SELECT.where(_ORG).order_by(_F.position, _F.display_id), into=FieldRow)
BY_ID_LOCKED = Statement(_SELECT.where(_ORG, _F.id == bindparam("id")).with_for_update(), into=FieldRow)
BY_NUMBER_LOCKED = Statement(
    _SELECT.where(_ORG, _F.display_id == bindparam("number")).with_for_update(), into=FieldRow
)
LAST_POSITION = Statement.scalar(select(func.max(_F.position)).where(_ORG), int)
INSERT = Statement.write(insert_of(custom_fields))
_CHANGEABLE = [name for name in FieldRow.__struct_fields__ if name not in ("id", "display_id", "created_at")]
UPDATE = Statement.write(
    update(custom_fields)
    .where(_F.org_id == bindparam("in_org"), _F.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=_F[name].type) for name in _CHANGEABLE})
)


async def all_fields(db: Executor, org_id: str) -> list[FieldRow]:
    """Every field of the workspace in order, archived ones too."""
    return await db.fetch_all(ALL, {"org_id": org_id})


async def find_locked(tx: Transaction, org_id: str, id: str, number: int | None) -> FieldRow | None:
    """The field with this id or number, kept from changing by others."""
    if number is not None:
        return await tx.fetch_one(BY_NUMBER_LOCKED, {"org_id": org_id, "number": number})
    return await tx.fetch_one(BY_ID_LOCKED, {"org_id": org_id, "id": id})


async def next_position(tx: Transaction, org_id: str) -> int:
    """The place behind all fields."""
    return (await tx.fetch_one(LAST_POSITION, {"org_id": org_id}) or 0) + 1


async def insert(tx: Transaction, org_id: str, row: FieldRow) -> None:
    """Insert a field. Raises ``UniqueViolation``."""
    await tx.execute(INSERT, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def save(tx: Transaction, org_id: str, row: FieldRow) -> None:
    """Write the changed parts of a field."""
    await tx.execute(UPDATE, {"in_org": org_id, "of_id": row.id, **msgspec.structs.asdict(row)})
