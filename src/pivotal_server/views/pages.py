"""Saving, renaming, sharing and deleting views of lists (APP-VIEW-1 … 4)."""

from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.errors_catalogue_views import VIEW_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid
from pivotal_server.rest.idempotency import once
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.views import service
from pivotal_server.views.listings import LISTINGS, Listing
from pivotal_server.views.service import ViewRow
from pivotal_server.views.views import ViewForm
from pivotal_server.web.answers import status_of
from pivotal_server.web.formats import count
from pivotal_server.web.forms import sentence
from pivotal_server.web.htmx import go_to, saved
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

WORDS = {
    ("name", "too_small"): "Enter a name.",
    ("name", "too_big"): f"Use at most {service.LONGEST_NAME} characters.",
}


def _given(visit: Visit, name: str) -> str:
    """What the form says, or before it is sent the address."""
    return visit.fields.text(name) or visit.request.query_params.get(name, "")


def _listing(visit: Visit) -> Listing:
    """The list that is named. Raises ``view_not_found``."""
    listing = LISTINGS.get(_given(visit, "list"))
    if listing is None:
        raise VIEW_NOT_FOUND()
    return listing


async def _view(visit: Visit) -> tuple[ViewRow, Listing, str]:
    """The view of the address, its list and the path where the list is shown. Raises ``view_not_found``."""
    row = await service.get_view(visit.db, visit.org_id, visit.actor.id, visit.request.path_params["id"])
    listing = LISTINGS[row.list]
    return row, listing, listing.path(_given(visit, "path"))


async def _view_to_change(visit: Visit) -> tuple[ViewRow, Listing, str]:
    """The same, for those who may change it."""
    found = await _view(visit)
    if not service.may_change(found[0], visit.actor.id, visit.actor.role):
        raise VIEW_NOT_FOUND()
    return found


@page("")
async def open_view(visit: Visit) -> Response:
    """The list as a view keeps it."""
    row, listing, path = await _view(visit)
    return RedirectResponse(listing.url(path, row.id, row.query), 302)


# ── A new one ────────────────────────────────────────────────────────────────────────────────────
def _new_form(visit: Visit, listing: Listing, errors: Mapping[str, str], status: int = 200) -> Response:
    path, query = listing.path(_given(visit, "path")), listing.checked(_given(visit, "query"))
    form = Form(
        id="view",
        action="/views/new",
        cancel=f"{path}?{query}",
        submission=visit.fields.text("submission") or cuid(),
        values=visit.fields.texts("name", "shared"),
        errors=errors,
    )
    view = ViewForm(
        title="Save view",
        submit="Save view",
        form=form,
        lead="It keeps what the list is filtered by, not the rows.",
        may_share="share_views" in visit.frame.can,
        hidden=(("list", listing.key), ("path", path), ("query", query)),
        list_title=listing.title,
        list_url=path,
    )
    return visit.render_form("views/form.html", view, status=status)


@page("", capability="manage_own_things")
async def new(visit: Visit) -> Response:
    """The form of a new view."""
    return _new_form(visit, _listing(visit), {})


@page("", capability="manage_own_things")
async def create(visit: Visit) -> Response:
    """Store the view of the form and open it."""
    listing, fields = _listing(visit), visit.fields

    async def work(uow: UnitOfWork) -> str:
        row = await service.create_view(
            uow, listing, fields.text("name"), fields.text("query"), shared=bool(fields.text("shared"))
        )
        return row.id

    try:
        async with visit.work() as uow:
            id = await once(uow, "/views/new", fields.submission, work)
    except ApiError as fault:
        if fault.field != "name":
            raise
        return _new_form(visit, listing, {"name": sentence("name", fault, WORDS)}, status_of(fault))
    path = listing.path(fields.text("path"))
    return go_to(visit.request, listing.url(path, id, listing.checked(fields.text("query"))))


