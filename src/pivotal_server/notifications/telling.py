"""Whom an act tells: services say what happened and to whom it matters, the end of the work writes it.

One act gives a person one notice, however much of it concerns them (ONB-FIRE-4). Nobody is told of what they
did themselves. While an onboarding is paused only mentions and its own state are told; the rest is named in
the stream instead (ONB-STATE-8).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from pivotal_server.auth.actor import Actor
from pivotal_server.auth.permissions import MANAGERS
from pivotal_server.db.engine import Transaction
from pivotal_server.kit.ids import cuid
from pivotal_server.notifications import repository_notices
from pivotal_server.notifications import repository_telling as repository
from pivotal_server.notifications.repository_notices import NoticeRow
from pivotal_server.notifications.repository_telling import PlaceRow

__all__ = ["KINDS", "Due", "Held", "PlaceRow", "Tell", "due_of", "write_due"]

# The first of them that concerns a person gives the notice its title.
KINDS = (
    "mention",
    "onboarding_completed",
    "onboarding_launched",
    "onboarding_state",
    "phase_moved",
    "role_given",
    "onboarding_created",
    "target_shifted",
    "comment_added",
    "task_assigned",
    "task_unlocked",
    "subtask_completed",
    "task_reopened",
    "task_redated",
    "task_deleted",
    "task_restored",
)
_STATES = frozenset({"onboarding_completed", "onboarding_launched", "onboarding_state", "phase_moved"})
_WHILE_PAUSED = _STATES | {"mention", "role_given"}
_SHOWN = 3
MORE = ". And "


class Tell(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened in an onboarding, and to whom it matters.

    ``members``: ids of people; those of contacts among them are passed over. ``csm`` and ``owner``: those of
    the onboarding and of its customer too; ``managers``: all of them. ``task``: its number, where the notice
    leads. ``parent_id``: the assignee of this task is told. ``unless_locked``: nobody is, while this task
    waits for another one. ``place`` stands for what is on a customer itself.
    """

    kind: str
    title: str
    onboarding_id: str
    members: tuple[str | None, ...] = ()
    csm: bool = False
    owner: bool = False
    managers: bool = False
    task: int | None = None
    parent_id: str = ""
    unless_locked: str = ""
    place: PlaceRow | None = None


class Due(msgspec.Struct, frozen=True):
    """The notice that a member is due: the most important thing first, and how many there are."""

    member_id: str
    kind: str
    title: str
    body: str
    url: str
    count: int = 1

    def joined(self, earlier: "Due | None") -> "Due":
        """The one notice of two works of the same act."""
        if earlier is None:
            return self
        count = earlier.count + self.count
        head = earlier.body.partition(MORE)[0]
        return msgspec.structs.replace(earlier, count=count, body=f"{head}{MORE}{count - 1:,} more")


class Held(msgspec.Struct, frozen=True):
    """What a member is not told of, because the onboarding is ``paused``, or as they wish (``muted``)."""

    member_id: str
    place: PlaceRow
    title: str
    reason: str = "paused"


async def due_of(tx: Transaction, actor: Actor, tells: Sequence[Tell]) -> tuple[list[Due], list[Held]]:
    """The notices that an act gives, one a person, and what is held back."""
    org_id = actor.org_id
    own = actor.id if actor.type == "member" else None
    if not any(_may_concern(one, own) for one in tells):
        return [], []
    ids = sorted({one.onboarding_id for one in tells if one.place is None})
    places = await repository.places(tx, org_id, ids) if ids else {}
    parents = await repository.assignees(tx, org_id, sorted({one.parent_id for one in tells} - {""}))
    locked = await repository.locked(tx, org_id, sorted({one.unless_locked for one in tells} - {""}))
    people = await repository.people(tx, org_id)
    found: dict[str, list[tuple[Tell, PlaceRow]]] = {}
    held: list[Held] = []
    for one in tells:
        place = one.place or places.get(one.onboarding_id)
        if place is None or (one.unless_locked and one.unless_locked in locked):
            continue
        for id in dict.fromkeys(_concerned(one, place, parents, people)):
            if id == own or id not in people:
                continue
            if place.state == "paused" and one.kind not in _WHILE_PAUSED:
                held.append(Held(id, place, one.title))
            elif one.kind in _muted(people[id][1]):
                held.append(Held(id, place, one.title, "muted"))
            elif place.state != "done" or one.kind in _WHILE_PAUSED:
                found.setdefault(id, []).append((one, place))
    return [_due(id, mine) for id, mine in found.items()], held


async def write_due(tx: Transaction, org_id: str, at: datetime, due: Sequence[Due]) -> None:
    """Write the notices that an act gives."""
    if due:
        rows = [NoticeRow(cuid(), o.member_id, o.kind, o.title, o.body, o.url, at, None) for o in due]
        await repository_notices.insert(tx, org_id, rows)


def _may_concern(one: Tell, own: str | None) -> bool:
    """Whether anybody but the actor can be meant, as far as one knows without asking the database."""
    return one.csm or one.owner or one.managers or bool(one.parent_id or set(one.members) - {None, own})


def _muted(stored: Any) -> Collection[str]:
    found: list[str] = (stored or {}).get("bell_off", [])
    return found


def _concerned(
    one: Tell, place: PlaceRow, parents: dict[str, str | None], people: dict[str, tuple[str, Any]]
) -> Iterable[str]:
    ids = [*one.members, parents.get(one.parent_id)]
    ids += [place.csm_id] * one.csm + [place.owner_id] * one.owner
    if one.managers:
        ids += [id for id, (role, _) in people.items() if role in MANAGERS]
    return [id for id in ids if id is not None]


def _due(member_id: str, mine: Sequence[tuple[Tell, PlaceRow]]) -> Due:
    ranked = sorted(dict.fromkeys(mine), key=lambda one: KINDS.index(one[0].kind))
    first, place = ranked[0]
    if place.id == place.customer_id:
        url, words = f"/customers/{place.display_id}", [place.name]
    else:
        url, words = f"/onboardings/{place.display_id}", [f"{place.name}, {place.customer_name}"]
        if first.task is not None:
            url = f"{url}/tasks/{first.task}"
    if len(ranked) <= _SHOWN:
        body = ". ".join([*words, *(one.title for one, _ in ranked[1:])])
    else:
        body = f"{words[0]}{MORE}{len(ranked) - 1:,} more"
    return Due(member_id, first.kind, first.title, body, url, len(ranked))
