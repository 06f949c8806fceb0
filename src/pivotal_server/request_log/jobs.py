"""The retention of the request log."""

from datetime import timedelta

from pivotal_server.jobs.kinds import Periodic
from pivotal_server.jobs.running import Run
from pivotal_server.request_log import service


async def purge(run: Run) -> None:
    """Remove requests past their time."""
    await service.purge(run.db)


PERIODIC = (Periodic("request_log.purge", purge, timedelta(hours=1)),)
