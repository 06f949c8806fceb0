"""The question before an act on all rows of a filter, with their exact number (APP-BULK-2)."""

from starlette.responses import Response

from pivotal_server.bulk.rows import Asked, Rows, Sight
from pivotal_server.onboardings.views_ask import Ask
from pivotal_server.web.fields import CSRF_FIELD
from pivotal_server.web.formats import count
from pivotal_server.web.places import here
from pivotal_server.web.session import Visit
from pivotal_server.web.view import Form

_SURE = "sure"


async def confirmed_first(
    visit: Visit, rows: Rows, asked: Asked, sight: Sight, *, verb: str, back: str
) -> Response | None:
    """The question; ``None`` when it is answered, when rows are named one by one, or when there are none.

    It sends along everything that the form held. ``verb`` is what will have been done, such as "moved".
    """
    if asked.ids or visit.fields.ticked(_SURE):
        return None
    total = await rows.count(visit.db, visit.org_id, asked, sight)
    if total <= 0:
        return None
    kept = [pair for pair in visit.fields.pairs() if pair[0] not in (CSRF_FIELD, "submission", rows.noun)]
    left_out = f", but for the {count(len(asked.without), rows.noun)} left out" if asked.without else ""
    view = Ask(
        title=f"Act on {count(total, rows.noun)}?",
        name=count(total, rows.noun),
        url=back,
        submit="Go on",
        lead=f"All that match the filter will be {verb}{left_out}.",
        danger=verb == "deleted",
        form=Form(
            id="sure", action=here(visit.request), cancel=back, submission=visit.fields.text("submission")
        ),
        hidden=(*kept, (_SURE, "yes")),
    )
    return visit.render_form("onboardings/ask.html", view)
