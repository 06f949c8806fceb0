"""Importing a file in the app: what the check found, the import under way, its end (APP-IMP-4 … 9)."""

import msgspec
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import JOB_NOT_FOUND
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.following import follow, live_url, to_file
from pivotal_server.jobs.service import JobRow
from pivotal_server.kit.errors import ApiError
from pivotal_server.transfer import checking, drafts, importing
from pivotal_server.transfer.checking import Findings
from pivotal_server.transfer.importing import ImportPayload
from pivotal_server.transfer.telling import run_url
from pivotal_server.transfer.views import PATH, CheckPage, RunPage, links_of, progress_of
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

NAV = "customers"


# ── Check ────────────────────────────────────────────────────────────────────────────────────────
async def _check(visit: Visit) -> tuple[str, JobRow, drafts.Draft, ImportPayload]:
    id = visit.request.path_params["id"]
    _, draft = await drafts.get_draft(visit.db, visit.org_id, id)
    row, payload = await drafts.get_check(
        visit.db, visit.org_id, visit.request.path_params["job"], draft.file_id
    )
    return id, row, draft, payload


async def _check_page(visit: Visit, *, fault: str | None = None) -> Response:
    id, row, draft, _ = await _check(visit)
    url = f"{PATH}/{id}/checks/{row.id}"
    findings = Findings() if row.state is None else msgspec.convert(row.state, Findings)
    seen = await drafts.imported_before(visit.db, visit.org_id, draft, visit.frame.now)
    view = CheckPage(
        form=Form(id="run", action=f"{url}/run", cancel=f"{PATH}/{id}?check={row.id}", fault=fault),
        file_name=draft.file_name,
        resource=draft.resource,
        progress=progress_of(row, visit.frame.now, findings),
        back_url=f"{PATH}/{id}?check={row.id}",
        live_url=live_url(url, row),
        again=seen,
    )
    status = 422 if fault else 200
    return visit.render("transfer/check.html", view, status=status, fragments=("progress",))


@page(NAV, capability="import_data")
async def show_check(visit: Visit) -> Response:
    """The third step: what an import would do, row by row."""
    return await _check_page(visit)


@page(NAV, capability="import_data")
async def follow_check(visit: Visit) -> Response:
    """The stream that tells the page that the check got on."""
    return await follow(visit, visit.request.path_params["job"], checking.KIND)


@page(NAV, capability="import_data")
async def run(visit: Visit) -> Response:
    """Start the import of a file that was checked; once, however often the form is sent."""
    id, row, draft, payload = await _check(visit)
    if row.status != "completed":
        return await _check_page(visit, fault="Wait until the check is done.")
    taken_by = await drafts.holder_of(visit.db, visit.org_id, payload.file_id)
    if taken_by != id:
        return RedirectResponse(run_url(taken_by), status_code=303)
    seen = await drafts.imported_before(visit.db, visit.org_id, draft, visit.frame.now)
    if seen is not None and not visit.fields.ticked("again"):
        return await _check_page(visit, fault="Tick that this content is to be imported again.")
    try:
        async with visit.work() as uow:
            job = await drafts.start_run(uow, id, payload)
    except ApiError as fault:
        if fault.code is not JOB_NOT_FOUND:
            return await _check_page(visit, fault=f"{fault.message}.")
        job = await drafts.holder_of(visit.db, visit.org_id, payload.file_id)
    return RedirectResponse(run_url(job), status_code=303)


# ── Run ──────────────────────────────────────────────────────────────────────────────────────────
async def _run(visit: Visit) -> JobRow:
    id = visit.request.path_params["job"]
    row = await jobs.find_work(visit.db, visit.org_id, id, importing.KIND)
    if row is None:
        raise JOB_NOT_FOUND()
    return row


@page(NAV, capability="import_data")
async def show_run(visit: Visit) -> Response:
    """The import under way or done: rows, rate, end, and the file of rows that were not taken."""
    row = await _run(visit)
    url = run_url(row.id)
    view = RunPage(
        file_name=row.payload.get("file_name", ""),
        resource=row.payload.get("resource", "customer"),
        progress=progress_of(row, visit.frame.now),
        url=url,
        live_url=live_url(url, row),
        waits=row.status == "queued",
        can_cancel=row.finished_at is None and not row.cancel_requested,
        files=links_of(url, await jobs.files_of(visit.db, visit.org_id, row.id)),
    )
    return visit.render("transfer/run.html", view, fragments=("progress",))


@page(NAV, capability="import_data")
async def follow_run(visit: Visit) -> Response:
    """The stream that tells the page that the import got on."""
    return await follow(visit, visit.request.path_params["job"], importing.KIND)


@page(NAV, capability="import_data")
async def cancel(visit: Visit) -> Response:
    """Stop before the next block; rows that are written stay."""
    row = await _run(visit)
    async with visit.work() as uow:
        await jobs.cancel_job(uow, row.id)
    return saved(visit.request, run_url(row.id), toast="Canceling", refresh=("progress",))


@page(NAV, capability="import_data")
async def fetch(visit: Visit) -> Response:
    """Lead to the file of the rows that were not taken, by a link for whoever asked."""
    row = await _run(visit)
    return await to_file(visit, row.id)


_CHECK = f"{PATH}/{{id}}/checks/{{job}}"
_RUN = f"{PATH}/runs/{{job}}"
routes = [
    Route(_RUN, show_run, methods=["GET"]),
    Route(f"{_RUN}/live", follow_run, methods=["GET"]),
    Route(f"{_RUN}/cancel", cancel, methods=["POST"]),
    Route(f"{_RUN}/files/{{file}}", fetch, methods=["GET"]),
    Route(_CHECK, show_check, methods=["GET"]),
    Route(f"{_CHECK}/live", follow_check, methods=["GET"]),
    Route(f"{_CHECK}/run", run, methods=["POST"]),
]
