"""One act on many onboardings, each through the pipeline in its own savepoint (ONB-BOARD-5, APP-BULK-4)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pivotal_server.bulk.rows import Asked, Outcome, Rows, Sight, for_each
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.onboardings import changes, service
from pivotal_server.onboardings import service_board as boards
from pivotal_server.onboardings.how import How
from pivotal_server.onboardings.repository import OnboardingRow
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.unit_of_work import UnitOfWork

Act = Callable[[UnitOfWork, OnboardingRow], Awaitable[OnboardingRow]]


def act_of(name: str, values: Mapping[str, Any]) -> Act:
    """The act with this name: ``move``, ``state`` or ``csm``. Raises ``invalid_reference`` for another one.

    ``values``: ``phase``, ``state`` or ``csm_id``, and the ``reason`` that people must say for some states
    and for sending back.
    """
    reason = values.get("reason")

    def edit(how: How, **fields: Any) -> Act:
        async def change(uow: UnitOfWork, row: OnboardingRow) -> OnboardingRow:
            return await changes.update_onboarding(uow, row, OnboardingUpdate(**fields), how)

        return change

    acts = {
        "move": edit(How(), phase=values.get("phase"), phase_change_reason=reason),
        "state": edit(How(state_reason=reason), state=values.get("state")),
        "csm": edit(How(), csm_id=values.get("csm_id")),
    }
    if name not in acts:
        raise INVALID_REFERENCE(field="act", message="There is no such act")
    return acts[name]


async def _count(db: Executor, org_id: str, asked: Asked, sight: Sight) -> int:
    filters = {**asked.filters, **sight, "until": asked.until}
    return await boards.total(db, org_id, filters) - len(asked.without)


async def _ids_after(
    db: Executor, org_id: str, asked: Asked, sight: Sight, after: str, limit: int
) -> list[str]:
    filters = {**asked.filters, **sight, "until": asked.until, "after_id": after}
    return await boards.ids(db, org_id, filters, limit)


async def _do(uow: UnitOfWork, asked: Asked, ids: Sequence[str], sight: Sight) -> Outcome:
    act = act_of(asked.act, asked.values)
    # In one order, so that two such acts do not wait for each other. What nobody may see any more is left.
    known = await boards.listed(uow.tx, uow.org_id, {**sight, "ids": sorted(ids)}, len(ids))

    def work(id: str) -> Callable[[], Awaitable[bool]]:
        async def change() -> bool:
            row = await service.get_onboarding(uow.tx, uow.org_id, id, lock=True)
            return await act(uow, row) != row

        return change

    rows = sorted(known, key=lambda card: card.id)
    return await for_each(uow, ((card.name, card.display_id, work(card.id)) for card in rows))


ROWS = Rows("onboardings.bulk", "onboarding", "work_on_onboardings", _count, _ids_after, _do)
