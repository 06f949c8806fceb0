"""Background work of webhooks."""

from datetime import timedelta

from pivotal_server.jobs.kinds import Kind, Periodic
from pivotal_server.jobs.running import Run
from pivotal_server.kit import clock
from pivotal_server.webhooks.pruning import prune
from pivotal_server.webhooks.service_recovery import KIND, recover
from pivotal_server.webhooks.service_secrets import forget_expired


async def prune_events(run: Run) -> None:
    """Remove events that are older than they are kept."""
    await prune(run.db, run.services.config.event_retention_days, run.check)


async def forget_secrets(run: Run) -> None:
    """Remove signing secrets whose time has passed."""
    async with run.db.transaction() as tx:
        await forget_expired(tx, clock.now())


KINDS = (Kind(KIND, recover, 5),)
PERIODIC = (
    Periodic("webhooks.prune", prune_events, timedelta(days=1)),
    Periodic("webhooks.secrets", forget_secrets, timedelta(minutes=30)),
)
