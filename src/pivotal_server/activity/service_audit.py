"""Reading the stream of one onboarding: its Audit tab, the panel of a task, and whether there is news."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pivotal_server.activity import repository_audit
from pivotal_server.activity.repository import ActivityRow
from pivotal_server.db.engine import Executor

__all__ = ["newest", "onboarding_feed", "pattern_of"]


def pattern_of(text: str) -> str:
    """What ``text`` anywhere in a value is matched by, whatever its case."""
    plain = text.lower()
    for special in ("\\", "%", "_"):
        plain = plain.replace(special, f"\\{special}")
    return f"%{plain}%"


async def onboarding_feed(
    db: Executor, org_id: str, onboarding_id: str, filters: Mapping[str, Any], limit: int
) -> list[ActivityRow]:
    """The newest ``limit`` entries of an onboarding, its tasks, comments and files.

    ``filters``: ``task_id``, ``before`` a moment, ``events`` (canonical names), ``actor_id`` or ``no_actor``,
    and a ``text`` that diff or reason hold, whatever its case.
    """
    given = dict(filters)
    if "text" in given:
        given["text"] = pattern_of(given["text"])
    return await repository_audit.page(db, org_id, onboarding_id, given, limit)


async def newest(db: Executor, org_id: str, onboarding_id: str) -> datetime | None:
    """The moment of the newest entry of an onboarding; it changes with everything that happens to it."""
    return await repository_audit.newest(db, org_id, onboarding_id)
