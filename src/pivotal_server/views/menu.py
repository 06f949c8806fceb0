"""What the page of a list does for saved views: the menu above it, and with which view it opens."""

from collections.abc import Callable
from urllib.parse import urlencode

from pivotal_server.kit.clock import wire_micros
from pivotal_server.views import service
from pivotal_server.views.listings import PARAMETER, Listing
from pivotal_server.views.service import ViewRow
from pivotal_server.views.views import Item, Menu
from pivotal_server.web.htmx import is_htmx
from pivotal_server.web.session import Visit

__all__ = ["Menu", "menu_of"]


async def menu_of(visit: Visit, listing: Listing) -> Menu:
    """The menu of the views of a list, for the page that is asked for: two statements.

    A page asks for it first, and sends the visitor to ``opening`` where there is one.
    """
    asked = visit.request.query_params
    path, query = listing.path(visit.request.url.path), listing.query_of(asked)
    member = visit.actor.id or ""
    rows = await service.views_of(visit.db, visit.org_id, member, listing)
    default = await service.default_of(visit.db, visit.org_id, member, listing)
    stored = next((row for row in rows if row.id == asked.get(PARAMETER)), None)
    built_in = next((one for one in listing.built_in if one.key == asked.get(PARAMETER)), None)
    if stored is None and (built_in is None or built_in.query != query):
        built_in = next((one for one in listing.built_in if one.query == query), None)
    current = stored.id if stored else built_in.key if built_in else ""

    def item(id: str, name: str, held: str, at: str = "") -> Item:
        return Item(name, listing.url(at or path, id, held), id == current, id == default)

    edited = stored is not None and stored.query != query
    may = stored is not None and service.may_change(stored, visit.actor.id, visit.actor.role)
    here = urlencode({"path": path})
    own = f"/views/{stored.id}" if stored else ""
    return Menu(
        list=listing.key,
        path=path,
        query=query,
        built_in=tuple(item(one.key, one.name, one.query, one.path) for one in listing.built_in),
        own=_items(rows, item, shared=False),
        shared=_items(rows, item, shared=True),
        name=stored.name if stored else built_in.name if built_in else "",
        current=current,
        edited=edited,
        save_as_url=f"/views/new?{urlencode({'list': listing.key, 'path': path, 'query': query})}",
        save_url=f"{own}/query" if may and edited else "",
        seen=wire_micros(stored.updated_at) if stored else "",
        reset_url=listing.url(path, stored.id, stored.query) if stored and edited else "",
        edit_url=f"{own}/edit?{here}" if may else "",
        delete_url=f"{own}/delete?{here}" if may else "",
        is_default=bool(current) and current == default,
        stamp=service.stamp(rows),
        opening=_opening(visit, listing, rows, default),
    )


def _opening(visit: Visit, listing: Listing, rows: list[ViewRow], chosen: str | None) -> str:
    """Where to go when the list is asked for without a filter, and a view is chosen to open it with."""
    if chosen is None or visit.request.url.query or is_htmx(visit.request):
        return ""
    path = listing.path(visit.request.url.path)
    for one in listing.built_in:
        if one.key == chosen:
            return listing.url(one.path or path, chosen, one.query)
    return next((listing.url(path, row.id, row.query) for row in rows if row.id == chosen), "")


def _items(rows: list[ViewRow], item: Callable[..., Item], *, shared: bool) -> tuple[Item, ...]:
    return tuple(item(row.id, row.name, row.query) for row in rows if row.shared is shared)
