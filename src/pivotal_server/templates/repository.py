"""SQL of templates."""

from datetime import datetime
from typing import TypeVar

import msgspec
from sqlalchemy import bindparam, func, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.lists import PagedList
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import templates
from pivotal_server.db.wire import WireRead


class TemplateRow(msgspec.Struct, frozen=True):
    """A template as stored."""

    id: str
    display_id: int
    name: str
    name_key: str
    description: str | None
    phase: str
    default_for_phase: bool
    applies_when: msgspec.Raw | None
    tasks: msgspec.Raw
    version: int
    livemode: bool
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


_C = templates.c
_ORG = _C.org_id == bindparam("org_id")
_LIVE = _C.deleted_at.is_(None)
_SELECT = select(*columns_of(TemplateRow, templates))
_OF_ID = _C.id == bindparam("id")
_OF_NUMBER = _C.display_id == bindparam("number")

BY_ID = Statement(_SELECT.where(_ORG, _OF_ID), into=TemplateRow)
BY_NUMBER = Statement(_SELECT.where(_ORG, _OF_NUMBER), into=TemplateRow)
BY_ID_LOCKED = Statement(_SELECT.where(_ORG, _OF_ID).with_for_update(), into=TemplateRow)
BY_NUMBER_LOCKED = Statement(_SELECT.where(_ORG, _OF_NUMBER).with_for_update(), into=TemplateRow)
DEFAULT_OF = Statement(
    _SELECT.where(_ORG, _LIVE, _C.phase == bindparam("phase"), _C.default_for_phase), into=TemplateRow
)
COUNT = Statement.scalar(select(func.count()).select_from(templates).where(_ORG, _LIVE), int)
INSERT = Statement.write(insert_of(templates))
_CHANGEABLE = [
    name for name in TemplateRow.__struct_fields__ if name not in ("id", "display_id", "created_at")
]
UPDATE = Statement.write(
    update(templates)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=_C[name].type) for name in _CHANGEABLE})
)
W = TypeVar("W", bound=msgspec.Struct)


def wire_list(kind: type[W]) -> PagedList[W]:
    """The live templates, as wire objects of ``kind``."""
    return PagedList(kind, templates, [_LIVE], {"phase": _C.phase == bindparam("phase")}, wire=True)


def wire_read(kind: type[W]) -> WireRead[W]:
    """Single live templates, as wire objects of ``kind``."""
    return WireRead(kind, templates)


async def find(
    db: Executor, org_id: str, *, id: str | None = None, number: int | None = None, lock: bool = False
) -> TemplateRow | None:
    """The template with this id or number, deleted or not; ``lock`` keeps others from changing it."""
    if number is not None:
        return await db.fetch_one(
            BY_NUMBER_LOCKED if lock else BY_NUMBER, {"org_id": org_id, "number": number}
        )
    return await db.fetch_one(BY_ID_LOCKED if lock else BY_ID, {"org_id": org_id, "id": id})


async def default_of(db: Executor, org_id: str, phase: str) -> TemplateRow | None:
    """The default template of a phase."""
    return await db.fetch_one(DEFAULT_OF, {"org_id": org_id, "phase": phase})


async def count(db: Executor, org_id: str) -> int:
    """How many live templates there are."""
    return await db.fetch_one(COUNT, {"org_id": org_id}) or 0


async def insert(tx: Transaction, org_id: str, row: TemplateRow) -> None:
    """Insert a template. Raises ``UniqueViolation``."""
    await tx.execute(INSERT, {"org_id": org_id, **msgspec.structs.asdict(row)})


async def save(tx: Transaction, org_id: str, row: TemplateRow) -> None:
    """Write the changed fields of a template. Raises ``UniqueViolation``."""
    await tx.execute(UPDATE, {"in_org": org_id, "of_id": row.id, **msgspec.structs.asdict(row)})


DEFAULT_NAMES = Statement.rows(select(_C.phase, _C.name).where(_ORG, _LIVE, _C.default_for_phase))


async def default_names(db: Executor, org_id: str) -> dict[str, str]:
    """The name of the default template of each phase that has one."""
    return dict(await db.fetch_all(DEFAULT_NAMES, {"org_id": org_id}))
