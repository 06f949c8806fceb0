"""Choosing and ordering the columns of the list of customers, and how many rows a page has."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.customers.columns import FIXED, named
from pivotal_server.customers.filtering import PATH, SIZES, Asked, asked_of
from pivotal_server.customers.views_list import ColumnChoice, ColumnsForm
from pivotal_server.web.htmx import go_to
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

_KEPT = ("q", "columns", "sort", "size", "saved")
_LAST = 1_000


@page("customers")
async def choose(visit: Visit) -> Response:
    """The form: the columns that are shown in their order, then the others."""
    asked = await asked_of(visit, visit.request.query_params)
    shown = [column.key for column in asked.columns]
    others = [key for key in asked.known if key not in shown]
    form = Form(id="columns", action=f"{PATH}/columns", cancel=asked.url(), values={"size": str(asked.size)})
    view = ColumnsForm(
        form=form,
        columns=tuple(
            ColumnChoice(key, asked.known[key].title, key in shown, place)
            for place, key in enumerate([*shown, *others])
            if key != FIXED
        ),
        kept=tuple((name, value) for name, value in asked.values().items() if name != "size"),
        sizes=tuple((str(size), f"{size} rows") for size in SIZES),
        back_url=asked.url(),
    )
    return visit.render_form("customers/columns.html", view)


@page("customers")
async def chosen(visit: Visit) -> Response:
    """Lead to the list with these columns; the address holds them, and a saved view does."""
    fields = visit.fields
    # A form without the filter is that of a list with the usual one.
    kept: Mapping[str, str] = {name: fields.text(name) for name in _KEPT if fields.all(name)}
    asked = await asked_of(visit, kept)
    keys = [key for key in asked.known if key in fields.all("show") and key != FIXED]
    keys.sort(key=lambda key: _place(asked, key, fields.text(f"place.{key}")))
    columns = named([asked.known[key] for key in (FIXED, *keys)])
    return go_to(visit.request, asked.url(columns=columns, size=fields.text("size") or str(asked.size)))


def _place(asked: Asked, key: str, text: str) -> int:
    """Where a column is to stand; without a number behind those that have one."""
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) < 4
        else _LAST + [*asked.known].index(key)
    )


routes = [
    Route(f"{PATH}/columns", choose, methods=["GET"]),
    Route(f"{PATH}/columns", chosen, methods=["POST"]),
]
