"""Reading the activity stream page by page, as the API shows it."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Any

import msgspec

from pivotal_server.activity import repository_lists as repository
from pivotal_server.activity.repository_lists import EntryRow
from pivotal_server.activity.schemas import ActivityEntry, ActivityTarget
from pivotal_server.db.engine import Database, Executor
from pivotal_server.db.searched import EVERYTHING, Asked
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.references import digits_in
from pivotal_server.kit.wire import raw
from pivotal_server.members import service as members

_NO_DIFF = msgspec.Raw(b"[]")
# The actor strings of events, whose last part is the id that entries hold.
_PREFIXES = ("user:", "api_key:", "portal:contact_", "integration:", "automation:")


async def actor_filter(db: Executor, org_id: str, actor: str) -> dict[str, Any] | None:
    """The filter for an actor: an id, an actor string, or the number of a member; ``None`` for nobody."""
    if actor == "system":
        return {"no_actor": True}
    for prefix in _PREFIXES:
        if actor.startswith(prefix):
            return {"actor_id": actor.removeprefix(prefix)}
    if digits_in(actor) is None:
        return {"actor_id": actor}
    member = await members.find(db, org_id, actor)
    return None if member is None else {"actor_id": member.id}


async def read_entries(
    db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]
) -> tuple[list[ActivityEntry], datetime | None]:
    """One page of entries as wire objects, and the cursor of the next page."""
    rows, following = await repository.page(db, org_id, part, filters)
    return [to_wire(row) for row in rows], following


async def stream_entries(
    db: Database, org_id: str, asked: Asked = EVERYTHING
) -> AsyncGenerator[list[ActivityEntry], None]:
    """Every entry, or those of the customers that a search asks for, newest first, in batches."""
    async with aclosing(repository.stream(db, org_id, asked)) as batches:
        async for rows in batches:
            yield [to_wire(row) for row in rows]


async def count_entries(db: Executor, org_id: str, part: Slice, filters: Mapping[str, Any]) -> int:
    """How many entries match."""
    return await repository.count(db, org_id, part, filters)


def to_wire(row: EntryRow) -> ActivityEntry:
    """An entry as the API shows it; people who are gone have no name any more."""
    actor_type: Any = row.actor_type
    origin: Any = row.origin
    gone = {"member": "Somebody", "contact": "Removed contact"}.get(row.actor_type, "Pivotal")
    return ActivityEntry(
        id=row.id,
        display_id=row.display_id,
        created_at=row.created_at,
        event=row.event,
        target=ActivityTarget(
            type=row.target_type,
            id=row.target_id,
            display_id=row.target_display_id,
            customer_id=row.customer_id,
            onboarding_id=row.onboarding_id,
            task_id=row.task_id,
            contact_id=row.contact_id,
        ),
        actor_type=actor_type,
        actor_id=row.actor_id,
        actor=row.actor or gone,
        origin=origin,
        diff=raw(row.diff or _NO_DIFF),
        reason=row.reason,
        request_id=row.request_id,
        bulk_id=row.bulk_id,
        livemode=row.livemode,
        tool=row.tool,
    )
