"""The page of an act on many rows, or an export of them, that goes on as a job."""

import msgspec
from msgspec.structs import replace
from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import MANAGERS
from pivotal_server.bulk.running import job_url
from pivotal_server.errors_catalogue import JOB_NOT_FOUND
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.following import follow, live_url, to_file
from pivotal_server.jobs.service import JobRow
from pivotal_server.transfer.views import Progress, links_of, progress_of
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page

_LISTS = frozenset({"customers", "onboardings"})
_TYPES = frozenset({"bulk", "export"})


class BulkPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``bulk/run.html``. ``noun``: what the rows are; ``exports``: they are only read.
    ``files``: pairs of name and address.
    """

    noun: str
    exports: bool
    back_url: str
    progress: Progress
    url: str
    live_url: str
    can_cancel: bool
    files: tuple[tuple[str, str], ...]


async def _job(visit: Visit) -> JobRow:
    """The job of the address, for whoever asked for it and for managers. Raises ``job_not_found``."""
    row = await jobs.get_job(visit.db, visit.org_id, visit.request.path_params["job"])
    mine = (row.actor or {}).get("type") == "member" and (row.actor or {}).get("id") == visit.actor.id
    if row.type not in _TYPES or not (mine or visit.actor.role in MANAGERS):
        raise JOB_NOT_FOUND()
    return row


@page("onboardings")
async def show(visit: Visit) -> Response:
    """An act on many rows, under way or done: how far it is, and the file of rows that it skipped."""
    row = await _job(visit)
    url = job_url(row.id)
    exports = row.type == "export"
    noun = row.payload["type"] if exports else row.kind.partition(".")[0]
    place = "onboardings" if row.payload.get("place") else noun
    visit.frame = replace(visit.frame, nav=place)
    view = BulkPage(
        noun=noun,
        exports=exports,
        back_url=f"/{place}" if place in _LISTS else "/",
        progress=progress_of(row, visit.frame.now),
        url=url,
        live_url=live_url(url, row),
        can_cancel=row.finished_at is None and not row.cancel_requested,
        files=links_of(url, await jobs.files_of(visit.db, visit.org_id, row.id)),
    )
    return visit.render("bulk/run.html", view, fragments=("progress",))


@page("onboardings")
async def live(visit: Visit) -> Response:
    """The stream that tells the page that the job got on."""
    row = await _job(visit)
    return await follow(visit, row.id, row.kind)


@page("onboardings")
async def cancel(visit: Visit) -> Response:
    """Stop before the next block; what is done stays."""
    row = await _job(visit)
    async with visit.work() as uow:
        await jobs.cancel_job(uow, row.id)
    return saved(visit.request, job_url(row.id), toast="Canceling", refresh=("progress",))


@page("onboardings")
async def fetch(visit: Visit) -> Response:
    """Lead to the file of the rows that were skipped, by a link for whoever asked."""
    row = await _job(visit)
    return await to_file(visit, row.id)


_RUN = "/bulk/{job}"
routes = [
    Route(_RUN, show, methods=["GET"]),
    Route(f"{_RUN}/live", live, methods=["GET"]),
    Route(f"{_RUN}/cancel", cancel, methods=["POST"]),
    Route(f"{_RUN}/files/{{file}}", fetch, methods=["GET"]),
]
