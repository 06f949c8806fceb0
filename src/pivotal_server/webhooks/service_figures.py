"""How much waits to be delivered, over the whole server."""

from datetime import datetime

from pivotal_server.db.engine import Executor
from pivotal_server.kit import clock
from pivotal_server.webhooks import metrics, repository_fanout, repository_queue


async def measure(db: Executor) -> None:
    """Bring the gauges of :mod:`~pivotal_server.webhooks.metrics` up to date."""
    found = await repository_queue.figures(db)
    metrics.PENDING.set(found.ready + found.waiting)
    metrics.SENDING.set(found.sending)
    metrics.OLDEST_DUE.set(_seconds_since(found.oldest_due))
    metrics.UNFANNED.set(await repository_fanout.unpassed(db))


async def oldest_due_seconds(db: Executor) -> float:
    """For how long the delivery that has waited longest has been due; 0 when none is."""
    return _seconds_since((await repository_queue.figures(db)).oldest_due)


def _seconds_since(moment: datetime | None) -> float:
    return 0.0 if moment is None else max(0.0, (clock.now() - moment).total_seconds())
