"""The list of onboardings and the board (ONB-BOARD-1 … 5)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.bulk.views import Selection, selection
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings import service_board as boards
from pivotal_server.onboardings.filtering import (
    LIST_FIELDS,
    LISTING,
    Asked,
    asked_of,
    list_filters,
    part_of,
    state_of,
    views_of,
    why_nothing,
)
from pivotal_server.onboardings.lanes import LANES, lanes_of
from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.onboardings.resolve import onboarding_url, opened
from pivotal_server.onboardings.rights import Rights, rights_of
from pivotal_server.onboardings.service_board import CardRow
from pivotal_server.onboardings.service_page import Progress, progress_of
from pivotal_server.onboardings.states import RUNNING
from pivotal_server.onboardings.views import phase_chip
from pivotal_server.onboardings.views_board import BoardPage, Card, Column, ListPage, MovesPage
from pivotal_server.onboardings.views_record import Choice
from pivotal_server.phases import service as phases
from pivotal_server.tasks import service_page as tasks
from pivotal_server.views import service as views
from pivotal_server.views.menu import menu_of
from pivotal_server.web.live import LiveHub, stream
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Person

BOARD = "/onboardings/board"
CARDS = 50
MOST_CARDS = 500
ROWS = 50
DONE_LASTS = timedelta(days=30)


async def _cards(
    visit: Visit, rows: Sequence[CardRow], known: PhaseList, team: Sequence[MemberRow]
) -> dict[str, Card]:
    """Rows as they are drawn, by id."""
    ids = [row.id for row in rows]
    counts = await tasks.counts(visit.db, visit.org_id, ids)
    progress = progress_of(counts, known, {row.id: row.phase for row in rows})
    owned: set[str] = set()
    if visit.actor.role == "member":
        owned = await tasks.where_open_task_of(visit.db, visit.org_id, visit.actor.id or "", ids)
    people = {member.id: Person(member.id, member.name) for member in team}
    return {row.id: _card(visit, row, known, progress[row.id], people, owned=row.id in owned) for row in rows}


def _card(
    visit: Visit,
    row: CardRow,
    known: PhaseList,
    progress: Progress,
    people: Mapping[str, Person],
    *,
    owned: bool,
) -> Card:
    today, zone = visit.frame.today, visit.frame.zone
    days = (today - row.phase_entered_at.astimezone(zone).date()).days + 1
    limit = known.all[row.phase].target_days
    rights = rights_of(visit.actor, csm_id=row.csm_id, owns_open_task=owned, at_the_end=False)
    return Card(
        id=row.id,
        number=row.display_id,
        name=row.name,
        url=onboarding_url(row.display_id),
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        plan=row.customer_plan,
        phase=row.phase,
        chip=phase_chip(known.open, row.phase),
        state=row.state,
        target=row.target_launch_date,
        late=row.target_launch_date is not None
        and row.launched_at is None
        and row.target_launch_date < today,
        done=progress.done,
        total=progress.total,
        csm=people.get(row.csm_id or ""),
        days=days,
        long=limit is not None and days > limit and row.state != "done",
        livemode=row.livemode,
        may=_may(rights, row.state),
    )


def _may(rights: Rights, state: str) -> Any:
    if state not in RUNNING or not rights.move:
        return ""
    return "skip" if rights.skip else "move"


# ── The board ────────────────────────────────────────────────────────────────────────────────────
@page("onboardings")
async def board(visit: Visit) -> Response:
    """Open onboardings by phase; the terminal column shows what was done in the last 30 days."""
    menu = await menu_of(visit, LISTING)
    if menu.opening:
        return RedirectResponse(menu.opening, 302)
    known = PhaseList(await phases.all_phases(visit.db, visit.org_id))
    asked = asked_of(visit, (*LIST_FIELDS, "lanes", "select", "done"), known)
    if asked.values["state"] in ("done", "all"):
        # Left in the address it would reach, by the form over selected cards, what the board does not show.
        asked = Asked(
            {**asked.values, "state": ""},
            {name: value for name, value in asked.filters.items() if name != "state"},
            (*asked.ignored, "The board shows open ones"),
        )
    by = asked.values["lanes"] if asked.values["lanes"] in LANES else ""
    selecting = bool(asked.values["select"]) and "work_on_onboardings" in visit.frame.can
    shown = _number(visit.request.query_params.get("shown"), CARDS, MOST_CARDS)
    has_end = known.open[-1].kind == "terminal"
    with_done = has_end or bool(asked.values["done"])
    since = visit.frame.now - DONE_LASTS if with_done and "state" not in asked.filters else None
    keys = [phase.key for phase in known.open]
    found = await boards.board(visit.db, visit.org_id, keys, asked.filters, limit=shown, done_since=since)
    counts = {
        one.phase: one
        for one in await boards.column_counts(visit.db, visit.org_id, asked.filters, visit.frame.today)
    }
    team = await members.all_members(visit.db, visit.org_id)
    rows = [card for cards in found.values() for card in cards if card.phase in known.all]
    cards = await _cards(visit, rows, known, team)
    columns = []
    for place, phase in enumerate(known.open):
        own = found[phase.key]
        ended = found[""] if place == len(known.open) - 1 else []
        count = counts.get(phase.key)
        columns.append(
            Column(
                key=phase.key,
                name=phase.name,
                ring=phase_chip(known.open, phase.key).ring,
                count=(count.count if count else 0) + len(ended[:shown]),
                late=count.late if count else 0,
                cards=tuple(cards[row.id] for row in [*own[:shown], *ended[:shown]]),
                terminal=phase.kind == "terminal",
                more_url=asked.url(BOARD, shown=str(shown + CARDS))
                if max(len(own), len(ended)) > shown
                else "",
            )
        )
    drawn = sum(card.state != "done" for column in columns for card in column.cards)
    view = BoardPage(
        views=await views_of(visit, asked, menu, "board", known, team),
        columns=tuple(columns),
        total=sum(one.count for one in counts.values()),
        lane_choices=tuple(
            Choice(label, asked.url(BOARD, lanes=key), "current" if key == by else "")
            for key, label in LANES.items()
        ),
        done_url="" if has_end else asked.url(BOARD, done="" if with_done else "1"),
        with_done=with_done,
        lanes=lanes_of(columns, by),
        selection=await _selection(visit, asked, drawn) if selecting else None,
        select_url=asked.url(BOARD, select="" if selecting else "1"),
        bulk_url=asked.url("/onboardings/bulk", select=""),
    )
    return visit.render("onboardings/board.html", view, fragments=("board", "views", "side_views"))


def _number(text: str | None, least: int, most: int) -> int:
    return max(least, min(int(text), most)) if text and text.isascii() and text.isdigit() else least


@page("onboardings")
async def moves(visit: Visit) -> Response:
    """The phases that one onboarding can be moved to, as links to the dialogs of moves (ONB-BOARD-3)."""
    found = await opened(visit)
    row = found.row
    choices = []
    words = {"advance": "Advance to", "send_back": "Send back to", "skip": "Jump to"}
    if row.state in RUNNING:
        for phase in found.phases.open:
            if phase.key == row.phase:
                continue
            direction = found.phases.direction(row.phase, phase.key)
            if found.rights.allows(direction):
                label = f"{words[direction]} {phase.name}"
                query = urlencode({"to": phase.key, "from": row.phase})
                choices.append(Choice(label, f"{found.url}/move?{query}", direction))
    view = MovesPage("Move to…", row.name, found.url, tuple(choices))
    return visit.render_form("onboardings/moves.html", view)


# ── The list ─────────────────────────────────────────────────────────────────────────────────────
@page("onboardings")
async def list_page(visit: Visit) -> Response:
    """Onboardings, newest first, 50 a page; done ones when they are asked for."""
    menu = await menu_of(visit, LISTING)
    if menu.opening:
        return RedirectResponse(menu.opening, 302)
    known = PhaseList(await phases.all_phases(visit.db, visit.org_id))
    asked = asked_of(visit, (*LIST_FIELDS, "select"), known)
    selecting = bool(asked.values["select"]) and "work_on_onboardings" in visit.frame.can
    part = await part_of(visit, asked, "/onboardings", ROWS)
    team = await members.all_members(visit.db, visit.org_id)
    cards = await _cards(visit, part.rows, known, team)
    above = await views_of(visit, asked, menu, "list", known, team)
    view = ListPage(
        views=above,
        rows=tuple(cards[row.id] for row in part.rows),
        nothing="" if part.rows else await why_nothing(visit, above),
        total_url=asked.url("/onboardings/total"),
        older=part.older,
        newer=part.newer,
        selection=await _selection(visit, asked, len(part.rows)) if selecting else None,
        select_url=asked.url("/onboardings", select="" if selecting else "1"),
        bulk_url=asked.url("/onboardings/bulk", select=""),
    )
    return visit.render("onboardings/list.html", view, fragments=("rows", "views", "side_views"))


async def _selection(visit: Visit, asked: Asked, shown: int) -> Selection:
    matching = await boards.total(visit.db, visit.org_id, list_filters(asked))
    return selection(visit.frame.now, shown=shown, matching=matching)


@page("onboardings")
async def total(visit: Visit) -> Response:
    """How many onboardings the list holds; asked for after the rows."""
    known = PhaseList(await phases.all_phases(visit.db, visit.org_id))
    found = await boards.total(visit.db, visit.org_id, list_filters(asked_of(visit, LIST_FIELDS, known)))
    return visit.render_with("onboardings/total.html", {"total": found})


@page("onboardings")
async def live(visit: Visit) -> Response:
    """The stream that tells list and board that some onboarding changed."""
    hub: LiveHub = visit.request.app.state.live

    async def look() -> str:
        newest = await boards.newest_change(visit.db, visit.org_id)
        rows = await views.views_of(visit.db, visit.org_id, visit.actor.id or "", LISTING)
        return state_of(newest, views.stamp(rows))

    return stream(hub, visit.org_id, "", look, visit.request.query_params.get("seen"))


routes = [
    Route("/onboardings", list_page),
    Route("/onboardings/board", board),
    Route("/onboardings/total", total),
    Route("/onboardings/live", live),
    Route("/onboardings/{number}/moves", moves),
]
