"""The retention of what signing in leaves."""

from datetime import timedelta

from pivotal_server.auth import session_store
from pivotal_server.jobs.kinds import Periodic
from pivotal_server.jobs.running import Run


async def purge(run: Run) -> None:
    """Remove ended sessions, dead links and old requests for links."""
    await session_store.purge(run.db)


PERIODIC = (Periodic("sign_in.purge", purge, timedelta(hours=1)),)
