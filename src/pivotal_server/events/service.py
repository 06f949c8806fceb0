"""Reading events."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import EVENT_NOT_FOUND
from pivotal_server.events import repository_lists as repository
from pivotal_server.events.repository_lists import EventRow
from pivotal_server.events.schemas import Event
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.wire import raw
from pivotal_server.webhooks import service_standings as deliveries
from pivotal_server.webhooks.service_standings import EventStanding


def to_wire(row: EventRow, standing: EventStanding | None, passed: datetime | None) -> Event:
    """An event as the API shows it: its text as it is delivered, between the keys of its deliveries.

    ``passed`` says how far the events of the workspace have been handed out.
    """
    pending, delivered, failed = (
        (0, 0, 0) if standing is None else (standing.pending, standing.delivered, standing.failed)
    )
    waits = row.source == "change" and not row.muted and (passed is None or passed < row.created_at)
    if pending or waits:
        state = "pending"
    elif failed:
        state = "failed"
    else:
        state = "delivered" if delivered else "none"
    counts = f'{{"pending":{pending},"delivered":{delivered},"failed":{failed}}}'
    found: Event = raw(
        f'{{"object":"event",{row.payload[1:-1]},"delivery_state":"{state}","delivery_counts":{counts}}}'
    )
    return found


async def _shown(db: Executor, org_id: str, rows: Sequence[EventRow]) -> list[Event]:
    if not rows:
        return []
    standings, passed = await deliveries.standings(db, org_id, [row.id for row in rows])
    return [to_wire(row, standings.get(row.id), passed) for row in rows]


async def read_event(db: Executor, org_id: str, id: str) -> Event:
    """The event with this id, of any source. Raises ``event_not_found``."""
    # What is no id never reaches a database, which may refuse to look for it.
    if not (id.isascii() and id.isprintable()):
        raise EVENT_NOT_FOUND()
    row = await db.fetch_one(repository.BY_ID, {"org_id": org_id, "id": id})
    if row is None:
        raise EVENT_NOT_FOUND()
    [found] = await _shown(db, org_id, [row])
    return found


async def read_events(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]
) -> tuple[list[Event], datetime | None, bool]:
    """One page of the events of changes, the moment of its last one, and whether further ones follow."""
    rows, last, has_more = await repository.LIST.read(db, org_id, part, _stated(filters))
    return await _shown(db, org_id, rows), last, has_more


async def count_events(db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]) -> int:
    """How many events match."""
    return await repository.LIST.count(db, org_id, part, _stated(filters))


def _stated(filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters as the list knows them: each state of deliveries is a condition of its own."""
    wanted = dict(filters)
    state = wanted.pop("delivery_state", None)
    return wanted if state is None else {**wanted, f"state_{state}": True}
