"""The list of onboardings and the board (ONB-BOARD-1 … 5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.text import parse_moment
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings import service_board as boards
from pivotal_server.onboardings.frame import staff_of
from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.onboardings.resolve import onboarding_url, opened
from pivotal_server.onboardings.rights import Rights, rights_of
from pivotal_server.onboardings.service_board import CardRow
from pivotal_server.onboardings.service_page import Progress, progress_of
from pivotal_server.onboardings.states import RUNNING
from pivotal_server.onboardings.views import phase_chip
from pivotal_server.onboardings.views_board import BoardPage, Card, Column, ListPage, MovesPage, Views
from pivotal_server.onboardings.views_record import Choice
from pivotal_server.phases import service as phases
from pivotal_server.tasks import service_page as tasks
from pivotal_server.web.formats import STATE_NAMES
from pivotal_server.web.live import LiveHub, stream
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form, Person

CARDS = 50
MOST_CARDS = 500
ROWS = 50
DONE_LASTS = timedelta(days=30)
STATES = (("", "Open"), *((state, name) for state, name in STATE_NAMES.items() if state != "done"))
LIST_STATES = (*STATES, ("done", "Done"), ("all", "All"))


class _Asked(Struct, frozen=True):
    """The filters of an address: the CSM, the state, the phase; as they are and as SQL takes them."""

    values: Mapping[str, str]
    filters: Mapping[str, Any]

    def url(self, path: str, **more: str) -> str:
        """An address with these filters."""
        query = {name: value for name, value in {**self.values, **more}.items() if value}
        return f"{path}?{urlencode(query)}" if query else path


def _asked(visit: Visit, names: Sequence[str], known: PhaseList) -> _Asked:
    query = visit.request.query_params
    values = {name: query.get(name, "") for name in names}
    filters: dict[str, Any] = {}
    if not visit.allows("see_all_customers"):
        filters["visible_to"] = visit.actor.id
    if values["csm"]:
        filters["csm_id"] = visit.actor.id if values["csm"] == "me" else values["csm"]
    state = values["state"]
    if state in STATE_NAMES:
        filters["state"] = state
    elif state != "all":
        values["state"] = ""
    if values.get("phase"):
        if values["phase"] in known.all:
            filters["phase"] = values["phase"]
        else:
            values["phase"] = ""
    return _Asked(values, filters)


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


async def _views(
    visit: Visit, asked: _Asked, current: str, known: PhaseList, team: Sequence[MemberRow]
) -> Views:
    newest = await boards.newest_change(visit.db, visit.org_id)
    shared = _Asked({**asked.values, "phase": "", "done": ""}, {})
    paths = (("List", "/onboardings", "list"), ("Board", "/onboardings/board", "board"))
    is_board = current == "board"
    return Views(
        layouts=tuple(
            Choice(label, shared.url(path), "current" if key == current else key)
            for label, path, key in paths
        ),
        form=Form(
            id="filter",
            action="/onboardings/board" if is_board else "/onboardings",
            cancel="/onboardings",
            values=asked.values,
        ),
        people=(("", "Everybody’s"), ("me", "Mine"), *staff_of(team)),
        states=STATES if is_board else LIST_STATES,
        phases=(("", "All phases"), *((phase.key, phase.name) for phase in known.open)),
        filtered=any(asked.values.get(name) for name in ("csm", "state", "phase")),
        clear_url="/onboardings/board" if is_board else "/onboardings",
        live_url=f"/onboardings/live?{urlencode({'seen': '' if newest is None else wire_micros(newest)})}",
    )


# ── The board ────────────────────────────────────────────────────────────────────────────────────
@page("onboardings")
async def board(visit: Visit) -> Response:
    """Open onboardings by phase; the terminal column shows what was done in the last 30 days."""
    known = PhaseList(await phases.all_phases(visit.db, visit.org_id))
    asked = _asked(visit, ("csm", "state"), known)
    if asked.filters.get("state") == "done":
        asked = _Asked(
            {**asked.values, "state": ""}, {k: v for k, v in asked.filters.items() if k != "state"}
        )
    shown = _number(visit.request.query_params.get("shown"), CARDS, MOST_CARDS)
    has_end = known.open[-1].kind == "terminal"
    with_done = has_end or bool(visit.request.query_params.get("done"))
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
    more = {"done": visit.request.query_params.get("done", ""), "shown": str(shown + CARDS)}
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
                more_url=asked.url("/onboardings/board", **more) if max(len(own), len(ended)) > shown else "",
            )
        )
    view = BoardPage(
        views=await _views(visit, asked, "board", known, team),
        columns=tuple(columns),
        total=sum(one.count for one in counts.values()),
        done_url="" if has_end else asked.url("/onboardings/board", done="" if with_done else "1"),
        with_done=with_done,
    )
    return visit.render("onboardings/board.html", view, fragments=("board",))


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
def _moment(text: str | None) -> datetime | None:
    try:
        return parse_moment(text, None) if text else None
    except ApiError:
        return None


def _list_filters(asked: _Asked) -> dict[str, Any]:
    filters = dict(asked.filters)
    if "state" not in filters and asked.values["state"] != "all":
        filters["open"] = True
    return filters


@page("onboardings")
async def list_page(visit: Visit) -> Response:
    """Onboardings, newest first, 50 a page; done ones when they are asked for."""
    known = PhaseList(await phases.all_phases(visit.db, visit.org_id))
    asked = _asked(visit, ("csm", "state", "phase"), known)
    filters = _list_filters(asked)
    query = visit.request.query_params
    before, after = _moment(query.get("before")), _moment(query.get("after"))
    if before is not None:
        filters["before"] = before
    elif after is not None:
        filters["after"] = after
    rows = await boards.listed(visit.db, visit.org_id, filters, ROWS + 1)
    has_more = len(rows) > ROWS
    del rows[ROWS:]
    newer_asked = "after" in filters
    if newer_asked:
        rows.reverse()
    has_older = newer_asked or has_more
    has_newer = before is not None or (newer_asked and has_more)
    team = await members.all_members(visit.db, visit.org_id)
    cards = await _cards(visit, rows, known, team)
    views = await _views(visit, asked, "list", known, team)
    view = ListPage(
        views=views,
        rows=tuple(cards[row.id] for row in rows),
        nothing="" if rows else await _why_nothing(visit, views),
        total_url=asked.url("/onboardings/total"),
        older=asked.url("/onboardings", before=wire_micros(rows[-1].created_at))
        if rows and has_older
        else None,
        newer=asked.url("/onboardings", after=wire_micros(rows[0].created_at))
        if rows and has_newer
        else None,
    )
    return visit.render("onboardings/list.html", view, fragments=("rows",))


async def _why_nothing(visit: Visit, views: Views) -> Any:
    if views.filtered:
        return "matches"
    if not visit.allows("see_all_customers"):
        return "given"
    some = await boards.listed(visit.db, visit.org_id, {}, 1)
    return "matches" if some else "new"


@page("onboardings")
async def total(visit: Visit) -> Response:
    """How many onboardings the list holds; asked for after the rows."""
    known = PhaseList(await phases.all_phases(visit.db, visit.org_id))
    found = await boards.total(
        visit.db, visit.org_id, _list_filters(_asked(visit, ("csm", "state", "phase"), known))
    )
    return visit.render_with("onboardings/total.html", {"total": found})


@page("onboardings")
async def live(visit: Visit) -> Response:
    """The stream that tells list and board that some onboarding changed."""
    hub: LiveHub = visit.request.app.state.live

    async def look() -> str:
        newest = await boards.newest_change(visit.db, visit.org_id)
        return "" if newest is None else wire_micros(newest)

    return stream(hub, visit.org_id, "", look, visit.request.query_params.get("seen"))


routes = [
    Route("/onboardings", list_page),
    Route("/onboardings/board", board),
    Route("/onboardings/total", total),
    Route("/onboardings/live", live),
    Route("/onboardings/{number}/moves", moves),
]
