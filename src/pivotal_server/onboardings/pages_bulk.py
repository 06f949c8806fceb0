"""Acting on many onboardings of the list at once: on those ticked, or on all that the filter holds."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.bulk.answering import answered
from pivotal_server.bulk.rows import Asked
from pivotal_server.kit.ids import is_cuid
from pivotal_server.onboardings import bulk
from pivotal_server.onboardings.confirming import confirmed_first
from pivotal_server.onboardings.filtering import LIST_FIELDS, LISTING, asked_of, list_filters
from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.phases import service as phases
from pivotal_server.web.formats import STATE_NAMES
from pivotal_server.web.htmx import saved
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit, page

_WORDS = {"move": "moved", "state": "changed", "csm": "assigned"}
_REFRESH = ("rows", "board", "views")


@page("onboardings", capability="work_on_onboardings")
async def act(visit: Visit) -> Response:
    """Move, set the state of, or assign the onboardings; what cannot be done is named with its reason."""
    known = PhaseList(await phases.all_phases(visit.db, visit.org_id))
    asked = asked_of(visit, (*LIST_FIELDS, "lanes"), known)
    fields = visit.fields
    back = asked.url(LISTING.path(fields.text("path")), select="1")
    name, state, everything = fields.text("act"), fields.text("state"), fields.ticked("everything")
    if everything and asked.ignored:
        # Somebody took away what it filtered by: it would hold more than the page showed.
        toast = "The filter means something else now, so nothing was done"
        return saved(visit.request, back, toast=toast, refresh=_REFRESH)
    if not name:
        return saved(visit.request, back, toast="Choose what to do with the selected ones")
    ids = [] if everything else [id for id in dict.fromkeys(fields.all("onboarding")) if is_cuid(id)]
    if not (ids or everything):
        return saved(visit.request, back, toast="Nothing is selected")
    values = {
        "phase": fields.text("phase"),
        "state": state if state in STATE_NAMES else "active",
        "csm_id": fields.text("csm_id") or None,
        "reason": fields.text("reason").strip() or None,
    }
    bulk.act_of(name, values)
    filters = list_filters(asked)
    # What is ticked may have left the filter since; who sees it stays the question.
    sight = {key: filters.pop(key) for key in ("visible_to",) if key in filters}
    wanted = Asked(
        act=name,
        values=values,
        moment=visit.frame.now,
        until=moment_in(fields.text("selected_at")) or visit.frame.now,
        filters=filters,
        ids=ids,
        without=[id for id in dict.fromkeys(fields.all("without")) if is_cuid(id)] if everything else [],
    )
    verb = _WORDS[name]
    return await confirmed_first(visit, bulk.ROWS, wanted, sight, verb=verb, back=back) or await answered(
        visit, bulk.ROWS, wanted, sight, verb=verb, back=back, refresh=("rows", "board")
    )


routes = [Route("/onboardings/bulk", act, methods=["POST"])]
