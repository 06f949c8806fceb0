"""Writing activity entries, in the transaction of the change they tell of."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from pivotal_server.activity import repository
from pivotal_server.auth.actor import Actor
from pivotal_server.db.allocation import allocate
from pivotal_server.db.engine import Transaction
from pivotal_server.kit.ids import cuid

_MICROSECOND = timedelta(microseconds=1)


class Change(msgspec.Struct, frozen=True):
    """One field that changed, as JSON values."""

    field: str
    old: Any
    new: Any


class Entry(msgspec.Struct, kw_only=True):
    """One entry before it has its number and moment."""

    event: str
    target_type: str
    target_id: str
    target_display_id: int | None
    customer_id: str | None
    onboarding_id: str | None
    task_id: str | None
    contact_id: str | None
    diff: list[Change]
    reason: str | None
    livemode: bool


def differences(before: msgspec.Struct, after: msgspec.Struct, *, without: frozenset[str]) -> list[Change]:
    """The fields in which two wire objects of one type differ, in the order of their fields."""
    found = []
    for name in after.__struct_fields__:
        if name in without:
            continue
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            if isinstance(old, msgspec.Raw) and isinstance(new, msgspec.Raw) and bytes(old) == bytes(new):
                continue
            found.append(Change(name, old, new))
    return found


async def write_entries(
    tx: Transaction,
    actor: Actor,
    now: datetime,
    request_id: str | None,
    bulk_id: str | None,
    entries: list[Entry],
) -> None:
    """Number ``entries`` in their order and insert them."""
    number, moment = await allocate(tx, actor.org_id, "activity_entry", now, len(entries))
    rows = []
    personal = []
    for offset, entry in enumerate(entries):
        diff = msgspec.Raw(msgspec.json.encode(entry.diff)) if entry.diff else None
        if entry.contact_id is not None and diff is not None:
            personal.append(
                {
                    "org_id": actor.org_id,
                    "activity_display_id": number + offset,
                    "contact_id": entry.contact_id,
                    "diff": diff,
                }
            )
            diff = None
        rows.append(
            {
                "org_id": actor.org_id,
                "display_id": number + offset,
                "id": cuid(),
                "created_at": moment + offset * _MICROSECOND,
                "event": entry.event,
                "target_type": entry.target_type,
                "target_id": entry.target_id,
                "target_display_id": entry.target_display_id,
                "customer_id": entry.customer_id,
                "onboarding_id": entry.onboarding_id,
                "task_id": entry.task_id,
                "contact_id": entry.contact_id,
                "actor_type": actor.type,
                "actor_id": actor.id,
                "actor": None if actor.type in ("member", "contact") else actor.label,
                "origin": actor.origin,
                "diff": diff,
                "reason": entry.reason,
                "request_id": request_id,
                "bulk_id": bulk_id,
                "livemode": entry.livemode,
                "tool": actor.tool,
            }
        )
    await repository.insert(tx, rows, personal)
