"""How the deliveries of events stand, for whoever shows events."""

from collections.abc import Sequence
from datetime import datetime

from pivotal_server.db.engine import Executor
from pivotal_server.webhooks import repository_fanout, repository_log
from pivotal_server.webhooks.repository_log import EventStanding

__all__ = ["EventStanding", "standings"]


async def standings(
    db: Executor, org_id: str, event_ids: Sequence[str]
) -> tuple[dict[str, EventStanding], datetime | None]:
    """The deliveries of events, counted by how they stand; and how far the workspace's are handed out."""
    found = await repository_log.event_standings(db, org_id, event_ids)
    return found, await repository_fanout.passed(db, org_id)
