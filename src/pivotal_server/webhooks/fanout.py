"""Fan-out: an event becomes one delivery for each endpoint that wants it, in the order of events."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from pivotal_server.db.allocation import allocate
from pivotal_server.db.engine import Database
from pivotal_server.kit import clock
from pivotal_server.webhooks import repository_fanout as repository
from pivotal_server.webhooks.checks import matches
from pivotal_server.webhooks.repository_deliveries import DeliveryRow, new_delivery
from pivotal_server.webhooks.repository_fanout import Fan, FanWithText, Listener

BATCH = 500
"""Events of a workspace that are handed out in one transaction."""
_MICROSECOND = timedelta(microseconds=1)


class _Changes(msgspec.Struct):
    previous_attributes: dict[str, Any] | None = None


class _Changed(msgspec.Struct):
    data: _Changes


_changed = msgspec.json.Decoder(_Changed).decode


def lets_through(keys: Sequence[str], previous: Mapping[str, Any] | None) -> bool:
    """Whether one of the keys of a field filter changed. A shortened event tells nothing and passes."""
    if previous is None:
        return True
    for key in keys:
        head, dot, rest = key.partition(".")
        if head in previous and (not dot or (isinstance(previous[head], dict) and rest in previous[head])):
            return True
    return False


def wants(listener: Listener, event: Fan) -> bool:
    """Whether an endpoint gets an event, by mode, type and field filter."""
    if event.muted or event.source != "change" or event.livemode == listener.test_mode:
        return False
    if not matches(listener.event_types, event.type):
        return False
    keys = listener.field_filters.get(event.type)
    if keys is None or not isinstance(event, FanWithText):
        return True
    return lets_through(keys, _changed(event.payload).data.previous_attributes)


class Fanned(msgspec.Struct, frozen=True):
    """What one round has handed out: events, and how many deliveries came of them.

    ``more``: further events of the workspace wait.
    """

    events: Sequence[Fan] = ()
    deliveries: int = 0
    more: bool = False


NOTHING = Fanned()


async def fan_out(db: Database, org_id: str) -> Fanned:
    """Hand out the next events of a workspace, in their order.

    Of several dispatchers one at a time does so; a repeat after a crash makes no double.
    """
    async with db.transaction() as tx:
        held = await repository.hold(tx, org_id)
        if held is None or held[0] >= held[1]:
            return NOTHING
        after, upto = held
        listeners = await repository.listeners(tx, org_id)
        events: Sequence[Fan] = []
        if listeners:
            after = max(after, min(one.enabled_at for one in listeners))
            text = any(one.field_filters for one in listeners)
            events = await repository.new_events(tx, org_id, after, upto, BATCH, text=text)
        pairs = [(event, one) for event in events for one in listeners if _gets(one, event)]
        if pairs:
            now = clock.now()
            _, moment = await allocate(tx, org_id, "webhook_delivery", now, len(pairs))
            await repository.insert(tx, org_id, list(_deliveries(pairs, moment, now)))
        more = len(events) == BATCH
        await repository.pass_to(tx, org_id, events[-1].created_at if more else upto)
    changes = [event for event in events if event.source == "change"]
    return Fanned(changes, len(pairs), more)


def _gets(listener: Listener, event: Fan) -> bool:
    return event.created_at > listener.enabled_at and wants(listener, event)


def _deliveries(
    pairs: Sequence[tuple[Fan, Listener]], moment: datetime, now: datetime
) -> Iterator[DeliveryRow]:
    for offset, (event, listener) in enumerate(pairs):
        yield new_delivery(
            moment + offset * _MICROSECOND,
            listener.id,
            (event.id, event.type, event.created_at),
            livemode=event.livemode,
            now=now,
        )
