"""Setting a due date from the timeline: by dragging the end of a bar, or in its table (ONB-GANTT-2, -4)."""

from datetime import date

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.kit.codes import INVALID_STRING
from pivotal_server.onboardings.resolve import opened_to_work
from pivotal_server.tasks import changes, service
from pivotal_server.tasks.offers import Unasked
from pivotal_server.tasks.pages import REFRESH, ask_follow, check_followers, checked, offers_of
from pivotal_server.tasks.pages_panel import FIXED, opened_task, stored_texts
from pivotal_server.web.formats import short_day
from pivotal_server.web.forms import Overtaken, refuse_overtaken
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page


@page("onboardings", capability="work_on_onboardings")
async def set_due(visit: Visit) -> Response:
    """Give a task the day ``due_date``, after a question where other dates would follow.

    ``was``: the day that the timeline showed. Where somebody has set another one since, nothing is moved.
    """
    await opened_to_work(visit)
    task = await opened_task(visit)
    back = f"{task.found.url}/timeline"
    was = visit.fields.text("was")
    new = visit.fields.text("due_date").strip()
    data, errors = checked({"due_date": new or None})
    if errors:
        # The timeline has no field that it could stand beside.
        raise INVALID_STRING(field="due_date", message=errors["due_date"])
    try:
        refuse_overtaken(["due_date"], {"due_date": new}, {"due_date": was}, stored_texts(task.row))
        if data.due_date == task.row.due_date:
            return saved(visit.request, back, toast="")
        async with visit.work() as uow:
            home, row = await service.get_task_for_change(uow, task.row.id)
            refuse_overtaken(["due_date"], {"due_date": new}, {"due_date": was}, stored_texts(row))
            await check_followers(uow, home, row, data.due_date, None)
            after = await changes.update_task(uow, home, row, data)
    except Unasked:
        task = await opened_task(visit)
        stored = stored_texts(task.row)
        typed = {**stored, "due_mode": FIXED, "due_date": new, "due_offset": ""}
        return ask_follow(visit, task, typed, stored, await offers_of(visit, task, data.due_date))
    except Overtaken:
        now = (await opened_task(visit)).row.due_date
        detail = f"Somebody has set {_shown(now, visit)} meanwhile."
        return saved(visit.request, back, toast="Nothing was moved", detail=detail, refresh=("timeline",))
    return saved(
        visit.request, back, toast=f"{after.title}: {_shown(after.due_date, visit)}", refresh=REFRESH
    )


def _shown(day: date | None, visit: Visit) -> str:
    return "no date" if day is None else short_day(day, visit.frame)


routes = [Route("/onboardings/{number}/tasks/{task}/due", set_due, methods=["POST"])]
