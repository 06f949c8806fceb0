"""The phases of a workspace."""

from collections.abc import Sequence

from pivotal_server.db.engine import Executor
from pivotal_server.kit.ids import cuid
from pivotal_server.phases import repository
from pivotal_server.phases.presets import PhasePreset
from pivotal_server.phases.repository import PhaseRow
from pivotal_server.phases.schemas import Phase
from pivotal_server.unit_of_work import UnitOfWork

__all__ = ["PhaseRow", "all_phases", "create_preset", "read_phases"]

_WIRE_LIST = repository.wire_list(Phase)


async def all_phases(db: Executor, org_id: str) -> list[PhaseRow]:
    """Every phase of the workspace in order; those with ``archived_at`` take no new onboardings."""
    return await repository.all_phases(db, org_id)


async def read_phases(db: Executor, org_id: str) -> list[Phase]:
    """The phases that are not archived, in order, as wire objects."""
    return await db.fetch_all(_WIRE_LIST, {"org_id": org_id})


async def create_preset(uow: UnitOfWork, preset: Sequence[PhasePreset]) -> None:
    """Give a new workspace the phases of a preset."""
    rows = []
    for position, phase in enumerate(preset, start=1):
        number, created_at = await uow.allocate("phase")
        rows.append(
            {
                "org_id": uow.org_id,
                "id": cuid(),
                "display_id": number,
                "key": phase.key,
                "name": phase.name,
                "target_days": phase.target_days,
                "kind": phase.kind,
                "position": position,
                "archived_at": None,
                "created_at": created_at,
            }
        )
    await repository.insert(uow.tx, rows)
