"""Reading tags."""

import msgspec

from pivotal_server.db.engine import Executor
from pivotal_server.tags import repository
from pivotal_server.tags.repository import TagRow
from pivotal_server.tags.schemas import Tag


def _as_written(row: TagRow) -> str:
    for name in msgspec.json.decode(row.written, type=list[str]):
        if name.casefold() == row.tag:
            return name
    return row.tag


async def uses_of(db: Executor, org_id: str, tag: str) -> int:
    """How many live customers carry a tag, whatever its case."""
    return await repository.count_uses(db, org_id, tag.strip().casefold())


async def read_tags(
    db: Executor, org_id: str, limit: int, cursor: str | None
) -> tuple[list[Tag], str | None]:
    """One page of tags in the order of their letters, and the cursor of the next page."""
    rows = await repository.page(db, org_id, cursor or "", limit + 1)
    found = [Tag(name=_as_written(row), customers=row.uses) for row in rows[:limit]]
    return found, rows[limit - 1].tag if len(rows) > limit else None
