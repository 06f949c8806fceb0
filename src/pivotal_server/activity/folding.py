"""Entries that one act wrote, drawn as one line that unfolds (APP-ACT-4)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pivotal_server.activity.repository import ActivityRow
from pivotal_server.activity.views import Words
from pivotal_server.web.formats import count

FEWEST = 3
"""So many entries of one act and more are one line."""
_THINGS = frozenset({"task", "customer", "contact", "onboarding", "comment"})
_DID = {
    "created": "added",
    "added": "added",
    "completed": "completed",
    "reopened": "reopened",
    "assigned": "assigned",
    "deleted": "deleted",
    "restored": "restored",
    "moved": "moved",
}


def _act_of(row: ActivityRow) -> tuple[str, ...]:
    """What entries of one act have in common; an act of its own for any other entry."""
    if row.bulk_id is not None:
        return "bulk", row.bulk_id
    if row.event == "task.created" and row.request_id is not None:
        # The tasks of a template, which one request applied.
        return "template", row.request_id
    return "entry", row.id


def acts(rows: Iterable[ActivityRow]) -> Iterator[list[ActivityRow]]:
    """The entries in their order, those of one act that stand together as one list."""
    for _, some in groupby(rows, _act_of):
        found = list(some)
        if len(found) >= FEWEST:
            yield found
        else:
            yield from ([row] for row in found)


def words_of(rows: Sequence[ActivityRow]) -> tuple[Words, ...]:
    """What an act did to many, behind the name of its actor: "completed 40 tasks"."""
    things = {row.event.partition(".")[0] for row in rows}
    thing = things.pop() if len(things) == 1 else ""
    did = {row.event.partition(".")[2] for row in rows}
    verb = _DID.get(did.pop(), "changed") if len(did) == 1 else "changed"
    targets = len({(row.target_type, row.target_id) for row in rows})
    return (Words(f"{verb} "), Words(count(targets, thing if thing in _THINGS else "record"), strong=True))
