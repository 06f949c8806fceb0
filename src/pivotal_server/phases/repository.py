"""SQL of phases."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import bindparam, false, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import phases, templates
from pivotal_server.db.wire import wire_columns_of


class PhaseRow(msgspec.Struct, frozen=True):
    """A phase as stored."""

    id: str
    display_id: int
    key: str
    name: str
    target_days: int | None
    kind: str
    position: int
    archived_at: datetime | None


ALL = Statement(
    select(*columns_of(PhaseRow, phases))
    .where(phases.c.org_id == bindparam("org_id"))
    .order_by(phases.c.position),
    into=PhaseRow,
)
_DEFAULT = (
    select(templates.c.id)
    .where(
        templates.c.org_id == phases.c.org_id,
        templates.c.phase == phases.c.key,
        templates.c.deleted_at.is_(None),
        templates.c.default_for_phase,
    )
    .scalar_subquery()
)
W = TypeVar("W", bound=msgspec.Struct)


def wire_list(kind: type[W]) -> Statement[W]:
    """The phases that are not archived, in order, as wire objects of ``kind``."""
    computed = {"default_template_id": _DEFAULT}
    found = select(*wire_columns_of(kind, phases, computed)).where(
        phases.c.org_id == bindparam("org_id"), phases.c.archived_at.is_(None)
    )
    return Statement(found.order_by(phases.c.position), into=kind)


INSERT = Statement.write(insert_of(phases))


async def all_phases(db: Executor, org_id: str) -> list[PhaseRow]:
    """Every phase of the workspace, archived ones too, in order."""
    return await db.fetch_all(ALL, {"org_id": org_id})


async def insert(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Insert phases."""
    await tx.execute_many(INSERT, rows)


_C = phases.c
UPDATE = Statement.write(
    update(phases)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"))
    .values(
        {
            name: bindparam(name, type_=_C[name].type)
            for name in ("name", "target_days", "kind", "archived_at")
        }
    )
)
PLACE = Statement.write(
    update(phases)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"))
    .values(position=bindparam("to_position"))
)
CLEAR_DEFAULT = Statement.write(
    update(templates)
    .where(
        templates.c.org_id == bindparam("in_org"),
        templates.c.phase == bindparam("of_phase"),
        templates.c.deleted_at.is_(None),
        templates.c.default_for_phase,
    )
    .values(default_for_phase=false())
)


async def insert_one(tx: Transaction, org_id: str, row: PhaseRow, created_at: datetime) -> None:
    """Insert one phase."""
    await tx.execute(INSERT, {"org_id": org_id, "created_at": created_at, **msgspec.structs.asdict(row)})


async def save(tx: Transaction, org_id: str, row: PhaseRow) -> None:
    """Write name, target, kind and archiving of a phase."""
    values = {
        "name": row.name,
        "target_days": row.target_days,
        "kind": row.kind,
        "archived_at": row.archived_at,
    }
    await tx.execute(UPDATE, {"in_org": org_id, "of_id": row.id, **values})


async def place(tx: Transaction, org_id: str, id: str, position: int) -> None:
    """Give a phase its place in the list."""
    await tx.execute(PLACE, {"in_org": org_id, "of_id": id, "to_position": position})


async def clear_default(tx: Transaction, org_id: str, key: str) -> None:
    """Leave a phase without a default template."""
    await tx.execute(CLEAR_DEFAULT, {"in_org": org_id, "of_phase": key})
