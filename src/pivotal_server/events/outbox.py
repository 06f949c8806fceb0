"""The outbox: events written in the transaction of the change, as the exact text that will be delivered."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from pivotal_server.auth.actor import Actor
from pivotal_server.db.allocation import allocate
from pivotal_server.db.engine import Transaction
from pivotal_server.events import repository
from pivotal_server.events.catalogue import RESOURCE_ORDER, previous_attributes, types_of
from pivotal_server.kit import clock
from pivotal_server.kit.ids import event_id

MAX_ENVELOPE_BYTES = 262_144
"""Above this size the object in an envelope shrinks to its ids."""

_MICROSECOND = timedelta(microseconds=1)
_PARENTS = ("customer_id", "onboarding_id", "task_id")


class ObjectChange(msgspec.Struct, kw_only=True):
    """What one transaction did to one object."""

    object_type: str
    id: str
    display_id: int
    customer_id: str | None
    livemode: bool
    before: msgspec.Struct | None
    after: msgspec.Struct | None
    before_extra: dict[str, Any]
    after_extra: dict[str, Any]
    type_extra: dict[str, dict[str, Any] | Any]
    restored: Literal["", "asked", "along"] = ""
    """Whether it was deleted before: ``asked`` for by somebody, or back ``along`` with what it belongs to."""


class _Data(msgspec.Struct):
    object: Any
    previous_attributes: Any


class _Truncated(msgspec.Struct):
    object: Any
    previous_attributes: None
    truncated: bool


class _Envelope(msgspec.Struct):
    id: str
    type: str
    created_at: str
    org_id: str
    livemode: bool
    api_version: str
    actor: str
    request_id: str | None
    data: _Data | _Truncated


def _state(
    wire: msgspec.Struct | None, extra: dict[str, Any], *, decoded: bool = True
) -> dict[str, Any] | None:
    """What an event shows of an object. Stored JSON needs decoding only where it is compared."""
    if wire is None:
        return None
    state: dict[str, Any] = {"object": wire.__struct_config__.tag}
    for name in wire.__struct_fields__:
        value = getattr(wire, name)
        state[name] = msgspec.json.decode(value) if decoded and isinstance(value, msgspec.Raw) else value
    state.update(extra)
    return state


def _text(envelope: _Envelope) -> str:
    """The envelope as JSON limited to ASCII, without spaces."""
    encoded = msgspec.json.encode(envelope)
    if encoded.isascii():
        return encoded.decode("ascii")
    return json.dumps(json.loads(encoded), ensure_ascii=True, separators=(",", ":"))


def _envelopes(change: ObjectChange) -> list[tuple[str, dict[str, Any], dict[str, Any] | None]]:
    """The events of one change: type, ``data.object`` and ``previous_attributes`` of each."""
    before = _state(change.before, change.before_extra)
    after = _state(change.after, change.after_extra, decoded=before is not None)
    if change.restored == "along":
        return []
    if change.restored == "asked" and after is not None:
        return [(f"{change.object_type}.updated", after, {"deleted": True})]
    types = types_of(change.object_type, before, after)
    if after is None and before is not None:
        return [(name, {**before, "deleted": True}, None) for name in types]
    assert after is not None
    previous = None if before is None else previous_attributes(before, after)
    return [(name, {**after, **change.type_extra.get(name, {})}, previous) for name in types]


def _in_order(changes: list[ObjectChange]) -> list[ObjectChange]:
    """What was acted on first, the others by resource and number."""
    if len(changes) < 3:
        return changes
    rest = sorted(changes[1:], key=lambda change: (RESOURCE_ORDER[change.object_type], change.display_id))
    return [changes[0], *rest]


async def write_events(
    tx: Transaction,
    actor: Actor,
    now: datetime,
    request_id: str | None,
    acts: Sequence[list[ObjectChange]],
    *,
    muted: bool = False,
) -> None:
    """Write the events of one transaction: those of each act, in the order of the acts.

    ``muted`` ones are recorded and never delivered.
    """
    pending = [
        (change, *envelope)
        for changes in acts
        for change in _in_order(changes)
        for envelope in _envelopes(change)
    ]
    if not pending:
        return
    _, moment = await allocate(tx, actor.org_id, "event", now, len(pending))
    rows = []
    for offset, (change, name, state, previous) in enumerate(pending):
        row = _row(
            actor, request_id, moment + offset * _MICROSECOND, name, state, previous, livemode=change.livemode
        )
        rows.append(
            {**row, "object_id": change.id, "customer_id": change.customer_id, "muted": muted or None}
        )
    await repository.insert(tx, rows)


async def write_single(
    tx: Transaction,
    actor: Actor,
    now: datetime,
    request_id: str | None,
    name: str,
    state: dict[str, Any],
    previous: dict[str, Any] | None,
    *,
    source: str,
    livemode: bool,
) -> tuple[str, datetime]:
    """Write an event that no change fires; its id and moment."""
    _, at = await allocate(tx, actor.org_id, "event", now)
    row = _row(actor, request_id, at, name, state, previous, livemode=livemode)
    object_id = str(state.get("id", ""))
    await repository.insert(
        tx, [{**row, "source": source, "object_id": object_id, "customer_id": None, "muted": None}]
    )
    return row["id"], at


def _row(
    actor: Actor,
    request_id: str | None,
    at: datetime,
    name: str,
    state: dict[str, Any],
    previous: dict[str, Any] | None,
    *,
    livemode: bool,
) -> dict[str, Any]:
    """What a row holds of an event itself; its text is written here, once and for all."""
    envelope = _Envelope(
        event_id(at),
        name,
        clock.wire(at),
        actor.org_id,
        livemode,
        "v1",
        actor.string,
        request_id,
        _Data(state, previous),
    )
    text = _text(envelope)
    if len(text) > MAX_ENVELOPE_BYTES:
        kept = {key: state[key] for key in ("object", "id", "display_id", *_PARENTS) if key in state}
        envelope.data = _Truncated(kept, None, True)
        text = _text(envelope)
    return {
        "org_id": actor.org_id,
        "id": envelope.id,
        "created_at": at,
        "type": name,
        "source": "change",
        "livemode": livemode,
        "payload": text,
    }
