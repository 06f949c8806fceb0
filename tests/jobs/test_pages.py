"""Admin > Jobs: who sees what, cancelling, running again, and fetching what was made."""

import re

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.jobs import pages as job_pages
from pivotal_server.jobs.kinds import JobFailed
from pivotal_server.jobs.running import Run
from pivotal_server.kit.ids import cuid
from tests.support.app import World, new_world
from tests.support.browser import ROUTES, Browser, Browsers
from tests.support.journal import Journal
from tests.support.people import new_member
from tests.support.queue import enqueue, job, worker_of
from tests.support.records import answered, new_customer
from tests.support.transfers import imported, started
from tests.support.visits import text_of

PATH = "/admin/jobs"
PAGES = [*ROUTES, *job_pages.routes]


@pytest.fixture
async def owner(world: World, browsers: Browsers) -> Browser:
    browser = browsers(PAGES)
    await browser.sign_in(world.services, world.workspace.id, world.owner)
    return browser


async def refuse(_run: Run) -> None:
    raise JobFailed("invalid_file", "The file has no header row")


async def breaks(_run: Run) -> None:
    raise RuntimeError("secret of the inside")


async def works(_run: Run) -> None:
    return


async def row_of(owner: Browser, id: str) -> str:
    """The words of one job in the list."""
    page = (await owner.get(PATH)).text
    found = re.search(rf'<tr id="job-{id}">.*?</tr>', page, re.DOTALL)
    assert found, page
    return text_of(found[0])


async def test_an_empty_list_says_what_it_will_hold(owner: Browser) -> None:
    assert "Imports, exports and bulk edits appear here." in (await owner.get(PATH)).text


async def test_a_moment_before_all_time_means_the_first_page(owner: Browser) -> None:
    answer = await owner.get(f"{PATH}?before=0001-01-01T00:00:00%2B14:00%20x")
    assert answer.status_code == 200


async def test_an_import_shows_its_figures_and_gives_its_files(
    world: World, owner: Browser, api: httpx.AsyncClient
) -> None:
    await new_customer(api, name="Acme", slug="acme")
    rows = "name,slug\nBolt,bolt\n,without-name\n"
    queued = await started(api, rows, name="march.csv", resource="customer", by="slug")
    waiting = await row_of(owner, queued["id"])
    for words in ("Import of customers", "march.csv", "Waiting", "API: local-dev", "Cancel"):
        assert words in waiting
    done = await imported(api, world, queued)
    shown = await row_of(owner, queued["id"])
    for words in ("Completed", "2 processed", "1 created", "1 failed", "Rows not taken"):
        assert words in shown, shown
    assert "Cancel" not in shown
    (file,) = done["files"]
    fetched = re.search(rf'href="({PATH}/{queued["id"]}/files/[^"]+)"', (await owner.get(PATH)).text)
    assert fetched
    answer = await owner.get(fetched[1])
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(file["url"].partition("?")[0])
    other = fetched[1].rpartition("/")[0]
    for no_file in (cuid(), "x"):
        assert (await owner.get(f"{other}/{no_file}")).status_code == 404


async def test_the_file_that_an_import_read_is_not_offered(
    world: World, owner: Browser, api: httpx.AsyncClient
) -> None:
    queued = await started(api, "name\nBolt\n", resource="customer")
    await imported(api, world, queued)
    assert "/files/" not in (await owner.get(PATH)).text


async def test_a_waiting_job_is_cancelled_once_it_is_confirmed(world: World, owner: Browser) -> None:
    id = await enqueue(world, "works", type="import")
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    asked = await owner.get(f"{PATH}/{id}/cancel")
    assert "nothing of it is done" in asked.text
    assert (await owner.post(f"{PATH}/{id}/cancel")).headers["location"] == PATH
    assert (await job(world, id)).status == "canceled"
    assert "Canceled" in await row_of(owner, id)
    written = await journal.look()
    assert [(one.event, one.target_id, one.actor_type) for one in written.entries] == [
        ("job.canceled", id, "member")
    ]
    # An ended job is asked about no more, and stays as it is.
    assert (await owner.get(f"{PATH}/{id}/cancel")).status_code == 303
    await owner.get(PATH)
    answer = await owner.post(f"{PATH}/{id}/cancel", htmx=True)
    assert answer.status_code == 204
    assert (await journal.look()).nothing


