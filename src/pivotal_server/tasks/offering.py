"""Which planned dates would follow a change, before it is made (ONB-DATE-5, -6, ONB-GANTT-2)."""

from collections.abc import Mapping
from datetime import date

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from pivotal_server.db.engine import Executor
from pivotal_server.tasks import repository
from pivotal_server.tasks.dates import Anchors, DateRules, PlannedTask, settle
from pivotal_server.tasks.following import RUNNING, anchors_at, planned, rules_at
from pivotal_server.tasks.home import Home
from pivotal_server.tasks.offers import Answer, Offer, Unasked
from pivotal_server.tasks.repository import NodeRow

__all__ = ["check_asked", "pending", "would_follow"]


async def would_follow(
    db: Executor,
    org_id: str,
    home: Home,
    *,
    entering: str | None = None,
    on: date | None = None,
    target: date | UnsetType | None = UNSET,
    days: Mapping[str, date | None] | None = None,
) -> list[Offer]:
    """The tasks whose planned day would move by a change, those left out that would move without it too.

    The change: ``entering`` a phase on the day ``on``, another ``target`` launch, or other due ``days`` of
    tasks by their id. Nothing where the workspace does not ask, or the onboarding is paused or done.
    """
    if home.state not in RUNNING or not await repository.has_planned(db, org_id, home.id):
        return []
    rules = await rules_at(db, org_id)
    if rules.dates_follow != "ask":
        return []
    nodes = await repository.nodes(db, org_id, home.id)
    anchors = await anchors_at(db, org_id, home, rules)
    starts = (
        anchors.phase_starts if entering is None or on is None else {**anchors.phase_starts, entering: on}
    )
    launch = anchors.target_launch if target is UNSET else target
    before = _settled(nodes, anchors, rules, {})
    after = _settled(nodes, Anchors(starts, launch), rules, days or {})
    return _offers(nodes, {id: day for id, day in after.items() if id not in before or before[id] != day})


async def check_asked(
    db: Executor,
    org_id: str,
    home: Home,
    answer: Answer | None,
    *,
    entering: str | None = None,
    on: date | None = None,
    target: date | UnsetType | None = UNSET,
    days: Mapping[str, date | None] | None = None,
) -> None:
    """Raises ``Unasked`` when a change of a locked onboarding would move tasks that ``answer`` leaves out."""
    known = () if answer is None else answer.offered
    found = await would_follow(db, org_id, home, entering=entering, on=on, target=target, days=days)
    if any(offer.id not in known for offer in found):
        raise Unasked


async def pending(db: Executor, org_id: str, home: Home) -> list[Offer]:
    """The tasks whose plan says another day than they have, because somebody else's change moved nothing."""
    if home.state not in RUNNING or not await repository.has_planned(db, org_id, home.id):
        return []
    rules = await rules_at(db, org_id)
    if rules.dates_follow != "ask":
        return []
    nodes = await repository.nodes(db, org_id, home.id)
    return _offers(nodes, _settled(nodes, await anchors_at(db, org_id, home, rules), rules, {}))


def _settled(
    nodes: list[NodeRow], anchors: Anchors, rules: DateRules, days: Mapping[str, date | None]
) -> dict[str, date | None]:
    def as_planned(node: NodeRow) -> PlannedTask:
        task = planned(node, rules)
        # A day that is typed leaves the plan.
        return replace(task, due_date=days[node.id], anchor=None) if node.id in days else task

    return settle(map(as_planned, nodes), anchors, rules, move=True)


def _offers(nodes: list[NodeRow], moved: Mapping[str, date | None]) -> list[Offer]:
    return [
        Offer(node.id, node.display_id, node.title, node.due_date, moved[node.id])
        for node in nodes
        if node.id in moved and node.due_date is not None and moved[node.id] != node.due_date
    ]
