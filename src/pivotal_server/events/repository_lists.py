"""SQL of the list of events."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    true,
    union,
)

from pivotal_server.db.lists import PagedList
from pivotal_server.db.statements import Statement, columns_of
from pivotal_server.db.tables import events, webhook_cursors, webhook_deliveries, webhook_endpoints
from pivotal_server.db.types import EPOCH


class EventRow(msgspec.Struct, frozen=True):
    """What answers need of an event: the text that receivers get, and whether it has been handed out."""

    id: str
    created_at: datetime
    source: str
    muted: bool | None
    payload: str


_E, _D, _P = events.c, webhook_deliveries.c, webhook_cursors.c
BY_ID = Statement(
    select(*columns_of(EventRow, events)).where(_E.org_id == bindparam("org_id"), _E.id == bindparam("id")),
    into=EventRow,
)


def _has(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an event has a delivery that meets the conditions."""
    found = select(_D.id).where(_D.org_id == _E.org_id, _D.event_id == _E.id, *conditions)
    return found.exists()


_OPEN = ("pending", "sending")
_UNFINISHED = _has(_D.status.in_(_OPEN))
_NEVER_ARRIVED = _has(_D.delivered_at.is_(None))
_HANDED_OUT = or_(
    _E.muted.is_not(None),
    select(_P.org_id).where(_P.org_id == _E.org_id, _P.passed_at >= _E.created_at).exists(),
)

# Deliveries lead to the events that have any: of several of one event the first with the same conditions.
_SENT, _GONE, _OTHER = (webhook_deliveries.alias(name) for name in ("sent", "gone", "other"))


def _led_by(one: FromClause) -> FromClause:
    return one.join(events, and_(_E.org_id == one.c.org_id, _E.id == one.c.event_id))


def _first(one: FromClause, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """``one`` is the first delivery of its event with the conditions, which speak of ``other``."""
    other = _OTHER.c
    before = select(other.id).where(
        other.org_id == one.c.org_id,
        other.event_id == one.c.event_id,
        other.endpoint_id < one.c.endpoint_id,
        *conditions,
    )
    return and_(one.c.org_id == bindparam("org_id"), ~before.exists())


def _lost(one: FromClause) -> tuple[ColumnElement[bool], ...]:
    return one.c.delivered_at.is_(None), *(one.c.status != status for status in _OPEN)


# Those that wait to be handed out, and those with a delivery that is not finished: a backlog, if any.
_WAITING = select(_E.id.label("event_id")).where(
    _E.org_id == bindparam("org_id"),
    _E.muted.is_(None),
    _E.created_at
    > func.coalesce(
        select(_P.passed_at).where(_P.org_id == bindparam("org_id")).scalar_subquery(),
        literal(EPOCH, _E.created_at.type),
        type_=_E.created_at.type,
    ),
)
_ENDPOINTS = select(webhook_endpoints.c.id).where(webhook_endpoints.c.org_id == bindparam("org_id"))
_OPENED = select(_D.event_id).where(
    _D.org_id == bindparam("org_id"), _D.endpoint_id.in_(_ENDPOINTS), _D.status.in_(_OPEN)
)
_BACKLOG = union(
    _WAITING, _OPENED.with_hint(webhook_deliveries, "INDEXED BY webhook_deliveries_status", "sqlite")
).subquery("backlog")

STATES: dict[str, ColumnElement[bool]] = {
    "none": and_(_HANDED_OUT, ~_has()),
    "pending": true(),
    "delivered": and_(_first(_SENT), ~_UNFINISHED, ~_NEVER_ARRIVED),
    "failed": and_(*_lost(_GONE), _first(_GONE, *_lost(_OTHER)), ~_UNFINISHED),
}
"""What holds of an event whose deliveries stand so, when what leads to it is joined on."""
_LEADING: dict[str, tuple[FromClause, ColumnElement[Any]]] = {
    "state_pending": (_BACKLOG.join(events, _E.id == _BACKLOG.c.event_id), _E.created_at),
    "state_delivered": (_led_by(_SENT), _SENT.c.event_at),
    "state_failed": (_led_by(_GONE), _GONE.c.event_at),
}
_HINTS: dict[str, tuple[FromClause, str]] = {
    "state_pending": (events, "sqlite_autoindex_events_1"),
    "state_delivered": (_SENT, "webhook_deliveries_age"),
    "state_failed": (_GONE, "webhook_deliveries_lost"),
}
LIST = PagedList(
    EventRow,
    events,
    [_E.source == "change"],
    {
        "customer_id": _E.customer_id == bindparam("customer_id"),
        "object_id": _E.object_id == bindparam("object_id"),
        **{f"state_{name}": condition for name, condition in STATES.items()},
    },
    _LEADING,
    among=[("type", _E.type, "events_type")],
    hints=_HINTS,
)
