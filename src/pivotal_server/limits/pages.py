"""Admin > Limits: every limit, and how much of it is in use."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.limits import service
from pivotal_server.limits.views import limits_page
from pivotal_server.web.session import Visit, page

PATH = "/admin/limits"


@page("limits", capability="administer")
async def show(visit: Visit) -> Response:
    """The declared limits."""
    view = limits_page(await service.uses(visit.db, visit.org_id))
    return visit.render("limits/list.html", view)


routes = [Route(PATH, show, methods=["GET"])]
