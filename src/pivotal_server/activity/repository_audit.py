"""SQL of the stream of one customer or onboarding, with its filters."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, cast, func, or_, select

from pivotal_server.activity.repository import ActivityRow, feed_of
from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement, StatementCache, any_of
from pivotal_server.db.tables import activity, activity_personal

_A = activity.c
_OF_ONBOARDING = _A.onboarding_id == bindparam("onboarding_id")
_CONDITIONS: Mapping[str, Any] = {
    "customer_id": _A.customer_id == bindparam("customer_id"),
    "onboarding_id": _OF_ONBOARDING,
    "task_id": _A.task_id == bindparam("task_id"),
    "before": _A.created_at < bindparam("before"),
    "since": _A.created_at >= bindparam("since", type_=_A.created_at.type),
    "until": _A.created_at < bindparam("until", type_=_A.created_at.type),
    "events": any_of(_A.event, "events"),
    "actor_id": _A.actor_id == bindparam("actor_id"),
    "no_actor": _A.actor_id.is_(None),
    "text": or_(
        func.lower(_A.reason).like(bindparam("text", type_=String()), escape="\\"),
        func.lower(cast(_A.diff, String)).like(bindparam("text", type_=String()), escape="\\"),
        # Changes of contacts stand beside the entry, so that erasing one takes them along.
        func.lower(cast(activity_personal.c.diff, String)).like(
            bindparam("text", type_=String()), escape="\\"
        ),
    ),
}
_FEEDS: StatementCache[ActivityRow] = StatementCache(
    lambda given: Statement(feed_of(*(_CONDITIONS[name] for name in sorted(given))), into=ActivityRow),
    [*_CONDITIONS],
)
NEWEST = Statement.scalar(
    select(_A.created_at)
    .where(_A.org_id == bindparam("org_id"), _OF_ONBOARDING)
    .order_by(_A.created_at.desc())
    .limit(1),
    datetime,
)


async def page(db: Executor, org_id: str, filters: Mapping[str, Any], limit: int) -> list[ActivityRow]:
    """The newest ``limit`` entries of what ``filters`` name: a ``customer_id`` or an ``onboarding_id``.

    Further ones: ``task_id``, ``before``, ``since`` and ``until``, moments, ``events`` (names), ``actor_id``
    or ``no_actor``, and ``text``, a pattern in lower case for diff or reason.
    """
    params = {**filters, "org_id": org_id, "limit": limit}
    return await db.fetch_all(_FEEDS.get(frozenset(filters)), params)


async def newest(db: Executor, org_id: str, onboarding_id: str) -> datetime | None:
    """The moment of the newest entry of an onboarding."""
    return await db.fetch_one(NEWEST, {"org_id": org_id, "onboarding_id": onboarding_id})
