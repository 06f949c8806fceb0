"""Admin > API keys > Clear test data."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.test_data import service
from pivotal_server.test_data.service import KINDS
from pivotal_server.test_data.views import clear_form
from pivotal_server.web.formats import count
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

_BACK = "/admin/api-keys"
PATH = f"{_BACK}/test-data"
_NAMES = 3
_AT_ONCE = 5
"""So many stretches are cleared while the browser waits; a job does what is left."""


@page("api-keys", capability="administer")
async def ask(visit: Visit) -> Response:
    """What there is to clear, before it is cleared."""
    counts = await service.count(visit.db, visit.org_id)
    names = {
        kind: await service.first_rows(visit.db, visit.org_id, kind, _NAMES)
        for kind in KINDS
        if getattr(counts, kind)
    }
    form = Form("clear", PATH, _BACK)
    return visit.render_form("test_data/clear.html", clear_form(form, counts, names))


@page("api-keys", capability="administer")
async def clear(visit: Visit) -> Response:
    """Delete all test rows softly: at once when they are few, else in the background (APP-KEY-4)."""
    before = await service.count(visit.db, visit.org_id)
    place: service.Place | None = service.start()
    for _ in range(_AT_ONCE + len(KINDS)):
        if place is None:
            break
        async with visit.work() as uow:
            place = await service.clear_some(uow, place)
    if place is not None:
        async with visit.work() as uow:
            await service.enqueue_rest(uow, place)
        toast = "Clearing test data"
        detail = f"{count(before.total, 'row')}, which goes on in the background"
    else:
        # Rows that refused are passed over, and a test key may have written others meanwhile.
        left = (await service.count(visit.db, visit.org_id)).total if before.total else 0
        cleared = max(0, before.total - left)
        nothing = "Nothing was cleared" if before.total else "There was no test data"
        toast = "Test data cleared" if cleared else nothing
        told = [count(cleared, "row")] if cleared else []
        detail = ", ".join([*told, f"{count(left, 'row')} left"] if left else told)
    return saved(visit.request, _BACK, toast=toast, detail=detail)


routes = [
    Route(PATH, ask, methods=["GET"]),
    Route(PATH, clear, methods=["POST"]),
]
