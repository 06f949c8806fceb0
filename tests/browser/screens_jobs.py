"""What the pictures of Admin > Jobs show."""

from playwright.async_api import Page

from pivotal_server.jobs.service_list import list_jobs
from pivotal_server.transfer.schemas import ExportCreate
from pivotal_server.transfer.service import start_export
from pivotal_server.unit_of_work import unit_of_work
from tests.support.live_server import Live
from tests.support.queue import enqueue


async def show_jobs(live: Live, page: Page) -> None:
    """Open the list with an export that is done and imports that wait."""
    if not await list_jobs(live.world.db, live.world.workspace.id, limit=1):
        async with unit_of_work(live.world.db, live.world.operator) as uow:
            await start_export(uow, ExportCreate(type="customers"))
        payload = {"resource": "customer", "file_name": "customers-of-the-spring-campaign-2026.csv"}
        for counts in (None, {"processed": 41_200, "created": 39_954, "updated": 1_204, "failed": 42}):
            await enqueue(live.world, "no.such.kind", payload, type="import", counts=counts)
    await live.open(page, "/admin/jobs")
    await page.get_by_text("Completed").wait_for()
