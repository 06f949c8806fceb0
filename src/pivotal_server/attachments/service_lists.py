"""Reading attachments for pages."""

from pivotal_server.attachments import repository, repository_lists
from pivotal_server.attachments.repository import AttachmentRow
from pivotal_server.attachments.repository_lists import PlacedFile
from pivotal_server.db.engine import Executor

__all__ = ["PlacedFile", "find", "of_onboarding"]


async def of_onboarding(db: Executor, org_id: str, onboarding_id: str, limit: int) -> list[PlacedFile]:
    """The newest files of an onboarding, on whatever of it they are."""
    return await repository_lists.of_onboarding(db, org_id, onboarding_id, limit)


async def find(db: Executor, org_id: str, id: str) -> AttachmentRow | None:
    """The live attachment with this id, unless what it was put on is gone."""
    row = await repository.find(db, org_id, id)
    return None if row is None or row.deleted_at is not None else row
