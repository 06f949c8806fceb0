"""Removing workspaces whose week is over, once an hour."""

from datetime import timedelta

from pivotal_server.jobs.kinds import Periodic
from pivotal_server.jobs.running import Run
from pivotal_server.workspaces import deleting


async def remove(run: Run) -> None:
    """Remove what is due."""
    await deleting.remove_due(run.db, run.services.files)


PERIODIC = (Periodic("workspaces.remove", remove, timedelta(hours=1)),)
