"""The files of jobs: offered by links while they are kept, and gone in time."""

import os
import time
from datetime import timedelta

import httpx

from pivotal_server.app import create_app
from pivotal_server.jobs.keeping import FILES_KEPT, PARTIAL, PARTS_KEPT, drop_old_files
from pivotal_server.jobs.running import Run
from pivotal_server.kit import clock
from tests.support.app import World
from tests.support.queue import job
from tests.support.records import answered
from tests.support.transfers import fetched, imported, started


async def test_files_are_kept_for_a_week_after_the_end(api: httpx.AsyncClient, world: World) -> None:
    queued = await started(api, "name,slug\nOne,\n,two\n", resource="customer")
    done = await imported(api, world, queued)
    (file,) = done["files"]
    assert b"two" in await fetched(world, file)
    run = Run(world.services, await job(world, queued["id"]), "")
    folder = world.services.files.folder

    def left() -> int:
        return sum(path.is_file() for path in folder.rglob("*"))

    with clock.travel(FILES_KEPT - timedelta(minutes=1)):
        await drop_old_files(run)
        assert left() == 2
        assert len(answered(await api.get(f"/jobs/{queued['id']}"))["files"]) == 1
    part = folder / PARTIAL / "dead-errors"
    part.parent.mkdir(exist_ok=True)
    part.write_text("half")
    with clock.travel(FILES_KEPT + timedelta(minutes=1)):
        await drop_old_files(run)
        assert left() == 1
        shown = answered(await api.get(f"/jobs/{queued['id']}"))
        assert (shown["status"], shown["files"]) == ("completed", [])
    old = time.time() - PARTS_KEPT.total_seconds() - 10
    os.utime(part, (old, old))
    await drop_old_files(run)
    assert left() == 0


async def test_only_what_a_job_has_made_is_offered(api: httpx.AsyncClient, world: World) -> None:
    queued = await started(api, "name\nOne\n", resource="customer")
    source = (await job(world, queued["id"])).payload["file_id"]
    link = world.services.files.link(world.workspace.id, source)
    transport = httpx.ASGITransport(create_app(world.services, strict=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as stranger:
        assert (await stranger.get(link.removeprefix("http://localhost:8000"))).status_code == 404
