"""Admin > Deleted: the records that are gone, and bringing them back."""

from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.deleted import service
from pivotal_server.deleted.service import KINDS, DeletedRow
from pivotal_server.deleted.views import PATH, DeletedLine, DeletedPage
from pivotal_server.errors_catalogue import ROUTE_NOT_FOUND
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.errors import ApiError
from pivotal_server.web.htmx import saved
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit, page

NAV = "deleted"
ROWS = 50
_GONE = {"member": "Somebody", "contact": "A contact"}


def _line(row: DeletedRow) -> DeletedLine:
    return DeletedLine(
        kind=row.kind,
        id=row.id,
        number=row.display_id,
        name=row.name,
        home="" if row.kind == "customer" else row.home or "",
        at=row.at,
        actor=row.actor or _GONE.get(row.actor_type, "Pivotal"),
    )


async def _list(visit: Visit, *, fault: str | None = None, status: int = 200) -> Response:
    rows = await service.page(
        visit.db, visit.org_id, moment_in(visit.request.query_params.get("before")), ROWS + 1
    )
    shown = rows[:ROWS]
    older = None
    if len(rows) > ROWS:
        older = f"{PATH}?{urlencode({'before': wire_micros(shown[-1].at)})}"
    view = DeletedPage(tuple(map(_line, shown)), older, fault)
    return visit.render("deleted/list.html", view, status=status)


@page(NAV, capability="delete_customers")
async def list_page(visit: Visit) -> Response:
    """Deleted records, the last deletion first."""
    return await _list(visit)


@page(NAV, capability="delete_customers")
async def restore(visit: Visit) -> Response:
    """Bring one back; what stands in the way is said above the list."""
    kind = visit.request.path_params["kind"]
    if kind not in KINDS:
        raise ROUTE_NOT_FOUND()
    try:
        async with visit.work() as uow:
            name = await service.restore(uow, kind, visit.request.path_params["id"])
    except ApiError as fault:
        return await _list(visit, fault=f"It could not be restored. {fault.message}", status=422)
    return saved(visit.request, PATH, toast=f"{name} is back")


routes = [
    Route(PATH, list_page, methods=["GET"]),
    Route(f"{PATH}/{{kind}}/{{id}}/restore", restore, methods=["POST"]),
]
