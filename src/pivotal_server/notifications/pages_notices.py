"""The notices of whoever is signed in."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import ROUTE_NOT_FOUND
from pivotal_server.kit.ids import is_cuid
from pivotal_server.notifications import service_notices as service
from pivotal_server.notifications.views_notices import PATH, NoticeList, notice_view
from pivotal_server.web.htmx import go_to
from pivotal_server.web.session import Visit, page

NAV = "notifications"


@page(NAV)
async def list_notices(visit: Visit) -> Response:
    """The newest notices, all or those not read yet."""
    unread = visit.request.query_params.get("tab") == "unread"
    rows = await service.list_for_member(visit.db, visit.org_id, visit.session.member_id, unread=unread)
    view = NoticeList(tuple(notice_view(row) for row in rows), unread)
    return visit.render("notifications/notices.html", view)


@page(NAV)
async def open_notice(visit: Visit) -> Response:
    """Mark a notice as read and go to what it is about."""
    id = visit.request.path_params["id"]
    member_id = visit.session.member_id
    row = await service.find(visit.db, visit.org_id, member_id, id) if is_cuid(id) else None
    if row is None:
        raise ROUTE_NOT_FOUND()
    if row.read_at is None:
        async with visit.work() as uow:
            await service.mark_read(uow, member_id, row.id)
    return RedirectResponse(row.url, status_code=303)


@page(NAV)
async def read_all(visit: Visit) -> Response:
    """Mark every notice as read."""
    async with visit.work() as uow:
        await service.mark_read(uow, visit.session.member_id)
    return go_to(visit.request, PATH)


routes = [
    Route(PATH, list_notices, methods=["GET"]),
    Route(f"{PATH}/read", read_all, methods=["POST"]),
    Route(f"{PATH}/{{id}}", open_notice, methods=["GET"]),
]
