"""SQL of fan-out: which workspaces have new events, and which deliveries come of them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of, insert_if_new
from pivotal_server.db.tables import (
    counters,
    events,
    webhook_cursors,
    webhook_deliveries,
    webhook_endpoints,
)
from pivotal_server.db.types import EPOCH
from pivotal_server.webhooks.repository_deliveries import DeliveryRow


class Fan(msgspec.Struct, frozen=True):
    """What fan-out needs of an event."""

    id: str
    type: str
    created_at: datetime
    source: str
    livemode: bool
    muted: bool | None


class FanWithText(Fan, frozen=True):
    """The same, with the text that filters look into."""

    payload: str


class Listener(msgspec.Struct, frozen=True):
    """What fan-out needs of an endpoint."""

    id: str
    event_types: list[str]
    field_filters: dict[str, list[str]]
    test_mode: bool
    enabled_at: datetime


_C, _P, _V, _E, _D = (
    counters.c,
    webhook_cursors.c,
    events.c,
    webhook_endpoints.c,
    webhook_deliveries.c,
)
_ALL = "one dispatcher hands out the events of all workspaces"

LAGGING = Statement.rows(
    select(_C.org_id)
    .select_from(counters.outerjoin(webhook_cursors, _P.org_id == _C.org_id))
    .where(_C.object == "event", or_(_P.passed_at.is_(None), _P.passed_at < _C.last_at))
    .limit(bindparam("limit")),
    global_lookup=_ALL,
)
UNPASSED = Statement.scalar(
    select(func.count())
    .select_from(events.outerjoin(webhook_cursors, _P.org_id == _V.org_id))
    .where(
        _V.source == "change", or_(_P.passed_at.is_(None), _V.created_at > _P.passed_at), _V.muted.is_(None)
    ),
    int,
    global_lookup="metrics are those of the whole server",
)
BEGIN = insert_if_new(webhook_cursors, ["org_id", "passed_at"])
HOLD = Statement.scalar(
    select(_P.passed_at).where(_P.org_id == bindparam("org_id")).with_for_update(skip_locked=True), datetime
)
LAST = Statement.scalar(
    select(_C.last_at).where(_C.org_id == bindparam("org_id"), _C.object == "event"), datetime
)
_NEW = (
    _V.org_id == bindparam("org_id"),
    _V.created_at > bindparam("after", type_=_V.created_at.type),
    _V.created_at <= bindparam("upto", type_=_V.created_at.type),
)
NEW = Statement(
    select(*columns_of(Fan, events)).where(*_NEW).order_by(_V.created_at).limit(bindparam("limit")), into=Fan
)
NEW_WITH_TEXT = Statement(
    select(*columns_of(FanWithText, events)).where(*_NEW).order_by(_V.created_at).limit(bindparam("limit")),
    into=FanWithText,
)
LISTENERS = Statement(
    select(*columns_of(Listener, webhook_endpoints)).where(
        _E.org_id == bindparam("org_id"), _E.deleted_at.is_(None), _E.status == "enabled"
    ),
    into=Listener,
)
INSERT = insert_if_new(webhook_deliveries)
PASS = Statement.write(
    update(webhook_cursors)
    .where(_P.org_id == bindparam("in_org"))
    .values(passed_at=bindparam("to", type_=_P.passed_at.type))
)
PASSED = Statement.scalar(select(_P.passed_at).where(_P.org_id == bindparam("org_id")), datetime)
NEVER_SENT = Statement(
    select(*columns_of(FanWithText, events))
    .where(
        *_NEW,
        _V.source == "change",
        ~select(_D.id)
        .where(
            and_(
                _D.org_id == _V.org_id,
                _D.event_id == _V.id,
                _D.endpoint_id == bindparam("endpoint_id"),
            )
        )
        .exists(),
    )
    .order_by(_V.created_at)
    .limit(bindparam("limit")),
    into=FanWithText,
)


async def lagging(db: Executor, limit: int) -> list[str]:
    """Workspaces with events that have not been handed out."""
    return [org_id for (org_id,) in await db.fetch_all(LAGGING, {"limit": limit})]


async def unpassed(db: Executor) -> int:
    """How many events have not been handed out."""
    return await db.fetch_one(UNPASSED) or 0


async def hold(tx: Transaction, org_id: str) -> tuple[datetime, datetime] | None:
    """Keep other dispatchers away from a workspace: how far its events are handed out, and its newest one.

    ``None`` when another has it.
    """
    await tx.execute(BEGIN, {"org_id": org_id, "passed_at": EPOCH})
    passed = await tx.fetch_one(HOLD, {"org_id": org_id})
    last = await tx.fetch_one(LAST, {"org_id": org_id})
    return None if passed is None or last is None else (passed, last)


async def listeners(db: Executor, org_id: str) -> list[Listener]:
    """The enabled endpoints of a workspace."""
    return await db.fetch_all(LISTENERS, {"org_id": org_id})


async def new_events(
    tx: Transaction, org_id: str, after: datetime, upto: datetime, limit: int, *, text: bool
) -> Sequence[Fan]:
    """Events after one moment and up to another, oldest first; with their ``text`` if that is needed."""
    params = {"org_id": org_id, "after": after, "upto": upto, "limit": limit}
    if text:
        return await tx.fetch_all(NEW_WITH_TEXT, params)
    return await tx.fetch_all(NEW, params)


async def never_sent(
    db: Executor, org_id: str, endpoint_id: str, after: datetime, upto: datetime, limit: int
) -> list[FanWithText]:
    """Events of changes without a delivery to an endpoint, oldest first, muted ones among them."""
    params = {"org_id": org_id, "endpoint_id": endpoint_id, "after": after, "upto": upto, "limit": limit}
    return await db.fetch_all(NEVER_SENT, params)


async def insert(tx: Transaction, org_id: str, rows: Sequence[DeliveryRow]) -> None:
    """Insert deliveries; those that exist stay as they are."""
    await tx.execute_many(INSERT, [{"org_id": org_id, **msgspec.structs.asdict(row)} for row in rows])


async def pass_to(tx: Transaction, org_id: str, moment: datetime) -> None:
    """Note that the events up to a moment are handed out."""
    await tx.execute(PASS, {"in_org": org_id, "to": moment})


async def passed(db: Executor, org_id: str) -> datetime | None:
    """How far the events of a workspace are handed out."""
    return await db.fetch_one(PASSED, {"org_id": org_id})
