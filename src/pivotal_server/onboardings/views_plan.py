"""View models of the Tasks tab: phases with their tasks."""

import msgspec

from pivotal_server.bulk.views import Selection
from pivotal_server.onboardings.views import Ring
from pivotal_server.onboardings.views_record import Choice, Record
from pivotal_server.tasks.views import LineView

FRAGMENTS = ("plan",)
SHOWN = 100
"""Tasks of a phase that are shown at first; then as many more."""


class PlanPhase(msgspec.Struct, frozen=True):
    """One phase of the plan.

    ``count``: all its tasks; ``done`` of them are. ``lines`` are there when it is ``unfolded``. ``fold_url``
    folds or unfolds it, ``more_url`` shows more tasks. ``when``: ``past``, ``present`` or ``later``.
    """

    key: str
    name: str
    ring: Ring
    when: str
    skipped: bool
    count: int
    done: int
    unfolded: bool
    fold_url: str
    lines: tuple[LineView, ...] = ()
    more_url: str = ""


class PlanPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``onboardings/plan.html``.

    ``filters``: above the list. ``found``: the tasks of a filter; then ``phases`` is empty. ``people``: pairs
    of id and name for whoever a new task can be assigned to, ``assignee`` the one it is given to at first.
    ``more_url``: further results of a filter.
    """

    record: Record
    phases: tuple[PlanPhase, ...]
    filters: tuple[Choice, ...]
    filter: str
    found: tuple[LineView, ...]
    people: tuple[tuple[str, str], ...]
    assignee: str
    more_url: str = ""
    selection: Selection | None = None
    select_url: str = ""

    @property
    def selecting(self) -> bool:
        """Whether tasks are being chosen."""
        return self.selection is not None
