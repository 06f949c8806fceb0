"""SQL of the log of an endpoint and its statistics, and of what is sent again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from sqlalchemy import BigInteger, and_, bindparam, func, literal_column, select, type_coerce

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.lists import PagedList
from pivotal_server.db.statements import Statement, any_of, columns_of
from pivotal_server.db.tables import events, webhook_attempts, webhook_deliveries
from pivotal_server.db.types import EPOCH
from pivotal_server.webhooks.repository_deliveries import DeliveryRow

R = TypeVar("R", bound=msgspec.Struct)


class EventHead(msgspec.Struct, frozen=True):
    """What sending an event again needs of it."""

    id: str
    type: str
    created_at: datetime
    source: str
    livemode: bool


class EventStanding(msgspec.Struct, frozen=True):
    """How the deliveries of one event stand."""

    event_id: str
    pending: int
    delivered: int
    failed: int


_D, _A, _V = webhook_deliveries.c, webhook_attempts.c, events.c
_OF_ENDPOINT = (_D.org_id == bindparam("org_id"), _D.endpoint_id == bindparam("endpoint_id"))
_SINCE = bindparam("since", type_=_D.created_at.type)
_UNTIL = bindparam("until", type_=_D.created_at.type)
_UNFINISHED = ("pending", "sending")


def log_list(kind: type[R], *, wire: bool = False) -> PagedList[R]:
    """The log of an endpoint, read as rows or wire objects of a kind."""
    return PagedList(
        kind,
        webhook_deliveries,
        [_D.endpoint_id == bindparam("endpoint_id")],
        {
            "event_id": _D.event_id == bindparam("event_id"),
            "source": _D.source == bindparam("source"),
            # The condition of the index on rare sources, without which no bound value could use it.
            "rare_source": and_(
                _D.source == bindparam("rare_source"), _D.source != literal_column("'change'")
            ),
            "response_class": _D.response_class == bindparam("response_class"),
            "response_status": _D.response_status == bindparam("response_status"),
            "error_code": _D.error_code == bindparam("error_code"),
        },
        wire=wire,
        among=[
            ("event_type", _D.event_type, "webhook_deliveries_type"),
            ("status", _D.status, "webhook_deliveries_status"),
        ],
    )


BY_STATUS = Statement.rows(
    select(_D.status, func.count())
    .where(*_OF_ENDPOINT, _D.created_at >= _SINCE, _D.created_at < _UNTIL)
    .group_by(_D.status)
)
# A whole hour since 1970, on each database in its own way.
_HOUR_SQLITE = (
    type_coerce(_D.created_at, BigInteger)
    .op("/", return_type=BigInteger())(literal_column("3600000000"))
    .label("hour")
)
_HOUR_POSTGRESQL = func.floor(func.extract("epoch", _D.created_at) / 3600).cast(BigInteger).label("hour")


def _hours(hour: object) -> object:
    return (
        select(hour, _D.status, func.count())  # type: ignore[call-overload]
        .where(
            *_OF_ENDPOINT,
            _D.created_at >= _SINCE,
            _D.created_at < _UNTIL,
            _D.status.in_(("delivered", "failed")),
        )
        .group_by(literal_column("hour"), _D.status)
    )


BY_HOUR = Statement.rows(
    _hours(_HOUR_POSTGRESQL),  # type: ignore[arg-type]
    sqlite=_hours(_HOUR_SQLITE),
)
DURATIONS = Statement.rows(
    select(_A.duration_ms, func.count())
    .where(
        _A.org_id == bindparam("org_id"),
        _A.endpoint_id == bindparam("endpoint_id"),
        _A.started_at >= _SINCE,
        _A.started_at < _UNTIL,
    )
    .group_by(_A.duration_ms)
    .order_by(_A.duration_ms)
)
PENDING = Statement.rows(
    select(func.count(), func.min(_D.created_at)).where(*_OF_ENDPOINT, _D.status.in_(_UNFINISHED))
)
RECENT_TESTS = Statement.scalar(
    select(_D.created_at)
    .where(*_OF_ENDPOINT, _D.source == "test", _D.created_at > _SINCE)
    .order_by(_D.created_at),
    datetime,
)
HEADS = Statement(
    select(*columns_of(EventHead, events)).where(_V.org_id == bindparam("org_id"), any_of(_V.id, "ids")),
    into=EventHead,
)
FAILED = Statement(
    select(*columns_of(DeliveryRow, webhook_deliveries))
    .where(
        *_OF_ENDPOINT,
        _D.event_at > bindparam("after", type_=_D.event_at.type),
        _D.event_at < _UNTIL,
        _D.status.in_(("failed", "canceled")),
        _D.delivered_at.is_(None),
        _D.source == "change",
    )
    .order_by(_D.event_at)
    .limit(bindparam("limit"))
    .with_for_update(),
    into=DeliveryRow,
)
COUNT_FAILED = Statement.scalar(
    select(func.count())
    .select_from(webhook_deliveries)
    .where(
        *_OF_ENDPOINT,
        _D.event_at > bindparam("after", type_=_D.event_at.type),
        _D.event_at < _UNTIL,
        _D.status.in_(("failed", "canceled")),
        _D.delivered_at.is_(None),
        _D.source == "change",
    ),
    int,
)


STANDINGS = Statement.rows(
    select(_D.event_id, _D.status, _D.delivered_at.is_not(None), func.count())
    .where(_D.org_id == bindparam("org_id"), any_of(_D.event_id, "ids"))
    .group_by(_D.event_id, _D.status, _D.delivered_at.is_not(None))
)


async def by_status(
    db: Executor, org_id: str, endpoint_id: str, since: datetime, until: datetime
) -> dict[str, int]:
    """How many deliveries made in a time stand how."""
    params = {"org_id": org_id, "endpoint_id": endpoint_id, "since": since, "until": until}
    return dict(await db.fetch_all(BY_STATUS, params))


async def by_hour(
    db: Executor, org_id: str, endpoint_id: str, since: datetime, until: datetime
) -> dict[datetime, dict[str, int]]:
    """How many deliveries of each hour were delivered and failed."""
    params = {"org_id": org_id, "endpoint_id": endpoint_id, "since": since, "until": until}
    found: dict[datetime, dict[str, int]] = {}
    for hour, status, count in await db.fetch_all(BY_HOUR, params):
        found.setdefault(EPOCH + timedelta(hours=int(hour)), {})[status] = count
    return found


async def durations(
    db: Executor, org_id: str, endpoint_id: str, since: datetime, until: datetime
) -> list[tuple[int, int]]:
    """How many attempts took how many milliseconds, shortest first."""
    params = {"org_id": org_id, "endpoint_id": endpoint_id, "since": since, "until": until}
    return [(int(took), int(count)) for took, count in await db.fetch_all(DURATIONS, params)]


async def pending(db: Executor, org_id: str, endpoint_id: str) -> tuple[int, datetime | None]:
    """How many deliveries of an endpoint are not finished, and when the oldest of them was made."""
    found = await db.fetch_one(PENDING, {"org_id": org_id, "endpoint_id": endpoint_id})
    return (0, None) if found is None else (found[0], found[1])


async def tests_since(db: Executor, org_id: str, endpoint_id: str, since: datetime) -> list[datetime]:
    """When test messages were sent to an endpoint, oldest first."""
    return await db.fetch_all(RECENT_TESTS, {"org_id": org_id, "endpoint_id": endpoint_id, "since": since})


async def heads(db: Executor, org_id: str, ids: Sequence[str]) -> dict[str, EventHead]:
    """Events by their ids."""
    return {row.id: row for row in await db.fetch_all(HEADS, {"org_id": org_id, "ids": list(ids)})}


async def failed(
    tx: Transaction, org_id: str, endpoint_id: str, after: datetime, until: datetime, limit: int
) -> list[DeliveryRow]:
    """Deliveries of events in a time that never arrived and are given up, oldest event first, locked."""
    return await tx.fetch_all(
        FAILED,
        {"org_id": org_id, "endpoint_id": endpoint_id, "after": after, "until": until, "limit": limit},
    )


async def count_failed(db: Executor, org_id: str, endpoint_id: str, after: datetime, until: datetime) -> int:
    """How many of them there are."""
    params = {"org_id": org_id, "endpoint_id": endpoint_id, "after": after, "until": until}
    return await db.fetch_one(COUNT_FAILED, params) or 0


async def event_standings(db: Executor, org_id: str, ids: Sequence[str]) -> dict[str, EventStanding]:
    """How the deliveries of events stand; events without any are left out."""
    found: dict[str, list[int]] = {}
    for event_id, status, arrived, count in await db.fetch_all(
        STANDINGS, {"org_id": org_id, "ids": list(ids)}
    ):
        place = 0 if status in _UNFINISHED else 1 if arrived else 2
        found.setdefault(event_id, [0, 0, 0])[place] += count
    return {event_id: EventStanding(event_id, *counts) for event_id, counts in found.items()}
