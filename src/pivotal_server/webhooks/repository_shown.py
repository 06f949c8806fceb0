"""SQL of what only people look at: figures of a day, what a message is about, deliveries of an event."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select

from pivotal_server.db.engine import Executor
from pivotal_server.db.statements import Statement, any_of, columns_of
from pivotal_server.db.tables import events, webhook_deliveries
from pivotal_server.webhooks.repository_deliveries import DeliveryRow

HEAD_LENGTH = 1_200
"""So much of an event's text surely holds the id and number of its object, which stand in front."""


class EventText(msgspec.Struct, frozen=True):
    """The beginning of an event's text."""

    id: str
    head: str


_D, _V = webhook_deliveries.c, events.c
DAY_FIGURES = Statement.rows(
    select(_D.endpoint_id, _D.status, func.count())
    .where(
        _D.org_id == bindparam("org_id"),
        any_of(_D.endpoint_id, "ids"),
        _D.status.in_(("delivered", "failed")),
        _D.created_at >= bindparam("since", type_=_D.created_at.type),
    )
    .group_by(_D.endpoint_id, _D.status)
)
HEADS = Statement(
    select(_V.id, func.substr(_V.payload, 1, HEAD_LENGTH).label("head")).where(
        _V.org_id == bindparam("org_id"), any_of(_V.id, "ids")
    ),
    into=EventText,
)
NEWEST = Statement.scalar(
    select(func.max(_D.created_at)).where(
        _D.org_id == bindparam("org_id"), _D.endpoint_id == bindparam("endpoint_id")
    ),
    datetime,
)
OF_EVENT = Statement(
    select(*columns_of(DeliveryRow, webhook_deliveries)).where(
        _D.org_id == bindparam("org_id"), _D.event_id == bindparam("event_id")
    ),
    into=DeliveryRow,
)


async def day_figures(
    db: Executor, org_id: str, ids: Sequence[str], since: datetime
) -> dict[str, dict[str, int]]:
    """How many deliveries of endpoints, made since a moment, were delivered and failed."""
    found: dict[str, dict[str, int]] = {}
    params = {"org_id": org_id, "ids": list(ids), "since": since}
    for endpoint_id, status, count in await db.fetch_all(DAY_FIGURES, params):
        found.setdefault(endpoint_id, {})[status] = count
    return found


async def heads(db: Executor, org_id: str, ids: Sequence[str]) -> dict[str, str]:
    """The beginning of the texts of events, by their ids."""
    return {row.id: row.head for row in await db.fetch_all(HEADS, {"org_id": org_id, "ids": list(ids)})}


async def newest(db: Executor, org_id: str, endpoint_id: str) -> datetime | None:
    """When the newest delivery of an endpoint was made."""
    return await db.fetch_one(NEWEST, {"org_id": org_id, "endpoint_id": endpoint_id})


async def of_event(db: Executor, org_id: str, event_id: str) -> list[DeliveryRow]:
    """The deliveries of an event to all endpoints."""
    return await db.fetch_all(OF_EVENT, {"org_id": org_id, "event_id": event_id})
