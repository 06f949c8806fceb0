"""What pages of jobs have in common: the stream that tells them that one got on, and the way to its files."""

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.service import JobRow
from pivotal_server.web.live import LiveHub, stream
from pivotal_server.web.session import Visit

LOOK_SECONDS = 1.0
"""How often an open page looks how far the job is: running ones announce no step."""


def _state(row: JobRow) -> str:
    counts = row.counts or {}
    return f"{row.status} {counts.get('processed', 0)} {row.cancel_requested}"


def live_url(url: str, row: JobRow) -> str:
    """The stream of the page at ``url``, whose job goes on; nothing for one that has ended."""
    return "" if row.finished_at is not None else f"{url}/live?{urlencode({'seen': _state(row)})}"


async def follow(visit: Visit, id: str, kind: str) -> Response:
    """The stream of a job of this kind."""
    hub: LiveHub = visit.request.app.state.live

    async def look() -> str:
        row = await jobs.find_work(visit.db, visit.org_id, id, kind)
        return "" if row is None else _state(row)

    seen = visit.request.query_params.get("seen")
    return stream(hub, visit.org_id, f"job {id}", look, seen, every=LOOK_SECONDS)


async def to_file(visit: Visit, id: str) -> Response:
    """Lead to the file of a job that the address names, by a link for whoever asked."""
    services = visit.services
    name = visit.request.path_params["file"]
    link = await jobs.link_to(visit.db, services.files, visit.org_id, id, name, visit.actor.string)
    return RedirectResponse(link, status_code=302)
