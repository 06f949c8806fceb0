"""What list, board and timeline of onboardings share: their filters, and what stands above them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.ids import is_cuid
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings import service_board as boards
from pivotal_server.onboardings.frame import staff_of
from pivotal_server.onboardings.moves import PhaseList
from pivotal_server.onboardings.service_board import CardRow
from pivotal_server.onboardings.views_board import Views
from pivotal_server.onboardings.views_record import Choice
from pivotal_server.views.listings import LISTINGS, PARAMETER
from pivotal_server.views.menu import Menu
from pivotal_server.web.formats import STATE_NAMES
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit
from pivotal_server.web.view import Form

STATES = (("", "Open"), *((state, name) for state, name in STATE_NAMES.items() if state != "done"))
LIST_STATES = (*STATES, ("done", "Done"), ("all", "All"))
FILTERS = ("csm", "state", "phase")
LIST_FIELDS = (*FILTERS, PARAMETER)
LISTING = LISTINGS["onboardings"]
_LAID_OUT = ("lanes", "group", "zoom", "view", "select")
_PATHS = {"list": "/onboardings", "board": "/onboardings/board", "timeline": "/onboardings/timeline"}


class Asked(Struct, frozen=True):
    """The filters of an address: the CSM, the state, the phase; as they are and as SQL takes them.

    ``ignored``: in words, those that ask for what there is not.
    """

    values: Mapping[str, str]
    filters: Mapping[str, Any]
    ignored: tuple[str, ...] = ()

    def url(self, path: str, **more: str) -> str:
        """An address with these filters."""
        query = {name: value for name, value in {**self.values, **more}.items() if value}
        return f"{path}?{urlencode(query)}" if query else path


def asked_of(visit: Visit, names: Sequence[str], known: PhaseList) -> Asked:
    """The filters ``names`` in the address of a visit; those that mean nothing are ignored."""
    query = visit.request.query_params
    values = {name: query.get(name, "") for name in names}
    filters: dict[str, Any] = {}
    ignored: list[str] = []
    if not visit.allows("see_all_customers"):
        filters["visible_to"] = visit.actor.id
    if values["csm"] == "me":
        filters["csm_id"] = visit.actor.id
    elif is_cuid(values["csm"]):
        filters["csm_id"] = values["csm"]
    elif values["csm"]:
        ignored.append("No such CSM")
        values["csm"] = ""
    state = values["state"]
    if state in STATE_NAMES:
        filters["state"] = state
    elif state and state != "all":
        ignored.append("No such state")
        values["state"] = ""
    if values.get("phase"):
        if values["phase"] in {phase.key for phase in known.open}:
            filters["phase"] = values["phase"]
        else:
            ignored.append("Phase is gone")
            values["phase"] = ""
    return Asked(values, filters, tuple(ignored))


def state_of(newest: datetime | None, views: str) -> str:
    """What open lists wait for: the newest change of an onboarding, and the saved views as they are."""
    return f"{'' if newest is None else wire_micros(newest)} {views}"


async def views_of(
    visit: Visit, asked: Asked, menu: Menu, current: str, known: PhaseList, team: Sequence[MemberRow]
) -> Views:
    """The other layouts and the filters; ``current``: ``list``, ``board`` or ``timeline``."""
    newest = await boards.newest_change(visit.db, visit.org_id)
    query = visit.request.query_params
    # How the rows are laid out stays when they are filtered, and what a view keeps in the other layouts too.
    kept = {name: query[name][:100] for name in _LAID_OUT if query.get(name)}
    of_view = {name: value for name, value in kept.items() if name in LISTING.names}
    shared = Asked({**{name: asked.values.get(name, "") for name in LIST_FIELDS}, **of_view}, {})
    people = [("", "Everybody’s"), ("me", "Mine"), *staff_of(team)]
    if asked.values["csm"] not in dict(people):
        people.append((asked.values["csm"], "Somebody who left"))
    return Views(
        layouts=tuple(
            Choice(key.capitalize(), shared.url(path), "current" if key == current else key)
            for key, path in _PATHS.items()
        ),
        form=Form(id="filter", action=_PATHS[current], cancel="/onboardings", values=asked.values),
        people=tuple(people),
        ignored=asked.ignored,
        kept=tuple(kept.items()),
        states=STATES if current == "board" else LIST_STATES,
        phases=(("", "All phases"), *((phase.key, phase.name) for phase in known.open)),
        filtered=any(asked.values.get(name) for name in FILTERS),
        clear_url=LISTING.url(_PATHS[current], LISTING.built_in[0].key, LISTING.built_in[0].query),
        live_url=f"/onboardings/live?{urlencode({'seen': state_of(newest, menu.stamp)})}",
        menu=menu,
    )


def list_filters(asked: Asked) -> dict[str, Any]:
    """The filters of a list as SQL takes them: open ones alone where no state is asked for."""
    filters = dict(asked.filters)
    if "state" not in filters and asked.values["state"] != "all":
        filters["open"] = True
    return filters


class Part(Struct, frozen=True):
    """One page of a list, newest first, and the addresses of its neighbours."""

    rows: list[CardRow]
    newer: str | None
    older: str | None


async def part_of(visit: Visit, asked: Asked, path: str, size: int) -> Part:
    """The page of a list that the address of a visit asks for with ``before`` or ``after``."""
    filters, query = list_filters(asked), visit.request.query_params
    before, after = moment_in(query.get("before")), moment_in(query.get("after"))
    if before is not None:
        filters["before"] = before
    elif after is not None:
        filters["after"] = after
    rows = await boards.listed(visit.db, visit.org_id, filters, size + 1)
    has_more = len(rows) > size
    del rows[size:]
    newer_asked = "after" in filters
    if newer_asked:
        rows.reverse()
    has_older = newer_asked or has_more
    has_newer = before is not None or (newer_asked and has_more)
    return Part(
        rows,
        newer=asked.url(path, after=wire_micros(rows[0].created_at)) if rows and has_newer else None,
        older=asked.url(path, before=wire_micros(rows[-1].created_at)) if rows and has_older else None,
    )


async def why_nothing(visit: Visit, views: Views) -> Any:
    """Why a list is empty: ``matches``, ``given`` or ``new``."""
    if views.filtered:
        return "matches"
    if not visit.allows("see_all_customers"):
        return "given"
    some = await boards.listed(visit.db, visit.org_id, {}, 1)
    return "matches" if some else "new"
