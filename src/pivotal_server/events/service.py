"""Reading events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import EVENT_NOT_FOUND
from pivotal_server.events import repository_lists as repository
from pivotal_server.events.schemas import Event
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.wire import raw

_TAIL = ',"delivery_state":"none","delivery_counts":{"pending":0,"delivered":0,"failed":0}}'


def to_wire(payload: str) -> Event:
    """An event as the API shows it: its text as it is delivered, between the keys of its deliveries."""
    found: Event = raw(f'{{"object":"event",{payload[1:-1]}{_TAIL}')
    return found


async def read_event(db: Executor, org_id: str, id: str) -> Event:
    """The event with this id, of any source. Raises ``event_not_found``."""
    # What is no id never reaches a database, which may refuse to look for it.
    if not (id.isascii() and id.isprintable()):
        raise EVENT_NOT_FOUND()
    payload = await db.fetch_one(repository.BY_ID, {"org_id": org_id, "id": id})
    if payload is None:
        raise EVENT_NOT_FOUND()
    return to_wire(payload)


async def read_events(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]
) -> tuple[list[Event], datetime | None, bool]:
    """One page of the events of changes, the moment of its last one, and whether further ones follow."""
    rows, last, has_more = await repository.LIST.read(db, org_id, part, filters)
    return [to_wire(row.payload) for row in rows], last, has_more


async def count_events(db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]) -> int:
    """How many events match."""
    return await repository.LIST.count(db, org_id, part, filters)
