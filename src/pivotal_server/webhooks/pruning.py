"""Removing events past the time for which they are kept, with their deliveries and attempts.

It can be stopped at any point: each transaction removes a bounded number of rows, and what belongs to
something goes before it. A delivery that is not finished stays, and its event with it.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from pivotal_server.db.engine import Database
from pivotal_server.kit import clock
from pivotal_server.webhooks import metrics
from pivotal_server.webhooks import repository_pruning as repository

CHUNK = 1_000


def _go_on() -> None:
    """Nobody asks to stop."""


async def prune(db: Database, days: int, check: Callable[[], None] = _go_on) -> Counter[str]:
    """Remove what is older than ``days``; how many rows of each table. ``check`` may raise to stop."""
    before = clock.now() - timedelta(days=days)
    removed: Counter[str] = Counter()
    for org_id in await repository.workspaces(db):
        oldest = await repository.oldest(db, org_id)
        if oldest is not None and oldest < before:
            removed += await _prune_workspace(db, org_id, before, check)
    return removed


async def _prune_workspace(
    db: Database, org_id: str, before: datetime, check: Callable[[], None]
) -> Counter[str]:
    removed: Counter[str] = Counter()
    for table, statement in repository.STAGES:
        while True:
            check()
            async with db.transaction() as tx:
                count = await repository.remove(tx, statement, org_id, before, CHUNK)
            removed[table] += count
            metrics.PRUNED.labels(table).inc(count)
            if count < CHUNK:
                break
    return removed
