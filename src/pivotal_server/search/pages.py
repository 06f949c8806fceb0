"""The search page, and what the palette shows of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.customers import service as customers
from pivotal_server.customers.views import customer_url
from pivotal_server.kit.pagination import Slice
from pivotal_server.onboardings.views import phase_chip
from pivotal_server.phases import service as phases
from pivotal_server.phases.service import PhaseRow
from pivotal_server.search import service
from pivotal_server.search.pages_actions import act_groups
from pivotal_server.search.service import Hit, Kind, Seeker
from pivotal_server.search.views import GRAMMAR, Group, Piece, Results, Row, pieces
from pivotal_server.search.words import words_of
from pivotal_server.web.formats import short_day
from pivotal_server.web.htmx import is_htmx
from pivotal_server.web.session import Visit, page
from pivotal_server.workspaces.settings import week_starts

ROWS = 8
RECENT = 8
TITLES: Mapping[Kind, str] = {
    "customer": "Customers",
    "onboarding": "Onboardings",
    "contact": "Contacts",
    "task": "Tasks",
}
"""The groups in their order."""


def seeker_of(visit: Visit) -> Seeker:
    """Who searches in the app: a member, held to the customers that they may see."""
    me = visit.actor.id
    return Seeker(
        org_id=visit.org_id,
        me=me,
        visible_to=None if visit.allows("see_all_customers") else me,
        zone=visit.frame.zone,
        week_starts=week_starts(visit.session.workspace_settings),
    )


@page("search")
async def search_page(visit: Visit) -> Response:
    """What a query finds: customers, onboardings, contacts and tasks, eight of each, with actions and pages.

    The palette asks for the results alone. ``at`` is the path of the page that it lies on, ``recent`` the
    numbers of the customers that were opened last.
    """
    query = visit.request.query_params
    text = query.get("q", "")[:1_000].strip()
    at = query.get("at", "")
    if text.startswith(">"):
        found = Results(q=text, asked=True, groups=await act_groups(visit, text[1:], at, everything=True))
    elif text == "?":
        found = Results(q=text, asked=True, groups=(), grammar=GRAMMAR)
    elif not text:
        found = Results(q="", asked=False, groups=await _recent(visit, query.get("recent", "")))
    else:
        found = await _results(visit, text, at)
    block = "results" if is_htmx(visit.request) else None
    return visit.render("search/search.html", found, block=block)


async def _recent(visit: Visit, numbers: str) -> tuple[Group, ...]:
    """The customers opened last, those that are still to be seen, in that order."""
    wanted = [
        int(one) for one in numbers.split(",")[:RECENT] if one.isascii() and one.isdigit() and len(one) < 19
    ]
    if not wanted:
        return ()
    seeker = seeker_of(visit)
    asked = await service.understand(visit.db, seeker, f"id:{','.join(map(str, wanted))}")
    hits = await service.search(visit.db, seeker, asked, limit=RECENT, kinds=("customer",))
    hits.sort(key=lambda hit: wanted.index(hit.record.display_id))
    return (Group("Recent", tuple(_row(visit, hit, (), ()) for hit in hits)),) if hits else ()


async def _results(visit: Visit, text: str, at: str) -> Results:
    seeker = seeker_of(visit)
    wanted = await service.understand(visit.db, seeker, text)
    by_kind = await service.search_groups(visit.db, seeker, wanted, limit=ROWS + 1)
    hits = [hit for found in by_kind.values() for hit in found]
    known = await phases.all_phases(visit.db, visit.org_id) if _has_phases(hits) else []
    words = tuple(words_of(wanted.text))
    groups: list[Group] = []
    # The kind with the best hit stands first; customers where nothing tells them apart.
    order = sorted(TITLES, key=lambda kind: by_kind[kind][0].record.tier if by_kind.get(kind) else 9)
    for kind in order:
        found = by_kind.get(kind, [])
        if found:
            rows = tuple(_row(visit, hit, words, known) for hit in found[:ROWS])
            more = "?" + urlencode({"q": text}) if kind == "customer" and len(found) > ROWS else ""
            groups.append(Group(TITLES[kind], rows, more=more))
    if wanted.text:
        groups += await act_groups(visit, text, at, everything=False)
    nothing = not groups
    names = await service.similar(visit.db, seeker, text) if nothing else []
    return Results(
        q=text,
        asked=True,
        groups=tuple(groups),
        hints=wanted.hints,
        similar=tuple((name, _search_url(name)) for name in names),
        archived=_search_url(f"{text} is:archived") if nothing and "is:archived" not in text else "",
    )


def _search_url(text: str) -> str:
    return f"/search?{urlencode({'q': text})}"


def _has_phases(hits: Sequence[Hit]) -> bool:
    return any(hit.kind == "onboarding" for hit in hits)


@page("search")
async def total(visit: Visit) -> Response:
    """How many customers a query finds; asked for after the rows, so that counting delays nothing."""
    text = visit.request.query_params.get("q", "")[:1_000].strip()
    seeker = seeker_of(visit)
    wanted = await service.understand(visit.db, seeker, text)
    asked = None if wanted.empty else await service.customer_filters(visit.db, seeker, wanted)
    found = 0
    if asked is not None:
        filters, values = asked
        if seeker.visible_to is not None:
            filters["visible_to"] = seeker.visible_to
        found = await customers.count_customers(visit.db, visit.org_id, Slice(), filters, values)
    return visit.render_with("search/total.html", {"total": found})


def _row(visit: Visit, hit: Hit, words: Sequence[str], known: Sequence[PhaseRow]) -> Row:
    record = hit.record
    home = customer_url(record.customer_number, record.customer_slug)
    shared: dict[str, Any] = {
        "key": f"{hit.kind}-{record.display_id}",
        "url": home,
        "id": record.id,
        "plain": record.name,
        "name": pieces(record.name, words),
        "livemode": record.livemode,
    }
    of_customer = pieces(record.customer_name, words)
    if hit.kind == "customer":
        detail = pieces(record.domain or "", words)
        return Row(
            glyph="tile", detail=detail, status=record.customer_status, number=record.display_id, **shared
        )
    if hit.kind == "contact":
        detail = (*pieces(record.email or "", words), Piece(" · "), *of_customer)
        return Row(glyph="person", detail=detail, **shared)
    late = record.day is not None and record.day < visit.frame.today
    day = "" if record.day is None else short_day(record.day, visit.frame)
    shared["url"] = f"/onboardings/{record.onboarding_number}"
    if hit.kind == "onboarding":
        return Row(
            glyph="phase",
            detail=of_customer,
            state=record.state or "",
            phase=phase_chip(known, record.phase or ""),
            day=day,
            late=late and record.state != "done",
            **shared,
        )
    shared["url"] += f"/tasks/{record.display_id}"
    done = bool(record.done)
    return Row(
        glyph="done" if done else "open", detail=of_customer, day=day, late=late and not done, **shared
    )


routes = [Route("/search", search_page), Route("/search/total", total)]
