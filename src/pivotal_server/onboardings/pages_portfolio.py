"""The timeline of onboardings: a row each with the phases it went through and those to come (ONB-GANTT-3)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.members import service as members
from pivotal_server.onboardings import service_page
from pivotal_server.onboardings.filtering import (
    LIST_FIELDS,
    LISTING,
    asked_of,
    part_of,
    views_of,
    why_nothing,
)
from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.onboardings.resolve import onboarding_url
from pivotal_server.onboardings.service_board import CardRow
from pivotal_server.onboardings.service_page import TransitionRow
from pivotal_server.onboardings.states import RUNNING
from pivotal_server.onboardings.views_portfolio import Group, Kind, PortfolioPage, Row, Segment, chart
from pivotal_server.onboardings.views_record import Choice
from pivotal_server.onboardings.views_timeline import ZOOMS
from pivotal_server.phases import service as phases
from pivotal_server.views.menu import menu_of
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Frame, Person

PATH = "/onboardings/timeline"
ROWS = 100
GROUPINGS = {"": "No groups", "csm": "By CSM", "plan": "By plan"}
_DAY = timedelta(days=1)


def segments_of(
    row: CardRow, moves: Sequence[TransitionRow], known: PhaseList, frame: Frame
) -> tuple[Segment, ...]:
    """The stays of an onboarding in their order; while it runs, then the phases to come, as planned."""

    def day(moment: datetime) -> date:
        return moment.astimezone(frame.zone).date()

    def name(key: str | None) -> str:
        return known.all[key].name if key in known.all else str(key)

    found: list[Segment] = []
    entered, phase = row.created_at, row.phase
    for move in moves:
        found.append(Segment(name(move.from_phase), day(entered), day(move.at), "past"))
        entered, phase = move.at, move.to_phase
    start = day(entered)
    if row.state == "done":
        ended = max(start, day(row.completed_at)) if row.completed_at else start
        return (*found, Segment(name(phase), start, ended, "past"))
    target_days = known.all[row.phase].target_days
    usual = start + ((target_days or 1) - 1) * _DAY
    kind: Kind = "long" if target_days and usual < frame.today else "present"
    if row.state == "paused":
        kind = "still"
    found.append(Segment(name(phase), start, max(start, frame.today), kind))
    if row.state not in RUNNING:
        return tuple(found)
    free = max(usual, frame.today) + _DAY
    for later in known.open:
        if later.position > known.all[row.phase].position and later.kind != "terminal":
            end = free + ((later.target_days or 1) - 1) * _DAY
            found.append(Segment(later.name, free, end, "planned"))
            free = end + _DAY
    return tuple(found)


def _row(
    visit: Visit,
    row: CardRow,
    moves: Sequence[TransitionRow],
    known: PhaseList,
    people: Mapping[str, Person],
) -> Row:
    target, today = row.target_launch_date, visit.frame.today
    return Row(
        number=row.display_id,
        name=row.name,
        url=onboarding_url(row.display_id),
        customer_name=row.customer_name,
        state=row.state,
        csm=people.get(row.csm_id or ""),
        target=target,
        late=target is not None and row.launched_at is None and target < today,
        may=row.state != "done" and "work_on_onboardings" in visit.frame.can,
        segments=segments_of(row, moves, known, visit.frame),
    )


def _groups(rows: Sequence[tuple[CardRow, Row]], by: str) -> tuple[Group, ...]:
    """The rows under their headings, in the order of these; those without one come last."""
    if not by:
        return (Group("", tuple(row for _, row in rows)),) if rows else ()
    found: dict[str, list[Row]] = {}
    for card, row in rows:
        name = card.customer_plan if by == "plan" else row.csm and row.csm.name
        found.setdefault(name or "", []).append(row)
    none = "No plan" if by == "plan" else "No CSM"
    ordered = sorted(found, key=lambda name: (not name, name.casefold()))
    return tuple(Group(name or none, tuple(found[name])) for name in ordered)


@page("onboardings")
async def portfolio(visit: Visit) -> Response:
    """Onboardings over time, 100 a page, as a picture or the same as a table."""
    menu = await menu_of(visit, LISTING)
    if menu.opening:
        return RedirectResponse(menu.opening, 302)
    known = PhaseList(await phases.all_phases(visit.db, visit.org_id))
    asked = asked_of(visit, (*LIST_FIELDS, "zoom", "group", "view"), known)
    zoom = asked.values["zoom"] if asked.values["zoom"] in ZOOMS else "month"
    by = asked.values["group"] if asked.values["group"] in GROUPINGS else ""
    as_table = asked.values["view"] == "table"
    part = await part_of(visit, asked, PATH, ROWS)
    rows = [row for row in part.rows if row.phase in known.all]
    moves = await service_page.moves_of(visit.db, visit.org_id, [row.id for row in rows])
    team = await members.all_members(visit.db, visit.org_id)
    people = {member.id: Person(member.id, member.name) for member in team}
    drawn = [(row, _row(visit, row, moves[row.id], known, people)) for row in rows]
    groups = _groups(drawn, by)
    views = await views_of(visit, asked, menu, "timeline", known, team)
    view = PortfolioPage(
        views=views,
        groups=groups,
        chart=chart(groups, visit.frame.today, ZOOMS[zoom]),
        zooms=tuple(
            Choice(name.capitalize(), asked.url(PATH, zoom=name), "current" if name == zoom else "")
            for name in ZOOMS
        ),
        groupings=tuple(
            Choice(label, asked.url(PATH, group=key), "current" if key == by else "")
            for key, label in GROUPINGS.items()
        ),
        as_table=as_table,
        table_url=asked.url(PATH, view="" if as_table else "table"),
        total_url=asked.url("/onboardings/total"),
        nothing="" if rows else await why_nothing(visit, views),
        newer=part.newer,
        older=part.older,
    )
    return visit.render("onboardings/portfolio.html", view, fragments=("rows", "views", "side_views"))


routes = [Route(PATH, portfolio)]
