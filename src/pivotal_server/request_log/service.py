"""Reading the request log, and its retention."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pivotal_server.db.engine import Database, Executor
from pivotal_server.kit import clock
from pivotal_server.request_log import repository
from pivotal_server.request_log.repository import RequestRow
from pivotal_server.workspaces import service as workspaces

__all__ = ["RETENTION", "RequestRow", "find", "purge"]

RETENTION = timedelta(days=30)


async def find(
    db: Executor,
    org_id: str,
    filters: Mapping[str, Any],
    *,
    limit: int = 50,
    older: tuple[datetime, str] | None = None,
) -> list[RequestRow]:
    """The newest requests of a workspace that match, older than the request ``older`` (moment and id).

    ``filters``: any of ``request_id``, ``api_key_id``, ``route``, ``status`` with their values, and
    ``failed`` (whatever its value) for those with a status of 400 and above.
    """
    return await repository.find(db, org_id, filters, limit, older)


async def purge(db: Database) -> int:
    """Remove requests past their 30 days, one workspace at a time; how many."""
    removed = 0
    for workspace in await workspaces.all_workspaces(db):
        async with db.transaction() as tx:
            removed += await repository.purge(tx, workspace.id, clock.now() - RETENTION)
    return removed
