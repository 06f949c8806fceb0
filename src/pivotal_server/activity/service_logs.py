"""Reading the whole stream with filters (Admin > Logs)."""

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from pivotal_server.activity import repository_logs as repository
from pivotal_server.activity.repository import ActivityRow
from pivotal_server.activity.service_audit import pattern_of
from pivotal_server.db.engine import Executor
from pivotal_server.kit.pagination import Slice

__all__ = ["Found", "everything", "search_log"]

REACH = 20_000
"""Entries that one search for a text looks through, since no index leads to it."""
BATCH = 500


class Found(msgspec.Struct, frozen=True):
    """Entries that match, newest first. ``older``: the cursor of what follows, if anything does.

    ``looked_until``: how far a search for a text has looked, when further entries are left to be searched.
    """

    rows: list[ActivityRow]
    older: datetime | None = None
    looked_until: datetime | None = None


async def search_log(db: Executor, org_id: str, filters: Mapping[str, Any], part: Slice) -> Found:
    """The newest entries of a workspace that match, at most ``part.limit``.

    ``filters``: any of ``customer_id``, ``event`` (a tuple of canonical names), ``actor_id`` or ``no_actor``,
    and a ``text`` that diff or reason hold, whatever its case. ``part`` may have ``since`` and ``until``.
    """
    given = dict(filters)
    if "text" not in given:
        rows, older = await repository.page(db, org_id, part, given)
        return Found(rows, older)
    given["text"] = pattern_of(given["text"])
    edge = await repository.reach(db, org_id, part, REACH)
    if edge is None or (part.since is not None and edge <= part.since):
        rows, older = await repository.page(db, org_id, part, given)
        return Found(rows, older)
    rows, older = await repository.page(db, org_id, replace(part, since=edge), given)
    return Found(rows, older or edge, None if older else edge)


async def everything(
    db: Executor, org_id: str, filters: Mapping[str, Any], part: Slice
) -> AsyncGenerator[list[ActivityRow], None]:
    """All entries that match, newest first, in batches."""
    cursor = part.cursor
    while True:
        found = await search_log(db, org_id, filters, replace(part, limit=BATCH, cursor=cursor))
        if found.rows:
            yield found.rows
        if found.older is None:
            return
        cursor = found.older
