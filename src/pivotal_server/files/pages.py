"""``/files/{id}``: a stored file, for whoever has a link that the server has signed."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from pivotal_server.attachments import service as attachments
from pivotal_server.errors_catalogue import FILE_NOT_FOUND
from pivotal_server.files.service import find_file
from pivotal_server.jobs import fetched
from pivotal_server.jobs import service as jobs
from pivotal_server.kit.media import served_type
from pivotal_server.services import Services

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


async def download(request: Request) -> Response:
    """Send the file as something to keep, never to open in place. 404 for any link that does not hold.

    Fetching an export is an entry of the activity stream.
    """
    services: Services = request.app.state.services
    id = request.path_params["id"]
    org_id = request.query_params.get("org", "")
    expires, signature = (request.query_params.get(name, "") for name in ("expires", "signature"))
    reader = request.query_params.get("by", "")
    if not services.files.is_valid(org_id, id, expires, signature, reader):
        raise FILE_NOT_FOUND()
    file = await find_file(services.db, org_id, id)
    if file is None:
        raise FILE_NOT_FOUND()
    fetch = None
    if file.purpose == jobs.PURPOSE:
        fetch = await fetched.admit(services.db, org_id, id, reader)
    elif not await attachments.is_shown(services.db, org_id, id):
        raise FILE_NOT_FOUND()
    path = services.files.path_of(id)
    try:
        facts = await asyncio.to_thread(path.stat)
    except FileNotFoundError:
        raise FILE_NOT_FOUND() from None
    if request.method == "GET" and fetch is not None:
        await fetched.note(services.db, fetch)
    return FileResponse(
        path,
        headers=_HEADERS,
        media_type=served_type(file.content_type),
        filename=file.name,
        stat_result=facts,
        content_disposition_type="attachment",
    )


routes = [Route("/files/{id}", download, methods=["GET"])]
