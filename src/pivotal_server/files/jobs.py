"""The sweep of stored files, once an hour."""

from datetime import timedelta
from weakref import WeakKeyDictionary

from pivotal_server.files.service import Sweeper
from pivotal_server.jobs.kinds import Periodic
from pivotal_server.jobs.running import Run

# A sweeper remembers up to when it has looked, so the later sweeps of a process see only what came since.
_SWEEPERS: WeakKeyDictionary[object, Sweeper] = WeakKeyDictionary()


async def sweep(run: Run) -> None:
    """Put aside files that nothing refers to."""
    sweeper = _SWEEPERS.get(run.db)
    if sweeper is None:
        sweeper = _SWEEPERS[run.db] = Sweeper(run.db, run.services.files)
    await sweeper.sweep()


PERIODIC = (Periodic("files.sweep", sweep, timedelta(hours=1)),)
