"""The workspaces of whoever is signed in: opening one, and undoing that one is to be deleted."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.auth import actor, session_store
from pivotal_server.auth.permissions import Role
from pivotal_server.auth.session_store import Holder
from pivotal_server.errors_catalogue import ROUTE_NOT_FOUND
from pivotal_server.unit_of_work import unit_of_work
from pivotal_server.web.places import HOME
from pivotal_server.web.session import WORKSPACES, Guest, holder_page
from pivotal_server.workspaces import changes, deleting
from pivotal_server.workspaces.deleting import OwnWorkspace
from pivotal_server.workspaces.views import OwnPage, own_line


async def _own(guest: Guest, holder: Holder) -> OwnWorkspace:
    id = guest.request.path_params["id"]
    for one in await deleting.own_workspaces(guest.db, holder.person_id):
        if one.id == id:
            return one
    raise ROUTE_NOT_FOUND()


@holder_page
async def list_own(guest: Guest, holder: Holder) -> Response:
    """The workspaces of a person, also while none of them lets anybody in."""
    rows = await deleting.own_workspaces(guest.db, holder.person_id)
    view = OwnPage(tuple(own_line(row, row.id == holder.org_id) for row in rows))
    return guest.render("workspaces/own.html", view)


@holder_page
async def open_one(guest: Guest, holder: Holder) -> Response:
    """Open a workspace in this session."""
    wanted = await _own(guest, holder)
    if wanted.deletion_at is not None:
        return RedirectResponse(WORKSPACES, status_code=303)
    await session_store.switch_workspace(guest.db, holder.token_hash, holder.person_id, wanted.id)
    return RedirectResponse(HOME, status_code=303)


@holder_page
async def restore(guest: Guest, holder: Holder) -> Response:
    """Undo that a workspace is to be deleted; its owner alone can."""
    wanted = await _own(guest, holder)
    if wanted.role != Role.OWNER or wanted.deletion_at is None:
        raise ROUTE_NOT_FOUND()
    by = actor.member(wanted.id, wanted.member_id, wanted.member_name, wanted.role)
    async with unit_of_work(guest.db, by, guest.request_id) as uow:
        await deleting.cancel_deletion(uow, await changes.locked_workspace(uow))
    await guest.services.db.bump_epoch_everywhere()
    return RedirectResponse(WORKSPACES, status_code=303)


routes = [
    Route(WORKSPACES, list_own, methods=["GET"]),
    Route(f"{WORKSPACES}/{{id}}/open", open_one, methods=["POST"]),
    Route(f"{WORKSPACES}/{{id}}/restore", restore, methods=["POST"]),
]
