"""SQL of the list of events."""

import msgspec
from sqlalchemy import bindparam, select

from pivotal_server.db.lists import PagedList
from pivotal_server.db.statements import Statement
from pivotal_server.db.tables import events


class EventRow(msgspec.Struct, frozen=True):
    """What answers need of an event: the text that receivers get."""

    payload: str


_E = events.c
BY_ID = Statement.scalar(
    select(_E.payload).where(_E.org_id == bindparam("org_id"), _E.id == bindparam("id")), str
)
LIST = PagedList(
    EventRow,
    events,
    [_E.source == "change"],
    {
        "customer_id": _E.customer_id == bindparam("customer_id"),
        "object_id": _E.object_id == bindparam("object_id"),
    },
    among=("type", _E.type, "events_type"),
)
