"""One act on many onboardings, each through the pipeline in its own savepoint (ONB-BOARD-5, APP-BULK-4)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from msgspec.structs import replace

from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.onboardings import changes, service
from pivotal_server.onboardings.how import How
from pivotal_server.onboardings.repository import OnboardingRow
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.tasks.bulk import Outcome, Skipped
from pivotal_server.unit_of_work import UnitOfWork

MOST = 500
"""How many onboardings one act takes, as it runs while somebody waits."""

Act = Callable[[UnitOfWork, OnboardingRow], Awaitable[OnboardingRow]]


def act_of(name: str, *, phase: str, state: Any, csm_id: str | None, reason: str | None) -> Act:
    """The act with this name: ``move``, ``state`` or ``csm``. Raises ``invalid_reference`` for another one.

    ``reason`` is what people must say for some states and for sending back.
    """

    def edit(how: How, **values: Any) -> Act:
        async def change(uow: UnitOfWork, row: OnboardingRow) -> OnboardingRow:
            return await changes.update_onboarding(uow, row, OnboardingUpdate(**values), how)

        return change

    acts = {
        "move": edit(How(), phase=phase, phase_change_reason=reason),
        "state": edit(How(state_reason=reason), state=state),
        "csm": edit(How(), csm_id=csm_id),
    }
    if name not in acts:
        raise INVALID_REFERENCE(field="act", message="There is no such act")
    return acts[name]


async def for_each(uow: UnitOfWork, ids: Sequence[str], act: Act) -> Outcome:
    """Do ``act`` to each of these onboardings; what a rule forbids is skipped, and named with its reason.

    All entries carry one ``bulk_id``. One that is gone meanwhile is passed over.
    """
    uow.bulk_id = cuid()
    uow.actor = replace(uow.actor, origin="bulk")
    changed = 0
    skipped: list[Skipped] = []
    # In one order, so that two such acts do not wait for each other.
    for id in sorted(ids)[:MOST]:
        name = ""
        try:
            async with uow.step():
                row = await service.get_onboarding(uow.tx, uow.org_id, id, lock=True)
                name = row.name
                after = await act(uow, row)
        except ApiError as fault:
            if name:
                skipped.append(Skipped(name, fault.message))
        else:
            changed += after != row
    return Outcome(changed, tuple(skipped))
