"""The timeline of one onboarding: phases as they were and as they are planned, tasks, today, the target."""

from collections.abc import Sequence
from datetime import date, timedelta

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.onboardings.frame import Read, read_record
from pivotal_server.onboardings.resolve import Opened, opened
from pivotal_server.onboardings.service_page import reached
from pivotal_server.onboardings.views_record import FRAGMENTS, Choice
from pivotal_server.onboardings.views_timeline import ZOOMS, Stretch, TimelinePage, picture
from pivotal_server.tasks import service_page as tasks
from pivotal_server.tasks.service_page import TaskLine
from pivotal_server.tasks.views import is_overdue
from pivotal_server.web.session import Visit, page

SHOWN = 300


def _phases(visit: Visit, found: Opened, read: Read) -> list[Stretch]:
    """A stretch for each phase: as it was, as it is, or, after that, as long as it should take."""
    zone, today = visit.frame.zone, visit.frame.today
    present = found.phases.all[found.row.phase].position
    stretches = []
    free = today
    for phase in found.phases.open:
        stay = read.history.stays.get(phase.key)
        if phase.key == found.row.phase:
            start = found.row.phase_entered_at.astimezone(zone).date()
            usual = start + timedelta(days=max((phase.target_days or 1) - 1, 0))
            stretches.append(Stretch(phase.key, phase.name, start, today, phase=True))
            free = max(today, usual) + timedelta(days=1)
        elif phase.position < present and stay is not None:
            start, end = (moment.astimezone(zone).date() for moment in stay)
            stretches.append(Stretch(phase.key, phase.name, start, end, phase=True, tone="done"))
        elif phase.position > present and phase.kind != "terminal":
            end = free + timedelta(days=max((phase.target_days or 1) - 1, 0))
            stretches.append(Stretch(phase.key, phase.name, free, end, planned=True, phase=True))
            free = end + timedelta(days=1)
    return stretches


def _task(
    visit: Visit, found: Opened, line: TaskLine, start: date, after: Sequence[str], known: Sequence[str]
) -> Stretch | None:
    may_work = found.may_work and found.row.state != "done"
    zone = visit.frame.zone
    ended = None if line.completed_at is None else line.completed_at.astimezone(zone).date()
    end = ended or line.due_date
    if end is None:
        return None
    late = is_overdue(line, visit.frame.today, known)
    tone = "done" if line.done else "late" if late else ""
    return Stretch(
        line.id,
        line.title,
        min(start, end),
        end,
        tone=tone,
        url=f"{found.url}/tasks/{line.display_id}",
        after=tuple(after),
        number=line.display_id,
        due=line.due_date if may_work and not line.done else None,
    )


@page("onboardings")
async def timeline(visit: Visit) -> Response:
    """The timeline as a picture, or the same as a table (ONB-GANTT-4)."""
    found = await opened(visit)
    read = await read_record(visit, found, "timeline")
    query = visit.request.query_params
    zoom = query.get("zoom", "")
    zoom = zoom if zoom in ZOOMS else "month"
    lines = await tasks.dated_first(visit.db, visit.org_id, found.row.id, SHOWN)
    edges = await tasks.predecessors(visit.db, visit.org_id, [line.id for line in lines])
    known = reached(found.phases, found.row.phase)
    stretches: list[Stretch] = []
    undated = []
    by_phase = {stretch.key: stretch for stretch in _phases(visit, found, read)}
    for key in [*by_phase, *(key for key in found.phases.all if key not in by_phase)]:
        phase = by_phase.get(key)
        if phase is not None:
            stretches.append(phase)
        for line in lines:
            if line.phase != key:
                continue
            start = phase.start if phase is not None else visit.frame.today
            one = _task(visit, found, line, start, edges.get(line.id, []), known)
            if one is None:
                undated.append((line.title, f"{found.url}/tasks/{line.display_id}"))
            else:
                stretches.append(one)
    as_table = query.get("view") == "table"
    base = f"{found.url}/timeline"
    view = TimelinePage(
        record=read.record,
        stretches=tuple(stretches),
        picture=picture(stretches, visit.frame.today, found.row.target_launch_date, ZOOMS[zoom]),
        zooms=tuple(
            Choice(name.capitalize(), f"{base}?zoom={name}", "current" if name == zoom else "")
            for name in ZOOMS
        ),
        as_table=as_table,
        table_url=base if as_table else f"{base}?view=table",
        undated=tuple(undated),
        unit=ZOOMS[zoom],
    )
    return visit.render("onboardings/timeline.html", view, fragments=(*FRAGMENTS, "timeline"))


routes = [Route("/onboardings/{number}/timeline", timeline)]
