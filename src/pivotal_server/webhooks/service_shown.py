"""What the pages of webhooks show beyond the objects of the API."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from pivotal_server.db.engine import Executor
from pivotal_server.kit import clock
from pivotal_server.webhooks import repository, repository_log
from pivotal_server.webhooks import repository_shown as shown
from pivotal_server.webhooks.repository import EndpointRow
from pivotal_server.webhooks.repository_deliveries import DeliveryRow
from pivotal_server.webhooks.service_recovery import LONGEST

__all__ = [
    "DeliveryRow",
    "Subject",
    "all_endpoints",
    "backlog",
    "day_figures",
    "deliveries_of_event",
    "missed_from",
    "standing_of",
    "subject_in",
    "subjects",
]

_DAY = timedelta(hours=24)
_OBJECT = re.compile(r'"data":\{"object":\{"object":"([a-z_]+)","id":"[^"]*","display_id":(\d+)')


class Subject(msgspec.Struct, frozen=True):
    """The record that an event is about."""

    kind: str
    number: int


def subject_in(text: str) -> Subject | None:
    """The record that the text of an event, or its beginning, names; ``None`` where it names none."""
    found = _OBJECT.search(text)
    return None if found is None else Subject(found[1], int(found[2]))


async def subjects(db: Executor, org_id: str, event_ids: Sequence[str]) -> dict[str, Subject]:
    """What events are about, by their ids; one statement."""
    if not event_ids:
        return {}
    texts = await shown.heads(db, org_id, event_ids)
    found = {id: subject_in(text) for id, text in texts.items()}
    return {id: subject for id, subject in found.items() if subject is not None}


async def all_endpoints(db: Executor, org_id: str) -> list[EndpointRow]:
    """Every endpoint of a workspace, live and test, newest first."""
    return await repository.live(db, org_id)


async def day_figures(db: Executor, org_id: str, ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """How many deliveries of each endpoint were delivered and failed in 24 hours."""
    return await shown.day_figures(db, org_id, ids, clock.now() - _DAY) if ids else {}


async def backlog(db: Executor, org_id: str, endpoint_id: str) -> tuple[int, datetime | None]:
    """How many deliveries of an endpoint are not finished, and when the oldest of them was made."""
    return await repository_log.pending(db, org_id, endpoint_id)


async def standing_of(db: Executor, org_id: str, endpoint_id: str) -> str:
    """What changes whenever a delivery of the endpoint is made or an attempt of one has ended."""
    newest = await shown.newest(db, org_id, endpoint_id)
    queues = await repository.queues_of(db, org_id, [endpoint_id])
    queue = queues.get(endpoint_id)
    return f"{newest} {queue.last_attempt_at if queue else ''} {queue.last_failure_at if queue else ''}"


async def deliveries_of_event(db: Executor, org_id: str, event_id: str) -> dict[str, DeliveryRow]:
    """The deliveries of an event by endpoint."""
    return {row.endpoint_id: row for row in await shown.of_event(db, org_id, event_id)}


def missed_from(row: EndpointRow, now: datetime, days_kept: int) -> datetime | None:
    """From when on a disabled endpoint has missed events; no further back than a recovery may reach."""
    if row.disabled_at is None:
        return None
    moments = [row.disabled_at, *([row.missed_since] if row.missed_since is not None else [])]
    # A minute for whoever decides.
    reach = min(LONGEST, timedelta(days=days_kept)) - timedelta(minutes=1)
    return max(min(moments), now - reach)
