"""SQL of results: what attempts change of their deliveries and endpoints."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from pivotal_server.db.engine import Transaction
from pivotal_server.db.statements import Statement, any_of, columns_of, insert_of
from pivotal_server.db.tables import (
    webhook_attempts,
    webhook_deliveries,
    webhook_endpoints,
    webhook_queues,
)
from pivotal_server.webhooks.repository import QueueRow
from pivotal_server.webhooks.repository_deliveries import AttemptRow, DeliveryRow


class Standing(msgspec.Struct, frozen=True):
    """How an endpoint stands."""

    id: str
    status: str
    enabled_at: datetime
    deleted_at: datetime | None

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be sent to it."""
        return self.status != "enabled" or self.deleted_at is not None


_D, _A, _E, _Q = webhook_deliveries.c, webhook_attempts.c, webhook_endpoints.c, webhook_queues.c

LEASES = Statement.rows(
    select(_D.id, _D.lease)
    .where(_D.org_id == bindparam("org_id"), any_of(_D.id, "ids"), _D.status == "sending")
    .order_by(_D.id)
    .with_for_update()
)
STANDINGS = Statement(
    select(*columns_of(Standing, webhook_endpoints)).where(
        _E.org_id == bindparam("org_id"), any_of(_E.id, "ids")
    ),
    into=Standing,
)
QUEUES = Statement(
    select(*columns_of(QueueRow, webhook_queues))
    .where(_Q.org_id == bindparam("org_id"), any_of(_Q.endpoint_id, "ids"))
    .order_by(_Q.endpoint_id)
    .with_for_update(),
    into=QueueRow,
)
_CHANGING = (
    *("status", "trigger", "max_attempts", "run_attempt", "run_started_at", "attempt_count"),
    *("next_attempt_at", "ready", "resumes", "last_attempt_at", "response_status", "response_class"),
    *("error_code", "duration_ms", "finished_at", "delivered_at"),
)
SAVE = Statement.write(
    update(webhook_deliveries)
    .where(_D.org_id == bindparam("in_org"), _D.id == bindparam("of_id"))
    .values(
        lease=None,
        lease_until=None,
        **{name: bindparam(f"to_{name}", type_=_D[name].type) for name in _CHANGING},
    )
)
INSERT_ATTEMPT = Statement.write(insert_of(webhook_attempts))
_COUNTING = (
    *("health", "consecutive_failures", "silent_streak", "paused_until"),
    *("last_attempt_at", "last_success_at", "last_failure_at", "mailed_at"),
)
SAVE_QUEUE = Statement.write(
    update(webhook_queues)
    .where(_Q.org_id == bindparam("in_org"), _Q.endpoint_id == bindparam("of_id"))
    .values({name: bindparam(f"to_{name}", type_=_Q[name].type) for name in _COUNTING})
)


async def queues(tx: Transaction, org_id: str, ids: Iterable[str]) -> dict[str, QueueRow]:
    """The queues of endpoints, locked."""
    found = await tx.fetch_all(QUEUES, {"org_id": org_id, "ids": sorted(set(ids))})
    return {row.endpoint_id: row for row in found}


async def standings(tx: Transaction, org_id: str, ids: Iterable[str]) -> dict[str, Standing]:
    """How endpoints stand."""
    found = await tx.fetch_all(STANDINGS, {"org_id": org_id, "ids": sorted(set(ids))})
    return {row.id: row for row in found}


async def leases(tx: Transaction, org_id: str, ids: Sequence[str]) -> dict[str, str]:
    """Who holds these deliveries, which are locked; those that nobody holds are left out."""
    return dict(await tx.fetch_all(LEASES, {"org_id": org_id, "ids": list(ids)}))


async def save(tx: Transaction, org_id: str, rows: Sequence[DeliveryRow]) -> None:
    """Write what attempts changed of deliveries, and end their leases."""
    await tx.execute_many(
        SAVE,
        [
            {"in_org": org_id, "of_id": row.id, **{f"to_{name}": getattr(row, name) for name in _CHANGING}}
            for row in rows
        ],
    )


async def insert_attempts(tx: Transaction, org_id: str, rows: Sequence[AttemptRow]) -> None:
    """Insert attempts."""
    await tx.execute_many(INSERT_ATTEMPT, [{"org_id": org_id, **msgspec.structs.asdict(row)} for row in rows])


async def save_queues(tx: Transaction, org_id: str, rows: Sequence[QueueRow]) -> None:
    """Write what attempts changed of endpoints."""
    values: list[dict[str, Any]] = [
        {
            "in_org": org_id,
            "of_id": row.endpoint_id,
            **{f"to_{name}": getattr(row, name) for name in _COUNTING},
        }
        for row in rows
    ]
    await tx.execute_many(SAVE_QUEUE, values)
