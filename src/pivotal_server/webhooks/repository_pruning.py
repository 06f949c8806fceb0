"""SQL of pruning: what is older than events are kept, a bounded number of rows at a time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, Select, Table, and_, bindparam, delete, func, select, tuple_

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import counters, events, webhook_attempts, webhook_deliveries

_V, _D, _A, _C = events.c, webhook_deliveries.c, webhook_attempts.c, counters.c
_BEFORE = bindparam("before", type_=_V.created_at.type)
_UNFINISHED = ("pending", "sending")

WORKSPACES = Statement.rows(
    select(_C.org_id).where(_C.object == "event"), global_lookup="old events of all workspaces are removed"
)


def _pruning(table: Table, key: tuple[str, ...], old: Callable[[FromClause], Select[Any]]) -> Statement[None]:
    """Removes up to ``limit`` of the rows whose keys ``old`` selects from the table or an alias of it."""
    columns = [table.c[name] for name in key]
    left = columns[0] if len(columns) == 1 else tuple_(*columns)
    own = table.c.org_id == bindparam("org_id")
    # PostgreSQL may run a subquery with a limit more than once; SQLite counts only what begins with DELETE.
    once = old(table).limit(bindparam("limit")).cte("old").prefix_with("MATERIALIZED")
    plain = old(table.alias("o")).limit(bindparam("limit"))
    return Statement.write(
        delete(table).where(own, left.in_(select(*once.c))), sqlite=delete(table).where(own, left.in_(plain))
    )


def _attempts(source: FromClause) -> Select[Any]:
    return (
        select(source.c.delivery_id, source.c.number)
        .join(webhook_deliveries, and_(_D.org_id == source.c.org_id, _D.id == source.c.delivery_id))
        .where(source.c.org_id == bindparam("org_id"), _D.event_at < _BEFORE, _D.status.notin_(_UNFINISHED))
    )


def _deliveries(source: FromClause) -> Select[Any]:
    of_it = select(_A.number).where(_A.org_id == source.c.org_id, _A.delivery_id == source.c.id)
    return select(source.c.id).where(
        source.c.org_id == bindparam("org_id"),
        source.c.event_at < _BEFORE,
        source.c.status.notin_(_UNFINISHED),
        ~of_it.exists(),
    )


def _events(source: FromClause) -> Select[Any]:
    of_it = select(_D.id).where(_D.org_id == source.c.org_id, _D.event_id == source.c.id)
    return select(source.c.id).where(
        source.c.org_id == bindparam("org_id"), source.c.created_at < _BEFORE, ~of_it.exists()
    )


ATTEMPTS = _pruning(webhook_attempts, ("delivery_id", "number"), _attempts)
DELIVERIES = _pruning(webhook_deliveries, ("id",), _deliveries)
EVENTS = _pruning(events, ("id",), _events)
OLDEST = Statement.scalar(select(func.min(_V.created_at)).where(_V.org_id == bindparam("org_id")), datetime)

STAGES = (("attempts", ATTEMPTS), ("deliveries", DELIVERIES), ("events", EVENTS))
"""What is removed, in this order, so that nothing is left without what it belongs to."""


async def workspaces(db: Executor) -> list[str]:
    """Every workspace that has had events."""
    return [org_id for (org_id,) in await db.fetch_all(WORKSPACES)]


async def oldest(db: Executor, org_id: str) -> datetime | None:
    """When the oldest event of a workspace was made."""
    return await db.fetch_one(OLDEST, {"org_id": org_id})


async def remove(
    tx: Transaction, statement: Statement[None], org_id: str, before: datetime, limit: int
) -> int:
    """Remove up to ``limit`` rows of one stage; how many."""
    return await tx.execute(statement, {"org_id": org_id, "before": before, "limit": limit})
