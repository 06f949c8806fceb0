"""Whom a change of an onboarding tells, and in which words (what fires, column "told")."""

from datetime import date

from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.onboardings.repository import OnboardingRow
from pivotal_server.unit_of_work import UnitOfWork

_ROLES = {
    "csm_id": "CSM",
    "se_id": "solutions engineer",
    "designer_id": "designer",
    "product_ops_id": "product ops",
}
_STATES = {
    "active": "is active again",
    "waiting": "waits for the customer",
    "at_risk": "is at risk",
    "paused": "was paused",
    "done": "is done",
}
_LATER = 7
"""A target that moves by more days to later is told."""


def tell_of_change(
    uow: UnitOfWork, before: OnboardingRow, after: OnboardingRow, phases: PhaseList | None
) -> None:
    """Tell those around an onboarding of what changed from ``before`` to ``after``."""
    who, name, id = uow.actor.label, after.name, after.id
    roles = tuple(getattr(after, field) for field in _ROLES)
    for field, role in _ROLES.items():
        if getattr(before, field) != getattr(after, field):
            title = f"You are {role} of {name}"
            uow.tell("role_given", title=title, onboarding_id=id, members=(getattr(after, field),))
    if phases is not None and before.phase != after.phase:
        title = f"{who} moved {name} to {phases.all[after.phase].name}"
        uow.tell("phase_moved", title=title, onboarding_id=id, members=roles, owner=True)
    if before.launched_at is None and after.launched_at is not None:
        title = f"{name} was launched"
        uow.tell("onboarding_launched", title=title, onboarding_id=id, members=roles, owner=True)
    if before.state != after.state:
        done, churned = after.state == "done", after.state_reason == "customer_churned"
        uow.tell(
            "onboarding_completed" if done else "onboarding_state",
            title=f"{name} {_STATES[after.state]}",
            onboarding_id=id,
            # Roles hear when work stops, goes on again, or ends.
            members=roles if {before.state, after.state} & {"paused", "done"} else (after.csm_id,),
            owner=True,
            managers=churned,
        )
    if _is_told(before.target_launch_date, after.target_launch_date):
        gone = after.target_launch_date is None
        title = f"{name} has no target launch any more" if gone else f"The target launch of {name} moved"
        uow.tell("target_shifted", title=title, onboarding_id=id, csm=True, owner=True)


def _is_told(old: date | None, new: date | None) -> bool:
    return old is not None and (new is None or (new - old).days > _LATER)
