"""SQL of the queue: putting jobs in, claiming them, and what becomes of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, columns_of, insert_if_new
from pivotal_server.db.tables import jobs
from pivotal_server.db.types import Flag, Json, Key, Timestamp

PRIORITIES = (0, 1, 2)
"""Before everything else, as usual, when nothing else is due."""

_QUEUE = "a worker claims the jobs of all workspaces"


class JobRow(msgspec.Struct, frozen=True):
    """A job as stored."""

    org_id: str
    id: str
    kind: str
    type: str | None
    status: str
    priority: int
    run_at: datetime
    payload: Any
    lane: str | None
    unique_key: str | None
    attempts: int
    max_attempts: int
    lease_token: str | None
    lease_until: datetime | None
    cancel_requested: bool
    state: Any
    counts: Any
    error_code: str | None
    last_error: str | None
    actor: Any
    request_id: str | None
    livemode: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a job whose run has ended."""

    status: str
    run_at: datetime
    attempts: int
    error_code: str | None
    last_error: str | None
    finished_at: datetime | None


_C = jobs.c
_SELECT = select(*columns_of(JobRow, jobs))
_ORG = _C.org_id == bindparam("org_id")
_OTHER = jobs.alias("other")
_LANE_IS_BUSY = (
    select(_OTHER.c.id)
    .where(
        _OTHER.c.org_id == _C.org_id,
        _OTHER.c.lane == _C.lane,
        _OTHER.c.lane.is_not(None),
        _OTHER.c.status == "running",
    )
    .exists()
)
_DUE = and_(
    _C.status == "queued",
    _C.priority == bindparam("priority"),
    _C.run_at <= bindparam("now", type_=Timestamp()),
    any_of(_C.kind, "kinds"),
    or_(_C.lane.is_(None), ~_LANE_IS_BUSY),
)
_HELD = and_(
    _C.org_id == bindparam("in_org"),
    _C.id == bindparam("of_id"),
    _C.status == "running",
    _C.lease_token == bindparam("token", type_=Key()),
)

INSERT = insert_if_new(jobs)
UNFINISHED = Statement.scalar(
    select(_C.id).where(_ORG, _C.unique_key == bindparam("unique_key"), _C.finished_at.is_(None)),
    str,
)
BY_ID = Statement(_SELECT.where(_ORG, _C.id == bindparam("id")), into=JobRow)
BY_ID_LOCKED = Statement(_SELECT.where(_ORG, _C.id == bindparam("id")).with_for_update(), into=JobRow)

COUNT_WAITING = Statement.scalar(
    select(func.count()).select_from(jobs).where(_ORG, _C.type.is_not(None), _C.status == "queued"), int
)

# ── The worker's ───────────────────────────────────────────────────────────────────────────────
NEXT_OF_PRIORITIES = Statement.rows(
    select(
        *(
            select(func.min(_C.run_at))
            .where(_C.status == "queued", _C.priority == priority)
            .scalar_subquery()
            .label(f"next_{priority}")
            for priority in PRIORITIES
        )
    ),
    global_lookup=_QUEUE,
)
DUE = Statement(
    _SELECT.where(_DUE)
    .order_by(_C.run_at, _C.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=jobs),
    into=JobRow,
    global_lookup=_QUEUE,
)
START = Statement.write(
    update(jobs)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"), _C.status == "queued")
    .values(
        status="running",
        attempts=_C.attempts + 1,
        lease_token=bindparam("token", type_=Key()),
        lease_until=bindparam("until", type_=Timestamp()),
        started_at=func.coalesce(_C.started_at, bindparam("now", type_=Timestamp())),
    )
)
RENEW = Statement.rows(
    update(jobs)
    .where(any_of(_C.lease_token, "tokens"), _C.status == "running")
    .values(lease_until=bindparam("until", type_=Timestamp()))
    .returning(_C.lease_token, _C.cancel_requested),
    global_lookup=_QUEUE,
)
EXPIRED = Statement(
    _SELECT.where(
        _C.status == "running", _C.lease_until < bindparam("now", type_=Timestamp())
    ).with_for_update(skip_locked=True),
    into=JobRow,
    global_lookup=_QUEUE,
)
SETTLE = Statement.write(
    update(jobs)
    .where(_HELD)
    .values(
        lease_token=None,
        lease_until=None,
        **{
            name: bindparam(f"new_{name}", type_=_C[name].type)
            for name in ("status", "run_at", "attempts", "error_code", "last_error", "finished_at")
        },
    )
)
PROGRESS = Statement.scalar(
    update(jobs)
    .where(_HELD)
    .values(
        attempts=1,
        state=bindparam("new_state", type_=Json()),
        counts=bindparam("new_counts", type_=Json()),
        lease_until=bindparam("until", type_=Timestamp()),
    )
    .returning(_C.cancel_requested),
    bool,
)
CANCEL = Statement.write(
    update(jobs)
    .where(_C.org_id == bindparam("in_org"), _C.id == bindparam("of_id"))
    .values(
        status=bindparam("new_status", type_=Key()),
        cancel_requested=bindparam("requested", type_=Flag()),
        finished_at=bindparam("new_finished_at", type_=Timestamp()),
    )
)
OLDEST_DUE = Statement.scalar(
    select(func.min(_C.run_at)).where(
        _C.status == "queued",
        _C.run_at <= bindparam("now", type_=Timestamp()),
        or_(_C.lane.is_(None), ~_LANE_IS_BUSY),
    ),
    datetime,
    global_lookup="the health of the server is that of the whole queue",
)