# ── One that there is ────────────────────────────────────────────────────────────────────────────
async def _edit_form(visit: Visit, errors: Mapping[str, str], status: int = 200) -> Response:
    row, listing, path = await _view_to_change(visit)
    stored = {"name": row.name, "shared": "yes" if row.shared else ""}
    form = Form(
        id="view",
        action=f"/views/{row.id}/edit",
        cancel=listing.url(path, row.id, row.query),
        values=visit.fields.texts("name", "shared") if visit.request.method == "POST" else stored,
        errors=errors,
    )
    view = ViewForm(
        title="Rename or share",
        submit="Save",
        form=form,
        may_share=row.owner_id == visit.actor.id and (row.shared or "share_views" in visit.frame.can),
        hidden=(("path", path),),
        list_title=listing.title,
        list_url=path,
    )
    return visit.render_form("views/form.html", view, status=status)


@page("", capability="manage_own_things")
async def edit(visit: Visit) -> Response:
    """The form of a view's name."""
    return await _edit_form(visit, {})


@page("", capability="manage_own_things")
async def save(visit: Visit) -> Response:
    """Save the name, and whether the view is shared."""
    row, listing, path = await _view_to_change(visit)
    fields = visit.fields
    try:
        async with visit.work() as uow:
            row = await service.update_view(
                uow, row.id, name=fields.text("name"), shared=bool(fields.text("shared"))
            )
    except ApiError as fault:
        if fault.field != "name":
            raise
        return await _edit_form(visit, {"name": sentence("name", fault, WORDS)}, status_of(fault))
    return saved(
        visit.request, listing.url(path, row.id, row.query), toast="Saved", refresh=("views", "side_views")
    )


@page("", capability="manage_own_things")
async def save_query(visit: Visit) -> Response:
    """Let the view keep the filter that is shown."""
    row, listing, path = await _view_to_change(visit)
    fields = visit.fields
    async with visit.work() as uow:
        row = await service.save_query(uow, row.id, fields.text("query"), moment_in(fields.text("seen")))
    return saved(
        visit.request,
        listing.url(path, row.id, row.query),
        toast=f"Saved {row.name}",
        refresh=("views", "side_views"),
    )


@page("", capability="manage_own_things")
async def delete(visit: Visit) -> Response:
    """Ask before a view is deleted."""
    row, listing, path = await _view_to_change(visit)
    others = await service.opens_for_others(visit.db, visit.org_id, visit.actor.id or "", row.id)
    lead = "It goes for everybody." if row.shared else "What it shows stays as it is."
    if others:
        lead = (
            f"{lead} The list opens with it for {count(others, 'other person', 'others')}, who get all of it."
        )
    form = Form(id="view", action=f"/views/{row.id}/delete", cancel=listing.url(path, row.id, row.query))
    view = ViewForm(
        title=f"Delete the view {row.name}?",
        submit="Delete",
        form=form,
        act="delete",
        lead=lead,
        hidden=(("path", path),),
        list_title=listing.title,
        list_url=path,
    )
    return visit.render_form("views/form.html", view)


@page("", capability="manage_own_things")
async def do_delete(visit: Visit) -> Response:
    """Delete the view; the plain list follows."""
    row, listing, path = await _view_to_change(visit)
    async with visit.work() as uow:
        await service.delete_view(uow, row.id)
    return go_to(visit.request, listing.url(path, listing.built_in[0].key, listing.built_in[0].query))


@page("", capability="manage_own_things")
async def set_default(visit: Visit) -> Response:
    """Let the list open with a view for the visitor, or with none."""
    listing, view = _listing(visit), visit.fields.text("view")
    async with visit.work() as uow:
        await service.set_default(uow, listing, view)
    toast = f"{listing.title} open with this view" if view else f"{listing.title} open without a view"
    path, query = listing.path(visit.fields.text("path")), listing.checked(visit.fields.text("query"))
    back = listing.url(path, visit.fields.text("current"), query)
    return saved(visit.request, back, toast=toast, refresh=("views", "side_views"))


routes = [
    Route("/views/new", new, methods=["GET"]),
    Route("/views/new", create, methods=["POST"]),
    Route("/views/default", set_default, methods=["POST"]),
    Route("/views/{id}", open_view, methods=["GET"]),
    Route("/views/{id}/edit", edit, methods=["GET"]),
    Route("/views/{id}/edit", save, methods=["POST"]),
    Route("/views/{id}/query", save_query, methods=["POST"]),
    Route("/views/{id}/delete", delete, methods=["GET"]),
    Route("/views/{id}/delete", do_delete, methods=["POST"]),
]
