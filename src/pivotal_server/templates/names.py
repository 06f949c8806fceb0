"""Names of templates, for pages of other rooms."""

from pivotal_server.db.engine import Executor
from pivotal_server.templates import repository


async def default_names(db: Executor, org_id: str) -> dict[str, str]:
    """The name of each phase's default template, by the key of the phase."""
    return await repository.default_names(db, org_id)
