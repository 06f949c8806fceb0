"""Reading onboardings for board and list."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pivotal_server.db.engine import Executor
from pivotal_server.onboardings import repository_board
from pivotal_server.onboardings.repository_board import CardRow, ColumnCount

__all__ = [
    "MOST_COLUMNS",
    "CardRow",
    "ColumnCount",
    "board",
    "column_counts",
    "ids",
    "listed",
    "newest_change",
    "total",
]

MOST_COLUMNS = 32


async def board(
    db: Executor,
    org_id: str,
    phases: Sequence[str],
    filters: Mapping[str, Any],
    *,
    limit: int,
    done_since: datetime | None,
) -> dict[str, list[CardRow]]:
    """The cards of each phase: open ones by target and number, undated last, at most ``limit`` + 1.

    Under an empty key stand those that were done since ``done_since``, newest first.
    """
    rows = await repository_board.board(
        db, org_id, phases[:MOST_COLUMNS], filters, limit=limit + 1, done_since=done_since
    )
    columns: dict[str, list[CardRow]] = {key: [] for key in (*phases, "")}
    for row in rows:
        columns["" if row.state == "done" else row.phase].append(row)
    for key, cards in columns.items():
        if key:
            cards.sort(key=_place)
        else:
            cards.sort(key=lambda card: card.completed_at or card.created_at, reverse=True)
        del cards[limit + 1 :]
    return columns


def _place(card: CardRow) -> tuple[bool, date, int]:
    day = card.target_launch_date
    return day is None, day or date.max, card.display_id


column_counts = repository_board.column_counts
ids = repository_board.ids
listed = repository_board.listed
total = repository_board.total
newest_change = repository_board.newest_change
