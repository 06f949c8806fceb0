"""The page of one onboarding: its Tasks tab, and the stream that says that something changed."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.activity import service_audit as audit
from pivotal_server.bulk.views import selection
from pivotal_server.kit.clock import wire_micros
from pivotal_server.onboardings.frame import Read, read_record
from pivotal_server.onboardings.resolve import Opened, opened
from pivotal_server.onboardings.service_page import reached
from pivotal_server.onboardings.views_plan import FRAGMENTS as PLAN_FRAGMENTS
from pivotal_server.onboardings.views_plan import SHOWN, PlanPage, PlanPhase
from pivotal_server.onboardings.views_record import FRAGMENTS, Choice
from pivotal_server.phases.service import PhaseRow
from pivotal_server.tasks import service_page as tasks
from pivotal_server.tasks.date_words import note_words
from pivotal_server.tasks.service_page import TaskLine
from pivotal_server.tasks.views import Context, LineView, line_view
from pivotal_server.web.live import LiveHub, stream
from pivotal_server.web.session import Visit, page

FILTERS: tuple[tuple[str, str], ...] = (
    ("", "All"),
    ("mine", "Mine"),
    ("overdue", "Overdue"),
    ("facing", "Customer-facing"),
    ("unassigned", "Unassigned"),
)
NOTHING_OPEN = "none"


class _Asked(Struct, frozen=True):
    """What the address of the Tasks tab asks for: a filter, unfolded phases, how many tasks of each."""

    filter: str
    unfolded: tuple[str, ...]
    shown: int
    selecting: bool

    def url(self, base: str, **changes: object) -> str:
        """The address with some of it changed."""
        values = {
            "filter": self.filter,
            "unfolded": self.unfolded,
            "shown": self.shown,
            "selecting": self.selecting,
        }
        values.update(changes)
        query: list[tuple[str, str]] = []
        if values["filter"]:
            query.append(("filter", str(values["filter"])))
        unfolded = values["unfolded"]
        assert isinstance(unfolded, tuple)
        query += [("open", key) for key in unfolded]
        if values["shown"] != SHOWN:
            query.append(("shown", str(values["shown"])))
        if values["selecting"]:
            query.append(("select", "1"))
        return f"{base}?{urlencode(query)}" if query else base


def _asked(visit: Visit, present: str) -> _Asked:
    query = visit.request.query_params
    shown = query.get("shown", "")
    wanted = query.get("filter", "")
    return _Asked(
        filter=wanted if wanted in dict(FILTERS) else "",
        unfolded=tuple(dict.fromkeys(query.getlist("open"))) or (present,),
        shown=max(SHOWN, min(int(shown), tasks.MOST_LINES)) if shown.isascii() and shown.isdigit() else SHOWN,
        selecting=bool(query.get("select")),
    )


@page("onboardings")
async def plan(visit: Visit) -> Response:
    """The tasks of an onboarding by phase, or those that a filter finds."""
    found = await opened(visit)
    read = await read_record(visit, found, "tasks")
    asked = _asked(visit, found.row.phase)
    view = await (_filtered if asked.filter else _by_phase)(visit, found, read, asked)
    return visit.render("onboardings/plan.html", view, fragments=(*FRAGMENTS, *PLAN_FRAGMENTS))


async def lines_shown(
    visit: Visit, found: Opened, read: Read, lines: Sequence[TaskLine]
) -> dict[str, LineView]:
    """Tasks as lists show them, by id."""
    ids = [line.id for line in lines]
    blocked = await tasks.open_before(visit.db, visit.org_id, ids)
    below = await tasks.subtask_counts(visit.db, visit.org_id, ids)
    notes = await tasks.notes_since(visit.db, visit.org_id, ids, tasks.moved_since(visit.frame.now))
    people = read.people
    actors = {f"user:{id}": one.name for id, one in people.items()}
    phase_names = {phase.key: phase.name for phase in found.phases.all.values()}
    phase_of = {line.id: phase_names.get(line.phase, "") for line in lines}
    context = Context(
        base=found.url,
        frame=visit.frame,
        people=people,
        phase_names=phase_names,
        reached=frozenset(reached(found.phases, found.row.phase)),
        blocked=blocked,
        below=below,
        moved={id: note_words(note, actors, visit.frame, phase_of[id]) for id, note in notes.items()},
        may_work=found.may_work and found.row.state != "done",
    )
    return {line.id: line_view(line, context) for line in lines}


async def _by_phase(visit: Visit, found: Opened, read: Read, asked: _Asked) -> PlanPage:
    by_phase = {
        key: await tasks.of_phase(visit.db, visit.org_id, found.row.id, key, asked.shown + 1)
        for key in asked.unfolded
        if key in found.phases.all
    }
    views = await lines_shown(visit, found, read, [line for lines in by_phase.values() for line in lines])
    counts = {count.phase: count for count in read.counts}
    shown = [
        phase
        for phase in found.phases.all.values()
        if (phase.archived_at is None and phase.kind != "terminal")
        or phase.key in counts
        or phase.key == found.row.phase
    ]
    steps = {step.name: step.ring for step in read.record.steps}
    present = found.phases.all[found.row.phase].position

    def one(phase: PhaseRow) -> PlanPhase:
        lines = by_phase.get(phase.key)
        unfolded = lines is not None
        others = tuple(key for key in asked.unfolded if key != phase.key)
        folds = (others or (NOTHING_OPEN,)) if unfolded else (*asked.unfolded, phase.key)
        count = counts.get(phase.key)
        return PlanPhase(
            key=phase.key,
            name=phase.name,
            ring=steps.get(phase.name) or read.record.steps[0].ring,
            when="past" if phase.position < present else "later" if phase.position > present else "present",
            skipped=phase.key in read.history.skipped,
            count=count.all if count else 0,
            done=(count.all - count.open) if count else 0,
            unfolded=unfolded,
            fold_url=asked.url(found.url, unfolded=tuple(key for key in folds if key)),
            lines=tuple(views[line.id] for line in (lines or [])[: asked.shown]),
            more_url=asked.url(found.url, shown=asked.shown + SHOWN)
            if lines is not None and len(lines) > asked.shown
            else "",
        )

    view = _page(found, read, asked, phases=tuple(one(phase) for phase in shown))
    if asked.selecting:
        matching = sum(count.all for count in read.counts)
        view = replace(view, selection=selection(visit.frame.now, shown=len(views), matching=matching))
    return view


async def _filtered(visit: Visit, found: Opened, read: Read, asked: _Asked) -> PlanPage:
    today: date = visit.frame.today
    lines = await tasks.filtered(
        visit.db,
        visit.org_id,
        found.row.id,
        asked.filter,
        me=visit.actor.id or "",
        today=today,
        reached=reached(found.phases, found.row.phase),
        limit=asked.shown + 1,
    )
    views = await lines_shown(visit, found, read, lines)
    more = asked.url(found.url, shown=asked.shown + SHOWN) if len(lines) > asked.shown else ""
    shown = tuple(views[line.id] for line in lines[: asked.shown])
    view = _page(found, read, asked, lines=shown, more_url=more)
    if asked.selecting:
        wanted = tasks.asked_by(
            asked.filter, me=visit.actor.id, today=today, reached=reached(found.phases, found.row.phase)
        )
        matching = await tasks.count_filtered(visit.db, visit.org_id, found.row.id, wanted, visit.frame.now)
        view = replace(view, selection=selection(visit.frame.now, shown=len(shown), matching=matching))
    return view


def _page(
    found: Opened,
    read: Read,
    asked: _Asked,
    *,
    phases: tuple[PlanPhase, ...] = (),
    lines: tuple[LineView, ...] = (),
    more_url: str = "",
) -> PlanPage:
    staff = dict(read.staff)
    owner = found.customer.owner_id or ""
    return PlanPage(
        record=read.record,
        phases=phases,
        filters=tuple(
            Choice(label, asked.url(found.url, filter=name, shown=SHOWN), name) for name, label in FILTERS
        ),
        filter=asked.filter,
        found=lines,
        people=read.staff,
        assignee=owner if owner in staff else "",
        more_url=more_url,
        select_url=asked.url(found.url, selecting=not asked.selecting),
    )


@page("onboardings")
async def live(visit: Visit) -> Response:
    """The stream that tells an open page of this onboarding that something changed."""
    found = await opened(visit)
    hub: LiveHub = visit.request.app.state.live

    async def look() -> str:
        newest = await audit.newest(visit.db, visit.org_id, found.row.id)
        return "" if newest is None else wire_micros(newest)

    return stream(hub, visit.org_id, found.row.customer_id, look, visit.request.query_params.get("seen"))


routes = [
    Route("/onboardings/{number}", plan),
    Route("/onboardings/{number}/live", live),
]
