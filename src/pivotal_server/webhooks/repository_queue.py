"""SQL of the delivery worker: promoting what is due, claiming, and taking back what dead workers held."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    text,
    true,
    tuple_,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from pivotal_server.db.engine import Database, Executor, Transaction
from pivotal_server.db.statements import Statement, any_of, columns_of, list_of
from pivotal_server.db.tables import (
    events,
    webhook_deliveries,
    webhook_endpoints,
    webhook_queues,
)
from pivotal_server.db.types import Key, Timestamp
from pivotal_server.webhooks.repository import EndpointRow
from pivotal_server.webhooks.repository_deliveries import DeliveryRow


class Candidate(msgspec.Struct, frozen=True):
    """An endpoint that has something due."""

    org_id: str
    id: str
    max_concurrency: int
    rate_limit: int | None
    silent_streak: int
    paused_until: datetime | None
    next_slot_at: datetime | None
    sending: int


class Held(msgspec.Struct, frozen=True):
    """What a claim reads of a queue that it has locked."""

    endpoint_id: str
    silent_streak: int
    paused_until: datetime | None
    next_slot_at: datetime | None


class Claimed(msgspec.Struct, frozen=True):
    """A delivery with its workspace."""

    org_id: str
    row: DeliveryRow


class Figures(msgspec.Struct, frozen=True):
    """What the queue of the whole server holds."""

    ready: int
    waiting: int
    sending: int
    oldest_due: datetime | None


_D, _E, _Q, _V = webhook_deliveries.c, webhook_endpoints.c, webhook_queues.c, events.c
_ALL = "a worker serves the endpoints of all workspaces"
_COLUMNS = columns_of(DeliveryRow, webhook_deliveries)
_INNER = webhook_deliveries.alias("due")
_SENDING = webhook_deliveries.alias("in_flight")

_DUE_NOW = and_(
    _D.status == "pending", ~_D.ready, _D.next_attempt_at <= bindparam("now", type_=_D.next_attempt_at.type)
)
IS_DUE = Statement.scalar(
    select(_D.id).where(_DUE_NOW).order_by(_D.next_attempt_at).limit(1), str, global_lookup=_ALL
)
_WAITING = (
    select(_INNER.c.org_id, _INNER.c.id)
    .where(
        _INNER.c.status == "pending",
        ~_INNER.c.ready,
        _INNER.c.next_attempt_at <= bindparam("now", type_=_D.next_attempt_at.type),
    )
    .order_by(_INNER.c.next_attempt_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
# A subquery with a limit may be run again for each row that it is compared with; as this it is run once.
_PROMOTED = _WAITING.cte("promoted").prefix_with("MATERIALIZED")
PROMOTE = Statement.write(
    update(webhook_deliveries)
    .where(tuple_(_D.org_id, _D.id).in_(select(_PROMOTED.c.org_id, _PROMOTED.c.id)))
    .values(ready=True),
    # Without a table expression in front, SQLite tells how many rows there were.
    sqlite=update(webhook_deliveries).where(tuple_(_D.org_id, _D.id).in_(_WAITING)).values(ready=True),
    global_lookup=_ALL,
)
_IN_FLIGHT = (
    select(func.count())
    .select_from(_SENDING)
    .where(
        _SENDING.c.org_id == _E.org_id,
        _SENDING.c.endpoint_id == _E.id,
        _SENDING.c.status == "sending",
    )
    .scalar_subquery()
)
CANDIDATES = Statement(
    select(
        _E.org_id,
        _E.id,
        _E.max_concurrency,
        _E.rate_limit,
        _Q.silent_streak,
        _Q.paused_until,
        _Q.next_slot_at,
        _IN_FLIGHT.label("sending"),
    )
    .join(webhook_queues, and_(_Q.org_id == _E.org_id, _Q.endpoint_id == _E.id))
    .where(
        _E.deleted_at.is_(None),
        select(_INNER.c.id)
        .where(_INNER.c.org_id == _E.org_id, _INNER.c.endpoint_id == _E.id, _INNER.c.ready)
        .exists(),
    ),
    into=Candidate,
    global_lookup=_ALL,
)
HOLD = Statement(
    select(*columns_of(Held, webhook_queues))
    .where(_Q.org_id == bindparam("org_id"), any_of(_Q.endpoint_id, "ids"))
    .order_by(_Q.endpoint_id)
    .with_for_update(skip_locked=True),
    into=Held,
)
COUNT_SENDING = Statement.rows(
    select(_D.endpoint_id, func.count())
    .where(_D.org_id == bindparam("org_id"), any_of(_D.endpoint_id, "ids"), _D.status == "sending")
    .group_by(_D.endpoint_id)
)
SET_SLOT = Statement.write(
    update(webhook_queues)
    .where(_Q.org_id == bindparam("in_org"), _Q.endpoint_id == bindparam("of_endpoint"))
    .values(next_slot_at=bindparam("to", type_=_Q.next_slot_at.type))
)


def _oldest_of(endpoint_id: ColumnElement[str], count: ColumnElement[int]) -> Select[Any]:
    """The deliveries that an endpoint gets next."""
    return (
        select(_INNER.c.id)
        .where(_INNER.c.org_id == bindparam("org_id"), _INNER.c.endpoint_id == endpoint_id, _INNER.c.ready)
        .order_by(_INNER.c.event_at)
        .limit(count)
        .with_for_update(skip_locked=True)
    )


def _claim(picked: Select[Any]) -> ReturningUpdate[Any]:
    ids = picked.cte("picked").prefix_with("MATERIALIZED")
    return (
        update(webhook_deliveries)
        .where(_D.org_id == bindparam("org_id"), _D.status == "pending", _D.id.in_(select(ids.c.id)))
        .values(
            status="sending",
            ready=False,
            lease=bindparam("token", type_=_D.lease.type),
            lease_until=bindparam("until", type_=_D.lease_until.type),
        )
        .returning(*_COLUMNS)
    )


_WANTED = (
    func.unnest(list_of("ids", Key()), list_of("counts", Integer()))
    .table_valued(column("endpoint_id", Key()), column("count", Integer()))
    .render_derived("wanted")
)
_OLDEST = _oldest_of(_WANTED.c.endpoint_id, _WANTED.c.count).lateral("oldest")
# A server is asked once for all endpoints. SQLite, where a statement costs no way, is asked for each.
CLAIM = Statement(
    _claim(select(_OLDEST.c.id).select_from(_WANTED.join(_OLDEST, true()))),
    sqlite=_claim(_oldest_of(bindparam("endpoint_id", type_=Key()), bindparam("count", type_=Integer()))),
    into=DeliveryRow,
)
GIVE_BACK = Statement.write(
    update(webhook_deliveries)
    .where(_D.org_id == bindparam("in_org"), _D.id == bindparam("of_id"), _D.lease == bindparam("token"))
    .values(status="pending", ready=True, lease=None, lease_until=None)
)


def _claimed(org_id: str, *values: object) -> Claimed:
    return Claimed(org_id, DeliveryRow(*values))  # type: ignore[arg-type]


EXPIRED = Statement.rows(
    select(_D.org_id, *_COLUMNS)
    .where(_D.status == "sending", _D.lease_until < bindparam("now", type_=_D.lease_until.type))
    .limit(bindparam("limit")),
    global_lookup=_ALL,
)
ENDPOINTS = Statement(
    select(*columns_of(EndpointRow, webhook_endpoints)).where(
        _E.org_id == bindparam("org_id"), any_of(_E.id, "ids")
    ),
    into=EndpointRow,
)
DATABASE_TIME = Statement.scalar(
    select(literal_column("0")), postgresql=select(cast(func.clock_timestamp(), Timestamp()))
)
_OURS = "statistics are those of the whole table"
ANALYZE = Statement.write(text("ANALYZE webhook_deliveries"), global_lookup=_OURS)
TEXTS = Statement.rows(
    select(_V.id, _V.payload).where(_V.org_id == bindparam("org_id"), any_of(_V.id, "ids"))
)


def _how_many(condition: ColumnElement[bool], name: str) -> Any:
    return select(func.count()).select_from(webhook_deliveries).where(condition).scalar_subquery().label(name)


# Each condition is that of a partial index.
FIGURES = Statement(
    select(
        _how_many(_D.ready, "ready"),
        _how_many(and_(_D.status == "pending", ~_D.ready), "waiting"),
        _how_many(_D.status == "sending", "sending"),
        select(func.min(_D.next_attempt_at)).where(_D.ready).scalar_subquery().label("oldest_due"),
    ),
    into=Figures,
    global_lookup="metrics are those of the whole server",
)


async def refresh_statistics(db: Database) -> None:
    """Let a server that plans by statistics count the deliveries anew, which it does by itself too late.

    It takes a table that has just filled for an empty one, where any index is as good as the one that claims
    are meant to read. SQLite plans without statistics.
    """
    if db.dialect != "sqlite":
        async with db.transaction() as tx:
            await tx.execute(ANALYZE)


async def is_due(db: Executor, now: datetime) -> bool:
    """Whether something that waited is due."""
    return await db.fetch_one(IS_DUE, {"now": now}) is not None


async def promote(tx: Transaction, now: datetime, limit: int) -> int:
    """Mark what is due by now as ready; how many."""
    return await tx.execute(PROMOTE, {"now": now, "limit": limit})


async def candidates(db: Executor) -> list[Candidate]:
    """The endpoints that have something ready."""
    return await db.fetch_all(CANDIDATES)


async def hold(tx: Transaction, org_id: str, ids: Sequence[str]) -> dict[str, tuple[Held, int]]:
    """Lock the queues of endpoints: each, and how many deliveries of the endpoint are under way.

    Those that another worker has are left out.
    """
    params = {"org_id": org_id, "ids": list(ids)}
    held = await tx.fetch_all(HOLD, params)
    sending = dict(await tx.fetch_all(COUNT_SENDING, params))
    return {one.endpoint_id: (one, sending.get(one.endpoint_id, 0)) for one in held}


async def set_slot(tx: Transaction, org_id: str, endpoint_id: str, moment: datetime) -> None:
    """Note when the rate limit of an endpoint lets the next attempt start."""
    await tx.execute(SET_SLOT, {"in_org": org_id, "of_endpoint": endpoint_id, "to": moment})


async def claim(
    tx: Transaction, org_id: str, counts: Mapping[str, int], token: str, until: datetime, *, at_once: bool
) -> dict[str, list[DeliveryRow]]:
    """Take up to so many ready deliveries of each endpoint, those of the oldest events; oldest first.

    ``at_once``: for all endpoints in one statement, which SQLite has not.
    """
    params = {"org_id": org_id, "token": token, "until": until}
    found: list[DeliveryRow] = []
    if at_once:
        found = await tx.fetch_all(CLAIM, {**params, "ids": list(counts), "counts": list(counts.values())})
    else:
        for endpoint_id, count in counts.items():
            found += await tx.fetch_all(CLAIM, {**params, "endpoint_id": endpoint_id, "count": count})
    taken: dict[str, list[DeliveryRow]] = {endpoint_id: [] for endpoint_id in counts}
    for row in sorted(found, key=lambda row: row.event_at):
        taken[row.endpoint_id].append(row)
    return taken


async def give_back(tx: Transaction, claimed: Sequence[Claimed]) -> None:
    """Let others have what was claimed and not begun."""
    await tx.execute_many(
        GIVE_BACK,
        [{"in_org": one.org_id, "of_id": one.row.id, "token": one.row.lease} for one in claimed],
    )


async def expired(db: Executor, now: datetime, limit: int) -> list[Claimed]:
    """Deliveries whose lease has ended."""
    found = await db.fetch_all(EXPIRED, {"now": now, "limit": limit})
    return [_claimed(*values) for values in found]


async def texts(db: Executor, org_id: str, event_ids: Sequence[str]) -> dict[str, str]:
    """The exact texts of events."""
    return dict(await db.fetch_all(TEXTS, {"org_id": org_id, "ids": list(event_ids)}))


async def figures(db: Executor) -> Figures:
    """How much waits and how much is under way, on the whole server."""
    found = await db.fetch_one(FIGURES)
    assert found is not None
    return found


async def endpoints(db: Executor, org_id: str, ids: Sequence[str]) -> dict[str, EndpointRow]:
    """Endpoints by their ids, whatever their status."""
    return {row.id: row for row in await db.fetch_all(ENDPOINTS, {"org_id": org_id, "ids": list(ids)})}


async def database_time(db: Executor) -> datetime | None:
    """The time of a database with a clock of its own."""
    found = await db.fetch_one(DATABASE_TIME)
    return found if isinstance(found, datetime) else None
