"""The background jobs of contacts."""

from pivotal_server.auth.actor import server
from pivotal_server.contacts import erasing
from pivotal_server.jobs.kinds import Kind
from pivotal_server.jobs.running import Run


async def erase(run: Run) -> None:
    """Erase one contact whose time has come."""
    async with run.unit_of_work(server(run.org_id)) as uow:
        await erasing.erase(uow, run.payload["contact_id"], run.payload["deleted_at"])


KINDS = (Kind(erasing.KIND, erase),)
