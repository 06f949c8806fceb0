"""Reading the stream of one customer or onboarding with filters, and whether there is news of one."""

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Any

from pivotal_server.activity import repository_audit
from pivotal_server.activity.repository import ActivityRow
from pivotal_server.db.engine import Executor

__all__ = ["customer_feed", "every", "newest", "onboarding_feed", "pattern_of"]

BATCH = 500
"""Entries of one read of a long file."""


def pattern_of(text: str) -> str:
    """What ``text`` anywhere in a value is matched by, whatever its case."""
    plain = text.lower()
    for special in ("\\", "%", "_"):
        plain = plain.replace(special, f"\\{special}")
    return f"%{plain}%"


async def customer_feed(
    db: Executor, org_id: str, customer_id: str, filters: Mapping[str, Any], limit: int
) -> list[ActivityRow]:
    """The newest ``limit`` entries of a customer and of all that belongs to it; filters as below."""
    return await _page(db, org_id, {**filters, "customer_id": customer_id}, limit)


async def every(
    db: Executor, org_id: str, place: Mapping[str, str], filters: Mapping[str, Any] | None
) -> AsyncGenerator[list[ActivityRow], None]:
    """All entries of a ``place`` (a ``customer_id`` or an ``onboarding_id``), newest first, in batches.

    What is written meanwhile is newer than all of it. ``filters`` of ``None``: there are none.
    """
    rest = None if filters is None else {**filters, **place}
    while rest is not None:
        rows = await _page(db, org_id, rest, BATCH)
        if rows:
            yield rows
        rest = {**rest, "before": rows[-1].created_at} if len(rows) == BATCH else None


async def onboarding_feed(
    db: Executor, org_id: str, onboarding_id: str, filters: Mapping[str, Any], limit: int
) -> list[ActivityRow]:
    """The newest ``limit`` entries of an onboarding, its tasks, comments and files.

    ``filters``: ``task_id``, ``before``, ``since`` and ``until``, moments, ``events`` (canonical names),
    ``actor_id`` or ``no_actor``, and a ``text`` that diff or reason hold, whatever its case.
    """
    return await _page(db, org_id, {**filters, "onboarding_id": onboarding_id}, limit)


async def _page(db: Executor, org_id: str, filters: Mapping[str, Any], limit: int) -> list[ActivityRow]:
    given = dict(filters)
    if "text" in given:
        given["text"] = pattern_of(given["text"])
    return await repository_audit.page(db, org_id, given, limit)


async def newest(db: Executor, org_id: str, onboarding_id: str) -> datetime | None:
    """The moment of the newest entry of an onboarding; it changes with everything that happens to it."""
    return await repository_audit.newest(db, org_id, onboarding_id)