async def test_a_running_job_says_that_it_is_being_cancelled(world: World, owner: Browser) -> None:
    seen: list[str] = []

    async def runs(run: Run) -> None:
        asked = await owner.get(f"{PATH}/{run.id}/cancel")
        assert "What it has done already stays." in asked.text
        await owner.post(f"{PATH}/{run.id}/cancel")
        seen.append(await row_of(owner, run.id))

    await enqueue(world, "runs", type="export", counts={"processed": 1200})
    await worker_of(world, runs=runs).run_due()
    assert "Canceling" in seen[0]
    assert "1,200 processed" in seen[0]


async def test_a_failed_job_says_why_and_runs_again(world: World, owner: Browser) -> None:
    id = await enqueue(world, "step", type="import", max_attempts=1)
    await worker_of(world, step=refuse).run_due()
    failed = await row_of(owner, id)
    for words in ("Failed", "The file has no header row.", "Retry"):
        assert words in failed
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    assert (await owner.post(f"{PATH}/{id}/retry")).headers["location"] == PATH
    assert (await journal.look()).names == ["job.retried"]
    waiting = await row_of(owner, id)
    assert "Waiting" in waiting
    assert "header row" not in waiting
    assert await worker_of(world, step=works).run_due() == 1
    assert "Completed" in await row_of(owner, id)
    # There is nothing to run again now.
    refused = await owner.post(f"{PATH}/{id}/retry", htmx=True)
    assert (refused.status_code, (await job(world, id)).status) == (409, "completed")
    assert (await journal.look()).nothing


async def test_work_that_nobody_asked_for_shows_itself_only_when_it_is_dead(
    world: World, owner: Browser
) -> None:
    dead = await enqueue(world, "reports.build", max_attempts=1)
    await enqueue(world, "works")
    page = (await owner.get(PATH)).text
    assert "<tr id=" not in page
    await worker_of(world, **{"reports.build": breaks, "works": works}).run_due()
    page = (await owner.get(PATH)).text
    assert re.findall(r'<tr id="job-(\w+)"', page) == [dead]
    shown = await row_of(owner, dead)
    assert "reports.build" in shown
    assert "secret" not in page


async def test_work_that_was_asked_for_anew_is_not_run_twice(world: World, owner: Browser) -> None:
    id = await enqueue(world, "step", type="webhook_recovery", unique_key="one", max_attempts=1)
    await worker_of(world, step=refuse).run_due()
    await enqueue(world, "step", type="webhook_recovery", unique_key="one")
    await owner.get(PATH)
    refused = await owner.post(f"{PATH}/{id}/retry", htmx=True)
    assert refused.status_code == 409
    assert (await job(world, id)).status == "failed"


async def test_only_managers_see_and_touch_jobs_of_their_own_workspace(
    world: World, browsers: Browsers, owner: Browser
) -> None:
    id = await enqueue(world, "works", type="import")
    for role in ("member", "viewer"):
        browser = browsers(PAGES)
        await browser.sign_in(world.services, world.workspace.id, await new_member(world, f"A {role}", role))
        for path in (PATH, f"{PATH}/live", f"{PATH}/{id}/cancel", f"{PATH}/{id}/files/{cuid()}"):
            assert (await browser.get(path)).status_code == 403
        for act in ("cancel", "retry"):
            assert (await browser.post(f"{PATH}/{id}/{act}", htmx=True)).status_code == 403
    other = await new_world(world.services, slug="other")
    stranger = browsers(PAGES)
    await stranger.sign_in(world.services, other.workspace.id, other.owner)
    assert id not in (await stranger.get(PATH)).text
    assert (await stranger.get(f"{PATH}/{id}/cancel")).status_code == 404
    await stranger.get("/admin/api-keys")
    for act in ("cancel", "retry"):
        assert (await stranger.post(f"{PATH}/{id}/{act}", htmx=True)).status_code == 404
    assert (await job(world, id)).status == "queued"


async def test_a_long_list_is_read_page_by_page_with_few_statements(
    world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_pages, "ROWS", 3)
    made = [await enqueue(world, "works", type="export") for _ in range(7)]
    seen: list[str] = []
    path: str = PATH
    while path:
        with counting() as count:
            page = (await owner.get(path)).text
        assert count.value <= 4
        seen += re.findall(r'<tr id="job-(\w+)"', page)
        older = re.search(r'href="(/admin/jobs\?before=[^"]+)"', page)
        path = older[1].replace("&amp;", "&") if older else ""
    assert seen == made[::-1]
    assert (await owner.get(f"{PATH}?before=nonsense")).status_code == 200


async def test_an_export_is_named_for_what_it_holds(api: httpx.AsyncClient, owner: Browser) -> None:
    answer = answered(await api.post("/exports", json={"type": "customers"}), 202)
    assert "Export of customers" in await row_of(owner, answer["id"])