async def insert(tx: Transaction, row: JobRow) -> bool:
    """Put a job in; false when an unfinished one has its unique key."""
    return await tx.execute(INSERT, msgspec.structs.asdict(row)) == 1


async def unfinished(tx: Transaction, org_id: str, unique_key: str) -> str | None:
    """The job with this unique key that waits or runs."""
    return await tx.fetch_one(UNFINISHED, {"org_id": org_id, "unique_key": unique_key})


async def find(db: Executor, org_id: str, id: str, *, lock: bool = False) -> JobRow | None:
    """One job of a workspace; ``lock`` keeps others from changing it."""
    return await db.fetch_one(BY_ID_LOCKED if lock else BY_ID, {"org_id": org_id, "id": id})


async def count_waiting(db: Executor, org_id: str) -> int:
    """How many jobs with a type wait in a workspace."""
    return await db.fetch_one(COUNT_WAITING, {"org_id": org_id}) or 0


async def next_moments(db: Executor) -> list[datetime | None]:
    """When the next job of each priority is due, whatever its kind."""
    row = await db.fetch_one(NEXT_OF_PRIORITIES)
    assert row is not None
    return list(row)


async def due(
    tx: Transaction, now: datetime, priority: int, kinds: Sequence[str], limit: int
) -> list[JobRow]:
    """Jobs that may be started now, oldest first, locked; those that other workers look at are left out."""
    params = {"now": now, "priority": priority, "kinds": kinds, "limit": limit}
    return await tx.fetch_all(DUE, params)


async def start(tx: Transaction, rows: Sequence[tuple[JobRow, str]], now: datetime, until: datetime) -> None:
    """Give each of the locked ``rows`` to the holder of its token until that moment.

    Raises ``UniqueViolation`` when another worker has started a job of the same lane meanwhile.
    """
    await tx.execute_many(
        START,
        [
            {"in_org": row.org_id, "of_id": row.id, "token": token, "until": until, "now": now}
            for row, token in rows
        ],
    )


async def renew(tx: Transaction, tokens: Sequence[str], until: datetime) -> dict[str, bool]:
    """Prolong leases; the tokens that still hold one, and whether their job is to be cancelled."""
    return dict(await tx.fetch_all(RENEW, {"tokens": tokens, "until": until}))


async def expired(tx: Transaction, now: datetime) -> list[JobRow]:
    """Running jobs whose worker has not been heard of for too long, locked."""
    return await tx.fetch_all(EXPIRED, {"now": now})


async def settle(tx: Transaction, org_id: str, id: str, token: str, outcome: Outcome) -> bool:
    """Write what became of a running job; false when its lease is somebody else's by now."""
    values = {f"new_{name}": value for name, value in msgspec.structs.asdict(outcome).items()}
    return await tx.execute(SETTLE, {"in_org": org_id, "of_id": id, "token": token, **values}) == 1


async def progress(
    tx: Transaction, row: JobRow, token: str, state: Any, counts: Any, until: datetime
) -> bool | None:
    """Write how far a running job is; whether it is to be cancelled, ``None`` when its lease is lost."""
    return await tx.fetch_one(
        PROGRESS,
        {
            "in_org": row.org_id,
            "of_id": row.id,
            "token": token,
            "new_state": state,
            "new_counts": counts,
            "until": until,
        },
    )


async def cancel(tx: Transaction, row: JobRow, now: datetime) -> None:
    """Cancel a locked job: at once when it waits, at its next step when it runs."""
    waits = row.status == "queued"
    await tx.execute(
        CANCEL,
        {
            "in_org": row.org_id,
            "of_id": row.id,
            "new_status": "canceled" if waits else row.status,
            "requested": True,
            "new_finished_at": now if waits else None,
        },
    )


async def oldest_due(db: Executor, now: datetime) -> datetime | None:
    """Since when the job that has waited longest could have run."""
    return await db.fetch_one(OLDEST_DUE, {"now": now})
