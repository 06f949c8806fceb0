"""Admin > Mail."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import MAIL_NOT_FOUND
from pivotal_server.kit.references import number_in
from pivotal_server.notifications import service as notifications
from pivotal_server.notifications.views import PATH, mail_list, mail_page
from pivotal_server.web.session import Visit, page

NAV = "mail"


@page(NAV, capability="administer")
async def list_mails(visit: Visit) -> Response:
    """The mail of the workspace, newest first."""
    part = await notifications.list_mails(
        visit.db, visit.org_id, before=_number(visit, "before"), after=_number(visit, "after")
    )
    return visit.render("notifications/list.html", mail_list(part))


@page(NAV, capability="administer")
async def open_mail(visit: Visit) -> Response:
    """One mail, its body for those who may see it."""
    number = number_in(visit.request.path_params["number"])
    if number is None:
        raise MAIL_NOT_FOUND()
    opened = await notifications.open_mail(
        visit.db, visit.services.box, visit.actor, visit.session.email, number
    )
    return visit.render("notifications/mail.html", mail_page(opened, visit.services.config.public_url))


def _number(visit: Visit, name: str) -> int | None:
    given = visit.request.query_params.get(name)
    return number_in(given) if given else None


routes = [
    Route(PATH, list_mails, methods=["GET"]),
    Route(f"{PATH}/{{number}}", open_mail, methods=["GET"]),
]
