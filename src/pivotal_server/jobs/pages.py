"""Admin > Jobs: imports, exports, bulk edits, and work that failed for good."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.jobs import service, service_list
from pivotal_server.jobs.following import to_file
from pivotal_server.jobs.service_list import ShownFile, ShownJob
from pivotal_server.jobs.views import PATH, CancelForm, JobList, job_view, page_url
from pivotal_server.web.htmx import saved
from pivotal_server.web.live import LiveHub, stream
from pivotal_server.web.queries import place_in
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

NAV = "jobs"
ROWS = 50
LOOK_SECONDS = 1.0
"""How often an open page looks how far the jobs are: running ones announce no step."""

REFRESH = ("jobs",)


async def _rows(visit: Visit) -> list[ShownJob]:
    older = place_in(visit.request.query_params.get("before", ""))
    return await service_list.list_jobs(visit.db, visit.org_id, limit=ROWS + 1, older=older)


def _state(rows: Sequence[ShownJob]) -> str:
    """Something that changes with whatever the page shows."""
    return hashlib.sha256(msgspec.json.encode(rows)).hexdigest()[:32]


@page(NAV, capability="administer")
async def list_jobs(visit: Visit) -> Response:
    """The jobs of the workspace, newest first."""
    found = await _rows(visit)
    rows = found[:ROWS]
    made: dict[str, list[ShownFile]] = defaultdict(list)
    for file in await service_list.files_made(visit.db, visit.org_id, [row.id for row in rows]):
        made[file.job_id].append(file)
    before = visit.request.query_params.get("before", "")
    seen = {"seen": _state(found), **({"before": before} if before else {})}
    view = JobList(
        jobs=tuple(job_view(row, made[row.id]) for row in rows),
        newer=PATH if before else "",
        older=page_url(rows[-1]) if len(found) > ROWS else "",
        live_url=f"{PATH}/live?{urlencode(seen)}",
    )
    return visit.render("jobs/list.html", view)


@page(NAV, capability="administer")
async def live(visit: Visit) -> Response:
    """The stream that tells the list that some job got on."""
    hub: LiveHub = visit.request.app.state.live

    async def look() -> str:
        return _state(await _rows(visit))

    seen = visit.request.query_params.get("seen")
    return stream(hub, visit.org_id, NAV, look, seen, every=LOOK_SECONDS)


@page(NAV, capability="administer")
async def ask_cancel(visit: Visit) -> Response:
    """The question before a job is cancelled: what was done of it stays."""
    row = await service_list.get_shown(visit.db, visit.org_id, visit.request.path_params["id"])
    view = job_view(row, ())
    if not view.can_cancel:
        return RedirectResponse(PATH, status_code=303)
    form = Form("cancel", f"{view.url}/cancel", PATH)
    return visit.render_form("jobs/cancel.html", CancelForm(form, view))


@page(NAV, capability="administer")
async def cancel_job(visit: Visit) -> Response:
    """Cancel a job: at once when it waits, else before its next step."""
    async with visit.work() as uow:
        row = await service.cancel_job(uow, visit.request.path_params["id"])
    words = {"queued": "Canceling", "running": "Canceling", "canceled": "Job canceled"}
    toast = words.get(row.status, "The job had ended already")
    return saved(visit.request, PATH, toast=toast, refresh=REFRESH)


@page(NAV, capability="administer")
async def retry_job(visit: Visit) -> Response:
    """Run a failed job again."""
    async with visit.work() as uow:
        row = await service_list.retry_job(uow, visit.request.path_params["id"])
    return saved(visit.request, PATH, toast="Runs again", detail=job_view(row, ()).title, refresh=REFRESH)


@page(NAV, capability="administer")
async def fetch_file(visit: Visit) -> Response:
    """Lead to a file that a job has made, by a link for whoever asked."""
    row = await service_list.get_shown(visit.db, visit.org_id, visit.request.path_params["id"])
    return await to_file(visit, row.id)


routes = [
    Route(PATH, list_jobs, methods=["GET"]),
    Route(f"{PATH}/live", live, methods=["GET"]),
    Route(f"{PATH}/{{id}}/cancel", ask_cancel, methods=["GET"]),
    Route(f"{PATH}/{{id}}/cancel", cancel_job, methods=["POST"]),
    Route(f"{PATH}/{{id}}/retry", retry_job, methods=["POST"]),
    Route(f"{PATH}/{{id}}/files/{{file}}", fetch_file, methods=["GET"]),
]
