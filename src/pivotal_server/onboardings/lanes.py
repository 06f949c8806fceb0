"""Swim lanes of the board: its cards by CSM, plan or state, each lane with all columns (ONB-BOARD-1)."""

from collections.abc import Sequence

from msgspec.structs import replace

from pivotal_server.onboardings.views_board import Card, Column, Lane
from pivotal_server.web.formats import STATE_NAMES

LANES = {"": "No lanes", "csm": "By CSM", "plan": "By plan", "state": "By state"}
_NONE = {"csm": "No CSM", "plan": "No plan"}


def lanes_of(columns: Sequence[Column], by: str) -> tuple[Lane, ...]:
    """The columns once for each lane, with the cards of it; lanes by name, the one of nobody last.

    Counts are those of the cards that are shown. Without ``by`` there are no lanes.
    """
    if not by:
        return ()
    names = {_name(card, by) for column in columns for card in column.cards}
    if by == "state":
        ordered = [name for name in STATE_NAMES.values() if name in names]
    else:
        ordered = sorted(names, key=lambda name: (not name, name.casefold()))
    return tuple(_lane(f"lane-{place}", name, columns, by) for place, name in enumerate(ordered))


def _lane(id: str, name: str, columns: Sequence[Column], by: str) -> Lane:
    own = []
    for column in columns:
        cards = tuple(card for card in column.cards if _name(card, by) == name)
        late = sum(card.late for card in cards)
        own.append(replace(column, cards=cards, count=len(cards), late=late, more_url=""))
    return Lane(id, name or _NONE[by], sum(column.count for column in own), tuple(own))


def _name(card: Card, by: str) -> str:
    if by == "csm":
        return card.csm.name if card.csm else ""
    return (card.plan or "") if by == "plan" else STATE_NAMES[card.state]
