"""Acting on many onboardings of the list at once: on those ticked, or on all that the filter holds."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import TOO_BIG
from pivotal_server.kit.ids import is_cuid
from pivotal_server.onboardings import bulk
from pivotal_server.onboardings import service_board as boards
from pivotal_server.onboardings.filtering import LIST_FIELDS, LISTING, asked_of, list_filters
from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.phases import service as phases
from pivotal_server.web.formats import STATE_NAMES, count
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page

_WORDS = {"move": "moved", "state": "changed", "csm": "assigned"}


@page("onboardings", capability="work_on_onboardings")
async def act(visit: Visit) -> Response:
    """Move, set the state of, or assign the onboardings; what cannot be done is named with its reason."""
    known = PhaseList(await phases.all_phases(visit.db, visit.org_id))
    asked = asked_of(visit, (*LIST_FIELDS, "lanes"), known)
    filters = list_filters(asked)
    if not visit.fields.ticked("everything"):
        # What is ticked may have left the filter since; who sees it stays the question.
        seen = {name: value for name, value in filters.items() if name == "visible_to"}
        filters = {**seen, "ids": [id for id in visit.fields.all("onboarding") if is_cuid(id)]}
    elif asked.ignored:
        # Somebody took away what it filtered by: it would hold more than the page showed.
        return saved(
            visit.request,
            asked.url(LISTING.path(visit.fields.text("path")), select="1"),
            toast="The filter means something else now, so nothing was done",
            refresh=("rows", "board", "views"),
        )
    name, state = visit.fields.text("act"), visit.fields.text("state")
    back = asked.url(LISTING.path(visit.fields.text("path")), select="1")
    if not name:
        return saved(visit.request, back, toast="Choose what to do with the selected ones")
    chosen = bulk.act_of(
        name,
        phase=visit.fields.text("phase"),
        state=state if state in STATE_NAMES else "active",
        csm_id=visit.fields.text("csm_id") or None,
        reason=visit.fields.text("reason").strip() or None,
    )
    rows = await boards.listed(visit.db, visit.org_id, filters, bulk.MOST + 1)
    if len(rows) > bulk.MOST:
        raise TOO_BIG(field="onboarding", message=f"Choose a narrower filter: {bulk.MOST} at most at once")
    async with visit.work() as uow:
        outcome = await bulk.for_each(uow, [row.id for row in rows], chosen)
    detail = ""
    if outcome.skipped:
        reasons = "; ".join(f"{one.title}: {one.reason}" for one in outcome.skipped[:3])
        detail = f"{count(len(outcome.skipped), 'onboarding')} skipped. {reasons}"
    toast = f"{count(outcome.changed, 'onboarding')} {_WORDS[name]}" if rows else "Nothing is selected"
    return saved(visit.request, back, toast=toast, detail=detail, refresh=("rows", "board"))


routes = [Route("/onboardings/bulk", act, methods=["POST"])]
