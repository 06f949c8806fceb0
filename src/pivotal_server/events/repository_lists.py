"""SQL of the list of events."""

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from pivotal_server.db.lists import PagedList
from pivotal_server.db.statements import Statement, columns_of
from pivotal_server.db.tables import events, webhook_cursors, webhook_deliveries


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


_UNFINISHED = _has(_D.status.in_(("pending", "sending")))
_NEVER_ARRIVED = _has(_D.delivered_at.is_(None))
_HANDED_OUT = or_(
    _E.muted.is_not(None),
    select(_P.org_id).where(_P.org_id == _E.org_id, _P.passed_at >= _E.created_at).exists(),
)
STATES: dict[str, ColumnElement[bool]] = {
    "none": and_(_HANDED_OUT, ~_has()),
    "pending": or_(~_HANDED_OUT, _UNFINISHED),
    "delivered": and_(_has(), ~_UNFINISHED, ~_NEVER_ARRIVED),
    "failed": and_(~_UNFINISHED, _NEVER_ARRIVED),
}
"""What holds of an event whose deliveries stand so."""
LIST = PagedList(
    EventRow,
    events,
    [_E.source == "change"],
    {
        "customer_id": _E.customer_id == bindparam("customer_id"),
        "object_id": _E.object_id == bindparam("object_id"),
        **{f"state_{name}": condition for name, condition in STATES.items()},
    },
    among=("type", _E.type, "events_type"),
)
