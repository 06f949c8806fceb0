"""Exporting the list of customers in the app: what of it, then a file at once or a job (APP-EXP-1 … 4)."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from pivotal_server.bulk.rows import Asked
from pivotal_server.bulk.running import job_url
from pivotal_server.errors_catalogue import TOO_BIG
from pivotal_server.kit.ids import cuid, is_cuid
from pivotal_server.rest.idempotency import once
from pivotal_server.search.grammar import MOST_LETTERS
from pivotal_server.transfer import listed
from pivotal_server.transfer.exporting import entry_of
from pivotal_server.transfer.listed import Listed
from pivotal_server.transfer.service import start_listed
from pivotal_server.transfer.views_export import ExportPage
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.fields import Fields
from pivotal_server.web.formats import count
from pivotal_server.web.htmx import go_to, saved
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

PATH = "/customers/export"
AT_ONCE = 5_000
"""So many rows are sent in the answer; more are written by a job."""
_KEPT = ("filter", "sort", "columns", "everything", "selected_at", "without", "customer")
_REFRESH = ("rows",)


def _listed(visit: Visit, fields: Fields) -> Listed:
    """What the form, or the address of the question, asks for. Raises ``too_big``."""
    asked = fields.text("filter").strip()
    if len(asked) > MOST_LETTERS:
        raise TOO_BIG(field="filter", message=f"A search has at most {MOST_LETTERS} letters")
    ids = [id for id in dict.fromkeys(fields.all("customer")) if is_cuid(id)]
    if fields.ticked("everything"):
        ids = []
    until = moment_in(fields.text("selected_at")) if fields.ticked("everything") else None
    chosen = Asked(
        act="export",
        values={},
        moment=visit.frame.now,
        until=until or visit.frame.now,
        filters={} if ids else {"q": asked, "me": visit.actor.id},
        ids=ids,
        without=[] if ids else [id for id in dict.fromkeys(fields.all("without")) if is_cuid(id)],
    )
    shown = [key for key in fields.text("columns").split(",") if key]
    return Listed(chosen=chosen, sort=fields.text("sort") or "name", columns=shown)


def _sight(visit: Visit) -> dict[str, str | None]:
    return {} if visit.allows("see_all_customers") else {"visible_to": visit.actor.id}


async def _ask(visit: Visit, fields: Fields) -> Response:
    """How many customers it is, and which columns."""
    found = _listed(visit, fields)
    total = await listed.count(visit.db, visit.org_id, found, _sight(visit))
    if not total:
        return saved(visit.request, "/customers", toast="There is nothing to export", refresh=_REFRESH)
    hidden = [(name, text) for name, text in fields.pairs() if name in _KEPT]
    form = Form(id="export", action=PATH, cancel="/customers", submission=cuid(), values={"which": "shown"})
    view = ExportPage(
        form,
        title=f"Export {count(total, 'customer')}",
        hidden=tuple(hidden),
        later=total > AT_ONCE,
    )
    return visit.render_form("transfer/export.html", view)


@page("customers", capability="export_data")
async def ask(visit: Visit) -> Response:
    """Ask which columns of the rows that the list holds are wanted."""
    return await _ask(visit, Fields(visit.request.query_params.multi_items()))


@page("customers", capability="export_data")
async def export(visit: Visit) -> Response:
    """Send the file, or let a job write a long one; what is selected in the list is asked about first."""
    fields = visit.fields
    if not fields.text("which"):
        return await _ask(visit, fields)
    found = _listed(visit, fields)
    if fields.text("which") == "all":
        found.columns.clear()
    total = await listed.count(visit.db, visit.org_id, found, _sight(visit))
    if total > AT_ONCE:

        async def work(uow: UnitOfWork) -> str:
            return await start_listed(uow, found, total)

        async with visit.work() as uow:
            id = await once(uow, PATH, fields.submission, work)
        return go_to(visit.request, job_url(id))
    async with visit.work() as uow:
        asked = found.chosen.filters.get("q", "")
        uow.record(
            "export.finished",
            target=("workspace", visit.org_id, None),
            diff=entry_of("customers", asked, total),
        )
    name = f"customers-{visit.frame.today}.csv"
    return StreamingResponse(
        _sent(listed.parts(visit.db, visit.org_id, found, _sight(visit))),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def _sent(parts: AsyncGenerator[tuple[bytes, int], None]) -> AsyncIterator[bytes]:
    async with aclosing(parts) as some:
        async for data, _ in some:
            yield data


routes = [
    Route(PATH, ask, methods=["GET"]),
    Route(PATH, export, methods=["POST"]),
]
