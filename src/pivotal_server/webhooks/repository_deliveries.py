"""SQL of deliveries as people and the API see them: single ones, the log, what changes them by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, columns_of, insert_of
from pivotal_server.db.tables import events, webhook_attempts, webhook_deliveries
from pivotal_server.kit.ids import message_id

UNFINISHED = ("pending", "sending")
MOST_ATTEMPTS = 8
"""Attempts of a run by the schedule."""


class DeliveryRow(msgspec.Struct, frozen=True):
    """A delivery as stored."""

    id: str
    endpoint_id: str
    event_id: str
    event_type: str
    event_at: datetime
    source: str
    livemode: bool
    status: str
    trigger: str
    max_attempts: int
    run_attempt: int
    run_started_at: datetime | None
    attempt_count: int
    next_attempt_at: datetime | None
    ready: bool
    resumes: dict[str, Any] | None
    lease: str | None
    lease_until: datetime | None
    last_attempt_at: datetime | None
    response_status: int | None
    response_class: str | None
    error_code: str | None
    duration_ms: int | None
    created_at: datetime
    finished_at: datetime | None
    delivered_at: datetime | None

    @property
    def finished(self) -> bool:
        """Whether nothing is left to be done."""
        return self.status not in UNFINISHED


def new_delivery(
    created_at: datetime,
    endpoint_id: str,
    event: tuple[str, str, datetime],
    *,
    livemode: bool,
    now: datetime,
    source: str = "change",
    trigger: str = "scheduled",
    max_attempts: int = MOST_ATTEMPTS,
) -> DeliveryRow:
    """A delivery that is due at once; ``event`` is its id, type and moment."""
    return DeliveryRow(
        id=message_id(created_at),
        endpoint_id=endpoint_id,
        event_id=event[0],
        event_type=event[1],
        event_at=event[2],
        source=source,
        livemode=livemode,
        status="pending",
        trigger=trigger,
        max_attempts=max_attempts,
        run_attempt=0,
        run_started_at=None,
        attempt_count=0,
        next_attempt_at=now,
        ready=True,
        resumes=None,
        lease=None,
        lease_until=None,
        last_attempt_at=None,
        response_status=None,
        response_class=None,
        error_code=None,
        duration_ms=None,
        created_at=created_at,
        finished_at=None,
        delivered_at=None,
    )


class AttemptRow(msgspec.Struct, frozen=True):
    """An attempt as stored."""

    delivery_id: str
    number: int
    id: str
    endpoint_id: str
    run_attempt: int | None
    trigger: str
    started_at: datetime
    duration_ms: int
    url: str
    remote_ip: str | None
    request_headers: dict[str, str]
    response_status: int | None
    response_headers: dict[str, str] | None
    response_body: str | None
    response_body_encoding: str | None
    response_truncated: bool
    outcome: str
    error_code: str | None
    error_message: str | None


_D, _A, _V = webhook_deliveries.c, webhook_attempts.c, events.c
_ORG = _D.org_id == bindparam("org_id")
_OF_ENDPOINT = (_ORG, _D.endpoint_id == bindparam("endpoint_id"))
_COLUMNS = columns_of(DeliveryRow, webhook_deliveries)
_SELECT = select(*_COLUMNS)

INSERT = Statement.write(insert_of(webhook_deliveries))
BY_ID = Statement(_SELECT.where(*_OF_ENDPOINT, _D.id == bindparam("id")), into=DeliveryRow)
BY_ID_LOCKED = Statement(
    _SELECT.where(*_OF_ENDPOINT, _D.id == bindparam("id")).with_for_update(), into=DeliveryRow
)
OF_EVENTS_LOCKED = Statement(
    _SELECT.where(*_OF_ENDPOINT, any_of(_D.event_id, "event_ids")).order_by(_D.event_id).with_for_update(),
    into=DeliveryRow,
)
ATTEMPTS = Statement(
    select(*columns_of(AttemptRow, webhook_attempts))
    .where(_A.org_id == bindparam("org_id"), _A.delivery_id == bindparam("id"))
    .order_by(_A.number),
    into=AttemptRow,
)
PAYLOAD = Statement.scalar(
    select(_V.payload).where(_V.org_id == bindparam("org_id"), _V.id == bindparam("id")), str
)
_RUN = ("status", "trigger", "max_attempts", "run_attempt", "run_started_at", "next_attempt_at", "ready")
START_RUN = Statement.write(
    update(webhook_deliveries)
    .where(_D.org_id == bindparam("in_org"), _D.id == bindparam("of_id"))
    .values(
        {name: bindparam(f"to_{name}", type_=_D[name].type) for name in (*_RUN, "resumes", "finished_at")}
    )
)
CANCEL_PENDING = Statement.write(
    update(webhook_deliveries)
    .where(
        _D.org_id == bindparam("in_org"),
        _D.endpoint_id == bindparam("of_endpoint"),
        _D.status == "pending",
    )
    .values(
        status="canceled",
        ready=False,
        next_attempt_at=None,
        resumes=None,
        finished_at=bindparam("now", type_=_D.finished_at.type),
    )
)
OLDEST_PENDING = Statement.scalar(
    select(func.min(_D.event_at)).where(*_OF_ENDPOINT, _D.status == "pending", _D.source == "change")
)


async def insert(tx: Transaction, org_id: str, rows: Sequence[DeliveryRow]) -> None:
    """Insert deliveries."""
    await tx.execute_many(INSERT, [{"org_id": org_id, **msgspec.structs.asdict(row)} for row in rows])


async def find(
    db: Executor, org_id: str, endpoint_id: str, id: str, *, lock: bool = False
) -> DeliveryRow | None:
    """The delivery of an endpoint with this id; with ``lock`` kept from changing by others."""
    params = {"org_id": org_id, "endpoint_id": endpoint_id, "id": id}
    return await db.fetch_one(BY_ID_LOCKED if lock else BY_ID, params)


async def of_events(
    tx: Transaction, org_id: str, endpoint_id: str, event_ids: Sequence[str]
) -> dict[str, DeliveryRow]:
    """The deliveries of these events to an endpoint by event, locked."""
    params = {"org_id": org_id, "endpoint_id": endpoint_id, "event_ids": list(event_ids)}
    return {row.event_id: row for row in await tx.fetch_all(OF_EVENTS_LOCKED, params)}


async def attempts(db: Executor, org_id: str, id: str) -> list[AttemptRow]:
    """The attempts of a delivery, oldest first."""
    return await db.fetch_all(ATTEMPTS, {"org_id": org_id, "id": id})


async def payload(db: Executor, org_id: str, event_id: str) -> str | None:
    """The exact text of an event."""
    return await db.fetch_one(PAYLOAD, {"org_id": org_id, "id": event_id})


async def start_run(tx: Transaction, org_id: str, row: DeliveryRow) -> None:
    """Write what a new run, or a replay in between, changes of a delivery."""
    values = {f"to_{name}": getattr(row, name) for name in (*_RUN, "resumes", "finished_at")}
    await tx.execute(START_RUN, {"in_org": org_id, "of_id": row.id, **values})


async def cancel_pending(tx: Transaction, org_id: str, endpoint_id: str, now: datetime) -> datetime | None:
    """Cancel what waits for an endpoint; the moment of the oldest event among it, if there is one."""
    oldest = await tx.fetch_one(OLDEST_PENDING, {"org_id": org_id, "endpoint_id": endpoint_id})
    await tx.execute_aside(CANCEL_PENDING, {"in_org": org_id, "of_endpoint": endpoint_id, "now": now})
    return oldest
