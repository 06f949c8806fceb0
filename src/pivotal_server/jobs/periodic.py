"""Work that comes up from time to time: enqueued once for each time that is due, by whoever is first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pivotal_server.db.engine import Database
from pivotal_server.jobs import repository_periodic as repository
from pivotal_server.jobs.kinds import Periodic
from pivotal_server.jobs.running import Run
from pivotal_server.jobs.service import enqueue_for_server
from pivotal_server.kit import clock

KEPT = timedelta(days=1)
"""How long finished work that nobody asked for by name stays in the table; what has failed stays longer."""
KEPT_NAMED = timedelta(days=90)


class Scheduler:
    """Watches the rows of the periodic kinds that a worker knows."""

    def __init__(self, db: Database, kinds: Sequence[Periodic]) -> None:
        self._db = db
        self._kinds = {kind.name: kind for kind in kinds}
        self._moments: dict[str, datetime] = {}

    @property
    def next_at(self) -> datetime | None:
        """When the next of them is due, as far as this worker knows."""
        return min(self._moments.values(), default=None)

    async def look(self) -> None:
        """Read when each is due; a kind that is new is due now."""
        names = list(self._kinds)
        found = await repository.moments(self._db, names)
        if len(found) < len(names):
            async with self._db.transaction() as tx:
                for name in names:
                    if name not in found:
                        await repository.add(tx, name, clock.now())
            found = await repository.moments(self._db, names)
        self._moments = found

    async def enqueue_due(self) -> int:
        """Enqueue what is due by now, each in one transaction with its next time; how many that were.

        Times that passed while no worker ran count as one.
        """
        now = clock.now()
        due = [name for name, moment in self._moments.items() if moment <= now]
        count = 0
        for name in due:
            following = next_time(self._kinds[name].every, now)
            async with self._db.transaction() as tx:
                if await repository.take(tx, name, self._moments[name], following):
                    await enqueue_for_server(tx, name, {}, unique_key=name)
                    count += 1
        if due:
            await self.look()
        return count


def next_time(every: timedelta, now: datetime) -> datetime:
    """The first multiple of ``every`` since 1970 that is later than ``now``."""
    step = every // timedelta(microseconds=1)
    return clock.from_micros((clock.to_micros(now) // step + 1) * step)


async def prune(run: Run) -> None:
    """Remove jobs that were finished long ago."""
    now = clock.now()
    async with run.db.transaction() as tx:
        await repository.prune(tx, now - KEPT, now - KEPT_NAMED)
