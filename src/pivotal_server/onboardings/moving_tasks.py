"""What a move does to the tasks: step 4 of the pipeline (ONB-MOVE-6, -8, -9, ONB-TPL-5)."""

from msgspec import Struct

from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.onboardings.repository import OnboardingRow
from pivotal_server.tasks import of_onboarding as tasks
from pivotal_server.tasks.following import follow_dates
from pivotal_server.tasks.offers import Answer
from pivotal_server.templates.applying import apply_default
from pivotal_server.unit_of_work import UnitOfWork


class MoveChoices(Struct, frozen=True):
    """Ids of open tasks to complete with a move instead of carrying them over, and of done ones to reopen."""

    complete: tuple[str, ...] = ()
    reopen: tuple[str, ...] = ()


NO_CHOICES = MoveChoices()


async def move_tasks(
    uow: UnitOfWork,
    before: OnboardingRow,
    after: OnboardingRow,
    phases: PhaseList,
    choices: MoveChoices,
    follow: Answer | None = None,
) -> None:
    """Complete and reopen what was chosen, mark the rest, apply the default template, let dates follow.

    ``follow`` says which planned dates move where a person was asked.

    Raises ``invalid_reference`` for a chosen task of another onboarding.
    """
    await tasks.complete_and_reopen(uow, after, complete=choices.complete, reopen=choices.reopen)
    if phases.direction(before.phase, after.phase) == "send_back":
        await tasks.unmark(uow, after, phases.ahead(after.phase))
    else:
        await tasks.carry_over(uow, after, before.phase, phases.between(before.phase, after.phase))
        await tasks.unmark(uow, after, [])
    await apply_default(uow, after, after.phase)
    await follow_dates(uow, after, answer=follow)
