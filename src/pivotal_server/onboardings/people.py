"""What is asked of people, and of nobody else, when they change an onboarding: rights, reasons, presence."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from pivotal_server.errors_catalogue import REASON_REQUIRED, STALE_PHASE, TOO_BIG, TOO_SMALL
from pivotal_server.onboardings.how import How
from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.onboardings.repository import OnboardingRow
from pivotal_server.onboardings.rights import (
    Rights,
    is_at_the_end,
    refused_finish,
    refused_move,
    refused_state,
    rights_of,
)
from pivotal_server.onboardings.schemas import OnboardingUpdate
from pivotal_server.tasks import of_onboarding as tasks
from pivotal_server.unit_of_work import UnitOfWork

SHORTEST_REASON = 3
LATER_DAYS = 7
"""A target that moves by more days than this needs a reason."""


async def rights_on(uow: UnitOfWork, row: OnboardingRow, phases: PhaseList) -> Rights:
    """What the actor of a unit of work may do to ``row``, whose customer it sees."""
    member = uow.actor.type == "member" and uow.actor.role == "member"
    owns = member and bool(await tasks.where_open_task_of(uow.tx, uow.org_id, uow.actor.id or "", [row.id]))
    return rights_of(
        uow.actor, csm_id=row.csm_id, owns_open_task=owns, at_the_end=is_at_the_end(phases, row.phase)
    )


def refuse_stale(row: OnboardingRow, how: How) -> None:
    """Raises ``stale_phase`` when the phase is no longer the one that the sender saw (ONB-MOVE-4)."""
    if how.seen_phase is not None and how.seen_phase != row.phase:
        raise STALE_PHASE(field="phase")


async def check_people(
    uow: UnitOfWork,
    row: OnboardingRow,
    after: OnboardingRow,
    data: OnboardingUpdate,
    how: How,
    phases: PhaseList,
) -> None:
    """Raises ``insufficient_role`` and ``reason_required`` where a person changes ``row`` to ``after``
    without the right to it, or without saying why. Keys and the server itself are asked for neither.
    """
    if uow.actor.type != "member":
        return
    if after.phase != row.phase or after.state != row.state:
        _check_rights(await rights_on(uow, row, phases), row, after, phases)
    resumed = row.state == "done" and after.state != "done"
    if after.phase != row.phase and not resumed and phases.direction(row.phase, after.phase) == "send_back":
        _need_reason(data.phase_change_reason, "phase_change_reason")
    if after.state != row.state and (resumed or after.state in ("at_risk", "paused")):
        _need_reason(how.state_reason, "state_reason")
    old, new = row.target_launch_date, after.target_launch_date
    if old is not None and new is not None and (new - old).days > LATER_DAYS and not how.shift_days:
        _need_reason(data.target_change_reason, "target_change_reason")


def _check_rights(rights: Rights, row: OnboardingRow, after: OnboardingRow, phases: PhaseList) -> None:
    resumed = row.state == "done" and after.state != "done"
    if after.phase != row.phase and not resumed:
        direction = phases.direction(row.phase, after.phase)
        if not rights.allows(direction):
            raise refused_move(direction)
    elif not rights.state:
        raise refused_state()
    elif after.state == "done" and not rights.finish:
        raise refused_finish()


def _need_reason(reason: str | None, field: str) -> None:
    if reason is None or len(reason.strip()) < SHORTEST_REASON:
        raise REASON_REQUIRED(field=field, least=SHORTEST_REASON)


def launch_moment(row: OnboardingRow, on: date, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a launch on the day ``on``: now when that is today, else noon of that day.

    Raises ``too_big`` for a day in the future, ``too_small`` for one before the start (ONB-MOVE-10).
    """
    today = now.astimezone(zone).date()
    if on > today:
        raise TOO_BIG(field="launched_on", message="A launch cannot be in the future")
    if on < row.started_at.astimezone(zone).date():
        raise TOO_SMALL(field="launched_on", message="A launch cannot be before the start")
    if on == today:
        return now
    return max(datetime.combine(on, time(12), zone).astimezone(now.tzinfo), row.started_at)
