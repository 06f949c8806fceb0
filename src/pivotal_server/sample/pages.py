"""The bar of the sample workspace asks here before it is made anew or taken away (WB-SAMPLE-4)."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import WORKSPACE_NOT_FOUND
from pivotal_server.sample import entering
from pivotal_server.sample.views import SampleAsk
from pivotal_server.web.htmx import go_to
from pivotal_server.web.places import HOME
from pivotal_server.web.session import LOGIN, Visit, page
from pivotal_server.web.view import Form


def _ask(visit: Visit, id: str, title: str, submit: str, lead: str) -> Response:
    if not visit.frame.sample:
        raise WORKSPACE_NOT_FOUND()
    form = Form(id=id, action=f"/sample/{id}", cancel=HOME)
    return visit.render_form("sample/ask.html", SampleAsk(form, title, submit, lead))


@page(capability="own_workspace")
async def ask_reset(visit: Visit) -> Response:
    """Ask before the sample is made anew."""
    lead = "Everything in it is made anew, with its history up to now. What you changed goes."
    return _ask(visit, "reset", "Reset the sample workspace?", "Reset", lead)


@page(capability="own_workspace")
async def reset(visit: Visit) -> Response:
    """Make the sample anew; the owner is signed in to the new one, everybody else is signed out."""
    if not visit.frame.sample:
        raise WORKSPACE_NOT_FOUND()
    token = await entering.reset_and_enter(visit.services, visit.session, visit.client)
    return visit.sign_in(go_to(visit.request, HOME), token)


@page(capability="own_workspace")
async def ask_delete(visit: Visit) -> Response:
    """Ask before the sample is taken away."""
    lead = "It goes with everything in it, for good. Your other workspaces stay as they are."
    return _ask(visit, "delete", "Delete the sample workspace?", "Delete", lead)


@page(capability="own_workspace")
async def delete(visit: Visit) -> Response:
    """Take the sample away; another workspace of the owner follows, or the page to sign in."""
    if not visit.frame.sample:
        raise WORKSPACE_NOT_FOUND()
    token = await entering.delete_and_leave(visit.services, visit.session, visit.client)
    if token is None:
        return visit.sign_out(go_to(visit.request, LOGIN))
    return visit.sign_in(go_to(visit.request, HOME), token)


routes = [
    Route("/sample/reset", ask_reset, methods=["GET"]),
    Route("/sample/reset", reset, methods=["POST"]),
    Route("/sample/delete", ask_delete, methods=["GET"]),
    Route("/sample/delete", delete, methods=["POST"]),
]
