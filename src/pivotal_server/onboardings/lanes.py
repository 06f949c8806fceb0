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
    kept = {_key(card, by) for column in columns for card in column.cards}
    if by == "state":
        ordered = [(state, name) for state, name in STATE_NAMES.items() if (state, name) in kept]
    else:
        ordered = sorted(kept, key=lambda one: (not one[1], one[1].casefold(), one))
    return tuple(_lane(f"lane-{place}", key, columns, by) for place, key in enumerate(ordered))


def _lane(id: str, key: tuple[str, str], columns: Sequence[Column], by: str) -> Lane:
    own = []
    for column in columns:
        cards = tuple(card for card in column.cards if _key(card, by) == key)
        late = sum(card.late for card in cards)
        own.append(replace(column, cards=cards, count=len(cards), late=late, more_url=""))
    return Lane(id, key[1] or _NONE[by], sum(column.count for column in own), tuple(own))


def _key(card: Card, by: str) -> tuple[str, str]:
    """What keeps a lane apart from others, and its name: two people may have one."""
    if by == "csm":
        return (card.csm.id, card.csm.name) if card.csm else ("", "")
    return (card.state, STATE_NAMES[card.state]) if by == "state" else ("", card.plan or "")
