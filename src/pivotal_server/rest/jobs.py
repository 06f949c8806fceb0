"""The retention of answers stored under idempotency keys."""

from datetime import timedelta

from pivotal_server.jobs.kinds import Periodic
from pivotal_server.jobs.running import Run
from pivotal_server.rest import idempotency


async def purge(run: Run) -> None:
    """Remove stored answers past their 24 hours."""
    async with run.db.transaction() as tx:
        await idempotency.purge(tx)


PERIODIC = (Periodic("idempotency.purge", purge, timedelta(hours=1)),)
